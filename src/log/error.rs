//! What can go wrong with a log.

use std::path::PathBuf;

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
    /// The disk is slower than the producers; try again.
    #[error("{} has {queued_bytes} bytes waiting to be written, the limit is {limit_bytes}; try again", path.display())]
    Busy { path: PathBuf, queued_bytes: usize, limit_bytes: usize },
    #[error("{} is closed", path.display())]
    Closed { path: PathBuf },
    #[error("SQLite {found} is too old: versions before 3.51.3 can lose commits; build with the bundled SQLite")]
    OldSqlite { found: String },
}
