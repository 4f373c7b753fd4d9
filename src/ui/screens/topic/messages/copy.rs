//! What goes to the clipboard.

use crate::{
    model::Record,
    payload,
    session::browse::{self, BrowseView, Row},
    ui::{ctx::Ctx, place::Place},
};

/// Rows that are copied together at most: those in memory from the chosen one on.
pub const COPY_ROWS_MAX: u64 = 10_000;

/// Text as it is; other bytes in hex. Nothing for null.
pub fn bytes_as_text(bytes: Option<&[u8]>) -> String {
    let bytes = bytes.unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => hex(bytes),
    }
}

/// Two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The record as one line of an export.
pub fn as_line(ctx: &Ctx<'_>, record: &Record) -> String {
    let topic = match ctx.place {
        Place::Topic { name, .. } => name.as_str(),
        _ => "",
    };
    browse::json_line(topic, record)
}

/// One row, fields separated by tabs.
pub fn row_as_text(ctx: &Ctx<'_>, row: &Row) -> String {
    let place = format!("{}\t{}", row.offset, row.partition);
    match row.record() {
        Some(record) => format!(
            "{place}\t{}\t{}\t{}",
            ctx.format.time(record.timestamp),
            field(record.key.as_deref()),
            field(record.value.as_deref())
        ),
        None => place,
    }
}

/// The rows from `first` on that are in memory, one a line.
pub fn rows_as_text(ctx: &Ctx<'_>, view: &BrowseView, first: u64) -> String {
    let lines: Vec<String> = rows(view, first).map(|row| row_as_text(ctx, row)).collect();
    lines.join("\n")
}

/// The same as CSV (RFC 4180) with a head; times in epoch milliseconds, as a program wants them.
pub fn rows_as_csv(view: &BrowseView, first: u64) -> String {
    let mut out = String::from("offset,partition,timestamp,key,value,headers\r\n");
    for row in rows(view, first) {
        let Some(record) = row.record() else { continue };
        let headers: Vec<String> = record
            .headers
            .iter()
            .map(|h| format!("{}={}", bytes_as_text(Some(&h.key)), bytes_as_text(h.value.as_deref())))
            .collect();
        let fields = [
            row.offset.to_string(),
            row.partition.to_string(),
            record.timestamp.to_string(),
            quoted(&bytes_as_text(record.key.as_deref())),
            quoted(&bytes_as_text(record.value.as_deref())),
            quoted(&headers.join("; ")),
        ];
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    }
    out
}

fn rows(view: &BrowseView, first: u64) -> impl Iterator<Item = &Row> {
    (first..view.len().min(first.saturating_add(COPY_ROWS_MAX))).map_while(|index| view.row(index))
}

/// On one line, whatever it holds.
fn field(bytes: Option<&[u8]>) -> String {
    payload::escape_controls(&bytes_as_text(bytes)).into_owned()
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_would_break_it_and_other_bytes_become_hex() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(bytes_as_text(Some(&[0xff, 0x00])), "ff00");
        assert_eq!(bytes_as_text(Some("水".as_bytes())), "水");
        assert_eq!(bytes_as_text(None), "");
    }
}
