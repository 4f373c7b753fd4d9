//! Record batches as share groups see them, and the batches that a member is sent.

use bytes::{Bytes, BytesMut};

use crate::{
    broker::groups::share::{AcquiredRange, Content, Scan, ScannedBatch},
    codec::{BatchHeader, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, split_batches},
    log::{AbortedTransaction, ReadOutcome},
    model::Offset,
};

/// A stretch of a log with its bytes.
pub struct Stretch {
    pub scan: Scan,
    /// In the order of the scan's batches.
    batches: Vec<Bytes>,
}

impl Stretch {
    /// What a read from `from` brought.
    pub fn of(from: Offset, read: ReadOutcome) -> Self {
        let mut scan = Scan { from, upto: read.next, batches: Vec::new() };
        let mut batches = Vec::new();
        // A batch that does not parse was damaged after it was stored: a client would fail on it, too.
        for (head, bytes) in read.pieces.into_iter().flat_map(split_batches).flatten() {
            let content = content(&head, &bytes, &read.aborted);
            scan.batches.push(ScannedBatch { first: head.base_offset, last: head.last_offset(), content });
            batches.push(bytes);
        }
        Self { scan, batches }
    }

    /// The batches that hold something of what was handed out, as they stand in the log.
    pub fn records(&self, acquired: &[AcquiredRange]) -> Bytes {
        let holds =
            |batch: &ScannedBatch| acquired.iter().any(|range| range.first <= batch.last && batch.first <= range.last);
        let chosen: Vec<&Bytes> =
            self.scan.batches.iter().zip(&self.batches).filter(|(batch, _)| holds(batch)).map(|(_, b)| b).collect();
        match &chosen[..] {
            [] => Bytes::new(),
            [one] => Bytes::clone(one),
            several => {
                let mut records = BytesMut::with_capacity(several.iter().map(|bytes| bytes.len()).sum());
                several.iter().for_each(|bytes| records.extend_from_slice(bytes));
                records.freeze()
            }
        }
    }
}

fn content(head: &BatchHeader, bytes: &Bytes, aborted: &[AbortedTransaction]) -> Content {
    if head.is_control() {
        return Content::Control;
    }
    let of_it = |one: &AbortedTransaction| {
        one.producer_id == head.producer_id && (one.first_offset..=one.last_offset).contains(&head.base_offset)
    };
    if head.is_transactional() && aborted.iter().any(of_it) {
        return Content::Aborted;
    }
    let offsets = i64::from(head.last_offset_delta) + 1;
    if i64::from(head.record_count) >= offsets {
        return Content::Records;
    }
    // Compaction took some: only the records themselves say which.
    match DecodedBatch::new(bytes, DECOMPRESSED_BYTES_MAX_DEFAULT) {
        Ok(batch) => Content::Sparse(batch.refs().flatten().map(|record| record.offset).collect()),
        Err(_) => Content::Records,
    }
}
