//! ShareGroupHeartbeat: the one request with which members of share groups join, live and leave (KIP-932).

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse,
        share_group_heartbeat_response::{Assignment, TopicPartitions},
    },
};

use super::{Fault, text};
use crate::broker::{
    CallContext,
    groups::{
        JOIN_EPOCH, LEAVE_EPOCH,
        share::{ShareHeartbeat, ShareHeartbeatAnswer},
    },
    inner::Inner,
    share::refuse_second,
};

/// Longest member id, in characters; clients make a UUID.
const MEMBER_ID_CHARS_MAX: usize = 36;

pub async fn answer(
    broker: &Arc<Inner>,
    context: &CallContext,
    request: ShareGroupHeartbeatRequest,
) -> ShareGroupHeartbeatResponse {
    let refused = |fault: Fault| {
        ShareGroupHeartbeatResponse::default().with_error_code(fault.code()).with_error_message(fault.text())
    };
    if let Err(fault) = check(broker, &request) {
        return refused(fault);
    }
    let group = request.group_id.to_string();
    let names = request.subscribed_topic_names.map(|names| names.iter().map(|name| Arc::from(name.as_str())).collect());
    let heartbeat = ShareHeartbeat {
        member_id: request.member_id.to_string(),
        epoch: request.member_epoch,
        rack_id: request.rack_id.map(|id| id.to_string()),
        names,
        client_id: context.client_id.clone(),
        client_host: context.client_host.clone(),
    };
    match broker.coordinator.share_heartbeat(&group, heartbeat).await {
        Ok(answer) => {
            if answer.epoch == LEAVE_EPOCH {
                broker.shares.member_left(broker, &group, &answer.member_id).await;
            }
            response(answer)
        }
        Err(refusal) => refused(Fault::new(refusal.error, refusal.message)),
    }
}

/// What cannot be meant, as Kafka's `throwIfShareGroupHeartbeatRequestIsInvalid` has it; and who may not read a classic
/// queue.
fn check(broker: &Inner, request: &ShareGroupHeartbeatRequest) -> Result<(), Fault> {
    let invalid = |message: &str| Err(Fault::new(ResponseError::InvalidRequest, message));
    if request.group_id.trim().is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if request.member_id.trim().is_empty() {
        return invalid("MemberId can't be empty.");
    }
    if request.member_id.chars().count() > MEMBER_ID_CHARS_MAX {
        return invalid("MemberId can't be longer than 36 characters.");
    }
    if request.rack_id.as_deref().is_some_and(|id| id.trim().is_empty()) {
        return invalid("RackId can't be empty.");
    }
    if request.member_epoch < LEAVE_EPOCH {
        return invalid("MemberEpoch must be greater than or equal to -1.");
    }
    if request.member_epoch == JOIN_EPOCH && request.subscribed_topic_names.as_ref().is_none_or(Vec::is_empty) {
        return invalid("SubscribedTopicNames must be set in first request.");
    }
    let names = request.subscribed_topic_names.iter().flatten();
    match refuse_second(broker, &request.group_id, names.map(|name| name.as_str())) {
        Some(message) => Err(Fault::new(ResponseError::InvalidRequest, message)),
        None => Ok(()),
    }
}

fn response(answer: ShareHeartbeatAnswer) -> ShareGroupHeartbeatResponse {
    let assignment = answer.assignment.map(|partitions| {
        let topics = partitions.into_iter().map(|(topic, partitions)| {
            TopicPartitions::default().with_topic_id(topic).with_partitions(partitions.into_iter().collect())
        });
        Assignment::default().with_topic_partitions(topics.collect())
    });
    ShareGroupHeartbeatResponse::default()
        .with_error_message(None)
        .with_member_id(Some(text(&answer.member_id)))
        .with_member_epoch(answer.epoch)
        .with_heartbeat_interval_ms(answer.heartbeat_interval_ms)
        .with_assignment(assignment)
}
