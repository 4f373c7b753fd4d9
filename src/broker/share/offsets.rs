//! Start offsets of share groups, as administrators see and set them.

use std::sync::Arc;

use super::{Shared, Shares};
use crate::{
    broker::{
        groups::share::SharePartition,
        inner::Inner,
        meta::{MetaError, delete_share_topic},
        topics::Topic,
    },
    model::{Offset, PartitionId},
};

/// Where a share group stands in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareOffset {
    /// All records below are finished.
    pub start: Offset,
    /// Records that are not finished (KIP-1226); `None` where the log cannot be read.
    pub lag: Option<u64>,
}

impl Shares {
    /// Where a group stands; `None` where it has not begun.
    pub async fn offset(&self, broker: &Arc<Inner>, shared: &Shared) -> Option<ShareOffset> {
        let slot = shared.topic.slot(shared.key.partition)?;
        let range = match slot.existing(&broker.store).await {
            Ok(log) => Some(log.map_or((0, 0), |log| log.range())),
            Err(_) => None,
        };
        let state = shared.state.lock();
        let partition = state.as_ref()?;
        let counts = partition.counts();
        let lag = range.map(|(first, end)| {
            let ahead = end - partition.next().max(first);
            counts.available + counts.acquired + u64::try_from(ahead).unwrap_or(0)
        });
        Some(ShareOffset { start: partition.start(), lag })
    }

    /// Lets a group begin at `offset`, within the log; durable when this returns. The caller has seen to it that the group
    /// has no members.
    pub async fn restart_at(
        &self,
        broker: &Arc<Inner>,
        group: &str,
        topic: &Arc<Topic>,
        (partition, offset): (PartitionId, Offset),
    ) -> Result<(), MetaError> {
        let log = match topic.slot(partition) {
            Some(slot) => slot.existing(&broker.store).await.ok().flatten(),
            None => None,
        };
        let (first, end) = log.map_or((0, 0), |log| log.range());
        let start = offset.clamp(first, end);
        let shared = self.open(group, topic, partition);
        let happened = shared.state.lock().get_or_insert_with(|| SharePartition::new(start)).restart_at(start);
        self.settle(broker, &shared, happened).await
    }

    /// Forgets what a group has read of a topic; durable when this returns.
    pub async fn forget(&self, group: &str, topic: &Topic) -> Result<(), MetaError> {
        self.meta.write(delete_share_topic(group.into(), topic.id)).await?;
        self.partitions.lock().retain(|key, _| *key.group != *group || key.topic != topic.id);
        Ok(())
    }
}
