//! Where limits were hit: counted, and said in the log, but not more often than somebody can read.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use super::limits::{Limit, PerLimit};

/// The same limit is said at most once in this time, with how often it was hit in between.
const SAY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How often a limit was hit since the listener started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitHits {
    pub limit: Limit,
    pub count: u64,
}

/// Counters of hits.
#[derive(Debug, Default)]
pub(super) struct Hits {
    counts: PerLimit<AtomicU64>,
    said: PerLimit<Mutex<Option<Said>>>,
}

#[derive(Debug)]
struct Said {
    at: Instant,
    count: u64,
}

impl Hits {
    /// Counts a hit of `limit` by `who`; `value` is the limit's.
    pub fn note(&self, limit: Limit, value: u64, who: &str) {
        let count = self.counts.of(limit).fetch_add(1, Ordering::Relaxed) + 1;
        let mut said = self.said.of(limit).lock();
        if said.as_ref().is_some_and(|said| said.at.elapsed() < SAY_AGAIN_AFTER) {
            return;
        }
        let unsaid = count - said.as_ref().map_or(0, |said| said.count);
        *said = Some(Said { at: Instant::now(), count });
        tracing::warn!(%limit, value, hits = unsaid, last = who, "a limit of the listener was hit");
    }

    /// Counts a hit that is not worth a line in the log.
    pub fn count(&self, limit: Limit) {
        self.counts.of(limit).fetch_add(1, Ordering::Relaxed);
    }

    /// What was hit at all.
    pub fn all(&self) -> Vec<LimitHits> {
        let counts = Limit::ALL.map(|limit| LimitHits { limit, count: self.counts.of(limit).load(Ordering::Relaxed) });
        counts.into_iter().filter(|hits| hits.count > 0).collect()
    }
}
