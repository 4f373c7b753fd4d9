//! OffsetFetch: what a group has committed; from version 8 on several groups.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::messages::{
    OffsetFetchRequest, OffsetFetchResponse, TopicName,
    offset_fetch_response::{
        OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
        OffsetFetchResponseTopic, OffsetFetchResponseTopics,
    },
};

use super::text;
use crate::{
    broker::{coordinator::Committed, inner::Inner},
    model::PartitionId,
};

/// First version that asks for several groups at once.
const BATCHED_FROM: i16 = 8;

pub fn answer(broker: &Arc<Inner>, version: i16, request: OffsetFetchRequest) -> OffsetFetchResponse {
    if version < BATCHED_FROM {
        let asked = request
            .topics
            .map(|topics| topics.into_iter().map(|topic| (topic.name, topic.partition_indexes)).collect::<Vec<_>>());
        let topics = of_group(broker, &request.group_id, asked).into_iter().map(|(name, partitions)| {
            let partitions = partitions.into_iter().map(|(partition, committed)| old(partition, committed, version));
            OffsetFetchResponseTopic::default().with_name(name).with_partitions(partitions.collect())
        });
        return OffsetFetchResponse::default().with_topics(topics.collect());
    }
    let groups = request.groups.into_iter().map(|group| {
        let asked = group
            .topics
            .map(|topics| topics.into_iter().map(|topic| (topic.name, topic.partition_indexes)).collect::<Vec<_>>());
        let topics = of_group(broker, &group.group_id, asked).into_iter().map(|(name, partitions)| {
            let partitions = partitions.into_iter().map(|(partition, committed)| new(partition, committed));
            OffsetFetchResponseTopics::default().with_name(name).with_partitions(partitions.collect())
        });
        OffsetFetchResponseGroup::default().with_group_id(group.group_id).with_topics(topics.collect())
    });
    OffsetFetchResponse::default().with_groups(groups.collect())
}

type Found = Vec<(TopicName, Vec<(PartitionId, Option<Committed>)>)>;

/// What was asked for, or all there is.
fn of_group(broker: &Arc<Inner>, group: &str, asked: Option<Vec<(TopicName, Vec<PartitionId>)>>) -> Found {
    let mut committed = broker.coordinator.committed(group);
    match asked {
        Some(asked) => asked
            .into_iter()
            .map(|(name, partitions)| {
                let key: Arc<str> = name.as_str().into();
                let find = |partition| (partition, committed.remove(&(key.clone(), partition)));
                (name, partitions.into_iter().map(find).collect())
            })
            .collect(),
        None => {
            let mut topics = BTreeMap::<Arc<str>, Vec<_>>::new();
            for ((topic, partition), offset) in committed {
                topics.entry(topic).or_default().push((partition, Some(offset)));
            }
            topics.into_iter().map(|(topic, partitions)| (TopicName(text(&topic)), partitions)).collect()
        }
    }
}

fn old(partition: PartitionId, committed: Option<Committed>, version: i16) -> OffsetFetchResponsePartition {
    let response = OffsetFetchResponsePartition::default().with_partition_index(partition);
    match committed {
        None => response.with_committed_offset(-1).with_metadata(Some(text(""))),
        Some(committed) => {
            let response =
                response.with_committed_offset(committed.offset).with_metadata(Some(text(&committed.metadata)));
            if version >= 5 { response.with_committed_leader_epoch(committed.leader_epoch) } else { response }
        }
    }
}

fn new(partition: PartitionId, committed: Option<Committed>) -> OffsetFetchResponsePartitions {
    let response = OffsetFetchResponsePartitions::default().with_partition_index(partition);
    match committed {
        None => response.with_committed_offset(-1).with_committed_leader_epoch(-1).with_metadata(Some(text(""))),
        Some(committed) => response
            .with_committed_offset(committed.offset)
            .with_committed_leader_epoch(committed.leader_epoch)
            .with_metadata(Some(text(&committed.metadata))),
    }
}
