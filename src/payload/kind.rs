//! What a payload looks like.

use super::json;

/// Longest payload that is looked at as a whole to name its kind, in bytes; beyond it, only its beginning counts.
const LOOKED_AT_BYTES_MAX: usize = 1024 * 1024;

/// What a key, a value or a header's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayloadKind {
    /// No bytes at all, not even none of them: Kafka's null.
    Null,
    /// Zero bytes.
    Empty,
    /// A JSON object, array, string or word.
    Json,
    /// A number in digits.
    Number,
    /// UTF-8 without control characters other than tab and line ends.
    Text,
    /// Anything else.
    Binary,
}

/// Names the kind of a payload. A text longer than 1 MiB is taken as JSON by its first character alone.
pub fn kind_of(bytes: Option<&[u8]>) -> PayloadKind {
    let Some(bytes) = bytes else { return PayloadKind::Null };
    if bytes.is_empty() {
        return PayloadKind::Empty;
    }
    let whole = bytes.len() <= LOOKED_AT_BYTES_MAX;
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT_BYTES_MAX)];
    let text = match std::str::from_utf8(looked_at) {
        Ok(text) => text,
        // A character cut in two by the limit is no sign of binary data.
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&looked_at[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return PayloadKind::Binary,
    };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return PayloadKind::Binary;
    }
    let json = if whole { json::check(text).is_ok() } else { text.trim_start().starts_with(['{', '[']) };
    match text.trim_start().bytes().next() {
        Some(b'-' | b'0'..=b'9') if json => PayloadKind::Number,
        Some(_) if json => PayloadKind::Json,
        _ => PayloadKind::Text,
    }
}

/// Readings of 1, 2, 4 or 8 bytes as a big-endian number, as Kafka's own serializers write them: (type, value). Empty for
/// other lengths.
pub fn binary_numbers(bytes: &[u8]) -> Vec<(&'static str, String)> {
    if let Ok(raw) = <[u8; 8]>::try_from(bytes) {
        return vec![
            ("int64", i64::from_be_bytes(raw).to_string()),
            ("uint64", u64::from_be_bytes(raw).to_string()),
            ("float64", f64::from_be_bytes(raw).to_string()),
        ];
    }
    if let Ok(raw) = <[u8; 4]>::try_from(bytes) {
        return vec![
            ("int32", i32::from_be_bytes(raw).to_string()),
            ("uint32", u32::from_be_bytes(raw).to_string()),
            ("float32", f32::from_be_bytes(raw).to_string()),
        ];
    }
    if let Ok(raw) = <[u8; 2]>::try_from(bytes) {
        return vec![("int16", i16::from_be_bytes(raw).to_string()), ("uint16", u16::from_be_bytes(raw).to_string())];
    }
    match bytes {
        [byte] => vec![("int8", byte.cast_signed().to_string()), ("uint8", byte.to_string())],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        assert_eq!(kind_of(None), PayloadKind::Null);
        let kinds = [
            (&b""[..], PayloadKind::Empty),
            (b"{\"a\":1}", PayloadKind::Json),
            (b" [1, 2] ", PayloadKind::Json),
            (b"true", PayloadKind::Json),
            (b"-12.5e3", PayloadKind::Number),
            (b"007", PayloadKind::Text),
            (b"{\"a\":", PayloadKind::Text),
            ("水 flows\n".as_bytes(), PayloadKind::Text),
            (b"a\0b", PayloadKind::Binary),
            (b"\xff\xfe", PayloadKind::Binary),
        ];
        for (bytes, kind) in kinds {
            assert_eq!(kind_of(Some(bytes)), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_long_text_cut_inside_a_character_is_still_text() {
        let long = "水".repeat(LOOKED_AT_BYTES_MAX / 3 + 10);
        assert_eq!(kind_of(Some(long.as_bytes())), PayloadKind::Text);
    }

    #[test]
    fn numbers_are_read_as_kafka_writes_them() {
        assert_eq!(binary_numbers(&42_i64.to_be_bytes())[0], ("int64", "42".to_owned()));
        assert_eq!(binary_numbers(&[0xff])[0], ("int8", "-1".to_owned()));
        assert!(binary_numbers(b"abc").is_empty());
    }
}
