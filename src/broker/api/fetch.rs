//! Fetch: batches from an offset, at once or when there are some (long poll).

use std::{pin::Pin, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::future::select_all;
use kafka_protocol::{
    ResponseError,
    messages::{
        FetchRequest, FetchResponse,
        fetch_request::FetchPartition,
        fetch_response::{FetchableTopicResponse, PartitionData},
    },
};
use tokio::time::{Instant, timeout_at};

use super::{Fault, check_leader_epoch, find_topic};
use crate::{
    broker::{
        blocking,
        inner::Inner,
        topics::{Slot, Topic},
    },
    codec::BatchHeader,
    log::{LogError, Partition, ReadOutcome},
    model::Offset,
};

/// First version that names topics by id.
const BY_ID_FROM: i16 = 13;
/// Most bytes in one answer (Kafka: `fetch.max.bytes` of the broker).
const ANSWER_BYTES_MAX: usize = 55 * 1024 * 1024;
/// Longest that an answer is held back.
const WAIT_MS_MAX: i32 = 60_000;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: FetchRequest) -> FetchResponse {
    // Session id 0 in every answer: each fetch is a full one, which Kafka's clients understand.
    if request.session_id != 0 {
        return FetchResponse::default().with_error_code(ResponseError::FetchSessionIdNotFound.code());
    }
    let mut topics: Vec<_> = request
        .topics
        .iter()
        .map(|asked| Asked {
            topic: find_topic(broker, &asked.topic, asked.topic_id, version >= BY_ID_FROM),
            partitions: &asked.partitions,
        })
        .collect();
    let wait = Duration::from_millis(u64::from(request.max_wait_ms.clamp(0, WAIT_MS_MAX).unsigned_abs()));
    let deadline = Instant::now() + wait;
    let min_bytes = usize::try_from(request.min_bytes).unwrap_or(0);
    let max_bytes = usize::try_from(request.max_bytes).unwrap_or(0).min(ANSWER_BYTES_MAX);
    let outcomes = loop {
        let bells: Vec<_> = topics.iter().filter_map(|asked| asked.topic.as_ref().ok().cloned()).collect();
        // Registered before reading: an append between the reading and the waiting must not be missed.
        let mut rings: Vec<Pin<Box<_>>> = bells.iter().map(|topic| Box::pin(topic.changed.notified())).collect();
        for ring in &mut rings {
            ring.as_mut().enable();
        }
        let outcomes = read_all(broker, &mut topics, max_bytes).await;
        let bytes: usize = outcomes.iter().flatten().map(Outcome::bytes).sum();
        let failed = outcomes.iter().flatten().any(|outcome| outcome.fault.is_some());
        if bytes >= min_bytes || failed || rings.is_empty() || Instant::now() >= deadline {
            break outcomes;
        }
        // Both ways it is read once more: with what was appended, or with the little there is.
        let _ = timeout_at(deadline, select_all(rings)).await;
    };
    let responses = request.topics.iter().zip(topics).zip(outcomes).map(|((asked, found), outcomes)| {
        if let Ok(topic) = &found.topic {
            tally(topic, &outcomes);
        }
        FetchableTopicResponse::default()
            .with_topic(asked.topic.clone())
            .with_topic_id(asked.topic_id)
            .with_partitions(outcomes.into_iter().map(|outcome| outcome.into_response(version)).collect())
    });
    FetchResponse::default().with_responses(responses.collect())
}

struct Asked<'a> {
    topic: Result<Arc<Topic>, Fault>,
    partitions: &'a [FetchPartition],
}

struct Outcome {
    partition: i32,
    fault: Option<Fault>,
    start: Offset,
    end: Offset,
    batches: Vec<Bytes>,
}

/// A partition that has something to read.
struct Due {
    topic: usize,
    index: usize,
    slot: Arc<Slot>,
    log: Arc<Partition>,
    from: Offset,
    max_bytes: usize,
}

async fn read_all(broker: &Arc<Inner>, topics: &mut [Asked<'_>], max_bytes: usize) -> Vec<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(topics.len());
    let mut due = Vec::new();
    for (position, asked) in topics.iter().enumerate() {
        let mut of_topic = Vec::with_capacity(asked.partitions.len());
        for (index, wanted) in asked.partitions.iter().enumerate() {
            let (outcome, log) = look(broker, &asked.topic, wanted).await;
            if let Some((slot, log)) = log {
                let max_bytes = usize::try_from(wanted.partition_max_bytes).unwrap_or(0);
                due.push(Due { topic: position, index, slot, log, from: wanted.fetch_offset, max_bytes });
            }
            of_topic.push(outcome);
        }
        outcomes.push(of_topic);
    }
    if due.is_empty() {
        return outcomes;
    }
    for (due, result) in blocking(move || read_due(due, max_bytes)).await {
        let Some(outcome) = outcomes.get_mut(due.topic).and_then(|topic| topic.get_mut(due.index)) else { continue };
        match result {
            Ok(read) => {
                outcome.start = read.start_offset;
                outcome.end = read.end_offset;
                outcome.batches = read.batches;
            }
            Err(error) => {
                due.slot.note(&error);
                outcome.fault = Some(error.into());
            }
        }
    }
    outcomes
}

/// Finds a partition and where it stands; returns its log if there is something to read.
async fn look(
    broker: &Arc<Inner>,
    topic: &Result<Arc<Topic>, Fault>,
    wanted: &FetchPartition,
) -> (Outcome, Option<(Arc<Slot>, Arc<Partition>)>) {
    let mut outcome = Outcome { partition: wanted.partition, fault: None, start: -1, end: -1, batches: Vec::new() };
    let found = async {
        let topic = topic.clone()?;
        let missing = || Fault::unknown_partition(&topic, wanted.partition);
        let slot = topic.slot(wanted.partition).ok_or_else(missing)?;
        check_leader_epoch(wanted.current_leader_epoch)?;
        let log = slot.existing(&broker.store).await?;
        Ok::<_, Fault>((slot, log))
    };
    let (slot, log) = match found.await {
        Ok(found) => found,
        Err(fault) => {
            outcome.fault = Some(fault);
            return (outcome, None);
        }
    };
    (outcome.start, outcome.end) = log.as_ref().map_or((0, 0), |log| log.range());
    if !(outcome.start..=outcome.end).contains(&wanted.fetch_offset) {
        let message = format!(
            "offset {} is out of range: partition {} holds {} to {}",
            wanted.fetch_offset, wanted.partition, outcome.start, outcome.end
        );
        outcome.fault = Some(Fault::new(ResponseError::OffsetOutOfRange, message));
        return (outcome, None);
    }
    let has_more = wanted.fetch_offset < outcome.end;
    (outcome, log.filter(|_| has_more).map(|log| (slot, log)))
}

/// Reads partition after partition until the answer is full. The first batch of all comes whatever its size, or a
/// consumer could never get past it (KIP-74). Blocks on disk.
fn read_due(due: Vec<Due>, max_bytes: usize) -> Vec<(Due, Result<ReadOutcome, LogError>)> {
    let mut left = max_bytes;
    let mut first = true;
    let mut results = Vec::with_capacity(due.len());
    for due in due {
        if left == 0 && !first {
            break;
        }
        let result = due.log.read(due.from, due.max_bytes.min(left), first);
        if let Ok(read) = &result {
            left = left.saturating_sub(read.batches.iter().map(Bytes::len).sum());
            first &= read.batches.is_empty();
        }
        results.push((due, result));
    }
    results
}

fn tally(topic: &Topic, outcomes: &[Outcome]) {
    let batches = outcomes.iter().flat_map(|outcome| &outcome.batches);
    let (mut records, mut bytes) = (0, 0);
    for batch in batches {
        bytes += batch.len() as u64;
        records += BatchHeader::parse(batch).map_or(0, |header| u64::from(header.record_count.unsigned_abs()));
    }
    if bytes > 0 {
        topic.tally.add_out(records, bytes);
    }
}

impl Outcome {
    fn bytes(&self) -> usize {
        self.batches.iter().map(Bytes::len).sum()
    }

    fn into_response(self, version: i16) -> PartitionData {
        let records = match <[Bytes; 1]>::try_from(self.batches) {
            Ok([only]) => only,
            Err(batches) => {
                let mut all = BytesMut::with_capacity(batches.iter().map(Bytes::len).sum());
                batches.iter().for_each(|batch| all.extend_from_slice(batch));
                all.freeze()
            }
        };
        let data = PartitionData::default()
            .with_partition_index(self.partition)
            .with_error_code(self.fault.map_or(0, |fault| fault.code()))
            .with_high_watermark(self.end)
            // Without transactions every record is stable.
            .with_last_stable_offset(self.end)
            .with_aborted_transactions(None)
            .with_records(Some(records));
        if version >= 5 { data.with_log_start_offset(self.start) } else { data }
    }
}
