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

pub async fn answer(broker: &Arc<Inner>, version: i16, request: SyncGroupRequest) -> SyncGroupResponse {
    if check_group_name(&request.group_id).is_err() {
        return SyncGroupResponse::default().with_error_code(ResponseError::InvalidGroupId.code());
    }
    let sync = SyncRequest {
        member_id: request.member_id.to_string(),
        instance_id: request.group_instance_id.map(|id| id.to_string()),
        generation: request.generation_id,
        protocol_type: request.protocol_type.filter(|_| version >= 5).map(|words| words.to_string()),
        protocol: request.protocol_name.filter(|_| version >= 5).map(|words| words.to_string()),
        assignments: request
            .assignments
            .into_iter()
            .map(|assignment| (assignment.member_id.to_string(), assignment.assignment))
            .collect(),
    };
    let answer = broker.coordinator.sync(&request.group_id, sync).await;
    SyncGroupResponse::default()
        .with_error_code(answer.error.map_or(0, |error| error.code()))
        .with_protocol_type(answer.protocol_type.filter(|_| version >= 5).map(|words| text(&words)))
        .with_protocol_name(answer.protocol.filter(|_| version >= 5).map(|words| text(&words)))
        .with_assignment(answer.assignment)
}
