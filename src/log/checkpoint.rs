//! Moving a write-ahead log into its file beside the writer, so that producers do not wait for it.
//!
//! A passive checkpoint by a second connection lets commits go on, but the log cannot begin anew while the writer goes on
//! too. So there are two thresholds: from the lower one on this thread is asked; at the higher one the writer itself waits
//! for it and moves the little that is left. Two connections are safe for this since SQLite 3.51.3 (the WAL-reset bug
//! before).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;

use super::file;
use super::partition::Partition;

/// Bytes that a commit adds to the write-ahead log beside its batches: the pages of trees and index.
const COMMIT_OVERHEAD_BYTES: usize = 4 * 16384;
/// Bytes written to the write-ahead log after which this thread is asked.
const ASK_BYTES: usize = 8 * 1024 * 1024;
/// Bytes written to the write-ahead log after which the writer sees to it that it begins anew.
const WAIT_BYTES: usize = 32 * 1024 * 1024;
/// Requests that may wait; one that finds no room is left to the writer's own threshold.
const REQUESTS_MAX: usize = 64;

/// Where writer threads send the partitions whose write-ahead log has grown.
pub type Requests = SyncSender<Arc<Partition>>;

/// The way to the checkpoint thread and its end.
pub fn channel() -> (Requests, Receiver<Arc<Partition>>) {
    sync_channel(REQUESTS_MAX)
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
#[derive(Debug, Default)]
pub struct Growth {
    since_asked: usize,
    since_anew: usize,
}

impl Growth {
    /// A commit wrote so many bytes of batches through `connection`.
    pub fn committed(&mut self, bytes: usize, connection: &Connection, partition: &Partition, requests: &Requests) {
        self.since_asked += bytes + COMMIT_OVERHEAD_BYTES;
        self.since_anew += bytes + COMMIT_OVERHEAD_BYTES;
        if self.since_anew >= WAIT_BYTES {
            let _other_is_done = partition.checkpointing.lock();
            // A failure here fails no append: the commit is done, and the next threshold tries again. So it does where a
            // reader is in the way.
            let all = passive(connection).unwrap_or(false);
            self.since_anew = if all { 0 } else { WAIT_BYTES - ASK_BYTES };
            self.since_asked = 0;
        } else if self.since_asked >= ASK_BYTES {
            self.since_asked = 0;
            if let Some(partition) = partition.handle() {
                let _ = requests.try_send(partition);
            }
        }
    }
}
