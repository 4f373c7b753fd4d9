//! The passing of time: locks that run out, connections that end.

use std::{
    sync::{Arc, Weak, atomic::Ordering::SeqCst},
    time::Duration,
};

use super::{Shares, config_of, rules};
use crate::{
    broker::{inner::Inner, on_the_spot::timer_ms_max},
    model::TimestampMillis,
};

/// The timer looks at the clock at least this often, because a machine can sleep, and tests step the clock by hand.
const TIMER_MS_MAX: i64 = 1_000;

impl Shares {
    /// Lets the time pass for all records. The timer calls it; so does who steps the clock by hand.
    pub async fn tick(&self, broker: &Arc<Inner>) {
        let now = self.clock.steady();
        for shared in self.all() {
            let rules = rules(&config_of(broker, &shared.key.group));
            let happened = shared.state.lock().as_mut().map(|partition| partition.expire(&rules, now));
            let Some(happened) = happened else { continue };
            if let Err(error) = self.settle(broker, &shared, happened).await {
                tracing::warn!(
                    "the locks that ran out in the share group {} were not stored: {error}",
                    shared.key.group
                );
            }
        }
    }

    /// Ticks when it is time to, as long as the broker lives.
    pub async fn run(broker: Weak<Inner>) {
        loop {
            let Some(inner) = broker.upgrade() else { return };
            let shares = inner.shares.clone();
            let (now, most) = (shares.clock.steady(), timer_ms_max(TIMER_MS_MAX));
            let wait = shares.next_deadline().map_or(most, |deadline| (deadline - now).clamp(1, most));
            shares.wakes_at.store(now + wait, SeqCst);
            let ended = inner.observer.clone();
            // Nothing here may keep the broker alive while it waits.
            drop(inner);
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())) => {}
                () = shares.sooner.notified() => {}
                () = ended.ended.notified() => {}
            }
            let Some(inner) = broker.upgrade() else { return };
            shares.release_lost(&inner).await;
            shares.tick(&inner).await;
        }
    }

    /// Frees what members hold whose connections have ended.
    async fn release_lost(&self, broker: &Arc<Inner>) {
        for session in self.sessions.lost(|connection| broker.observer.is_open(connection)) {
            self.release_member(broker, &session.group, &session.member).await;
        }
    }

    fn next_deadline(&self) -> Option<TimestampMillis> {
        self.all().iter().filter_map(|shared| shared.state.lock().as_ref()?.next_deadline()).min()
    }

    pub(super) fn wake_by(&self, deadline: TimestampMillis) {
        if deadline < self.wakes_at.load(SeqCst) {
            self.sooner.notify_one();
        }
    }
}
