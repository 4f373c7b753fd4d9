//! Idempotent producers and transactions: who may write under which producer id and epoch, and how a transaction ends in
//! all of its partitions and groups or in none.
//!
//! The rules are in [`machine`], which is pure; [`Transactions`] gives it events, stores what it says in `meta.sqlite`
//! before anybody hears of it, and has `markers` write the ends into the logs. KIP-98, KIP-360, KIP-447, KIP-890.

mod coordinator;
pub mod machine;
mod markers;
mod offsets;
mod producer_ids;
mod transaction;

pub(in crate::broker) use coordinator::{IMPLICIT_FROM, Transactions, Turn};
pub(in crate::broker) use markers::{MarkerError, write as write_marker};
pub use transaction::{Flow, Place, ProducerId, Transaction, TransactionState};
