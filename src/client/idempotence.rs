//! Sequence numbers, so that a batch that is sent again is stored once (KIP-98).

use std::{collections::HashMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{InitProducerIdRequest, ProducerId},
};
use tokio::sync::Mutex;

use super::{
    Client, ClientError,
    produce::{NewBatch, StoredBatch},
    routing::Target,
};
use crate::{
    codec::{ProducerStamp, add_to_sequence},
    model::{Acks, TopicPartition},
};

/// Transaction timeout in a request that begins no transaction; Kafka's own clients send it too.
const NO_TIMEOUT: i32 = i32::MAX;

/// Partitions that have a turn of their own; beyond, all begin anew under another producer id.
const PARTITIONS_MAX: usize = 100_000;

/// The producer id of one producer and the sequences it has reached. One batch a partition may be under way.
#[derive(Default)]
pub(super) struct Idempotence {
    state: Mutex<State>,
    /// Held while a batch of the partition is under way.
    turns: parking_lot::Mutex<HashMap<TopicPartition, Arc<Mutex<()>>>>,
}

#[derive(Default)]
struct State {
    /// `None` before the first batch and after a batch of which it is not known whether it was stored.
    producer: Option<(i64, i16)>,
    sequences: HashMap<TopicPartition, i32>,
}

impl Idempotence {
    /// Sends a batch of so many records when those before it are settled.
    pub async fn send(
        &self,
        client: &Client,
        tp: &TopicPartition,
        batch: NewBatch,
        records: usize,
    ) -> Result<StoredBatch, ClientError> {
        let turn = {
            let mut turns = self.turns.lock();
            if turns.len() >= PARTITIONS_MAX {
                // Those that are held now stay with who holds them.
                turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(turns.entry(tp.clone()).or_default())
        };
        let _turn = turn.lock().await;
        let stamp = match self.stamp(client, tp).await {
            Ok(stamp) => stamp,
            // Before Kafka 2.8 it took a permission of its own (KIP-679); without it, as before.
            Err(error) if error.code() == Some(ResponseError::ClusterAuthorizationFailed) => ProducerStamp::NONE,
            Err(error) => return Err(error),
        };
        let outcome = client.produce_batch(tp, batch, Acks::All, stamp).await;
        match &outcome {
            Ok(_) => self.stored(tp, stamp, records).await,
            Err(_) => self.failed(stamp).await,
        }
        outcome
    }

    /// What the next batch of a partition carries; asks the cluster for a producer id where there is none.
    pub async fn stamp(&self, client: &Client, tp: &TopicPartition) -> Result<ProducerStamp, ClientError> {
        let mut state = self.state.lock().await;
        let (producer_id, producer_epoch) = match state.producer {
            Some(producer) => producer,
            None => {
                let producer = client.new_producer_id().await?;
                state.producer = Some(producer);
                state.sequences.clear();
                producer
            }
        };
        let base_sequence = state.sequences.get(tp).copied().unwrap_or(0);
        Ok(ProducerStamp { producer_id, producer_epoch, base_sequence, transactional: false })
    }

    /// A batch of so many records was stored.
    pub async fn stored(&self, tp: &TopicPartition, stamp: ProducerStamp, records: usize) {
        let mut state = self.state.lock().await;
        if state.producer == Some((stamp.producer_id, stamp.producer_epoch)) {
            let records = i32::try_from(records).unwrap_or(i32::MAX);
            state.sequences.insert(tp.clone(), add_to_sequence(stamp.base_sequence, records));
        }
    }

    /// A batch failed for good. It may be stored all the same, so the sequence after it is not known: the next batches go
    /// under another id.
    pub async fn failed(&self, stamp: ProducerStamp) {
        let mut state = self.state.lock().await;
        if state.producer == Some((stamp.producer_id, stamp.producer_epoch)) {
            state.producer = None;
        }
    }
}

impl Client {
    /// An id for an idempotent producer, with its epoch.
    pub(super) async fn new_producer_id(&self) -> Result<(i64, i16), ClientError> {
        let build = |_| {
            InitProducerIdRequest::default()
                .with_transactional_id(None)
                .with_transaction_timeout_ms(NO_TIMEOUT)
                .with_producer_id(ProducerId(-1))
                .with_producer_epoch(-1)
        };
        self.ask(Target::Any, "get a producer id", build, |answer, _| {
            ClientError::check(answer.error_code, || "get a producer id".to_owned(), None)?;
            Ok((*answer.producer_id, answer.producer_epoch))
        })
        .await
    }
}
