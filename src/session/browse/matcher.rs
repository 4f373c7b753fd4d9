//! What a search looks for: a text anywhere in key, value and headers, or a comparison of one JSON field.
//!
//! `Hualian` is a text. `mag >= 4` and `place == "Hilo"` compare a member of the value (or `a.b.c` below it): only `>=`,
//! `<=`, `>`, `<`, `==` and `!=` between a name and a literal are read so, and a text in double quotes never is.

use std::cmp::Ordering;

use memchr::memmem;

use crate::codec::RecordRef;
use crate::model::Record;
use crate::payload::json::JsonValue;
use crate::payload::{CaseRule, Search};

/// A search, prepared once for many records.
#[derive(Debug, Clone)]
pub enum Matcher {
    Text(Search),
    Field(FieldTest),
}

/// A comparison of one member of a JSON value.
#[derive(Debug, Clone)]
pub struct FieldTest {
    path: Vec<String>,
    /// Finds the last name of the path: a value without it is not parsed.
    name: memmem::Finder<'static>,
    operator: Operator,
    literal: Literal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
    Unequal,
}

#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Number(String),
    Text(String),
}

/// Longest operators first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 6] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    (">", Operator::Above),
    ("<", Operator::Below),
];

impl Matcher {
    /// Reads what was typed; `None` when nothing was.
    pub fn new(text: &str, case: CaseRule) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        if let Some(test) = FieldTest::read(text.trim()) {
            return Some(Self::Field(test));
        }
        let quoted =
            text.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|inner| !inner.is_empty());
        // Quotes protect only what would be read as a comparison; in any other text they are part of what is looked for.
        let text = quoted.filter(|inner| FieldTest::read(inner).is_some()).unwrap_or(text);
        Some(Self::Text(Search::new(text, case)))
    }

    /// Whether `text` would compare a field, and which.
    pub fn field_of(text: &str) -> Option<String> {
        FieldTest::read(text.trim()).map(|test| test.path.join("."))
    }

    /// Whether the record is one of those looked for. Allocates nothing for a text.
    pub fn matches(&self, record: &RecordRef<'_>) -> bool {
        match self {
            Self::Text(search) => {
                search.matches_parts(record.key, record.value, &[])
                    || record.headers().map_while(Result::ok).any(|header| {
                        search.find(header.key).is_some()
                            || header.value.is_some_and(|value| search.find(value).is_some())
                    })
            }
            Self::Field(test) => record.value.is_some_and(|value| test.matches(value)),
        }
    }
}

impl Matcher {
    /// As [`Matcher::matches`], for a record that stands on its own.
    pub fn matches_record(&self, record: &Record) -> bool {
        match self {
            Self::Text(search) => search.matches(record),
            Self::Field(test) => record.value.as_deref().is_some_and(|value| test.matches(value)),
        }
    }
}

impl FieldTest {
    fn read(text: &str) -> Option<Self> {
        let (at, (sign, operator)) = text.char_indices().find_map(|(at, _)| {
            OPERATORS.iter().find(|(sign, _)| text[at..].starts_with(sign)).map(|found| (at, *found))
        })?;
        let path: Vec<String> = text[..at].trim().split('.').map(str::to_owned).collect();
        let is_name = |name: &String| {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
                && !name.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        };
        let literal = Literal::read(text[at + sign.len()..].trim())?;
        let orders = !matches!(operator, Operator::Equal | Operator::Unequal);
        if !path.iter().all(is_name) || (orders && matches!(literal, Literal::Text(_))) {
            return None;
        }
        let name = memmem::Finder::new(path.last()?.as_bytes()).into_owned();
        Some(Self { path, name, operator, literal })
    }

    fn matches(&self, value: &[u8]) -> bool {
        if self.name.find(value).is_none() {
            return false;
        }
        let Some(tree) = JsonValue::from_bytes(value) else { return false };
        let found = self.path.iter().try_fold(&tree, |node, name| node.get(name));
        found.and_then(|node| self.literal.compare(node)).is_some_and(|ordering| match self.operator {
            Operator::AtLeast => ordering != Ordering::Less,
            Operator::AtMost => ordering != Ordering::Greater,
            Operator::Above => ordering == Ordering::Greater,
            Operator::Below => ordering == Ordering::Less,
            Operator::Equal => ordering == Ordering::Equal,
            Operator::Unequal => ordering != Ordering::Equal,
        })
    }
}

impl Literal {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() || OPERATORS.iter().any(|(sign, _)| text.starts_with(sign)) || text.starts_with('=') {
            return None;
        }
        match JsonValue::parse(text) {
            Ok(JsonValue::Number(number)) => Some(Self::Number(number)),
            Ok(JsonValue::String(text)) => Some(Self::Text(text)),
            _ => Some(Self::Text(text.to_owned())),
        }
    }

    /// How the node stands to the literal; `None` where the two cannot be compared.
    fn compare(&self, node: &JsonValue) -> Option<Ordering> {
        match (self, node) {
            (Self::Number(literal), JsonValue::Number(number)) => compare_numbers(number, literal),
            (Self::Number(literal), JsonValue::String(text)) => Some(text.as_str().cmp(literal)),
            (Self::Text(literal), JsonValue::String(text)) => Some(text.as_str().cmp(literal)),
            (Self::Text(literal), JsonValue::Bool(_) | JsonValue::Null) => {
                Some(node.to_compact().as_str().cmp(literal))
            }
            _ => None,
        }
    }
}

/// Integers exactly, whatever their size up to 128 bits; anything with a fraction as a double.
fn compare_numbers(left: &str, right: &str) -> Option<Ordering> {
    match (left.parse::<i128>(), right.parse::<i128>()) {
        (Ok(left), Ok(right)) => Some(left.cmp(&right)),
        _ => left.parse::<f64>().ok()?.partial_cmp(&right.parse::<f64>().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(text: &str, value: &str) -> Option<bool> {
        match Matcher::new(text, CaseRule::Ignore)? {
            Matcher::Field(test) => Some(test.matches(value.as_bytes())),
            Matcher::Text(_) => None,
        }
    }

    #[test]
    fn a_name_an_operator_and_a_literal_compare_a_field_exactly() {
        let quake = r#"{"mag":4.4,"place":"Hilo","id":9007199254740993,"geo":{"depth":10},"felt":null}"#;
        assert_eq!(test("mag >= 4", quake), Some(true));
        assert_eq!(test("mag>4.4", quake), Some(false));
        assert_eq!(test("mag < 5", quake), Some(true));
        assert_eq!(test("id == 9007199254740992", quake), Some(false), "a double could not tell them apart");
        assert_eq!(test("id == 9007199254740993", quake), Some(true));
        assert_eq!(test("geo.depth <= 10", quake), Some(true));
        assert_eq!(test("place == Hilo", quake), Some(true));
        assert_eq!(test("place != \"Hilo\"", quake), Some(false));
        assert_eq!(test("felt == null", quake), Some(true));
        assert_eq!(test("gone >= 1", quake), Some(false));
        assert_eq!(test("mag >= 4", "mag is not JSON"), Some(false));
    }

    #[test]
    fn other_texts_stay_texts() {
        for text in ["Hualian", "user=42", "a > b", "\"mag >= 4\"", "x=>3", "->1", "4 > 3", ">=", "mag >="] {
            assert_eq!(test(text, "{}"), None, "{text}");
        }
        assert!(Matcher::new("  ", CaseRule::Ignore).is_none());
    }
}
