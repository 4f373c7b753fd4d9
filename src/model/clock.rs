//! The one source of time for everything that must be testable with a stepped clock.

use std::sync::atomic::{AtomicI64, Ordering};

use super::TimestampMillis;

/// Tells the time. Production reads the system; labs and tests pause, step and jump a [`ManualClock`].
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock time in epoch milliseconds.
    fn now(&self) -> TimestampMillis;
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at `now`.
    pub fn new(now: TimestampMillis) -> Self {
        Self(AtomicI64::new(now))
    }

    /// Moves forward (or, with a negative step, back) by `millis`.
    pub fn step(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> TimestampMillis {
        self.0.load(Ordering::SeqCst)
    }
}
