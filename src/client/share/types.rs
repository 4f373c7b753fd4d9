//! How a member of a share group behaves and what it tells.

use std::sync::Arc;

use crate::{
    client::ClientError,
    codec::share::{ACK_ACCEPT, ACK_REJECT, ACK_RELEASE},
    model::{Offset, Record, TimestampMillis, TopicPartition},
};

/// Who says that a record is done with (Kafka's `share.acknowledgement.mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AckMode {
    /// The next poll or commit accepts everything that was handed over and not answered for.
    #[default]
    Implicit,
    /// The caller answers for each record; what it says nothing about comes again when its lock has run out.
    Explicit,
}

/// What is said about a record (Kafka's `AcknowledgeType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckType {
    /// It is done with.
    Accept,
    /// Somebody may try it again.
    Release,
    /// Nobody should try it again.
    Reject,
}

impl AckType {
    pub(super) fn as_wire(self) -> i8 {
        match self {
            Self::Accept => ACK_ACCEPT,
            Self::Release => ACK_RELEASE,
            Self::Reject => ACK_REJECT,
        }
    }

    /// `None` for what only the client says: gaps and renewals.
    pub(super) fn from_wire(code: i8) -> Option<Self> {
        [Self::Accept, Self::Release, Self::Reject].into_iter().find(|ack| ack.as_wire() == code)
    }
}

/// How a [`ShareConsumer`](super::ShareConsumer) behaves; defaults are Kafka's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareConsumerOptions {
    pub group: String,
    pub topics: Vec<String>,
    /// Records of one poll (`max.poll.records`).
    pub max_records: usize,
    /// The broker locks never more than `max_records` at once (`share.acquire.mode=record_limit`), where it can count:
    /// otherwise it hands out whole batches, and what is too much waits here, locked.
    pub strict: bool,
    /// Bytes of one answer of a broker; a larger batch comes all the same.
    pub max_bytes: usize,
    pub ack_mode: AckMode,
    /// The id that it chooses; `None`: a random one.
    pub member_id: Option<String>,
    /// `None`: as often as the group asks for, five seconds as a rule. A member learns by its heartbeat what it is to read.
    pub heartbeat_interval_ms: Option<u64>,
}

impl ShareConsumerOptions {
    /// Kafka's defaults.
    pub fn new(group: impl Into<String>, topics: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            group: group.into(),
            topics: topics.into_iter().map(Into::into).collect(),
            max_records: 500,
            strict: false,
            max_bytes: 8 * 1024 * 1024,
            ack_mode: AckMode::default(),
            member_id: None,
            heartbeat_interval_ms: None,
        }
    }
}

/// A record that is locked for this member.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareRecord {
    pub topic: Arc<str>,
    pub record: Record,
    /// How often the group has handed it out, this time included.
    pub delivery_count: u16,
    /// Until when nobody else gets it, unless the lock is renewed.
    pub lock_until: TimestampMillis,
}

impl ShareRecord {
    pub fn partition(&self) -> TopicPartition {
        TopicPartition::new(Arc::clone(&self.topic), self.record.partition)
    }
}

/// What became of what was said about a range of records. The broker takes what one request says about a partition as a
/// whole, or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Acknowledged {
    pub partition: TopicPartition,
    pub first: Offset,
    /// Included.
    pub last: Offset,
    pub ack: AckType,
    /// INVALID_RECORD_STATE where the lock had run out: somebody else gets the records, or has them already.
    pub outcome: Result<(), ClientError>,
}

impl Acknowledged {
    /// Whether it is about this record.
    pub fn covers(&self, record: &ShareRecord) -> bool {
        (self.first..=self.last).contains(&record.record.offset) && self.partition == record.partition()
    }
}

/// Something that happened to a member of a share group.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareConsumerEvent {
    pub at: TimestampMillis,
    pub kind: ShareConsumerEventKind,
}

/// What happened to a member of a share group.
#[derive(Debug, Clone, PartialEq)]
pub enum ShareConsumerEventKind {
    /// It asks to join (again).
    Joining { reason: String },
    /// What it reads from now on; others may read the same partitions.
    Assigned { epoch: i32, added: Vec<TopicPartition>, removed: Vec<TopicPartition>, assignment: Vec<TopicPartition> },
    /// Locks of records that it had been given are gone: they ran out, or the broker ended the session.
    LocksLost { records: u64, why: String },
    /// What was said about records has arrived, or was refused; told for what a poll sent along.
    Acknowledged(Acknowledged),
    /// A failure that is tried again.
    Problem(ClientError),
    /// It left the group.
    Left,
    /// It gave up.
    Failed(ClientError),
}
