//! The writer threads. A partition belongs to one of them, which alone holds its writing connection and alone changes
//! its state, so nothing here needs to lock out another writer.

use std::collections::HashMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Weak};
use std::time::Duration;

use rusqlite::Connection;

use super::checkpoint::{Growth, Requests};
use super::commit::commit;
use super::partition::Partition;
use super::queue::{Op, Work};
use super::rewrite::Change;
use super::{LogError, clean, file, rewrite};

/// Files that one writer thread keeps open for writing, three descriptors each; the least recently used is closed.
pub const WRITER_FILES_MAX: usize = 32;

/// How long a commit may be held back for the producers that shared the last one, in microseconds; a sync to disk takes
/// several times as long.
const GATHER_MICROS: u64 = 100;

/// What a writer thread is told.
pub enum Message {
    /// Something waits in the partition's queue.
    Serve(Arc<Partition>),
    /// Finish what waits, then end.
    Stop,
}

/// A partition's file, open for writing.
pub struct WriterFile {
    pub connection: Connection,
    /// Whether commits are synced to disk now; `None` before the first.
    full: Option<bool>,
    used: u64,
    growth: Growth,
    partition: Weak<Partition>,
}

impl WriterFile {
    /// Chooses whether the next transaction is synced to disk at its commit or only written to the write-ahead log.
    pub fn set_full(&mut self, full: bool) -> Result<(), rusqlite::Error> {
        if self.full != Some(full) {
            let level = if full { "FULL" } else { "NORMAL" };
            self.connection.execute_batch(&format!("PRAGMA synchronous={level}"))?;
            self.full = Some(full);
        }
        Ok(())
    }

    /// Ends a transaction that failed, if it is still open.
    pub fn roll_back(&mut self) {
        if !self.connection.is_autocommit() {
            // Nothing can be done about a failure: the connection is closed then, which rolls back too.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// The files of one writer thread.
struct Files {
    open: HashMap<u64, WriterFile>,
    pages_max: Option<u32>,
    checkpoints: Requests,
    clock: u64,
}

impl Files {
    fn get(&mut self, partition: &Arc<Partition>) -> Result<&mut WriterFile, LogError> {
        self.clock += 1;
        let used = self.clock;
        if !self.open.contains_key(&partition.key()) {
            self.make_room();
            let opened = self.open_one(partition)?;
            self.open.insert(partition.key(), opened);
        }
        let file = self.open.get_mut(&partition.key());
        let file = file.ok_or_else(|| LogError::Closed { path: partition.path().to_owned() })?;
        file.used = used;
        Ok(file)
    }

    fn open_one(&self, partition: &Arc<Partition>) -> Result<WriterFile, LogError> {
        let failed = |e: rusqlite::Error| LogError::from_sqlite(partition.path(), "open", &e);
        let wal_bytes = usize::try_from(file::wal_bytes(partition.path())).unwrap_or(usize::MAX);
        let connection = file::open_writer(partition.path(), self.pages_max).map_err(failed)?;
        if clean::needs_sweep(&connection, partition.start_offset()).map_err(failed)? {
            partition.queue.lock().push(Op::Sweep);
        }
        Ok(WriterFile {
            connection,
            full: None,
            used: 0,
            growth: Growth::new(self.checkpoints.clone(), wal_bytes),
            partition: Arc::downgrade(partition),
        })
    }

    fn committed(&mut self, partition: &Partition, bytes: usize) {
        if let Some(file) = self.open.get_mut(&partition.key()) {
            file.growth.committed(bytes, file.full == Some(true), &file.connection, partition);
        }
    }

    fn make_room(&mut self) {
        while self.open.len() >= WRITER_FILES_MAX {
            let Some(oldest) = self.open.iter().min_by_key(|(_, file)| file.used).map(|(key, _)| *key) else { return };
            self.close(oldest);
        }
    }

    /// Closes a file that is to be deleted.
    fn drop_file(&mut self, key: u64) {
        let Some(file) = self.open.remove(&key) else { return };
        // Where that fails the checkpoint is made in vain.
        let _ = file::spare_checkpoint(&file.connection);
        file::close(file.connection);
    }

    fn close(&mut self, key: u64) {
        let Some(file) = self.open.remove(&key) else { return };
        // The memory that a partition keeps is bounded by the number of open files.
        if let Some(partition) = file.partition.upgrade() {
            partition.ends.lock().tail.clear();
        }
        // Outside the lock of opening and closing, which other threads wait for. What a checkpoint cannot do now, the
        // next one does.
        let _ = file::checkpoint(&file.connection);
        file::close(file.connection);
    }
}

/// The body of a writer thread.
pub fn run(inbox: Receiver<Message>, pages_max: Option<u32>, checkpoints: Requests) {
    let mut files = Files { open: HashMap::new(), pages_max, checkpoints, clock: 0 };
    while let Ok(Message::Serve(partition)) = inbox.recv() {
        serve(&partition, &mut files);
    }
    // No new work comes in after the stop; what partitions have left sends itself.
    while let Ok(message) = inbox.try_recv() {
        if let Message::Serve(partition) = message {
            serve(&partition, &mut files);
        }
    }
    let keys: Vec<u64> = files.open.keys().copied().collect();
    keys.into_iter().for_each(|key| files.close(key));
}

fn take(partition: &Partition) -> Work {
    let mut queue = partition.queue.lock();
    if queue.pays_to_wait() {
        partition.gathered.wait_for(&mut queue, Duration::from_micros(GATHER_MICROS));
    }
    queue.take()
}

/// Does one thing for a partition, then lets the others have their turn.
fn serve(partition: &Arc<Partition>, files: &mut Files) {
    let work = take(partition);
    let failed = match work {
        Work::Appends(appends) => match files.get(partition) {
            Ok(file) => commit(partition, file, appends).map(|bytes| files.committed(partition, bytes)).err(),
            Err(error) => {
                appends.into_iter().for_each(|append| (append.done)(Err(error.clone())));
                Some(error)
            }
        },
        Work::Trim { before, done } => {
            let trimmed = files.get(partition).and_then(|file| clean::trim(partition, file, before));
            let failed = trimmed.as_ref().err().cloned();
            done(trimmed);
            failed
        }
        // Left for the next time that the log is opened.
        Work::Sweep if partition.is_closing() => None,
        Work::Sweep => files.get(partition).and_then(|file| clean::sweep(partition, file)).err(),
        Work::Rewrite { changes, done } => {
            let bytes = changes.iter().map(Change::bytes).sum();
            let rewritten = files.get(partition).and_then(|file| rewrite::rewrite(partition, file, &changes));
            if rewritten.is_ok() {
                files.committed(partition, bytes);
            }
            let failed = rewritten.as_ref().err().cloned();
            done(rewritten);
            failed
        }
        Work::Compacted { finished, done } => {
            let noted = files.get(partition).and_then(|file| rewrite::finish(partition, file, finished));
            let failed = noted.as_ref().err().cloned();
            done(noted);
            failed
        }
        Work::Close { delete, done } => {
            if delete {
                files.drop_file(partition.key())
            } else {
                files.close(partition.key())
            }
            done(partition.close_files(delete));
            None
        }
        Work::Nothing => None,
    };
    // A full disk is no fault of the connection; after any other error a fresh one is the safer one.
    if !matches!(failed, None | Some(LogError::Full { .. } | LogError::OutOfRange { .. })) {
        files.close(partition.key());
    }
    if partition.queue.lock().served() {
        partition.come_again();
    }
}
