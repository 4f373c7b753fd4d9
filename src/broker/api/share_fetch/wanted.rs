//! What a ShareFetch says.

use kafka_protocol::{ResponseError, messages::ShareFetchRequest};

use crate::{
    broker::{
        FETCH_BYTES_MAX,
        api::{
            Fault,
            share_acks::{Acks, Key},
        },
        groups::share::Wish,
        share::{Asking, parse_acks},
    },
    codec::share::{FetchAdditions, RECORD_LIMIT},
};

/// The session epoch that opens a session.
const OPENS: i32 = 0;

/// A request, checked.
pub struct Wanted {
    /// Partitions that it names, those with acknowledgements included.
    pub partitions: Vec<Key>,
    /// Partitions that the session is to forget.
    pub forgotten: Vec<Key>,
    pub acks: Acks,
    /// It renews locks and fetches nothing (KIP-1222).
    pub renews: bool,
    pub asking: Asking,
}

impl Wanted {
    /// Refuses what cannot be meant.
    pub fn of(request: ShareFetchRequest) -> Result<Self, Fault> {
        let additions = FetchAdditions::of(&request);
        let mut acks = Acks::new();
        let mut partitions = Vec::new();
        for topic in &request.topics {
            for partition in &topic.partitions {
                let key = (topic.topic_id, partition.partition_index);
                partitions.push(key);
                if partition.acknowledgement_batches.is_empty() {
                    continue;
                }
                let batches = partition.acknowledgement_batches.iter();
                let batches =
                    batches.map(|batch| (batch.first_offset, batch.last_offset, &batch.acknowledge_types[..]));
                acks.insert(key, parse_acks(batches, additions.is_renew_ack).map_err(Fault::invalid_request));
            }
        }
        check(&request, additions, &acks, partitions.len())?;
        let forgotten = request.forgotten_topics_data.iter();
        let forgotten = forgotten.flat_map(|topic| topic.partitions.iter().map(|index| (topic.topic_id, *index)));
        // Nothing said is no limit.
        let max_records = usize::try_from(request.max_records).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let max_bytes = usize::try_from(request.max_bytes).ok().filter(|limit| *limit > 0).unwrap_or(FETCH_BYTES_MAX);
        Ok(Self {
            forgotten: forgotten.collect(),
            partitions,
            acks,
            renews: additions.is_renew_ack,
            asking: Asking {
                wish: Wish { max_records, strict: additions.acquire_mode == RECORD_LIMIT },
                max_bytes: max_bytes.min(FETCH_BYTES_MAX),
            },
        })
    }
}

fn check(request: &ShareFetchRequest, additions: FetchAdditions, acks: &Acks, partitions: usize) -> Result<(), Fault> {
    let invalid = |message: &str| Err(Fault::new(ResponseError::InvalidRequest, message));
    if request.share_session_epoch == OPENS && !acks.is_empty() {
        return invalid("a request that opens a share session cannot acknowledge");
    }
    if additions.is_renew_ack {
        let limits = [request.max_bytes, request.min_bytes, request.max_records, request.max_wait_ms];
        if limits.iter().any(|limit| *limit != 0) || acks.len() != partitions {
            return invalid("a request that renews locks fetches nothing: its limits are 0 and each partition renews");
        }
    }
    Ok(())
}
