//! What the window and the labs see of a share group's records.

use super::{SHARE_CELLS_MAX, ShareCell, SharePartitionView, Shared, Shares};
use crate::{
    broker::groups::share::{CellState, SharePartition},
    model::{Offset, TimestampMillis},
};

impl Shares {
    /// The partitions that a group has begun to read, by topic and number.
    pub fn views(&self, group: &str) -> Vec<SharePartitionView> {
        let ahead = self.clock.now() - self.clock.steady();
        let mut views: Vec<_> = self.of_group(group).iter().filter_map(|shared| view(shared, ahead)).collect();
        views.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        views
    }
}

fn view(shared: &Shared, ahead: i64) -> Option<SharePartitionView> {
    let log = shared.topic.slot(shared.key.partition).and_then(|slot| slot.if_open());
    let state = shared.state.lock();
    let partition = state.as_ref()?;
    // A log that is not opened yet ends where the group has come at least.
    let end = log.map_or(partition.next(), |log| log.end_offset());
    let counts = partition.counts();
    Some(SharePartitionView {
        topic: shared.topic.name.clone(),
        partition: shared.key.partition,
        start_offset: partition.start(),
        end_offset: partition.next(),
        high_watermark: end,
        available: counts.available + u64::try_from(end - partition.next()).unwrap_or(0),
        acquired: counts.acquired,
        acknowledged_total: counts.acknowledged_total,
        archived_total: counts.archived_total,
        redelivered_total: counts.redelivered_total,
        cells: cells(partition, ahead),
    })
}

fn cells(partition: &SharePartition, ahead: i64) -> Vec<ShareCell> {
    let cell = |(offset, state, delivery_count): (Offset, &CellState, u16)| {
        let held = match state {
            CellState::Acquired { holder, until } => Some((holder.clone(), *until)),
            _ => None,
        };
        let lock_until: Option<TimestampMillis> = held.as_ref().map(|(_, until)| until + ahead);
        let holder = held.map(|(holder, _)| holder);
        ShareCell {
            offset,
            state: state.state(),
            delivery_count,
            member: holder.as_ref().map(|one| one.member.clone()),
            client_id: holder.map(|one| one.client_id.clone()),
            lock_until,
        }
    };
    partition.cells().take(SHARE_CELLS_MAX).map(cell).collect()
}
