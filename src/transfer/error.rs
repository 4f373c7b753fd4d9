//! What can go wrong with a transfer, and with one line of it.

use std::{io, path::PathBuf};

use crate::client::ClientError;
use crate::model::PartitionId;
use crate::payload::json::JsonError;

/// Why a transfer ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// Somebody asked it to stop.
    #[error("stopped on request")]
    Cancelled,
    /// The file cannot be read.
    #[error("could not read the file: {}; check that it exists and may be read: {}", io_words(.source), path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The file cannot be written.
    #[error("could not write the file: {}; nothing was left under this name: {}", io_words(.source), path.display())]
    Write { path: PathBuf, source: io::Error },
    /// There is a file of this name and nobody said to replace it.
    #[error("there is a file of this name already; choose another name or allow it to be replaced: {}", path.display())]
    Exists { path: PathBuf },
    /// The cluster refused or is gone.
    #[error("{0}")]
    Client(#[from] ClientError),
    /// A line is no record and the import was told to stop at the first.
    #[error("{0}; correct the line, or let bad lines be skipped")]
    BadLine(BadLine),
    /// The header of a CSV file has no column of this name.
    #[error("the file has no column {column:?}, its columns are {found}; choose one of these")]
    NoColumn { column: String, found: String },
    /// A row of CSV grew beyond the limit; a quote that nobody closed is the usual cause.
    #[error("line {line}: this row is longer than {limit} bytes; look for a quote that is not closed")]
    RowTooLong { line: u64, limit: usize },
    /// The topic has no such partition.
    #[error("partition {partition} is asked for, but {topic} has {count} partitions; choose from 0 to {}", count - 1)]
    NoPartition { topic: String, partition: PartitionId, count: i32 },
    /// A speed that leads nowhere.
    #[error("the speed must be a number above zero, not {speed}; 1 is real time, 60 an hour in a minute")]
    Speed { speed: f64 },
    /// A copy stopped for a reason of its own.
    #[error(transparent)]
    Copy(#[from] super::copy::CopyFault),
    /// The task that reads or writes the file is gone.
    #[error("the file's task ended early: {why}; try again")]
    Task { why: String },
}

/// The usual reasons in plain words, the system's words for the rest.
fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full, free some space and try again".to_owned(),
        io::ErrorKind::QuotaExceeded => "your quota on this disk is used up".to_owned(),
        io::ErrorKind::FileTooLarge => "the file would be larger than this disk or limit allows".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be opened by this user".to_owned(),
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        _ => error.to_string(),
    }
}

/// A line that is no record.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadLine {
    /// From 1.
    pub line: u64,
    pub problem: LineProblem,
    /// The beginning of the line, on one line.
    pub text: String,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LineProblem {
    #[error("not JSON, at column {}: {}", .0.column, .0.problem)]
    Json(JsonError),
    #[error("not UTF-8 at byte {byte}; bytes belong into key_base64 and value_base64")]
    NotUtf8 { byte: usize },
    #[error("longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("no \"value\" and no \"value_base64\": not a record line; import whole lines as values instead")]
    NoValue,
    #[error("both \"{name}\" and \"{name}_base64\" are given; keep one")]
    Twice { name: &'static str },
    #[error("{name} is not base64: {why}")]
    Base64 { name: &'static str, why: String },
    #[error("{name} should be {wanted}, not {found}")]
    Type { name: &'static str, wanted: &'static str, found: String },
    #[error("partition {partition} is not in the topic, which has {count}; import without partitions, or add some")]
    Partition { partition: PartitionId, count: i32 },
    #[error("{found} columns where the first row has {wanted}")]
    Columns { found: u64, wanted: u64 },
    #[error("no column {number}: this row has {found}")]
    ColumnMissing { number: usize, found: usize },
    #[error("the timestamp {found:?} is neither epoch milliseconds nor a time such as 2026-01-31T12:00:00Z")]
    Timestamp { found: String },
    #[error("the encoding {found:?} is none of text, base64 and null")]
    Encoding { found: String },
    #[error("the broker refused the record: {why}")]
    Refused { why: String },
}
