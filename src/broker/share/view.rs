//! What the window and the labs are told of share groups: each record in flight, and what happened to records.

use std::sync::Arc;

use crate::model::{Offset, PartitionId, ShareRecordState, TimestampMillis};

/// Cells that are told of one share partition at most, the lowest offsets first.
pub const SHARE_CELLS_MAX: usize = 2_000;
/// Events that are kept, the newest.
pub const SHARE_EVENTS_KEPT_MAX: usize = 4_000;

/// One partition as a share group sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharePartitionView {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    /// All records below are finished (Kafka's share-partition start offset).
    pub start_offset: Offset,
    /// One after the last record in flight; records from here on were never handed out.
    pub end_offset: Offset,
    pub high_watermark: Offset,
    /// Records that wait: those in flight that nobody holds, and all that were never handed out.
    pub available: u64,
    /// Records that members hold.
    pub acquired: u64,
    /// Records that were accepted, since the broker was opened.
    pub acknowledged_total: u64,
    /// Records that were given up, since the broker was opened.
    pub archived_total: u64,
    /// Deliveries that were not the first, since the broker was opened.
    pub redelivered_total: u64,
    /// The records in flight by offset, at most [`SHARE_CELLS_MAX`].
    pub cells: Vec<ShareCell>,
}

/// One record in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareCell {
    pub offset: Offset,
    pub state: ShareRecordState,
    /// How often it was handed out.
    pub delivery_count: u16,
    /// Member id of who holds it.
    pub member: Option<Arc<str>>,
    pub client_id: Option<Arc<str>>,
    /// When the lock of who holds it ends, in epoch milliseconds.
    pub lock_until: Option<TimestampMillis>,
}

/// What a change by hand did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareChange {
    /// Records that it changed.
    pub records: u64,
}

/// Why a change by hand was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareChangeError {
    #[error("{group} is no share group of this broker; look at the list of groups")]
    NoGroup { group: Arc<str> },
    #[error("there is no partition {partition} of {topic}; it was deleted, or never was")]
    NoPartition { topic: Arc<str>, partition: PartitionId },
    #[error("{group} has not read {topic}-{partition} yet, so no record of it is in flight")]
    NotStarted { group: Arc<str>, topic: Arc<str>, partition: PartitionId },
    #[error("the change was not stored: {why}")]
    Storage { why: String },
    #[error("the broker is shutting down")]
    Closed,
}

/// Something that happened to neighbouring records of a share partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareEvent {
    /// Counts up from 1 since the broker was opened.
    pub number: u64,
    pub at: TimestampMillis,
    pub group: Arc<str>,
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub first: Offset,
    /// The last record, included.
    pub last: Offset,
    /// Who did it, or lost the lock.
    pub member: Option<Arc<str>>,
    pub client_id: Option<Arc<str>>,
    pub kind: ShareEventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareEventKind {
    /// Handed out to a member.
    Acquired {
        /// 1 for the first delivery.
        delivery_count: u16,
    },
    Accepted,
    /// Given back, by the member or because its connection ended; waits for the next member.
    Released,
    Rejected,
    /// The lock runs from anew.
    Renewed,
    /// The member held it for too long.
    LockExpired,
    /// Will not be delivered any more.
    Archived {
        reason: ArchiveReason,
    },
    /// Written to the group's dead-letter topic.
    DeadLettered {
        topic: Arc<str>,
    },
    /// Deleted from the log (`millpond.delete.acknowledged`), with all before it.
    Deleted,
}

/// Why a record will not be delivered any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArchiveReason {
    /// It was delivered as often as `share.delivery.count.limit` allows.
    DeliveryLimit,
    /// A member rejected it.
    Rejected,
    /// There is no record for a consumer at the offset.
    Gap,
    /// By hand, in the window.
    ByHand,
    /// It belongs to a transaction that was aborted.
    Aborted,
}
