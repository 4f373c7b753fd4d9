//! Topics and groups, as the picture shows them.

use std::sync::Arc;

use crate::labs::file::GroupType;
use crate::model::GroupState;

/// A topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicView {
    pub name: Arc<str>,
    pub lane: Option<Arc<str>>,
    pub partitions: Vec<PartitionView>,
    /// What `millpond.delete.acknowledged`, `cleanup.policy` and `retention.ms` say where they are not the defaults.
    pub config: Vec<(Arc<str>, Arc<str>)>,
    /// A queue: the topic has a share group and what it has finished is deleted.
    pub is_queue: bool,
}

/// A partition: its log as a strip of cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartitionView {
    pub id: i32,
    pub leader: i32,
    /// First offset that is there.
    pub start: i64,
    /// Offset that the next record gets.
    pub end: i64,
    pub high_watermark: i64,
    /// End of what readers of committed records see (`last stable offset`).
    pub last_stable: i64,
    /// Oldest first, at most [`super::CELLS_MAX`]: a few of the oldest and all of the newest; offsets that compaction has
    /// removed are not among them.
    pub cells: Vec<Cell>,
    pub markers: Vec<Marker>,
}

/// One record, or the place where one was.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub offset: i64,
    pub key: Option<Arc<str>>,
    /// What stands in the cell where there is room for more than the offset: the key, else the start of the value.
    pub label: Arc<str>,
    /// The start of the value, at most 80 characters.
    pub value_preview: Arc<str>,
    pub state: CellState,
    /// How often it was given to a member of a queue.
    pub delivery_count: u16,
    /// Epoch milliseconds of the stage's clock.
    pub timestamp: i64,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// In the log; nobody's business in particular.
    Stored,
    /// Deleted; drawn as an empty place for a while.
    Gone,
    /// In a queue, for whoever comes.
    Waiting,
    /// In a queue, given to a member until its lock ends.
    Acquired {
        by: Arc<str>,
        lock_until_ms: i64,
    },
    Acknowledged,
    /// In a queue, given up: too many deliveries, or rejected.
    Archived,
    /// The record of an open transaction: readers of committed records do not see it yet.
    Open,
    /// The record of an aborted transaction.
    Aborted,
    /// Compaction has removed it: a younger record has its key.
    Compacted,
    /// The end of a transaction: takes an offset, is no message.
    Control {
        committed: bool,
    },
}

/// Where a group stands in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub group: Arc<str>,
    /// Next offset to read, as committed; `None`: nothing yet.
    pub committed: Option<i64>,
    /// Next offset that its member will be given, where that is known.
    pub position: Option<i64>,
    pub lag: Option<u64>,
}

/// A group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    pub id: Arc<str>,
    pub kind: GroupType,
    pub state: GroupState,
    pub topics: Vec<Arc<str>>,
    pub members: Vec<MemberView>,
    /// Messages between what is committed and the end; of a queue: what is waiting.
    pub lag: u64,
    /// The most that it ever was.
    pub lag_max: u64,
    /// How old the oldest of them is.
    pub lag_ms: i64,
    /// Sum of the committed offsets.
    pub committed: i64,
    /// When the lag is gone at the present pace; `None`: it does not shrink.
    pub caught_up_in_ms: Option<i64>,
    pub rebalances: u64,
    /// How long the last rebalance took from its cause on.
    pub last_rebalance_ms: Option<i64>,
    /// All partitions together: time in which nobody owned them while the group had members, since a member came, went or
    /// crashed for the last time.
    pub stood_still_ms: i64,
    /// Partitions that members have put down since then.
    pub put_down: u64,
    /// Who owned what, oldest first, at most 400.
    pub owned: Vec<OwnedSpan>,
    /// Of a queue: in the hands of members; finished; given up; given out again.
    pub acquired: u64,
    pub acknowledged: u64,
    pub archived: u64,
    pub redelivered: u64,
    /// Of a queue: records that somebody still waits for are deleted from its topic once finished.
    pub deletes: bool,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// The actor; its client id for a program of the person's own.
    pub actor: Arc<str>,
    pub member_id: Arc<str>,
    pub owns: Vec<(Arc<str>, i32)>,
}

/// A stretch of time in which a member owned a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedSpan {
    /// `None`: nobody did.
    pub actor: Option<Arc<str>>,
    pub topic: Arc<str>,
    pub partition: i32,
    pub from_ms: i64,
    /// `None`: until now.
    pub to_ms: Option<i64>,
}
