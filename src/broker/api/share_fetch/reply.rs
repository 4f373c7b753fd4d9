//! The answer to a ShareFetch.

use std::collections::BTreeMap;

use kafka_protocol::messages::{
    ShareFetchResponse,
    share_fetch_response::{AcquiredRecords, LeaderIdAndEpoch, PartitionData, ShareFetchableTopicResponse},
};

use super::take::Outcome;
use crate::broker::{
    api::share_acks::{Acked, Key},
    share::Taken,
};

/// Outcomes that are told: with records, with an error, or of a partition that is new to the session.
pub fn newsworthy(outcomes: Vec<Outcome>, new: &[Key]) -> Vec<Outcome> {
    let tells = |outcome: &Outcome| outcome.result.as_ref().map_or(true, |taken| !taken.acquired.is_empty());
    outcomes.into_iter().filter(|outcome| tells(outcome) || new.contains(&outcome.key)).collect()
}

/// Puts what was handed out beside what became of the acknowledgements.
pub fn reply(acked: Acked, outcomes: Vec<Outcome>, lock_ms: i32) -> ShareFetchResponse {
    let mut partitions = BTreeMap::<Key, PartitionData>::new();
    for Outcome { key, result } in outcomes {
        let data = partitions.entry(key).or_insert_with(|| empty(key.1));
        match result {
            Ok(taken) => fill(data, taken),
            Err(fault) => (data.error_code, data.error_message) = (fault.code(), fault.text()),
        }
    }
    for (key, outcome) in acked {
        let data = partitions.entry(key).or_insert_with(|| empty(key.1));
        if let Err(fault) = outcome {
            (data.acknowledge_error_code, data.acknowledge_error_message) = (fault.code(), fault.text());
        }
    }
    let mut topics = Vec::<ShareFetchableTopicResponse>::new();
    for ((topic, _), data) in partitions {
        match topics.last_mut() {
            Some(last) if last.topic_id == topic => last.partitions.push(data),
            _ => topics.push(ShareFetchableTopicResponse::default().with_topic_id(topic).with_partitions(vec![data])),
        }
    }
    ShareFetchResponse::default()
        .with_error_message(None)
        .with_acquisition_lock_timeout_ms(lock_ms)
        .with_responses(topics)
}

fn empty(partition: i32) -> PartitionData {
    // Node 0 could be meant; no hint is -1.
    let nobody = LeaderIdAndEpoch::default().with_leader_id(-1).with_leader_epoch(-1);
    PartitionData::default()
        .with_partition_index(partition)
        .with_error_message(None)
        .with_acknowledge_error_message(None)
        .with_current_leader(nobody)
        .with_records(None)
}

fn fill(data: &mut PartitionData, taken: Taken) {
    data.records = Some(taken.records).filter(|records| !records.is_empty());
    let acquired = taken.acquired.iter().map(|range| {
        AcquiredRecords::default()
            .with_first_offset(range.first)
            .with_last_offset(range.last)
            .with_delivery_count(i16::try_from(range.delivery_count).unwrap_or(i16::MAX))
    });
    data.acquired_records = acquired.collect();
}
