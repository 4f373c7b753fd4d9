//! JSON strings <-> text.

use super::{JsonError, JsonProblem};

/// The text of a JSON string literal (with its quotes). A lone surrogate, which JSON can write and UTF-8 cannot, is an error.
pub fn decode_string(literal: &str) -> Result<String, JsonError> {
    decode(literal, false)
}

/// As [`decode_string`], with U+FFFD in place of a lone surrogate: for showing.
pub(super) fn decode_for_showing(literal: &str) -> Result<String, JsonError> {
    decode(literal, true)
}

fn decode(literal: &str, replace: bool) -> Result<String, JsonError> {
    let inner = literal
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or_else(|| JsonError::at(literal, 0, JsonProblem::OpenString))?;
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(backslash) = rest.find('\\') {
        text.push_str(&rest[..backslash]);
        let place = inner.len() - rest.len() + backslash + 1;
        let fail = |problem| JsonError::at(literal, place, problem);
        let escape = &rest[backslash + 1..];
        let (character, used) = match escape.bytes().next() {
            Some(b'u') => match unicode_escape(escape) {
                Some(found) => found,
                None if replace => (char::REPLACEMENT_CHARACTER, 5),
                None => return Err(fail(JsonProblem::LoneSurrogate)),
            },
            Some(byte) => (simple_escape(byte).ok_or_else(|| fail(JsonProblem::Escape))?, 1),
            None => return Err(fail(JsonProblem::Escape)),
        };
        text.push(character);
        rest = escape.get(used..).ok_or_else(|| fail(JsonProblem::Escape))?;
    }
    text.push_str(rest);
    Ok(text)
}

fn simple_escape(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// `uXXXX`, or `uXXXX\uXXXX` for a pair of surrogates: the character and the bytes it took; `None` for half a pair.
fn unicode_escape(escape: &str) -> Option<(char, usize)> {
    let unit = |from: usize| escape.get(from..from + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let first = unit(1)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 5));
    }
    if escape.get(5..7) != Some("\\u") {
        return None;
    }
    let pair = [first, unit(7)?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((character, 11))
}

/// `text` as a JSON string literal with its quotes.
pub fn encode_string(text: &str) -> String {
    let mut literal = Vec::with_capacity(text.len() + 2);
    encode_string_into(text, &mut literal);
    String::from_utf8(literal).unwrap_or_default()
}

/// Appends `text` as a JSON string literal: quotes, backslashes and control characters escaped, everything else as it is.
pub fn encode_string_into(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            0x00..=0x1f => b'u',
            _ => continue,
        };
        out.extend_from_slice(&bytes[plain..at]);
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(&[b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
        }
        plain = at + 1;
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}
