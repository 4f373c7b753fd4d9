//! What can go wrong with a log.

use std::path::{Path, PathBuf};

use super::producers::ProducerError;
use crate::codec::BatchError;
use crate::model::Offset;

/// Why a log could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Not a log of ours, cut short, or with broken pages. Nothing was changed.
    #[error("{} is not a usable partition log: {why}; it was left untouched, restore it from a copy or delete the topic", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("offset {requested} is out of range: the log holds {start} to {end}")]
    OutOfRange { requested: Offset, start: Offset, end: Offset },
    /// Nothing of the append was stored; the log goes on working.
    #[error("{} cannot grow: {why}; free some space and produce again", path.display())]
    Full { path: PathBuf, why: String },
    #[error("cannot {what} {}: {why}", path.display())]
    Io { path: PathBuf, what: &'static str, why: String },
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// Nothing was stored; the log goes on working.
    #[error(transparent)]
    Producer(#[from] ProducerError),
    /// The disk is slower than the producers; try again.
    #[error("{} has {queued_bytes} bytes waiting to be written, the limit is {limit_bytes}; try again", path.display())]
    Busy { path: PathBuf, queued_bytes: usize, limit_bytes: usize },
    #[error("{} is closed", path.display())]
    Closed { path: PathBuf },
    #[error("SQLite {found} is too old: versions before 3.51.3 can lose commits; build with the bundled SQLite")]
    OldSqlite { found: String },
}

impl LogError {
    /// What an error of SQLite means for the log at `path`; `what` is the verb of the sentence ("write to").
    pub(super) fn from_sqlite(path: &Path, what: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let (path, why) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path, why },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { path, why },
            _ => Self::Io { path, what, why },
        }
    }

    /// What an error of the file system means for the log at `path`.
    pub(super) fn from_io(path: &Path, what: &'static str, error: &std::io::Error) -> Self {
        let (path, why) = (path.to_owned(), error.to_string());
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full { path, why },
            _ => Self::Io { path, what, why },
        }
    }

    pub(super) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), why: why.into() }
    }
}
