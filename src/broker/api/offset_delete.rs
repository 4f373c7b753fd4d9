//! OffsetDelete: forgets what a group committed for topics that its members do not read.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        OffsetDeleteRequest, OffsetDeleteResponse,
        offset_delete_response::{OffsetDeleteResponsePartition, OffsetDeleteResponseTopic},
    },
};

use crate::broker::inner::Inner;

pub async fn answer(broker: &Arc<Inner>, request: OffsetDeleteRequest) -> OffsetDeleteResponse {
    if request.group_id.is_empty() {
        return OffsetDeleteResponse::default().with_error_code(ResponseError::InvalidGroupId.code());
    }
    let subscribed = match broker
        .coordinator
        .subscribed(&request.group_id, request.topics.iter().map(|topic| topic.name.as_str()))
    {
        Ok(topics) => topics,
        Err(error) => return OffsetDeleteResponse::default().with_error_code(error.code()),
    };
    let mut deleted = Vec::new();
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let topic = broker.topics.by_name(&asked.name);
        let mut partitions = Vec::with_capacity(asked.partitions.len());
        for wanted in asked.partitions {
            let partition = wanted.partition_index;
            let error = match &topic {
                Some(topic) if subscribed.contains(&*topic.name) => Some(ResponseError::GroupSubscribedToTopic),
                Some(topic) if topic.slot(partition).is_some() => {
                    deleted.push((topic.name.clone(), partition));
                    None
                }
                _ => Some(ResponseError::UnknownTopicOrPartition),
            };
            partitions.push((partition, error));
        }
        topics.push((asked.name, partitions));
    }
    let stored = broker.coordinator.delete_offsets(&request.group_id, deleted).await;
    let failed = stored.is_err().then_some(ResponseError::KafkaStorageError);
    let topics = topics.into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(partition, error)| {
            OffsetDeleteResponsePartition::default()
                .with_partition_index(partition)
                .with_error_code(error.or(failed).map_or(0, |error| error.code()))
        });
        OffsetDeleteResponseTopic::default().with_name(name).with_partitions(partitions.collect())
    });
    OffsetDeleteResponse::default().with_topics(topics.collect())
}
