//! What is known about the cluster right now: one immutable picture, replaced by the sampler, read by every screen.

mod queue;

use std::{path::PathBuf, sync::Arc};

pub use self::queue::{QueueFigures, QueuePartitionFacts};

use super::{ClientsFacts, ListenerState, Problem, RateHistory};
use crate::model::{GroupKind, GroupState, Lag, NodeIds, Offset, PartitionId, TimestampMillis, TopicPartition};
pub use crate::{
    broker::{RebalanceEvent, RebalanceReason},
    client::{GroupEpochs, Health, HealthState, NodeHealth, NodeState},
};

/// Everything that was true at `at`.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When this picture was taken.
    pub at: TimestampMillis,
    /// Goes up with every picture that differs from the one before; screens recompute what they derive when it moves.
    pub revision: u64,
    pub cluster: ClusterFacts,
    /// By name.
    pub topics: Arc<[TopicFacts]>,
    /// By id.
    pub groups: Arc<[GroupFacts]>,
    /// Why there may be groups that are not among them; `None` where all are known.
    pub groups_untold: Option<Arc<Problem>>,
    /// Who is connected; empty where the cluster does not tell. Its rates and counters alone do not move `revision`: the
    /// screen that shows them draws itself again each second.
    pub clients: Arc<ClientsFacts>,
    /// Why the newest picture could not be taken; the rest is then the last good one.
    pub problem: Option<Problem>,
    /// When the last good picture was taken, while there is a problem: since then what is shown may have changed.
    pub stale_since: Option<TimestampMillis>,
    /// False until the first picture was taken: an empty list then means "not known yet".
    pub first_load_done: bool,
}

/// The cluster as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterFacts {
    pub name: String,
    /// Where other programs reach it; `None` while there is no listener.
    pub address: Option<String>,
    /// The listener in full.
    pub listener: Arc<ListenerState>,
    /// The workspace folder of the embedded broker.
    pub data_dir: Option<PathBuf>,
    pub nodes: usize,
    /// How the session gets on with the cluster's nodes.
    pub health: Health,
    pub size_bytes: Option<u64>,
    pub in_per_second: Option<f64>,
    pub out_per_second: Option<f64>,
    pub in_bytes_per_second: Option<f64>,
    pub out_bytes_per_second: Option<f64>,
    /// Clients from outside; `None` where the cluster does not tell.
    pub clients: Option<usize>,
    /// Records in, all topics.
    pub in_history: Arc<RateHistory>,
    /// Records out, all topics; never noted where it is not known.
    pub out_history: Arc<RateHistory>,
}

/// Why figures are not of now: they could not be asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Old {
    /// When they were.
    pub since: TimestampMillis,
    pub problem: Problem,
}

/// One topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicFacts {
    pub name: Arc<str>,
    pub id: Option<uuid::Uuid>,
    pub internal: bool,
    /// By id.
    pub partitions: Arc<[PartitionFacts]>,
    /// False until its offsets were asked for: records, rates and lag are then not known.
    pub known: bool,
    /// End minus start over all partitions: exact for a log that is not compacted.
    pub records: u64,
    pub size_bytes: Option<u64>,
    pub in_per_second: Option<f64>,
    pub out_per_second: Option<f64>,
    /// Records in.
    pub history: Arc<RateHistory>,
    /// Groups that committed an offset or own a partition.
    pub groups: u32,
    /// The largest lag among its groups.
    pub worst_lag: Lag,
    pub last_record_at: Option<TimestampMillis>,
    /// Why one of its partitions cannot be read.
    pub damage: Option<String>,
}

impl TopicFacts {
    /// A topic of which no more than this is known yet.
    pub fn new(name: Arc<str>, id: Option<uuid::Uuid>, internal: bool) -> Self {
        Self {
            name,
            id,
            internal,
            partitions: Arc::new([]),
            known: false,
            records: 0,
            size_bytes: None,
            in_per_second: None,
            out_per_second: None,
            history: Arc::default(),
            groups: 0,
            worst_lag: Lag::Unknown,
            last_record_at: None,
            damage: None,
        }
    }

    /// Why some of its figures are not of now.
    pub fn old(&self) -> Option<&Arc<Old>> {
        self.partitions.iter().find_map(|partition| partition.old.as_ref())
    }

    /// Partitions that nobody leads: they can be neither read nor written.
    pub fn offline(&self) -> usize {
        self.partitions.iter().filter(|partition| partition.leader.is_none()).count()
    }
}

/// One partition.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionFacts {
    pub id: PartitionId,
    /// Node id; `None` while there is no leader.
    pub leader: Option<i32>,
    pub leader_epoch: i32,
    /// The nodes that have it, the preferred leader first.
    pub replicas: NodeIds,
    /// Those of them that have all of it.
    pub isr: NodeIds,
    /// Those of them that are out of reach.
    pub offline: NodeIds,
    /// `None` where it was never told.
    pub start: Option<Offset>,
    pub end: Option<Offset>,
    pub size_bytes: Option<u64>,
    /// Why these three are not of now.
    pub old: Option<Arc<Old>>,
    pub damage: Option<String>,
}

/// One group: a subscription (classic or consumer), or a queue (share).
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFacts {
    pub id: Arc<str>,
    pub kind: GroupKind,
    pub state: GroupState,
    pub protocol_type: String,
    /// The assignor in use; empty while there is none.
    pub protocol: String,
    pub generation: Option<i32>,
    /// Epochs of a group of the newer protocol (KIP-848); `None` for a classic group.
    pub epochs: Option<GroupEpochs>,
    pub members: Arc<[MemberFacts]>,
    /// Every partition that it owns or has committed, by topic and number.
    pub partitions: Arc<[GroupPartitionFacts]>,
    /// Topics among `partitions`, by name.
    pub topics: Arc<[Arc<str>]>,
    /// Sum over what is known. Of a queue it is the backlog: records that are not finished, waiting or acquired.
    pub lag: Lag,
    /// How fast the lag grows (falls, when negative) over the last half minute.
    pub lag_per_second: Option<f64>,
    /// How fast records are committed over the last half minute.
    pub commit_per_second: Option<f64>,
    /// Age of the oldest record that is not read: the largest over the partitions.
    pub behind_millis: Option<i64>,
    /// Records committed a second, by topic, for charts.
    pub consumption: Arc<[(Arc<str>, Arc<RateHistory>)]>,
    /// The newest rebalances, oldest first; empty where the cluster does not tell.
    pub rebalances: Arc<[RebalanceEvent]>,
    /// How the records of a queue stand, over all partitions; `None` for a subscription, and where the cluster does not
    /// tell.
    pub queue: Option<QueueFigures>,
    /// Why nothing here is of now: its coordinator does not tell.
    pub old: Option<Arc<Old>>,
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberFacts {
    pub id: String,
    pub client_id: String,
    pub host: String,
    pub instance_id: Option<String>,
    /// Empty: it is idle.
    pub assignment: Vec<TopicPartition>,
    /// What it will own once the others have given it back; `None` in a classic group.
    pub target: Option<Vec<TopicPartition>>,
}

/// What a group has read of one partition.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPartitionFacts {
    pub tp: TopicPartition,
    /// `None`: nothing was ever committed. Of a queue the start offset: the first record that is not finished (KIP-932).
    pub committed: Option<Offset>,
    pub start: Option<Offset>,
    pub end: Option<Offset>,
    pub lag: Lag,
    /// Age of the first record that is not read; 0 when all are read.
    pub behind_millis: Option<i64>,
    /// Timestamp of the first record that is not read.
    pub first_unread_at: Option<TimestampMillis>,
    /// Index into the group's members; `None` in a queue, where several may read one partition.
    pub owner: Option<usize>,
    /// What the consumer stored with its commit.
    pub metadata: String,
    /// What only a queue has; `None` where the cluster does not tell.
    pub queue: Option<QueuePartitionFacts>,
}

impl Facts {
    /// Before anything is known.
    pub fn empty() -> Self {
        Self {
            at: 0,
            revision: 0,
            cluster: ClusterFacts::default(),
            topics: Arc::new([]),
            groups: Arc::new([]),
            groups_untold: None,
            clients: Arc::default(),
            problem: None,
            stale_since: None,
            first_load_done: false,
        }
    }

    /// Whether a screen would look the same, but for what moves with time alone.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        self.first_load_done == other.first_load_done
            && self.cluster == other.cluster
            && self.topics == other.topics
            && self.groups.len() == other.groups.len()
            && self.groups.iter().zip(other.groups.iter()).all(|(one, two)| one.shows_the_same_as(two))
            && self.groups_untold == other.groups_untold
            && self.clients.shows_the_same_as(&other.clients)
            && self.problem == other.problem
    }

    /// The topic of that name.
    pub fn topic(&self, name: &str) -> Option<&TopicFacts> {
        let index = self.topics.binary_search_by(|t| (*t.name).cmp(name)).ok()?;
        self.topics.get(index)
    }

    /// The group of that id.
    pub fn group(&self, id: &str) -> Option<&GroupFacts> {
        let index = self.groups.binary_search_by(|g| (*g.id).cmp(id)).ok()?;
        self.groups.get(index)
    }

    /// The groups that read a topic.
    pub fn groups_of<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a GroupFacts> {
        self.groups.iter().filter(move |g| g.topics.iter().any(|t| &**t == topic))
    }
}

impl Default for Facts {
    fn default() -> Self {
        Self::empty()
    }
}

impl PartitionFacts {
    /// A replica is missing among those in sync.
    pub fn is_under_replicated(&self) -> bool {
        self.isr.len() < self.replicas.len()
    }

    /// Another than the first of its replicas leads.
    pub fn is_led_by_another(&self) -> bool {
        self.leader.is_some() && self.leader != self.replicas.first().copied()
    }
}

impl MemberFacts {
    /// What it will own besides or instead of what it owns; `None` while it has arrived.
    pub fn moves_to(&self) -> Option<&[TopicPartition]> {
        self.target.as_deref().filter(|target| *target != self.assignment)
    }
}

impl GroupFacts {
    /// Records go to members one by one, instead of partitions.
    pub fn is_queue(&self) -> bool {
        self.kind == GroupKind::Share
    }

    /// But for time behind, which grows with every second whatever happens.
    fn shows_the_same_as(&self, other: &Self) -> bool {
        let same = |one: &GroupPartitionFacts, two: &GroupPartitionFacts| {
            *one == GroupPartitionFacts { behind_millis: one.behind_millis, ..two.clone() }
        };
        let partitions = Arc::clone(&self.partitions);
        self.partitions.len() == other.partitions.len()
            && self.partitions.iter().zip(other.partitions.iter()).all(|(one, two)| same(one, two))
            && *self == Self { behind_millis: self.behind_millis, partitions, ..other.clone() }
    }

    /// Lag on one topic: the sum of what is known.
    pub fn lag_on(&self, topic: &str) -> Lag {
        self.partitions.iter().filter(|p| &*p.tp.topic == topic).map(|p| p.lag).sum()
    }

    /// True while offsets must not be changed from outside: members would overwrite them.
    pub fn is_active(&self) -> bool {
        !self.members.is_empty() || !matches!(self.state, GroupState::Empty | GroupState::Dead | GroupState::Unknown)
    }

    /// Members that own nothing.
    pub fn idle_members(&self) -> usize {
        self.members.iter().filter(|m| m.assignment.is_empty()).count()
    }
}
