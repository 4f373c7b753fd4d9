//! Moving a write-ahead log into its file beside the writer, so that producers do not wait for it.
//!
//! A passive checkpoint by a second connection lets commits go on, but the log cannot begin anew while the writer goes on
//! too. So there are two thresholds: from the lower one on this thread is asked; at the higher one the writer itself waits
//! for it and moves the little that is left. Two connections are safe for this since SQLite 3.51.3 (the WAL-reset bug
//! before).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;

use super::file;
use super::partition::Partition;

/// Bytes that a commit adds to the write-ahead log beside its batches: the pages of trees and index.
const COMMIT_OVERHEAD_BYTES: usize = 4 * 16384;
/// Bytes written to the write-ahead log after which this thread is asked. Late, since a checkpoint writes everything a
/// second time and syncs it, while producers want processor and disk.
const ASK_BYTES: usize = 256 * 1024 * 1024;
/// Bytes after which it is asked again, so that little is left for the writer.
const ASK_AGAIN_BYTES: usize = 64 * 1024 * 1024;
/// Bytes after which it is asked, from the beginning on, where all that was written is synced already, or where the
/// write-ahead logs of all partitions together are larger than [`LOGS_BYTES_MAX`].
const ASK_EARLY_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that the write-ahead logs of all partitions together may grow to before each is moved early.
const LOGS_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Bytes that the write-ahead log of a partition may grow to, one commit aside: after so many the writer sees to it that
/// it begins anew. What `acks=1` has acknowledged and no sync has reached stands there. A reader who needs the beginning of
/// it can put that off by as long as one read takes.
pub const WAL_BYTES_MAX: usize = 512 * 1024 * 1024;
/// The same in a write-ahead log that was synced at every commit: there the disk decides, a checkpoint finds half of its work
/// done, and syncing what is overwritten costs less than syncing a file that grows.
const SYNCED_WAIT_BYTES: usize = 32 * 1024 * 1024;
/// Requests that may wait; one that finds no room is left to the writer's own threshold.
const REQUESTS_MAX: usize = 64;

/// Where writer threads send the partitions whose write-ahead log has grown.
#[derive(Clone)]
pub struct Requests {
    sender: SyncSender<Arc<Partition>>,
    /// Bytes in the write-ahead logs of all partitions.
    everywhere: Arc<AtomicUsize>,
    /// Bytes after which a writer waits: [`WAL_BYTES_MAX`] outside tests.
    wait_bytes: usize,
}

/// The way to the checkpoint thread and its end.
pub fn channel(wal_bytes_max: usize) -> (Requests, Receiver<Arc<Partition>>) {
    let (sender, requests) = sync_channel(REQUESTS_MAX);
    (Requests { sender, everywhere: Arc::default(), wait_bytes: wal_bytes_max }, requests)
}

/// The body of the checkpoint thread; ends when all writer threads have ended.
pub fn run(inbox: Receiver<Arc<Partition>>) {
    for partition in inbox {
        let _closing_waits = partition.checkpointing.lock();
        if partition.is_closing() {
            continue;
        }
        // Whatever fails here, the writer's own checkpoint meets it too.
        let Ok(connection) = file::open_writer(partition.path(), None) else { continue };
        let _ = passive(&connection);
        file::close(connection);
    }
}

/// Moves what no reader still needs; true where that was all.
fn passive(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(row.get::<_, i64>(0)? == 0 && row.get::<_, i64>(1)? == row.get::<_, i64>(2)?)
    })
}

/// Counts what a writer adds to its write-ahead log and sees to checkpoints in time.
pub struct Growth {
    since_asked: usize,
    since_anew: usize,
    /// All that was written since then is synced.
    synced: bool,
    requests: Requests,
}

impl Drop for Growth {
    fn drop(&mut self) {
        self.requests.everywhere.fetch_sub(self.since_anew, Ordering::Relaxed);
    }
}

impl Growth {
    /// Of a write-ahead log that has so many bytes already: those that were left when a process ended without closing it.
    pub fn new(requests: Requests, wal_bytes: usize) -> Self {
        requests.everywhere.fetch_add(wal_bytes, Ordering::Relaxed);
        Self { since_asked: wal_bytes, since_anew: wal_bytes, synced: wal_bytes == 0, requests }
    }

    /// A commit, `synced` or not, wrote so many bytes of batches through `connection`.
    pub fn committed(&mut self, bytes: usize, synced: bool, connection: &Connection, partition: &Partition) {
        let grown = bytes + COMMIT_OVERHEAD_BYTES;
        self.synced &= synced;
        self.since_asked += grown;
        self.since_anew += grown;
        let everywhere = self.requests.everywhere.fetch_add(grown, Ordering::Relaxed) + grown;
        let early = self.synced || everywhere > LOGS_BYTES_MAX;
        let unsynced_bytes = self.requests.wait_bytes;
        let late = (ASK_BYTES.min(unsynced_bytes / 2), ASK_AGAIN_BYTES);
        let (ask_from_bytes, ask_bytes) = if early { (0, ASK_EARLY_BYTES) } else { late };
        let wait_bytes = if self.synced { SYNCED_WAIT_BYTES.min(unsynced_bytes) } else { unsynced_bytes };
        if self.since_anew >= wait_bytes {
            let _other_is_done = partition.checkpointing.lock();
            // A failure here fails no append: the commit is done, and the next threshold tries again. So it does where a
            // reader is in the way.
            let all = passive(connection).unwrap_or(false);
            let left = if all { 0 } else { wait_bytes.saturating_sub(ASK_EARLY_BYTES) };
            self.requests.everywhere.fetch_sub(self.since_anew - left, Ordering::Relaxed);
            (self.since_anew, self.since_asked, self.synced) = (left, 0, self.synced || all);
        } else if self.since_asked >= ask_bytes && self.since_anew >= ask_from_bytes {
            self.since_asked = 0;
            if let Some(partition) = partition.handle() {
                let _ = self.requests.sender.try_send(partition);
            }
        }
    }
}
