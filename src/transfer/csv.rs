//! Records <-> rows of CSV (RFC 4180: quotes doubled, line ends inside of quotes).
//!
//! An export has the columns of [`EXPORT_COLUMNS`]. An empty field and null look the same in CSV, and bytes that are not UTF-8 have
//! no place in it, so `key_encoding` and `value_encoding` say `text`, `base64` or `null`: an export read again with
//! [`CsvColumns::Export`] is without loss too. Any other file is read by a [`CsvMapping`] of its columns.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use csv::ByteRecord;

use super::{
    error::{LineProblem, TransferError},
    line::{bytes_from_base64, headers_from_json, shortened, write_headers},
    time::{format_time, parse_time},
};
use crate::model::{NewRecord, Record};
use crate::payload::json;

/// Columns of an export. `timestamp` is in epoch milliseconds, `time` the same for people (UTC), `headers` a JSON array of
/// [name, value] as in record lines.
pub const EXPORT_COLUMNS: [&str; 10] =
    ["topic", "partition", "offset", "timestamp", "time", "key", "key_encoding", "value", "value_encoding", "headers"];

/// How a file of CSV is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// Between fields: `,` `;` or a tab as a rule.
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub header: bool,
    pub columns: CsvColumns,
}

impl Default for CsvOptions {
    /// Commas, a header, and the whole row as value.
    fn default() -> Self {
        Self { delimiter: b',', header: true, columns: CsvColumns::Mapped(CsvMapping::default()) }
    }
}

/// What the columns of a file mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CsvColumns {
    /// Those of an export of Millpond ([`EXPORT_COLUMNS`], found by their names).
    Export,
    Mapped(CsvMapping),
}

/// Which column becomes what. Columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CsvMapping {
    /// `None`: records without a key. An empty field is a null key.
    pub key: Option<usize>,
    pub value: CsvValue,
    /// `None`, or an empty field: the time of sending.
    pub timestamp: Option<usize>,
}

/// What becomes the value of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvValue {
    /// The row as a JSON object with the header's names (an array where there is no header). Fields that are numbers as JSON
    /// writes them become numbers, digit for digit; the rest becomes strings.
    #[default]
    Row,
    /// The text of one column.
    Column(usize),
}

/// Index of the column that `wanted` names: a name in the header, or its number from 1.
///
/// # Errors
/// [`TransferError::NoColumn`], which lists what there is.
pub fn column_index(header: &[String], wanted: &str) -> Result<usize, TransferError> {
    let by_name = header.iter().position(|name| name == wanted);
    let by_number = || wanted.parse::<usize>().ok().filter(|n| (1..=header.len()).contains(n)).map(|n| n - 1);
    by_name
        .or_else(by_number)
        .ok_or_else(|| TransferError::NoColumn { column: wanted.to_owned(), found: header.join(", ") })
}

/// Whether a header is that of an export.
pub fn is_export_header(header: &[String]) -> bool {
    header.iter().map(String::as_str).eq(EXPORT_COLUMNS)
}

/// Appends the header of an export.
pub(super) fn export_header(out: &mut Vec<u8>) -> Result<(), csv::Error> {
    write_row(out, EXPORT_COLUMNS)
}

/// Appends a record as a row of an export.
pub(super) fn record_to_row(topic: &str, record: &Record, out: &mut Vec<u8>) -> Result<(), csv::Error> {
    let (key, key_encoding) = encode(record.key.as_deref());
    let (value, value_encoding) = encode(record.value.as_deref());
    let mut headers = Vec::new();
    write_headers(&record.headers, &mut headers);
    let numbers = [record.partition.to_string(), record.offset.to_string(), record.timestamp.to_string()];
    let time = format_time(record.timestamp);
    let row: [&[u8]; 10] = [
        topic.as_bytes(),
        numbers[0].as_bytes(),
        numbers[1].as_bytes(),
        numbers[2].as_bytes(),
        time.as_bytes(),
        &key,
        key_encoding.as_bytes(),
        &value,
        value_encoding.as_bytes(),
        &headers,
    ];
    write_row(out, row)
}

fn write_row<T: AsRef<[u8]>>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = T>) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(fields)?;
    writer.flush()?;
    Ok(())
}

fn encode(bytes: Option<&[u8]>) -> (std::borrow::Cow<'_, [u8]>, &'static str) {
    match bytes {
        None => (b"".into(), "null"),
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => (bytes.into(), "text"),
        Some(bytes) => (BASE64.encode(bytes).into_bytes().into(), "base64"),
    }
}

/// Turns rows into records; made once a file, when its header is known.
pub(super) struct RowReader {
    /// Names of the columns, empty where the file has none.
    header: Vec<String>,
    columns: Resolved,
}

enum Resolved {
    Mapped(CsvMapping),
    /// Index of each of [`EXPORT_COLUMNS`].
    Export([usize; 10]),
}

impl RowReader {
    pub(super) fn new(header: Vec<String>, columns: &CsvColumns) -> Result<Self, TransferError> {
        let columns = match columns {
            CsvColumns::Mapped(mapping) => Resolved::Mapped(mapping.clone()),
            CsvColumns::Export => {
                let mut indexes = [0; 10];
                for (index, name) in indexes.iter_mut().zip(EXPORT_COLUMNS) {
                    *index = column_index(&header, name)?;
                }
                Resolved::Export(indexes)
            }
        };
        Ok(Self { header, columns })
    }

    pub(super) fn record(&self, row: &ByteRecord) -> Result<NewRecord, LineProblem> {
        match &self.columns {
            Resolved::Mapped(mapping) => self.mapped(mapping, row),
            Resolved::Export(indexes) => exported(indexes, row),
        }
    }

    fn mapped(&self, mapping: &CsvMapping, row: &ByteRecord) -> Result<NewRecord, LineProblem> {
        let key = match mapping.key {
            Some(column) => Some(field(row, column)?).filter(|key| !key.is_empty()),
            None => None,
        };
        let timestamp = match mapping.timestamp {
            Some(column) => time_from_field(field(row, column)?)?,
            None => None,
        };
        let value = match mapping.value {
            CsvValue::Column(column) => Bytes::copy_from_slice(field(row, column)?),
            CsvValue::Row => self.row_as_json(row)?.into(),
        };
        Ok(NewRecord {
            partition: None,
            timestamp,
            key: key.map(Bytes::copy_from_slice),
            value: Some(value),
            headers: Vec::new(),
        })
    }

    fn row_as_json(&self, row: &ByteRecord) -> Result<Vec<u8>, LineProblem> {
        let named = !self.header.is_empty();
        let mut out = vec![if named { b'{' } else { b'[' }];
        for (index, cell) in row.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            if let Some(name) = self.header.get(index) {
                json::encode_string_into(name, &mut out);
                out.push(b':');
            }
            let text = text_field(cell)?;
            if json::is_number(text) {
                out.extend_from_slice(cell);
            } else {
                json::encode_string_into(text, &mut out);
            }
        }
        out.push(if named { b'}' } else { b']' });
        Ok(out)
    }
}

fn exported(indexes: &[usize; 10], row: &ByteRecord) -> Result<NewRecord, LineProblem> {
    let [_, partition, _, timestamp, _, key, key_encoding, value, value_encoding, headers] = *indexes;
    let partition_text = text_field(field(row, partition)?)?;
    let partition = match partition_text {
        "" => None,
        text => Some(text.parse::<u16>().map(i32::from).map_err(|_| LineProblem::Type {
            name: "partition",
            wanted: "a number from 0 on",
            found: shortened(text),
        })?),
    };
    let headers = match text_field(field(row, headers)?)? {
        "" => Vec::new(),
        text => headers_from_json(text)?,
    };
    Ok(NewRecord {
        partition,
        timestamp: time_from_field(field(row, timestamp)?)?,
        key: decode("key", field(row, key)?, field(row, key_encoding)?)?,
        value: decode("value", field(row, value)?, field(row, value_encoding)?)?,
        headers,
    })
}

fn decode(name: &'static str, cell: &[u8], encoding: &[u8]) -> Result<Option<Bytes>, LineProblem> {
    match encoding {
        b"null" => Ok(None),
        b"text" => Ok(Some(Bytes::copy_from_slice(cell))),
        b"base64" => bytes_from_base64(name, text_field(cell)?).map(Some),
        other => Err(LineProblem::Encoding { found: shortened(&String::from_utf8_lossy(other)) }),
    }
}

fn field(row: &ByteRecord, column: usize) -> Result<&[u8], LineProblem> {
    row.get(column).ok_or(LineProblem::ColumnMissing { number: column + 1, found: row.len() })
}

fn text_field(cell: &[u8]) -> Result<&str, LineProblem> {
    std::str::from_utf8(cell).map_err(|error| LineProblem::NotUtf8 { byte: error.valid_up_to() })
}

fn time_from_field(cell: &[u8]) -> Result<Option<i64>, LineProblem> {
    match text_field(cell)?.trim() {
        "" => Ok(None),
        text => parse_time(text).map(Some).ok_or_else(|| LineProblem::Timestamp { found: shortened(text) }),
    }
}
