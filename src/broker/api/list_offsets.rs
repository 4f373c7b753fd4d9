//! ListOffsets: the offset of the start, the end, a time, or the latest timestamp.

use std::{collections::HashMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        ListOffsetsRequest, ListOffsetsResponse,
        list_offsets_request::ListOffsetsPartition,
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
    },
};
use uuid::Uuid;

use super::{Fault, check_leader_epoch, find_topic};
use crate::{
    broker::{LEADER_EPOCH, blocking, inner::Inner, topics::Topic},
    log::{LogError, Partition},
    model::{Offset, PartitionId, TimestampMillis},
};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
/// The start of what is on this machine; without tiered storage that is the start.
const EARLIEST_LOCAL: i64 = -4;
/// The end of what is in tiered storage; there is none.
const LATEST_TIERED: i64 = -5;

/// The isolation level `read_committed`.
const READ_COMMITTED: i8 = 1;
/// The special times and the first version that has each (KIP-734, KIP-405, KIP-1005).
const SPECIAL: &[(i64, i16)] =
    &[(LATEST, 1), (EARLIEST, 1), (MAX_TIMESTAMP, 7), (EARLIEST_LOCAL, 8), (LATEST_TIERED, 9)];

pub async fn answer(broker: &Arc<Inner>, version: i16, request: ListOffsetsRequest) -> ListOffsetsResponse {
    let ask = Ask { version, committed: request.isolation_level == READ_COMMITTED };
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let topic = find_topic(broker, &asked.name, Uuid::nil(), false);
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        let mut times = HashMap::<PartitionId, usize>::with_capacity(asked.partitions.len());
        for wanted in &asked.partitions {
            *times.entry(wanted.partition_index).or_default() += 1;
        }
        for wanted in asked.partitions {
            // What is asked for more than once is answered once.
            let Some(times) = times.remove(&wanted.partition_index) else { continue };
            let found = match &topic {
                _ if times > 1 => {
                    let message = format!("partition {} is asked for more than once", wanted.partition_index);
                    Err(Fault::new(ResponseError::InvalidRequest, message))
                }
                Ok(topic) => find(broker, topic, &wanted, ask).await,
                Err(fault) => Err(fault.clone()),
            };
            partitions.push(response(&wanted, found, version));
        }
        topics.push(ListOffsetsTopicResponse::default().with_name(asked.name).with_partitions(partitions));
    }
    ListOffsetsResponse::default().with_topics(topics)
}

#[derive(Debug, Clone, Copy)]
struct Ask {
    version: i16,
    /// As if the log ended where the first open transaction begins.
    committed: bool,
}

/// Where something was found.
#[derive(Debug, Clone, Copy)]
struct Found {
    offset: Offset,
    /// The record's own; -1 where no record was looked for.
    timestamp: TimestampMillis,
    /// Of the leader that wrote there.
    epoch: i32,
}

/// `None` where there is no such record.
async fn find(
    broker: &Arc<Inner>,
    topic: &Topic,
    wanted: &ListOffsetsPartition,
    Ask { version, committed }: Ask,
) -> Result<Option<Found>, Fault> {
    if wanted.timestamp < 0 && !SPECIAL.iter().any(|(time, from)| *time == wanted.timestamp && version >= *from) {
        let message = format!("{} is neither a time nor a special one of version {version}", wanted.timestamp);
        return Err(Fault::new(ResponseError::UnsupportedVersion, message));
    }
    let slot =
        topic.slot(wanted.partition_index).ok_or_else(|| Fault::unknown_partition(topic, wanted.partition_index))?;
    check_leader_epoch(wanted.current_leader_epoch)?;
    let Some(log) = slot.existing(&broker.store).await? else {
        let is_end = matches!(wanted.timestamp, LATEST | EARLIEST | EARLIEST_LOCAL);
        return Ok(is_end.then_some(Found { offset: 0, timestamp: -1, epoch: LEADER_EPOCH }));
    };
    let end = if committed { log.stable_offset() } else { log.end_offset() };
    let found = match wanted.timestamp {
        LATEST => Some((end, -1)),
        EARLIEST | EARLIEST_LOCAL => Some((log.start_offset(), -1)),
        LATEST_TIERED => None,
        time => {
            let log = log.clone();
            let found = blocking(move || search(&log, time)).await.inspect_err(|error| slot.note(error))?;
            found.filter(|(offset, _)| *offset < end)
        }
    };
    let epochs = log.leader_epochs();
    Ok(found.map(|(offset, timestamp)| Found { offset, timestamp, epoch: epoch_at(&epochs, offset) }))
}

fn search(log: &Partition, time: i64) -> Result<Option<(Offset, TimestampMillis)>, LogError> {
    if time == MAX_TIMESTAMP { log.offset_of_max_timestamp() } else { log.offset_for_time(time) }
}

/// The leader epoch at an offset. `epochs` are (epoch, first offset), ascending.
fn epoch_at(epochs: &[(i32, Offset)], offset: Offset) -> i32 {
    let after = epochs.partition_point(|(_, start)| *start <= offset);
    after.checked_sub(1).and_then(|at| epochs.get(at)).map_or(LEADER_EPOCH, |(epoch, _)| *epoch)
}

fn response(
    wanted: &ListOffsetsPartition,
    found: Result<Option<Found>, Fault>,
    version: i16,
) -> ListOffsetsPartitionResponse {
    let response = ListOffsetsPartitionResponse::default().with_partition_index(wanted.partition_index);
    match found {
        Ok(Some(found)) => {
            let response = response.with_offset(found.offset).with_timestamp(found.timestamp);
            if version >= 4 { response.with_leader_epoch(found.epoch) } else { response }
        }
        Ok(None) => response.with_offset(-1).with_timestamp(-1),
        Err(fault) => response.with_error_code(fault.code()).with_offset(-1).with_timestamp(-1),
    }
}
