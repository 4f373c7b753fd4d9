//! DescribeProducers: what each partition knows of its producers.

use std::sync::Arc;

use kafka_protocol::messages::{
    DescribeProducersRequest, DescribeProducersResponse, ProducerId,
    describe_producers_response::{PartitionResponse, ProducerState, TopicResponse},
};
use uuid::Uuid;

use super::{Fault, find_topic};
use crate::{
    broker::{inner::Inner, topics::Topic},
    log::Producer,
};

pub async fn answer(broker: &Arc<Inner>, request: DescribeProducersRequest) -> DescribeProducersResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let topic = find_topic(broker, &asked.name, Uuid::nil(), false);
        let mut partitions = Vec::with_capacity(asked.partition_indexes.len());
        for partition in asked.partition_indexes {
            let found = match &topic {
                Ok(topic) => producers(broker, topic, partition).await,
                Err(fault) => Err(fault.clone()),
            };
            let response = PartitionResponse::default().with_partition_index(partition);
            partitions.push(match found {
                Ok(producers) => response.with_active_producers(producers.into_iter().map(state).collect()),
                Err(fault) => response.with_error_code(fault.code()).with_error_message(fault.text()),
            });
        }
        topics.push(TopicResponse::default().with_name(asked.name).with_partitions(partitions));
    }
    DescribeProducersResponse::default().with_topics(topics)
}

async fn producers(broker: &Arc<Inner>, topic: &Topic, partition: i32) -> Result<Vec<(i64, Producer)>, Fault> {
    let slot = topic.slot(partition).ok_or_else(|| Fault::unknown_partition(topic, partition))?;
    Ok(slot.existing(&broker.store).await?.map(|log| log.producers()).unwrap_or_default())
}

fn state((id, producer): (i64, Producer)) -> ProducerState {
    ProducerState::default()
        .with_producer_id(ProducerId(id))
        .with_producer_epoch(producer.epoch.into())
        .with_last_sequence(producer.last_sequence())
        .with_last_timestamp(producer.last_timestamp)
        .with_coordinator_epoch(producer.coordinator_epoch)
        .with_current_txn_start_offset(producer.transaction_start.unwrap_or(-1))
}
