//! The life of a record and the producers of a topic, as they are told.

use std::sync::Arc;

use super::{RequestId, Who};
use crate::{
    broker::RebalanceReason,
    model::{Compression, Offset, PartitionId, TimestampMillis},
};

/// What is known of the life of one record, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub offset: Offset,
    /// The lowest offset of the partition whose production is still known; `None` where none is. What lies below was
    /// produced before the broker was opened, or so long ago that newer records took its place.
    pub known_from: Option<Offset>,
    /// Deliveries and commits before this time are no longer known: when the broker was opened, or later.
    pub known_since: TimestampMillis,
    /// Oldest first; [`LifeStepKind::NotYetCommitted`], which has not happened, last.
    pub steps: Vec<LifeStep>,
    /// Groups that got the record more than once, and why.
    pub again: Vec<(Arc<str>, WhyAgain)>,
    /// How often it was delivered, the window's own reading aside.
    pub deliveries: u32,
    /// To how many groups.
    pub groups: u32,
}

impl Life {
    /// Whether its production is still known; otherwise the first steps are missing, which is to be said plainly.
    pub fn is_production_known(&self) -> bool {
        self.known_from.is_some_and(|from| self.offset >= from)
    }
}

/// One step in the life of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct LifeStep {
    /// When, by the broker's clock.
    pub at: TimestampMillis,
    /// Since the request that produced it came; `None` where that is not known.
    pub after_micros: Option<u64>,
    pub kind: LifeStepKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum LifeStepKind {
    Produced {
        by: Arc<Who>,
        request: RequestId,
        /// Version of the Produce request.
        version: i16,
        batch: BatchFactsSeen,
        acks: i16,
    },
    /// The commit that holds it ended.
    Stored {
        base_offset: Offset,
        /// From the request to the commit.
        took_micros: u64,
        /// Appends that shared the commit, this one included; `None` where the log did not tell.
        shared: Option<u32>,
    },
    Acknowledged {
        class: AckClass,
        /// The high watermark that this append made.
        high_watermark: Offset,
        /// From the request to the answer.
        took_micros: u64,
    },
    /// The transaction that it was produced in ended: whoever reads committed records sees it from now on, or never.
    TransactionEnded {
        how: TransactionEnd,
        committed: bool,
    },
    Fetched(FetchedBy),
    /// A commit of a group that covers it: the first one after each delivery.
    Committed(CommitSeen),
    /// The group changed between two deliveries, or after the last while the record was not committed.
    Rebalanced {
        group: Arc<str>,
        reason: RebalanceReason,
        generation: i32,
        duration_millis: i64,
    },
    /// A group that reads the partition has not committed it.
    NotYetCommitted {
        group: Arc<str>,
        /// `None`: nothing was ever committed.
        committed: Option<Offset>,
        /// Records between the committed offset and this one.
        before: u64,
    },
}

/// Who ended a transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum TransactionEnd {
    /// Its producer asked for it.
    Asked { by: Arc<Who>, request: RequestId },
    /// The broker: it was open for longer than its producer's `transaction.timeout.ms`.
    TimedOut,
    /// The broker: another producer began with the same transactional id.
    Fenced,
}

/// A batch as it was produced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchFactsSeen {
    pub base_offset: Offset,
    pub records: u32,
    pub bytes: u32,
    pub compression: Compression,
    /// -1 where the producer is not idempotent.
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub transactional: bool,
}

/// What an acknowledgement promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckClass {
    /// `acks=0`: nobody was told.
    None,
    /// `acks=1`: survives the end of the process.
    Written,
    /// `acks=all`: survives loss of power.
    Synced,
}

/// A Fetch that returned the record.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchedBy {
    pub by: Arc<Who>,
    pub request: RequestId,
    /// Group and member for which the connection reads; `None` for a reader without a group.
    pub member: Option<(Arc<str>, Arc<str>)>,
    /// 1 for the first delivery to that group (to that connection, without a group).
    pub nth: u32,
    /// How long the Fetch had waited for records.
    pub waited_micros: u64,
    /// Offsets that the answer held of this partition, both ends included.
    pub from: Offset,
    pub to: Offset,
}

/// A commit that covers the record.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitSeen {
    pub by: Arc<Who>,
    pub request: RequestId,
    pub group: Arc<str>,
    /// Empty where a commit came from outside the group.
    pub member: Arc<str>,
    pub offset: Offset,
}

/// Why a group got a record again.
#[derive(Debug, Clone, PartialEq)]
pub enum WhyAgain {
    /// A member had read it but not committed when its partition went to another member, which started at the last
    /// commit.
    NotCommittedBeforeRebalance { from: Arc<str>, to: Arc<str>, reason: Option<RebalanceReason> },
    /// The same program came back as a new member, and started again at the last commit, below the record.
    NotCommittedBeforeRestart { member: Arc<str> },
    /// It was committed, and the group's offset was then set back.
    OffsetWentBack { committed: Offset, back_to: Offset },
    /// The same member asked for the same offset again: the answer was lost, thrown away, or the consumer sought back.
    AskedAgain { member: Arc<str> },
}

/// A producer of a topic, as its requests showed.
#[derive(Debug, Clone, PartialEq)]
pub struct ProducerView {
    pub by: Arc<Who>,
    /// False after its connection ended.
    pub connected: bool,
    /// -1 where it is not idempotent.
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub transactional: bool,
    /// Of its newest request.
    pub acks: i16,
    pub compression: Compression,
    /// Since it was first seen.
    pub batches: u64,
    pub records: u64,
    pub bytes: u64,
    /// Of its newest batch.
    pub last_records: u32,
    pub last_bytes: u32,
    pub last_at: TimestampMillis,
    /// By number.
    pub partitions: Vec<ProducerPartition>,
}

impl ProducerView {
    /// Mean over all batches.
    pub fn records_per_batch(&self) -> f64 {
        if self.batches == 0 { 0.0 } else { self.records as f64 / self.batches as f64 }
    }

    /// Mean over all batches, as stored.
    pub fn bytes_per_batch(&self) -> f64 {
        if self.batches == 0 { 0.0 } else { self.bytes as f64 / self.batches as f64 }
    }
}

/// What a producer did with one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerPartition {
    pub partition: PartitionId,
    /// Sequence of the last record; -1 where the producer is not idempotent.
    pub last_sequence: i32,
    /// Offset of the last record; -1 where it was not acknowledged.
    pub last_offset: Offset,
    pub batches: u64,
    pub records: u64,
    pub last_at: TimestampMillis,
}
