//! How a consumer behaves and what it tells.

use std::sync::Arc;

use crate::{
    client::{ClientError, Isolation},
    model::{Assignor, Offset, Record, TimestampMillis, TopicPartition},
};

/// Where to start in a partition for which the group has committed nothing (or an offset that is gone).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AutoOffsetReset {
    Earliest,
    #[default]
    Latest,
    /// `poll` fails.
    None,
}

/// By which protocol a consumer is a member of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConsumerProtocol {
    /// Members agree among themselves: JoinGroup, SyncGroup, Heartbeat.
    #[default]
    Classic,
    /// The broker assigns, in the answers to ConsumerGroupHeartbeat (KIP-848). `assignor`, `session_timeout_ms` and
    /// `heartbeat_interval_ms` are the group's then, not the member's.
    Consumer,
}

/// How a [`Consumer`] behaves; defaults are Kafka's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerOptions {
    pub group: String,
    pub topics: Vec<String>,
    pub protocol: ConsumerProtocol,
    /// The id that it chooses itself with [`ConsumerProtocol::Consumer`]; `None`: a random one.
    pub member_id: Option<String>,
    pub assignor: Assignor,
    pub session_timeout_ms: i32,
    pub rebalance_timeout_ms: i32,
    pub heartbeat_interval_ms: u64,
    /// A member that is not polled for so long leaves the group.
    pub max_poll_interval_ms: u64,
    pub auto_offset_reset: AutoOffsetReset,
    /// Static membership (`group.instance.id`).
    pub instance_id: Option<String>,
    pub max_poll_records: usize,
    /// Bytes of fetched batches held for coming polls.
    pub buffer_bytes: usize,
    /// How often the leader looks whether topics have got more partitions, in milliseconds; not more often than heartbeats.
    pub metadata_interval_ms: u64,
    /// With [`Isolation::ReadCommitted`] records of transactions come when their transaction is committed.
    pub isolation: Isolation,
}

impl ConsumerOptions {
    /// Kafka's defaults.
    pub fn new(group: impl Into<String>, topics: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            group: group.into(),
            topics: topics.into_iter().map(Into::into).collect(),
            protocol: ConsumerProtocol::default(),
            member_id: None,
            assignor: Assignor::default(),
            session_timeout_ms: 45_000,
            rebalance_timeout_ms: 60_000,
            heartbeat_interval_ms: 3_000,
            max_poll_interval_ms: 300_000,
            auto_offset_reset: AutoOffsetReset::default(),
            instance_id: None,
            max_poll_records: 500,
            buffer_bytes: 16 * 1024 * 1024,
            metadata_interval_ms: 5_000,
            isolation: Isolation::ReadUncommitted,
        }
    }
}

/// Where a member stands in its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsumerState {
    Joining,
    Stable,
    /// The group asks its members to join again.
    Rebalancing,
    Left,
    /// Given up; the last event says why.
    Failed,
}

/// Something that happened to a member.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerEvent {
    pub at: TimestampMillis,
    pub kind: ConsumerEventKind,
}

/// What happened to a member.
#[derive(Debug, Clone, PartialEq)]
pub enum ConsumerEventKind {
    /// It asks to join (again).
    Joining { reason: String },
    /// A rebalance ended: what it has now and what is new.
    Assigned { generation: i32, leader: bool, added: Vec<TopicPartition>, assignment: Vec<TopicPartition> },
    /// It gave partitions back in order.
    Revoked { partitions: Vec<TopicPartition> },
    /// Partitions were taken away without asking (removed from the group).
    Lost { partitions: Vec<TopicPartition>, why: String },
    /// A position was chosen by `auto_offset_reset`.
    OffsetReset { partition: TopicPartition, to: Offset },
    /// A failure that is tried again.
    Problem(ClientError),
    /// It left the group.
    Left,
    /// It gave up.
    Failed(ClientError),
}

/// What a poll brought; empty when nothing came in time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Polled {
    pub records: Vec<(Arc<str>, Record)>,
}
