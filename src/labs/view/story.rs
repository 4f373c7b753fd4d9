//! What happened, event by event, as data: the words are made by who shows them.

use std::sync::Arc;

use serde::Serialize;

use crate::labs::file::{GroupType, ResetTo, Setting};

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryEvent {
    /// Counts up from 1.
    pub number: u64,
    /// Since the beginning of the story.
    pub at_ms: i64,
    #[serde(flatten)]
    pub kind: StoryKind,
}

/// Why a queue gave a record up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArchivedWhy {
    /// Delivered as often as the group allows.
    DeliveryLimit,
    Rejected,
    /// Retention or compaction had deleted it.
    Gap,
    ByHand,
    /// Its transaction was aborted.
    Aborted,
}

/// Why a request to a service failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestFailure {
    /// Everybody was busy.
    Refused,
    /// It took longer than the person waits.
    TimedOut,
    /// The service that it calls is down.
    CalleeDown,
}

/// What happened. Offsets `first..=last` are of one partition.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum StoryKind {
    /// The log took records in.
    Stored {
        actor: Option<Arc<str>>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
        key: Option<Arc<str>>,
    },
    /// A send failed for good.
    SendFailed {
        actor: Arc<str>,
        topic: Arc<str>,
        why: Arc<str>,
    },
    /// An answer was lost, the producer sent again: stored twice, or seen as the same and stored once.
    SentAgain {
        actor: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        stored_twice: bool,
    },
    /// A consumer was given records.
    Delivered {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    Processed {
        actor: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    ProcessingFailed {
        actor: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        offset: i64,
    },
    /// `offset` is the next to read.
    Committed {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        offset: i64,
    },
    CommitFailed {
        actor: Arc<str>,
        group: Arc<str>,
        why: Arc<str>,
    },

    Started {
        actor: Arc<str>,
    },
    Stopped {
        actor: Arc<str>,
    },
    Crashed {
        actor: Arc<str>,
    },
    Paused {
        actor: Arc<str>,
    },
    Resumed {
        actor: Arc<str>,
    },
    Added {
        actor: Arc<str>,
    },
    Removed {
        actor: Arc<str>,
    },
    Changed {
        actor: Arc<str>,
        field: Arc<str>,
        value: Setting,
    },

    Joined {
        actor: Arc<str>,
        group: Arc<str>,
    },
    Left {
        actor: Arc<str>,
        group: Arc<str>,
    },
    /// Its session ran out: the group goes on without it.
    Expired {
        actor: Arc<str>,
        group: Arc<str>,
    },
    /// A rebalance ended.
    Rebalanced {
        group: Arc<str>,
        generation: i32,
        members: u32,
        took_ms: i64,
    },
    Assigned {
        actor: Arc<str>,
        group: Arc<str>,
        partitions: Vec<(Arc<str>, i32)>,
    },
    Revoked {
        actor: Arc<str>,
        group: Arc<str>,
        partitions: Vec<(Arc<str>, i32)>,
    },
    /// More members than partitions: this one has none.
    Idle {
        actor: Arc<str>,
        group: Arc<str>,
    },

    /// A queue lent records to a member; `count` is how often the first of them was delivered by now.
    Acquired {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
        count: u16,
    },
    Accepted {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    Released {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    Rejected {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    Renewed {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    /// The member took too long: others get them.
    LockExpired {
        actor: Arc<str>,
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
    },
    Archived {
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
        why: ArchivedWhy,
    },
    /// A copy is in the topic for dead letters.
    DeadLettered {
        group: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        first: i64,
        last: i64,
        to: Arc<str>,
    },

    /// The log begins at `before` now: retention, a queue that has finished, or a hand.
    Deleted {
        topic: Arc<str>,
        partition: i32,
        before: i64,
        records: u64,
    },
    Compacted {
        topic: Arc<str>,
        removed: u64,
    },

    /// Processed for the second time.
    Duplicate {
        actor: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        offset: i64,
        first_by: Arc<str>,
    },
    /// Processed although an older record of the same partition was not yet.
    OutOfOrder {
        actor: Arc<str>,
        topic: Arc<str>,
        partition: i32,
        offset: i64,
        older: i64,
    },

    /// A person was answered; of many only now and then one is told.
    Served {
        actor: Arc<str>,
        took_ms: i64,
    },
    RequestFailed {
        actor: Arc<str>,
        why: RequestFailure,
        took_ms: i64,
    },

    TransactionBegan {
        actor: Arc<str>,
        id: Arc<str>,
    },
    TransactionCommitted {
        actor: Arc<str>,
        id: Arc<str>,
        records: u64,
    },
    TransactionAborted {
        actor: Arc<str>,
        id: Arc<str>,
        records: u64,
    },

    /// Somebody asked for an old message.
    ReadFound {
        topic: Arc<str>,
        partition: i32,
        offset: i64,
    },
    ReadGone {
        topic: Arc<str>,
        partition: i32,
        offset: i64,
    },
    TopicCreated {
        topic: Arc<str>,
        partitions: i32,
    },
    PartitionsAdded {
        topic: Arc<str>,
        partitions: i32,
    },
    /// A topic's or group's setting.
    Configured {
        what: Arc<str>,
        setting: Arc<str>,
        value: Arc<str>,
    },
    GroupCreated {
        group: Arc<str>,
        kind: GroupType,
    },
    OffsetsReset {
        group: Arc<str>,
        topic: Arc<str>,
        to: ResetTo,
    },
    ModeChanged {
        actor: Arc<str>,
        queue: bool,
    },
    Jumped {
        hours: f64,
    },
    /// More comes than is done: so many times as much; the rest waits in the topic.
    Overrun {
        topic: Arc<str>,
        group: Arc<str>,
        times: f64,
    },
    /// The backlog is gone.
    Drained {
        topic: Arc<str>,
        group: Arc<str>,
        took_ms: i64,
    },
}

impl StoryKind {
    /// Under which name events of this kind are counted in the facts, as in `counts.rebalances`. The records of an event
    /// count, not the event.
    pub fn counted_as(&self) -> &'static str {
        match self {
            Self::Stored { .. } => "stored",
            Self::SendFailed { .. } => "send_failures",
            Self::SentAgain { .. } => "sent_again",
            Self::Delivered { .. } => "delivered",
            Self::Processed { .. } => "processed",
            Self::ProcessingFailed { .. } => "processing_failures",
            Self::Committed { .. } => "commits",
            Self::CommitFailed { .. } => "commit_failures",
            Self::Started { .. } => "starts",
            Self::Stopped { .. } => "stops",
            Self::Crashed { .. } => "crashes",
            Self::Paused { .. } => "pauses",
            Self::Resumed { .. } => "resumes",
            Self::Added { .. } => "added",
            Self::Removed { .. } => "removed",
            Self::Changed { .. } => "changes",
            Self::Joined { .. } => "joins",
            Self::Left { .. } => "leaves",
            Self::Expired { .. } => "expired",
            Self::Rebalanced { .. } => "rebalances",
            Self::Assigned { .. } => "assignments",
            Self::Revoked { .. } => "revocations",
            Self::Idle { .. } => "idle",
            Self::Acquired { .. } => "acquired",
            Self::Accepted { .. } => "accepted",
            Self::Released { .. } => "released",
            Self::Rejected { .. } => "rejected",
            Self::Renewed { .. } => "renewed",
            Self::LockExpired { .. } => "lock_expiries",
            Self::Archived { .. } => "archived",
            Self::DeadLettered { .. } => "dead_letters",
            Self::Deleted { .. } => "deleted",
            Self::Compacted { .. } => "compactions",
            Self::Duplicate { .. } => "duplicates",
            Self::OutOfOrder { .. } => "out_of_order",
            Self::Served { .. } => "served",
            Self::RequestFailed { .. } => "request_failures",
            Self::TransactionBegan { .. } => "transactions",
            Self::TransactionCommitted { .. } => "committed_transactions",
            Self::TransactionAborted { .. } => "aborted_transactions",
            Self::ReadFound { .. } => "reads_found",
            Self::ReadGone { .. } => "reads_gone",
            Self::TopicCreated { .. } => "topics_created",
            Self::PartitionsAdded { .. } => "partitions_added",
            Self::Configured { .. } => "configured",
            Self::GroupCreated { .. } => "groups_created",
            Self::OffsetsReset { .. } => "resets",
            Self::ModeChanged { .. } => "mode_changes",
            Self::Jumped { .. } => "jumps",
            Self::Overrun { .. } => "overruns",
            Self::Drained { .. } => "drained",
        }
    }
}

/// Something that surprises who sees it for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SurpriseKind {
    /// A member of a group without a partition.
    IdleConsumer,
    /// A record that was processed twice.
    Duplicate,
    /// A member of a queue that took too long.
    LostLock,
    /// A record that was processed before an older one.
    OutOfOrder,
}

impl SurpriseKind {
    pub const ALL: [SurpriseKind; 4] = [Self::IdleConsumer, Self::Duplicate, Self::LostLock, Self::OutOfOrder];

    /// The end of the keys of its texts (`lab-surprise-<key>`), and its name where what was seen is kept.
    pub fn key(self) -> &'static str {
        match self {
            Self::IdleConsumer => "idle-consumer",
            Self::Duplicate => "duplicate",
            Self::LostLock => "lost-lock",
            Self::OutOfOrder => "out-of-order",
        }
    }
}

/// A surprise that has paused the stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Surprise {
    pub kind: SurpriseKind,
    /// The event that it is about.
    pub event: StoryEvent,
}
