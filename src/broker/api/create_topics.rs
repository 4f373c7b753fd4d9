//! CreateTopics.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use kafka_protocol::{
    ResponseError,
    messages::{
        CreateTopicsRequest, CreateTopicsResponse, TopicName,
        create_topics_request::{CreatableReplicaAssignment, CreatableTopic},
        create_topics_response::{CreatableTopicConfigs, CreatableTopicResult},
    },
};
use uuid::Uuid;

use super::{Fault, describe_configs, text};
use crate::broker::{NODE_ID, config, config::DynamicSettings, config::TopicConfig, inner::Inner, topics::NewTopic};

pub async fn answer(broker: &Arc<Inner>, version: i16, request: CreateTopicsRequest) -> CreateTopicsResponse {
    let dynamic = broker.settings.current();
    let mut times = HashMap::<&TopicName, usize>::new();
    for topic in &request.topics {
        *times.entry(&topic.name).or_default() += 1;
    }
    let mut results = Vec::with_capacity(times.len());
    for topic in &request.topics {
        // Who is named more than once is answered once.
        let Some(times) = times.remove(&topic.name) else { continue };
        let outcome = if times > 1 {
            let message = format!("the topic {} is in the request more than once", *topic.name);
            Err(Fault::new(ResponseError::InvalidRequest, message))
        } else {
            create(broker, topic, request.validate_only).await
        };
        results.push(result(topic, outcome, version, &dynamic));
    }
    CreateTopicsResponse::default().with_topics(results)
}

struct Created {
    id: Uuid,
    partitions: i32,
    config: TopicConfig,
}

async fn create(broker: &Arc<Inner>, topic: &CreatableTopic, validate_only: bool) -> Result<Created, Fault> {
    let partitions = partition_count(topic, broker.options.default_partitions)?;
    let mut configs = BTreeMap::new();
    for entry in &topic.configs {
        let name = entry.name.to_string();
        let Some(value) = &entry.value else {
            let error = config::ConfigError::NoValue { name };
            return Err(Fault::new(ResponseError::InvalidConfig, error.to_string()));
        };
        // Of one that is there twice the last counts, as in Kafka.
        configs.insert(name, value.to_string());
    }
    let new = NewTopic { name: topic.name.to_string(), partitions, configs };
    let config = broker.topics.check_new(&new)?;
    if validate_only {
        // Some id, as in Kafka: the topic would get another.
        return Ok(Created { id: Uuid::new_v4(), partitions, config });
    }
    let made = broker.topics.create(&broker.meta, new).await?;
    Ok(Created { id: made.id, partitions, config })
}

fn partition_count(topic: &CreatableTopic, default: i32) -> Result<i32, Fault> {
    if topic.assignments.is_empty() {
        if !matches!(topic.replication_factor, -1 | 1) {
            let message = format!("replication factor {}: there is one node; use 1 or -1", topic.replication_factor);
            return Err(Fault::new(ResponseError::InvalidReplicationFactor, message));
        }
        return Ok(if topic.num_partitions == -1 { default } else { topic.num_partitions });
    }
    if topic.num_partitions != -1 || topic.replication_factor != -1 {
        let message = "with assignments the number of partitions and the replication factor must be -1";
        return Err(Fault::new(ResponseError::InvalidRequest, message));
    }
    let count = i32::try_from(topic.assignments.len()).unwrap_or(i32::MAX);
    let fits = |assignment: &CreatableReplicaAssignment| {
        (0..count).contains(&assignment.partition_index) && assignment.broker_ids.iter().all(|id| id.0 == NODE_ID)
    };
    let mut indexes: Vec<_> = topic.assignments.iter().map(|assignment| assignment.partition_index).collect();
    indexes.sort_unstable();
    indexes.dedup();
    let one_each = topic.assignments.iter().all(|assignment| assignment.broker_ids.len() == 1);
    if indexes.len() != topic.assignments.len() || !one_each || !topic.assignments.iter().all(fits) {
        let message = format!("each partition from 0 on must be assigned to node {NODE_ID} alone: there is no other");
        return Err(Fault::new(ResponseError::InvalidReplicaAssignment, message));
    }
    Ok(count)
}

fn result(
    topic: &CreatableTopic,
    outcome: Result<Created, Fault>,
    version: i16,
    dynamic: &DynamicSettings,
) -> CreatableTopicResult {
    let result = CreatableTopicResult::default().with_name(topic.name.clone()).with_error_message(None);
    match outcome {
        Err(fault) => result.with_error_code(fault.code()).with_error_message(fault.text()),
        Ok(created) if version >= 5 => {
            let configs = config::SETTINGS.iter().map(|setting| {
                CreatableTopicConfigs::default()
                    .with_name(text(setting.name))
                    .with_value(Some(text(created.config.value(setting))))
                    .with_read_only(describe_configs::is_read_only(setting))
                    .with_config_source(describe_configs::source(setting, &created.config, dynamic))
            });
            let result = result
                .with_num_partitions(created.partitions)
                .with_replication_factor(1)
                .with_configs(Some(configs.collect()));
            if version >= 7 { result.with_topic_id(created.id) } else { result }
        }
        Ok(_) => result,
    }
}
