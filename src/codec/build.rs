//! Writing record batches.

use bytes::Bytes;

use super::BatchError;
use crate::model::{Compression, NewRecord, TimestampMillis};

/// Who writes a batch: the producer fields of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerStamp {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub transactional: bool,
}

impl ProducerStamp {
    /// A producer that is not idempotent.
    pub const NONE: Self = Self { producer_id: -1, producer_epoch: -1, base_sequence: -1, transactional: false };
}

/// Collects records and makes one batch of them. Base offset and leader epoch are left for the broker to assign.
#[derive(Debug, Clone)]
pub struct BatchBuilder {
    compression: Compression,
    limit_bytes: usize,
    body: Vec<u8>,
    count: i32,
    base_timestamp: TimestampMillis,
    max_timestamp: TimestampMillis,
}

impl BatchBuilder {
    /// `limit_bytes` bounds the batch before compression, its header included.
    pub fn new(compression: Compression, limit_bytes: usize) -> Self {
        Self { compression, limit_bytes, body: Vec::new(), count: 0, base_timestamp: -1, max_timestamp: -1 }
    }

    /// Adds a record; false, and nothing changes, where it does not fit any more. The first record always fits, so that
    /// a large one reaches the broker, which knows the limit of the topic. `timestamp` stands in where the record has none.
    pub fn push(&mut self, record: &NewRecord, timestamp: TimestampMillis) -> bool {
        let _ = (record, timestamp, self.limit_bytes, &self.body, self.base_timestamp, self.max_timestamp);
        todo!()
    }

    /// Records added so far.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// Nothing was added.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the batch before compression, its header included.
    pub fn bytes(&self) -> usize {
        super::HEADER_BYTES + self.body.len()
    }

    /// Compresses, checksums and returns the batch; base offset 0, leader epoch -1.
    pub fn build(self, producer: ProducerStamp) -> Result<Bytes, BatchError> {
        let _ = (producer, self.compression);
        todo!()
    }
}
