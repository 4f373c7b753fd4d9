//! ListOffsets: the offset of the start, the end, a time, or the latest timestamp.

use std::sync::Arc;

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
    model::{Offset, TimestampMillis},
};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
/// The start of what is on this machine; without tiered storage that is the start.
const EARLIEST_LOCAL: i64 = -4;
/// The end of what is in tiered storage; there is none.
const LATEST_TIERED: i64 = -5;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: ListOffsetsRequest) -> ListOffsetsResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let topic = find_topic(broker, &asked.name, Uuid::nil(), false);
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for wanted in asked.partitions {
            let found = match &topic {
                Ok(topic) => find(broker, topic, &wanted).await,
                Err(fault) => Err(fault.clone()),
            };
            partitions.push(response(&wanted, found, version));
        }
        topics.push(ListOffsetsTopicResponse::default().with_name(asked.name).with_partitions(partitions));
    }
    ListOffsetsResponse::default().with_topics(topics)
}

/// Offset and, where a record was looked for, its timestamp; `None` where there is no such record.
type Found = Option<(Offset, TimestampMillis)>;

async fn find(broker: &Arc<Inner>, topic: &Topic, wanted: &ListOffsetsPartition) -> Result<Found, Fault> {
    let slot =
        topic.slot(wanted.partition_index).ok_or_else(|| Fault::unknown_partition(topic, wanted.partition_index))?;
    check_leader_epoch(wanted.current_leader_epoch)?;
    if wanted.timestamp < LATEST_TIERED {
        let message = format!("{} is neither a time nor one of -1 to -5", wanted.timestamp);
        return Err(Fault::new(ResponseError::InvalidRequest, message));
    }
    let Some(log) = slot.existing(&broker.store).await? else {
        let is_end = matches!(wanted.timestamp, LATEST | EARLIEST | EARLIEST_LOCAL);
        return Ok(is_end.then_some((0, -1)));
    };
    match wanted.timestamp {
        LATEST => Ok(Some((log.end_offset(), -1))),
        EARLIEST | EARLIEST_LOCAL => Ok(Some((log.start_offset(), -1))),
        LATEST_TIERED => Ok(None),
        time => blocking(move || search(&log, time)).await.map_err(|error| {
            slot.note(&error);
            error.into()
        }),
    }
}

fn search(log: &Partition, time: i64) -> Result<Found, LogError> {
    if time == MAX_TIMESTAMP { log.offset_of_max_timestamp() } else { log.offset_for_time(time) }
}

fn response(wanted: &ListOffsetsPartition, found: Result<Found, Fault>, version: i16) -> ListOffsetsPartitionResponse {
    let response = ListOffsetsPartitionResponse::default().with_partition_index(wanted.partition_index);
    match found {
        Ok(Some((offset, timestamp))) => {
            let response = response.with_offset(offset).with_timestamp(timestamp);
            if version >= 4 { response.with_leader_epoch(LEADER_EPOCH) } else { response }
        }
        Ok(None) => response.with_offset(-1).with_timestamp(-1),
        Err(fault) => response.with_error_code(fault.code()).with_offset(-1).with_timestamp(-1),
    }
}
