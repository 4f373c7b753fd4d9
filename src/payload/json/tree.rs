//! JSON as a tree, for drawing.

use super::lexer::{Lexer, Token};
use super::string::decode_for_showing;
use super::{JsonError, encode_string_into};

/// One JSON value. Numbers keep their literal text, objects their order and duplicate names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonValue {
    Null,
    Bool(bool),
    /// As written: `9007199254740993`, `1e400`, `-0.10`.
    Number(String),
    String(String),
    Array(Vec<JsonValue>),
    Object(Vec<(String, JsonValue)>),
}

/// A container that is still open while its text is read.
enum Open {
    Array(Vec<JsonValue>),
    Object(Vec<(String, JsonValue)>, Option<String>),
}

impl JsonValue {
    /// Reads one value. A lone surrogate in a string becomes U+FFFD: the tree is for showing, [`super::compact`] and
    /// [`super::pretty`] keep the text.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let mut lexer = Lexer::new(text)?;
        let mut open: Vec<Open> = Vec::new();
        let mut whole = Self::Null;
        while let Some(token) = lexer.next()? {
            let shown = |literal| decode_for_showing(literal).map_err(|e| lexer.error(e.problem));
            let value = match token {
                Token::BeginArray => {
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
                Token::BeginObject => {
                    open.push(Open::Object(Vec::new(), None));
                    continue;
                }
                Token::Key(literal) => {
                    let name = shown(literal)?;
                    if let Some(Open::Object(_, next)) = open.last_mut() {
                        *next = Some(name);
                    }
                    continue;
                }
                Token::EndArray | Token::EndObject => match open.pop() {
                    Some(Open::Array(items)) => Self::Array(items),
                    Some(Open::Object(members, _)) => Self::Object(members),
                    None => Self::Null,
                },
                Token::String(literal) => Self::String(shown(literal)?),
                Token::Number(literal) => Self::Number(literal.to_owned()),
                Token::Word("true") => Self::Bool(true),
                Token::Word("false") => Self::Bool(false),
                Token::Word(_) => Self::Null,
            };
            match open.last_mut() {
                None => whole = value,
                Some(Open::Array(items)) => items.push(value),
                Some(Open::Object(members, name)) => members.push((name.take().unwrap_or_default(), value)),
            }
        }
        Ok(whole)
    }

    /// Reads bytes that should be UTF-8 JSON; `None` where they are not.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().and_then(|text| Self::parse(text).ok())
    }

    /// On one line, without spaces.
    pub fn to_compact(&self) -> String {
        let mut out = Vec::new();
        self.write_compact(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    /// With one member a line.
    pub fn to_pretty(&self) -> String {
        let compact = self.to_compact();
        super::pretty(&compact).unwrap_or(compact)
    }

    /// Members of an object, items of an array, 0 for the rest.
    pub fn len(&self) -> usize {
        match self {
            Self::Array(items) => items.len(),
            Self::Object(members) => members.len(),
            _ => 0,
        }
    }

    /// Whether there is nothing inside.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is an array or an object.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// The first member with this name, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    // Recursion is bounded by JSON_DEPTH_MAX for every value that `parse` made.
    fn write_compact(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Number(literal) => out.extend_from_slice(literal.as_bytes()),
            Self::String(text) => encode_string_into(text, out),
            Self::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write_compact(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    encode_string_into(name, out);
                    out.push(b':');
                    value.write_compact(out);
                }
                out.push(b'}');
            }
        }
    }
}
