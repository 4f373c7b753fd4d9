//! Which records of the source are carried, and what becomes of their fields.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::client::{Client, OffsetSpec};
use crate::model::{NewRecord, Offset, Record, TimestampMillis, TopicPartition};
use crate::transfer::{RecordFilter, TransferError, mask::Mask};

/// What is carried of each topic. It decides by the record alone, so the same record is always decided alike.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    /// Where each partition begins.
    pub tail: Option<Tail>,
    /// Only records before this time.
    pub until: Option<TimestampMillis>,
    /// Only these, told by the text that was searched for.
    pub filter: Option<(String, RecordFilter)>,
    /// Rules for fields; records to which they cannot be applied stay behind.
    pub mask: Option<Arc<Mask>>,
}

/// Where a slice of a partition begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// So many offsets before the end.
    Last(u64),
    /// The first record at or after this time; older ones that follow it stay behind.
    Since(TimestampMillis),
}

impl Slice {
    /// Whether everything is carried as it is.
    pub fn is_whole(&self) -> bool {
        self.tail.is_none() && self.until.is_none() && self.filter.is_none() && self.mask.is_none()
    }

    /// The record as it is carried; `None` where it stays behind.
    pub fn take(&self, topic: &str, record: &Record) -> Option<NewRecord> {
        let since = match self.tail {
            Some(Tail::Since(since)) => Some(since),
            _ => None,
        };
        let in_time = since.is_none_or(|since| record.timestamp >= since)
            && self.until.is_none_or(|until| record.timestamp < until);
        if !in_time || self.filter.as_ref().is_some_and(|(_, filter)| !filter.wants(record)) {
            return None;
        }
        let new = NewRecord {
            partition: Some(record.partition),
            timestamp: Some(record.timestamp),
            key: record.key.clone(),
            value: record.value.clone(),
            headers: record.headers.clone(),
        };
        match &self.mask {
            Some(mask) => mask.apply(topic, new),
            None => Some(new),
        }
    }

    /// A number that two different slices do not share; 0 for everything.
    pub fn number(&self) -> u64 {
        if self.is_whole() {
            return 0;
        }
        let mut text = format!("{:?} {:?}", self.tail, self.until);
        if let Some((filter, _)) = &self.filter {
            text += filter;
        }
        let mut hash = Sha256::new();
        hash.update(text.as_bytes());
        if let Some(mask) = &self.mask {
            hash.update(mask.text().as_bytes());
        }
        hash.finalize().iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte)).max(1)
    }

    /// Where a partition begins that holds `start..end`.
    pub(super) async fn start(
        &self,
        client: &Client,
        partition: &TopicPartition,
        start: Offset,
        end: Offset,
    ) -> Result<Offset, TransferError> {
        let from = match self.tail {
            None => start,
            Some(Tail::Last(n)) => end.saturating_sub_unsigned(n),
            Some(Tail::Since(time)) => client.offset(partition, OffsetSpec::At(time)).await?.unwrap_or(end),
        };
        Ok(from.clamp(start, end.max(start)))
    }
}
