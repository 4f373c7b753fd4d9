//! ElectLeaders: the one node leads every partition and stays the preferred leader.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        ElectLeadersRequest, ElectLeadersResponse, TopicName,
        elect_leaders_response::{PartitionResult, ReplicaElectionResult},
    },
};
use uuid::Uuid;

use super::{Fault, find_topic, text};
use crate::broker::inner::Inner;

/// The preferred replica; an unclean one is the other type.
const ELECTION_TYPES: std::ops::RangeInclusive<i8> = 0..=1;

pub fn answer(broker: &Arc<Inner>, version: i16, request: ElectLeadersRequest) -> ElectLeadersResponse {
    if version >= 1 && !ELECTION_TYPES.contains(&request.election_type) {
        return ElectLeadersResponse::default().with_error_code(ResponseError::InvalidRequest.code());
    }
    let Some(asked) = request.topic_partitions else {
        // Asked for all, Kafka names every topic, and of their partitions those whose leader changes: none.
        let all = broker.topics.all().into_iter();
        let all = all.map(|topic| ReplicaElectionResult::default().with_topic(TopicName(text(&topic.name))));
        return ElectLeadersResponse::default().with_replica_election_results(all.collect());
    };
    let results = asked.into_iter().map(|asked| {
        let topic = find_topic(broker, &asked.topic, Uuid::nil(), false);
        let results = asked.partitions.iter().map(|partition| {
            let fault = match &topic {
                Err(fault) => fault.clone(),
                Ok(topic) if topic.slot(*partition).is_none() => Fault::unknown_partition(topic, *partition),
                Ok(_) => Fault::new(ResponseError::ElectionNotNeeded, "the preferred replica leads already"),
            };
            PartitionResult::default()
                .with_partition_id(*partition)
                .with_error_code(fault.code())
                .with_error_message(fault.text())
        });
        ReplicaElectionResult::default().with_topic(asked.topic.clone()).with_partition_result(results.collect())
    });
    ElectLeadersResponse::default().with_replica_election_results(results.collect())
}
