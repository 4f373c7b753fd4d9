//! The handle to one partition's log.

mod read;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak, mpsc};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex, RwLock};
use rusqlite::Connection;

use super::clean::Trimmed;
use super::ends::Ends;
use super::producers::{Producer, Producers};
use super::queue::{Append, Done, Op, QUEUE_BYTES_MAX, Queue};
use super::seek::{self, Keep, Range};
use super::store::{STORE_QUEUE_BYTES_MAX, Shared};
use super::writer::Message;
use super::{AppendOutcome, AppendRequest, BatchSpan, LogError, file};
use crate::model::{Offset, TimestampMillis};

/// What retention deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained {
    pub start_offset: Offset,
    pub batches: u64,
    pub bytes: u64,
}

type Listener = Box<dyn Fn(Offset) + Send + std::marker::Sync>;

/// One partition's log. All methods can be called from any thread; those that touch the disk say so. Must not be called
/// from an append's `done` or a listener where they block.
pub struct Partition {
    me: Weak<Partition>,
    key: u64,
    path: PathBuf,
    shared: Arc<Shared>,
    pub(super) ends: Mutex<Ends>,
    /// Only its writer thread changes them, after a commit, and forgets none that it is about to change. Locked after
    /// `ends` where both are.
    pub(super) producers: Mutex<Producers>,
    pub(super) queue: Mutex<Queue>,
    /// Told when as many appends wait as the last commit had.
    pub(super) gathered: Condvar,
    listeners: RwLock<Vec<Listener>>,
    /// Held while a second connection is open for a checkpoint.
    pub(super) checkpointing: Mutex<()>,
    /// Held while the log is compacted: one compaction at a time.
    pub(super) compacting: Mutex<()>,
}

impl std::fmt::Debug for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Partition").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Partition {
    pub(super) fn new(key: u64, path: &Path, ends: Ends, producers: Producers, shared: Arc<Shared>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            key,
            path: path.to_owned(),
            shared,
            ends: Mutex::new(ends),
            producers: Mutex::new(producers),
            queue: Mutex::default(),
            gathered: Condvar::new(),
            listeners: RwLock::default(),
            checkpointing: Mutex::default(),
            compacting: Mutex::default(),
        })
    }

    /// Appends whole batches (already verified, see [`crate::codec::verify`]) and calls `done` from the writer thread, when
    /// they are committed as `request.sync` asks or have failed. Never blocks; a full queue is [`LogError::Busy`].
    pub fn append(
        &self,
        batches: Bytes,
        request: AppendRequest,
        done: impl FnOnce(Result<AppendOutcome, LogError>) + Send + 'static,
    ) {
        let waiting = self.queue.lock().bytes();
        let everywhere = self.shared.queued_bytes.load(Ordering::Relaxed);
        for (queued_bytes, limit_bytes) in [(waiting, QUEUE_BYTES_MAX), (everywhere, STORE_QUEUE_BYTES_MAX)] {
            if queued_bytes >= limit_bytes {
                return done(Err(LogError::Busy { path: self.path.clone(), queued_bytes, limit_bytes }));
            }
        }
        let (bytes, shared) = (batches.len(), self.shared.clone());
        shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        let done: Done<AppendOutcome> = Box::new(move |outcome| {
            shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            done(outcome);
        });
        if let Err(Op::Append(append)) = self.submit(Op::Append(Append { batches, request, done })) {
            (append.done)(Err(self.closed()));
        }
    }

    /// The file of the log.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first offset that can be read.
    pub fn start_offset(&self) -> Offset {
        self.ends.lock().start
    }

    /// The high watermark: the offset that the next record will get. Moves only after a commit.
    pub fn end_offset(&self) -> Offset {
        self.ends.lock().end
    }

    /// The last stable offset: everything below belongs to no open transaction. At most the high watermark.
    pub fn stable_offset(&self) -> Offset {
        self.ends.lock().stable()
    }

    /// What is known of each producer, by its id.
    pub fn producers(&self) -> Vec<(i64, Producer)> {
        let mut producers: Vec<_> = self.producers.lock().iter().map(|(id, producer)| (id, *producer)).collect();
        producers.sort_unstable_by_key(|(id, _)| *id);
        producers
    }

    /// What is known of one producer.
    pub fn producer(&self, producer_id: i64) -> Option<Producer> {
        self.producers.lock().get(producer_id).copied()
    }

    /// Forgets producers that have not written for `keep_ms` and have no open transaction. Call it now and then: when
    /// somebody wrote is known as exactly as that.
    pub fn expire_producers(&self, now: TimestampMillis, keep_ms: i64) {
        self.producers.lock().expire(now, keep_ms);
    }

    /// Start and end at one moment.
    pub fn range(&self) -> (Offset, Offset) {
        let ends = self.ends.lock();
        (ends.start, ends.end)
    }

    /// Bytes of the batches that can be read.
    pub fn size_bytes(&self) -> u64 {
        self.ends.lock().readable().bytes.max(0) as u64
    }

    /// Bytes of all batches that were ever appended: tells whether there were more since.
    pub fn taken_bytes(&self) -> i64 {
        self.ends.lock().after.bytes
    }

    /// Batches that can be read.
    pub fn batch_count(&self) -> u64 {
        self.ends.lock().readable().batches.max(0) as u64
    }

    /// Bytes of the log's file and its write-ahead log on disk. Blocks on disk.
    pub fn disk_bytes(&self) -> u64 {
        file::disk_bytes(&self.path)
    }

    /// The largest timestamp since the log was last empty; `None` in an empty log.
    pub fn max_timestamp(&self) -> Option<TimestampMillis> {
        self.ends.lock().run_max_ts
    }

    /// The first record with a timestamp of at least `timestamp`, as (offset, timestamp). Blocks on disk.
    pub fn offset_for_time(&self, timestamp: TimestampMillis) -> Result<Option<(Offset, TimestampMillis)>, LogError> {
        let range = self.readable();
        self.with_reader(|c| seek::by_time(c, range, timestamp))
    }

    /// The first record that has the largest timestamp, as (offset, timestamp). Blocks on disk.
    pub fn offset_of_max_timestamp(&self) -> Result<Option<(Offset, TimestampMillis)>, LogError> {
        let (range, run_max_ts) = (self.readable(), self.max_timestamp());
        let Some(run_max_ts) = run_max_ts else { return Ok(None) };
        self.with_reader(|c| seek::newest(c, range, run_max_ts))
    }

    /// The batches that hold offsets of `from..to`, at most `limit` of them, without reading their bytes. Blocks on disk.
    pub fn headers(&self, from: Offset, to: Offset, limit: usize) -> Result<Vec<BatchSpan>, LogError> {
        let Range { start, end } = self.readable();
        let (from, to) = (from.max(start), to.min(end));
        if from >= to {
            return Ok(Vec::new());
        }
        self.with_reader(|c| seek::spans(c, from, to, limit))
    }

    /// Moves the log's start up to `before` (DeleteRecords; -1 stands for the high watermark) and returns the new start,
    /// once it is on disk; a `before` below the start changes nothing. Batches wholly below are then deleted in the
    /// background. Blocks on disk.
    pub fn trim(&self, before: Offset) -> Result<Offset, LogError> {
        Ok(self.trim_counted(before)?.start)
    }

    /// Deletes the batches at the start of the log that are older than `retention_ms` or lie beyond the newest
    /// `retention_bytes`. Blocks on disk.
    pub fn retain(
        &self,
        now: TimestampMillis,
        retention_ms: Option<i64>,
        retention_bytes: Option<i64>,
    ) -> Result<Retained, LogError> {
        let mut range = self.readable();
        // An open transaction keeps its records, or a commit could come too late for them.
        range.end = self.stable_offset();
        let keep = Keep {
            newer_than: retention_ms.filter(|ms| *ms >= 0).map(|ms| now.saturating_sub(ms)),
            bytes: retention_bytes.filter(|bytes| *bytes >= 0),
            // What compaction took away does not lie before any batch that could go: rather one too many stays.
            bytes_after: {
                let ends = self.ends.lock();
                ends.after.bytes - ends.holes.bytes
            },
        };
        let first = range.start;
        let mut more = range.start < range.end && (keep.newer_than.is_some() || keep.bytes.is_some());
        while more {
            (range.start, more) = self.with_reader(|c| seek::expired(c, range, keep))?;
        }
        if range.start == first {
            return Ok(Retained { start_offset: first, batches: 0, bytes: 0 });
        }
        let Trimmed { start, freed } = self.trim_counted(range.start)?;
        Ok(Retained { start_offset: start, batches: freed.batches.max(0) as u64, bytes: freed.bytes.max(0) as u64 })
    }

    /// (leader epoch, first offset of it), ascending.
    pub fn leader_epochs(&self) -> Vec<(i32, Offset)> {
        self.ends.lock().epochs.clone()
    }

    /// Calls `listener` with the new end offset after every commit, from the writer thread: it must be quick.
    pub fn on_append(&self, listener: impl Fn(Offset) + Send + std::marker::Sync + 'static) {
        self.listeners.write().push(Box::new(listener));
    }

    /// Writes what waits and closes the files; later calls answer [`LogError::Closed`]. Blocks on disk.
    pub fn close(&self) -> Result<(), LogError> {
        self.finish(false)
    }

    /// Closes the log and deletes its files. Blocks on disk.
    pub fn delete(&self) -> Result<(), LogError> {
        self.finish(true)
    }

    pub(super) fn key(&self) -> u64 {
        self.key
    }

    /// Itself, unless it is being dropped.
    pub(super) fn handle(&self) -> Option<Arc<Self>> {
        self.me.upgrade()
    }

    /// Forgets what was read ahead.
    pub(super) fn forget_ahead(&self) {
        self.shared.ahead.forget(self.key);
    }

    pub(super) fn tell_listeners(&self, end: Offset) {
        self.listeners.read().iter().for_each(|listener| listener(end));
    }

    /// Puts the partition into its writer thread's inbox again.
    pub(super) fn come_again(&self) {
        if let Some(me) = self.handle() {
            self.shared.send(self.key, Message::Serve(me));
        }
    }

    /// The last step of closing, on the writer thread: the writing connection is closed already.
    pub(super) fn close_files(&self, delete: bool) -> Result<(), LogError> {
        self.forget_ahead();
        self.shared.readers.close(self.key);
        let _checkpoint_is_over = self.checkpointing.lock();
        if delete {
            file::remove(&self.path).map_err(|e| LogError::from_io(&self.path, "delete", &e))?;
        }
        Ok(())
    }

    /// Closed, or its store is shutting down: nothing new begins.
    pub(super) fn is_closing(&self) -> bool {
        // One lock after the other, never one inside the other: `submit` nests them the other way round.
        let accepting = *self.shared.accepting.read();
        let closed = self.queue.lock().closed;
        closed || !accepting
    }

    fn readable(&self) -> Range {
        let (start, end) = self.range();
        Range { start, end }
    }

    fn closed(&self) -> LogError {
        LogError::Closed { path: self.path.clone() }
    }

    pub(super) fn with_reader<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, LogError> {
        if self.is_closing() {
            return Err(self.closed());
        }
        self.shared.readers.with(self.key, &self.path, read)
    }

    /// Queues an operation; gives it back where the log is closed.
    fn submit(&self, op: Op) -> Result<(), Op> {
        let accepting = self.shared.accepting.read();
        let Some(me) = self.handle().filter(|_| *accepting) else { return Err(op) };
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(op);
        }
        queue.closed = matches!(op, Op::Close { .. });
        let sleeping = queue.push(op);
        if queue.is_gathered() {
            self.gathered.notify_one();
        }
        if sleeping {
            drop(queue);
            self.shared.send(self.key, Message::Serve(me));
        }
        Ok(())
    }

    /// Queues an operation and waits for what becomes of it.
    pub(super) fn submit_and_wait<T: Send + 'static>(&self, op: impl FnOnce(Done<T>) -> Op) -> Result<T, LogError> {
        let (answer, outcome) = mpsc::sync_channel(1);
        let done = Box::new(move |result| {
            // Whoever asked may be gone.
            let _ = answer.send(result);
        });
        self.submit(op(done)).map_err(|_| self.closed())?;
        outcome.recv().map_err(|_| self.closed())?
    }

    fn trim_counted(&self, before: Offset) -> Result<Trimmed, LogError> {
        self.submit_and_wait(|done| Op::Trim { before, done })
    }

    fn finish(&self, delete: bool) -> Result<(), LogError> {
        self.submit_and_wait(|done| Op::Close { delete, done })
    }
}
