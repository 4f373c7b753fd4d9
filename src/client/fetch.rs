//! Fetch raw batches of one partition.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use kafka_protocol::messages::{
    BrokerId, FetchRequest,
    fetch_request::{FetchPartition, FetchTopic, ForgottenTopic},
    fetch_response::{AbortedTransaction, PartitionData},
};

use uuid::Uuid;

use super::{
    Aborted, BoxFuture, Client, ClientError, Isolation,
    fetch_session::{FetchSession, From, Said},
    routing::{ANSWER_WAIT_MILLIS, PartitionOutcomes},
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
                self.metadata_cache().forget_leader(partition, node);
            }
            outcome
        })
        .await
    }

    /// Fetches from many partitions, each leader asked for all of its own at once; `max_bytes` of the options bounds the
    /// answer of one leader, `partition_bytes` what one partition adds to it. Outcomes come in the order asked, without
    /// a batch for those that there was no room for.
    pub async fn fetch_many(
        &self,
        from: Vec<(TopicPartition, Offset)>,
        options: FetchOptions,
        partition_bytes: usize,
    ) -> PartitionOutcomes<Fetched> {
        let call = |node, part| {
            let fetch = async move { self.fetch_from(node, part, options, partition_bytes).await };
            Box::pin(fetch) as BoxFuture<'_, _>
        };
        let mut outcomes = self.by_leader(from, call).await;
        if options.isolation == Isolation::ReadCommitted {
            outcomes.iter_mut().filter_map(|(_, outcome)| outcome.as_mut().ok()).for_each(Fetched::keep_visible);
        }
        outcomes
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
        self.fetch_in(&mut FetchSession::none(), node, from, options, partition_bytes).await
    }

    /// The same in a session, whose answers leave out what has no news.
    pub(super) async fn fetch_in(
        &self,
        session: &mut FetchSession,
        node: i32,
        from: Vec<(TopicPartition, Offset)>,
        options: FetchOptions,
        partition_bytes: usize,
    ) -> Result<PartitionOutcomes<Fetched>, ClientError> {
        let asked = match from.as_slice() {
            [(tp, offset)] => format!("fetch from {tp} at offset {offset}"),
            _ => format!("fetch from {} partitions", from.len()),
        };
        let started: HashMap<TopicPartition, Offset> = from.iter().cloned().collect();
        let all = self.with_leader_epochs(from);
        let ids = self.metadata_cache().topic_ids(all.iter().map(|(tp, _)| &tp.topic));
        let version_max = if ids.is_some() { i16::MAX } else { NAMES_MAX_VERSION };
        let said = session.say(all.clone());
        let ids = ids.unwrap_or_default();
        let build = |version| {
            // Before there were sessions, all was said each time.
            let full = Said { session_id: 0, epoch: -1, wanted: all.clone(), forgotten: Vec::new() };
            let said = if version >= SESSIONS_FROM_VERSION { said.clone() } else { full };
            request_of(said, &ids, options, partition_bytes)
        };
        let wait = ANSWER_WAIT_MILLIS + u64::from(options.max_wait_ms);
        let answer = match self.ask_node_up_to(Some(node), &asked, wait, version_max, build).await {
            Ok((answer, _)) => answer,
            Err(error) => {
                session.failed();
                return Err(error);
            }
        };
        if let Err(error) = ClientError::check(answer.error_code, || asked.clone(), None) {
            session.failed();
            return Err(error);
        }
        session.answered(answer.session_id);
        let names: HashMap<Uuid, &Arc<str>> = ids.iter().map(|(name, id)| (*id, name)).collect();
        let mut outcomes = Vec::new();
        for topic in answer.responses {
            // By id, where that is spoken.
            let name = match names.get(&topic.topic_id) {
                Some(name) => Arc::clone(name),
                None => topic.topic.as_str().into(),
            };
            for data in topic.partitions {
                let tp = TopicPartition::new(Arc::clone(&name), data.partition_index);
                let Some(&offset) = started.get(&tp) else { continue };
                if data.error_code != 0 {
                    session.forget(&tp);
                    let told = &data.current_leader;
                    self.metadata_cache().take_leader(&tp, told.leader_id.0, told.leader_epoch);
                }
                let outcome = read_partition(&tp, offset, data);
                outcomes.push((tp, outcome));
            }
        }
        Ok(outcomes)
    }

    fn with_leader_epochs(&self, from: Vec<(TopicPartition, Offset)>) -> Vec<(TopicPartition, From)> {
        let cache = self.metadata_cache();
        let of = |(tp, offset)| {
            let leader_epoch = cache.leader_epoch(&tp);
            (tp, From { offset, leader_epoch })
        };
        from.into_iter().map(of).collect()
    }
}

/// First version of Fetch with sessions (KIP-227).
const SESSIONS_FROM_VERSION: i16 = 7;
/// Last version of Fetch that names topics; the later ones want their ids (KIP-516).
const NAMES_MAX_VERSION: i16 = 12;

fn request_of(
    said: Said,
    ids: &HashMap<Arc<str>, Uuid>,
    options: FetchOptions,
    partition_bytes: usize,
) -> FetchRequest {
    let id_of = |name: &Arc<str>| ids.get(name).copied().unwrap_or_default();
    let topics = by_topic(said.wanted).into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(partition, from)| {
            FetchPartition::default()
                .with_partition(partition)
                .with_fetch_offset(from.offset)
                .with_current_leader_epoch(from.leader_epoch)
                .with_last_fetched_epoch(-1)
                .with_log_start_offset(-1)
                .with_partition_max_bytes(wire_bytes(partition_bytes))
        });
        let topic = FetchTopic::default().with_topic(topic_name(&name)).with_topic_id(id_of(&name));
        topic.with_partitions(partitions.collect())
    });
    let forgotten = by_topic(said.forgotten.into_iter().map(|tp| (tp, ()))).into_iter().map(|(name, partitions)| {
        let topic = ForgottenTopic::default().with_topic(topic_name(&name)).with_topic_id(id_of(&name));
        topic.with_partitions(partitions.into_iter().map(|(partition, ())| partition).collect())
    });
    FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(i32::try_from(options.max_wait_ms).unwrap_or(i32::MAX))
        .with_min_bytes(wire_bytes(options.min_bytes))
        .with_max_bytes(wire_bytes(options.max_bytes))
        .with_isolation_level(options.isolation.as_wire())
        .with_session_id(said.session_id)
        .with_session_epoch(said.epoch)
        .with_topics(topics.collect())
        .with_forgotten_topics_data(forgotten.collect())
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
