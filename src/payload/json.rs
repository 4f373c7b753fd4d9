//! JSON without loss: a reader that keeps numbers as written, the order of members, and duplicate keys.
//!
//! `serde_json::Value` turns numbers outside 64 bits into floats and drops duplicate keys; payloads and record lines must
//! show and keep what was sent. Grammar: RFC 8259. Limits: [`JSON_DEPTH_MAX`], [`JSON_BYTES_MAX`].

mod format;
mod lexer;
mod string;
mod tree;

pub use format::{Member, check, compact, members, pretty};
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
