//! Paths of rules: which part of a record, and where inside it.

/// Steps of a path; more are not read.
const STEPS_MAX: usize = 64;

/// A part of a record and the way to a field inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub part: Part,
    /// None: the whole part.
    pub steps: Vec<Step>,
}

/// A part of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Value,
    /// All headers of this name.
    Header(String),
}

/// A step into JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    EveryMember,
    Item(usize),
    EveryItem,
}

impl Path {
    /// Reads `$`, `$.a.b`, `$.items[*].a`, `$.items[0]`, `$.*`, `key`, `key.a`, `header.NAME`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("header.") {
            return (!name.is_empty()).then(|| Self { part: Part::Header(name.to_owned()), steps: Vec::new() });
        }
        let (part, mut rest) = match (text.strip_prefix('$'), text.strip_prefix("key")) {
            (Some(rest), _) => (Part::Value, rest),
            (None, Some(rest)) => (Part::Key, rest),
            (None, None) => return None,
        };
        let mut steps = Vec::new();
        while !rest.is_empty() && steps.len() < STEPS_MAX {
            let step;
            (step, rest) = next(rest)?;
            steps.push(step);
        }
        rest.is_empty().then_some(Self { part, steps })
    }
}

fn next(text: &str) -> Option<(Step, &str)> {
    if let Some(inside) = text.strip_prefix('[') {
        let (index, rest) = inside.split_once(']')?;
        let step = match index {
            "*" => Step::EveryItem,
            number => Step::Item(number.parse().ok()?),
        };
        return Some((step, rest));
    }
    let name = text.strip_prefix('.')?;
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (name, rest) = name.split_at(end);
    match name {
        "" => None,
        "*" => Some((Step::EveryMember, rest)),
        name => Some((Step::Member(name.to_owned()), rest)),
    }
}
