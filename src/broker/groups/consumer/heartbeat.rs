//! The event ConsumerGroupHeartbeat, as far as it is no leaving.

use std::{collections::BTreeSet, sync::Arc};

use kafka_protocol::ResponseError;

use super::{
    ConsumerGroup, ConsumerMember, JOIN_EPOCH, MemberState, Partitions, Refusal, STATIC_LEAVE_EPOCH, ServerAssignor,
    World, member::plain, subscription,
};
use crate::{
    broker::{RebalanceReason, groups::types::Effect},
    model::TimestampMillis,
};

/// A ConsumerGroupHeartbeat request. What is `None` has not changed since the last one.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat {
    pub member_id: String,
    pub epoch: i32,
    pub instance_id: Option<String>,
    pub rack_id: Option<String>,
    pub rebalance_timeout_ms: Option<i32>,
    pub names: Option<BTreeSet<Arc<str>>>,
    /// Empty: no longer by regular expression.
    pub regex: Option<String>,
    pub assignor: Option<ServerAssignor>,
    /// What the member holds.
    pub owned: Option<Partitions>,
    pub client_id: String,
    pub client_host: String,
}

/// Answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatAnswer {
    pub member_id: String,
    pub epoch: i32,
    pub heartbeat_interval_ms: i32,
    /// What the member may hold; `None` while that has not changed.
    pub assignment: Option<Partitions>,
}

/// Whom a request is from.
pub(super) enum Whose {
    /// Somebody new.
    New,
    Known(ConsumerMember),
    /// A static member that comes back under a new member id; this is its former self.
    Instead(ConsumerMember),
}

impl ConsumerGroup {
    /// A member joins, or tells that it lives and what it holds, and learns what it may hold. A refusal changes nothing.
    pub fn heartbeat(
        &mut self,
        request: Heartbeat,
        world: World<'_>,
        now: TimestampMillis,
    ) -> Result<(HeartbeatAnswer, Vec<Effect>), Refusal> {
        self.check_size(&request.member_id, world)?;
        if let Some(pattern) = request.regex.as_deref().filter(|pattern| !pattern.is_empty()) {
            subscription::compile(pattern)?;
        }
        let whose = self.whose(&request)?;
        let is_full = request.epoch == JOIN_EPOCH
            || (request.rebalance_timeout_ms.is_some() && request.names.is_some() && request.owned.is_some());
        let mut member = former_self(&whose, &request.member_id);
        member.classic = None;
        member.timers.join = None;
        member.timers.sync = None;
        member.client_id = request.client_id;
        member.client_host = request.client_host;
        member.instance_id = request.instance_id.or(member.instance_id);
        member.rack_id = request.rack_id.or(member.rack_id);
        member.rebalance_timeout_ms = request.rebalance_timeout_ms.unwrap_or(member.rebalance_timeout_ms);
        member.assignor = request.assignor.or(member.assignor);
        member.names = request.names.unwrap_or(member.names);
        member.regex = request.regex.or(member.regex).filter(|pattern| !pattern.is_empty());
        let (before, after, effects) = self.advance(whose, member, request.owned.as_ref(), world, now);
        let changed = plain(&before.assigned) != plain(&after.assigned);
        let answer = HeartbeatAnswer {
            epoch: after.epoch,
            heartbeat_interval_ms: world.settings.heartbeat_interval_ms,
            assignment: (is_full || changed).then(|| plain(&after.assigned)),
            member_id: after.id,
        };
        Ok((answer, effects))
    }

    pub(super) fn check_size(&self, member_id: &str, world: World<'_>) -> Result<(), Refusal> {
        let max = world.settings.members_max;
        if self.members.len() < max || self.members.contains_key(member_id) {
            return Ok(());
        }
        let message = format!("The consumer group has reached its maximum capacity of {max} members.");
        Err(Refusal::new(ResponseError::GroupMaxSizeReached, message))
    }

    fn whose(&self, request: &Heartbeat) -> Result<Whose, Refusal> {
        let id = &request.member_id;
        let joins = request.epoch == JOIN_EPOCH;
        let known = |member: &ConsumerMember| {
            check_epoch(member, request)?;
            Ok(Whose::Known(member.clone()))
        };
        let Some(instance) = request.instance_id.as_deref() else {
            return match self.member(id) {
                Some(member) => known(member),
                None if joins => Ok(Whose::New),
                None => Err(unknown_member(id)),
            };
        };
        match self.static_member(instance) {
            None if joins => self.member(id).map_or(Ok(Whose::New), known),
            None => {
                let message = format!("Instance id {instance} is unknown.");
                Err(Refusal::new(ResponseError::UnknownMemberId, message))
            }
            Some(owner) if joins => {
                if owner.classic.is_none() && owner.epoch != STATIC_LEAVE_EPOCH {
                    let message = format!(
                        "Static member {id} with instance id {instance} cannot join the group because the instance id is \
                         owned by {} member.",
                        owner.id
                    );
                    return Err(Refusal::new(ResponseError::UnreleasedInstanceId, message));
                }
                Ok(Whose::Instead(owner.clone()))
            }
            Some(owner) if owner.id != *id => Err(fenced_instance(id, instance, &owner.id)),
            Some(owner) => known(owner),
        }
    }

    /// A member has a new word: epochs rise if that concerns the others, and it makes its next step.
    pub(super) fn advance(
        &mut self,
        whose: Whose,
        member: ConsumerMember,
        owned: Option<&Partitions>,
        world: World<'_>,
        now: TimestampMillis,
    ) -> (ConsumerMember, ConsumerMember, Vec<Effect>) {
        let id = member.id.clone();
        let before = former_self(&whose, &id);
        let mut store = !matches!(whose, Whose::Known(_));
        let reason = match &whose {
            Whose::New => Some(RebalanceReason::MemberJoined { member: id.clone() }),
            _ if before.names != member.names || before.regex != member.regex => {
                Some(RebalanceReason::SubscriptionChanged { member: id.clone() })
            }
            _ => None,
        };
        if let Whose::Instead(former) = &whose {
            self.take(&former.id);
        }
        self.put(member);
        let mut moved = false;
        if reason.is_some() || self.catalog_seen != Some(world.catalog.version()) {
            moved = self.look_up(world.catalog);
        }
        if let Some(reason) = reason {
            self.bump(reason, now);
        } else if moved && self.epoch == self.assignment_epoch {
            self.bump(RebalanceReason::TopicsChanged, now);
        }
        if self.epoch > self.assignment_epoch {
            self.assign();
            store = true;
        }
        let mut after = match self.members.get(&id) {
            Some(member) => self.reconciled(member, owned),
            None => before.clone(),
        };
        after.timers.rebalance = match after.state {
            MemberState::Unrevoked if after.classic.is_none() => {
                let waits = before.timers.rebalance.filter(|_| after.is_stored_like(&before));
                waits.or(Some(now + i64::from(after.rebalance_timeout_ms)))
            }
            _ => None,
        };
        after.touch(world.settings.session_timeout_ms, now);
        let mut effects = Vec::new();
        if store || moved || !after.is_stored_like(&before) {
            effects.push(Effect::Store);
        }
        self.put(after.clone());
        self.end_rebalance(now, &mut effects);
        (before, after, effects)
    }
}

/// What was known of a member; of somebody new, nothing. Who takes the place of a former self begins at epoch 0.
pub(super) fn former_self(whose: &Whose, id: &str) -> ConsumerMember {
    match whose {
        Whose::New => ConsumerMember::new(id.to_owned()),
        Whose::Known(member) => member.clone(),
        Whose::Instead(former) => ConsumerMember { id: id.to_owned(), epoch: 0, previous_epoch: 0, ..former.clone() },
    }
}

/// The epoch must be the present one; or the one before, if what the member holds shows that it has only not heard the
/// answer that raised it. Whoever joins again begins anew.
fn check_epoch(member: &ConsumerMember, request: &Heartbeat) -> Result<(), Refusal> {
    if request.epoch == member.epoch || request.epoch == JOIN_EPOCH {
        return Ok(());
    }
    let holds_less = request.owned.as_ref().is_some_and(|owned| {
        owned.iter().all(|(topic, partitions)| {
            let held = member.assigned.get(topic);
            partitions.iter().all(|partition| held.is_some_and(|held| held.contains_key(partition)))
        })
    });
    if request.epoch < member.epoch && request.epoch == member.previous_epoch && holds_less {
        return Ok(());
    }
    let word = if request.epoch > member.epoch { "greater" } else { "smaller" };
    let message = format!(
        "The consumer group member has a {word} member epoch ({}) than the one known by the group coordinator ({}). The \
         member must abandon all its partitions and rejoin.",
        request.epoch, member.epoch
    );
    Err(Refusal::new(ResponseError::FencedMemberEpoch, message))
}

pub(super) fn unknown_member(id: &str) -> Refusal {
    Refusal::new(ResponseError::UnknownMemberId, format!("Member {id} is not a member of the group."))
}

pub(super) fn fenced_instance(id: &str, instance: &str, owner: &str) -> Refusal {
    let message = format!("Static member {id} with instance id {instance} was fenced by member {owner}.");
    Refusal::new(ResponseError::FencedInstanceId, message)
}
