//! Bounded scans over partitions without joining a group: exports, searches, command line.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use kafka_protocol::ResponseError;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinHandle},
};

use super::{Client, ClientError, FetchOptions, Isolation, OffsetSpec, records_from};
use crate::{
    codec,
    model::{Offset, Record, TopicPartition},
};

/// A stretch of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRange {
    pub partition: TopicPartition,
    pub from: Offset,
    /// One past the last offset wanted.
    pub to: Offset,
}

/// In which order ranges are read; inside a partition always by offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadOrder {
    /// One range after the other, as given.
    #[default]
    InTurn,
    /// A piece of each in rotation.
    Interleaved,
}

/// How a [`Reader`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderOptions {
    /// Bytes of one piece (a single larger batch comes whole).
    pub piece_bytes: usize,
    pub order: ReadOrder,
    /// Pieces fetched ahead of the caller; at least 1.
    pub ahead_pieces: usize,
    /// What one batch may decompress to, in bytes.
    pub decompressed_bytes_max: usize,
    /// With [`Isolation::ReadCommitted`] a range ends at the last stable offset.
    pub isolation: Isolation,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            piece_bytes: 1024 * 1024,
            order: ReadOrder::InTurn,
            ahead_pieces: 1,
            decompressed_bytes_max: codec::DECOMPRESSED_BYTES_MAX_DEFAULT,
            isolation: Isolation::ReadUncommitted,
        }
    }
}

/// Some batches of one partition.
#[derive(Debug, Clone)]
pub struct Piece {
    pub partition: TopicPartition,
    /// Offsets `from..to` are covered by this piece.
    pub from: Offset,
    pub to: Offset,
    /// Whole batches; the first may begin below `from`, the last end beyond `to`.
    pub batches: Vec<Bytes>,
    /// Offsets below this were deleted (retention, DeleteRecords) while reading, where it is above `from`.
    pub log_start: Offset,
    /// What one batch may decompress to, in bytes.
    pub decompressed_bytes_max: usize,
}

impl Piece {
    /// The records in `from..to`.
    pub fn records(&self) -> Result<Vec<Record>, ClientError> {
        let mut records = records_from(&self.partition, &self.batches, self.from, self.decompressed_bytes_max)?;
        records.truncate(records.partition_point(|record| record.offset < self.to));
        Ok(records)
    }
}

/// Reads ranges piece by piece. Dropping it cancels what is under way.
pub struct Reader {
    pieces: mpsc::Receiver<Result<Piece, ClientError>>,
    task: AbortHandle,
}

impl Reader {
    /// Starts to read; needs a tokio runtime.
    pub fn start(client: Client, ranges: Vec<ReadRange>, options: ReaderOptions) -> Self {
        let (out, pieces) = mpsc::channel(options.ahead_pieces.max(1));
        let task: JoinHandle<()> = tokio::spawn(async move {
            if let Err(error) = read_all(&client, ranges, options, &out).await {
                // Nobody hears it when the reader was dropped.
                let _ = out.send(Err(error)).await;
            }
        });
        Self { pieces, task: task.abort_handle() }
    }

    /// The next piece; `None` at the end of all ranges. After an error nothing more comes.
    pub async fn next(&mut self) -> Result<Option<Piece>, ClientError> {
        self.pieces.recv().await.transpose()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read_all(
    client: &Client,
    ranges: Vec<ReadRange>,
    options: ReaderOptions,
    out: &mpsc::Sender<Result<Piece, ClientError>>,
) -> Result<(), ClientError> {
    let mut waiting: VecDeque<ReadRange> = ranges.into_iter().filter(|range| range.from < range.to).collect();
    while let Some(mut range) = waiting.pop_front() {
        let piece = read_piece(client, &range, options).await?;
        range.from = piece.to;
        if out.send(Ok(piece)).await.is_err() {
            return Ok(());
        }
        if range.from < range.to {
            match options.order {
                ReadOrder::InTurn => waiting.push_front(range),
                ReadOrder::Interleaved => waiting.push_back(range),
            }
        }
    }
    Ok(())
}

/// The next piece of a range. It always moves on: past the end of the log and below its start there is nothing to read.
async fn read_piece(client: &Client, range: &ReadRange, options: ReaderOptions) -> Result<Piece, ClientError> {
    let isolation = options.isolation;
    let fetch = FetchOptions { max_bytes: options.piece_bytes, max_wait_ms: 0, min_bytes: 0, isolation };
    let mut piece = Piece {
        partition: range.partition.clone(),
        from: range.from,
        to: range.to,
        batches: Vec::new(),
        log_start: -1,
        decompressed_bytes_max: options.decompressed_bytes_max,
    };
    let mut empty_answers = 0;
    loop {
        match client.fetch(&range.partition, range.from, fetch).await {
            Ok(fetched) => {
                piece.log_start = fetched.log_start;
                let end = match isolation {
                    Isolation::ReadUncommitted => fetched.high_watermark,
                    Isolation::ReadCommitted => fetched.last_stable_offset,
                };
                let at_end = range.from >= end;
                // Batches that do not count were passed over, if there is a next offset but no batch.
                let nothing = fetched.batches.is_empty() && fetched.next == range.from;
                if nothing && !at_end && empty_answers < EMPTY_ANSWERS_MAX {
                    // Allowed, but not what a broker does with records at hand: ask again, a little later.
                    empty_answers += 1;
                    tokio::time::sleep(EMPTY_ANSWER_WAIT).await;
                    continue;
                }
                if nothing && !at_end {
                    return Err(ClientError::BadAnswer {
                        asked: format!("read {} at offset {}", range.partition, range.from),
                        why: format!("no records come, though the log ends at {end}"),
                    });
                }
                piece.to = if at_end { range.to } else { fetched.next.min(range.to) };
                piece.batches = fetched.batches;
                return Ok(piece);
            }
            Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => {
                // Deleted since the range was chosen: go on at the new start, and say so.
                let start = client.offset(&range.partition, OffsetSpec::Earliest).await?.unwrap_or(range.to);
                piece.log_start = start;
                piece.to = if start > range.from { start.min(range.to) } else { range.to };
                return Ok(piece);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Empty answers in a row although the log goes on, before it is called an error.
const EMPTY_ANSWERS_MAX: u32 = 20;
const EMPTY_ANSWER_WAIT: Duration = Duration::from_millis(50);
