//! One transactional id: its producer and the transaction it is in.

use std::{collections::BTreeSet, sync::Arc};

use crate::model::{PartitionId, TimestampMillis};

/// Where a transactional id stands; the numbers and names are Kafka's (`TransactionState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionState {
    /// Has a producer, and had no transaction with this epoch.
    Empty = 0,
    Ongoing = 1,
    /// Decided; its markers may not be written yet.
    PrepareCommit = 2,
    PrepareAbort = 3,
    CompleteCommit = 4,
    CompleteAbort = 5,
    /// Forgotten.
    Dead = 6,
}

impl TransactionState {
    pub const ALL: [Self; 7] = [
        Self::Empty,
        Self::Ongoing,
        Self::PrepareCommit,
        Self::PrepareAbort,
        Self::CompleteCommit,
        Self::CompleteAbort,
        Self::Dead,
    ];

    /// From its number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == number)
    }

    /// As ListTransactions and DescribeTransactions say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
            Self::Dead => "Dead",
        }
    }

    /// Decided, not finished.
    pub fn is_prepared(self) -> bool {
        matches!(self, Self::PrepareCommit | Self::PrepareAbort)
    }
}

/// How a client runs its transactions, as the versions of its requests tell (KIP-890).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Partitions are added by requests of their own; the epoch stays (transaction versions 0 and 1).
    Explicit = 0,
    /// Partitions are added by writing to them; the epoch rises with every transaction (transaction version 2).
    Implicit = 2,
}

/// A producer id with an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerId {
    pub id: i64,
    pub epoch: i16,
}

/// A topic's partition that takes part.
pub type Place = (Arc<str>, PartitionId);

/// What is known of a transactional id, all of it durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub state: TransactionState,
    /// Epoch -1 before it was first given out.
    pub producer: ProducerId,
    /// The epoch that its producer had before; -1 where that must not come back.
    pub last_epoch: i16,
    /// The producer id before this one; -1 where there was none.
    pub previous_id: i64,
    /// The producer id that follows when the transaction is over, because this one's epochs are used up; else -1.
    pub next_id: i64,
    pub timeout_ms: i32,
    pub partitions: BTreeSet<Place>,
    /// Groups whose offsets are committed with it.
    pub groups: BTreeSet<Arc<str>>,
    /// -1 while there is none.
    pub started_at: TimestampMillis,
    pub updated_at: TimestampMillis,
    /// Of the last request that began or ended a transaction.
    pub flow: Flow,
}

impl Transaction {
    /// A transactional id that nobody used before.
    pub fn new(producer_id: i64, timeout_ms: i32, now: TimestampMillis) -> Self {
        Self {
            state: TransactionState::Empty,
            producer: ProducerId { id: producer_id, epoch: -1 },
            last_epoch: -1,
            previous_id: -1,
            next_id: -1,
            timeout_ms,
            partitions: BTreeSet::new(),
            groups: BTreeSet::new(),
            started_at: -1,
            updated_at: now,
            flow: Flow::Explicit,
        }
    }

    /// No client may use the epoch after this one: it is kept for fencing.
    pub fn is_exhausted(&self) -> bool {
        is_exhausted(self.producer.epoch)
    }

    /// When it is aborted if nobody ends it; `None` while none is open.
    pub fn deadline(&self) -> Option<TimestampMillis> {
        (self.state == TransactionState::Ongoing).then(|| self.started_at.saturating_add(self.timeout_ms.into()))
    }
}

/// Whether an epoch is the last that a client may have.
pub fn is_exhausted(epoch: i16) -> bool {
    epoch >= i16::MAX - 1
}
