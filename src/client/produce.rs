//! Produce a list of records at once.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use kafka_protocol::{
    ResponseError,
    messages::{
        ProduceRequest,
        produce_request::{PartitionProduceData, TopicProduceData},
    },
};

use super::{
    Client, ClientError, Partitioner,
    routing::{ANSWER_WAIT_MILLIS, Target},
    topics::left_out,
    wire::topic_name,
};
use crate::{
    codec::{BatchBuilder, ProducerStamp},
    model::{Acks, Compression, NewRecord, Offset, PartitionId, TimestampMillis, TopicPartition},
};

/// How records are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProduceOptions {
    pub acks: Acks,
    pub compression: Compression,
    /// Upper bound of a batch before compression, in bytes; a single larger record still goes alone.
    pub batch_bytes: usize,
    /// Batches carry sequence numbers of this client: one whose answer is lost is sent again and stored once. Needs
    /// acks=all, without which it is off.
    pub idempotent: bool,
}

impl Default for ProduceOptions {
    fn default() -> Self {
        Self { acks: Acks::All, compression: Compression::None, batch_bytes: BATCH_BYTES_DEFAULT, idempotent: false }
    }
}

/// Batches stay below Kafka's default `max.message.bytes` of 1,048,588.
pub const BATCH_BYTES_DEFAULT: usize = 512 * 1024;

/// Where a record went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Produced {
    pub partition: PartitionId,
    /// -1 with acks=0, where nobody tells.
    pub offset: Offset,
    /// As stored: the record's own, or the broker's for topics with LogAppendTime.
    pub timestamp: TimestampMillis,
}

impl Client {
    /// Produces records and waits for the answers, which come in the order of the input. Fails with the first error when a
    /// batch is refused; batches of other partitions may be stored then (see [`Client::produce_each`]).
    pub async fn produce(
        &self,
        topic: &str,
        records: Vec<NewRecord>,
        options: ProduceOptions,
    ) -> Result<Vec<Produced>, ClientError> {
        self.produce_each(topic, records, options).await?.into_iter().collect()
    }

    /// Like [`Client::produce`], with an outcome for each record.
    pub async fn produce_each(
        &self,
        topic: &str,
        records: Vec<NewRecord>,
        options: ProduceOptions,
    ) -> Result<Vec<Result<Produced, ClientError>>, ClientError> {
        let partitions = self.partition_count(topic).await?;
        let mut partitioner = Partitioner::default();
        let mut by_partition: BTreeMap<PartitionId, Vec<(usize, NewRecord)>> = BTreeMap::new();
        let count = records.len();
        for (at, record) in records.into_iter().enumerate() {
            by_partition.entry(partitioner.partition(&record, partitions)).or_default().push((at, record));
        }
        let topic: Arc<str> = topic.into();
        let sends = by_partition.into_iter().map(|(partition, records)| {
            self.produce_in_order(TopicPartition::new(Arc::clone(&topic), partition), records, options)
        });
        // Partitions side by side, the batches of each one after the other: that keeps their order.
        let sent: Vec<_> = stream::iter(sends).buffer_unordered(PARTITIONS_AT_ONCE_MAX).collect().await;
        let mut outcomes: Vec<_> = (0..count).map(|_| Err(left_out("produce a record"))).collect();
        for (at, outcome) in sent.into_iter().flatten() {
            outcomes[at] = outcome;
        }
        Ok(outcomes)
    }

    async fn produce_in_order(
        &self,
        tp: TopicPartition,
        records: Vec<(usize, NewRecord)>,
        options: ProduceOptions,
    ) -> Vec<(usize, Result<Produced, ClientError>)> {
        let mut outcomes = Vec::with_capacity(records.len());
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            let mut batch = NewBatch::new(options.compression, options.batch_bytes, self.now());
            let mut places = Vec::new();
            while let Some((at, record)) = records.next_if(|(_, record)| batch.push(record)) {
                places.push(at);
                drop(record);
            }
            let sent = if options.idempotent && options.acks == Acks::All {
                self.idempotence().send(self, &tp, batch, places.len()).await
            } else {
                self.produce_batch(&tp, batch, options.acks, ProducerStamp::NONE).await
            };
            for (nth, at) in places.into_iter().enumerate() {
                outcomes.push((at, sent.as_ref().map(|stored| stored.record(nth)).map_err(Clone::clone)));
            }
        }
        outcomes
    }

    /// Sends one batch to its partition. Without a sequence number it tries again only where it is certain that nothing
    /// was stored: a second try after a lost answer would store the records twice.
    pub(super) async fn produce_batch(
        &self,
        tp: &TopicPartition,
        batch: NewBatch,
        acks: Acks,
        stamp: ProducerStamp,
    ) -> Result<StoredBatch, ClientError> {
        let (records, timestamps) = batch.build(tp, stamp)?;
        let is_idempotent = stamp.producer_id >= 0;
        let mut tries = self.delivery_tries();
        loop {
            let outcome = match self.leader(tp).await {
                Ok(node) => self.produce_once(node, tp, &records, acks).await,
                Err(error) => Err(error),
            };
            let error = match outcome {
                Ok((base, append_time)) => {
                    return Ok(StoredBatch { partition: tp.partition, base, append_time, timestamps });
                }
                // An earlier attempt was stored, too long ago for the broker to know where.
                Err(error) if is_idempotent && error.code() == Some(ResponseError::DuplicateSequenceNumber) => {
                    return Ok(StoredBatch { partition: tp.partition, base: -1, append_time: -1, timestamps });
                }
                Err(error) => error,
            };
            let wait = tries.wait_after(&error).filter(|_| is_idempotent || nothing_stored(&error));
            let Some(wait) = wait else { return Err(error) };
            tries.pause(wait).await;
        }
    }

    /// Base offset and LogAppendTime (-1 where the records keep theirs).
    async fn produce_once(
        &self,
        node: i32,
        tp: &TopicPartition,
        records: &Bytes,
        acks: Acks,
    ) -> Result<(Offset, TimestampMillis), ClientError> {
        let build = |_| {
            let data = PartitionProduceData::default().with_index(tp.partition).with_records(Some(records.clone()));
            let topic = TopicProduceData::default().with_name(topic_name(&tp.topic)).with_partition_data(vec![data]);
            ProduceRequest::default()
                .with_acks(acks.as_wire())
                .with_timeout_ms(PRODUCE_TIMEOUT_MILLIS)
                .with_topic_data(vec![topic])
        };
        let asked = format!("produce to {tp}");
        let answer = self.ask_once(Target::Node(node), &asked, ANSWER_WAIT_MILLIS, build).await;
        let (answer, _) = answer.inspect_err(|_| self.metadata_cache().forget_leader(tp, node))?;
        let stored = answer.responses.iter().flat_map(|topic| &topic.partition_responses).next();
        if let Some(stored) = stored.filter(|stored| stored.error_code != 0) {
            let told = &stored.current_leader;
            let mut cache = self.metadata_cache();
            cache.take_leader(tp, told.leader_id.0, told.leader_epoch);
            cache.forget_leader(tp, node);
        }
        match stored {
            Some(stored) => {
                let detail = stored.record_errors.first().and_then(|error| error.batch_index_error_message.clone());
                let message = detail.or_else(|| stored.error_message.clone());
                ClientError::check(stored.error_code, || asked, message.as_deref())?;
                let base = if acks == Acks::None { -1 } else { stored.base_offset };
                Ok((base, stored.log_append_time_ms))
            }
            // acks=0: nobody tells anything.
            None if acks == Acks::None => Ok((-1, -1)),
            None => Err(left_out(&asked)),
        }
    }
}

/// How long the broker may take to store a batch, in milliseconds (Kafka's `request.timeout.ms`).
const PRODUCE_TIMEOUT_MILLIS: i32 = 30_000;
/// Partitions produced to at once by one call.
const PARTITIONS_AT_ONCE_MAX: usize = 16;

/// Whether an error proves that the batch is not in the log.
fn nothing_stored(error: &ClientError) -> bool {
    use ResponseError as E;
    matches!(
        error.code(),
        Some(
            E::UnknownTopicOrPartition
                | E::LeaderNotAvailable
                | E::NotLeaderOrFollower
                | E::NotEnoughReplicas
                | E::ThrottlingQuotaExceeded
        )
    )
}

/// A batch being filled.
pub(super) struct NewBatch {
    builder: BatchBuilder,
    timestamps: Vec<TimestampMillis>,
    now: TimestampMillis,
}

impl NewBatch {
    /// Records without a timestamp get `now`.
    pub fn new(compression: Compression, limit_bytes: usize, now: TimestampMillis) -> Self {
        Self { builder: BatchBuilder::new(compression, limit_bytes), timestamps: Vec::new(), now }
    }

    /// Adds a record; `false` when it does not fit any more (the first one always fits).
    pub fn push(&mut self, record: &NewRecord) -> bool {
        let fits = self.builder.push(record, self.now);
        if fits {
            self.timestamps.push(record.timestamp.unwrap_or(self.now));
        }
        fits
    }

    pub fn build(
        self,
        tp: &TopicPartition,
        stamp: ProducerStamp,
    ) -> Result<(Bytes, Vec<TimestampMillis>), ClientError> {
        let records = self.builder.build(stamp).map_err(|error| ClientError::Batch {
            asked: format!("produce to {tp}"),
            why: error.to_string(),
            hint: "send smaller records".to_owned(),
        })?;
        Ok((records, self.timestamps))
    }
}

/// Where a batch went.
#[derive(Debug, Clone)]
pub(super) struct StoredBatch {
    partition: PartitionId,
    base: Offset,
    append_time: TimestampMillis,
    timestamps: Vec<TimestampMillis>,
}

impl StoredBatch {
    /// Where its `nth` record went.
    pub fn record(&self, nth: usize) -> Produced {
        let own = self.timestamps.get(nth).copied().unwrap_or(-1);
        Produced {
            partition: self.partition,
            offset: if self.base < 0 { -1 } else { self.base + nth as i64 },
            timestamp: if self.append_time >= 0 { self.append_time } else { own },
        }
    }
}
