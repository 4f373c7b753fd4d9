//! ShareGroupDescribe: share groups with their members and what each one reads.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        GroupId, ShareGroupDescribeRequest, ShareGroupDescribeResponse, TopicName,
        share_group_describe_response::{Assignment, DescribedGroup, Member, TopicPartitions},
    },
};

use super::{operations, text};
use crate::{
    broker::{
        groups::{
            Catalog,
            share::{SHARE_ASSIGNOR, ShareDescription, ShareMemberDescription},
        },
        inner::Inner,
    },
    model::Role,
};

pub fn answer(broker: &Arc<Inner>, role: Role, request: ShareGroupDescribeRequest) -> ShareGroupDescribeResponse {
    let operations = if request.include_authorized_operations { operations::group(role) } else { i32::MIN };
    let groups = request.group_ids.into_iter().map(|id| {
        if id.is_empty() {
            return refused(id, ResponseError::InvalidGroupId, None);
        }
        match broker.coordinator.describe_share(&id) {
            Some((group, catalog)) => found(id, group, &catalog).with_authorized_operations(operations),
            None => {
                let message = format!("Group {} is not a share group.", &**id);
                refused(id, ResponseError::GroupIdNotFound, Some(message))
            }
        }
    });
    ShareGroupDescribeResponse::default().with_groups(groups.collect())
}

fn refused(id: GroupId, error: ResponseError, message: Option<String>) -> DescribedGroup {
    DescribedGroup::default()
        .with_group_id(id)
        .with_error_code(error.code())
        .with_error_message(message.map(|message| text(&message)))
        .with_authorized_operations(i32::MIN)
}

fn found(id: GroupId, group: ShareDescription, catalog: &Catalog) -> DescribedGroup {
    DescribedGroup::default()
        .with_error_message(None)
        .with_group_id(id)
        .with_group_state(text(group.state.as_str()))
        .with_group_epoch(group.epoch)
        .with_assignment_epoch(group.epoch)
        .with_assignor_name(text(SHARE_ASSIGNOR))
        .with_members(group.members.into_iter().map(|member| described(member, catalog)).collect())
}

fn described(member: ShareMemberDescription, catalog: &Catalog) -> Member {
    // By names; topics that are no more have none.
    let topics = member.assigned.iter().filter_map(|(id, partitions)| {
        let name = catalog.name(*id)?;
        let topic = TopicPartitions::default().with_topic_id(*id).with_topic_name(TopicName(text(name)));
        Some(topic.with_partitions(partitions.iter().copied().collect()))
    });
    Member::default()
        .with_assignment(Assignment::default().with_topic_partitions(topics.collect()))
        .with_member_id(text(&member.id))
        .with_rack_id(member.rack_id.as_deref().map(text))
        .with_member_epoch(member.epoch)
        .with_client_id(text(&member.client_id))
        .with_client_host(text(&member.client_host))
        .with_subscribed_topic_names(member.names.iter().map(|name| TopicName(text(name))).collect())
}
