//! Rows as the list keeps them: small, copied out of their batches, in pages.
//!
//! A record that is kept as a slice would keep its whole batch alive, so a window of some thousand rows could hold any
//! amount of memory. Rows therefore own copies, cut at a stated length; the details panel fetches the record whole.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::codec::{BatchError, EndMarker, RecordRef};
use crate::model::{BatchFacts, Header, Offset, PartitionId, Record, TimestampMillis};

/// Rows in a page: the piece in which the list is loaded and forgotten.
pub const PAGE_ROWS: u64 = 256;
/// Bytes of a key that a row keeps.
pub const KEY_KEPT_BYTES: usize = 1024;
/// Bytes of a value that a row keeps.
pub const VALUE_KEPT_BYTES: usize = 4 * 1024;
/// Bytes of all headers together that a row keeps.
pub const HEADERS_KEPT_BYTES: usize = 1024;
/// What a row takes beside the bytes that it keeps, for the budget of the window.
const ROW_OVERHEAD_BYTES: usize = size_of::<Row>() + 64;

/// One row of the list: an offset of a partition and what stands there.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub partition: PartitionId,
    pub offset: Offset,
    pub body: RowBody,
}

/// What stands at an offset.
#[derive(Debug, Clone, PartialEq)]
pub enum RowBody {
    Record(RowRecord),
    /// Nothing: removed by compaction or retention.
    Gap,
    /// The end of a transaction; no record for a reader.
    Marker(EndMarker),
    /// The batch is damaged; the reason in the codec's words.
    Unreadable(Arc<str>),
}

/// A record, perhaps cut.
#[derive(Debug, Clone, PartialEq)]
pub struct RowRecord {
    pub timestamp: TimestampMillis,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub headers: Vec<Header>,
    pub header_count: usize,
    /// Bytes of key, value and headers before anything was cut.
    pub payload_bytes: usize,
    /// Nothing was cut.
    pub whole: bool,
    pub batch: Arc<BatchFacts>,
}

impl Row {
    /// The record, where there is one.
    pub fn record(&self) -> Option<&RowRecord> {
        match &self.body {
            RowBody::Record(record) => Some(record),
            RowBody::Gap | RowBody::Marker(_) | RowBody::Unreadable(_) => None,
        }
    }

    /// What it takes of the window's memory.
    pub fn memory_bytes(&self) -> usize {
        let kept = self.record().map_or(0, |r| {
            let headers: usize = r
                .headers
                .iter()
                .map(|h| h.key.len() + h.value.as_ref().map_or(0, Bytes::len) + size_of::<Header>())
                .sum();
            r.key.as_ref().map_or(0, Bytes::len) + r.value.as_ref().map_or(0, Bytes::len) + headers
        });
        ROW_OVERHEAD_BYTES + kept
    }
}

impl RowRecord {
    /// As a record of its own; only as whole as the row is.
    pub fn to_record(&self, partition: PartitionId, offset: Offset) -> Record {
        Record {
            partition,
            offset,
            timestamp: self.timestamp,
            key: self.key.clone(),
            value: self.value.clone(),
            headers: self.headers.clone(),
            batch: Arc::clone(&self.batch),
        }
    }
}

/// Copies a record out of its batch. One allocation holds key, value and headers.
pub fn keep(record: &RecordRef<'_>, partition: PartitionId, facts: &Arc<BatchFacts>) -> Result<Row, BatchError> {
    let (key_full, value_full) = (record.key.unwrap_or_default(), record.value.unwrap_or_default());
    let key = &key_full[..key_full.len().min(KEY_KEPT_BYTES)];
    let value = &value_full[..value_full.len().min(VALUE_KEPT_BYTES)];
    let mut header_bytes = 0;
    let mut kept_bytes = 0;
    let mut spans: Vec<(usize, Option<usize>)> = Vec::new();
    let mut header_count = 0;
    let mut buffer = BytesMut::with_capacity(key.len() + value.len());
    buffer.extend_from_slice(key);
    buffer.extend_from_slice(value);
    for header in record.headers() {
        let header = header?;
        header_count += 1;
        let bytes = header.key.len() + header.value.map_or(0, <[u8]>::len);
        header_bytes += bytes;
        if kept_bytes + bytes <= HEADERS_KEPT_BYTES {
            kept_bytes += bytes;
            buffer.extend_from_slice(header.key);
            buffer.extend_from_slice(header.value.unwrap_or_default());
            spans.push((header.key.len(), header.value.map(<[u8]>::len)));
        }
    }
    let mut rest = buffer.freeze();
    let key_bytes = rest.split_to(key.len());
    let value_bytes = rest.split_to(value.len());
    let headers: Vec<Header> = spans
        .iter()
        .map(|(key, value)| Header { key: rest.split_to(*key), value: value.map(|bytes| rest.split_to(bytes)) })
        .collect();
    let whole = key.len() == key_full.len() && value.len() == value_full.len() && headers.len() == header_count;
    Ok(Row {
        partition,
        offset: record.offset,
        body: RowBody::Record(RowRecord {
            timestamp: record.timestamp,
            key: record.key.map(|_| key_bytes),
            value: record.value.map(|_| value_bytes),
            headers,
            header_count,
            payload_bytes: key_full.len() + value_full.len() + header_bytes,
            whole,
            batch: Arc::clone(facts),
        }),
    })
}

/// Some rows in the order of the list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub rows: Vec<Row>,
    pub memory_bytes: usize,
}

impl Page {
    pub fn new(rows: Vec<Row>) -> Self {
        let memory_bytes = rows.iter().map(Row::memory_bytes).sum();
        Self { rows, memory_bytes }
    }

    pub fn push(&mut self, row: Row) {
        self.memory_bytes += row.memory_bytes();
        self.rows.push(row);
    }
}
