//! One record as one line of JSON.
//!
//! ```json
//! {"topic":"t","partition":0,"offset":7,"timestamp":1517363399650,"key":"uw","value":"{\"mag\":1}","headers":[["k","v"]]}
//! ```
//!
//! A string is UTF-8 text and `null` is null. Bytes that are not UTF-8 stand as base64 in `key_base64` and
//! `value_base64`, and in a header as `{"base64":"..."}` in the place of its name or value. Values are always written as
//! strings, so what is read again is the same, byte for byte.
//!
//! Reading takes more: an object, array, number or word as key or value becomes its compact JSON, numbers as written;
//! headers may be an object; a timestamp may be a time such as `2018-01-31T01:49:59Z`. `topic` and `offset` are passed over,
//! members with other names too.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;

use super::{error::LineProblem, time::parse_time};
use crate::model::{Header, NewRecord, Record};
use crate::payload::json::{self, Member};

/// Headers that one line may bring.
pub const HEADERS_MAX: usize = 100_000;

/// Appends a record as one line, with its end.
pub fn record_to_line(topic: &str, record: &Record, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"topic\":");
    json::encode_string_into(topic, out);
    let numbers =
        format!(",\"partition\":{},\"offset\":{},\"timestamp\":{},", record.partition, record.offset, record.timestamp);
    out.extend_from_slice(numbers.as_bytes());
    write_field("key", record.key.as_deref(), out);
    out.push(b',');
    write_field("value", record.value.as_deref(), out);
    out.extend_from_slice(b",\"headers\":");
    write_headers(&record.headers, out);
    out.extend_from_slice(b"}\n");
}

fn write_field(name: &str, bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    let text = bytes.map(std::str::from_utf8);
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    match (bytes, text) {
        (Some(bytes), Some(Err(_))) => {
            out.extend_from_slice(b"_base64\":\"");
            out.extend_from_slice(BASE64.encode(bytes).as_bytes());
            out.push(b'"');
        }
        (_, Some(Ok(text))) => {
            out.extend_from_slice(b"\":");
            json::encode_string_into(text, out);
        }
        _ => out.extend_from_slice(b"\":null"),
    }
}

/// Appends headers as `[["name","value"],...]`.
pub(super) fn write_headers(headers: &[Header], out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, header) in headers.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"[" } else { b",[" });
        write_header_part(Some(&header.key), out);
        out.push(b',');
        write_header_part(header.value.as_deref(), out);
        out.push(b']');
    }
    out.push(b']');
}

fn write_header_part(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => out.extend_from_slice(b"null"),
        Some((_, Ok(text))) => json::encode_string_into(text, out),
        Some((bytes, Err(_))) => {
            out.extend_from_slice(b"{\"base64\":\"");
            out.extend_from_slice(BASE64.encode(bytes).as_bytes());
            out.extend_from_slice(b"\"}");
        }
    }
}

/// Reads one record line (without its end).
pub fn record_from_line(line: &[u8]) -> Result<NewRecord, LineProblem> {
    let members = json::members(text_of(line)?).map_err(LineProblem::Json)?;
    let find = |name: &str| members.iter().rev().find(|m| m.name == name).map(|m| m.value);
    let value = field("value", "value_base64", find("value"), find("value_base64"))?;
    let key = field("key", "key_base64", find("key"), find("key_base64"))?;
    let partition = match find("partition") {
        None | Some("null") => None,
        Some(raw) => Some(raw.parse().map_err(|_| wrong_type("partition", "a number from 0 on", raw))?),
    };
    let timestamp = match find("timestamp") {
        None | Some("null") => None,
        Some(raw) => Some(timestamp_from_json(raw)?),
    };
    let headers = match find("headers") {
        None | Some("null") => Vec::new(),
        Some(raw) => headers_from_json(raw)?,
    };
    if partition.is_some_and(|partition: i32| partition < 0) {
        return Err(wrong_type("partition", "a number from 0 on", find("partition").unwrap_or_default()));
    }
    let value = value.ok_or(LineProblem::NoValue)?;
    Ok(NewRecord { partition, timestamp, key: key.flatten(), value, headers })
}

/// Reads a line of any JSON as a record: the whole line, compact, is the value; key and timestamp come from members of the
/// outermost object, where named.
pub fn value_from_line(line: &[u8], key: Option<&str>, timestamp: Option<&str>) -> Result<NewRecord, LineProblem> {
    let text = text_of(line)?;
    let value = json::compact(text).map_err(LineProblem::Json)?;
    let members =
        if key.is_some() || timestamp.is_some() { json::members(text).map_err(LineProblem::Json)? } else { Vec::new() };
    let find = |name: Option<&str>| name.and_then(|name| members.iter().rev().find(|m: &&Member<'_>| m.name == name));
    let key = match find(key) {
        Some(member) => bytes_from_json("key", member.value)?,
        None => None,
    };
    let timestamp = match find(timestamp) {
        Some(member) if member.value != "null" => Some(timestamp_from_json(member.value)?),
        _ => None,
    };
    Ok(NewRecord { partition: None, timestamp, key, value: Some(value.into()), headers: Vec::new() })
}

/// Reads headers as [`write_headers`] writes them, or as an object.
pub(super) fn headers_from_json(raw: &str) -> Result<Vec<Header>, LineProblem> {
    let mut headers = Vec::new();
    if raw.starts_with('{') {
        for member in json::members(raw).map_err(LineProblem::Json)? {
            headers.push(Header { key: member.name.into(), value: header_part(member.value)? });
        }
    } else {
        for pair in json::items(raw).map_err(LineProblem::Json)? {
            let parts = json::items(pair).map_err(|_| wrong_type("headers", "a list of [name, value]", pair))?;
            let [name, value] = parts[..] else {
                return Err(wrong_type("headers", "a list of [name, value]", pair));
            };
            let key = header_part(name)?.ok_or_else(|| wrong_type("a header's name", "text", name))?;
            headers.push(Header { key, value: header_part(value)? });
        }
    }
    if headers.len() > HEADERS_MAX {
        return Err(wrong_type("headers", "at most 100,000 headers", "more"));
    }
    Ok(headers)
}

fn header_part(raw: &str) -> Result<Option<Bytes>, LineProblem> {
    match raw.bytes().next() {
        Some(b'{') => {
            let members = json::members(raw).map_err(LineProblem::Json)?;
            match &members[..] {
                [only] if only.name == "base64" => base64_from_json("a header", only.value).map(Some),
                _ => Err(wrong_type("a header's part", "text, null or {\"base64\":\"...\"}", raw)),
            }
        }
        Some(b'[') => Err(wrong_type("a header's part", "text, null or {\"base64\":\"...\"}", raw)),
        _ => bytes_from_json("a header", raw),
    }
}

/// The outer option: whether either member is there; the inner: null.
fn field(
    name: &'static str,
    name_base64: &'static str,
    plain: Option<&str>,
    base64: Option<&str>,
) -> Result<Option<Option<Bytes>>, LineProblem> {
    match (plain, base64) {
        (None, None) => Ok(None),
        (Some(raw), None | Some("null")) => bytes_from_json(name, raw).map(Some),
        (None | Some("null"), Some(raw)) => base64_from_json(name_base64, raw).map(|bytes| Some(Some(bytes))),
        (Some(_), Some(_)) => Err(LineProblem::Twice { name }),
    }
}

/// Text of a string, null, or the compact JSON of anything else.
fn bytes_from_json(name: &'static str, raw: &str) -> Result<Option<Bytes>, LineProblem> {
    match raw.bytes().next() {
        Some(b'n') => Ok(None),
        Some(b'"') => match json::decode_string(raw) {
            Ok(text) => Ok(Some(text.into())),
            Err(error) => Err(LineProblem::Type { name, wanted: "text", found: error.problem.to_string() }),
        },
        _ => Ok(Some(json::compact(raw).map_err(LineProblem::Json)?.into())),
    }
}

fn base64_from_json(name: &'static str, raw: &str) -> Result<Bytes, LineProblem> {
    let text = match raw.starts_with('"') {
        true => json::decode_string(raw).map_err(LineProblem::Json)?,
        false => return Err(wrong_type(name, "a string of base64", raw)),
    };
    bytes_from_base64(name, &text)
}

/// Standard alphabet with padding (RFC 4648, section 4).
pub(super) fn bytes_from_base64(name: &'static str, text: &str) -> Result<Bytes, LineProblem> {
    let bytes = BASE64.decode(text).map_err(|error| LineProblem::Base64 { name, why: error.to_string() })?;
    Ok(bytes.into())
}

fn timestamp_from_json(raw: &str) -> Result<i64, LineProblem> {
    let text = if raw.starts_with('"') { json::decode_string(raw).map_err(LineProblem::Json)? } else { raw.to_owned() };
    parse_time(&text).ok_or_else(|| LineProblem::Timestamp { found: shortened(&text) })
}

fn text_of(line: &[u8]) -> Result<&str, LineProblem> {
    std::str::from_utf8(line).map_err(|error| LineProblem::NotUtf8 { byte: error.valid_up_to() })
}

fn wrong_type(name: &'static str, wanted: &'static str, raw: &str) -> LineProblem {
    LineProblem::Type { name, wanted, found: shortened(raw) }
}

/// The beginning of what was found, short enough for a message.
pub(super) fn shortened(text: &str) -> String {
    crate::payload::preview(text.as_bytes(), 40).text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> NewRecord {
        record_from_line(line.as_bytes()).unwrap()
    }

    fn problem(line: &str) -> String {
        record_from_line(line.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn values_become_bytes_as_documented() {
        let cases: [(&str, Option<&[u8]>); 7] = [
            (r#"{"value":"a\nb"}"#, Some(b"a\nb")),
            (r#"{"value":null}"#, None),
            (r#"{"value":""}"#, Some(b"")),
            (r#"{"value": { "a" : 1.50, "b":[9007199254740993 ] } }"#, Some(br#"{"a":1.50,"b":[9007199254740993]}"#)),
            (r#"{"value":1e400}"#, Some(b"1e400")),
            (r#"{"value":true}"#, Some(b"true")),
            (r#"{"value_base64":"/wA="}"#, Some(b"\xff\x00")),
        ];
        for (line, value) in cases {
            assert_eq!(read(line).value.as_deref(), value, "{line}");
        }
        assert_eq!(read(r#"{"value":"x"}"#).key, None);
        assert_eq!(read(r#"{"key":12,"value":"x","offset":3,"topic":"t"}"#).key.as_deref(), Some(&b"12"[..]));
    }

    #[test]
    fn headers_keep_order_duplicates_and_bytes() {
        let record = read(r#"{"value":"","headers":[["a","1"],["a",null],[{"base64":"/w=="},{"base64":""}]]}"#);
        let expected = [(&b"a"[..], Some(&b"1"[..])), (b"a", None), (b"\xff", Some(b""))];
        let found: Vec<_> = record.headers.iter().map(|h| (&h.key[..], h.value.as_deref())).collect();
        assert_eq!(found, expected);
        assert_eq!(read(r#"{"value":"","headers":{"a":"1","b":2}}"#).headers.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(problem("{").starts_with("not JSON, at column 2"));
        assert!(problem(r#"{"a":1}"#).contains("no \"value\""));
        assert!(problem(r#"{"value":1,"value_base64":"AA=="}"#).contains("both \"value\""));
        assert!(problem(r#"{"value_base64":"?"}"#).contains("not base64"));
        assert!(problem(r#"{"value":"","partition":-1}"#).contains("from 0 on"));
        assert!(problem(r#"{"value":"","timestamp":"soon"}"#).contains("soon"));
        assert!(problem(r#"{"value":"","headers":[["a"]]}"#).contains("[name, value]"));
        assert!(problem(r#"{"value":"\ud800"}"#).contains("surrogate"));
        assert!(record_from_line(b"\xff").unwrap_err().to_string().contains("not UTF-8"));
    }

    #[test]
    fn any_json_line_can_be_a_value() {
        let record =
            value_from_line(br#"{ "id": 7, "at": "2018-01-31", "x":[1, 2] }"#, Some("id"), Some("at")).unwrap();
        assert_eq!(record.key.as_deref(), Some(&b"7"[..]));
        assert_eq!(record.timestamp, Some(1_517_356_800_000));
        assert_eq!(record.value.as_deref(), Some(&br#"{"id":7,"at":"2018-01-31","x":[1,2]}"#[..]));
    }
}
