//! When a Produce has its place in the log, which is before it is answered.

use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Tells once when every partition of a Produce request has queued its batches in the log, or has refused them. Who then
/// starts the next request of the same connection keeps the producer's order without waiting for the disk.
#[derive(Debug, Default)]
pub struct Queued {
    left: AtomicUsize,
    tell: Mutex<Option<oneshot::Sender<()>>>,
}

impl Queued {
    /// With who is to be told; the receiver also ends when the request ends.
    pub fn new() -> (Self, oneshot::Receiver<()>) {
        let (tell, told) = oneshot::channel();
        (Self { left: AtomicUsize::new(0), tell: Mutex::new(Some(tell)) }, told)
    }

    /// Nobody wants to know.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// So many partitions are to be queued. Call it before the first [`Queued::place`].
    pub(super) fn expect(&self, partitions: usize) {
        self.left.store(partitions, Ordering::Relaxed);
        if partitions == 0 {
            self.tell();
        }
    }

    /// Of one partition: dropped when its batches are queued or refused.
    pub(super) fn place(&self) -> Place<'_> {
        Place(self)
    }

    fn tell(&self) {
        if let Some(tell) = self.tell.lock().take() {
            // The connection may have gone.
            let _ = tell.send(());
        }
    }
}

/// One partition's part of a [`Queued`].
pub(super) struct Place<'a>(&'a Queued);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.0.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.tell();
        }
    }
}
