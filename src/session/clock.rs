//! The system's clock: the one place in the rooms below the window that reads it.

use std::{
    sync::LazyLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use crate::model::{Clock, TimestampMillis};

/// From when on, and from which time, steady milliseconds are counted.
static ORIGIN: LazyLock<(Instant, TimestampMillis)> = LazyLock::new(|| (Instant::now(), SystemClock.now()));

/// Time as the operating system tells it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> TimestampMillis {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            // A machine whose clock stands before 1970 still gets times that go forward.
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn steady(&self) -> TimestampMillis {
        let (since, began) = *ORIGIN;
        began.saturating_add(i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}
