//! Offsets that are committed when their transaction is.

use std::sync::Arc;

use kafka_protocol::ResponseError;

use super::{
    coordinator::Transactions,
    transaction::{Flow, ProducerId, Transaction, TransactionState},
};
use crate::broker::{
    coordinator::{Commit, CommitError, Committer},
    inner::Inner,
};

/// The first version of TxnOffsetCommit that adds its group to the transaction.
const IMPLICIT_FROM: i16 = 5;
/// The first version of TxnOffsetCommit that knows TRANSACTION_ABORTABLE.
const ABORTABLE_FROM: i16 = 4;

impl Transactions {
    /// TxnOffsetCommit: keeps offsets until the transaction ends; durable when this returns. An error is of all offsets.
    pub async fn commit_offsets(
        &self,
        broker: &Inner,
        (id, producer): (&str, ProducerId),
        who: Committer<'_>,
        commits: Vec<Commit>,
        version: i16,
    ) -> Result<(), ResponseError> {
        use ResponseError as E;
        let group: Arc<str> = who.group.into();
        let turn = if version >= IMPLICIT_FROM {
            self.add(broker, id, producer, Vec::new(), vec![group], Flow::Implicit).await
        } else {
            self.verify(id, producer, |transaction| transaction.groups.contains(&group)).await
        };
        // Held to the end: the transaction cannot be over before its offsets are kept.
        let _turn = turn.map_err(|error| match error {
            E::ProducerFenced => E::InvalidProducerEpoch,
            E::TransactionAbortable if version < ABORTABLE_FROM => E::InvalidTxnState,
            // These clients do not expect it here; they try again.
            E::ConcurrentTransactions if version < IMPLICIT_FROM => E::CoordinatorNotAvailable,
            other => other,
        })?;
        broker.coordinator.commit_in_transaction(who, producer.id, commits).await.map_err(|error| match error {
            CommitError::Refused(error) => error,
            CommitError::Meta(error) => {
                tracing::warn!("offsets of the transaction {id} were not stored: {error}");
                E::CoordinatorNotAvailable
            }
        })
    }
}

/// Commits or forgets the offsets of a transaction that is decided. May be done again.
pub async fn settle(broker: &Inner, transaction: &Transaction) -> Result<(), CommitError> {
    let committed = transaction.state == TransactionState::PrepareCommit;
    for group in &transaction.groups {
        broker.coordinator.end_transaction(group, transaction.producer.id, committed).await?;
    }
    Ok(())
}
