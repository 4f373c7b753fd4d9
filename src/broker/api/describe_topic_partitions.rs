//! DescribeTopicPartitions: topics and their partitions, page by page (KIP-966).

use std::{collections::BTreeSet, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, TopicName,
        describe_topic_partitions_response::{
            Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
        },
    },
};

use super::{node, operations, text};
use crate::{
    broker::{
        LEADER_EPOCH, PAGE_PARTITIONS_MAX,
        inner::Inner,
        topics::{Slot, Topic},
    },
    model::{Role, check_topic_name},
};

pub fn answer(
    broker: &Arc<Inner>,
    role: Role,
    request: DescribeTopicPartitionsRequest,
) -> DescribeTopicPartitionsResponse {
    let named = !request.topics.is_empty();
    let mut names: BTreeSet<String> = if named {
        request.topics.iter().map(|topic| topic.name.to_string()).collect()
    } else {
        broker.topics.all().iter().map(|topic| topic.name.to_string()).collect()
    };
    let mut from = 0;
    if let Some(cursor) = &request.cursor {
        let Ok(partition) = usize::try_from(cursor.partition_index) else { return refused(role, &names) };
        names = names.split_off(cursor.topic_name.as_str());
        if names.first().is_some_and(|first| first.as_str() == cursor.topic_name.as_str()) {
            from = partition;
        }
    }
    let mut left = usize::try_from(request.response_partition_limit.clamp(1, PAGE_PARTITIONS_MAX)).unwrap_or(1);
    let mut response = DescribeTopicPartitionsResponse::default();
    for name in names {
        let cursor = |partition: usize| {
            let index = i32::try_from(partition).unwrap_or(i32::MAX);
            Some(Cursor::default().with_topic_name(TopicName(text(&name))).with_partition_index(index))
        };
        if left == 0 {
            response.next_cursor = cursor(0);
            break;
        }
        let Some(topic) = broker.topics.by_name(&name) else {
            // Deleted while the page was made: nobody asked for it by name.
            if named {
                response.topics.push(missing(role, &name));
            }
            continue;
        };
        let (described, count) = describe(role, &topic, from, left);
        left -= described.partitions.len();
        let next = from + described.partitions.len();
        response.topics.push(described);
        if next < count {
            response.next_cursor = cursor(next);
            break;
        }
        from = 0;
    }
    response
}

/// The topic with at most `limit` partitions from `from` on, and how many it has.
fn describe(role: Role, topic: &Topic, from: usize, limit: usize) -> (DescribeTopicPartitionsResponseTopic, usize) {
    let slots = topic.slots();
    let partitions = slots.iter().skip(from).take(limit).map(|slot| partition(slot));
    let described = DescribeTopicPartitionsResponseTopic::default()
        .with_name(Some(TopicName(text(&topic.name))))
        .with_topic_id(topic.id)
        .with_is_internal(operations::is_internal(&topic.name))
        .with_partitions(partitions.collect())
        .with_topic_authorized_operations(operations::topic(role));
    (described, slots.len())
}

fn partition(slot: &Slot) -> DescribeTopicPartitionsResponsePartition {
    let offline = if slot.damage().is_some() { vec![node()] } else { Vec::new() };
    DescribeTopicPartitionsResponsePartition::default()
        .with_partition_index(slot.id)
        .with_leader_id(node())
        .with_leader_epoch(LEADER_EPOCH)
        .with_replica_nodes(vec![node()])
        .with_isr_nodes(vec![node()])
        .with_eligible_leader_replicas(Some(Vec::new()))
        .with_last_known_elr(Some(Vec::new()))
        .with_offline_replicas(offline)
}

fn missing(role: Role, name: &str) -> DescribeTopicPartitionsResponseTopic {
    let error = match check_topic_name(name) {
        Ok(()) => ResponseError::UnknownTopicOrPartition,
        Err(_) => ResponseError::InvalidTopicException,
    };
    with_error(role, name, error)
}

fn with_error(role: Role, name: &str, error: ResponseError) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic::default()
        .with_error_code(error.code())
        .with_name(Some(TopicName(text(name))))
        .with_is_internal(operations::is_internal(name))
        .with_topic_authorized_operations(operations::topic(role))
}

/// The protocol has no place for an error of the whole request.
fn refused(role: Role, names: &BTreeSet<String>) -> DescribeTopicPartitionsResponse {
    let topics = names.iter().map(|name| with_error(role, name, ResponseError::InvalidRequest));
    DescribeTopicPartitionsResponse::default().with_topics(topics.collect())
}
