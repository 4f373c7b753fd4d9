//! OffsetForLeaderEpoch: where the records of a leader end (KIP-101, KIP-320). A client that was cut off learns whether
//! what it has read is still on the log.

use std::sync::Arc;

use kafka_protocol::messages::{
    OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse,
    offset_for_leader_epoch_request::OffsetForLeaderPartition,
    offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult},
};
use uuid::Uuid;

use super::{Fault, check_leader_epoch, find_topic};
use crate::{
    broker::{LEADER_EPOCH, inner::Inner, topics::Topic},
    model::Offset,
};

pub async fn answer(broker: &Arc<Inner>, request: OffsetForLeaderEpochRequest) -> OffsetForLeaderEpochResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let topic = find_topic(broker, &asked.topic, Uuid::nil(), false);
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for wanted in asked.partitions {
            let found = match &topic {
                Ok(topic) => find(broker, topic, &wanted).await,
                Err(fault) => Err(fault.clone()),
            };
            let result = EpochEndOffset::default().with_partition(wanted.partition);
            partitions.push(match found {
                Ok(Some((epoch, end))) => result.with_leader_epoch(epoch).with_end_offset(end),
                Ok(None) => result.with_leader_epoch(-1).with_end_offset(-1),
                Err(fault) => result.with_error_code(fault.code()).with_leader_epoch(-1).with_end_offset(-1),
            });
        }
        topics.push(OffsetForLeaderTopicResult::default().with_topic(asked.topic).with_partitions(partitions));
    }
    OffsetForLeaderEpochResponse::default().with_topics(topics)
}

async fn find(
    broker: &Arc<Inner>,
    topic: &Topic,
    wanted: &OffsetForLeaderPartition,
) -> Result<Option<(i32, Offset)>, Fault> {
    let slot = topic.slot(wanted.partition).ok_or_else(|| Fault::unknown_partition(topic, wanted.partition))?;
    check_leader_epoch(wanted.current_leader_epoch)?;
    Ok(match slot.existing(&broker.store).await? {
        Some(log) => end_of_epoch(&log.leader_epochs(), wanted.leader_epoch, log.end_offset()),
        None => end_of_epoch(&[], wanted.leader_epoch, 0),
    })
}

/// The largest epoch not above `wanted` and where its records end: at the start of the next epoch, or at the end of the
/// log for the leader's own. `None` where `wanted` is newer than the log. `epochs` are (epoch, first offset), ascending.
pub(super) fn end_of_epoch(epochs: &[(i32, Offset)], wanted: i32, end: Offset) -> Option<(i32, Offset)> {
    if wanted < 0 {
        return None;
    }
    // A log without records knows of its leader all the same.
    let latest = epochs.last().map_or(LEADER_EPOCH, |(epoch, _)| *epoch);
    if wanted == latest {
        return Some((latest, end));
    }
    let after = epochs.partition_point(|(epoch, _)| *epoch <= wanted);
    let (_, start_of_next) = epochs.get(after)?;
    let floor = after.checked_sub(1).and_then(|before| epochs.get(before)).map_or(wanted, |(epoch, _)| *epoch);
    Some((floor, *start_of_next))
}

#[cfg(test)]
mod tests {
    use super::end_of_epoch;

    #[test]
    fn an_epoch_ends_where_the_next_begins() {
        let epochs = [(2, 10), (4, 30)];
        let end = |wanted| end_of_epoch(&epochs, wanted, 50);
        assert_eq!(end(4), Some((4, 50)), "the leader's own");
        assert_eq!(end(3), Some((2, 30)), "it never led: what came before it ends there");
        assert_eq!(end(2), Some((2, 30)));
        assert_eq!(end(1), Some((1, 10)), "older than the log");
        assert_eq!(end(5), None);
        assert_eq!(end(-1), None);
        assert_eq!(end_of_epoch(&[], 0, 0), Some((0, 0)));
        assert_eq!(end_of_epoch(&[], 1, 0), None);
    }
}
