//! Reading the records of a batch: borrowed without allocating ([`RecordRef`], for search) or owned without copying
//! ([`RecordIter`], slices of the batch or of its decompressed body).

use std::sync::Arc;

use bytes::Bytes;

use super::{BatchError, BatchHeader, HEADER_BYTES, compress, varint};
use crate::model::{BatchFacts, Compression, Header, Offset, PartitionId, Record, TimestampMillis, TimestampType};

/// Headers that one record may have. Kafka states no limit, but two bytes on the wire must not become hundreds in memory
/// without one.
pub const HEADERS_PER_RECORD_MAX: i32 = 100_000;

/// The records of one batch as owned values; slices share the batch's memory (or that of its decompressed body).
///
/// Checks header and length, not the checksum: see [`super::verify`]. `limit_bytes` bounds what it may grow to.
pub fn decode_records(batch: &Bytes, partition: PartitionId, limit_bytes: usize) -> Result<RecordIter, BatchError> {
    Ok(DecodedBatch::new(batch, limit_bytes)?.into_records(partition))
}

/// Walks through all records of a batch without keeping any, as a broker does before it stores what it was sent: offsets
/// count up from the base, lengths fit, nothing follows the last record. Returns the first record without a key.
pub fn check_records(batch: &Bytes, limit_bytes: usize) -> Result<Option<i32>, BatchError> {
    let decoded = DecodedBatch::new(batch, limit_bytes)?;
    let header = decoded.header;
    if header.record_count != header.last_offset_delta + 1 {
        return Err(BatchError::Header { field: "record count", value: header.record_count.into() });
    }
    let mut records = decoded.refs();
    let mut keyless = None;
    for index in 0..header.record_count {
        let Some(record) = records.next().transpose()? else {
            return Err(malformed(index, "it is missing"));
        };
        if record.offset != header.base_offset + i64::from(index) {
            return Err(malformed(index, "its offset does not follow the one before"));
        }
        if record.key.is_none() {
            keyless = keyless.or(Some(index));
        }
        let mut headers = record.headers();
        headers.by_ref().try_for_each(|header| header.map(drop))?;
        if !headers.rest.is_empty() {
            return Err(malformed(index, "bytes follow its last header"));
        }
    }
    if records.rest.is_empty() {
        Ok(keyless)
    } else {
        Err(malformed(header.record_count, "bytes follow the last record"))
    }
}

/// A batch whose body is decompressed.
#[derive(Debug, Clone)]
pub struct DecodedBatch {
    header: BatchHeader,
    body: Bytes,
}

impl DecodedBatch {
    /// Decompresses `batch` where it is compressed, to at most `limit_bytes`. Bytes after the batch are ignored.
    pub fn new(batch: &Bytes, limit_bytes: usize) -> Result<Self, BatchError> {
        let header = BatchHeader::parse(batch)?;
        if batch.len() < header.batch_bytes {
            return Err(BatchError::Truncated { needed: header.batch_bytes, have: batch.len() });
        }
        let body = match header.compression()? {
            // Already in memory: there is nothing to bound.
            Compression::None => batch.slice(HEADER_BYTES..header.batch_bytes),
            packed => compress::decompress(packed, &batch[HEADER_BYTES..header.batch_bytes], limit_bytes)?.into(),
        };
        Ok(Self { header, body })
    }

    /// The batch's header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The records as they stand one after another, decompressed: what a first, rough text search can run over.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The records, borrowed: nothing is allocated.
    pub fn refs(&self) -> RecordRefs<'_> {
        RecordRefs { rest: &self.body, header: self.header, index: 0 }
    }

    /// The records, owned.
    pub fn into_records(self, partition: PartitionId) -> RecordIter {
        RecordIter { facts: Arc::new(self.header.facts()), partition, at: 0, index: 0, batch: self }
    }

    /// Makes an owned record of one that [`DecodedBatch::refs`] of this same batch gave; `facts` are shared by the
    /// records of a batch.
    pub fn to_record(
        &self,
        record: &RecordRef<'_>,
        partition: PartitionId,
        facts: &Arc<BatchFacts>,
    ) -> Result<Record, BatchError> {
        let mut headers = Vec::new();
        for header in record.headers() {
            let header = header?;
            headers.push(Header { key: self.share(header.key), value: header.value.map(|v| self.share(v)) });
        }
        Ok(Record {
            partition,
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key.map(|k| self.share(k)),
            value: record.value.map(|v| self.share(v)),
            headers,
            batch: facts.clone(),
        })
    }

    /// A slice of the body without copying; a slice of anything else is copied.
    fn share(&self, part: &[u8]) -> Bytes {
        let body = self.body.as_ptr_range();
        let inside = part.as_ptr() >= body.start && part.as_ptr_range().end <= body.end;
        if inside { self.body.slice_ref(part) } else { Bytes::copy_from_slice(part) }
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

    /// Writes the record as it stands in a batch, without the length before it.
    pub(super) fn write(&self, out: &mut Vec<u8>, base_offset: Offset, base_timestamp: TimestampMillis) {
        out.push(0);
        varint::put_i64(out, self.timestamp.wrapping_sub(base_timestamp));
        varint::put_i64(out, self.offset - base_offset);
        for field in [self.key, self.value] {
            varint::put_i64(out, field.map_or(-1, |bytes| bytes.len() as i64));
            out.extend_from_slice(field.unwrap_or_default());
        }
        varint::put_i64(out, self.header_count.into());
        out.extend_from_slice(self.headers);
    }

    /// How many headers there are, as the record says.
    pub fn header_count(&self) -> usize {
        self.header_count as usize
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
        if self.left <= 0 {
            return None;
        }
        self.left -= 1;
        let header = take_header(&mut self.rest);
        if header.is_none() {
            self.left = 0;
        }
        Some(header.ok_or_else(|| malformed(self.index, "a header reaches beyond its end")))
    }
}

fn take_header<'a>(rest: &mut &'a [u8]) -> Option<HeaderRef<'a>> {
    // A header's key may be empty but never null.
    let key = take_bytes(rest)??;
    Some(HeaderRef { key, value: take_bytes(rest)? })
}

/// A field with its length before it: `None` if malformed, `Some(None)` for null.
#[inline]
fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let length = varint::take_i32(rest)?;
    if length == -1 {
        return Some(None);
    }
    let (field, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(Some(field))
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

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.header.record_count {
            return None;
        }
        let record = take_record(&mut self.rest, &self.header, self.index);
        self.index = if record.is_ok() { self.index + 1 } else { i32::MAX };
        Some(record)
    }
}

/// Takes the next record from the front of `rest`; its headers are read only when asked for.
#[inline]
fn take_record<'a>(rest: &mut &'a [u8], header: &BatchHeader, index: i32) -> Result<RecordRef<'a>, BatchError> {
    let length = varint::take_i32(rest).and_then(|l| usize::try_from(l).ok());
    let Some((mut record, after)) = length.and_then(|length| rest.split_at_checked(length)) else {
        return Err(malformed(index, "it reaches beyond the end of the batch"));
    };
    *rest = after;
    let Some(fields) = take_fields(&mut record) else {
        return Err(malformed(index, "a field reaches beyond its end"));
    };
    if !(0..=header.last_offset_delta).contains(&fields.offset_delta) {
        return Err(malformed(index, "its offset lies outside the batch"));
    }
    if !(0..=HEADERS_PER_RECORD_MAX).contains(&fields.header_count) {
        return Err(malformed(index, "the number of its headers is negative or above 100000"));
    }
    Ok(RecordRef {
        offset: header.base_offset + i64::from(fields.offset_delta),
        timestamp: match header.timestamp_type() {
            TimestampType::LogAppendTime => header.max_timestamp,
            TimestampType::CreateTime => header.base_timestamp.wrapping_add(fields.timestamp_delta),
        },
        key: fields.key,
        value: fields.value,
        header_count: fields.header_count,
        headers: record,
        index,
    })
}

struct Fields<'a> {
    timestamp_delta: i64,
    offset_delta: i32,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
    header_count: i32,
}

#[inline]
fn take_fields<'a>(record: &mut &'a [u8]) -> Option<Fields<'a>> {
    // The attributes of a record are not used by any version of Kafka.
    *record = record.get(1..)?;
    Some(Fields {
        timestamp_delta: varint::take_i64(record)?,
        offset_delta: varint::take_i32(record)?,
        key: take_bytes(record)?,
        value: take_bytes(record)?,
        header_count: varint::take_i32(record)?,
    })
}

fn malformed(index: i32, why: &'static str) -> BatchError {
    BatchError::Record { index, why }
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
        let mut refs = RecordRefs { rest: &self.batch.body[self.at..], header: self.batch.header, index: self.index };
        let record = refs.next()?.and_then(|record| self.batch.to_record(&record, self.partition, &self.facts));
        (self.at, self.index) = match record {
            Ok(_) => (self.batch.body.len() - refs.rest.len(), refs.index),
            Err(_) => (self.at, i32::MAX),
        };
        Some(record)
    }
}
