//! SyncGroup: gets, and from the leader takes, the assignment.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{SyncGroupRequest, SyncGroupResponse},
};

use super::text;
use crate::{
    broker::{groups::SyncRequest, inner::Inner},
    model::check_group_name,
};

/// First version in which members repeat what they joined with, and must.
const PROTOCOL_FROM: i16 = 5;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: SyncGroupRequest) -> SyncGroupResponse {
    if version >= PROTOCOL_FROM && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
        return SyncGroupResponse::default().with_error_code(ResponseError::InconsistentGroupProtocol.code());
    }
    if check_group_name(&request.group_id).is_err() {
        return SyncGroupResponse::default().with_error_code(ResponseError::InvalidGroupId.code());
    }
    let sync = SyncRequest {
        member_id: request.member_id.to_string(),
        instance_id: request.group_instance_id.map(|id| id.to_string()),
        generation: request.generation_id,
        protocol_type: request.protocol_type.filter(|_| version >= PROTOCOL_FROM).map(|words| words.to_string()),
        protocol: request.protocol_name.filter(|_| version >= PROTOCOL_FROM).map(|words| words.to_string()),
        assignments: request
            .assignments
            .into_iter()
            .map(|assignment| (assignment.member_id.to_string(), assignment.assignment))
            .collect(),
    };
    let answer = broker.coordinator.sync(&request.group_id, sync).await;
    SyncGroupResponse::default()
        .with_error_code(answer.error.map_or(0, |error| error.code()))
        .with_protocol_type(answer.protocol_type.filter(|_| version >= PROTOCOL_FROM).map(|words| text(&words)))
        .with_protocol_name(answer.protocol.filter(|_| version >= PROTOCOL_FROM).map(|words| text(&words)))
        .with_assignment(answer.assignment)
}
