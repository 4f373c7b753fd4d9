//! Heartbeat: a member is alive.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{HeartbeatRequest, HeartbeatResponse},
};

use super::code;
use crate::{broker::inner::Inner, model::check_group_name};

pub fn answer(broker: &Arc<Inner>, request: HeartbeatRequest) -> HeartbeatResponse {
    if check_group_name(&request.group_id).is_err() {
        return HeartbeatResponse::default().with_error_code(ResponseError::InvalidGroupId.code());
    }
    let instance = request.group_instance_id.as_deref();
    let outcome = broker.coordinator.heartbeat(&request.group_id, &request.member_id, instance, request.generation_id);
    HeartbeatResponse::default().with_error_code(code(outcome))
}
