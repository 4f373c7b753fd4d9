//! ShareAcknowledge: what became of the records that a member holds.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::messages::{
    ShareAcknowledgeRequest, ShareAcknowledgeResponse,
    share_acknowledge_response::{LeaderIdAndEpoch, PartitionData, ShareAcknowledgeTopicResponse},
};
use uuid::Uuid;

use super::{Fault, share_acks};
use crate::{
    broker::{
        CallContext,
        inner::Inner,
        share::{Step, parse_acks},
    },
    codec::share::{is_renew_ack, set_lock_timeout_ms},
};

/// First version that tells how long a lock holds.
const LOCK_TIMEOUT_FROM: i16 = 2;

pub async fn answer(
    broker: &Arc<Inner>,
    context: &CallContext,
    version: i16,
    request: ShareAcknowledgeRequest,
) -> ShareAcknowledgeResponse {
    let (group, member) = (request.group_id.as_ref().map(|id| &***id), request.member_id.as_deref());
    let begun = share_acks::step(broker, context, (group, member), request.share_session_epoch, false);
    let (session, step) = match begun {
        Ok(begun) => begun,
        Err(fault) => {
            return ShareAcknowledgeResponse::default().with_error_code(fault.code()).with_error_message(fault.text());
        }
    };
    let renews = is_renew_ack(&request);
    let mut acks = share_acks::Acks::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            let batches = partition.acknowledgement_batches.iter();
            let batches = batches.map(|batch| (batch.first_offset, batch.last_offset, &batch.acknowledge_types[..]));
            let parsed = parse_acks(batches, renews).map_err(Fault::invalid_request);
            acks.insert((topic.topic_id, partition.partition_index), parsed);
        }
    }
    let acked = share_acks::apply(broker, &session, acks).await;
    if step == Step::Closes {
        broker.shares.release_member(broker, &session.group, &session.member).await;
    }
    let mut topics = BTreeMap::<Uuid, Vec<PartitionData>>::new();
    for ((topic, partition), outcome) in acked {
        topics.entry(topic).or_default().push(answered(partition, outcome));
    }
    let topics = topics.into_iter().map(|(topic, partitions)| {
        ShareAcknowledgeTopicResponse::default().with_topic_id(topic).with_partitions(partitions)
    });
    let mut response = ShareAcknowledgeResponse::default().with_error_message(None).with_responses(topics.collect());
    if version >= LOCK_TIMEOUT_FROM {
        set_lock_timeout_ms(&mut response, broker.coordinator.config(&session.group).share.lock_ms);
    }
    response
}

fn answered(partition: i32, outcome: Result<(), Fault>) -> PartitionData {
    // Node 0 could be meant; no hint is -1.
    let nobody = LeaderIdAndEpoch::default().with_leader_id(-1).with_leader_epoch(-1);
    let data = PartitionData::default().with_partition_index(partition).with_current_leader(nobody);
    match outcome {
        Ok(()) => data.with_error_message(None),
        Err(fault) => data.with_error_code(fault.code()).with_error_message(fault.text()),
    }
}
