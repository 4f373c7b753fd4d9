//! One partition's log in SQLite: append, read, seek by offset and by time, trim, retain. Knows batches, not requests.
//!
//! A file a partition, a row a record batch, bytes verbatim. [`Store`] owns the writer threads (group commit) and the
//! pool of readers; a [`Partition`] is a handle to one log. Time comes in as arguments.

mod error;
mod partition;
mod store;

pub use error::LogError;
pub use partition::{
    AppendOutcome, AppendRequest, BatchSpan, Partition, PartitionOptions, ReadOutcome, Retained, Sync,
};
pub use store::{Store, StoreOptions};
