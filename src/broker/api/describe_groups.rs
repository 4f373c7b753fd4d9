//! DescribeGroups: state, members, assignments.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeGroupsRequest, DescribeGroupsResponse, GroupId,
        describe_groups_response::{DescribedGroup, DescribedGroupMember},
    },
};

use super::{operations, text};
use crate::{
    broker::{coordinator::GroupDescription, inner::Inner},
    model::{GroupState, Role},
};

/// First version that tells a group that does not exist from a dead one.
const NOT_FOUND_FROM: i16 = 6;
/// First version that tells what the caller may do.
const OPERATIONS_FROM: i16 = 3;

pub fn answer(broker: &Arc<Inner>, role: Role, version: i16, request: DescribeGroupsRequest) -> DescribeGroupsResponse {
    // Version 2 and below had no such field; a default is not encoded for them.
    let told = request.include_authorized_operations && version >= OPERATIONS_FROM;
    let groups = request.groups.into_iter().map(|id| match broker.coordinator.describe(&id) {
        Some(group) if told => found(id, group, version).with_authorized_operations(operations::group(role)),
        Some(group) => found(id, group, version),
        None => missing(id, version),
    });
    DescribeGroupsResponse::default().with_groups(groups.collect())
}

fn found(id: GroupId, group: GroupDescription, version: i16) -> DescribedGroup {
    let members = group.members.into_iter().map(|member| {
        DescribedGroupMember::default()
            .with_member_id(text(&member.id))
            .with_group_instance_id(member.instance_id.filter(|_| version >= 4).map(|id| text(&id)))
            .with_client_id(text(&member.client_id))
            .with_client_host(text(&member.client_host))
            .with_member_metadata(member.metadata)
            .with_member_assignment(member.assignment)
    });
    DescribedGroup::default()
        .with_group_id(id)
        .with_group_state(text(group.state.as_str()))
        .with_protocol_type(text(&group.protocol_type))
        .with_protocol_data(text(&group.protocol))
        .with_members(members.collect())
}

fn missing(id: GroupId, version: i16) -> DescribedGroup {
    let message = format!("Group {} not found.", &**id);
    let group = DescribedGroup::default().with_group_id(id).with_group_state(text(GroupState::Dead.as_str()));
    if version >= NOT_FOUND_FROM {
        return group.with_error_code(ResponseError::GroupIdNotFound.code()).with_error_message(Some(text(&message)));
    }
    group
}
