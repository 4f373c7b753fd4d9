//! Produce: checks batches and appends them.

mod check;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

use futures_util::future::join_all;
use kafka_protocol::{
    ResponseError,
    messages::{
        ProduceRequest, ProduceResponse,
        produce_request::{PartitionProduceData, TopicProduceData},
        produce_response::{BatchIndexAndErrorMessage, PartitionProduceResponse, TopicProduceResponse},
    },
};
use tokio::sync::oneshot;

use self::check::{Checked, Refusal, check};
use super::{Fault, Queued, find_topic, operations, text};
use crate::{
    broker::{
        LEADER_EPOCH, blocking,
        inner::Inner,
        observe,
        on_the_spot::outside,
        queued::Place,
        topics::Topic,
        transactions::{Flow, IMPLICIT_FROM, ProducerId, Turn},
    },
    codec::BatchHeader,
    log::{AppendOutcome, AppendRequest, LogError, Sync},
    model::{Acks, Compression, Offset},
};

/// First version that names topics by id.
const BY_ID_FROM: i16 = 13;
/// First version that tells where the log starts.
const LOG_START_FROM: i16 = 5;
/// First version that says in words what is wrong, and which records are to blame (KIP-467).
const WORDS_FROM: i16 = 8;
/// Records fields above this many bytes are checked off the async threads: it can take a millisecond and more.
const CHECK_INLINE_BYTES_MAX: usize = 64 * 1024;
/// The same where nothing is to be decompressed: the checksum runs at memory speed, and another thread costs more.
const CHECK_PLAIN_INLINE_BYTES_MAX: usize = 1024 * 1024;

pub async fn answer(
    broker: &Arc<Inner>,
    version: i16,
    mut request: ProduceRequest,
    queued: &Queued,
) -> ProduceResponse {
    request.topic_data = once(request.topic_data);
    queued.expect(request.topic_data.iter().map(|topic| topic.partition_data.len()).sum());
    let refusal = refuse_all(&request);
    let id = request.transactional_id.clone();
    let transaction = id.as_deref().map(|id| Transactional { id, version });
    if let Some(transaction) = transaction.filter(|_| refusal.is_none()) {
        transaction.add_all(broker, &request).await;
    }
    let how = How { acks: Acks::from_wire(request.acks).unwrap_or_default(), transaction };
    let topics = request.topic_data.into_iter().map(async |data| {
        let topic = match &refusal {
            Some(fault) => Err(fault.clone()),
            None => find_topic(broker, &data.name, data.topic_id, version >= BY_ID_FROM).and_then(not_internal),
        };
        let partitions = data.partition_data.into_iter().map(async |data| {
            let (index, place) = (data.index, queued.place());
            let outcome = match &topic {
                Ok(topic) => partition(broker, topic, data, how, place).await,
                Err(fault) => Err(fault.clone().into()),
            };
            match outcome {
                Ok(outcome) => stored(index, outcome, version),
                Err(refusal) => {
                    let topic = topic.as_ref().ok().filter(|_| refusal.in_log);
                    refused(index, refusal, log_start(broker, topic, index).await, version)
                }
            }
        });
        TopicProduceResponse::default()
            .with_name(data.name)
            .with_topic_id(data.topic_id)
            .with_partition_responses(join_all(partitions).await)
    });
    ProduceResponse::default().with_responses(join_all(topics).await)
}

fn not_internal(topic: Arc<Topic>) -> Result<Arc<Topic>, Fault> {
    if operations::is_internal(&topic.name) { Err(Fault::internal_topic(&topic.name)) } else { Ok(topic) }
}

/// Each topic and partition once. Kafka keeps them in a map: of those that are named twice the last counts.
fn once(topics: Vec<TopicProduceData>) -> Vec<TopicProduceData> {
    let mut merged = Vec::<TopicProduceData>::with_capacity(topics.len());
    if topics.len() < 2 {
        merged = topics;
    } else {
        let mut places = HashMap::new();
        for topic in topics {
            let place = *places.entry((topic.name.clone(), topic.topic_id)).or_insert(merged.len());
            match merged.get_mut(place) {
                Some(first) => first.partition_data.extend(topic.partition_data),
                None => merged.push(topic),
            }
        }
    }
    for topic in merged.iter_mut().filter(|topic| topic.partition_data.len() > 1) {
        let mut seen = HashSet::new();
        topic.partition_data.reverse();
        topic.partition_data.retain(|data| seen.insert(data.index));
        topic.partition_data.reverse();
    }
    merged
}

fn refuse_all(request: &ProduceRequest) -> Option<Fault> {
    if Acks::from_wire(request.acks).is_none() {
        let message = format!("acks is 0, 1 or -1 (all), {} is none of them", request.acks);
        return Some(Fault::new(ResponseError::InvalidRequiredAcks, message));
    }
    None
}

/// What a request says about all of its batches.
#[derive(Clone, Copy)]
struct How<'a> {
    acks: Acks,
    transaction: Option<Transactional<'a>>,
}

/// The transactional id of a request, and its version, which says what must have gone before.
#[derive(Clone, Copy)]
struct Transactional<'a> {
    id: &'a str,
    version: i16,
}

impl Transactional<'_> {
    /// Adds all partitions of a request at once, where writing to them does; each would else be stored for itself. What
    /// fails here fails again, and is told, when the batch's own partition is admitted.
    async fn add_all(self, broker: &Arc<Inner>, request: &ProduceRequest) {
        if self.version < IMPLICIT_FROM
            || request.topic_data.iter().map(|topic| topic.partition_data.len()).sum::<usize>() < 2
        {
            return;
        }
        let (mut places, mut producer) = (Vec::new(), None);
        for data in &request.topic_data {
            let topic = find_topic(broker, &data.name, data.topic_id, self.version >= BY_ID_FROM);
            let Ok(topic) = topic.and_then(not_internal) else { continue };
            for data in data.partition_data.iter().filter(|data| topic.slot(data.index).is_some()) {
                let header = data.records.as_ref().and_then(|records| BatchHeader::parse(records).ok());
                let Some(header) = header.filter(BatchHeader::is_transactional) else { continue };
                producer = Some(ProducerId { id: header.producer_id, epoch: header.producer_epoch });
                places.push((topic.name.clone(), data.index));
            }
        }
        if let Some(producer) = producer {
            let added = broker.transactions.add(broker, self.id, producer, places, Vec::new(), Flow::Implicit).await;
            drop(added);
        }
    }
}

async fn partition(
    broker: &Arc<Inner>,
    topic: &Arc<Topic>,
    data: PartitionProduceData,
    how: How<'_>,
    place: Place<'_>,
) -> Result<AppendOutcome, Refusal> {
    let slot = topic.slot(data.index).ok_or_else(|| Fault::unknown_partition(topic, data.index))?;
    let now = broker.options.clock.now();
    let config = topic.config();
    let mut records = data.records.unwrap_or_default();
    let in_transaction = how.transaction.is_some();
    let checked = if !is_quick_to_check(&records) {
        let (records, config, name) = (records.clone(), config.clone(), topic.name.clone());
        blocking(move || check(&records, &config, &name, in_transaction, now)).await
    } else {
        check(&records, &config, &topic.name, in_transaction, now)
    };
    let Checked { batch_bytes, records: count, transactional } = checked?;
    records.truncate(batch_bytes);
    let size = batch_bytes as u64;
    let log = slot.writable(&broker.store, &broker.meta, topic.id).await.map_err(Fault::from)?;
    // Until the batch is queued the transaction does not end, or it could come behind its own marker.
    let turn = admit(broker, topic, data.index, transactional, how).await?;
    let request = AppendRequest {
        sync: broker.options.sync(match how.acks {
            _ if config.flush_messages.is_some_and(|every| slot.must_sync(count, every)) => Sync::Disk,
            Acks::None => Sync::None,
            Acks::Leader => Sync::Wal,
            Acks::All => Sync::Disk,
        }),
        leader_epoch: LEADER_EPOCH,
        log_append_time: config.log_append_time.then_some(now),
        begins_at_zero: how.transaction.is_some_and(|transaction| transaction.version >= IMPLICIT_FROM),
    };
    let (done, outcome) = oneshot::channel();
    let rung = topic.clone();
    log.append(records, request, move |result| {
        if result.as_ref().is_ok_and(|stored| !stored.duplicate) {
            rung.tally.add_in(count, size);
            rung.changed.notify_waiters();
        }
        // Nobody waits with acks=0, or the caller has given up.
        let _ = done.send((result, Instant::now()));
    });
    drop((turn, place));
    let (outcome, at) = outside(outcome).await.map_err(|_| {
        let message = "the broker is shutting down; whether the records were stored is not known";
        Fault::new(ResponseError::NotLeaderOrFollower, message)
    })?;
    let outcome = outcome.map_err(|error| {
        slot.note(&error);
        let is_judged = matches!(error, LogError::Producer(_));
        Refusal { in_log: is_judged, ..Fault::from(error).into() }
    })?;
    let (base_offset, shared) = (outcome.base_offset, outcome.shared);
    observe::stored(observe::StoredAt { topic_id: topic.id, partition: slot.id, base_offset, at, shared });
    Ok(outcome)
}

/// Whether a check of a records field may hold up an async thread.
fn is_quick_to_check(records: &[u8]) -> bool {
    let is_plain = |header: BatchHeader| {
        header.batch_bytes == records.len() && matches!(header.compression(), Ok(Compression::None))
    };
    let limit = match BatchHeader::parse(records) {
        Ok(header) if is_plain(header) => CHECK_PLAIN_INLINE_BYTES_MAX,
        _ => CHECK_INLINE_BYTES_MAX,
    };
    records.len() <= limit
}

/// Lets a batch of a transaction in; `None` for others.
async fn admit(
    broker: &Arc<Inner>,
    topic: &Topic,
    partition: i32,
    transactional: Option<ProducerId>,
    how: How<'_>,
) -> Result<Option<Turn>, Fault> {
    let Some(producer) = transactional else { return Ok(None) };
    // The batch was checked for a request that names one.
    let Some(Transactional { id, version }) = how.transaction else { return Ok(None) };
    let admitted = broker.transactions.admit(broker, id, producer, (&topic.name, partition), version).await;
    admitted.map(Some).map_err(|error| {
        let message = format!(
            "producer {} with epoch {} may not write to {}-{partition} in the transaction {id}: {error}",
            producer.id, producer.epoch, topic.name
        );
        Fault::new(error, message)
    })
}

/// Where the log starts, for the answer to records that it refused; -1 where they did not come that far.
async fn log_start(broker: &Arc<Inner>, topic: Option<&Arc<Topic>>, index: i32) -> Offset {
    let Some(slot) = topic.and_then(|topic| topic.slot(index)) else { return -1 };
    match slot.existing(&broker.store).await {
        Ok(log) => log.map_or(0, |log| log.start_offset()),
        Err(_) => -1,
    }
}

fn stored(index: i32, outcome: AppendOutcome, version: i16) -> PartitionProduceResponse {
    let response = PartitionProduceResponse::default()
        .with_index(index)
        .with_base_offset(outcome.base_offset)
        .with_log_append_time_ms(outcome.log_append_time.unwrap_or(-1));
    if version >= LOG_START_FROM { response.with_log_start_offset(outcome.log_start_offset) } else { response }
}

fn refused(index: i32, refusal: Refusal, log_start: Offset, version: i16) -> PartitionProduceResponse {
    let Refusal { fault, records, .. } = refusal;
    let mut response = PartitionProduceResponse::default()
        .with_index(index)
        .with_error_code(fault.code())
        .with_base_offset(-1)
        .with_log_append_time_ms(-1);
    if version >= LOG_START_FROM {
        response.log_start_offset = log_start;
    }
    if version >= WORDS_FROM {
        let to_blame = records.into_iter().map(|(index, why)| {
            BatchIndexAndErrorMessage::default()
                .with_batch_index(index)
                .with_batch_index_error_message(Some(text(&why)))
        });
        response.record_errors = to_blame.collect();
        response.error_message = fault.text();
    }
    response
}
