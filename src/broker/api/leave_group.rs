//! LeaveGroup: one member, from version 3 on several.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{LeaveGroupRequest, LeaveGroupResponse, leave_group_response::MemberResponse},
};

use super::code;
use crate::{
    broker::{groups::Leaving, inner::Inner},
    model::check_group_name,
};

/// First version that lets several leave at once.
const BATCHED_FROM: i16 = 3;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: LeaveGroupRequest) -> LeaveGroupResponse {
    if check_group_name(&request.group_id).is_err() {
        return LeaveGroupResponse::default().with_error_code(ResponseError::InvalidGroupId.code());
    }
    if version < BATCHED_FROM {
        let leaving = Leaving { member_id: request.member_id.to_string(), instance_id: None };
        let outcomes = broker.coordinator.leave(&request.group_id, &[leaving]).await;
        let outcome = outcomes.into_iter().next().unwrap_or(Ok(()));
        return LeaveGroupResponse::default().with_error_code(code(outcome));
    }
    let leaving: Vec<_> = request
        .members
        .iter()
        .map(|member| Leaving {
            member_id: member.member_id.to_string(),
            instance_id: member.group_instance_id.as_ref().map(|id| id.to_string()),
        })
        .collect();
    let outcomes = broker.coordinator.leave(&request.group_id, &leaving).await;
    let members = request.members.into_iter().zip(outcomes).map(|(member, outcome)| {
        MemberResponse::default()
            .with_member_id(member.member_id)
            .with_group_instance_id(member.group_instance_id)
            .with_error_code(code(outcome))
    });
    LeaveGroupResponse::default().with_members(members.collect())
}
