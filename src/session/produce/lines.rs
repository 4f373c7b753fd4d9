//! Pasted JSON Lines: each line read by the same rules as an import, bad ones told with their numbers.

use crate::{model::NewRecord, payload::json, transfer::record_from_line};

/// Longest pasted text, in bytes; for more there is the import of files.
pub const PASTED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most records of a paste.
pub const PASTED_RECORDS_MAX: usize = 50_000;
/// Bad lines that are listed; the rest is counted.
const BAD_LINES_LISTED_MAX: usize = 100;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineForm {
    /// A record with members `key`, `value`, `headers`, `timestamp`, `partition`.
    #[default]
    Record,
    /// Any JSON, which becomes the value.
    Value,
}

/// What a pasted text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastedLines {
    pub records: Vec<NewRecord>,
    /// The first [`BAD_LINES_LISTED_MAX`].
    pub bad: Vec<BadPastedLine>,
    pub bad_count: usize,
    /// Why not all of it was read.
    pub cut: Option<PasteCut>,
}

/// Why a paste was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasteCut {
    Bytes,
    Records,
}

/// A line that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPastedLine {
    /// From 1.
    pub line: usize,
    pub why: String,
}

/// Reads a pasted text. Empty lines are passed over.
pub fn read_lines(text: &str, form: LineForm) -> PastedLines {
    let mut read = PastedLines::default();
    if text.len() > PASTED_BYTES_MAX {
        read.cut = Some(PasteCut::Bytes);
        return read;
    }
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if read.records.len() == PASTED_RECORDS_MAX {
            read.cut = Some(PasteCut::Records);
            break;
        }
        match read_line(line.trim(), form) {
            Ok(record) => read.records.push(record),
            Err(why) => {
                read.bad_count += 1;
                if read.bad.len() < BAD_LINES_LISTED_MAX {
                    read.bad.push(BadPastedLine { line: index + 1, why });
                }
            }
        }
    }
    read
}

fn read_line(line: &str, form: LineForm) -> Result<NewRecord, String> {
    match form {
        LineForm::Record => record_from_line(line.as_bytes()).map_err(|why| why.to_string()),
        LineForm::Value => {
            let value = json::compact(line).map_err(|why| why.to_string())?;
            Ok(NewRecord { value: Some(value.into()), ..NewRecord::default() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_records_and_bad_ones_keep_their_numbers() {
        let text = "{\"key\":\"a\",\"value\":{\"n\": 1}}\n\n{\"value\":null}\n{oops}\n{\"key\":\"no value\"}\r\n";
        let read = read_lines(text, LineForm::Record);
        assert_eq!(read.records.len(), 2);
        assert_eq!(read.records[0].value.as_deref(), Some(&b"{\"n\":1}"[..]));
        assert_eq!(read.records[1].value, None);
        assert_eq!(read.bad.iter().map(|b| b.line).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn any_json_may_be_a_value() {
        let read = read_lines("{\"a\": 9007199254740993}\n[1, 2]\nnot json", LineForm::Value);
        assert_eq!(read.records[0].value.as_deref(), Some(&b"{\"a\":9007199254740993}"[..]));
        assert_eq!((read.records.len(), read.bad_count), (2, 1));
    }

    #[test]
    fn pastes_are_bounded() {
        assert_eq!(read_lines(&"x".repeat(PASTED_BYTES_MAX + 1), LineForm::Value).cut, Some(PasteCut::Bytes));
        let many = read_lines(&"1\n".repeat(PASTED_RECORDS_MAX + 1), LineForm::Value);
        assert_eq!((many.records.len(), many.cut), (PASTED_RECORDS_MAX, Some(PasteCut::Records)));
        let bad = read_lines(&"x\n".repeat(500), LineForm::Value);
        assert_eq!((bad.bad.len(), bad.bad_count), (BAD_LINES_LISTED_MAX, 500));
    }
}
