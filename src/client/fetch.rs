//! Fetch raw batches of one partition.

use bytes::Bytes;

use super::{Client, ClientError};
use crate::model::{Offset, PartitionId, Record, TopicPartition};

/// Bounds of one fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// Bytes to return at most; the first batch comes whole even if it is larger (KIP-74).
    pub max_bytes: usize,
    /// How long the broker waits for `min_bytes`, in milliseconds; 0 answers at once.
    pub max_wait_ms: u32,
    /// The broker answers as soon as it has this many bytes.
    pub min_bytes: usize,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self { max_bytes: 1024 * 1024, max_wait_ms: 0, min_bytes: 1 }
    }
}

/// What a fetch brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The offset that the next record will get.
    pub high_watermark: Offset,
    /// First offset of the log; -1 where not told.
    pub log_start: Offset,
    /// Whole batches as stored; the first one may begin below the offset that was asked for.
    pub batches: Vec<Bytes>,
    /// Where to go on: after the last batch, or the offset that was asked for when there is none.
    pub next: Offset,
}

impl Client {
    /// Fetches from one partition. OFFSET_OUT_OF_RANGE is an error whose code says so.
    pub async fn fetch(
        &self,
        _partition: &TopicPartition,
        _from: Offset,
        _options: FetchOptions,
    ) -> Result<Fetched, ClientError> {
        todo!()
    }
}

/// The records of raw batches from offset `from` on; control batches (transaction markers) give none.
/// `limit_bytes` bounds what one batch may decompress to.
pub fn records_from(
    _partition: PartitionId,
    _batches: &[Bytes],
    _from: Offset,
    _limit_bytes: usize,
) -> Result<Vec<Record>, ClientError> {
    todo!()
}
