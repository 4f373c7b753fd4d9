//! Bounded scans over partitions without joining a group: exports, searches, command line.

use std::sync::Arc;

use bytes::Bytes;

use super::{Client, ClientError};
use crate::model::{Offset, Record, TopicPartition};

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
    /// Pieces fetched ahead of the caller.
    pub ahead_pieces: usize,
    /// What one batch may decompress to, in bytes.
    pub decompressed_bytes_max: usize,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            piece_bytes: 1024 * 1024,
            order: ReadOrder::InTurn,
            ahead_pieces: 1,
            decompressed_bytes_max: 64 * 1024 * 1024,
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
    /// Offsets below this were deleted (retention, DeleteRecords) while reading; equals `from` normally.
    pub log_start: Offset,
    /// What one batch may decompress to, in bytes.
    pub decompressed_bytes_max: usize,
}

impl Piece {
    /// The records in `from..to`.
    pub fn records(&self) -> Result<Vec<Record>, ClientError> {
        todo!()
    }
}

/// Reads ranges piece by piece. Dropping it cancels what is under way.
pub struct Reader {
    _client: Client,
    _ranges: Arc<[ReadRange]>,
}

impl Reader {
    /// Starts to read; needs a tokio runtime.
    pub fn start(client: Client, ranges: Vec<ReadRange>, _options: ReaderOptions) -> Self {
        Self { _client: client, _ranges: ranges.into() }
    }

    /// The next piece; `None` at the end of all ranges.
    pub async fn next(&mut self) -> Result<Option<Piece>, ClientError> {
        todo!()
    }
}
