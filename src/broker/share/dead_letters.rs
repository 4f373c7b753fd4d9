//! Dead letters (KIP-1191): what a group gave up is written to a topic of its choice, with headers that say where it comes
//! from.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use kafka_protocol::{
    messages::{
        ProduceRequest, ResponseKind, TopicName,
        produce_request::{PartitionProduceData, TopicProduceData},
    },
    protocol::StrBytes,
};

use super::{Shared, Shares};
use crate::{
    broker::{
        ArchiveReason, CallContext, Queued, ShareEventKind, api, blocking,
        config::ShareConfig,
        groups::share::RecordEvent,
        inner::Inner,
        topics::{ChangeError, NewTopic, Topic},
    },
    codec::{BatchBuilder, BatchError, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, ProducerStamp, split_batches},
    log::{LogError, Partition},
    model::{Compression, Header, NewRecord, Offset},
};

/// Version of Produce with which they are written: the last one that names topics.
const PRODUCE_VERSION: i16 = 12;
/// Bytes that are read at once to copy records.
const COPY_BYTES_MAX: usize = 1024 * 1024;
/// The topic setting that allows a topic to take dead letters.
const ENABLE: &str = "errors.deadletterqueue.group.enable";

/// Why dead letters were not written.
#[derive(Debug, thiserror::Error)]
enum BuryError {
    #[error("the topic does not exist and topics are not made by themselves; create it with {ENABLE}=true")]
    NoTopic,
    #[error("the topic does not take them; set {ENABLE}=true on it")]
    NotEnabled,
    #[error("it is the topic that the group reads; choose another one")]
    Itself,
    #[error("the topic was not made: {0}")]
    Topic(#[from] ChangeError),
    #[error("the records were not read: {0}")]
    Log(#[from] LogError),
    #[error("a record was not read: {0}")]
    Batch(#[from] BatchError),
    #[error("the topic refused them with Kafka's error {0}")]
    Refused(i16),
}

impl Shares {
    /// Writes the records of an event to the group's dead-letter topic, where it has one. A failure costs the copy, not
    /// the group's progress.
    pub(super) async fn bury(&self, broker: &Arc<Inner>, shared: &Shared, config: &ShareConfig, event: &RecordEvent) {
        let Some(name) = &config.dead_letter_topic else { return };
        match self.write_all(broker, shared, config, name, event).await {
            Ok(()) => {
                let kind = ShareEventKind::DeadLettered { topic: name.clone() };
                self.events.keep_one(shared, (event.first, event.last), kind, self.clock.now());
            }
            Err(error) => {
                let (group, place) = (&shared.key.group, format!("{}-{}", shared.topic.name, shared.key.partition));
                let (first, last) = (event.first, event.last);
                tracing::warn!(
                    "dead letters of the share group {group} for {place}, offsets {first} to {last}, were not written to \
                     {name}: {error}"
                );
            }
        }
    }

    async fn write_all(
        &self,
        broker: &Arc<Inner>,
        shared: &Shared,
        config: &ShareConfig,
        name: &str,
        event: &RecordEvent,
    ) -> Result<(), BuryError> {
        let target = target(broker, shared, name).await?;
        let source = match shared.topic.slot(shared.key.partition).filter(|_| config.dead_letter_copy) {
            Some(slot) => slot.if_open(),
            None => None,
        };
        let range = (event.first, event.last);
        let mut records = match source {
            Some(log) => blocking(move || copies(&log, range)).await?,
            None => (range.0..=range.1).map(|offset| (offset, NewRecord::default())).collect(),
        };
        for (offset, record) in &mut records {
            record.timestamp = None;
            record.headers.extend(headers(shared, *offset, event));
        }
        let partition = shared.key.partition.rem_euclid(target.partition_count().max(1));
        let limit = target.config().max_message_bytes;
        let mut batch = BatchBuilder::new(Compression::None, limit);
        for (_, record) in &records {
            if !batch.push(record, self.clock.now()) {
                let full = std::mem::replace(&mut batch, BatchBuilder::new(Compression::None, limit));
                produce(broker, name, partition, full.build(ProducerStamp::NONE)?).await?;
                batch.push(record, self.clock.now());
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        produce(broker, name, partition, batch.build(ProducerStamp::NONE)?).await
    }
}

/// The topic; made where topics are made by themselves.
async fn target(broker: &Arc<Inner>, shared: &Shared, name: &str) -> Result<Arc<Topic>, BuryError> {
    if *shared.topic.name == *name {
        return Err(BuryError::Itself);
    }
    if let Some(topic) = broker.topics.by_name(name) {
        return if topic.config().takes_dead_letters { Ok(topic) } else { Err(BuryError::NotEnabled) };
    }
    if !broker.options.auto_create_topics {
        return Err(BuryError::NoTopic);
    }
    let configs = BTreeMap::from([(ENABLE.to_owned(), "true".to_owned())]);
    let new = NewTopic { name: name.to_owned(), partitions: shared.topic.partition_count(), configs };
    match broker.topics.create(&broker.meta, new).await {
        Err(ChangeError::Exists { .. }) => broker.topics.by_name(name).ok_or(BuryError::NoTopic),
        made => Ok(made?),
    }
}

/// Records as they stand in the log. What is no longer there leaves only its headers.
fn copies(log: &Partition, (first, last): (Offset, Offset)) -> Result<Vec<(Offset, NewRecord)>, BuryError> {
    let mut records: BTreeMap<Offset, NewRecord> =
        (first..=last).map(|offset| (offset, NewRecord::default())).collect();
    let mut from = first.max(log.start_offset());
    while from <= last && from < log.end_offset() {
        let read = log.read(from, COPY_BYTES_MAX, true)?;
        if read.next <= from {
            break;
        }
        from = read.next;
        for (_, bytes) in read.pieces.into_iter().flat_map(split_batches).flatten() {
            let batch = DecodedBatch::new(&bytes, DECOMPRESSED_BYTES_MAX_DEFAULT)?;
            for record in batch.into_records(0) {
                let record = record?;
                if let Some(copy) = records.get_mut(&record.offset) {
                    (copy.key, copy.value, copy.headers) = (record.key, record.value, record.headers);
                }
            }
        }
    }
    Ok(records.into_iter().collect())
}

/// The headers of KIP-1191; numbers are written as text.
fn headers(shared: &Shared, offset: Offset, event: &RecordEvent) -> [Header; 6] {
    let header = |key: &'static str, value: String| Header {
        key: Bytes::from_static(key.as_bytes()),
        value: Some(Bytes::from(value.into_bytes())),
    };
    let message = match event.kind {
        ShareEventKind::Archived { reason: ArchiveReason::Rejected } => "The record was rejected by a member.",
        _ => "The record was delivered as often as share.delivery.count.limit allows.",
    };
    [
        header("__dlq.errors.topic", shared.topic.name.to_string()),
        header("__dlq.errors.partition", shared.key.partition.to_string()),
        header("__dlq.errors.offset", offset.to_string()),
        header("__dlq.errors.group", shared.key.group.to_string()),
        header("__dlq.errors.delivery.count", event.deliveries.to_string()),
        header("__dlq.errors.message", message.to_owned()),
    ]
}

async fn produce(broker: &Arc<Inner>, topic: &str, partition: i32, batch: Bytes) -> Result<(), BuryError> {
    let data = PartitionProduceData::default().with_index(partition).with_records(Some(batch));
    let name = TopicName(StrBytes::from_string(topic.to_owned()));
    let data = TopicProduceData::default().with_name(name).with_partition_data(vec![data]);
    let request = ProduceRequest::default().with_acks(-1).with_timeout_ms(i32::MAX).with_topic_data(vec![data]);
    let context = CallContext::in_process("dead letters", 0);
    // Produce is answered by code that itself never comes back here; the box ends the chain of types.
    let answer = Box::pin(api::produce(broker, &context, PRODUCE_VERSION, request, &Queued::nobody())).await;
    let ResponseKind::Produce(answer) = answer else { return Err(BuryError::Refused(-1)) };
    let codes = answer.responses.iter().flat_map(|topic| &topic.partition_responses).map(|one| one.error_code);
    match codes.into_iter().find(|code| *code != 0) {
        None => Ok(()),
        Some(code) => Err(BuryError::Refused(code)),
    }
}
