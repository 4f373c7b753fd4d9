//! What a request said, as facts; the window puts them into words.

use std::sync::Arc;

use crate::model::{Offset, PartitionId};

/// Most parts that a summary names; the rest is a number.
pub const PARTS_MAX: usize = 4;

/// What a request and its answer said.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Said {
    /// Nothing worth a line.
    #[default]
    Nothing,
    Produce {
        acks: i16,
        parts: Box<[ProducePart]>,
        /// All partitions of the request.
        partitions: u32,
        records: u64,
        bytes: u64,
    },
    Fetch {
        /// Partitions that came with records.
        parts: Box<[FetchPart]>,
        /// All partitions that came with records.
        partitions: u32,
        records: u64,
        bytes: u64,
        max_wait_ms: i32,
        min_bytes: i32,
    },
    Commit {
        group: Arc<str>,
        parts: Box<[CommitPart]>,
        partitions: u32,
    },
    /// JoinGroup: the member id and generation are those of the answer.
    Join {
        group: Arc<str>,
        member: Arc<str>,
        generation: i32,
    },
    /// SyncGroup: what the member got.
    Sync {
        group: Arc<str>,
        member: Arc<str>,
        generation: i32,
        got: Box<[(Arc<str>, PartitionId)]>,
        partitions: u32,
    },
    /// Heartbeat of a member; `owned` where the answer brought a new assignment (newer protocol).
    Heartbeat {
        group: Arc<str>,
        member: Arc<str>,
        generation: i32,
        owned: Option<u32>,
    },
    Leave {
        group: Arc<str>,
        members: Box<[Arc<str>]>,
    },
    /// OffsetFetch: what was asked for.
    Committed {
        group: Arc<str>,
        partitions: u32,
    },
    /// Metadata, CreateTopics, DeleteTopics and others that name topics.
    Topics {
        names: Box<[Arc<str>]>,
        count: u32,
    },
    /// ListOffsets and others that name partitions.
    Partitions {
        parts: Box<[(Arc<str>, PartitionId)]>,
        partitions: u32,
    },
    /// DescribeGroups, DeleteGroups, FindCoordinator of groups.
    Groups {
        names: Box<[Arc<str>]>,
        count: u32,
    },
    /// ApiVersions: what the client calls its library.
    Library {
        name: Arc<str>,
        version: Arc<str>,
    },
    /// InitProducerId, AddPartitionsToTxn, EndTxn and others of a transactional id.
    Transaction {
        /// Empty for a producer that is only idempotent.
        transactional_id: Arc<str>,
        producer_id: i64,
        epoch: i16,
        /// EndTxn: committed or aborted.
        commit: Option<bool>,
    },
}

/// A partition of a Produce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducePart {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    /// -1 where it was refused or not acknowledged.
    pub base_offset: Offset,
    pub records: u32,
    pub bytes: u32,
    /// 0 where it was stored.
    pub error: i16,
}

/// A partition of a Fetch that came with records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchPart {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    /// The offset that was asked for.
    pub from: Offset,
    pub records: u32,
    pub bytes: u32,
}

/// A partition of an OffsetCommit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitPart {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub offset: Offset,
    /// 0 where it was committed.
    pub error: i16,
}
