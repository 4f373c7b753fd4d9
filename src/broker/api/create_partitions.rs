//! CreatePartitions: more partitions for a topic.

use std::{collections::HashMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        CreatePartitionsRequest, CreatePartitionsResponse, TopicName, create_partitions_request::CreatePartitionsTopic,
        create_partitions_response::CreatePartitionsTopicResult,
    },
};
use uuid::Uuid;

use super::{Fault, find_topic};
use crate::broker::{NODE_ID, inner::Inner};

pub async fn answer(broker: &Arc<Inner>, request: CreatePartitionsRequest) -> CreatePartitionsResponse {
    let mut times = HashMap::<TopicName, usize>::new();
    for topic in &request.topics {
        *times.entry(topic.name.clone()).or_default() += 1;
    }
    let mut results = Vec::with_capacity(times.len());
    for topic in request.topics {
        // Who is named more than once is answered once.
        let Some(times) = times.remove(&topic.name) else { continue };
        let outcome = if times > 1 {
            let message = format!("the topic {} is in the request more than once", *topic.name);
            Err(Fault::new(ResponseError::InvalidRequest, message))
        } else {
            grow(broker, &topic, request.validate_only).await
        };
        let result = CreatePartitionsTopicResult::default().with_name(topic.name.clone());
        results.push(match outcome {
            Ok(()) => result.with_error_message(None),
            Err(fault) => result.with_error_code(fault.code()).with_error_message(fault.text()),
        });
    }
    CreatePartitionsResponse::default().with_results(results)
}

async fn grow(broker: &Arc<Inner>, asked: &CreatePartitionsTopic, validate_only: bool) -> Result<(), Fault> {
    let topic = find_topic(broker, &asked.name, Uuid::nil(), false)?;
    broker.topics.grow(&broker.meta, &topic, asked.count, true).await?;
    if let Some(assignments) = &asked.assignments {
        let added = i64::from(asked.count) - i64::from(topic.partition_count());
        let here = |ids: &[kafka_protocol::messages::BrokerId]| matches!(ids, [id] if id.0 == NODE_ID);
        if assignments.len() as i64 != added || !assignments.iter().all(|one| here(&one.broker_ids)) {
            let message = format!("each of the {added} new partitions must be assigned to node {NODE_ID} alone");
            return Err(Fault::new(ResponseError::InvalidReplicaAssignment, message));
        }
    }
    Ok(broker.topics.grow(&broker.meta, &topic, asked.count, validate_only).await?)
}
