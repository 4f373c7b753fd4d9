//! A producer whose records count together or not at all (KIP-98, with the partitions added by Produce itself: KIP-890).

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use kafka_protocol::{
    ResponseError as E,
    messages::{
        EndTxnRequest, InitProducerIdRequest, ProduceRequest, ProducerId, TransactionalId,
        produce_request::{PartitionProduceData, TopicProduceData},
    },
};

use super::{
    Client, ClientError, Partitioner, Produced,
    produce::NewBatch,
    routing::{ANSWER_WAIT_MILLIS, Target},
    topics::left_out,
    wire::{text, topic_name},
};
use crate::{
    codec::{ProducerStamp, add_to_sequence},
    model::{Acks, Compression, NewRecord, Offset, PartitionId, TopicPartition},
};

/// First version of Produce that adds its partitions to the transaction.
const IMPLICIT_FROM: i16 = 12;
/// First version of EndTxn that gives the producer its next epoch.
const NEXT_EPOCH_FROM: i16 = 5;
/// Largest batch, in bytes.
const BATCH_BYTES_MAX: usize = 256 * 1024;
/// How long the broker may take to store a batch, in milliseconds.
const PRODUCE_TIMEOUT_MILLIS: i32 = 30_000;
/// Attempts while the transaction before is still being ended.
const ATTEMPTS_MAX: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// A transactional producer. One call at a time, as each needs the sequence that the one before has reached.
pub struct TransactionalProducer {
    client: Client,
    id: String,
    producer_id: i64,
    producer_epoch: i16,
    sequences: HashMap<TopicPartition, i32>,
    partitioner: Partitioner,
    /// Records of the open transaction.
    records: u64,
}

impl TransactionalProducer {
    /// Takes the transactional id over: a transaction that another producer of this id has open is aborted, and that
    /// producer is fenced off. The broker aborts what stays open for longer than `timeout_ms`.
    ///
    /// # Errors
    /// Where the broker has no transactions, or allows no such timeout.
    pub async fn start(client: Client, id: &str, timeout_ms: i32) -> Result<Self, ClientError> {
        let asked = format!("begin with transactional id {id}");
        let build = |_| {
            InitProducerIdRequest::default()
                .with_transactional_id(Some(TransactionalId(text(id))))
                .with_transaction_timeout_ms(timeout_ms)
                .with_producer_id(ProducerId(-1))
                .with_producer_epoch(-1)
        };
        let mut attempt = 0;
        let (producer_id, producer_epoch) = loop {
            attempt += 1;
            let (answer, _) = client.ask_once(Target::Transactions(id), &asked, ANSWER_WAIT_MILLIS, build).await?;
            if answer.error_code == E::ConcurrentTransactions.code() && attempt < ATTEMPTS_MAX {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            ClientError::check(answer.error_code, || asked.clone(), None)?;
            break (*answer.producer_id, answer.producer_epoch);
        };
        let (sequences, partitioner) = (HashMap::new(), Partitioner::default());
        Ok(Self { client, id: id.to_owned(), producer_id, producer_epoch, sequences, partitioner, records: 0 })
    }

    /// Records of the transaction that is open; 0: none is.
    pub fn open_records(&self) -> u64 {
        self.records
    }

    /// Writes records in the open transaction, or begins one. Answers where they are stored, in order.
    ///
    /// # Errors
    /// After any of them the transaction can only be aborted.
    pub async fn send(&mut self, topic: &str, records: Vec<NewRecord>) -> Result<Vec<Produced>, ClientError> {
        let partitions = self.client.partition_count(topic).await?;
        let mut parts: BTreeMap<PartitionId, Vec<(usize, NewRecord)>> = BTreeMap::new();
        for (nth, record) in records.into_iter().enumerate() {
            let partition = self.partitioner.partition(&record, partitions);
            parts.entry(partition).or_default().push((nth, record));
        }
        let mut stored = Vec::new();
        for (partition, part) in parts {
            let tp = TopicPartition::new(topic, partition);
            let (places, part): (Vec<usize>, Vec<NewRecord>) = part.into_iter().unzip();
            let base = self.send_to(&tp, &part).await?;
            for (index, (place, record)) in places.into_iter().zip(&part).enumerate() {
                let timestamp = record.timestamp.unwrap_or_else(|| self.client.now());
                stored.push((place, Produced { partition, offset: base + index as Offset, timestamp }));
            }
        }
        stored.sort_by_key(|(place, _)| *place);
        Ok(stored.into_iter().map(|(_, produced)| produced).collect())
    }

    async fn send_to(&mut self, tp: &TopicPartition, records: &[NewRecord]) -> Result<Offset, ClientError> {
        let asked = format!("produce to {tp} in transaction {}", self.id);
        let node = self.client.leader(tp).await?;
        let version = self.client.version_of::<ProduceRequest>(node, &asked).await?;
        if version < IMPLICIT_FROM {
            let (ours, peer) = (format!("{IMPLICIT_FROM} and later"), format!("up to {version}"));
            return Err(ClientError::Unsupported { asked, ours, peer });
        }
        let mut batch = NewBatch::new(Compression::None, BATCH_BYTES_MAX, self.client.now());
        if !records.iter().all(|record| batch.push(record)) {
            let (why, hint) = ("they are more than fit one batch".to_owned(), "send fewer at a time".to_owned());
            return Err(ClientError::Invalid { asked, why, hint });
        }
        let base_sequence = self.sequences.get(tp).copied().unwrap_or(0);
        let (producer_id, producer_epoch) = (self.producer_id, self.producer_epoch);
        let stamp = ProducerStamp { producer_id, producer_epoch, base_sequence, transactional: true };
        let (bytes, _) = batch.build(tp, stamp)?;
        let build = |_| {
            let data = PartitionProduceData::default().with_index(tp.partition).with_records(Some(bytes.clone()));
            let topic = TopicProduceData::default().with_name(topic_name(&tp.topic)).with_partition_data(vec![data]);
            ProduceRequest::default()
                .with_transactional_id(Some(TransactionalId(text(&self.id))))
                .with_acks(Acks::All.as_wire())
                .with_timeout_ms(PRODUCE_TIMEOUT_MILLIS)
                .with_topic_data(vec![topic])
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (answer, _) = self.client.ask_once(Target::Node(node), &asked, ANSWER_WAIT_MILLIS, build).await?;
            let told = answer.responses.iter().flat_map(|topic| &topic.partition_responses).next();
            let told = told.ok_or_else(|| left_out(&asked))?;
            if told.error_code == E::ConcurrentTransactions.code() && attempt < ATTEMPTS_MAX {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            ClientError::check(told.error_code, || asked.clone(), told.error_message.as_deref())?;
            let count = i32::try_from(records.len()).unwrap_or(i32::MAX);
            self.sequences.insert(tp.clone(), add_to_sequence(base_sequence, count));
            self.records += records.len() as u64;
            return Ok(told.base_offset);
        }
    }

    /// Ends the open transaction: its records count from now on. Nothing where none is open.
    pub async fn commit(&mut self) -> Result<(), ClientError> {
        self.end(true).await
    }

    /// Ends the open transaction: its records never count. Nothing where none is open.
    pub async fn abort(&mut self) -> Result<(), ClientError> {
        self.end(false).await
    }

    async fn end(&mut self, committed: bool) -> Result<(), ClientError> {
        if self.records == 0 {
            return Ok(());
        }
        let word = if committed { "commit" } else { "abort" };
        let asked = format!("{word} transaction {}", self.id);
        let build = |_| {
            EndTxnRequest::default()
                .with_transactional_id(TransactionalId(text(&self.id)))
                .with_producer_id(ProducerId(self.producer_id))
                .with_producer_epoch(self.producer_epoch)
                .with_committed(committed)
        };
        let (answer, version) =
            self.client.ask_once(Target::Transactions(&self.id), &asked, ANSWER_WAIT_MILLIS, build).await?;
        ClientError::check(answer.error_code, || asked, None)?;
        self.records = 0;
        if version >= NEXT_EPOCH_FROM {
            (self.producer_id, self.producer_epoch) = (*answer.producer_id, answer.producer_epoch);
            self.sequences.clear();
        }
        Ok(())
    }
}
