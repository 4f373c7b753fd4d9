//! A member of a group of the newer protocol.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Held, Partitions, ServerAssignor};
use crate::{
    broker::groups::stored,
    model::{PartitionId, TimestampMillis},
};

/// A member. Its timers do not survive a restart: they begin anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsumerMember {
    pub id: String,
    pub instance_id: Option<String>,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    /// How long it may take to give back what it must, in milliseconds.
    pub rebalance_timeout_ms: i32,
    /// Topics it subscribed to by name.
    pub names: BTreeSet<Arc<str>>,
    /// The regular expression it subscribed with; never empty.
    pub regex: Option<String>,
    /// The assignor it asks for.
    pub assignor: Option<ServerAssignor>,
    pub epoch: i32,
    /// The epoch before this one: it may not have heard of the present one yet.
    pub previous_epoch: i32,
    pub state: MemberState,
    /// What it holds and may keep.
    pub assigned: Held,
    /// What it must give back first.
    pub revoking: Held,
    /// What it will hold in the end.
    pub target: Partitions,
    /// What there is besides for a member of the classic protocol.
    pub classic: Option<ClassicSide>,
    #[serde(skip)]
    pub(in crate::broker::groups) timers: Timers,
}

/// How far a member is on its way to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MemberState {
    /// Has arrived.
    #[default]
    Stable,
    /// Must give something back.
    Unrevoked,
    /// Waits for what others still hold.
    Unreleased,
}

/// What a member of the classic protocol told in JoinGroup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassicSide {
    pub session_timeout_ms: i32,
    #[serde(with = "stored::named_bytes")]
    pub protocols: Vec<(String, Bytes)>,
}

/// When a member counts as gone.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::broker::groups) struct Timers {
    /// Unless it is heard of.
    pub session: Option<TimestampMillis>,
    /// Unless it has given back what it must.
    pub rebalance: Option<TimestampMillis>,
    /// Classic: unless it joins again.
    pub join: Option<TimestampMillis>,
    /// Classic: unless it asks for its assignment.
    pub sync: Option<TimestampMillis>,
}

impl Timers {
    pub fn next(&self) -> Option<TimestampMillis> {
        [self.session, self.rebalance, self.join, self.sync].into_iter().flatten().min()
    }
}

impl ConsumerMember {
    /// Somebody new, who holds nothing and wants nothing yet.
    pub(in crate::broker::groups) fn new(id: String) -> Self {
        Self {
            id,
            instance_id: None,
            rack_id: None,
            client_id: String::new(),
            client_host: String::new(),
            rebalance_timeout_ms: -1,
            names: BTreeSet::new(),
            regex: None,
            assignor: None,
            epoch: 0,
            previous_epoch: 0,
            state: MemberState::Stable,
            assigned: Held::new(),
            revoking: Held::new(),
            target: Partitions::new(),
            classic: None,
            timers: Timers::default(),
        }
    }

    /// Whether it has arrived at the targets of `assignment_epoch`.
    pub fn is_reconciled(&self, assignment_epoch: i32) -> bool {
        self.state == MemberState::Stable && self.epoch == assignment_epoch
    }

    /// Heard of: its session starts anew. Members of the classic protocol chose their own timeout.
    pub(in crate::broker::groups) fn touch(&mut self, session_timeout_ms: i32, now: TimestampMillis) {
        let timeout = self.classic.as_ref().map_or(session_timeout_ms, |classic| classic.session_timeout_ms);
        self.timers.session = Some(now + i64::from(timeout));
    }

    /// The epoch since which it has held a partition, or has had to give it back.
    pub(super) fn holds_since(&self, topic: uuid::Uuid, partition: PartitionId) -> Option<i32> {
        let find = |held: &Held| held.get(&topic)?.get(&partition).copied();
        find(&self.assigned).or_else(|| find(&self.revoking))
    }

    /// Whether it would be stored alike.
    pub(super) fn is_stored_like(&self, other: &Self) -> bool {
        *self == Self { timers: self.timers.clone(), ..other.clone() }
    }
}

/// The partitions without the epochs.
pub(super) fn plain(held: &Held) -> Partitions {
    held.iter().map(|(topic, partitions)| (*topic, partitions.keys().copied().collect())).collect()
}
