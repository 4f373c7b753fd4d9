//! Reading the records of a batch: borrowed without allocating ([`RecordRef`], for search) or owned without copying
//! ([`RecordIter`], slices of the batch or of its decompressed body).

use std::sync::Arc;

use bytes::Bytes;

use super::{BatchError, BatchHeader};
use crate::model::{BatchFacts, Offset, PartitionId, Record, TimestampMillis};

/// The records of one batch as owned values; slices share the batch's memory (or that of its decompressed body).
///
/// Checks header and length, not the checksum: see [`super::verify`]. `limit_bytes` bounds what it may grow to.
pub fn decode_records(batch: &Bytes, partition: PartitionId, limit_bytes: usize) -> Result<RecordIter, BatchError> {
    Ok(DecodedBatch::new(batch, limit_bytes)?.into_records(partition))
}

/// Walks through all records of a batch without keeping any, as a broker does before it stores what it was sent: offsets
/// count up from the base, lengths fit, and the number of records is what the header says.
pub fn check_records(batch: &Bytes, limit_bytes: usize) -> Result<(), BatchError> {
    let _ = (batch, limit_bytes);
    todo!()
}

/// A batch whose body is decompressed.
#[derive(Debug, Clone)]
pub struct DecodedBatch {
    header: BatchHeader,
    body: Bytes,
}

impl DecodedBatch {
    /// Decompresses `batch` where it is compressed, to at most `limit_bytes`.
    pub fn new(batch: &Bytes, limit_bytes: usize) -> Result<Self, BatchError> {
        let _ = (batch, limit_bytes);
        todo!()
    }

    /// The batch's header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The records, borrowed: nothing is allocated.
    pub fn refs(&self) -> RecordRefs<'_> {
        todo!()
    }

    /// The records, owned.
    pub fn into_records(self, partition: PartitionId) -> RecordIter {
        let _ = partition;
        todo!()
    }

    /// Makes an owned record of one that [`DecodedBatch::refs`] gave; `facts` are shared by the records of a batch.
    pub fn to_record(
        &self,
        record: &RecordRef<'_>,
        partition: PartitionId,
        facts: &Arc<BatchFacts>,
    ) -> Result<Record, BatchError> {
        let _ = (record, partition, facts);
        todo!()
    }
}

/// A record that borrows from its batch.
#[derive(Debug, Clone, Copy)]
pub struct RecordRef<'a> {
    pub offset: Offset,
    pub timestamp: TimestampMillis,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    header_count: i32,
    headers: &'a [u8],
    index: i32,
}

impl<'a> RecordRef<'a> {
    /// The headers in their order, duplicates included.
    pub fn headers(&self) -> HeaderRefs<'a> {
        HeaderRefs { rest: self.headers, left: self.header_count, index: self.index }
    }
}

/// A header that borrows from its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderRef<'a> {
    pub key: &'a [u8],
    pub value: Option<&'a [u8]>,
}

/// The headers of one record; ends after the first error.
#[derive(Debug, Clone)]
pub struct HeaderRefs<'a> {
    rest: &'a [u8],
    left: i32,
    index: i32,
}

impl<'a> Iterator for HeaderRefs<'a> {
    type Item = Result<HeaderRef<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let _ = (self.rest, self.left, self.index);
        todo!()
    }
}

/// The records of one batch, borrowed; ends after the first error.
#[derive(Debug, Clone)]
pub struct RecordRefs<'a> {
    rest: &'a [u8],
    header: BatchHeader,
    index: i32,
}

impl<'a> Iterator for RecordRefs<'a> {
    type Item = Result<RecordRef<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let _ = (self.rest, self.header, self.index);
        todo!()
    }
}

/// The records of one batch, owned; ends after the first error.
#[derive(Debug, Clone)]
pub struct RecordIter {
    batch: DecodedBatch,
    facts: Arc<BatchFacts>,
    partition: PartitionId,
    at: usize,
    index: i32,
}

impl RecordIter {
    /// The batch's header.
    pub fn header(&self) -> &BatchHeader {
        &self.batch.header
    }
}

impl Iterator for RecordIter {
    type Item = Result<Record, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let _ = (&self.facts, self.partition, self.at, self.index);
        todo!()
    }
}
