//! DeleteRecords: all records before an offset.

use std::{collections::HashMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        DeleteRecordsRequest, DeleteRecordsResponse,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
        delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult},
    },
};
use uuid::Uuid;

use super::{Fault, find_topic, operations};
use crate::{
    broker::{blocking, inner::Inner, topics::Topic},
    model::Offset,
};

/// Stands for the high watermark: all records.
const ALL: Offset = -1;

pub async fn answer(broker: &Arc<Inner>, request: DeleteRecordsRequest) -> DeleteRecordsResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in once(request.topics) {
        let topic = find_topic(broker, &asked.name, Uuid::nil(), false);
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for wanted in asked.partitions {
            let start = match &topic {
                Ok(topic) => delete(broker, topic, &wanted).await,
                Err(fault) => Err(fault.clone()),
            };
            let result = DeleteRecordsPartitionResult::default().with_partition_index(wanted.partition_index);
            partitions.push(match start {
                Ok(start) => result.with_low_watermark(start),
                Err(fault) => result.with_low_watermark(-1).with_error_code(fault.code()),
            });
        }
        topics.push(DeleteRecordsTopicResult::default().with_name(asked.name).with_partitions(partitions));
    }
    DeleteRecordsResponse::default().with_topics(topics)
}

/// Each topic and partition once. Kafka keeps them in a map: of those that are named twice the last counts.
fn once(topics: Vec<DeleteRecordsTopic>) -> Vec<DeleteRecordsTopic> {
    let mut merged = Vec::<DeleteRecordsTopic>::with_capacity(topics.len());
    let (mut places, mut seen) = (HashMap::new(), HashMap::new());
    for topic in topics {
        let place = *places.entry(topic.name.clone()).or_insert(merged.len());
        if place == merged.len() {
            merged.push(DeleteRecordsTopic::default().with_name(topic.name));
        }
        let Some(kept) = merged.get_mut(place).map(|topic| &mut topic.partitions) else { continue };
        for partition in topic.partitions {
            let next = kept.len();
            let index = *seen.entry((place, partition.partition_index)).or_insert(next);
            match kept.get_mut(index) {
                Some(earlier) => *earlier = partition,
                None => kept.push(partition),
            }
        }
    }
    merged
}

/// Returns the new start of the log.
async fn delete(broker: &Arc<Inner>, topic: &Topic, wanted: &DeleteRecordsPartition) -> Result<Offset, Fault> {
    let slot =
        topic.slot(wanted.partition_index).ok_or_else(|| Fault::unknown_partition(topic, wanted.partition_index))?;
    if operations::is_internal(&topic.name) {
        return Err(Fault::internal_topic(&topic.name));
    }
    if !topic.config().delete {
        let message = format!("{} is compacted only; records go when a newer one has their key", topic.name);
        return Err(Fault::new(ResponseError::PolicyViolation, message));
    }
    let log = slot.existing(&broker.store).await?;
    let (start, end) = log.as_ref().map_or((0, 0), |log| log.range());
    let before = if wanted.offset == ALL { end } else { wanted.offset };
    if before < 0 || before > end {
        let message = format!("offset {before} is out of range: the partition holds {start} to {end}");
        return Err(Fault::new(ResponseError::OffsetOutOfRange, message));
    }
    let Some(log) = log.filter(|_| before > start) else { return Ok(start) };
    blocking(move || log.trim(before)).await.map_err(|error| {
        slot.note(&error);
        error.into()
    })
}
