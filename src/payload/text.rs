//! Bytes as text a person can read, one line or many.

use std::borrow::Cow;

use super::kind::{PayloadKind, kind_of};

/// A payload on one line, cut to a number of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Without line ends or control characters. Empty for null and for zero bytes.
    pub text: String,
    /// Whether more follows than is shown.
    pub cut: bool,
    /// Whether [`text`](Self::text) is hex because the bytes are no text.
    pub hex: bool,
}

/// The beginning of a payload on one line of at most `chars_max` characters. Looks at no more bytes than it shows.
pub fn preview(bytes: &[u8], chars_max: usize) -> Preview {
    let look_at = chars_max.saturating_mul(4).saturating_add(4);
    let start = &bytes[..bytes.len().min(look_at)];
    let valid = match std::str::from_utf8(start) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && start.len() < bytes.len() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    };
    match valid {
        Some(text) if !text.contains('\0') => text_preview(text, chars_max, start.len() < bytes.len()),
        _ => hex_preview(bytes, chars_max),
    }
}

fn text_preview(text: &str, chars_max: usize, more: bool) -> Preview {
    let mut line = String::with_capacity(text.len().min(chars_max * 4));
    for (shown, character) in text.chars().enumerate() {
        if shown == chars_max {
            return Preview { text: line, cut: true, hex: false };
        }
        match character {
            '\n' => line.push('⏎'),
            '\r' | '\t' => line.push(' '),
            c if c.is_control() => line.push(control_picture(c)),
            c => line.push(c),
        }
    }
    Preview { text: line, cut: more, hex: false }
}

/// Two hex digits and a space a byte: what fits.
fn hex_preview(bytes: &[u8], chars_max: usize) -> Preview {
    use std::fmt::Write as _;
    let shown = bytes.len().min(chars_max.div_ceil(3));
    let mut text = String::with_capacity(shown * 3);
    for (index, byte) in bytes[..shown].iter().enumerate() {
        let gap = if index == 0 { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{gap}{byte:02x}");
    }
    Preview { text, cut: shown < bytes.len(), hex: true }
}

/// U+2400 and up stand for the control characters 0 to 31, U+2421 for delete; the rest becomes U+FFFD.
fn control_picture(control: char) -> char {
    match u32::from(control) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The text of `bytes`, with U+FFFD where they are not UTF-8, for a text view over many lines; control characters other
/// than tab and line ends are shown as pictures. Cut to `bytes_max`.
pub fn text_view(bytes: &[u8], bytes_max: usize) -> String {
    let lossy = String::from_utf8_lossy(&bytes[..bytes.len().min(bytes_max)]);
    lossy
        .chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\r' | '\t') { control_picture(c) } else { c })
        .collect()
}

/// `text` with control characters (line ends too) as `\n`, `\t`, `\u{7f}`: for one line in a terminal or a log.
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a text view makes sense for these bytes.
pub fn is_text(bytes: &[u8]) -> bool {
    !matches!(kind_of(Some(bytes)), PayloadKind::Binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_one_bounded_line() {
        assert_eq!(preview(b"a\nb\tc", 10).text, "a⏎b c");
        assert_eq!(preview("水水水".as_bytes(), 2), Preview { text: "水水".into(), cut: true, hex: false });
        assert_eq!(preview(b"\x00\xffz", 10), Preview { text: "00 ff 7a".into(), cut: false, hex: true });
        assert_eq!(preview(b"", 10), Preview { text: String::new(), cut: false, hex: false });
        assert!(preview(&[b'x'; 100], 10).cut);
        assert_eq!(preview(b"a\x1b[31m", 10).text, "a␛[31m");
    }

    #[test]
    fn a_character_cut_by_the_look_ahead_is_not_binary() {
        let text = format!("a{}", "水".repeat(50));
        for chars in 0..30 {
            let shown = preview(text.as_bytes(), chars);
            assert!(!shown.hex && shown.cut, "{chars}");
            assert_eq!(shown.text.chars().count(), chars);
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escape_controls("a\nb\u{7f}"), "a\\nb\\u{7f}");
        assert_eq!(text_view(b"a\x00\n\xff", 10), "a␀\n\u{fffd}");
    }
}
