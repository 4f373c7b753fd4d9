//! JoinGroup: becomes a member of a group's next generation.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{JoinGroupRequest, JoinGroupResponse, join_group_response::JoinGroupResponseMember},
};
use uuid::Uuid;

use super::text;
use crate::{
    broker::{
        CallContext,
        groups::{JoinAnswer, JoinRequest},
        inner::Inner,
    },
    model::check_group_name,
};

/// First version in which the protocol may be null.
const NULL_PROTOCOL_FROM: i16 = 7;

pub async fn answer(
    broker: &Arc<Inner>,
    context: &CallContext,
    version: i16,
    request: JoinGroupRequest,
) -> JoinGroupResponse {
    if check_group_name(&request.group_id).is_err() {
        return response(JoinAnswer::refused(ResponseError::InvalidGroupId, &request.member_id), version);
    }
    let instance_id = request.group_instance_id.as_ref().map(|id| id.to_string());
    // What Kafka names a new member after.
    let stem = instance_id.as_deref().unwrap_or(&context.client_id);
    let join = JoinRequest {
        member_id: request.member_id.to_string(),
        fresh_member_id: format!("{stem}-{}", Uuid::new_v4()),
        client_id: context.client_id.clone(),
        client_host: context.client_host.clone(),
        session_timeout_ms: request.session_timeout_ms,
        // Version 0 had no timeout of its own for rebalances.
        rebalance_timeout_ms: if version >= 1 { request.rebalance_timeout_ms } else { request.session_timeout_ms },
        protocol_type: request.protocol_type.to_string(),
        protocols: request.protocols.into_iter().map(|one| (one.name.to_string(), one.metadata)).collect(),
        member_id_required: version >= 4,
        can_skip_assignment: version >= 9,
        instance_id,
    };
    response(broker.coordinator.join(&request.group_id, join).await, version)
}

fn response(answer: JoinAnswer, version: i16) -> JoinGroupResponse {
    let members = answer.members.into_iter().map(|member| {
        JoinGroupResponseMember::default()
            .with_member_id(text(&member.member_id))
            .with_group_instance_id(member.instance_id.filter(|_| version >= 5).map(|id| text(&id)))
            .with_metadata(member.metadata)
    });
    JoinGroupResponse::default()
        .with_error_code(answer.error.map_or(0, |error| error.code()))
        .with_generation_id(answer.generation)
        .with_protocol_type(answer.protocol_type.filter(|_| version >= NULL_PROTOCOL_FROM).map(|words| text(&words)))
        .with_protocol_name(match answer.protocol {
            None if version >= NULL_PROTOCOL_FROM => None,
            name => Some(text(&name.unwrap_or_default())),
        })
        .with_leader(text(&answer.leader))
        .with_skip_assignment(answer.skip_assignment)
        .with_member_id(text(&answer.member_id))
        .with_members(members.collect())
}
