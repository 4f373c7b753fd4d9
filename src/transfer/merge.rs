//! Several partitions read as one stream: in the order of time between partitions, of offsets inside each.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use kafka_protocol::ResponseError;

use crate::client::{Client, ClientError, FetchOptions, OffsetSpec, records_from};
use crate::model::{Offset, Record, TopicPartition};

/// Partitions that are merged by time; beyond it they follow one another in groups of as many, as each holds a piece in memory.
const PARTITIONS_MERGED_MAX: usize = 256;
/// Bytes that all pieces in memory take together, before decompression.
const PIECES_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bounds of one partition's piece, in bytes.
const PIECE_BYTES: std::ops::RangeInclusive<usize> = 64 * 1024..=1024 * 1024;
/// What one batch may decompress to, in bytes.
const DECOMPRESSED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A stretch of one partition: offsets `from..to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub partition: TopicPartition,
    pub from: Offset,
    pub to: Offset,
}

struct Lane {
    stretch: Stretch,
    next: Offset,
    buffer: VecDeque<Record>,
}

/// Reads stretches of partitions as one stream of records.
pub struct MergedReader {
    client: Client,
    /// Not begun yet; the last one comes next.
    waiting: Vec<Stretch>,
    lanes: Vec<Lane>,
    /// (timestamp of its first record, index of the lane), smallest first.
    heads: BinaryHeap<Reverse<(i64, usize)>>,
    passed: u64,
    gone: u64,
}

impl MergedReader {
    /// Begins to read; stretches that are empty are left out.
    pub fn new(client: Client, stretches: Vec<Stretch>) -> Self {
        let mut waiting: Vec<_> = stretches.into_iter().filter(|s| s.from < s.to).collect();
        waiting.reverse();
        Self { client, waiting, lanes: Vec::new(), heads: BinaryHeap::new(), passed: 0, gone: 0 }
    }

    /// Offsets that are behind the reader, of all stretches together.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Offsets that were deleted (retention, DeleteRecords) before they could be read.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// The next record when it is in memory already; `None` says nothing about the end.
    pub fn next_in_memory(&mut self) -> Option<Record> {
        let Reverse((_, index)) = *self.heads.peek()?;
        // The last record of a piece is left to `next`, which fetches the next piece.
        let after = self.lanes[index].buffer.get(1)?.timestamp;
        self.heads.pop();
        self.heads.push(Reverse((after, index)));
        self.passed += 1;
        self.lanes[index].buffer.pop_front()
    }

    /// The next record; `None` at the end of all stretches.
    pub async fn next(&mut self) -> Result<Option<Record>, ClientError> {
        loop {
            if let Some(Reverse((_, index))) = self.heads.pop() {
                let Some(record) = self.lanes[index].buffer.pop_front() else { continue };
                self.passed += 1;
                self.show_head(index).await?;
                return Ok(Some(record));
            }
            if self.waiting.is_empty() {
                return Ok(None);
            }
            self.begin_lanes().await?;
        }
    }

    async fn begin_lanes(&mut self) -> Result<(), ClientError> {
        let keep = self.waiting.len().saturating_sub(PARTITIONS_MERGED_MAX);
        let begun = self.waiting.split_off(keep);
        self.lanes = begun
            .into_iter()
            .rev()
            .map(|stretch| Lane { next: stretch.from, buffer: VecDeque::new(), stretch })
            .collect();
        for index in 0..self.lanes.len() {
            self.show_head(index).await?;
        }
        Ok(())
    }

    /// Puts a lane into the order, fetching its next piece when it has run dry.
    async fn show_head(&mut self, index: usize) -> Result<(), ClientError> {
        if self.lanes[index].buffer.is_empty() {
            self.fill(index).await?;
        }
        if let Some(record) = self.lanes[index].buffer.front() {
            self.heads.push(Reverse((record.timestamp, index)));
        }
        Ok(())
    }

    async fn fill(&mut self, index: usize) -> Result<(), ClientError> {
        let piece_bytes = (PIECES_BYTES_MAX / self.lanes.len()).clamp(*PIECE_BYTES.start(), *PIECE_BYTES.end());
        let options = FetchOptions { max_bytes: piece_bytes, max_wait_ms: 0, min_bytes: 1, ..FetchOptions::default() };
        let lane = &mut self.lanes[index];
        while lane.buffer.is_empty() && lane.next < lane.stretch.to {
            let partition = &lane.stretch.partition;
            let fetched = match self.client.fetch(partition, lane.next, options).await {
                Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => {
                    let start = self.client.offset(partition, OffsetSpec::Earliest).await?;
                    // Only a start that moved past us is no fault of the request.
                    let Some(start) = start.filter(|start| *start > lane.next) else { return Err(error) };
                    let skipped = (start.min(lane.stretch.to) - lane.next).unsigned_abs();
                    self.gone += skipped;
                    self.passed += skipped;
                    lane.next = start;
                    continue;
                }
                other => other?,
            };
            let next = fetched.next.min(lane.stretch.to);
            if next <= lane.next {
                // The log ends before the stretch does (it was cut); what is there has been read.
                break;
            }
            let records = records_from(partition, &fetched.batches, lane.next, DECOMPRESSED_BYTES_MAX)?;
            lane.buffer.extend(records.into_iter().filter(|record| record.offset < lane.stretch.to));
            // Offsets without a record: control batches, and gaps that compaction left.
            self.passed += (next - lane.next).unsigned_abs().saturating_sub(lane.buffer.len() as u64);
            lane.next = next;
        }
        Ok(())
    }
}
