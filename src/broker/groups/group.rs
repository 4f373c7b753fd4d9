//! The state of one group.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;
use serde::{Deserialize, Serialize};

use super::stored;
use super::types::{CallId, GroupLimits, MemberMetadata};
use crate::{
    broker::RebalanceReason,
    model::{GroupState, TimestampMillis},
};

/// A classic consumer group.
#[derive(Debug, Clone)]
pub struct Group {
    pub(super) limits: GroupLimits,
    pub(super) state: GroupState,
    pub(super) generation: i32,
    pub(super) protocol_type: Option<String>,
    /// The assignor that the members chose; none while Empty.
    pub(super) protocol: Option<String>,
    pub(super) leader: Option<String>,
    /// In the order in which they first joined: the longest-serving one leads next.
    pub(super) members: Vec<Member>,
    /// Ids handed out with MEMBER_ID_REQUIRED, and when to stop waiting for their owner.
    pub(super) pending: BTreeMap<String, TimestampMillis>,
    /// The rebalance under way, from its cause to the new assignment.
    pub(super) rebalance: Option<Rebalance>,
    /// When members that have not sent SyncGroup are removed.
    pub(super) sync_deadline: Option<TimestampMillis>,
    /// Since when it has no members.
    pub(super) empty_since: Option<TimestampMillis>,
}

/// A rebalance under way.
#[derive(Debug, Clone)]
pub(super) struct Rebalance {
    pub began: TimestampMillis,
    pub reason: RebalanceReason,
    /// When those who have not joined again are given up.
    pub deadline: TimestampMillis,
    /// The first rebalance of an empty group waits for more members: how long it may still be put off.
    pub initial_remaining_ms: Option<i64>,
    /// Whether somebody new came since the deadline was set.
    pub newcomers: bool,
}

/// A member of a group. What it waits for does not survive a restart, and its session begins anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Member {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    /// What the leader gave it.
    #[serde(with = "stored::bytes_text")]
    pub assignment: Bytes,
    pub(super) session_timeout_ms: i32,
    pub(super) rebalance_timeout_ms: i32,
    #[serde(with = "stored::named_bytes")]
    pub(super) protocols: Vec<(String, Bytes)>,
    /// Waits for the end of the join phase.
    #[serde(skip)]
    pub(super) joining: Option<CallId>,
    /// Waits for the leader's assignment.
    #[serde(skip)]
    pub(super) syncing: Option<CallId>,
    /// Has sent SyncGroup in this generation.
    #[serde(skip)]
    pub(super) synced: bool,
    /// When it counts as gone unless it is heard of; does not run while it waits for an answer.
    #[serde(skip)]
    pub(super) session_deadline: TimestampMillis,
}

impl Member {
    pub(super) fn is_waiting(&self) -> bool {
        self.joining.is_some() || self.syncing.is_some()
    }

    /// Heard of: its session starts anew.
    pub(super) fn touch(&mut self, now: TimestampMillis) {
        self.session_deadline = now + i64::from(self.session_timeout_ms);
    }

    /// Its subscription under `protocol`.
    pub fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|(name, _)| name == protocol).map(|(_, bytes)| bytes.clone()).unwrap_or_default()
    }
}

impl Group {
    /// A group that nobody has joined.
    pub fn new(limits: GroupLimits, now: TimestampMillis) -> Self {
        Self::vacant(limits, 0, None, now)
    }

    /// A group without members whose generations go on counting.
    pub fn vacant(
        limits: GroupLimits,
        generation: i32,
        protocol_type: Option<String>,
        empty_since: TimestampMillis,
    ) -> Self {
        Self {
            limits,
            state: GroupState::Empty,
            generation,
            protocol_type,
            protocol: None,
            leader: None,
            members: Vec::new(),
            pending: BTreeMap::new(),
            rebalance: None,
            sync_deadline: None,
            empty_since: Some(empty_since),
        }
    }

    pub fn state(&self) -> GroupState {
        self.state
    }

    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// What the members are: `consumer`; `None` where only offsets were ever committed.
    pub fn protocol_type(&self) -> Option<&str> {
        self.protocol_type.as_deref()
    }

    /// The assignor in use.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// The member that assigns.
    pub fn leader(&self) -> Option<&str> {
        self.leader.as_deref()
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Since when it has had no members, in epoch milliseconds.
    pub fn empty_since(&self) -> Option<TimestampMillis> {
        self.empty_since
    }

    /// Whether it may be forgotten: no members, and none on the way.
    pub fn is_vacant(&self) -> bool {
        self.state == GroupState::Empty && self.members.is_empty() && self.pending.is_empty()
    }

    /// When `tick` has something to do at the earliest.
    pub fn next_deadline(&self) -> Option<TimestampMillis> {
        let sessions = self.members.iter().filter(|member| !member.is_waiting()).map(|member| member.session_deadline);
        let rebalance =
            self.rebalance.iter().filter(|_| self.state == GroupState::PreparingRebalance).map(|r| r.deadline);
        sessions.chain(self.pending.values().copied()).chain(rebalance).chain(self.sync_deadline).min()
    }

    pub(super) fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    pub(super) fn member_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    pub(super) fn static_member(&self, instance: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.instance_id.as_deref() == Some(instance))
    }

    pub(super) fn is_leader(&self, id: &str) -> bool {
        self.leader.as_deref() == Some(id)
    }

    /// Finds the member that a request names. A static member whose instance id now belongs to another member id is
    /// fenced: two processes run with the same `group.instance.id`.
    pub(super) fn known(&mut self, id: &str, instance: Option<&str>) -> Result<&mut Member, ResponseError> {
        if let Some(instance) = instance {
            match self.static_member(instance) {
                None => return Err(ResponseError::UnknownMemberId),
                Some(owner) if owner.id != id => return Err(ResponseError::FencedInstanceId),
                Some(_) => {}
            }
        }
        self.member_mut(id).ok_or(ResponseError::UnknownMemberId)
    }

    /// The members' subscriptions under the chosen protocol.
    pub(super) fn all_metadata(&self) -> Vec<MemberMetadata> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        self.members
            .iter()
            .map(|member| MemberMetadata {
                member_id: member.id.clone(),
                instance_id: member.instance_id.clone(),
                metadata: member.metadata(protocol),
            })
            .collect()
    }

    /// Whether every member knows the assignor.
    fn all_know(&self, protocol: &str) -> bool {
        self.members.iter().all(|member| member.protocols.iter().any(|(name, _)| name == protocol))
    }

    /// Whether a member with these assignors fits the others.
    pub(super) fn fits(&self, protocol_type: &str, protocols: &[(String, Bytes)]) -> bool {
        if protocol_type.is_empty() || protocols.is_empty() {
            return false;
        }
        self.members.is_empty()
            || (self.protocol_type.as_deref() == Some(protocol_type)
                && protocols.iter().any(|(name, _)| self.all_know(name)))
    }

    /// Each member votes for the first of its assignors that all know; the most votes win, then the name.
    pub(super) fn vote(&self) -> Option<String> {
        let mut votes = BTreeMap::<&str, usize>::new();
        for member in &self.members {
            if let Some((name, _)) = member.protocols.iter().find(|(name, _)| self.all_know(name)) {
                *votes.entry(name).or_default() += 1;
            }
        }
        let most = votes.values().copied().max()?;
        votes.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name.to_owned())
    }
}
