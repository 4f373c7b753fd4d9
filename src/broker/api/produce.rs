//! Produce: checks batches and appends them.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use kafka_protocol::{
    ResponseError,
    messages::{
        ProduceRequest, ProduceResponse,
        produce_request::PartitionProduceData,
        produce_response::{PartitionProduceResponse, TopicProduceResponse},
    },
};
use tokio::sync::oneshot;

use super::{Fault, Queued, find_topic};
use crate::{
    broker::{
        LEADER_EPOCH, blocking,
        config::TopicConfig,
        inner::Inner,
        observe,
        queued::Place,
        topics::Topic,
        transactions::{Flow, IMPLICIT_FROM, ProducerId, Turn},
    },
    codec::{BatchError, BatchHeader, DECOMPRESSED_BYTES_MAX_DEFAULT, check_records, split_batches, verify},
    log::{AppendOutcome, AppendRequest, Sync},
    model::{Acks, TimestampMillis, TimestampType},
};

/// First version that names topics by id.
const BY_ID_FROM: i16 = 13;
/// Batches in one records field. Kafka allows one; a little more costs nothing.
const BATCHES_PER_PARTITION_MAX: usize = 1_000;
/// Records fields above this many bytes are checked off the async threads: it takes a millisecond and more.
const CHECK_INLINE_BYTES_MAX: usize = 64 * 1024;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: ProduceRequest, queued: &Queued) -> ProduceResponse {
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
            None => find_topic(broker, &data.name, data.topic_id, version >= BY_ID_FROM),
        };
        let partitions = data.partition_data.into_iter().map(async |data| {
            let (index, place) = (data.index, queued.place());
            let outcome = match &topic {
                Ok(topic) => partition(broker, topic, data, how, place).await,
                Err(fault) => Err(fault.clone()),
            };
            response(index, outcome, version)
        });
        TopicProduceResponse::default()
            .with_name(data.name)
            .with_topic_id(data.topic_id)
            .with_partition_responses(join_all(partitions).await)
    });
    ProduceResponse::default().with_responses(join_all(topics).await)
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
            let Ok(topic) = topic else { continue };
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

/// What was found in a records field.
struct Checked {
    records: u64,
    /// Who writes inside a transaction.
    transactional: Option<ProducerId>,
}

async fn partition(
    broker: &Arc<Inner>,
    topic: &Arc<Topic>,
    data: PartitionProduceData,
    how: How<'_>,
    place: Place<'_>,
) -> Result<AppendOutcome, Fault> {
    let slot = topic.slot(data.index).ok_or_else(|| Fault::unknown_partition(topic, data.index))?;
    let now = broker.options.clock.now();
    let config = topic.config();
    if how.acks == Acks::All && config.min_insync_replicas > 1 {
        let message = format!(
            "{} asks for min.insync.replicas={}, and there is one node: produce with acks=1 or change the setting",
            topic.name, config.min_insync_replicas
        );
        return Err(Fault::new(ResponseError::NotEnoughReplicas, message));
    }
    let records = data.records.unwrap_or_default();
    let size = records.len() as u64;
    let checked = if records.len() > CHECK_INLINE_BYTES_MAX {
        let (records, config, name) = (records.clone(), config.clone(), topic.name.clone());
        blocking(move || check(&records, &config, &name, now)).await
    } else {
        check(&records, &config, &topic.name, now)
    };
    let Checked { records: count, transactional } = checked?;
    let log = slot.writable(&broker.store, &broker.meta, topic.id).await?;
    // Until the batch is queued the transaction does not end, or it could come behind its own marker.
    let turn = admit(broker, topic, data.index, transactional, how).await?;
    let request = AppendRequest {
        sync: match how.acks {
            _ if config.flush_messages.is_some_and(|every| slot.must_sync(count, every)) => Sync::Disk,
            Acks::None => Sync::None,
            Acks::Leader => Sync::Wal,
            Acks::All => Sync::Disk,
        },
        leader_epoch: LEADER_EPOCH,
        log_append_time: config.log_append_time.then_some(now),
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
    let (outcome, at) = outcome.await.map_err(|_| {
        let message = "the broker is shutting down; whether the records were stored is not known";
        Fault::new(ResponseError::NotLeaderOrFollower, message)
    })?;
    let outcome = outcome.map_err(|error| {
        slot.note(&error);
        Fault::from(error)
    })?;
    let (base_offset, shared) = (outcome.base_offset, outcome.shared);
    observe::stored(observe::StoredAt { topic_id: topic.id, partition: slot.id, base_offset, at, shared });
    Ok(outcome)
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
    let Some(Transactional { id, version }) = how.transaction else {
        let message = "a batch belongs to a transaction, but the request names no transactional.id";
        return Err(Fault::new(ResponseError::TransactionalIdAuthorizationFailed, message));
    };
    let admitted = broker.transactions.admit(broker, id, producer, (&topic.name, partition), version).await;
    admitted.map(Some).map_err(|error| {
        let message = format!(
            "producer {} with epoch {} may not write to {}-{partition} in the transaction {id}: {error}",
            producer.id, producer.epoch, topic.name
        );
        Fault::new(error, message)
    })
}

/// Checks all batches of a records field.
fn check(records: &Bytes, config: &TopicConfig, topic: &str, now: TimestampMillis) -> Result<Checked, Fault> {
    let mut count = 0;
    let mut transactional = None;
    let mut batches = 0;
    for batch in split_batches(records.clone()) {
        let (_, batch) = batch.map_err(batch_fault)?;
        batches += 1;
        if batches > BATCHES_PER_PARTITION_MAX {
            let message = format!("more than {BATCHES_PER_PARTITION_MAX} batches for one partition in one request");
            return Err(Fault::new(ResponseError::InvalidRecord, message));
        }
        if batch.len() > config.max_message_bytes {
            let message = format!(
                "a batch of {} bytes is larger than max.message.bytes={} of the topic {topic}; send smaller batches or \
                 raise the setting",
                batch.len(),
                config.max_message_bytes
            );
            return Err(Fault::new(ResponseError::MessageTooLarge, message));
        }
        let header = verify(&batch).map_err(batch_fault)?;
        check_header(&header, config, now)?;
        let keyless = check_records(&batch, DECOMPRESSED_BYTES_MAX_DEFAULT).map_err(records_fault)?;
        if let Some(index) = keyless.filter(|_| config.compact.is_some()) {
            let message = format!(
                "record {index} of the batch has no key, and {topic} is compacted (cleanup.policy): give every record \
                 a key"
            );
            return Err(Fault::new(ResponseError::InvalidRecord, message));
        }
        count += u64::from(header.record_count.unsigned_abs());
        if header.is_transactional() {
            transactional = Some(ProducerId { id: header.producer_id, epoch: header.producer_epoch });
        }
    }
    if batches == 0 {
        return Err(Fault::new(ResponseError::InvalidRecord, "the request holds no record batch for the partition"));
    }
    Ok(Checked { records: count, transactional })
}

fn check_header(header: &BatchHeader, config: &TopicConfig, now: TimestampMillis) -> Result<(), Fault> {
    let refused = |error, message: String| Err(Fault::new(error, message));
    if header.record_count == 0 {
        return refused(ResponseError::InvalidRecord, "the record batch is empty".to_owned());
    }
    if header.is_control() {
        let message = "control batches are written by brokers alone".to_owned();
        return refused(ResponseError::InvalidRecord, message);
    }
    if header.is_transactional() && header.producer_id < 0 {
        let message = "a batch of a transaction needs a producer id".to_owned();
        return refused(ResponseError::InvalidRecord, message);
    }
    if header.producer_id >= 0 && (header.producer_epoch < 0 || header.base_sequence < 0) {
        let message = format!(
            "a batch of producer {} has epoch {} and sequence {}; neither may be negative",
            header.producer_id, header.producer_epoch, header.base_sequence
        );
        return refused(ResponseError::InvalidRecord, message);
    }
    if header.timestamp_type() == TimestampType::LogAppendTime && !config.log_append_time {
        let message = "only the broker may mark a batch as LogAppendTime; send CreateTime".to_owned();
        return refused(ResponseError::InvalidTimestamp, message);
    }
    for timestamp in [header.base_timestamp, header.max_timestamp] {
        if !config.allows_timestamp(timestamp, now) {
            let message = format!(
                "the timestamp {timestamp} is further from the broker's time {now} than \
                 message.timestamp.before.max.ms={} and message.timestamp.after.max.ms={} allow",
                config.timestamp_before_max_ms, config.timestamp_after_max_ms
            );
            return refused(ResponseError::InvalidTimestamp, message);
        }
    }
    Ok(())
}

fn batch_fault(error: BatchError) -> Fault {
    let kafka = match &error {
        BatchError::UnknownCompression { .. } => ResponseError::UnsupportedCompressionType,
        // Only where bytes changed on the way does it help to send them again.
        BatchError::Crc { .. } => ResponseError::CorruptMessage,
        _ => ResponseError::InvalidRecord,
    };
    Fault::new(kafka, error.to_string())
}

/// The checksum was right, so it is what the client wrote: sending it again does not help.
fn records_fault(error: BatchError) -> Fault {
    let kafka = match &error {
        BatchError::TooLarge { .. } => ResponseError::MessageTooLarge,
        _ => ResponseError::InvalidRecord,
    };
    Fault::new(kafka, error.to_string())
}

fn response(index: i32, outcome: Result<AppendOutcome, Fault>, version: i16) -> PartitionProduceResponse {
    let response = PartitionProduceResponse::default().with_index(index);
    match outcome {
        Ok(outcome) => {
            let response = response
                .with_base_offset(outcome.base_offset)
                .with_log_append_time_ms(outcome.log_append_time.unwrap_or(-1));
            if version >= 5 { response.with_log_start_offset(outcome.log_start_offset) } else { response }
        }
        Err(fault) => {
            let response = response.with_error_code(fault.code()).with_base_offset(-1).with_log_append_time_ms(-1);
            if version >= 8 { response.with_error_message(fault.text()) } else { response }
        }
    }
}
