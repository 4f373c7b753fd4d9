//! OffsetFetch: what a group has committed; from version 8 on several groups.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        OffsetFetchRequest, OffsetFetchResponse, TopicName,
        offset_fetch_response::{
            OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
            OffsetFetchResponseTopic, OffsetFetchResponseTopics,
        },
    },
};

use super::text;
use crate::{
    broker::{
        coordinator::{Committed, GroupOffsets},
        inner::Inner,
    },
    model::PartitionId,
};

/// First version that asks for several groups at once.
const BATCHED_FROM: i16 = 8;
/// First version in which members of the newer group protocol tell who they are (KIP-848).
const EPOCHS_FROM: i16 = 9;
/// First version that can ask for offsets that no open transaction is about to change (KIP-447).
const STABLE_FROM: i16 = 7;

pub fn answer(broker: &Arc<Inner>, version: i16, request: OffsetFetchRequest) -> OffsetFetchResponse {
    if version < BATCHED_FROM {
        let asked = request
            .topics
            .map(|topics| topics.into_iter().map(|topic| (topic.name, topic.partition_indexes)).collect::<Vec<_>>());
        let stable = request.require_stable && version >= STABLE_FROM;
        let topics = of_group(broker, &request.group_id, asked, stable).into_iter().map(|(name, partitions)| {
            let partitions = partitions.into_iter().map(|(partition, committed)| old(partition, committed, version));
            OffsetFetchResponseTopic::default().with_name(name).with_partitions(partitions.collect())
        });
        return OffsetFetchResponse::default().with_topics(topics.collect());
    }
    let groups = request.groups.into_iter().map(|group| {
        if version >= EPOCHS_FROM
            && let Err(error) =
                broker.coordinator.may_fetch(&group.group_id, group.member_id.as_deref(), group.member_epoch)
        {
            return OffsetFetchResponseGroup::default().with_group_id(group.group_id).with_error_code(error.code());
        }
        let asked = group
            .topics
            .map(|topics| topics.into_iter().map(|topic| (topic.name, topic.partition_indexes)).collect::<Vec<_>>());
        let topics =
            of_group(broker, &group.group_id, asked, request.require_stable).into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, committed)| new(partition, committed));
                OffsetFetchResponseTopics::default().with_name(name).with_partitions(partitions.collect())
            });
        OffsetFetchResponseGroup::default().with_group_id(group.group_id).with_topics(topics.collect())
    });
    OffsetFetchResponse::default().with_groups(groups.collect())
}

type Found = Vec<(TopicName, Vec<(PartitionId, Answer)>)>;

/// What there is to say of a partition.
enum Answer {
    /// Nothing was ever committed.
    Nothing,
    Committed(Committed),
    /// A transaction has committed it and is not over.
    Unstable,
}

/// What was asked for, or all there is. With `stable`, what an open transaction has committed is not told.
fn of_group(
    broker: &Arc<Inner>,
    group: &str,
    asked: Option<Vec<(TopicName, Vec<PartitionId>)>>,
    stable: bool,
) -> Found {
    let GroupOffsets { mut committed, unstable } = broker.coordinator.committed(group);
    let asked = asked.unwrap_or_else(|| {
        let mut topics = BTreeMap::<Arc<str>, Vec<_>>::new();
        for (topic, partition) in committed.keys() {
            topics.entry(topic.clone()).or_default().push(*partition);
        }
        topics.into_iter().map(|(topic, partitions)| (TopicName(text(&topic)), partitions)).collect()
    });
    let find = |(name, partitions): (TopicName, Vec<PartitionId>)| {
        let key: Arc<str> = name.as_str().into();
        let one = |partition| {
            let place = (key.clone(), partition);
            let answer = if stable && unstable.contains(&place) {
                Answer::Unstable
            } else {
                committed.remove(&place).map_or(Answer::Nothing, Answer::Committed)
            };
            (partition, answer)
        };
        (name, partitions.into_iter().map(one).collect())
    };
    asked.into_iter().map(find).collect()
}

fn old(partition: PartitionId, answer: Answer, version: i16) -> OffsetFetchResponsePartition {
    let response = OffsetFetchResponsePartition::default().with_partition_index(partition);
    match answer {
        Answer::Nothing => response.with_committed_offset(-1).with_metadata(Some(text(""))),
        Answer::Unstable => response
            .with_committed_offset(-1)
            .with_metadata(Some(text("")))
            .with_error_code(ResponseError::UnstableOffsetCommit.code()),
        Answer::Committed(committed) => {
            let response =
                response.with_committed_offset(committed.offset).with_metadata(Some(text(&committed.metadata)));
            if version >= 5 { response.with_committed_leader_epoch(committed.leader_epoch) } else { response }
        }
    }
}

fn new(partition: PartitionId, answer: Answer) -> OffsetFetchResponsePartitions {
    let response = OffsetFetchResponsePartitions::default().with_partition_index(partition);
    let nothing = |response: OffsetFetchResponsePartitions| {
        response.with_committed_offset(-1).with_committed_leader_epoch(-1).with_metadata(Some(text("")))
    };
    match answer {
        Answer::Nothing => nothing(response),
        Answer::Unstable => nothing(response).with_error_code(ResponseError::UnstableOffsetCommit.code()),
        Answer::Committed(committed) => response
            .with_committed_offset(committed.offset)
            .with_committed_leader_epoch(committed.leader_epoch)
            .with_metadata(Some(text(&committed.metadata))),
    }
}
