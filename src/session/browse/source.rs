//! What the browser needs to know of a topic: a narrow door to the client, so that the order of records and the windows
//! can be tested against a topic made up in memory.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::BrowseError;
use crate::model::{Offset, PartitionId, TimestampMillis, TransactionFate};

/// Where a partition's stored records begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Offset of the first stored record.
    pub start: Offset,
    /// Offset of the next record to come (the high watermark).
    pub end: Offset,
}

/// One bounded piece of a partition.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Whole record batches, in offset order; the first may begin before the offset that was asked for.
    pub batches: Vec<Bytes>,
    /// What became of the transaction of each batch, in their order; shorter where that was not looked for.
    pub fates: Vec<Option<TransactionFate>>,
}

/// How to read a piece.
#[derive(Debug, Clone, Copy)]
pub struct PieceOptions {
    pub bytes_max: usize,
    /// Wait as long as this for a record when there is none; 0 answers at once.
    pub wait_millis: u32,
}

/// A topic that can be read anywhere. Every answer keeps the order of the partitions asked for.
pub trait Source: Send + Sync + 'static {
    /// The partitions that the topic has now.
    fn partitions(&self) -> BoxFuture<'_, Result<Vec<PartitionId>, BrowseError>>;
    /// Start and end of each; a partition that cannot tell has its own error.
    fn bounds<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Vec<Result<Bounds, BrowseError>>, BrowseError>>;
    /// The first offset of each whose timestamp is at least `time`; `None` where there is none.
    fn offsets_at<'a>(
        &'a self,
        time: TimestampMillis,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Vec<Option<Offset>>, BrowseError>>;
    /// The earliest first timestamp of these partitions; `None` when they are empty.
    fn earliest_time<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Option<TimestampMillis>, BrowseError>>;
    /// The highest timestamp of these partitions; `None` when they are empty.
    fn latest_time<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Option<TimestampMillis>, BrowseError>>;
    /// Reads from `offset`; an offset below the start or above the end is [`BrowseError::OutOfRange`].
    fn piece(
        &self,
        partition: PartitionId,
        offset: Offset,
        options: PieceOptions,
    ) -> BoxFuture<'_, Result<Piece, BrowseError>>;
}
