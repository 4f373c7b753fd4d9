//! The header of a record batch (magic 2) and what can be done to a batch without decoding its records.
//!
//! Layout and coverage of the checksum: Kafka protocol guide, "Record Batch". Base offset, length, leader epoch, magic
//! and the checksum itself lie before what the checksum covers, so the broker can place a batch without touching it.

use bytes::Bytes;

use super::BatchError;
use crate::model::{BatchFacts, Compression, Offset, TimestampMillis, TimestampType};

/// Bytes before the first record.
pub const HEADER_BYTES: usize = 61;
/// Bytes of base offset and length, which the length field does not count.
pub const PREFIX_BYTES: usize = 12;

const EPOCH_AT: usize = 12;
const MAGIC_AT: usize = 16;
const CRC_AT: usize = 17;
/// The first byte that the checksum covers.
const CRC_FROM: usize = 21;
const MAX_TIMESTAMP_AT: usize = 35;
const MAGIC: i8 = 2;

const TIMESTAMP_TYPE_BIT: i16 = 1 << 3;
const TRANSACTIONAL_BIT: i16 = 1 << 4;
pub(super) const CONTROL_BIT: i16 = 1 << 5;
/// The base timestamp is the time from which tombstones and markers may go (KIP-534).
pub(super) const DELETE_HORIZON_BIT: i16 = 1 << 6;

/// The fixed fields of a record batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    pub base_offset: Offset,
    /// Bytes of the whole batch, the prefix of 12 included.
    pub batch_bytes: usize,
    pub leader_epoch: i32,
    pub crc: u32,
    pub attributes: i16,
    /// Offset of the last record minus the base offset; stays when compaction removes records.
    pub last_offset_delta: i32,
    pub base_timestamp: TimestampMillis,
    pub max_timestamp: TimestampMillis,
    /// -1 where the producer is not idempotent.
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the header at the start of `bytes`; the records after it may be missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let Some(head) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(BatchError::Truncated { needed: HEADER_BYTES, have: bytes.len() });
        };
        let magic = head[MAGIC_AT] as i8;
        if magic != MAGIC {
            return Err(BatchError::Magic { magic });
        }
        let length = be_i32(head, 8);
        if length < (HEADER_BYTES - PREFIX_BYTES) as i32 {
            return Err(BatchError::Header { field: "length", value: length.into() });
        }
        let header = Self {
            base_offset: be_i64(head, 0),
            batch_bytes: length as usize + PREFIX_BYTES,
            leader_epoch: be_i32(head, EPOCH_AT),
            crc: be_i32(head, CRC_AT) as u32,
            attributes: be_i16(head, CRC_FROM),
            last_offset_delta: be_i32(head, 23),
            base_timestamp: be_i64(head, 27),
            max_timestamp: be_i64(head, MAX_TIMESTAMP_AT),
            producer_id: be_i64(head, 43),
            producer_epoch: be_i16(head, 51),
            base_sequence: be_i32(head, 53),
            record_count: be_i32(head, 57),
        };
        header.check_fields()
    }

    fn check_fields(self) -> Result<Self, BatchError> {
        if self.record_count < 0 {
            return Err(BatchError::Header { field: "record count", value: self.record_count.into() });
        }
        if self.last_offset_delta < 0 || self.base_offset.checked_add(self.last_offset_delta.into()).is_none() {
            return Err(BatchError::Header { field: "last offset delta", value: self.last_offset_delta.into() });
        }
        // Compaction may leave fewer records than offsets, nothing may leave more.
        if i64::from(self.record_count) > i64::from(self.last_offset_delta) + 1 {
            return Err(BatchError::Header { field: "record count", value: self.record_count.into() });
        }
        Ok(self)
    }

    /// Offset of the last record.
    pub fn last_offset(&self) -> Offset {
        self.base_offset + i64::from(self.last_offset_delta)
    }

    /// Sequence number of the last record; wraps from `i32::MAX` to 0. -1 where the producer is not idempotent.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 { -1 } else { add_to_sequence(self.base_sequence, self.last_offset_delta) }
    }

    /// How the records are compressed.
    pub fn compression(&self) -> Result<Compression, BatchError> {
        Compression::from_bits(self.attributes).ok_or(BatchError::UnknownCompression { bits: self.attributes & 0b111 })
    }

    /// Who set the timestamps.
    pub fn timestamp_type(&self) -> TimestampType {
        if self.attributes & TIMESTAMP_TYPE_BIT == 0 { TimestampType::CreateTime } else { TimestampType::LogAppendTime }
    }

    /// Holds a marker of a transaction instead of user data.
    pub fn is_control(&self) -> bool {
        self.attributes & CONTROL_BIT != 0
    }

    /// Written inside a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL_BIT != 0
    }

    /// The time from which the tombstones, or the marker, of a compacted batch may go; `None` until compaction has seen it
    /// (KIP-534).
    pub fn delete_horizon(&self) -> Option<TimestampMillis> {
        (self.attributes & DELETE_HORIZON_BIT != 0).then_some(self.base_timestamp)
    }

    /// What a reader is shown about the batch; an unknown compression is told as none.
    pub fn facts(&self) -> BatchFacts {
        BatchFacts {
            base_offset: self.base_offset,
            last_offset: self.last_offset(),
            size_bytes: self.batch_bytes,
            record_count: self.record_count,
            compression: self.compression().unwrap_or_default(),
            timestamp_type: self.timestamp_type(),
            leader_epoch: self.leader_epoch,
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            base_sequence: self.base_sequence,
            transactional: self.is_transactional(),
            fate: None,
        }
    }
}

/// The sequence number `steps` after `sequence`: after `i32::MAX` comes 0. Both must not be negative.
pub const fn add_to_sequence(sequence: i32, steps: i32) -> i32 {
    ((sequence as i64 + steps as i64) & i32::MAX as i64) as i32
}

/// Checks one whole batch: header, length, compression, CRC-32C. `batch` must end where the batch ends.
pub fn verify(batch: &[u8]) -> Result<BatchHeader, BatchError> {
    let header = BatchHeader::parse(batch)?;
    if batch.len() < header.batch_bytes {
        return Err(BatchError::Truncated { needed: header.batch_bytes, have: batch.len() });
    }
    if batch.len() > header.batch_bytes {
        return Err(BatchError::Header { field: "length", value: (header.batch_bytes - PREFIX_BYTES) as i64 });
    }
    header.compression()?;
    let computed = crc32c::crc32c(&batch[CRC_FROM..]);
    if computed != header.crc {
        return Err(BatchError::Crc { stored: header.crc, computed });
    }
    Ok(header)
}

/// Cuts a records field of Produce or Fetch into its batches without copying. Checks headers and lengths, not checksums.
///
/// Stops after the first error. A Fetch answer may end inside a batch: that is [`BatchError::Truncated`], which the
/// fetching side ignores and the producing side refuses.
pub fn split_batches(records: Bytes) -> BatchSplit {
    BatchSplit { rest: records }
}

/// The batches of a records field, see [`split_batches`].
#[derive(Debug, Clone)]
pub struct BatchSplit {
    rest: Bytes,
}

impl Iterator for BatchSplit {
    type Item = Result<(BatchHeader, Bytes), BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let header = match BatchHeader::parse(&self.rest) {
            Ok(header) if header.batch_bytes <= self.rest.len() => header,
            Ok(header) => {
                let have = std::mem::take(&mut self.rest).len();
                return Some(Err(BatchError::Truncated { needed: header.batch_bytes, have }));
            }
            Err(error) => {
                self.rest = Bytes::new();
                return Some(Err(error));
            }
        };
        Some(Ok((header, self.rest.split_to(header.batch_bytes))))
    }
}

/// Gives a batch its place in the log, in place; the checksum does not cover these fields and stays right.
///
/// `batch` must have passed [`BatchHeader::parse`]; a shorter slice is left as it is.
pub fn assign(batch: &mut [u8], base_offset: Offset, leader_epoch: i32) {
    if batch.len() >= HEADER_BYTES {
        batch[..8].copy_from_slice(&base_offset.to_be_bytes());
        batch[EPOCH_AT..EPOCH_AT + 4].copy_from_slice(&leader_epoch.to_be_bytes());
    }
}

/// Stamps a batch with the time of its append, as `message.timestamp.type=LogAppendTime` asks: attribute bit 3, the
/// maximum timestamp (which readers then take for every record) and a new checksum.
///
/// `batch` must have passed [`verify`]; a shorter slice is left as it is.
pub fn set_log_append_time(batch: &mut [u8], now: TimestampMillis) {
    if batch.len() < HEADER_BYTES {
        return;
    }
    let attributes = i16::from_be_bytes([batch[CRC_FROM], batch[CRC_FROM + 1]]) | TIMESTAMP_TYPE_BIT;
    batch[CRC_FROM..CRC_FROM + 2].copy_from_slice(&attributes.to_be_bytes());
    batch[MAX_TIMESTAMP_AT..MAX_TIMESTAMP_AT + 8].copy_from_slice(&now.to_be_bytes());
    seal(batch);
}

/// Writes the checksum of a batch of at least [`HEADER_BYTES`].
pub(super) fn seal(batch: &mut [u8]) {
    let crc = crc32c::crc32c(&batch[CRC_FROM..]);
    batch[CRC_AT..CRC_AT + 4].copy_from_slice(&crc.to_be_bytes());
}

/// Writes a header, its checksum still zero, into the first [`HEADER_BYTES`] of `batch`.
pub(super) fn write_header(batch: &mut [u8], header: &BatchHeader) {
    let mut put = |at: usize, bytes: &[u8]| batch[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &header.base_offset.to_be_bytes());
    put(8, &((header.batch_bytes - PREFIX_BYTES) as i32).to_be_bytes());
    put(EPOCH_AT, &header.leader_epoch.to_be_bytes());
    put(MAGIC_AT, &MAGIC.to_be_bytes());
    put(CRC_AT, &header.crc.to_be_bytes());
    put(CRC_FROM, &header.attributes.to_be_bytes());
    put(23, &header.last_offset_delta.to_be_bytes());
    put(27, &header.base_timestamp.to_be_bytes());
    put(MAX_TIMESTAMP_AT, &header.max_timestamp.to_be_bytes());
    put(43, &header.producer_id.to_be_bytes());
    put(51, &header.producer_epoch.to_be_bytes());
    put(53, &header.base_sequence.to_be_bytes());
    put(57, &header.record_count.to_be_bytes());
}

pub(super) const fn transactional_bit(transactional: bool) -> i16 {
    if transactional { TRANSACTIONAL_BIT } else { 0 }
}

fn be_i16(head: &[u8; HEADER_BYTES], at: usize) -> i16 {
    i16::from_be_bytes([head[at], head[at + 1]])
}

fn be_i32(head: &[u8; HEADER_BYTES], at: usize) -> i32 {
    i32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
}

fn be_i64(head: &[u8; HEADER_BYTES], at: usize) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&head[at..at + 8]);
    i64::from_be_bytes(bytes)
}
