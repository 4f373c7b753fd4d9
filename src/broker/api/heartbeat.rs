//! Heartbeat: a member is alive.

use std::sync::Arc;

use kafka_protocol::messages::{HeartbeatRequest, HeartbeatResponse};

use super::code;
use crate::broker::inner::Inner;

pub fn answer(broker: &Arc<Inner>, request: HeartbeatRequest) -> HeartbeatResponse {
    let instance = request.group_instance_id.as_deref();
    let outcome = broker.coordinator.heartbeat(&request.group_id, &request.member_id, instance, request.generation_id);
    HeartbeatResponse::default().with_error_code(code(outcome))
}
