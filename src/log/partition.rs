//! The handle to one partition's log.

use bytes::Bytes;

use super::LogError;
use crate::model::{Offset, TimestampMillis};

/// How a partition is opened.
#[derive(Debug, Clone, Default)]
pub struct PartitionOptions {
    /// Makes an empty log where there is no file; otherwise a missing file is [`LogError::Damaged`].
    pub create: bool,
}

/// When an append is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// As `Wal`; nobody waits.
    None,
    /// After the commit is in the write-ahead log: survives the end of the process.
    Wal,
    /// After the commit is synced to disk: survives loss of power.
    Disk,
}

/// What comes with the batches of an append.
#[derive(Debug, Clone, Copy)]
pub struct AppendRequest {
    pub sync: Sync,
    pub leader_epoch: i32,
    /// The time to stamp the batches with where the topic says LogAppendTime.
    pub log_append_time: Option<TimestampMillis>,
}

/// Where the batches of an append stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendOutcome {
    pub base_offset: Offset,
    pub last_offset: Offset,
    pub log_append_time: Option<TimestampMillis>,
    pub log_start_offset: Offset,
}

/// Batches from a read, whole, in order; the first may begin before the asked offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOutcome {
    pub batches: Vec<Bytes>,
    /// The offset after the last batch; the asked offset where there is none.
    pub next: Offset,
    pub start_offset: Offset,
    /// The high watermark at the time of the read.
    pub end_offset: Offset,
}

/// One batch without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSpan {
    pub base_offset: Offset,
    pub last_offset: Offset,
    pub max_timestamp: TimestampMillis,
    pub record_count: i32,
    pub bytes: usize,
}

/// What retention deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained {
    pub start_offset: Offset,
    pub batches: u64,
    pub bytes: u64,
}

/// One partition's log. All methods can be called from any thread; those that touch the disk say so.
pub struct Partition {}

impl Partition {
    /// Appends whole batches (already verified, see [`crate::codec::verify`]) and calls `done` from the writer thread, when
    /// they are committed as `request.sync` asks or have failed. Never blocks; a full queue is [`LogError::Busy`].
    pub fn append(
        &self,
        batches: Bytes,
        request: AppendRequest,
        done: impl FnOnce(Result<AppendOutcome, LogError>) + Send + 'static,
    ) {
        let _ = (batches, request, done);
        todo!()
    }

    /// Batches from the one that holds `from`, up to `max_bytes`; with `at_least_one` the first comes whatever its size.
    /// Blocks on disk unless `from` is in the last MiB.
    pub fn read(&self, from: Offset, max_bytes: usize, at_least_one: bool) -> Result<ReadOutcome, LogError> {
        let _ = (from, max_bytes, at_least_one);
        todo!()
    }

    /// The first offset that can be read.
    pub fn start_offset(&self) -> Offset {
        todo!()
    }

    /// The high watermark: the offset that the next record will get. Moves only after a commit.
    pub fn end_offset(&self) -> Offset {
        todo!()
    }

    /// Bytes of the batches that can be read.
    pub fn size_bytes(&self) -> u64 {
        todo!()
    }

    /// Batches that can be read.
    pub fn batch_count(&self) -> u64 {
        todo!()
    }

    /// The largest timestamp so far; `None` in an empty log.
    pub fn max_timestamp(&self) -> Option<TimestampMillis> {
        todo!()
    }

    /// The first record with a timestamp of at least `timestamp`, as (offset, timestamp). Blocks on disk.
    pub fn offset_for_time(&self, timestamp: TimestampMillis) -> Result<Option<(Offset, TimestampMillis)>, LogError> {
        let _ = timestamp;
        todo!()
    }

    /// The first record that has the largest timestamp, as (offset, timestamp). Blocks on disk.
    pub fn offset_of_max_timestamp(&self) -> Result<Option<(Offset, TimestampMillis)>, LogError> {
        todo!()
    }

    /// The batches that hold offsets of `from..to`, at most `limit` of them, without reading their bytes. Blocks on disk.
    pub fn headers(&self, from: Offset, to: Offset, limit: usize) -> Result<Vec<BatchSpan>, LogError> {
        let _ = (from, to, limit);
        todo!()
    }

    /// Moves the log's start up to `before` (DeleteRecords; -1 stands for the high watermark) and returns the new start,
    /// once it is on disk. Batches wholly below are then deleted in the background. Blocks on disk.
    pub fn trim(&self, before: Offset) -> Result<Offset, LogError> {
        let _ = before;
        todo!()
    }

    /// Deletes the batches at the start of the log that are older than `retention_ms` or beyond `retention_bytes`.
    /// Blocks on disk.
    pub fn retain(
        &self,
        now: TimestampMillis,
        retention_ms: Option<i64>,
        retention_bytes: Option<i64>,
    ) -> Result<Retained, LogError> {
        let _ = (now, retention_ms, retention_bytes);
        todo!()
    }

    /// (leader epoch, first offset of it), ascending.
    pub fn leader_epochs(&self) -> Vec<(i32, Offset)> {
        todo!()
    }

    /// Calls `listener` with the new end offset after every commit, from the writer thread: it must be quick.
    pub fn on_append(&self, listener: impl Fn(Offset) + Send + std::marker::Sync + 'static) {
        let _ = Box::new(listener) as Box<dyn Fn(Offset) + Send + std::marker::Sync>;
        todo!()
    }

    /// Writes what waits and closes the files; later calls answer [`LogError::Closed`]. Blocks on disk.
    pub fn close(&self) -> Result<(), LogError> {
        todo!()
    }

    /// Closes the log and deletes its files. Blocks on disk.
    pub fn delete(&self) -> Result<(), LogError> {
        todo!()
    }
}
