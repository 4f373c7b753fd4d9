//! ConsumerGroupHeartbeat: the one request of members of the newer group protocol (KIP-848).

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
        consumer_group_heartbeat_response::{Assignment, TopicPartitions},
    },
};
use uuid::Uuid;

use super::{Fault, text};
use crate::broker::{
    CallContext,
    groups::{
        ASSIGNORS, Heartbeat, HeartbeatAnswer, JOIN_EPOCH, LEAVE_EPOCH, Partitions, STATIC_LEAVE_EPOCH, ServerAssignor,
    },
    inner::Inner,
};

/// First version in which members choose their id themselves.
const OWN_ID_FROM: i16 = 1;
/// What stands for "unchanged" where there is a number.
const UNCHANGED: i32 = -1;

pub async fn answer(
    broker: &Arc<Inner>,
    context: &CallContext,
    version: i16,
    request: ConsumerGroupHeartbeatRequest,
) -> ConsumerGroupHeartbeatResponse {
    let refused = |fault: Fault| {
        ConsumerGroupHeartbeatResponse::default().with_error_code(fault.code()).with_error_message(fault.text())
    };
    let group = request.group_id.to_string();
    let heartbeat = match check(version, &request).and_then(|()| heartbeat(context, request)) {
        Ok(heartbeat) => heartbeat,
        Err(fault) => return refused(fault),
    };
    match broker.coordinator.consumer_heartbeat(&group, heartbeat).await {
        Ok(answer) => response(answer),
        Err(refusal) => refused(Fault::new(refusal.error, refusal.message)),
    }
}

/// What cannot be meant, as Kafka's `throwIfConsumerGroupHeartbeatRequestIsInvalid` has it.
fn check(version: i16, request: &ConsumerGroupHeartbeatRequest) -> Result<(), Fault> {
    let invalid = |message: &str| Err(Fault::new(ResponseError::InvalidRequest, message));
    let is_blank = |words: &str| words.trim().is_empty();
    if is_blank(&request.group_id) {
        return invalid("GroupId can't be empty.");
    }
    if request.instance_id.as_deref().is_some_and(is_blank) {
        return invalid("InstanceId can't be empty.");
    }
    if request.rack_id.as_deref().is_some_and(is_blank) {
        return invalid("RackId can't be empty.");
    }
    if is_blank(&request.member_id) && (version >= OWN_ID_FROM || request.member_epoch != JOIN_EPOCH) {
        return invalid("MemberId can't be empty.");
    }
    match request.member_epoch {
        JOIN_EPOCH if request.rebalance_timeout_ms == UNCHANGED => {
            invalid("RebalanceTimeoutMs must be provided in first request.")
        }
        JOIN_EPOCH if request.topic_partitions.as_ref().is_none_or(|owned| !owned.is_empty()) => {
            invalid("TopicPartitions must be empty when (re-)joining.")
        }
        JOIN_EPOCH if request.subscribed_topic_names.is_none() && request.subscribed_topic_regex.is_none() => {
            invalid("Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.")
        }
        STATIC_LEAVE_EPOCH if request.instance_id.is_none() => invalid("InstanceId can't be null."),
        JOIN_EPOCH.. | LEAVE_EPOCH | STATIC_LEAVE_EPOCH => Ok(()),
        _ => invalid(&format!("MemberEpoch is {}, but must be greater than or equal to -2.", request.member_epoch)),
    }
}

fn heartbeat(context: &CallContext, request: ConsumerGroupHeartbeatRequest) -> Result<Heartbeat, Fault> {
    let assignor = match request.server_assignor.as_deref() {
        None => None,
        Some(name) => Some(ServerAssignor::from_name(name).ok_or_else(|| {
            let known = ASSIGNORS.map(ServerAssignor::as_str).join(", ");
            let message = format!("ServerAssignor {name} is not supported. Supported assignors: {known}.");
            Fault::new(ResponseError::UnsupportedAssignor, message)
        })?),
    };
    let member_id =
        if request.member_id.is_empty() { Uuid::new_v4().to_string() } else { request.member_id.to_string() };
    let names = request.subscribed_topic_names.map(|names| names.iter().map(|name| Arc::from(name.as_str())).collect());
    let owned = request.topic_partitions.map(|topics| {
        let mut owned = Partitions::new();
        for topic in topics {
            owned.entry(topic.topic_id).or_default().extend(topic.partitions);
        }
        owned
    });
    Ok(Heartbeat {
        member_id,
        epoch: request.member_epoch,
        instance_id: request.instance_id.map(|id| id.to_string()),
        rack_id: request.rack_id.map(|id| id.to_string()),
        rebalance_timeout_ms: Some(request.rebalance_timeout_ms).filter(|timeout| *timeout != UNCHANGED),
        names,
        regex: request.subscribed_topic_regex.map(|pattern| pattern.to_string()),
        assignor,
        owned,
        client_id: context.client_id.clone(),
        client_host: context.client_host.clone(),
    })
}

fn response(answer: HeartbeatAnswer) -> ConsumerGroupHeartbeatResponse {
    let topics = |partitions: Partitions| {
        partitions
            .into_iter()
            .map(|(topic, partitions)| {
                TopicPartitions::default().with_topic_id(topic).with_partitions(partitions.into_iter().collect())
            })
            .collect()
    };
    ConsumerGroupHeartbeatResponse::default()
        .with_error_message(None)
        .with_member_id(Some(text(&answer.member_id)))
        .with_member_epoch(answer.epoch)
        .with_heartbeat_interval_ms(answer.heartbeat_interval_ms)
        .with_assignment(
            answer.assignment.map(|partitions| Assignment::default().with_topic_partitions(topics(partitions))),
        )
}
