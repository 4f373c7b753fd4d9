//! Fields made unreadable by rules, for records that leave where they belong: pure, and the same for the same record.
//!
//! One rule a line; `#` begins a comment. Where several rules meet, they are applied in the order given.
//!
//! ```text
//! salt some long secret             # what `hash` mixes in: the same salt gives the same hash, so joins still work
//! drop $.card.cvc                   # the member goes
//! replace $.name "Jane Doe"         # by this JSON
//! hash $.customer.email             # 32 hex digits instead
//! keep-last 4 $.card.number         # all characters but the last four become *
//! hash key                          # the whole key
//! orders: drop $.note               # only in this topic
//! ```
//!
//! A path names what is masked: `$` the value, `$.a.b` a member, `$.items[*].sku` in every element, `$.items[0]` in one,
//! `$.*` every member; `key` the key and `key.a` a member of it; `header.trace-id` a header.
//!
//! It fails closed: a record whose value (or key) should be masked inside and is no JSON stays behind, and is counted by
//! who reads. Null has nothing to hide and stays null. Numbers that are hashed or cut become strings; the rest of the text
//! is written compactly, with numbers, order and duplicate members as they were.

mod apply;
mod path;

use std::sync::Arc;

use self::path::Path;
use crate::model::NewRecord;
use crate::payload::json::JsonValue;

/// Rules in a set; more are refused.
const RULES_MAX: usize = 1_000;

/// A set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    text: String,
    salt: Vec<u8>,
    rules: Vec<Rule>,
}

/// What is done where, and in which topic (`None`: in all).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    topic: Option<Arc<str>>,
    path: Path,
    deed: Deed,
}

/// What is done with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Deed {
    Drop,
    Replace(JsonValue),
    Hash,
    KeepLast(usize),
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct MaskError {
    /// From 1.
    pub line: usize,
    pub problem: MaskProblem,
}

/// What is wrong with a line of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskProblem {
    #[error("{word:?} is no rule; use drop, replace, hash, keep-last or salt")]
    Word { word: String },
    #[error("the path {path:?} cannot be read; use $, $.a.b, $.items[*].a, key, key.a or header.NAME")]
    Path { path: String },
    #[error("a path is missing; use for example: {example}")]
    NoPath { example: &'static str },
    #[error("replace needs JSON after its path, such as \"Jane Doe\", 0 or null: {why}")]
    Json { why: String },
    #[error("keep-last needs a number of characters before its path, such as: keep-last 4 $.card")]
    Number,
    #[error("hash needs a salt, or anybody could hash guesses and compare; add a line: salt SOME LONG SECRET")]
    NoSalt,
    #[error("nothing may follow: {rest:?}")]
    Rest { rest: String },
    #[error("more than {RULES_MAX} rules")]
    TooMany,
}

impl Mask {
    /// Reads rules.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Self, MaskError> {
        let mut mask = Self { text: text.to_owned(), ..Self::default() };
        let mut first_hash = None;
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(salt) = line.strip_prefix("salt ") {
                mask.salt = salt.trim().as_bytes().to_vec();
                continue;
            }
            let rule = Rule::parse(without_comment(line)).map_err(|problem| MaskError { line: number, problem })?;
            if rule.deed == Deed::Hash {
                first_hash.get_or_insert(number);
            }
            if mask.rules.len() == RULES_MAX {
                return Err(MaskError { line: number, problem: MaskProblem::TooMany });
            }
            mask.rules.push(rule);
        }
        match first_hash {
            Some(line) if mask.salt.is_empty() => Err(MaskError { line, problem: MaskProblem::NoSalt }),
            _ => Ok(mask),
        }
    }

    /// The rules as they were written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The record with the rules applied; `None` where one cannot be: what it should mask inside is no JSON.
    pub fn apply(&self, topic: &str, record: NewRecord) -> Option<NewRecord> {
        apply::apply(self, topic, record)
    }

    fn rules_for<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.topic.as_deref().is_none_or(|name| name == topic))
    }
}

/// A comment after a rule begins with a space and `#`, outside quotes.
fn without_comment(line: &str) -> &str {
    let (mut quoted, mut before) = (false, ' ');
    for (at, c) in line.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            '#' if !quoted && before.is_whitespace() => return line[..at].trim_end(),
            _ => {}
        }
        before = c;
    }
    line
}

impl Rule {
    fn parse(line: &str) -> Result<Self, MaskProblem> {
        let (first, rest) = split_word(line);
        let (topic, (word, rest)) = match first.strip_suffix(':') {
            Some(topic) => (Some(topic.into()), split_word(rest)),
            None => (None, (first, rest)),
        };
        let (deed, (path, rest), example) = match word {
            "drop" => (Deed::Drop, split_word(rest), "drop $.card.cvc"),
            "hash" => (Deed::Hash, split_word(rest), "hash $.customer.email"),
            "keep-last" => {
                let (count, rest) = split_word(rest);
                let count = count.parse().map_err(|_| MaskProblem::Number)?;
                (Deed::KeepLast(count), split_word(rest), "keep-last 4 $.card.number")
            }
            "replace" => {
                let (path, json) = split_word(rest);
                let json = JsonValue::parse(json).map_err(|error| MaskProblem::Json { why: error.to_string() })?;
                (Deed::Replace(json), (path, ""), "replace $.name \"Jane Doe\"")
            }
            word => return Err(MaskProblem::Word { word: word.to_owned() }),
        };
        if path.is_empty() {
            return Err(MaskProblem::NoPath { example });
        }
        if !rest.is_empty() {
            return Err(MaskProblem::Rest { rest: rest.to_owned() });
        }
        let path = Path::parse(path).ok_or_else(|| MaskProblem::Path { path: path.to_owned() })?;
        Ok(Self { topic, path, deed })
    }
}

/// The first word and what follows it.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests;
