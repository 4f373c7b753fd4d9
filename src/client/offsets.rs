//! ListOffsets: where a partition starts and ends, and which offset belongs to a time.

use super::{Client, ClientError};
use crate::model::{Offset, TimestampMillis, TopicPartition};

/// What offset is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The start of the log.
    Earliest,
    /// The high watermark: the offset that the next record will get.
    Latest,
    /// The record with the largest timestamp.
    MaxTimestamp,
    /// The first record at or after this time.
    At(TimestampMillis),
}

/// An answer of ListOffsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedOffset {
    /// `None` where there is no such record (empty log, time beyond the last record).
    pub offset: Option<Offset>,
    /// Timestamp of the record; -1 for earliest and latest.
    pub timestamp: TimestampMillis,
    /// -1 where not told.
    pub leader_epoch: i32,
}

impl Client {
    /// Looks offsets up; one outcome an entry, in the order asked.
    pub async fn offsets(
        &self,
        _asked: Vec<(TopicPartition, OffsetSpec)>,
    ) -> Result<Vec<(TopicPartition, Result<ListedOffset, ClientError>)>, ClientError> {
        todo!()
    }

    /// One offset of one partition; `None` where there is no such record.
    pub async fn offset(&self, _partition: &TopicPartition, _spec: OffsetSpec) -> Result<Option<Offset>, ClientError> {
        todo!()
    }
}
