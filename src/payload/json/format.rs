//! JSON text -> JSON text: other white space, the same literals.

use std::ops::Range;

use super::lexer::{Lexer, Token};
use super::{JsonError, JsonProblem, decode_string};

/// Spaces that one level of [`pretty`] moves in.
const INDENT_SPACES: usize = 2;

/// Whether `text` is one JSON value; else where it goes wrong.
pub fn check(text: &str) -> Result<(), JsonError> {
    let mut lexer = Lexer::new(text)?;
    while lexer.next()?.is_some() {}
    Ok(())
}

/// `text` without the space between its parts. Numbers and strings stay as they are written.
pub fn compact(text: &str) -> Result<String, JsonError> {
    write(text, None)
}

/// `text` with one member a line. Numbers and strings stay as they are written.
pub fn pretty(text: &str) -> Result<String, JsonError> {
    write(text, Some(INDENT_SPACES))
}

/// One member of the outermost object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    pub name: String,
    /// Its value as written.
    pub value: &'a str,
    /// Where [`value`](Self::value) stands in the text.
    pub range: Range<usize>,
}

/// The members of the object that `text` is, in order, duplicates included; their values are checked and left as written.
pub fn members(text: &str) -> Result<Vec<Member<'_>>, JsonError> {
    let mut lexer = Lexer::new(text)?;
    if lexer.next()? != Some(Token::BeginObject) {
        return Err(JsonError::at(text, 0, JsonProblem::NotAnObject));
    }
    let mut members = Vec::new();
    while let Some(Token::Key(literal)) = lexer.next()? {
        let name = decode_string(literal).map_err(|e| lexer.error(e.problem))?;
        let after_colon = lexer.position();
        lexer.next()?;
        while lexer.depth() > 1 {
            lexer.next()?;
        }
        let end = lexer.position();
        let value = text[after_colon..end].trim_start_matches([' ', '\t', '\n', '\r']);
        members.push(Member { name, value, range: end - value.len()..end });
    }
    while lexer.next()?.is_some() {}
    Ok(members)
}

/// The items of the array that `text` is, as written, in order.
pub fn items(text: &str) -> Result<Vec<&str>, JsonError> {
    let mut lexer = Lexer::new(text)?;
    if lexer.next()? != Some(Token::BeginArray) {
        return Err(JsonError::at(text, 0, JsonProblem::NotAnArray));
    }
    let mut items = Vec::new();
    loop {
        let before = lexer.position();
        if lexer.next()? == Some(Token::EndArray) && lexer.depth() == 0 {
            break;
        }
        while lexer.depth() > 1 {
            lexer.next()?;
        }
        // The comma, which is no token, stands between the items.
        items.push(text[before..lexer.position()].trim_start_matches([',', ' ', '\t', '\n', '\r']));
    }
    while lexer.next()?.is_some() {}
    Ok(items)
}

fn write(text: &str, indent: Option<usize>) -> Result<String, JsonError> {
    let mut lexer = Lexer::new(text)?;
    let mut out = String::with_capacity(text.len());
    // Whether the next part is the first of its container, and whether it follows its own key.
    let (mut first, mut after_key) = (true, false);
    while let Some(token) = lexer.next()? {
        let closing = matches!(token, Token::EndObject | Token::EndArray);
        let depth = lexer.depth() - usize::from(matches!(token, Token::BeginObject | Token::BeginArray));
        if !closing && !after_key && depth > 0 && !first {
            out.push(',');
        }
        if let Some(indent) = indent
            && !after_key
            && !(closing && first)
            && (depth > 0 || closing)
        {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth * indent));
        }
        after_key = matches!(token, Token::Key(_));
        first = matches!(token, Token::BeginObject | Token::BeginArray);
        match token {
            Token::BeginObject => out.push('{'),
            Token::EndObject => out.push('}'),
            Token::BeginArray => out.push('['),
            Token::EndArray => out.push(']'),
            Token::Key(literal) => {
                out.push_str(literal);
                out.push_str(if indent.is_some() { ": " } else { ":" });
            }
            Token::String(literal) | Token::Number(literal) | Token::Word(literal) => out.push_str(literal),
        }
    }
    Ok(out)
}
