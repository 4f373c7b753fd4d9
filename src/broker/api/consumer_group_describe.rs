//! ConsumerGroupDescribe: groups of the newer protocol, with what each member holds and what it will hold.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, GroupId, TopicName,
        consumer_group_describe_response::{Assignment, DescribedGroup, Member, TopicPartitions},
    },
};

use super::{operations, text};
use crate::{
    broker::{
        groups::{Catalog, ConsumerDescription, ConsumerMemberDescription, Partitions},
        inner::Inner,
    },
    model::Role,
};

/// First version that tells which protocol a member speaks.
const MEMBER_TYPE_FROM: i16 = 1;
const UNKNOWN: i8 = -1;
const CLASSIC: i8 = 0;
const CONSUMER: i8 = 1;

pub fn answer(
    broker: &Arc<Inner>,
    role: Role,
    version: i16,
    request: ConsumerGroupDescribeRequest,
) -> ConsumerGroupDescribeResponse {
    let operations = if request.include_authorized_operations { operations::group(role) } else { i32::MIN };
    let groups = request.group_ids.into_iter().map(|id| {
        let group = if id.is_empty() {
            refused(id, ResponseError::InvalidGroupId, None)
        } else {
            match broker.coordinator.describe_consumers(&id) {
                Some((group, catalog)) => found(id, group, &catalog, version),
                None => {
                    let message = format!("Group {} is not a consumer group.", &**id);
                    refused(id, ResponseError::GroupIdNotFound, Some(message))
                }
            }
        };
        let known = group.error_code == 0;
        group.with_authorized_operations(if known { operations } else { i32::MIN })
    });
    ConsumerGroupDescribeResponse::default().with_groups(groups.collect())
}

fn refused(id: GroupId, error: ResponseError, message: Option<String>) -> DescribedGroup {
    DescribedGroup::default()
        .with_group_id(id)
        .with_error_code(error.code())
        .with_error_message(message.map(|message| text(&message)))
}

fn found(id: GroupId, group: ConsumerDescription, catalog: &Catalog, version: i16) -> DescribedGroup {
    let members = group.members.into_iter().map(|member| described(member, catalog, version));
    DescribedGroup::default()
        .with_error_message(None)
        .with_group_id(id)
        .with_group_state(text(group.state.as_str()))
        .with_group_epoch(group.epoch)
        .with_assignment_epoch(group.assignment_epoch)
        .with_assignor_name(text(group.assignor.as_str()))
        .with_members(members.collect())
}

fn described(member: ConsumerMemberDescription, catalog: &Catalog, version: i16) -> Member {
    let spoken = if member.is_classic { CLASSIC } else { CONSUMER };
    Member::default()
        .with_member_id(text(&member.id))
        .with_instance_id(member.instance_id.as_deref().map(text))
        .with_rack_id(member.rack_id.as_deref().map(text))
        .with_member_epoch(member.epoch)
        .with_client_id(text(&member.client_id))
        .with_client_host(text(&member.client_host))
        .with_subscribed_topic_names(member.names.iter().map(|name| TopicName(text(name))).collect())
        .with_subscribed_topic_regex(Some(text(member.regex.as_deref().unwrap_or_default())))
        .with_assignment(assignment(&member.assigned, catalog))
        .with_target_assignment(assignment(&member.target, catalog))
        .with_member_type(if version >= MEMBER_TYPE_FROM { spoken } else { UNKNOWN })
}

/// By names; topics that are no more have none.
fn assignment(partitions: &Partitions, catalog: &Catalog) -> Assignment {
    let topics = partitions.iter().filter_map(|(id, partitions)| {
        let name = catalog.name(*id)?;
        Some(
            TopicPartitions::default()
                .with_topic_id(*id)
                .with_topic_name(TopicName(text(name)))
                .with_partitions(partitions.iter().copied().collect()),
        )
    });
    Assignment::default().with_topic_partitions(topics.collect())
}
