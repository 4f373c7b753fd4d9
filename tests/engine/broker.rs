//! The broker through `Broker::call`, in a workspace that goes away with the test.

mod admin;
mod clock;
pub mod compaction;
mod configs;
mod consumer_groups_api;
mod fetch;
mod groups_api;
mod observe;
mod produce;
mod records;
pub mod stage;
mod topics;
mod transaction_machine;
pub mod transactions;
mod twice;
mod versions;
mod workspace;
