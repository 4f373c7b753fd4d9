//! The passing of time: sessions, rebalances, offsets that expire.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use super::Coordinator;
use crate::{
    broker::{OFFSETS_RETENTION_MS, groups::AnyGroup, meta, on_the_spot::timer_ms_max},
    model::{PartitionId, TimestampMillis},
};

/// The timer looks at the clock at least this often, because a machine can sleep, and tests step the clock by hand.
const TIMER_MS_MAX: i64 = 1_000;

impl Coordinator {
    /// Lets the time pass for all groups. The timer calls it; so does who steps the clock by hand.
    pub async fn tick(&self) {
        let now = self.clock.steady();
        let catalog = self.catalog();
        let outcomes: Vec<_> = {
            let mut inner = self.inner.lock();
            let due: Vec<Arc<str>> = inner
                .groups
                .iter()
                .filter(|(_, entry)| entry.group.next_deadline().is_some_and(|deadline| deadline <= now))
                .map(|(id, _)| id.clone())
                .collect();
            due.iter()
                .filter_map(|id| {
                    let entry = inner.groups.get_mut(id)?;
                    let effects = entry.group.tick(self.share_world(id, &catalog), now);
                    let world = self.world(id, &catalog);
                    let effects = self.downgraded(entry, effects, world, true, now);
                    Some(self.carry_out(&mut inner, id, effects))
                })
                .collect()
        };
        for outcome in outcomes {
            self.settle(outcome).await;
        }
    }

    /// Ticks when it is time to, for ever.
    pub async fn run(&self) {
        loop {
            let (now, most) = (self.clock.steady(), timer_ms_max(TIMER_MS_MAX));
            let next = {
                let inner = self.inner.lock();
                inner.groups.values().filter_map(|entry| entry.group.next_deadline()).min()
            };
            let wait = next.map_or(most, |deadline| (deadline - now).clamp(0, most));
            self.wakes_at.store(now + wait, SeqCst);
            // A deadline that is due but does not move must not spin.
            let wait = Duration::from_millis(wait.max(1).unsigned_abs());
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.sooner.notified() => {}
            }
            self.tick().await;
        }
    }

    pub(super) fn wake_by(&self, deadline: TimestampMillis) {
        if deadline < self.wakes_at.load(SeqCst) {
            self.sooner.notify_one();
        }
    }

    /// Forgets offsets of groups that have had no members for seven days, and groups of which nothing is left.
    pub async fn expire_offsets(&self) {
        let now = self.clock.now();
        let mut offsets = Vec::<(Arc<str>, Vec<(Arc<str>, PartitionId)>)>::new();
        let mut groups = Vec::<Arc<str>>::new();
        let until = {
            let mut inner = self.inner.lock();
            for (id, entry) in &mut inner.groups {
                let Some(empty_since) = entry.group.empty_since() else { continue };
                let empty_since = empty_since + self.ahead();
                let expired: Vec<_> = entry
                    .offsets
                    .iter()
                    .filter(|(_, committed)| now - committed.at.max(empty_since) >= OFFSETS_RETENTION_MS)
                    .map(|(key, _)| key.clone())
                    .collect();
                for key in &expired {
                    entry.offsets.remove(key);
                }
                // What a share group has finished is not forgotten by itself, and so neither is the group.
                let is_share = matches!(entry.group, AnyGroup::Share(_));
                if entry.offsets.is_empty() && entry.pending.is_empty() && entry.group.is_vacant() && !is_share {
                    groups.push(id.clone());
                } else if !expired.is_empty() {
                    offsets.push((id.clone(), expired));
                }
            }
            inner.groups.retain(|id, _| !groups.contains(id));
            inner.last_commit
        };
        let offsets = offsets.into_iter().map(|(group, partitions)| meta::delete_committed(group, partitions, until));
        let groups = groups.into_iter().map(|group| meta::delete_group(group, until));
        for write in offsets.chain(groups) {
            if let Err(error) = self.meta.write(write).await {
                tracing::warn!("expired offsets were not deleted: {error}");
            }
        }
    }
}
