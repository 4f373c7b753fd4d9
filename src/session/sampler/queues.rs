//! What the sampler remembers of a queue (share group): from the broker's inspector where there is one, else what
//! DescribeShareGroupOffsets tells (KIP-932; its lag since KIP-1226).

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    broker::{Inspector, ShareEvent, ShareEventKind},
    client::{Client, ClientError},
    model::{Lag, Offset, TopicPartition},
    session::{QueueFigures, QueuePartitionFacts},
};

/// One partition as seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueueSeen {
    /// The first record that is not finished; `None` while the group has none there.
    start: Option<Offset>,
    backlog: Lag,
    facts: Option<QueuePartitionFacts>,
}

/// What one look saw of a queue.
pub(super) type PartitionsSeen = Vec<(TopicPartition, QueueSeen)>;

/// All partitions of a queue as last seen.
#[derive(Debug, Default)]
pub(super) struct QueueWatch {
    partitions: BTreeMap<TopicPartition, QueueSeen>,
    dead_lettered: BTreeMap<TopicPartition, u64>,
}

/// Asks for the partitions of a queue.
pub(super) async fn look_at_queue(
    client: &Client,
    inspector: Option<&Arc<dyn Inspector>>,
    id: &Arc<str>,
) -> Result<PartitionsSeen, ClientError> {
    let Some(inspector) = inspector else { return ask_client(client, id).await };
    let (inspector, id) = (Arc::clone(inspector), Arc::clone(id));
    let views = tokio::task::spawn_blocking(move || inspector.share_partitions(&id)).await.unwrap_or_default();
    let seen = views.iter().map(|view| {
        let facts = QueuePartitionFacts::from(view);
        let backlog = Lag::Records(facts.counts.backlog());
        let tp = TopicPartition::new(Arc::clone(&view.topic), view.partition);
        (tp, QueueSeen { start: Some(view.start_offset), backlog, facts: Some(facts) })
    });
    Ok(seen.collect())
}

async fn ask_client(client: &Client, id: &str) -> Result<PartitionsSeen, ClientError> {
    let offsets = client.share_group_offsets(id).await?;
    let seen = offsets.into_iter().map(|(tp, offset)| {
        let backlog = offset.lag.map_or(Lag::Unknown, Lag::Records);
        (tp, QueueSeen { start: offset.start, backlog, facts: None })
    });
    Ok(seen.collect())
}

impl QueueWatch {
    /// What was seen replaces what was known.
    pub(super) fn take(&mut self, seen: PartitionsSeen) {
        self.partitions = seen.into_iter().collect();
        self.dead_lettered.retain(|tp, _| self.partitions.contains_key(tp));
    }

    /// Counts dead letters, which the broker tells as they happen.
    pub(super) fn note(&mut self, event: &ShareEvent) {
        if let ShareEventKind::DeadLettered { .. } = event.kind {
            let tp = TopicPartition::new(Arc::clone(&event.topic), event.partition);
            *self.dead_lettered.entry(tp).or_default() += (event.last - event.first + 1).max(0) as u64;
        }
    }

    /// The start of each partition, where there is one.
    pub(super) fn starts(&self) -> impl Iterator<Item = (&TopicPartition, Offset)> {
        self.partitions.iter().filter_map(|(tp, seen)| Some((tp, seen.start?)))
    }

    pub(super) fn start(&self, tp: &TopicPartition) -> Option<Offset> {
        self.partitions.get(tp)?.start
    }

    /// Records that nobody has finished.
    pub(super) fn backlog(&self, tp: &TopicPartition) -> Lag {
        self.partitions.get(tp).map_or(Lag::Unknown, |seen| seen.backlog)
    }

    pub(super) fn partition(&self, tp: &TopicPartition) -> Option<QueuePartitionFacts> {
        let mut facts = self.partitions.get(tp)?.facts?;
        facts.counts.dead_lettered = self.dead_lettered.get(tp).copied().unwrap_or_default();
        Some(facts)
    }

    /// Over all partitions; `None` where the cluster does not tell.
    pub(super) fn counts(&self) -> Option<QueueFigures> {
        let known = || self.partitions.keys().filter_map(|tp| self.partition(tp));
        known().next().is_some().then(|| known().map(|facts| facts.counts).sum())
    }
}
