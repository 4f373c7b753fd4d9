//! What waits for the writer thread of a partition.

use std::collections::VecDeque;

use bytes::Bytes;

use super::clean::Trimmed;
use super::rewrite::{Change, Finished};
use super::{AppendOutcome, AppendRequest, LogError};
use crate::model::Offset;

/// Bytes of batches that may wait in one partition before appends are refused as [`LogError::Busy`].
pub const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of batches that go into one transaction (a single larger append still goes, alone).
const COMMIT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Appends that go into one transaction.
const COMMIT_APPENDS_MAX: usize = 1000;

/// Called once with what became of a request, from the writer thread.
pub type Done<T> = Box<dyn FnOnce(Result<T, LogError>) + Send>;

/// Batches that wait.
pub struct Append {
    pub batches: Bytes,
    pub request: AppendRequest,
    pub done: Done<AppendOutcome>,
}

/// One thing for the writer to do.
pub enum Op {
    Append(Append),
    Trim {
        before: Offset,
        done: Done<Trimmed>,
    },
    /// Deletes a bounded number of batches below the start.
    Sweep,
    /// Replaces and deletes batches for a compaction.
    Rewrite {
        changes: Vec<Change>,
        done: Done<()>,
    },
    /// A compaction came to its end.
    Compacted {
        finished: Finished,
        done: Done<()>,
    },
    Close {
        delete: bool,
        done: Done<()>,
    },
}

/// What the writer takes at once.
pub enum Work {
    Appends(Vec<Append>),
    Trim { before: Offset, done: Done<Trimmed> },
    Sweep,
    Rewrite { changes: Vec<Change>, done: Done<()> },
    Compacted { finished: Finished, done: Done<()> },
    Close { delete: bool, done: Done<()> },
    Nothing,
}

/// The operations of one partition, in order.
#[derive(Default)]
pub struct Queue {
    ops: VecDeque<Op>,
    bytes: usize,
    /// Appends among the operations.
    appends: usize,
    /// Appends in the last commit that was synced to disk.
    expected: usize,
    /// Is in its writer thread's inbox, or being served.
    scheduled: bool,
    pub closed: bool,
}

impl Queue {
    /// Bytes of batches that wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an operation; true where the writer thread has to be told.
    pub fn push(&mut self, op: Op) -> bool {
        if let Op::Append(append) = &op {
            self.bytes += append.batches.len();
            self.appends += 1;
        }
        self.ops.push_back(op);
        !std::mem::replace(&mut self.scheduled, true)
    }

    /// Whether it pays to wait a moment: the producers that shared the last commit have heard of it just now and will send
    /// again, and a sync to disk that serves them all costs no more than one that serves the first of them.
    pub fn pays_to_wait(&self) -> bool {
        matches!(self.ops.front(), Some(Op::Append(_))) && !self.is_gathered()
    }

    /// As many appends wait as the last commit had.
    pub fn is_gathered(&self) -> bool {
        self.appends >= self.expected
    }

    /// A commit had so many appends; one that was not synced is too cheap to wait for the next.
    pub fn committed(&mut self, appends: usize, synced: bool) {
        self.expected = if synced { appends } else { 0 };
    }

    /// Takes all appends at the front that fit one transaction, or one other operation.
    pub fn take(&mut self) -> Work {
        let mut appends = Vec::new();
        let mut bytes = 0;
        while let Some(Op::Append(append)) = self.ops.front() {
            bytes += append.batches.len();
            if !appends.is_empty() && (bytes > COMMIT_BYTES_MAX || appends.len() == COMMIT_APPENDS_MAX) {
                break;
            }
            self.bytes -= append.batches.len();
            self.appends -= 1;
            if let Some(Op::Append(append)) = self.ops.pop_front() {
                appends.push(append);
            }
        }
        if !appends.is_empty() {
            return Work::Appends(appends);
        }
        match self.ops.pop_front() {
            Some(Op::Append(append)) => Work::Appends(vec![append]),
            Some(Op::Trim { before, done }) => Work::Trim { before, done },
            Some(Op::Sweep) => Work::Sweep,
            Some(Op::Rewrite { changes, done }) => Work::Rewrite { changes, done },
            Some(Op::Compacted { finished, done }) => Work::Compacted { finished, done },
            Some(Op::Close { delete, done }) => Work::Close { delete, done },
            None => Work::Nothing,
        }
    }

    /// The writer is through with what it took; true where it has to come again.
    pub fn served(&mut self) -> bool {
        self.scheduled = !self.ops.is_empty();
        self.scheduled
    }
}
