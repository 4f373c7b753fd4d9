//! ListTransactions: all transactional ids, or those in certain states, of certain producers, with certain names, or with
//! a transaction that is open for a while.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        ListTransactionsRequest, ListTransactionsResponse, ProducerId, TransactionalId,
        list_transactions_response::TransactionState as Listed,
    },
};
use regex::Regex;

use super::text;
use crate::broker::{inner::Inner, transactions::TransactionState};

pub fn answer(broker: &Arc<Inner>, request: ListTransactionsRequest) -> ListTransactionsResponse {
    let known = |name: &str| TransactionState::ALL.into_iter().find(|state| state.as_str() == name);
    let states: Vec<_> = request.state_filters.iter().filter_map(|name| known(name)).collect();
    let unknown = request.state_filters.iter().filter(|name| known(name).is_none()).cloned().collect();
    let pattern = request.transactional_id_pattern.as_deref().filter(|pattern| !pattern.is_empty());
    let pattern = match pattern.map(|pattern| Regex::new(&format!("^(?:{pattern})$"))).transpose() {
        Ok(pattern) => pattern,
        Err(_) => {
            return ListTransactionsResponse::default().with_error_code(ResponseError::InvalidRegularExpression.code());
        }
    };
    let now = broker.options.clock.now();
    let found = broker.transactions.list().into_iter().filter(|(id, transaction)| {
        (request.state_filters.is_empty() || states.contains(&transaction.state))
            && (request.producer_id_filters.is_empty()
                || request.producer_id_filters.contains(&ProducerId(transaction.producer.id)))
            // Kafka counts what has not begun from its first day on.
            && (request.duration_filter < 0 || now - transaction.started_at > request.duration_filter)
            && pattern.as_ref().is_none_or(|pattern| pattern.is_match(id))
    });
    let listed = found.map(|(id, transaction)| {
        Listed::default()
            .with_transactional_id(TransactionalId(text(&id)))
            .with_producer_id(ProducerId(transaction.producer.id))
            .with_transaction_state(text(transaction.state.as_str()))
    });
    ListTransactionsResponse::default().with_unknown_state_filters(unknown).with_transaction_states(listed.collect())
}
