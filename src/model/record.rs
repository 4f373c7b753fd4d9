//! Records: what a producer hands in and what a reader gets back.

use bytes::Bytes;

use super::{Compression, Offset, PartitionId, TimestampMillis, TimestampType};

/// A header of a record. Kafka allows the same key several times and keeps the order; keys are bytes on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Header {
    pub key: Bytes,
    pub value: Option<Bytes>,
}

/// A record on its way to a topic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRecord {
    /// `None` lets the partitioner choose: by key, else evenly.
    pub partition: Option<PartitionId>,
    /// `None` takes the time of sending.
    pub timestamp: Option<TimestampMillis>,
    pub key: Option<Bytes>,
    /// `None` is a null value (a tombstone in a compacted topic).
    pub value: Option<Bytes>,
    pub headers: Vec<Header>,
}

/// A record as stored, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub partition: PartitionId,
    pub offset: Offset,
    pub timestamp: TimestampMillis,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub headers: Vec<Header>,
    /// The batch it came in; shared by all of its records.
    pub batch: std::sync::Arc<BatchFacts>,
}

impl Record {
    /// Bytes of key, value and headers, without the frame around them.
    pub fn payload_bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|h| h.key.len() + h.value.as_ref().map_or(0, Bytes::len)).sum();
        self.key.as_ref().map_or(0, Bytes::len) + self.value.as_ref().map_or(0, Bytes::len) + headers
    }
}

/// What a record batch says about itself (Kafka protocol, "Record Batch").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFacts {
    pub base_offset: Offset,
    pub last_offset: Offset,
    /// Bytes of the whole batch as stored.
    pub size_bytes: usize,
    pub record_count: i32,
    pub compression: Compression,
    pub timestamp_type: TimestampType,
    pub leader_epoch: i32,
    /// -1 where the producer is not idempotent.
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub transactional: bool,
    /// What became of its transaction, where whoever read it looked.
    pub fate: Option<TransactionFate>,
}

/// What became of the transaction that a batch belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionFate {
    /// It goes on: readers of committed records wait.
    Open,
    Committed,
    /// Readers of committed records pass over it.
    Aborted,
}
