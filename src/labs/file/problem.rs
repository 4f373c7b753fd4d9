//! What is wrong with a file, and where.

use std::{fmt, ops::Range};

use toml::de::{DeTable, DeValue};

/// A mistake in a lab file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub sentence: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.sentence)
    }
}

impl Problem {
    /// What the TOML reader did not like.
    pub(super) fn of_toml(source: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(1, |span| line_of(source, &span));
        Self { line, sentence: error.message().to_owned() }
    }
}

/// A step on the way to a place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Key(&'a str),
    Nth(usize),
}

/// Finds lines in a file that can be read as TOML.
pub(super) struct Lines<'a> {
    source: &'a str,
    root: Option<toml::Spanned<DeTable<'a>>>,
}

impl<'a> Lines<'a> {
    pub fn of(source: &'a str) -> Self {
        Self { source, root: DeTable::parse(source).ok() }
    }

    /// The line of the deepest part of a path that is there.
    pub fn line(&self, path: &[Part<'_>]) -> usize {
        let Some(root) = &self.root else { return 1 };
        let mut span = 0..0;
        let mut table = Some(root.get_ref());
        let mut value: Option<&DeValue<'_>> = None;
        for part in path {
            let next = match part {
                Part::Key(key) => table.and_then(|table| table.get(*key)),
                Part::Nth(nth) => value.and_then(DeValue::as_array).and_then(|array| array.get(*nth)),
            };
            let Some(next) = next else { break };
            span = next.span();
            value = Some(next.get_ref());
            table = next.get_ref().as_table();
        }
        line_of(self.source, &span)
    }
}

fn line_of(source: &str, span: &Range<usize>) -> usize {
    let upto = source.get(..span.start).unwrap_or(source);
    upto.bytes().filter(|byte| *byte == b'\n').count() + 1
}
