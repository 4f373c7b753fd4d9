//! AlterPartitionReassignments and ListPartitionReassignments: with one node every partition is where it can be.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, BrokerId,
        ListPartitionReassignmentsResponse,
        alter_partition_reassignments_request::ReassignablePartition,
        alter_partition_reassignments_response::{ReassignablePartitionResponse, ReassignableTopicResponse},
    },
};
use uuid::Uuid;

use super::{Fault, find_topic};
use crate::broker::{NODE_ID, inner::Inner, topics::Topic};

pub fn alter(
    broker: &Arc<Inner>,
    version: i16,
    request: AlterPartitionReassignmentsRequest,
) -> AlterPartitionReassignmentsResponse {
    let responses = request.topics.into_iter().map(|asked| {
        let topic = find_topic(broker, &asked.name, Uuid::nil(), false);
        let partitions = asked.partitions.iter().map(|wanted| {
            let outcome = topic.as_ref().map_err(Fault::clone).and_then(|topic| assign(topic, wanted));
            let response = ReassignablePartitionResponse::default().with_partition_index(wanted.partition_index);
            match outcome {
                Ok(()) => response.with_error_message(None),
                Err(fault) => response.with_error_code(fault.code()).with_error_message(fault.text()),
            }
        });
        ReassignableTopicResponse::default().with_name(asked.name.clone()).with_partitions(partitions.collect())
    });
    let mut response =
        AlterPartitionReassignmentsResponse::default().with_error_message(None).with_responses(responses.collect());
    if version >= 1 {
        response.allow_replication_factor_change = request.allow_replication_factor_change;
    }
    response
}

fn assign(topic: &Topic, wanted: &ReassignablePartition) -> Result<(), Fault> {
    if topic.slot(wanted.partition_index).is_none() {
        return Err(Fault::unknown_partition(topic, wanted.partition_index));
    }
    match wanted.replicas.as_deref() {
        None => Err(Fault::new(ResponseError::NoReassignmentInProgress, "no partition is being moved")),
        Some([BrokerId(NODE_ID)]) => Ok(()),
        Some(_) => {
            let message = format!("a partition can only be on node {NODE_ID}, once: there is no other");
            Err(Fault::new(ResponseError::InvalidReplicaAssignment, message))
        }
    }
}

/// None are going on, whichever was asked for.
pub fn list() -> ListPartitionReassignmentsResponse {
    ListPartitionReassignmentsResponse::default().with_error_message(None)
}
