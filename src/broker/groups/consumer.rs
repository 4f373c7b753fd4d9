//! Consumer groups of the newer protocol (KIP-848) as a pure state machine: the broker assigns, and each member moves to
//! its target by itself, heartbeat by heartbeat.
//!
//! Three epochs follow each other. The *group epoch* rises when members, subscriptions or topics change. The target
//! assignment is computed for it and so gets the same number. A member's own epoch rises when it has given back what is
//! no longer its own. A partition is given to a member only when no other holds it.
//!
//! ```text
//!                 owns what it must give back            others still hold what it will get
//!   Stable ---------------------------------> Unrevoked --------------------------> Unreleased
//!     ^                                           |                                     |
//!     +-------------------------------------------+-------------------------------------+
//!                      it has given back, and what is its own is free
//! ```
//!
//! A member may speak the classic protocol instead (`classic`): to it the group looks like one whose leader is elsewhere,
//! with the member's epoch as its generation.

mod assign;
mod classic;
mod describe;
mod heartbeat;
mod leave;
mod member;
mod reconcile;
mod subscription;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use kafka_protocol::ResponseError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use assign::{ASSIGNORS, ServerAssignor};
pub use describe::{ConsumerDescription, ConsumerMemberDescription};
pub use heartbeat::{Heartbeat, HeartbeatAnswer};
pub use member::{ClassicSide, ConsumerMember, MemberState};

pub(super) use classic::{keys, named};

use super::{
    catalog::{Catalog, CatalogTopic},
    types::{Effect, Rebalanced},
};
use crate::{
    broker::RebalanceReason,
    model::{GroupState, PartitionId, TimestampMillis},
};

/// Partitions by the id of their topic.
pub type Partitions = BTreeMap<Uuid, BTreeSet<PartitionId>>;
/// Partitions that a member holds, each with the epoch since which it does (KIP-1251).
pub type Held = BTreeMap<Uuid, BTreeMap<PartitionId, i32>>;

/// The epoch with which a member joins.
pub const JOIN_EPOCH: i32 = 0;
/// The epoch with which a member leaves.
pub const LEAVE_EPOCH: i32 = -1;
/// The epoch with which a static member leaves for a while; what it holds is kept for its next start.
pub const STATIC_LEAVE_EPOCH: i32 = -2;

/// What a group must know of the world.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    pub catalog: &'a Catalog,
    pub settings: ConsumerSettings,
}

/// Settings of a group of the newer protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerSettings {
    /// `consumer.session.timeout.ms`
    pub session_timeout_ms: i32,
    /// `consumer.heartbeat.interval.ms`
    pub heartbeat_interval_ms: i32,
    /// `group.consumer.max.size`
    pub members_max: usize,
}

/// A refusal, with a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub error: ResponseError,
    pub message: String,
}

impl Refusal {
    pub fn new(error: ResponseError, message: impl Into<String>) -> Self {
        Self { error, message: message.into() }
    }
}

/// A group of the newer protocol.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsumerGroup {
    pub(super) epoch: i32,
    /// The group epoch for which the targets of the members were computed.
    pub(super) assignment_epoch: i32,
    pub(super) assignor: ServerAssignor,
    pub(super) members: BTreeMap<String, ConsumerMember>,
    /// The topics that members are subscribed to and that exist.
    pub(super) topics: BTreeMap<Arc<str>, CatalogTopic>,
    /// Which catalog `topics` was taken from; none after a restart.
    #[serde(skip)]
    pub(super) catalog_seen: Option<u64>,
    /// The topics that each regular expression finds in that catalog.
    #[serde(skip)]
    pub(super) found: BTreeMap<String, BTreeSet<Arc<str>>>,
    /// Who holds what, or still has to give it back.
    #[serde(skip)]
    pub(super) owners: HashMap<(Uuid, PartitionId), String>,
    /// The rebalance under way, since its cause.
    #[serde(skip)]
    pub(super) rebalance: Option<(TimestampMillis, RebalanceReason)>,
    #[serde(skip)]
    pub(super) empty_since: Option<TimestampMillis>,
}

impl ConsumerGroup {
    /// What the epochs of a new group go on from; the first member's arrival makes it the next, as in Kafka 4.3.
    pub const FIRST_EPOCH: i32 = 1;

    /// A group without members whose epochs go on from `epoch`.
    pub fn new(epoch: i32, empty_since: TimestampMillis) -> Self {
        Self {
            epoch,
            assignment_epoch: epoch,
            assignor: ServerAssignor::default(),
            members: BTreeMap::new(),
            topics: BTreeMap::new(),
            catalog_seen: None,
            found: BTreeMap::new(),
            owners: HashMap::new(),
            rebalance: None,
            empty_since: Some(empty_since),
        }
    }

    /// Completes a group that was read from the disk: who holds what follows from the members, and each of them gets a
    /// fresh session.
    pub fn wake(mut self, session_timeout_ms: i32, empty_since: Option<TimestampMillis>, now: TimestampMillis) -> Self {
        self.empty_since = self.members.is_empty().then_some(empty_since.unwrap_or(now));
        let members = std::mem::take(&mut self.members);
        for mut member in members.into_values() {
            member.touch(session_timeout_ms, now);
            if member.state == MemberState::Unrevoked && member.classic.is_none() {
                member.timers.rebalance = Some(now + i64::from(member.rebalance_timeout_ms));
            }
            self.put(member);
        }
        self
    }

    /// The group epoch.
    pub fn epoch(&self) -> i32 {
        self.epoch
    }

    pub fn members(&self) -> impl Iterator<Item = &ConsumerMember> {
        self.members.values()
    }

    pub fn member(&self, id: &str) -> Option<&ConsumerMember> {
        self.members.get(id)
    }

    /// Since when it has had no members, in epoch milliseconds.
    pub fn empty_since(&self) -> Option<TimestampMillis> {
        self.empty_since
    }

    pub fn state(&self) -> GroupState {
        if self.members.is_empty() {
            GroupState::Empty
        } else if self.epoch > self.assignment_epoch {
            GroupState::Assigning
        } else if self.members.values().any(|member| !member.is_reconciled(self.assignment_epoch)) {
            GroupState::Reconciling
        } else {
            GroupState::Stable
        }
    }

    /// Whether members are subscribed to a topic.
    pub fn reads(&self, topic: &str) -> bool {
        self.topics.contains_key(topic)
            || self.members.values().any(|member| member.names.iter().any(|name| &**name == topic))
    }

    /// Whether only members of the classic protocol are left, so that the group is to become classic again.
    pub fn should_downgrade(&self) -> bool {
        !self.members.is_empty() && self.members.values().all(|member| member.classic.is_some())
    }

    /// When `tick` has something to do at the earliest.
    pub fn next_deadline(&self) -> Option<TimestampMillis> {
        self.members.values().filter_map(|member| member.timers.next()).min()
    }

    /// Time has passed: members that fell silent, or did not do what they were asked to in time, go.
    pub fn tick(&mut self, now: TimestampMillis) -> Vec<Effect> {
        let mut gone = Vec::new();
        for member in self.members.values() {
            let id = || member.id.clone();
            if member.timers.session.is_some_and(|deadline| deadline <= now) {
                gone.push((id(), RebalanceReason::MemberExpired { member: id() }));
            } else if member.timers.next().is_some_and(|deadline| deadline <= now) {
                gone.push((id(), RebalanceReason::MemberTooSlow { member: id() }));
            }
        }
        let mut effects = Vec::new();
        for (id, reason) in gone {
            self.remove(&id);
            self.bump(reason, now);
            effects = vec![Effect::Store];
        }
        self.end_rebalance(now, &mut effects);
        effects
    }

    pub(super) fn static_member(&self, instance: &str) -> Option<&ConsumerMember> {
        self.members.values().find(|member| member.instance_id.as_deref() == Some(instance))
    }

    /// Adds or replaces a member.
    pub(super) fn put(&mut self, member: ConsumerMember) {
        self.take(&member.id);
        for (topic, partitions) in member.assigned.iter().chain(&member.revoking) {
            for partition in partitions.keys() {
                self.owners.insert((*topic, *partition), member.id.clone());
            }
        }
        self.empty_since = None;
        self.members.insert(member.id.clone(), member);
    }

    /// Takes a member out, and with it its claims.
    pub(super) fn take(&mut self, id: &str) -> Option<ConsumerMember> {
        let member = self.members.remove(id)?;
        for (topic, partitions) in member.assigned.iter().chain(&member.revoking) {
            for partition in partitions.keys() {
                self.owners.remove(&(*topic, *partition));
            }
        }
        Some(member)
    }

    /// Takes a member out for good; the caller raises the epoch.
    pub(super) fn remove(&mut self, id: &str) {
        self.take(id);
        // Topics that nobody else reads are no longer the group's.
        self.catalog_seen = None;
    }

    /// A new epoch begins.
    pub(super) fn bump(&mut self, reason: RebalanceReason, now: TimestampMillis) {
        self.epoch = self.epoch.saturating_add(1);
        self.rebalance.get_or_insert((now, reason));
        if self.members.is_empty() {
            self.empty_since = Some(now);
        }
    }

    /// Tells of the rebalance if it is over.
    pub(super) fn end_rebalance(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        if !matches!(self.state(), GroupState::Stable | GroupState::Empty) {
            return;
        }
        let Some((began, reason)) = self.rebalance.take() else { return };
        effects.push(Effect::Rebalanced(Rebalanced {
            generation: self.epoch,
            reason,
            members: self.members.keys().cloned().collect(),
            began,
            ended: now,
        }));
    }
}
