//! AlterShareGroupOffsets: where a share group without members begins from now on. The group comes to be where there is
//! none.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsResponse,
        alter_share_group_offsets_response::{
            AlterShareGroupOffsetsResponsePartition as AlteredPartition, AlterShareGroupOffsetsResponseTopic as Altered,
        },
    },
};
use uuid::Uuid;

use super::{Fault, find_topic};
use crate::broker::{coordinator::CommitError, inner::Inner, share::refuse_second, topics::Topic};

pub async fn answer(broker: &Arc<Inner>, request: AlterShareGroupOffsetsRequest) -> AlterShareGroupOffsetsResponse {
    let group = request.group_id.to_string();
    if let Err(fault) = check(broker, &group).await {
        return AlterShareGroupOffsetsResponse::default()
            .with_error_code(fault.code())
            .with_error_message(fault.text());
    }
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let found = find_topic(broker, &asked.topic_name, Uuid::nil(), false);
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for partition in asked.partitions {
            let place = (partition.partition_index, partition.start_offset);
            let outcome = match &found {
                Ok(topic) => alter(broker, &group, topic, place).await,
                Err(fault) => Err(fault.clone()),
            };
            let told = AlteredPartition::default().with_partition_index(partition.partition_index);
            partitions.push(match outcome {
                Ok(()) => told.with_error_message(None),
                Err(fault) => told.with_error_code(fault.code()).with_error_message(fault.text()),
            });
        }
        let id = found.map_or(Uuid::nil(), |found| found.id);
        topics.push(Altered::default().with_topic_name(asked.topic_name).with_topic_id(id).with_partitions(partitions));
    }
    AlterShareGroupOffsetsResponse::default().with_error_message(None).with_responses(topics)
}

async fn check(broker: &Arc<Inner>, group: &str) -> Result<(), Fault> {
    if group.is_empty() {
        return Err(Fault::new(ResponseError::InvalidGroupId, "GroupId can't be empty."));
    }
    broker.coordinator.begin_share_group(group).await.map_err(|error| Fault::of_share_group(group, error))?;
    broker
        .coordinator
        .check_vacant_share(group)
        .map_err(|error| Fault::of_share_group(group, CommitError::Refused(error)))
}

async fn alter(broker: &Arc<Inner>, group: &str, topic: &Arc<Topic>, place: (i32, i64)) -> Result<(), Fault> {
    if topic.slot(place.0).is_none() {
        return Err(Fault::unknown_partition(topic, place.0));
    }
    if let Some(message) = refuse_second(broker, group, std::iter::once(&*topic.name)) {
        return Err(Fault::new(ResponseError::InvalidRequest, message));
    }
    let stored = broker.shares.restart_at(broker, group, topic, place).await;
    stored.map_err(|error| Fault::new(ResponseError::KafkaStorageError, error.to_string()))
}
