//! How a transfer tells how far it is, and how it is told to stop.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

/// How far a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Offsets passed (export), bytes of the file read (import), records sent (replay).
    pub done: u64,
    /// What [`done`](Self::done) will be at the end; `None` where nobody knows (standard input).
    pub total: Option<u64>,
    /// Records written to the file or to the topic.
    pub records: u64,
    /// Bytes written to the file, or read from it.
    pub bytes: u64,
    /// Lines that were skipped because they are no records.
    pub bad_lines: u64,
}

/// Takes the progress of a transfer, some times a second; must return at once.
pub type ProgressSink<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Tells a transfer to stop. Clones are the same token.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    wake: Notify,
}

impl Cancel {
    /// A token that nobody has used yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the transfer to stop. It ends with [`super::TransferError::Cancelled`] soon after.
    pub fn cancel(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.0.wake.notify_waiters();
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks to stop.
    pub async fn cancelled(&self) {
        loop {
            let woken = self.0.wake.notified();
            tokio::pin!(woken);
            // Listening before looking, or a cancel between the two would be missed.
            woken.as_mut().enable();
            if self.is_cancelled() {
                return;
            }
            woken.await;
        }
    }

    /// Runs `work` to its end; `None` when somebody asks to stop before.
    pub async fn race<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.cancelled() => None,
            done = work => Some(done),
        }
    }
}
