//! AddPartitionsToTxn: partitions take part in a transaction. From version 4 on (brokers among themselves) for several
//! transactions, or only to verify that they do.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
        add_partitions_to_txn_request::{AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction},
        add_partitions_to_txn_response::{
            AddPartitionsToTxnPartitionResult, AddPartitionsToTxnResult, AddPartitionsToTxnTopicResult,
        },
    },
};

use crate::broker::{
    inner::Inner,
    transactions::{Flow, Place, ProducerId},
};

/// First version with several transactions.
const BATCHED_FROM: i16 = 4;
/// First version that knows PRODUCER_FENCED.
const FENCED_FROM: i16 = 2;

pub async fn answer(
    broker: &Arc<Inner>,
    version: i16,
    request: AddPartitionsToTxnRequest,
) -> AddPartitionsToTxnResponse {
    if version < BATCHED_FROM {
        let asked = AddPartitionsToTxnTransaction::default()
            .with_transactional_id(request.v3_and_below_transactional_id)
            .with_producer_id(request.v3_and_below_producer_id)
            .with_producer_epoch(request.v3_and_below_producer_epoch)
            .with_topics(request.v3_and_below_topics);
        let topics = one(broker, asked, version).await;
        return AddPartitionsToTxnResponse::default().with_results_by_topic_v3_and_below(topics);
    }
    let mut results = Vec::with_capacity(request.transactions.len());
    for asked in request.transactions {
        let result = AddPartitionsToTxnResult::default().with_transactional_id(asked.transactional_id.clone());
        results.push(result.with_topic_results(one(broker, asked, version).await));
    }
    AddPartitionsToTxnResponse::default().with_results_by_transaction(results)
}

async fn one(
    broker: &Arc<Inner>,
    asked: AddPartitionsToTxnTransaction,
    version: i16,
) -> Vec<AddPartitionsToTxnTopicResult> {
    use ResponseError as E;
    let exists = |name: &str, partition| broker.topics.by_name(name).is_some_and(|t| t.slot(partition).is_some());
    let missing = |topic: &AddPartitionsToTxnTopic| topic.partitions.iter().any(|p| !exists(&topic.name, *p));
    // All or nothing: one partition that is not there leaves the others alone.
    if asked.topics.iter().any(missing) {
        return results(&asked.topics, |name, partition| {
            Some(if exists(name, partition) { E::OperationNotAttempted } else { E::UnknownTopicOrPartition })
        });
    }
    let producer = ProducerId { id: *asked.producer_id, epoch: asked.producer_epoch };
    let id = asked.transactional_id.as_str();
    let places = |topic: &AddPartitionsToTxnTopic| {
        let name: Arc<str> = topic.name.as_str().into();
        topic.partitions.iter().map(|partition| (name.clone(), *partition)).collect::<Vec<Place>>()
    };
    if asked.verify_only {
        let known = broker.transactions.verify(id, producer, |_| true).await.map(|_turn| {
            broker.transactions.describe(id).map(|transaction| transaction.partitions).unwrap_or_default()
        });
        return results(&asked.topics, |name, partition| match &known {
            Ok(known) if known.contains(&(name.into(), partition)) => None,
            Ok(_) => Some(E::TransactionAbortable),
            Err(error) => Some(*error),
        });
    }
    let places = asked.topics.iter().flat_map(places).collect();
    let flow = if version < BATCHED_FROM { Flow::Explicit } else { Flow::Implicit };
    let added = broker.transactions.add(broker, id, producer, places, Vec::new(), flow).await;
    let error = added.err().map(|error| super::fenced(error, version, FENCED_FROM));
    results(&asked.topics, |_, _| error)
}

fn results(
    topics: &[AddPartitionsToTxnTopic],
    error: impl Fn(&str, i32) -> Option<ResponseError>,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let topics = topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            AddPartitionsToTxnPartitionResult::default()
                .with_partition_index(*partition)
                .with_partition_error_code(error(&topic.name, *partition).map_or(0, |error| error.code()))
        });
        AddPartitionsToTxnTopicResult::default()
            .with_name(topic.name.clone())
            .with_results_by_partition(partitions.collect())
    });
    topics.collect()
}
