//! The second door into the broker, for what Kafka's protocol cannot say. A remote cluster has none.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use futures_util::future::BoxFuture;

use super::observe::{ConnectionView, Life, ProducerView, RequestDetail, RequestFilter, RequestId, RequestView};
use super::share::{ShareChange, ShareChangeError, ShareEvent, SharePartitionView};
use crate::log::{Compacted, LogError};
use crate::model::{Offset, PartitionId, TimestampMillis};

/// What the embedded broker tells beyond Kafka's protocol. The methods may read from disk: call them off the window's
/// thread.
pub trait Inspector: Send + Sync {
    /// The workspace folder.
    fn data_dir(&self) -> PathBuf;

    /// Batches of the partition that overlap the offsets `from..to`, oldest first, at most `limit`, without their
    /// records: for a histogram over time. Empty where the topic is unknown or the partition damaged.
    fn partition_spans(
        &self,
        topic: &str,
        partition: PartitionId,
        from: Offset,
        to: Offset,
        limit: usize,
    ) -> Vec<PartitionSpan>;

    /// Size on disk of each partition that is healthy.
    fn partition_sizes(&self) -> Vec<PartitionSize>;

    /// Partitions that were set aside.
    fn damage(&self) -> Vec<Damage>;

    /// What went in and out since the broker was opened.
    fn counters(&self) -> Counters;

    /// Rebalances with a number above `after` (0: all that are kept), oldest first. The broker keeps the last
    /// thousand.
    fn rebalances(&self, after: u64) -> Vec<RebalanceEvent>;

    /// Open connections, oldest first; those of the window itself only if asked for.
    fn connections(&self, window_too: bool) -> Vec<ConnectionView>;

    /// Connections that ended a short while ago, newest end first; at most some dozens.
    fn departed(&self) -> Vec<ConnectionView>;

    /// Requests with an id above `after` that pass the filter, newest first, at most `limit`. The broker keeps the
    /// newest [`REQUESTS_KEPT_MAX`](super::observe::REQUESTS_KEPT_MAX), and some more of those that failed.
    fn requests(&self, after: RequestId, filter: &RequestFilter, limit: usize) -> Vec<RequestView>;

    /// One request with its fields; `None` where it is no longer kept.
    fn request(&self, id: RequestId) -> Option<RequestDetail>;

    /// Who produced to the topic since the broker was opened, newest first; at most some hundreds.
    fn producers(&self, topic: &str) -> Vec<ProducerView>;

    /// How far each partition of a topic is compacted; `None` where the topic is unknown or keeps everything
    /// (`cleanup.policy` without `compact`).
    fn compaction(&self, topic: &str) -> Option<Vec<PartitionCompaction>>;

    /// Compacts a topic at once, as [`Broker::compact`](super::Broker::compact) does.
    fn compact(&self, topic: Arc<str>) -> BoxFuture<'static, Compactions>;

    /// What is known of the life of a record; `None` where there is no such topic or partition.
    fn life(&self, topic: &str, partition: PartitionId, offset: Offset) -> Option<Life>;

    /// The partitions that a share group has begun to read, by topic and number, with each record in flight. Empty where
    /// there is no such group.
    fn share_partitions(&self, group: &str) -> Vec<SharePartitionView>;

    /// Makes records from `first` to `last` (included) of a share group available again, as far as they are in flight:
    /// archived ones get another chance, and a member that holds one loses its lock. Their deliveries count from none.
    fn share_redeliver(
        &self,
        group: &str,
        topic: &str,
        partition: PartitionId,
        first: Offset,
        last: Offset,
    ) -> ShareChanging;

    /// Gives up records from `first` to `last` (included) for a share group; a member that holds one loses its lock.
    fn share_archive(
        &self,
        group: &str,
        topic: &str,
        partition: PartitionId,
        first: Offset,
        last: Offset,
    ) -> ShareChanging;

    /// Passes over all that waits in a topic for a share group: it goes on with what is produced from now on.
    fn share_purge(&self, group: &str, topic: &str) -> ShareChanging;

    /// What happened to records of share groups, the events with a number above `after` (0: all that are kept), oldest
    /// first. The broker keeps the newest [`SHARE_EVENTS_KEPT_MAX`](super::SHARE_EVENTS_KEPT_MAX).
    fn share_events(&self, after: u64) -> Vec<ShareEvent>;
}

/// A change by hand to records of a share group; durable when it is over.
pub type ShareChanging = BoxFuture<'static, Result<ShareChange, ShareChangeError>>;

/// One stored batch, without its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionSpan {
    pub base_offset: Offset,
    pub last_offset: Offset,
    /// Greatest timestamp in the batch.
    pub max_timestamp: TimestampMillis,
    pub record_count: u32,
    pub size_bytes: u64,
}

/// Size of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionSize {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    /// Bytes of its batches as stored.
    pub size_bytes: u64,
}

/// What compactions of a topic's partitions did, each by itself; partitions with nothing to do are left out.
pub type Compactions = Vec<(PartitionId, Result<Compacted, LogError>)>;

/// How far a partition is compacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionCompaction {
    pub partition: PartitionId,
    /// Offsets below were compacted.
    pub upto: Offset,
    /// Bytes of batches above, which the next compaction looks at.
    pub dirty_bytes: u64,
    /// Since the broker was opened.
    pub last: Option<LastCompaction>,
}

/// A compaction that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastCompaction {
    pub at: TimestampMillis,
    pub done: Compacted,
}

/// A partition that cannot be used while the rest of the workspace goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub path: PathBuf,
    /// What is wrong and what to do, as a sentence.
    pub why: String,
}

/// What went in and out since the broker was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    pub topics: BTreeMap<Arc<str>, TopicCounters>,
}

/// What went in and out of one topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TopicCounters {
    pub records_in: u64,
    pub bytes_in: u64,
    pub records_out: u64,
    pub bytes_out: u64,
}

/// A rebalance that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebalanceEvent {
    /// Counts up from 1 since the broker was opened.
    pub number: u64,
    pub group: Arc<str>,
    /// The generation that began.
    pub generation: i32,
    pub reason: RebalanceReason,
    /// Member ids of the new generation.
    pub members: Vec<String>,
    /// When it ended.
    pub at: TimestampMillis,
    /// From its cause to the new generation.
    pub duration_millis: i64,
}

/// What made a group rebalance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RebalanceReason {
    MemberJoined {
        member: String,
    },
    MemberRejoined {
        member: String,
    },
    MemberLeft {
        member: String,
    },
    /// Fell silent for longer than its session timeout.
    MemberExpired {
        member: String,
    },
    /// Never sent SyncGroup, or never rejoined, within the rebalance timeout.
    MemberTooSlow {
        member: String,
    },
    /// Wants other topics than before.
    SubscriptionChanged {
        member: String,
    },
    /// Topics that the group reads came, went or got more partitions.
    TopicsChanged,
    /// Joined with the other group protocol, or was the last to use it: the whole group moved.
    ProtocolChanged {
        member: String,
    },
    /// The broker was started anew in the middle of a rebalance.
    BrokerRestarted,
}
