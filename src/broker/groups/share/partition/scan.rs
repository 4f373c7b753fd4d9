//! What a log holds in a stretch, as far as share groups care: which offsets have a record for a consumer.

use crate::model::Offset;

/// A stretch of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    pub from: Offset,
    /// The first offset behind the stretch.
    pub upto: Offset,
    /// Batches by offset; the first may begin before `from`. Offsets between them have no record.
    pub batches: Vec<ScannedBatch>,
}

/// A batch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedBatch {
    pub first: Offset,
    pub last: Offset,
    pub content: Content,
}

/// What is in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A record at every offset.
    Records,
    /// Records at these offsets, in order; compaction took the others.
    Sparse(Vec<Offset>),
    /// The end of a transaction: no record for a consumer.
    Control,
    /// Records of an aborted transaction, which the group is not to see.
    Aborted,
}

/// What is at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Record,
    Nothing,
    Aborted,
}

impl ScannedBatch {
    pub(super) fn kind_at(&self, offset: Offset) -> Kind {
        match &self.content {
            Content::Records => Kind::Record,
            Content::Sparse(offsets) if offsets.binary_search(&offset).is_ok() => Kind::Record,
            Content::Aborted => Kind::Aborted,
            Content::Sparse(_) | Content::Control => Kind::Nothing,
        }
    }
}

impl Scan {
    pub(super) fn kind_at(&self, offset: Offset) -> Kind {
        let at = self.batches.partition_point(|batch| batch.last < offset);
        match self.batches.get(at) {
            Some(batch) if batch.first <= offset => batch.kind_at(offset),
            _ => Kind::Nothing,
        }
    }
}
