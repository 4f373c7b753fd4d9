//! A file as a stream of records, read in chunks. Blocking; an import runs it on a blocking thread.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use csv::ByteRecord;

use super::{
    csv::{CsvOptions, RowReader},
    error::{BadLine, LineProblem, TransferError},
    import::{ImportFormat, JsonLines},
    line::{record_from_line, value_from_line},
    lines::{Line, LineReader},
};
use crate::model::NewRecord;
use crate::payload::preview;

/// Longest line or CSV row that is read, in bytes: base64 of the largest record that a broker could take by far.
pub const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Characters of a bad line that are kept to show it.
const BAD_LINE_CHARS_MAX: usize = 200;
/// Bytes read from the file at once.
const READ_BUFFER_BYTES: usize = 256 * 1024;
/// The byte order mark that some programs write before UTF-8.
const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// What lines come from.
pub enum ImportFrom {
    File(PathBuf),
    /// Standard input, pasted text.
    Reader(Box<dyn Read + Send>),
}

impl std::fmt::Debug for ImportFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Reader(_) => f.write_str("Reader"),
        }
    }
}

/// What lines are read from.
type Input = BufReader<Box<dyn Read + Send>>;

/// One line with what became of it.
pub(super) struct SourceLine {
    /// From 1.
    pub number: u64,
    pub record: Result<NewRecord, BadLine>,
}

/// Bounds of one chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkLimit {
    pub lines: usize,
    pub bytes: u64,
}

/// The lines of a file.
pub(super) struct Source {
    kind: Kind,
    path: PathBuf,
    /// Length of the file, where known.
    pub total_bytes: Option<u64>,
    /// Whether lines are handed on as they come instead of waiting until a chunk is full: for pipes.
    eager: bool,
    buffer: Vec<u8>,
}

#[allow(clippy::large_enum_variant)] // One a file.
enum Kind {
    Json { lines: LineReader<Box<dyn Read + Send>>, json: JsonLines },
    Plain { lines: LineReader<Box<dyn Read + Send>> },
    Csv { rows: csv::Reader<RowLimit<Input>>, reader: RowReader, header: Vec<String>, row: ByteRecord },
}

impl Source {
    pub(super) fn open(from: ImportFrom, format: &ImportFormat) -> Result<Self, TransferError> {
        let eager = matches!(from, ImportFrom::Reader(_));
        let (read, path, total_bytes): (Box<dyn Read + Send>, _, _) = match from {
            ImportFrom::Reader(reader) => (reader, PathBuf::from("-"), None),
            ImportFrom::File(path) => {
                let (file, length) = open_file(&path)?;
                (Box::new(file), path, length)
            }
        };
        let fail = |source| TransferError::Read { path: path.clone(), source };
        let mut read: Input = BufReader::with_capacity(READ_BUFFER_BYTES, read);
        let start = read.fill_buf().map_err(fail)?;
        if start.starts_with(UTF8_BOM) {
            read.consume(UTF8_BOM.len());
        }
        let kind = match format {
            ImportFormat::JsonLines(json) => {
                Kind::Json { lines: LineReader::new(read, LINE_BYTES_MAX), json: json.clone() }
            }
            ImportFormat::Plain => Kind::Plain { lines: LineReader::new(read, LINE_BYTES_MAX) },
            ImportFormat::Csv(options) => open_csv(read, options, &path)?,
        };
        Ok(Self { kind, path, total_bytes, eager, buffer: Vec::new() })
    }

    /// Names of a CSV file's columns; numbers from 1 where it has no header.
    pub(super) fn header(&self) -> &[String] {
        match &self.kind {
            Kind::Csv { header, .. } => header,
            _ => &[],
        }
    }

    /// Bytes of the file that were read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        match &self.kind {
            Kind::Json { lines, .. } | Kind::Plain { lines } => lines.bytes_read(),
            Kind::Csv { rows, .. } => rows.position().byte(),
        }
    }

    /// The next lines; empty only at the end. Lines with nothing but space are passed over.
    pub(super) fn next_chunk(&mut self, limit: ChunkLimit) -> Result<Vec<SourceLine>, TransferError> {
        let start = self.bytes_read();
        let mut chunk = Vec::new();
        while chunk.len() < limit.lines && self.bytes_read() - start < limit.bytes {
            match self.next_line()? {
                Some(line) => chunk.push(line),
                None => break,
            }
            if self.eager && !self.has_line_ready() {
                break;
            }
        }
        Ok(chunk)
    }

    /// Whether the next line can be read without waiting. Rows of CSV are read ahead by their own reader, which does not tell.
    fn has_line_ready(&self) -> bool {
        match &self.kind {
            Kind::Json { lines, .. } | Kind::Plain { lines } => lines.has_line_ready(),
            Kind::Csv { .. } => true,
        }
    }

    fn next_line(&mut self) -> Result<Option<SourceLine>, TransferError> {
        let fail = |source| TransferError::Read { path: self.path.clone(), source };
        match &mut self.kind {
            Kind::Csv { rows, reader, row, .. } => next_row(rows, reader, row, &self.path),
            Kind::Json { lines, json } => loop {
                let Some(kind) = lines.next_line(&mut self.buffer).map_err(fail)? else { return Ok(None) };
                if self.buffer.iter().all(u8::is_ascii_whitespace) && kind == Line::Whole {
                    continue;
                }
                let record = whole(&kind).and_then(|()| match json {
                    JsonLines::Records => record_from_line(&self.buffer),
                    JsonLines::Values { key, timestamp } => {
                        value_from_line(&self.buffer, key.as_deref(), timestamp.as_deref())
                    }
                });
                return Ok(Some(source_line(lines.number(), record, &self.buffer)));
            },
            Kind::Plain { lines } => {
                let Some(kind) = lines.next_line(&mut self.buffer).map_err(fail)? else { return Ok(None) };
                let value = bytes::Bytes::copy_from_slice(&self.buffer);
                let record = whole(&kind).map(|()| NewRecord { value: Some(value), ..NewRecord::default() });
                Ok(Some(source_line(lines.number(), record, &self.buffer)))
            }
        }
    }
}

fn open_file(path: &Path) -> Result<(File, Option<u64>), TransferError> {
    let fail = |source| TransferError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    let facts = file.metadata().map_err(fail)?;
    if facts.is_dir() {
        return Err(fail(io::ErrorKind::IsADirectory.into()));
    }
    Ok((file, facts.is_file().then_some(facts.len())))
}

fn open_csv(read: Input, options: &CsvOptions, path: &Path) -> Result<Kind, TransferError> {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(options.delimiter)
        .has_headers(options.header)
        .flexible(true)
        .from_reader(RowLimit { inner: read, since_row: 0 });
    // Without a header this looks at the first row and leaves it for reading.
    let names = rows.byte_headers().map_err(|error| csv_error(&error, 1, path))?;
    let header: Vec<String> = match options.header {
        true => names.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect(),
        false => (1..=names.len()).map(|n| n.to_string()).collect(),
    };
    let reader = RowReader::new(if options.header { header.clone() } else { Vec::new() }, &options.columns)?;
    Ok(Kind::Csv { rows, reader, header, row: ByteRecord::new() })
}

fn next_row(
    rows: &mut csv::Reader<RowLimit<Input>>,
    reader: &RowReader,
    row: &mut ByteRecord,
    path: &Path,
) -> Result<Option<SourceLine>, TransferError> {
    rows.get_mut().since_row = 0;
    let number = rows.position().line();
    if !rows.read_byte_record(row).map_err(|error| csv_error(&error, number, path))? {
        return Ok(None);
    }
    // The reader passes over empty lines, so the row itself knows best where it stands.
    let number = row.position().map_or(number, csv::Position::line);
    let wanted = rows.byte_headers().map(ByteRecord::len).unwrap_or(row.len());
    let record = match row.len() == wanted {
        true => reader.record(row),
        false => Err(LineProblem::Columns { found: row.len() as u64, wanted: wanted as u64 }),
    };
    let text = if record.is_err() { row.iter().collect::<Vec<_>>().join(&b", "[..]) } else { Vec::new() };
    Ok(Some(source_line(number, record, &text)))
}

fn whole(kind: &Line) -> Result<(), LineProblem> {
    match kind {
        Line::Whole => Ok(()),
        Line::TooLong => Err(LineProblem::TooLong { limit: LINE_BYTES_MAX }),
    }
}

fn source_line(number: u64, record: Result<NewRecord, LineProblem>, text: &[u8]) -> SourceLine {
    let record =
        record.map_err(|problem| BadLine { line: number, problem, text: preview(text, BAD_LINE_CHARS_MAX).text });
    SourceLine { number, record }
}

fn csv_error(error: &csv::Error, line: u64, path: &Path) -> TransferError {
    let source = match error.kind() {
        csv::ErrorKind::Io(io) if io.kind() == io::ErrorKind::FileTooLarge => {
            return TransferError::RowTooLong { line, limit: LINE_BYTES_MAX };
        }
        csv::ErrorKind::Io(io) => io::Error::new(io.kind(), io.to_string()),
        _ => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
    };
    TransferError::Read { path: path.to_owned(), source }
}

/// Fails when one row of CSV takes more than [`LINE_BYTES_MAX`]: a quote that nobody closes would else swallow the file.
struct RowLimit<R> {
    inner: R,
    /// Bytes handed out since the last whole row.
    since_row: usize,
}

impl<R: Read> Read for RowLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row > LINE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.inner.read(buffer)?;
        self.since_row += count;
        Ok(count)
    }
}
