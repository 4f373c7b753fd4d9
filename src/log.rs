//! One partition's log in SQLite: append, read, seek by offset and by time, trim, retain. Knows batches, not requests.
//!
//! A file a partition, a row a record batch, bytes verbatim. [`Store`] owns the writer threads (group commit) and the
//! pool of readers; a [`Partition`] is a handle to one log. Time comes in as arguments.
//!
//! In reading order: `file` (schema, pragmas, what counts as damaged), `ends` (what is known without reading batches),
//! `queue` and `writer` (how appends reach the disk), `commit`,
//! `gather` (in large pieces), `checkpoint`, `clean` (deletion), `readers` and `seek` (how they come back), `tail` (the
//! newest, in memory), `ahead` (what will be asked for next), `producers` and `producer_file` (idempotence and
//! transactions), `compact` and `rewrite` (compaction).

mod ahead;
mod checkpoint;
mod clean;
mod commit;
mod compact;
mod ends;
mod error;
mod file;
mod gather;
mod partition;
mod producer_file;
mod producers;
mod queue;
mod readers;
mod rewrite;
mod seek;
mod store;
mod tail;
mod writer;

pub use checkpoint::WAL_BYTES_MAX;
pub use commit::{AppendOutcome, AppendRequest, Sync};
pub use compact::{CompactRequest, Compacted, CompactionState, KEYS_MAX};
pub use error::LogError;
pub use partition::{Partition, Retained};
use producers::Producers;
pub use producers::{AbortedTransaction, KeptBatch, Producer, ProducerError};
pub use seek::{BatchSpan, ReadOutcome};
pub use store::{PartitionOptions, Store, StoreOptions};
