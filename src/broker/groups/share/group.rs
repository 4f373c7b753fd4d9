//! Who is a member of a share group (KIP-932, "ShareGroupHeartbeat"). Nothing is taken from members by agreement, as in
//! consumer groups: a new assignment holds at once, and a member hears of it with its next heartbeat.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kafka_protocol::ResponseError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assign::{Subject, assign};
use crate::{
    broker::{
        RebalanceReason,
        groups::{Catalog, Effect, JOIN_EPOCH, LEAVE_EPOCH, Partitions, Rebalanced, Refusal},
    },
    model::{GroupState, TimestampMillis},
};

/// Most members of a share group (`group.share.max.size`).
pub const SHARE_MEMBERS_MAX: usize = 200;

/// What a share group must know of the world.
#[derive(Debug, Clone, Copy)]
pub struct ShareWorld<'a> {
    pub catalog: &'a Catalog,
    /// `share.session.timeout.ms`
    pub session_timeout_ms: i32,
    /// `share.heartbeat.interval.ms`
    pub heartbeat_interval_ms: i32,
}

/// A ShareGroupHeartbeat request. What is `None` has not changed since the last one.
#[derive(Debug, Clone, Default)]
pub struct ShareHeartbeat {
    pub member_id: String,
    pub epoch: i32,
    pub rack_id: Option<String>,
    pub names: Option<BTreeSet<Arc<str>>>,
    pub client_id: String,
    pub client_host: String,
}

/// Answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareHeartbeatAnswer {
    pub member_id: String,
    pub epoch: i32,
    pub heartbeat_interval_ms: i32,
    /// What the member reads; `None` while that has not changed.
    pub assignment: Option<Partitions>,
}

/// A member. Its session does not survive a restart: it begins anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareMember {
    pub id: String,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub names: BTreeSet<Arc<str>>,
    /// The group epoch that it last heard of.
    pub epoch: i32,
    /// The one before: the answer that told of the present one may have been lost.
    pub previous_epoch: i32,
    /// What it was told to read.
    pub told: Partitions,
    /// What it is to read.
    pub target: Partitions,
    #[serde(skip)]
    session_deadline: TimestampMillis,
}

/// A share group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShareGroup {
    epoch: i32,
    members: BTreeMap<String, ShareMember>,
    /// The subscribed topics with their numbers of partitions, as they were when it was last assigned.
    topics: BTreeMap<Uuid, i32>,
    #[serde(skip)]
    empty_since: Option<TimestampMillis>,
    /// The catalog that `topics` is from.
    #[serde(skip)]
    catalog_seen: Option<u64>,
}

impl ShareGroup {
    /// A group without members.
    pub fn new(now: TimestampMillis) -> Self {
        Self { empty_since: Some(now), ..Self::default() }
    }

    /// Completes a group that was read from the disk: each member gets a fresh session.
    pub fn wake(mut self, session_timeout_ms: i32, empty_since: Option<TimestampMillis>, now: TimestampMillis) -> Self {
        self.empty_since = self.members.is_empty().then_some(empty_since.unwrap_or(now));
        for member in self.members.values_mut() {
            member.session_deadline = now + i64::from(session_timeout_ms);
        }
        self
    }

    pub fn epoch(&self) -> i32 {
        self.epoch
    }

    pub fn members(&self) -> impl Iterator<Item = &ShareMember> {
        self.members.values()
    }

    pub fn state(&self) -> GroupState {
        if self.members.is_empty() { GroupState::Empty } else { GroupState::Stable }
    }

    /// Since when it has had no members.
    pub fn empty_since(&self) -> Option<TimestampMillis> {
        self.empty_since
    }

    /// Whether members are subscribed to a topic.
    pub fn reads(&self, topic: &str) -> bool {
        self.members.values().any(|member| member.names.contains(topic))
    }

    /// When `tick` has something to do at the earliest.
    pub fn next_deadline(&self) -> Option<TimestampMillis> {
        self.members.values().map(|member| member.session_deadline).min()
    }

    /// A member joins, lives or leaves. A refusal changes nothing.
    pub fn heartbeat(
        &mut self,
        request: ShareHeartbeat,
        world: ShareWorld<'_>,
        now: TimestampMillis,
    ) -> Result<(ShareHeartbeatAnswer, Vec<Effect>), Refusal> {
        let is_full = request.epoch == JOIN_EPOCH || request.names.is_some();
        self.check(&request)?;
        let mut effects = Vec::new();
        if request.epoch == LEAVE_EPOCH {
            self.members.remove(&request.member_id);
            self.changed(RebalanceReason::MemberLeft { member: request.member_id.clone() }, world, now, &mut effects);
            let answer = ShareHeartbeatAnswer {
                member_id: request.member_id,
                epoch: LEAVE_EPOCH,
                heartbeat_interval_ms: 0,
                assignment: None,
            };
            return Ok((answer, effects));
        }
        let reason = self.note(&request);
        if let Some(reason) = reason {
            self.changed(reason, world, now, &mut effects);
        } else if self.catalog_seen != Some(world.catalog.version()) {
            let topics = self.subscribed(world.catalog);
            self.catalog_seen = Some(world.catalog.version());
            if topics != self.topics {
                self.changed(RebalanceReason::TopicsChanged, world, now, &mut effects);
            }
        }
        let (id, epoch) = (request.member_id, self.epoch);
        let Some(member) = self.members.get_mut(&id) else { return Err(unknown(&id)) };
        member.session_deadline = now + i64::from(world.session_timeout_ms);
        if member.epoch < epoch {
            (member.previous_epoch, member.epoch) = (member.epoch, epoch);
            effects.push(Effect::Store);
        }
        let news = member.told != member.target;
        member.told.clone_from(&member.target);
        let answer = ShareHeartbeatAnswer {
            member_id: id,
            epoch,
            heartbeat_interval_ms: world.heartbeat_interval_ms,
            assignment: (is_full || news).then(|| member.target.clone()),
        };
        Ok((answer, effects))
    }

    /// Time has passed: members that fell silent go. The others hear of it with their next heartbeats.
    pub fn tick(&mut self, world: ShareWorld<'_>, now: TimestampMillis) -> Vec<Effect> {
        let silent = |member: &&ShareMember| member.session_deadline <= now;
        let gone: Vec<String> = self.members.values().filter(silent).map(|member| member.id.clone()).collect();
        let mut effects = Vec::new();
        for member in gone {
            self.members.remove(&member);
            self.changed(RebalanceReason::MemberExpired { member }, world, now, &mut effects);
        }
        effects
    }

    fn check(&self, request: &ShareHeartbeat) -> Result<(), Refusal> {
        let id = &request.member_id;
        match self.members.get(id) {
            None if request.epoch == JOIN_EPOCH && self.members.len() >= SHARE_MEMBERS_MAX => {
                let message =
                    format!("The share group has reached its maximum capacity of {SHARE_MEMBERS_MAX} members.");
                Err(Refusal::new(ResponseError::GroupMaxSizeReached, message))
            }
            None if request.epoch == JOIN_EPOCH => Ok(()),
            None => Err(unknown(id)),
            Some(_) if matches!(request.epoch, JOIN_EPOCH | LEAVE_EPOCH) => Ok(()),
            Some(member) if [member.epoch, member.previous_epoch].contains(&request.epoch) => Ok(()),
            Some(member) => {
                let message = format!(
                    "The share group member has epoch {}, but {} was sent; it must join again with epoch 0.",
                    member.epoch, request.epoch
                );
                Err(Refusal::new(ResponseError::FencedMemberEpoch, message))
            }
        }
    }

    /// Takes what the request says of the member; a reason where the group must share anew.
    fn note(&mut self, request: &ShareHeartbeat) -> Option<RebalanceReason> {
        let is_new = !self.members.contains_key(&request.member_id);
        let member = self.members.entry(request.member_id.clone()).or_insert_with(|| ShareMember {
            id: request.member_id.clone(),
            rack_id: None,
            client_id: String::new(),
            client_host: String::new(),
            names: BTreeSet::new(),
            epoch: 0,
            previous_epoch: 0,
            told: Partitions::new(),
            target: Partitions::new(),
            session_deadline: 0,
        });
        self.empty_since = None;
        member.client_id.clone_from(&request.client_id);
        member.client_host.clone_from(&request.client_host);
        member.rack_id = request.rack_id.clone().or(member.rack_id.take());
        let before = member.names.clone();
        member.names = request.names.clone().unwrap_or_else(|| before.clone());
        let id = request.member_id.clone();
        if is_new {
            Some(RebalanceReason::MemberJoined { member: id })
        } else if before != member.names {
            Some(RebalanceReason::SubscriptionChanged { member: id })
        } else {
            None
        }
    }

    /// Members or topics have changed: a new epoch begins, and everybody's target with it.
    fn changed(
        &mut self,
        reason: RebalanceReason,
        world: ShareWorld<'_>,
        now: TimestampMillis,
        effects: &mut Vec<Effect>,
    ) {
        self.epoch = self.epoch.saturating_add(1);
        self.empty_since = self.members.is_empty().then_some(now);
        self.catalog_seen = Some(world.catalog.version());
        self.topics = self.subscribed(world.catalog);
        let subjects = self
            .members
            .values()
            .map(|member| Subject { topics: topics_of(member, world.catalog), had: &member.target });
        let targets = assign(&subjects.collect::<Vec<_>>());
        for (member, target) in self.members.values_mut().zip(targets) {
            member.target = target;
        }
        let members = self.members.keys().cloned().collect();
        effects.push(Effect::Store);
        effects.push(Effect::Rebalanced(Rebalanced {
            generation: self.epoch,
            reason,
            members,
            began: now,
            ended: now,
        }));
    }

    fn subscribed(&self, catalog: &Catalog) -> BTreeMap<Uuid, i32> {
        self.members.values().flat_map(|member| topics_of(member, catalog)).collect()
    }
}

fn topics_of(member: &ShareMember, catalog: &Catalog) -> BTreeMap<Uuid, i32> {
    let known = member.names.iter().filter_map(|name| catalog.topic(name));
    known.map(|topic| (topic.id, topic.partitions)).collect()
}

fn unknown(member: &str) -> Refusal {
    Refusal::new(ResponseError::UnknownMemberId, format!("{member} is no member of the group."))
}
