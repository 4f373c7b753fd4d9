//! Several partitions read as one stream: in the order of time between partitions, of offsets inside each.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    time::Duration,
};

use kafka_protocol::ResponseError;
use tokio::task::JoinHandle;

use crate::client::{Client, ClientError, FetchOptions, Fetched, OffsetSpec, records_from};
use crate::model::{Offset, Record, TopicPartition};

/// Partitions that are merged by time; beyond it they follow one another in groups of as many, as each holds a piece in memory.
const PARTITIONS_MERGED_MAX: usize = 256;
/// Bytes that all pieces in memory take together, before decompression.
const PIECES_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bounds of one partition's piece, in bytes.
const PIECE_BYTES: std::ops::RangeInclusive<usize> = 64 * 1024..=1024 * 1024;
/// What one batch may decompress to, in bytes.
const DECOMPRESSED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Answers without a record although the log goes on: a node has room for some partitions at a time. After so many in a row,
/// each for one partition alone, nothing more comes.
const EMPTY_ANSWERS_MAX: u32 = 20;
const EMPTY_ANSWER_WAIT: Duration = Duration::from_millis(20);

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
    /// Fetched from `next` on, and not decoded yet.
    ahead: Option<Result<Fetched, ClientError>>,
}

/// Outcomes of one round of fetches.
type Round = Vec<(TopicPartition, Result<Fetched, ClientError>)>;

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
    /// What is fetched while records in memory are used.
    round: Option<JoinHandle<Round>>,
}

impl Drop for MergedReader {
    fn drop(&mut self) {
        if let Some(round) = &self.round {
            round.abort();
        }
    }
}

impl MergedReader {
    /// Begins to read; stretches that are empty are left out.
    pub fn new(client: Client, stretches: Vec<Stretch>) -> Self {
        let mut waiting: Vec<_> = stretches.into_iter().filter(|s| s.from < s.to).collect();
        waiting.reverse();
        Self { client, waiting, lanes: Vec::new(), heads: BinaryHeap::new(), passed: 0, gone: 0, round: None }
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
            .map(|stretch| Lane { next: stretch.from, buffer: VecDeque::new(), ahead: None, stretch })
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
        let mut empty_answers = 0;
        while self.lanes[index].buffer.is_empty() && self.lanes[index].next < self.lanes[index].stretch.to {
            let fetched = match self.fetched(index).await {
                Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => {
                    self.skip_deleted(index, error).await?;
                    continue;
                }
                other => other?,
            };
            let lane = &mut self.lanes[index];
            let next = fetched.next.min(lane.stretch.to);
            if next <= lane.next {
                if fetched.high_watermark <= lane.next || empty_answers == EMPTY_ANSWERS_MAX {
                    // The log ends before the stretch does (it was cut); what is there has been read.
                    break;
                }
                empty_answers += 1;
                tokio::time::sleep(EMPTY_ANSWER_WAIT * (empty_answers - 1)).await;
                continue;
            }
            let from = lane.next;
            // The next piece travels while this one is decoded and used.
            lane.next = next;
            self.fetch_ahead(None);
            let lane = &mut self.lanes[index];
            let records = records_from(&lane.stretch.partition, &fetched.batches, from, DECOMPRESSED_BYTES_MAX)?;
            lane.buffer.extend(records.into_iter().filter(|record| record.offset < lane.stretch.to));
            // Offsets without a record: control batches, and gaps that compaction left.
            self.passed += (next - from).unsigned_abs().saturating_sub(lane.buffer.len() as u64);
        }
        Ok(())
    }

    /// Goes on where the log begins now: what stood before was deleted.
    async fn skip_deleted(&mut self, index: usize, error: ClientError) -> Result<(), ClientError> {
        let lane = &mut self.lanes[index];
        let start = self.client.offset(&lane.stretch.partition, OffsetSpec::Earliest).await?;
        // Only a start that moved past us is no fault of the request.
        let Some(start) = start.filter(|start| *start > lane.next) else { return Err(error) };
        let skipped = (start.min(lane.stretch.to) - lane.next).unsigned_abs();
        self.gone += skipped;
        self.passed += skipped;
        lane.next = start;
        Ok(())
    }

    /// What stands at a lane's next offset.
    async fn fetched(&mut self, index: usize) -> Result<Fetched, ClientError> {
        loop {
            if let Some(ahead) = self.lanes[index].ahead.take() {
                return ahead;
            }
            self.fetch_ahead(Some(index));
            let Some(round) = self.round.as_mut() else { continue };
            let outcomes = round.await;
            self.round = None;
            let closed = |_| ClientError::Closed { asked: format!("read {}", self.lanes[index].stretch.partition) };
            let mut outcomes: HashMap<TopicPartition, _> = outcomes.map_err(closed)?.into_iter().collect();
            for lane in &mut self.lanes {
                if let Some(outcome) = outcomes.remove(&lane.stretch.partition) {
                    lane.ahead = Some(outcome);
                }
            }
        }
    }

    /// Begins to fetch for all lanes that have nothing ahead, when one of them needs it now, or half of them could use it:
    /// few requests for many partitions. One round at a time.
    fn fetch_ahead(&mut self, needed: Option<usize>) {
        if self.round.is_some() {
            return;
        }
        let wants = |lane: &Lane| lane.ahead.is_none() && lane.next < lane.stretch.to;
        let open = self.lanes.iter().filter(|lane| lane.next < lane.stretch.to).count();
        let mut from: Vec<_> = self.lanes.iter().enumerate().filter(|(_, lane)| wants(lane)).collect();
        if from.is_empty() || (needed.is_none() && from.len() * 2 < open) {
            return;
        }
        // A node answers as much as there is room for, in the order of the request.
        from.sort_by_key(|(index, _)| Some(*index) != needed);
        let from = from.iter().map(|(_, lane)| (lane.stretch.partition.clone(), lane.next)).collect();
        let piece_bytes = (PIECES_BYTES_MAX / self.lanes.len()).clamp(*PIECE_BYTES.start(), *PIECE_BYTES.end());
        let max_bytes = PIECES_BYTES_MAX.min(piece_bytes * self.lanes.len());
        let options = FetchOptions { max_bytes, max_wait_ms: 0, min_bytes: 1, ..FetchOptions::default() };
        let client = self.client.clone();
        let fetch = async move { client.fetch_many(from, options, piece_bytes).await };
        self.round = Some(tokio::spawn(fetch));
    }
}
