//! Writing record batches.

use bytes::Bytes;

use super::batch::{self, PREFIX_BYTES};
use super::{BatchError, BatchHeader, HEADER_BYTES, compress, varint};
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
    /// Room for the header, then the records.
    batch: Vec<u8>,
    count: i32,
    base_timestamp: TimestampMillis,
    max_timestamp: TimestampMillis,
}

impl BatchBuilder {
    /// `limit_bytes` bounds the batch before compression, its header included.
    pub fn new(compression: Compression, limit_bytes: usize) -> Self {
        let batch = vec![0; HEADER_BYTES];
        Self { compression, limit_bytes, batch, count: 0, base_timestamp: -1, max_timestamp: -1 }
    }

    /// Adds a record; false, and nothing changes, where it does not fit any more. The first record always fits, so that
    /// a large one reaches the broker, which knows the limit of the topic. `timestamp` stands in where the record has none.
    pub fn push(&mut self, record: &NewRecord, timestamp: TimestampMillis) -> bool {
        let timestamp = record.timestamp.unwrap_or(timestamp);
        let base = if self.count == 0 { timestamp } else { self.base_timestamp };
        let timestamp_delta = timestamp.wrapping_sub(base);
        let length = record_bytes(record, timestamp_delta, self.count);
        let whole = varint::len_i64(length as i64) + length;
        let full = self.count == i32::MAX || self.batch.len().saturating_add(whole) > self.limit_bytes;
        if full && self.count > 0 {
            return false;
        }
        self.batch.reserve(whole);
        varint::put_i64(&mut self.batch, length as i64);
        write_record(&mut self.batch, record, timestamp_delta, self.count);
        self.max_timestamp = if self.count == 0 { timestamp } else { self.max_timestamp.max(timestamp) };
        self.base_timestamp = base;
        self.count += 1;
        true
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
        self.batch.len()
    }

    /// Compresses, checksums and returns the batch; base offset 0, leader epoch -1. Needs at least one record.
    pub fn build(self, producer: ProducerStamp) -> Result<Bytes, BatchError> {
        if self.count == 0 {
            return Err(BatchError::Header { field: "record count", value: 0 });
        }
        let mut batch = match self.compression {
            Compression::None => self.batch,
            packed => {
                let body = compress::compress(packed, &self.batch[HEADER_BYTES..])?;
                let mut batch = Vec::with_capacity(HEADER_BYTES + body.len());
                batch.resize(HEADER_BYTES, 0);
                batch.extend_from_slice(&body);
                batch
            }
        };
        if i32::try_from(batch.len() - PREFIX_BYTES).is_err() {
            return Err(BatchError::Unwritable { bytes: batch.len() });
        }
        let header = BatchHeader {
            base_offset: 0,
            batch_bytes: batch.len(),
            leader_epoch: -1,
            crc: 0,
            attributes: self.compression as i16 | batch::transactional_bit(producer.transactional),
            last_offset_delta: self.count - 1,
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            producer_id: producer.producer_id,
            producer_epoch: producer.producer_epoch,
            base_sequence: producer.base_sequence,
            record_count: self.count,
        };
        batch::write_header(&mut batch, &header);
        batch::seal(&mut batch);
        Ok(batch.into())
    }
}

/// Bytes of a record without the length before it.
fn record_bytes(record: &NewRecord, timestamp_delta: i64, offset_delta: i32) -> usize {
    let optional = |field: &Option<Bytes>| match field {
        Some(bytes) => field_bytes(bytes.len()),
        None => varint::len_i64(-1),
    };
    let headers: usize = record.headers.iter().map(|h| field_bytes(h.key.len()) + optional(&h.value)).sum();
    1 + varint::len_i64(timestamp_delta)
        + varint::len_i64(offset_delta.into())
        + optional(&record.key)
        + optional(&record.value)
        + varint::len_i64(record.headers.len() as i64)
        + headers
}

fn field_bytes(length: usize) -> usize {
    varint::len_i64(length as i64) + length
}

fn write_record(out: &mut Vec<u8>, record: &NewRecord, timestamp_delta: i64, offset_delta: i32) {
    out.push(0);
    varint::put_i64(out, timestamp_delta);
    varint::put_i64(out, offset_delta.into());
    put_bytes(out, record.key.as_ref());
    put_bytes(out, record.value.as_ref());
    varint::put_i64(out, record.headers.len() as i64);
    for header in &record.headers {
        put_bytes(out, Some(&header.key));
        put_bytes(out, header.value.as_ref());
    }
}

fn put_bytes(out: &mut Vec<u8>, field: Option<&Bytes>) {
    let Some(bytes) = field else {
        return varint::put_i64(out, -1);
    };
    varint::put_i64(out, bytes.len() as i64);
    out.extend_from_slice(bytes);
}
