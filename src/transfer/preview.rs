//! The first lines of a file as an import would read them.

use std::path::Path;

use super::{
    TransferError,
    csv::{CsvColumns, CsvOptions, is_export_header},
    error::BadLine,
    export::on_disk,
    import::{ImportFormat, JsonLines},
    line::record_from_line,
    lines::LineReader,
    source::{ChunkLimit, ImportFrom, Source},
};
use crate::model::NewRecord;

/// Lines that a preview reads at most.
pub const PREVIEW_LINES_MAX: usize = 200;
/// Bytes that a preview reads at most.
const PREVIEW_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The longest first line that [`guess_format`] looks at, in bytes.
const GUESS_BYTES_MAX: usize = 1024 * 1024;

/// What the first lines would become.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportPreview {
    pub rows: Vec<PreviewRow>,
    /// How many of [`rows`](Self::rows) are bad.
    pub bad_lines: u64,
    /// Columns of a CSV file, by name or else by number from 1; empty for other formats.
    pub columns: Vec<String>,
    /// Size of the file, where it has one.
    pub file_bytes: Option<u64>,
    /// Whether the file goes on after these lines.
    pub more: bool,
}

/// One line of a preview.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRow {
    /// From 1.
    pub line: u64,
    pub record: Result<NewRecord, BadLine>,
}

/// Reads the first `lines_max` lines (at most [`PREVIEW_LINES_MAX`]) without importing anything.
pub async fn preview(path: &Path, format: &ImportFormat, lines_max: usize) -> Result<ImportPreview, TransferError> {
    let (path, format) = (path.to_owned(), format.clone());
    on_disk(move || {
        let mut source = Source::open(ImportFrom::File(path), &format)?;
        let limit = ChunkLimit { lines: lines_max.min(PREVIEW_LINES_MAX), bytes: PREVIEW_BYTES_MAX };
        let rows: Vec<_> = source
            .next_chunk(limit)?
            .into_iter()
            .map(|line| PreviewRow { line: line.number, record: line.record })
            .collect();
        let more = !source.next_chunk(ChunkLimit { lines: 1, bytes: 1 })?.is_empty();
        let bad_lines = rows.iter().filter(|row| row.record.is_err()).count() as u64;
        Ok(ImportPreview { rows, bad_lines, columns: source.header().to_vec(), file_bytes: source.total_bytes, more })
    })
    .await
}

/// The format that a file seems to have, by its first line: record lines, other JSON lines, CSV (its delimiter, and whether
/// it is an export), else lines of text.
pub async fn guess_format(path: &Path) -> Result<ImportFormat, TransferError> {
    let path = path.to_owned();
    on_disk(move || {
        let fail = |source| TransferError::Read { path: path.clone(), source };
        let file = std::fs::File::open(&path).map_err(fail)?;
        let mut lines = LineReader::new(std::io::BufReader::new(file), GUESS_BYTES_MAX);
        let mut line = Vec::new();
        while lines.next_line(&mut line).map_err(fail)?.is_some() && line.iter().all(u8::is_ascii_whitespace) {}
        let name_says_csv =
            path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("tsv"));
        Ok(guess(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line), name_says_csv))
    })
    .await
}

fn guess(line: &[u8], name_says_csv: bool) -> ImportFormat {
    let first = line.trim_ascii_start().first();
    if matches!(first, Some(b'{')) && !name_says_csv {
        let json = match record_from_line(line) {
            Ok(_) => JsonLines::Records,
            Err(_) => JsonLines::Values { key: None, timestamp: None },
        };
        return ImportFormat::JsonLines(json);
    }
    let most = [b',', b';', b'\t'].into_iter().max_by_key(|d| (memchr::memchr_iter(*d, line).count(), *d == b','));
    let delimiter = most.unwrap_or(b',');
    if !name_says_csv && memchr::memchr(delimiter, line).is_none() {
        return ImportFormat::Plain;
    }
    let text = String::from_utf8_lossy(line);
    let names: Vec<String> = text.split(char::from(delimiter)).map(str::to_owned).collect();
    let mut options = CsvOptions { delimiter, ..CsvOptions::default() };
    if is_export_header(&names) {
        options.columns = CsvColumns::Export;
    }
    ImportFormat::Csv(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_guessed_by_the_first_line() {
        assert_eq!(guess(br#"{"value":1}"#, false), ImportFormat::JsonLines(JsonLines::Records));
        assert!(matches!(guess(br#"{"id":1}"#, false), ImportFormat::JsonLines(JsonLines::Values { .. })));
        assert!(matches!(guess(b"a;b;c,d", false), ImportFormat::Csv(CsvOptions { delimiter: b';', .. })));
        assert_eq!(guess(b"just words", false), ImportFormat::Plain);
        let header = super::super::csv::EXPORT_COLUMNS.join(",");
        let ImportFormat::Csv(options) = guess(header.as_bytes(), true) else { panic!("not CSV") };
        assert_eq!(options.columns, CsvColumns::Export);
    }
}
