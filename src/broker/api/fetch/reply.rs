//! The answer to a Fetch.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    ResponseError,
    messages::{
        FetchResponse, TopicName,
        fetch_response::{AbortedTransaction, EpochEndOffset, FetchableTopicResponse, LeaderIdAndEpoch, PartitionData},
    },
};
use uuid::Uuid;

use super::{
    read::Outcome,
    wanted::{TopicKey, Wanted},
};
use crate::{
    broker::{LEADER_EPOCH, api::node},
    log,
};

/// First version that tells where the log starts.
const START_FROM: i16 = 5;
/// First version that tells who leads instead (KIP-951).
const LEADER_FROM: i16 = 16;

/// Puts partitions into an answer, in their order; neighbours of one topic share its entry.
pub fn reply<'a>(partitions: impl Iterator<Item = (&'a Wanted, Outcome)>, version: i16) -> FetchResponse {
    let mut topics: Vec<FetchableTopicResponse> = Vec::new();
    let mut last: Option<&TopicKey> = None;
    for (wanted, outcome) in partitions {
        let data = partition(wanted, outcome, version);
        match topics.last_mut().filter(|_| last == Some(&wanted.key)) {
            Some(topic) => topic.partitions.push(data),
            None => {
                let (name, id) = match &wanted.key {
                    TopicKey::Name(name) => (name.clone(), Uuid::nil()),
                    TopicKey::Id(id) => (TopicName::default(), *id),
                };
                topics.push(
                    FetchableTopicResponse::default().with_topic(name).with_topic_id(id).with_partitions(vec![data]),
                );
                last = Some(&wanted.key);
            }
        }
    }
    FetchResponse::default().with_responses(topics)
}

fn partition(wanted: &Wanted, outcome: Outcome, version: i16) -> PartitionData {
    let mut data = PartitionData::default()
        .with_partition_index(wanted.partition)
        .with_error_code(outcome.error.map_or(0, |error| error.code()))
        .with_high_watermark(outcome.end)
        .with_last_stable_offset(outcome.stable)
        .with_aborted_transactions(outcome.aborted.map(|aborted| aborted.iter().map(told).collect()))
        .with_records(Some(joined(outcome.pieces)));
    if version >= START_FROM {
        data.log_start_offset = outcome.start;
    }
    if outcome.error == Some(ResponseError::NotLeaderOrFollower) && version >= LEADER_FROM && wanted.place.is_ok() {
        data.current_leader = LeaderIdAndEpoch::default().with_leader_id(node()).with_leader_epoch(LEADER_EPOCH);
    }
    if let Some((epoch, end)) = outcome.diverging {
        data.diverging_epoch = EpochEndOffset::default().with_epoch(epoch).with_end_offset(end);
    }
    data
}

fn told(aborted: &log::AbortedTransaction) -> AbortedTransaction {
    AbortedTransaction::default().with_producer_id(aborted.producer_id.into()).with_first_offset(aborted.first_offset)
}

fn joined(pieces: Vec<Bytes>) -> Bytes {
    match <[Bytes; 1]>::try_from(pieces) {
        Ok([only]) => only,
        Err(pieces) => {
            let mut all = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
            pieces.iter().for_each(|piece| all.extend_from_slice(piece));
            all.freeze()
        }
    }
}
