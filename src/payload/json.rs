//! JSON without loss: a reader that keeps numbers as written, the order of members, and duplicate keys.
//!
//! `serde_json::Value` turns numbers outside 64 bits into floats and drops duplicate keys; payloads and record lines must
//! show and keep what was sent. Grammar: RFC 8259. Limits: [`JSON_DEPTH_MAX`], [`JSON_BYTES_MAX`].

mod format;
mod lexer;
mod string;
mod tree;

pub use format::{Member, check, compact, items, members, pretty};
pub use string::{decode_string, encode_string, encode_string_into};
pub use tree::JsonValue;

/// Deepest nesting of arrays and objects that is read.
pub const JSON_DEPTH_MAX: usize = 256;
/// Longest text that is read, in bytes.
pub const JSON_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct JsonError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Where in the text, in bytes from 0.
    pub byte: usize,
    pub problem: JsonProblem,
}

/// What is wrong at the place that [`JsonError`] names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonProblem {
    #[error("the text ends where {wanted} should follow")]
    Ended { wanted: &'static str },
    #[error("{wanted} should stand here, not {found:?}")]
    Unexpected { wanted: &'static str, found: char },
    #[error("a string ends with a quote before the end of the text; this one does not")]
    OpenString,
    #[error("the control character {code:#04x} must be escaped in a string")]
    ControlCharacter { code: u32 },
    #[error("after a backslash comes one of \" \\ / b f n r t, or u and four hex digits")]
    Escape,
    #[error("half of a surrogate pair stands alone and is no character")]
    LoneSurrogate,
    #[error(
        "{literal:?} is no number as JSON writes them (no leading zero or plus, digits on both sides of the point)"
    )]
    Number { literal: String },
    #[error("nested deeper than {JSON_DEPTH_MAX} levels, which is not read")]
    TooDeep,
    #[error("longer than {JSON_BYTES_MAX} bytes, which is not read")]
    TooLong,
    #[error("an object (\"{{...}}\") is wanted")]
    NotAnObject,
    #[error("an array (\"[...]\") is wanted")]
    NotAnArray,
}

impl JsonError {
    /// Finds line and column of `byte` in `text`.
    fn at(text: &str, byte: usize, problem: JsonProblem) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.bytes().filter(|b| *b == b'\n').count();
        Self { line, column: 1 + before[line_start..].chars().count(), byte, problem }
    }
}

/// Whether `text` is a number as JSON writes them.
pub fn is_number(text: &str) -> bool {
    lexer::is_number(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> String {
        check(text).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_place() {
        assert_eq!(error("{\n  \"a\": 1,\n  b\n}"), "line 3, column 3: a name in quotes should stand here, not 'b'");
        assert_eq!(error("[1 2]"), "line 1, column 4: \",\" or \"]\" should stand here, not '2'");
        assert_eq!(error(""), "line 1, column 1: the text ends where a value should follow");
        assert!(error("{\"水\":x}").starts_with("line 1, column 6: a value should stand here"));
        assert!(error("[1]]").contains("nothing more"));
        assert!(error("[1}").contains("\"]\""));
        assert!(error("{\"a\":1]").contains("\"}\""));
        for bad in [
            "01",
            "+1",
            "1.",
            ".5",
            "1e",
            "-",
            "1e+",
            "--1",
            "nul",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\t\"",
            "\"a",
            "[1,]",
            "{,}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_lost_in_a_tree() {
        let text =
            r#"{"b":9007199254740993,"a":[1e400,-0.10,18446744073709551616],"a":{"":null},"t":[true,false,[],{}]}"#;
        let tree = JsonValue::parse(text).unwrap();
        assert_eq!(tree.to_compact(), text);
        assert_eq!(tree.len(), 4);
        assert_eq!(tree.get("b"), Some(&JsonValue::Number("9007199254740993".into())));
    }

    #[test]
    fn layout_changes_and_literals_stay() {
        let text = "{ \"a\" : [ 1.50 , { } , [ ] , \"\\u0041\\ud800\" ] , \"b\" : null }";
        assert_eq!(compact(text).unwrap(), "{\"a\":[1.50,{},[],\"\\u0041\\ud800\"],\"b\":null}");
        let laid_out = "{\n  \"a\": [\n    1.50,\n    {},\n    [],\n    \"\\u0041\\ud800\"\n  ],\n  \"b\": null\n}";
        assert_eq!(pretty(text).unwrap(), laid_out);
        assert_eq!(pretty(" 7 ").unwrap(), "7");
        assert_eq!(compact(&pretty(text).unwrap()).unwrap(), compact(text).unwrap());
    }

    #[test]
    fn members_and_items_come_as_written() {
        let found = members(" {\"a\" : [1, 2] , \"a\":{\"x\":1},\"c\": 1.0 } ").unwrap();
        let pairs: Vec<_> = found.iter().map(|m| (m.name.as_str(), m.value)).collect();
        assert_eq!(pairs, [("a", "[1, 2]"), ("a", "{\"x\":1}"), ("c", "1.0")]);
        assert_eq!(items("[ 1 , [2,3], \",\",[] ,{}]").unwrap(), ["1", "[2,3]", "\",\"", "[]", "{}"]);
        assert!(items("[]").unwrap().is_empty());
        assert!(members("[]").is_err() && items("{}").is_err());
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(JsonValue::parse(&deep(JSON_DEPTH_MAX)).is_ok());
        assert!(error(&deep(JSON_DEPTH_MAX + 1)).contains("nested deeper"));
        assert!(error(&"{\"a\":".repeat(1_000_000)).contains("nested deeper"));
    }

    fn value() -> impl Strategy<Value = JsonValue> {
        let leaf = prop_oneof![
            Just(JsonValue::Null),
            any::<bool>().prop_map(JsonValue::Bool),
            any::<i128>().prop_map(|n| JsonValue::Number(n.to_string())),
            any::<f64>()
                .prop_filter("JSON has no infinities", |n| n.is_finite())
                .prop_map(|n| JsonValue::Number(format!("{n:e}"))),
            any::<String>().prop_map(JsonValue::String),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(JsonValue::Array),
                prop::collection::vec(("[ab\\PC]{0,3}", inner), 0..6).prop_map(JsonValue::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in value()) {
            let text = value.to_compact();
            prop_assert_eq!(&JsonValue::parse(&text).unwrap(), &value);
            prop_assert_eq!(&compact(&value.to_pretty()).unwrap(), &text);
            prop_assert!(serde_json::from_str::<Box<serde_json::value::RawValue>>(&text).is_ok());
        }

        #[test]
        fn mutated_text_never_panics_and_serde_agrees(value in value(), cut in any::<prop::sample::Index>(), put in "[\\[\\]{}\",:0-9e.\\\\u -]{0,3}") {
            let text = value.to_pretty();
            let mut at = cut.index(text.len() + 1);
            while !text.is_char_boundary(at) { at -= 1; }
            let mutated = format!("{}{put}{}", &text[..at], &text[at..].chars().skip(put.len() % 2).collect::<String>());
            let ours = check(&mutated).is_ok();
            let theirs = serde_json::from_str::<Box<serde_json::value::RawValue>>(&mutated).is_ok();
            // serde_json refuses lone surrogates, which the grammar allows.
            prop_assert!(ours == theirs || mutated.contains("\\u"), "{mutated}");
            let _ = (JsonValue::parse(&mutated), members(&mutated), items(&mutated), compact(&mutated));
        }

        #[test]
        fn strings_survive(text in any::<String>()) {
            prop_assert_eq!(decode_string(&encode_string(&text)).unwrap(), text);
        }

        #[test]
        fn any_text_is_survived(text in any::<String>()) {
            let _ = (check(&text), JsonValue::parse(&text), members(&text), decode_string(&text));
        }
    }
}
