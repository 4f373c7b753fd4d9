//! Text -> checked tokens, without recursion: a stack of brackets stands for the nesting.

use super::{JSON_BYTES_MAX, JSON_DEPTH_MAX, JsonError, JsonProblem};

/// One piece of JSON; commas and colons are checked and left out. Slices are the literal text, strings with their quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Key(&'a str),
    String(&'a str),
    Number(&'a str),
    /// `null`, `true` or `false`.
    Word(&'a str),
}

/// What the grammar allows next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
    Nothing,
}

/// Walks over one JSON text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// `true` for an object, `false` for an array.
    open: Vec<bool>,
    expect: Expect,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, JsonError> {
        if text.len() > JSON_BYTES_MAX {
            return Err(JsonError { line: 1, column: 1, byte: 0, problem: JsonProblem::TooLong });
        }
        Ok(Self { text, at: 0, open: Vec::new(), expect: Expect::Value })
    }

    /// Byte after the token read last.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Brackets still open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn error(&self, problem: JsonProblem) -> JsonError {
        JsonError::at(self.text, self.at, problem)
    }

    /// The next token; `None` once the one value is complete and nothing but space follows.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, JsonError> {
        self.skip_space();
        if self.expect == Expect::CommaOrEnd {
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip_space();
                self.expect = if self.in_object() { Expect::Key } else { Expect::Value };
            } else {
                let (end, wanted) = if self.in_object() { (b'}', "\",\" or \"}\"") } else { (b']', "\",\" or \"]\"") };
                return if self.peek() == Some(end) { Ok(Some(self.close())) } else { Err(self.unexpected(wanted)) };
            }
        }
        match (self.expect, self.peek()) {
            (Expect::Nothing, None) => Ok(None),
            (Expect::Nothing, Some(_)) => Err(self.unexpected("nothing more")),
            (Expect::Key | Expect::KeyOrEnd, Some(b'"')) => self.key().map(Some),
            (Expect::KeyOrEnd, Some(b'}')) | (Expect::ValueOrEnd, Some(b']')) => Ok(Some(self.close())),
            (Expect::Key, _) => Err(self.unexpected("a name in quotes")),
            (Expect::KeyOrEnd, _) => Err(self.unexpected("a name in quotes or \"}\"")),
            (Expect::Value | Expect::ValueOrEnd | Expect::CommaOrEnd, _) => self.value().map(Some),
        }
    }

    fn value(&mut self) -> Result<Token<'a>, JsonError> {
        let token = match self.peek() {
            Some(b'{') => return self.begin(true),
            Some(b'[') => return self.begin(false),
            Some(b'"') => Token::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Token::Number(self.number()?),
            _ => Token::Word(self.word()?),
        };
        self.value_done();
        Ok(token)
    }

    fn begin(&mut self, object: bool) -> Result<Token<'a>, JsonError> {
        if self.open.len() >= JSON_DEPTH_MAX {
            return Err(self.error(JsonProblem::TooDeep));
        }
        self.at += 1;
        self.open.push(object);
        self.expect = if object { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
        Ok(if object { Token::BeginObject } else { Token::BeginArray })
    }

    fn close(&mut self) -> Token<'a> {
        self.at += 1;
        let object = self.open.pop().unwrap_or(false);
        self.value_done();
        if object { Token::EndObject } else { Token::EndArray }
    }

    fn key(&mut self) -> Result<Token<'a>, JsonError> {
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("\":\""));
        }
        self.at += 1;
        self.expect = Expect::Value;
        Ok(Token::Key(key))
    }

    fn value_done(&mut self) {
        self.expect = if self.open.is_empty() { Expect::Nothing } else { Expect::CommaOrEnd };
    }

    /// A string with its quotes; escapes are checked for form, not for surrogates.
    fn string(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(JsonError::at(self.text, start, JsonProblem::OpenString)),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(code) if code < 0x20 => {
                    return Err(self.error(JsonProblem::ControlCharacter { code: u32::from(code) }));
                }
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(&self.text[start..self.at])
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        let length = match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') if rest.len() >= 5 && rest[1..5].iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return Err(self.error(JsonProblem::Escape)),
        };
        self.at += length;
        Ok(())
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
            .unwrap_or(rest.len());
        let literal = &rest[..end];
        if !is_number(literal.as_bytes()) {
            let shown: String = literal.chars().take(40).collect();
            return Err(self.error(JsonProblem::Number { literal: shown }));
        }
        self.at += end;
        Ok(literal)
    }

    fn word(&mut self) -> Result<&'a str, JsonError> {
        for word in ["null", "true", "false"] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(word);
            }
        }
        Err(self.unexpected("a value"))
    }

    fn in_object(&self) -> bool {
        self.open.last() == Some(&true)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &'static str) -> JsonError {
        match self.text[self.at..].chars().next() {
            Some(found) => self.error(JsonProblem::Unexpected { wanted, found }),
            None => self.error(JsonProblem::Ended { wanted }),
        }
    }
}

/// RFC 8259, section 6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
pub(super) fn is_number(literal: &[u8]) -> bool {
    let digits = |from: usize| literal[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(literal.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && literal[at] == b'0') {
        return false;
    }
    at += whole;
    if literal.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(literal.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(literal.get(at + 1), Some(b'+' | b'-')));
        let exponent = if at <= literal.len() { digits(at) } else { 0 };
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == literal.len()
}
