//! DescribeShareGroupOffsets: where share groups stand in partitions, and how much they have left (KIP-1226).

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse, TopicName,
        describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup,
        describe_share_group_offsets_response::{
            DescribeShareGroupOffsetsResponseGroup as Described,
            DescribeShareGroupOffsetsResponsePartition as Partition,
            DescribeShareGroupOffsetsResponseTopic as DescribedTopic,
        },
    },
};
use uuid::Uuid;

use super::{Fault, find_topic, text};
use crate::{
    broker::{LEADER_EPOCH, inner::Inner, topics::Topic},
    codec::share::set_lag,
};

/// First version that tells the lag.
const LAG_FROM: i16 = 1;
/// The start offset of a partition that the group has not begun to read.
const NOT_BEGUN: i64 = -1;

pub async fn answer(
    broker: &Arc<Inner>,
    version: i16,
    request: DescribeShareGroupOffsetsRequest,
) -> DescribeShareGroupOffsetsResponse {
    let mut groups = Vec::with_capacity(request.groups.len());
    for group in request.groups {
        groups.push(describe(broker, version, group).await);
    }
    DescribeShareGroupOffsetsResponse::default().with_groups(groups)
}

async fn describe(broker: &Arc<Inner>, version: i16, asked: DescribeShareGroupOffsetsRequestGroup) -> Described {
    let group = asked.group_id;
    let result = Described::default().with_group_id(group.clone()).with_error_message(None);
    if !broker.coordinator.is_share_group(&group) {
        let message = format!("Group {} is not a share group.", &**group);
        return result.with_error_code(ResponseError::GroupIdNotFound.code()).with_error_message(Some(text(&message)));
    }
    let mut topics = Vec::new();
    match asked.topics {
        Some(asked) => {
            for topic in asked {
                let found = find_topic(broker, &topic.topic_name, Uuid::nil(), false);
                let mut partitions = Vec::with_capacity(topic.partitions.len());
                for index in topic.partitions {
                    partitions.push(match &found {
                        Ok(found) => one(broker, version, &group, found, index).await,
                        Err(fault) => refused(index, fault),
                    });
                }
                let id = found.map_or(Uuid::nil(), |found| found.id);
                topics.push(told(topic.topic_name, id, partitions));
            }
        }
        None => {
            let mut all = BTreeMap::<Arc<str>, Vec<Partition>>::new();
            for shared in broker.shares.of_group(&group) {
                let told = one(broker, version, &group, &shared.topic, shared.key.partition).await;
                all.entry(shared.topic.name.clone()).or_default().push(told);
            }
            for (name, partitions) in all {
                let id = broker.topics.by_name(&name).map_or(Uuid::nil(), |topic| topic.id);
                topics.push(told(TopicName(text(&name)), id, partitions));
            }
        }
    }
    result.with_topics(topics)
}

async fn one(broker: &Arc<Inner>, version: i16, group: &str, topic: &Arc<Topic>, index: i32) -> Partition {
    if topic.slot(index).is_none() {
        return refused(index, &Fault::unknown_partition(topic, index));
    }
    let offset = match broker.shares.find(group, topic.id, index) {
        Some(shared) => broker.shares.offset(broker, &shared).await,
        None => None,
    };
    let mut told = Partition::default()
        .with_partition_index(index)
        .with_start_offset(offset.map_or(NOT_BEGUN, |offset| offset.start))
        .with_leader_epoch(LEADER_EPOCH)
        .with_error_message(None);
    if version >= LAG_FROM {
        set_lag(&mut told, offset.and_then(|offset| offset.lag));
    }
    told
}

fn refused(index: i32, fault: &Fault) -> Partition {
    Partition::default()
        .with_partition_index(index)
        .with_start_offset(NOT_BEGUN)
        .with_error_code(fault.code())
        .with_error_message(fault.text())
}

fn told(name: TopicName, id: Uuid, partitions: Vec<Partition>) -> DescribedTopic {
    DescribedTopic::default().with_topic_name(name).with_topic_id(id).with_partitions(partitions)
}
