//! The memory that all connections share for large requests and answers.
//!
//! A large request reserves its whole length before it is read, in the order of asking, so that two half requests never
//! wait for each other. Answers are counted when they are there; while too much waits to be written, a Fetch is given
//! little, so that readers who take nothing do not keep the others from reading, and while twice as much waits, nothing.
//! While anybody waits for room, who has room must use it: a peer that is slower than
//! [`SPEED_BYTES_PER_SECOND_MIN`] is cut.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::SMALL_BYTES;

/// Unit of reservations, in bytes: a semaphore counts less far than memory goes.
const UNIT_BYTES: usize = 1024;
/// Slower than this, a peer may not hold room that others wait for.
pub const SPEED_BYTES_PER_SECOND_MIN: u64 = 64 * 1024;
/// Time in which any peer may be that slow.
pub const SLOW_FOR_MAX: Duration = Duration::from_secs(5);

/// Shared by all connections of a listener.
#[derive(Debug)]
pub struct Budget {
    requests: Arc<Semaphore>,
    units: u32,
    answer_bytes: AtomicUsize,
    answer_bytes_max: usize,
    waiting: AtomicUsize,
}

/// Room for one large request; given back when it is answered.
pub type Room = OwnedSemaphorePermit;

/// Somebody waits for room, as long as this lives.
pub struct Waiting(Arc<Budget>);

impl Budget {
    pub fn new(bytes_max: usize) -> Arc<Self> {
        let units = u32::try_from(bytes_max / UNIT_BYTES).unwrap_or(u32::MAX).min(Semaphore::MAX_PERMITS as u32).max(1);
        Arc::new(Self {
            requests: Arc::new(Semaphore::new(units as usize)),
            units,
            answer_bytes: AtomicUsize::new(0),
            answer_bytes_max: bytes_max,
            waiting: AtomicUsize::new(0),
        })
    }

    /// Whether a request of so many bytes needs room of its own.
    pub fn is_large(bytes: usize) -> bool {
        bytes > SMALL_BYTES
    }

    /// Room for a request, if there is some at once.
    pub fn try_reserve(&self, bytes: usize) -> Option<Room> {
        self.requests.clone().try_acquire_many_owned(self.units_for(bytes)).ok()
    }

    /// Waits for room.
    pub async fn reserve(self: Arc<Self>, bytes: usize) -> Option<Room> {
        let _waiting = self.wait();
        // The semaphore is never closed.
        self.requests.clone().acquire_many_owned(self.units_for(bytes)).await.ok()
    }

    /// A request that is larger than everything takes everything.
    fn units_for(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX).min(self.units)
    }

    /// The bytes of a connection's waiting answers went from `before` to `after`.
    pub fn answers(&self, before: usize, after: usize) {
        if after >= before {
            self.answer_bytes.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.answer_bytes.fetch_sub(before - after, Ordering::Relaxed);
        }
    }

    /// Whether so much waits to be written that further answers must be small.
    pub fn is_full_of_answers(&self) -> bool {
        self.answer_bytes.load(Ordering::Relaxed) > self.answer_bytes_max
    }

    /// Whether so much waits to be written that there can be no further answers: small ones, too, add up.
    pub fn is_overfull_of_answers(&self) -> bool {
        self.answer_bytes.load(Ordering::Relaxed) > self.answer_bytes_max.saturating_mul(2)
    }

    /// Notes that somebody waits.
    pub fn wait(self: &Arc<Self>) -> Waiting {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(self.clone())
    }

    /// Whether anybody waits.
    pub fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
