//! DescribeTransactions: where transactional ids stand.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeTransactionsRequest, DescribeTransactionsResponse, ProducerId, TopicName, TransactionalId,
        describe_transactions_response::{TopicData, TransactionState},
    },
};

use super::text;
use crate::broker::{inner::Inner, transactions::Transaction};

pub fn answer(broker: &Arc<Inner>, request: DescribeTransactionsRequest) -> DescribeTransactionsResponse {
    let states = request.transactional_ids.into_iter().map(|id| one(broker, id));
    DescribeTransactionsResponse::default().with_transaction_states(states.collect())
}

fn one(broker: &Arc<Inner>, id: TransactionalId) -> TransactionState {
    let state = TransactionState::default().with_transactional_id(id.clone());
    if id.is_empty() {
        return state.with_error_code(ResponseError::InvalidRequest.code());
    }
    let Some(Transaction { state: phase, producer, timeout_ms, partitions, started_at, .. }) =
        broker.transactions.describe(&id)
    else {
        return state.with_error_code(ResponseError::TransactionalIdNotFound.code());
    };
    let mut topics = BTreeMap::<Arc<str>, Vec<i32>>::new();
    for (topic, partition) in partitions {
        topics.entry(topic).or_default().push(partition);
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| TopicData::default().with_topic(TopicName(text(&name))).with_partitions(partitions));
    state
        .with_transaction_state(text(phase.as_str()))
        .with_producer_id(ProducerId(producer.id))
        .with_producer_epoch(producer.epoch)
        .with_transaction_timeout_ms(timeout_ms)
        .with_transaction_start_time_ms(started_at)
        .with_topics(topics.collect())
}
