//! What all partitions of a workspace share: writer threads and readers.

use std::path::Path;
use std::sync::Arc;

use super::{LogError, Partition, PartitionOptions};

/// How a store works; the default is right outside tests.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Threads that write; a partition belongs to one of them.
    pub writer_threads: usize,
    /// Largest number of pages of a partition's file, `None` for SQLite's own; lets tests fill a disk.
    pub pages_max: Option<u32>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { writer_threads: 4, pages_max: None }
    }
}

/// The writer threads and the readers of a workspace. Dropping it shuts it down.
pub struct Store {}

impl Store {
    /// Starts the threads. Refuses a SQLite that can lose commits.
    pub fn start(options: StoreOptions) -> Result<Self, LogError> {
        let _ = options;
        todo!()
    }

    /// The SQLite linked into this program must not have the WAL-reset bug (sqlite.org/wal.html, fixed in 3.51.3).
    pub fn check_sqlite_version() -> Result<(), LogError> {
        todo!()
    }

    /// Opens a log; recovers it after a crash. Cheap: it reads the ends of the log and keeps no file open. Blocks on disk.
    pub fn open_partition(&self, path: &Path, options: PartitionOptions) -> Result<Arc<Partition>, LogError> {
        let _ = (path, options);
        todo!()
    }

    /// Writes what waits, closes all files and stops the threads. Partitions answer [`LogError::Closed`] afterwards.
    pub fn shutdown(&self) {
        todo!()
    }
}
