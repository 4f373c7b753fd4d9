//! The one source of time for everything that must be testable with a stepped clock.

use std::sync::atomic::{AtomicI64, Ordering};

use super::TimestampMillis;

/// Tells the time. Production reads the system; labs and tests pause, step and jump a [`ManualClock`].
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock time in epoch milliseconds. It jumps, forward and back, when the clock is set.
    fn now(&self) -> TimestampMillis;

    /// Milliseconds that pass and never jump, for what must not end early or late because a clock was set, such as the
    /// sessions of members. About the wall-clock time at the start; later the two may differ. The same as [`Clock::now`]
    /// where nobody sets that clock.
    fn steady(&self) -> TimestampMillis {
        self.now()
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock {
    steady: AtomicI64,
    /// How far the wall clock is ahead.
    ahead: AtomicI64,
}

impl ManualClock {
    /// Starts at `now`.
    pub fn new(now: TimestampMillis) -> Self {
        Self { steady: AtomicI64::new(now), ahead: AtomicI64::new(0) }
    }

    /// Lets `millis` pass (or, with a negative step, takes them back).
    pub fn step(&self, millis: i64) {
        self.steady.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the wall clock forward or back by `millis`, in which no time passes.
    pub fn jump(&self, millis: i64) {
        self.ahead.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> TimestampMillis {
        self.steady() + self.ahead.load(Ordering::SeqCst)
    }

    fn steady(&self) -> TimestampMillis {
        self.steady.load(Ordering::SeqCst)
    }
}
