//! What the broker tells of queues (share groups): the state of each record, and what happened to records.

use std::sync::Arc;

use crate::{
    broker::{ArchiveReason, Inspector, ShareEvent, ShareEventKind, SharePartitionView},
    labs::{
        story::Ledger,
        view::{ArchivedWhy, CellState, GroupView, PartitionView, StoryKind, TopicView},
    },
    model::ShareRecordState,
};

/// Tells what happened to records of queues since the event with the number `told`; answers the number of the last.
pub fn tell_events(inspector: &dyn Inspector, told: u64, ledger: &Ledger) -> u64 {
    let mut last = told;
    for event in inspector.share_events(told) {
        last = event.number;
        let at = ledger.in_story(event.at);
        if let Some(kind) = kind_of(event) {
            ledger.tell_at(at, kind);
        }
    }
    last
}

fn kind_of(event: ShareEvent) -> Option<StoryKind> {
    let ShareEvent { group, topic, partition, first, last, client_id, kind, .. } = event;
    let actor = client_id.unwrap_or_default();
    Some(match kind {
        ShareEventKind::Acquired { delivery_count } => {
            StoryKind::Acquired { actor, group, topic, partition, first, last, count: delivery_count }
        }
        ShareEventKind::Accepted => StoryKind::Accepted { actor, group, topic, partition, first, last },
        ShareEventKind::Released => StoryKind::Released { actor, group, topic, partition, first, last },
        ShareEventKind::Rejected => StoryKind::Rejected { actor, group, topic, partition, first, last },
        ShareEventKind::Renewed => StoryKind::Renewed { actor, group, topic, partition, first, last },
        ShareEventKind::LockExpired => StoryKind::LockExpired { actor, group, topic, partition, first, last },
        // Where nothing is, nothing is given up.
        ShareEventKind::Archived { reason: ArchiveReason::Gap } => return None,
        ShareEventKind::Archived { reason } => {
            let why = match reason {
                ArchiveReason::DeliveryLimit => ArchivedWhy::DeliveryLimit,
                ArchiveReason::Rejected => ArchivedWhy::Rejected,
                ArchiveReason::Gap => ArchivedWhy::Gap,
                ArchiveReason::ByHand => ArchivedWhy::ByHand,
                ArchiveReason::Aborted => ArchivedWhy::Aborted,
            };
            StoryKind::Archived { group, topic, partition, first, last, why }
        }
        ShareEventKind::DeadLettered { topic: to } => {
            StoryKind::DeadLettered { group, topic, partition, first, last, to }
        }
        // The start of the log tells of it.
        ShareEventKind::Deleted => return None,
    })
}

/// Adds the states of records to the topics, and the sums to the group.
pub fn add(view: &[SharePartitionView], group: &mut GroupView, topics: &mut [TopicView], ledger: &Ledger) {
    (group.lag, group.lag_ms) = (0, 0);
    for part in view {
        group.lag += part.available;
        group.acquired += part.acquired;
        group.acknowledged += part.acknowledged_total;
        group.archived += part.archived_total;
        group.redelivered += part.redelivered_total;
        if !group.topics.contains(&part.topic) {
            group.topics.push(Arc::clone(&part.topic));
        }
        let Some(topic) = topics.iter_mut().find(|topic| topic.name == part.topic) else { continue };
        topic.is_queue = true;
        let deletes =
            topic.config.iter().any(|(name, value)| &**name == "millpond.delete.acknowledged" && &**value == "true");
        group.deletes |= deletes;
        if let Some(partition) = topic.partitions.iter_mut().find(|partition| partition.id == part.partition) {
            let oldest = mark(partition, part, ledger);
            group.lag_ms = group.lag_ms.max(oldest);
        }
    }
}

/// Writes the states into the cells; answers for how long the oldest record that waits has done so.
fn mark(partition: &mut PartitionView, part: &SharePartitionView, ledger: &Ledger) -> i64 {
    let mut oldest_ms = 0;
    for cell in partition.cells.iter_mut().filter(|cell| cell.state == CellState::Stored) {
        let told =
            part.cells.binary_search_by_key(&cell.offset, |told| told.offset).ok().and_then(|at| part.cells.get(at));
        cell.delivery_count = told.map_or(0, |told| told.delivery_count);
        cell.state = match told {
            Some(told) => match told.state {
                ShareRecordState::Available => CellState::Waiting,
                ShareRecordState::Acknowledged => CellState::Acknowledged,
                ShareRecordState::Archived => CellState::Archived,
                ShareRecordState::Acquired => CellState::Acquired {
                    by: told.client_id.clone().unwrap_or_default(),
                    lock_until_ms: told.lock_until.map_or(0, |until| ledger.in_story(until)),
                },
            },
            None if cell.offset < part.start_offset => CellState::Acknowledged,
            None => CellState::Waiting,
        };
        if cell.state == CellState::Waiting {
            oldest_ms = oldest_ms.max(ledger.now_ms() - ledger.in_story(cell.timestamp));
        }
    }
    oldest_ms
}
