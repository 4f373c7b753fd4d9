//! Fetch raw batches of one partition.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use kafka_protocol::messages::{
    BrokerId, FetchRequest,
    fetch_request::{FetchPartition, FetchTopic},
    fetch_response::{AbortedTransaction, PartitionData},
};

use super::{
    Aborted, Client, ClientError, Isolation,
    routing::{ANSWER_WAIT_MILLIS, PartitionOutcomes, Target},
    topics::left_out,
    wire::{by_topic, topic_name},
};
use crate::{
    codec::{BatchError, BatchHeader, decode_records, split_batches, verify},
    model::{Offset, Record, TopicPartition},
};

/// Bounds of one fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// Bytes to return at most; the first batch comes whole even if it is larger (KIP-74).
    pub max_bytes: usize,
    /// How long the broker waits for `min_bytes`, in milliseconds; 0 answers at once.
    pub max_wait_ms: u32,
    /// The broker answers as soon as it has this many bytes.
    pub min_bytes: usize,
    pub isolation: Isolation,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self { max_bytes: 1024 * 1024, max_wait_ms: 0, min_bytes: 1, isolation: Isolation::ReadUncommitted }
    }
}

/// What a fetch brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The offset that the next record will get.
    pub high_watermark: Offset,
    /// First offset of the log; -1 where not told.
    pub log_start: Offset,
    /// Where the first open transaction begins, or the high watermark.
    pub last_stable_offset: Offset,
    /// Transactions that were aborted and have records here; told only to who reads what is committed.
    pub aborted: Vec<Aborted>,
    /// Whole batches as stored, with [`Isolation::ReadCommitted`] those that count alone; the first one may begin below the offset that was asked for.
    pub batches: Vec<Bytes>,
    /// Where to go on: after the last batch, or the offset that was asked for when there is none.
    pub next: Offset,
}

impl Client {
    /// Fetches from one partition. OFFSET_OUT_OF_RANGE is an error whose code says so.
    pub async fn fetch(
        &self,
        partition: &TopicPartition,
        from: Offset,
        options: FetchOptions,
    ) -> Result<Fetched, ClientError> {
        let mut fetched = self.fetch_raw(partition, from, options).await?;
        if options.isolation == Isolation::ReadCommitted {
            fetched.keep_visible();
        }
        Ok(fetched)
    }

    /// As the answer has it: with what was aborted, and markers.
    pub(super) async fn fetch_raw(
        &self,
        partition: &TopicPartition,
        from: Offset,
        options: FetchOptions,
    ) -> Result<Fetched, ClientError> {
        self.retrying(|| async {
            let node = self.leader(partition).await?;
            let asked = vec![(partition.clone(), from)];
            let outcome = match self.fetch_from(node, asked, options, options.max_bytes).await {
                Ok(mut outcomes) => match outcomes.pop() {
                    Some((_, outcome)) => outcome,
                    None => Err(left_out(&format!("fetch from {partition}"))),
                },
                Err(error) => Err(error),
            };
            if outcome.as_ref().is_err_and(ClientError::is_stale_metadata) {
                self.metadata_cache().forget_topic(&partition.topic);
            }
            outcome
        })
        .await
    }

    /// Fetches from several partitions of one leader, once; `max_bytes` of the options is for all together. Partitions
    /// that the answer leaves out have no outcome.
    pub(super) async fn fetch_from(
        &self,
        node: i32,
        from: Vec<(TopicPartition, Offset)>,
        options: FetchOptions,
        partition_bytes: usize,
    ) -> Result<PartitionOutcomes<Fetched>, ClientError> {
        let build = |_| {
            let topics = by_topic(from.iter().cloned()).into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, offset)| {
                    FetchPartition::default()
                        .with_partition(partition)
                        .with_fetch_offset(offset)
                        .with_current_leader_epoch(-1)
                        .with_last_fetched_epoch(-1)
                        .with_log_start_offset(-1)
                        .with_partition_max_bytes(wire_bytes(partition_bytes))
                });
                FetchTopic::default().with_topic(topic_name(&name)).with_partitions(partitions.collect())
            });
            FetchRequest::default()
                .with_replica_id(BrokerId(-1))
                .with_max_wait_ms(i32::try_from(options.max_wait_ms).unwrap_or(i32::MAX))
                .with_min_bytes(wire_bytes(options.min_bytes))
                .with_max_bytes(wire_bytes(options.max_bytes))
                .with_isolation_level(options.isolation.as_wire())
                // Session id 0 and epoch -1: a full fetch outside of any session (KIP-227).
                .with_session_epoch(-1)
                .with_topics(topics.collect())
        };
        let asked = match from.as_slice() {
            [(tp, offset)] => format!("fetch from {tp} at offset {offset}"),
            _ => format!("fetch from {} partitions", from.len()),
        };
        let wait = ANSWER_WAIT_MILLIS + u64::from(options.max_wait_ms);
        let (answer, _) = self.ask_once(Target::Node(node), &asked, wait, build).await?;
        ClientError::check(answer.error_code, || asked.clone(), None)?;
        let started: HashMap<TopicPartition, Offset> = from.into_iter().collect();
        let mut outcomes = Vec::new();
        for topic in answer.responses {
            let name: Arc<str> = topic.topic.as_str().into();
            for data in topic.partitions {
                let tp = TopicPartition::new(Arc::clone(&name), data.partition_index);
                let Some(&offset) = started.get(&tp) else { continue };
                let outcome = read_partition(&tp, offset, data);
                outcomes.push((tp, outcome));
            }
        }
        Ok(outcomes)
    }
}

fn read_partition(tp: &TopicPartition, from: Offset, data: PartitionData) -> Result<Fetched, ClientError> {
    let asked = || format!("fetch from {tp} at offset {from}");
    ClientError::check(data.error_code, asked, None)?;
    let mut fetched = Fetched {
        high_watermark: data.high_watermark,
        log_start: data.log_start_offset,
        last_stable_offset: data.last_stable_offset,
        aborted: data.aborted_transactions.unwrap_or_default().iter().map(aborted).collect(),
        batches: Vec::new(),
        next: from,
    };
    for batch in split_batches(data.records.unwrap_or_default()) {
        match batch {
            Ok((header, batch)) => {
                fetched.next = fetched.next.max(header.last_offset() + 1);
                fetched.batches.push(batch);
            }
            // An answer may end inside a batch; the next fetch brings it whole.
            Err(BatchError::Truncated { .. }) => break,
            // What comes before the damage can still be read; the next fetch begins with it.
            Err(_) if !fetched.batches.is_empty() => break,
            Err(error) => return Err(batch_error(tp, from, &error)),
        }
    }
    Ok(fetched)
}

fn aborted(told: &AbortedTransaction) -> Aborted {
    Aborted { producer_id: *told.producer_id, first_offset: told.first_offset }
}

/// A batch that cannot be read, told with where it stands.
pub(super) fn batch_error(tp: &TopicPartition, offset: Offset, error: &BatchError) -> ClientError {
    ClientError::Batch {
        asked: format!("read {tp} at offset {offset}"),
        why: error.to_string(),
        hint: format!("skip it by going on after offset {offset}; the rest of the partition is not affected"),
    }
}

fn wire_bytes(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

/// The records of raw batches from offset `from` on; control batches (transaction markers) give none. Checksums are
/// verified. `limit_bytes` bounds what one batch may decompress to.
///
/// # Errors
/// [`ClientError::Batch`] for the first batch that is damaged or too large; earlier batches can be read by passing fewer.
pub fn records_from(
    tp: &TopicPartition,
    batches: &[Bytes],
    from: Offset,
    limit_bytes: usize,
) -> Result<Vec<Record>, ClientError> {
    let mut records = Vec::new();
    for batch in batches {
        let header = verify(batch).map_err(|error| batch_error(tp, damaged_at(batch, from), &error))?;
        if header.is_control() || header.last_offset() < from {
            continue;
        }
        let failed = |error: BatchError| batch_error(tp, header.last_offset(), &error);
        for record in decode_records(batch, tp.partition, limit_bytes).map_err(failed)? {
            let record = record.map_err(failed)?;
            if record.offset >= from {
                records.push(record);
            }
        }
    }
    Ok(records)
}

/// The header of a fetched batch.
pub(super) fn header_of(tp: &TopicPartition, batch: &Bytes, from: Offset) -> Result<BatchHeader, ClientError> {
    BatchHeader::parse(batch).map_err(|error| batch_error(tp, from, &error))
}

/// Last offset of a damaged batch where its header can be read, for the message that says where to go on.
fn damaged_at(batch: &Bytes, from: Offset) -> Offset {
    BatchHeader::parse(batch).map_or(from, |header| header.last_offset().max(from))
}
