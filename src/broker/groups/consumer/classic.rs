//! Members of the classic protocol in a group of the newer one: JoinGroup, SyncGroup, Heartbeat and LeaveGroup while a
//! service moves from one protocol to the other (KIP-848, "Online migration").

use kafka_protocol::ResponseError;

use super::{
    ConsumerGroup, ConsumerMember, MemberState, Partitions, World,
    heartbeat::{Whose, former_self},
    member::{ClassicSide, plain},
};
use crate::{
    broker::{
        RebalanceReason,
        groups::{
            catalog::Catalog,
            types::{Effect, JoinAnswer, JoinRequest, Leaving, SyncAnswer, SyncRequest},
        },
    },
    codec::consumer_protocol::{self, PROTOCOL_TYPE, Subscription},
    model::{TimestampMillis, TopicPartition},
};

impl ConsumerGroup {
    /// JoinGroup: never waits, because nobody has to be gathered.
    pub fn classic_join(
        &mut self,
        request: &JoinRequest,
        world: World<'_>,
        now: TimestampMillis,
    ) -> Result<(JoinAnswer, Vec<Effect>), ResponseError> {
        let is_unknown = request.member_id.is_empty();
        let id = if is_unknown { &request.fresh_member_id } else { &request.member_id };
        self.check_size(id, world).map_err(|refusal| refusal.error)?;
        let subscription = self.classic_subscription(request).ok_or(ResponseError::InconsistentGroupProtocol)?;
        if is_unknown && request.member_id_required && request.instance_id.is_none() {
            return Ok((JoinAnswer::refused(ResponseError::MemberIdRequired, id), Vec::new()));
        }
        let whose = self.classic_whose(id, is_unknown, request.instance_id.as_deref())?;
        let mut member = former_self(&whose, id);
        member.instance_id = request.instance_id.clone().or(member.instance_id);
        member.client_id.clone_from(&request.client_id);
        member.client_host.clone_from(&request.client_host);
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        member.assignor = None;
        member.regex = None;
        member.names = subscription.topics.into_iter().collect();
        let (session_timeout_ms, protocols) = (request.session_timeout_ms, request.protocols.clone());
        member.classic = Some(ClassicSide { session_timeout_ms, protocols });
        member.timers.join = None;
        member.timers.sync = Some(now + i64::from(request.rebalance_timeout_ms.max(0)));
        let owned = keys(&subscription.owned, world.catalog);
        let (_, after, effects) = self.advance(whose, member, Some(&owned), world, now);
        let answer = JoinAnswer {
            error: None,
            generation: after.epoch,
            protocol_type: Some(PROTOCOL_TYPE.to_owned()),
            protocol: request.protocols.first().map(|(name, _)| name.clone()),
            // The broker assigns, so nobody leads.
            leader: String::new(),
            skip_assignment: false,
            members: Vec::new(),
            member_id: after.id,
        };
        Ok((answer, effects))
    }

    /// What a classic member subscribes to, if its assignors fit the other classic members'.
    fn classic_subscription(&self, request: &JoinRequest) -> Option<Subscription> {
        let all: Vec<_> = self.members.values().filter_map(|member| member.classic.as_ref()).collect();
        let known = |name: &str| all.iter().all(|side| side.protocols.iter().any(|(other, _)| other == name));
        if request.protocol_type != PROTOCOL_TYPE || !request.protocols.iter().any(|(name, _)| known(name)) {
            return None;
        }
        Subscription::decode(&request.protocols.first()?.1)
    }

    fn classic_whose(&self, id: &str, is_unknown: bool, instance: Option<&str>) -> Result<Whose, ResponseError> {
        let Some(instance) = instance else {
            return Ok(self.member(id).cloned().map_or(Whose::New, Whose::Known));
        };
        match self.static_member(instance) {
            None if is_unknown => Ok(Whose::New),
            Some(owner) if is_unknown => Ok(Whose::Instead(owner.clone())),
            None => Err(ResponseError::UnknownMemberId),
            Some(owner) if owner.id != id => Err(ResponseError::FencedInstanceId),
            Some(owner) => Ok(Whose::Known(owner.clone())),
        }
    }

    /// SyncGroup: the member's part, unless something newer has begun meanwhile.
    pub fn classic_sync(
        &mut self,
        request: &SyncRequest,
        world: World<'_>,
        now: TimestampMillis,
    ) -> Result<SyncAnswer, ResponseError> {
        let group_epoch = self.epoch;
        let member = self.classic_member(&request.member_id, request.instance_id.as_deref())?;
        if member.epoch != request.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        let protocol = member.classic.as_ref().and_then(|side| side.protocols.first()).map(|(name, _)| name.as_str());
        let differs = |told: Option<&str>, chosen: Option<&str>| told.is_some() && told != chosen;
        if differs(request.protocol_type.as_deref(), Some(PROTOCOL_TYPE))
            || differs(request.protocol.as_deref(), protocol)
        {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        if group_epoch > member.epoch && member.state != MemberState::Unrevoked {
            wait_for_join(member, now);
            return Err(ResponseError::RebalanceInProgress);
        }
        member.timers.sync = None;
        member.touch(world.settings.session_timeout_ms, now);
        Ok(SyncAnswer {
            error: None,
            protocol_type: request.protocol_type.clone(),
            protocol: request.protocol.clone(),
            assignment: consumer_protocol::encode_assignment(&named(&plain(&member.assigned), world.catalog)),
        })
    }

    /// Heartbeat: REBALANCE_IN_PROGRESS asks the member to join again, which is its next step towards its target.
    pub fn classic_heartbeat(
        &mut self,
        id: &str,
        instance: Option<&str>,
        generation: i32,
        world: World<'_>,
        now: TimestampMillis,
    ) -> Result<(), ResponseError> {
        let group_epoch = self.epoch;
        let waits = self.member(id).is_some_and(|member| self.waits_for_others(member));
        let member = self.classic_member(id, instance)?;
        if member.epoch != generation {
            return Err(ResponseError::IllegalGeneration);
        }
        member.touch(world.settings.session_timeout_ms, now);
        let must_join = match member.state {
            _ if member.epoch < group_epoch => true,
            MemberState::Unrevoked => true,
            MemberState::Unreleased => !waits,
            MemberState::Stable => false,
        };
        if !must_join {
            return Ok(());
        }
        wait_for_join(member, now);
        Err(ResponseError::RebalanceInProgress)
    }

    /// LeaveGroup, with an answer for each who leaves. An administrator removes members of the newer protocol by it, too.
    pub fn classic_leave(
        &mut self,
        leaving: &[Leaving],
        now: TimestampMillis,
    ) -> (Vec<Result<(), ResponseError>>, Vec<Effect>) {
        let mut last = None;
        let mut answers = Vec::with_capacity(leaving.len());
        for one in leaving {
            let found = match one.instance_id.as_deref() {
                Some(instance) if one.member_id.is_empty() => {
                    self.static_member(instance).map(|owner| owner.id.clone()).ok_or(ResponseError::UnknownMemberId)
                }
                instance => self.any_member(&one.member_id, instance).map(|member| member.id.clone()),
            };
            answers.push(found.map(|id| {
                self.remove(&id);
                last = Some(id);
            }));
        }
        let mut effects = Vec::new();
        if let Some(member) = last {
            self.bump(RebalanceReason::MemberLeft { member }, now);
            effects.push(Effect::Store);
            self.end_rebalance(now, &mut effects);
        }
        (answers, effects)
    }

    fn classic_member(&mut self, id: &str, instance: Option<&str>) -> Result<&mut ConsumerMember, ResponseError> {
        let member = self.any_member(id, instance)?;
        if member.classic.is_some() { Ok(member) } else { Err(ResponseError::UnknownMemberId) }
    }

    fn any_member(&mut self, id: &str, instance: Option<&str>) -> Result<&mut ConsumerMember, ResponseError> {
        if let Some(instance) = instance {
            let owner = self.static_member(instance).ok_or(ResponseError::UnknownMemberId)?;
            if owner.id != id {
                return Err(ResponseError::FencedInstanceId);
            }
        }
        self.members.get_mut(id).ok_or(ResponseError::UnknownMemberId)
    }
}

/// The member was asked to join again and has its rebalance timeout for it.
fn wait_for_join(member: &mut ConsumerMember, now: TimestampMillis) {
    member.timers.join.get_or_insert(now + i64::from(member.rebalance_timeout_ms.max(0)));
}

/// By ids; topics that are no more are left out.
pub(in crate::broker::groups) fn keys(partitions: &[TopicPartition], catalog: &Catalog) -> Partitions {
    let mut keys = Partitions::new();
    for (topic, partition) in partitions.iter().filter_map(|tp| catalog.key(&tp.topic, tp.partition)) {
        keys.entry(topic).or_default().insert(partition);
    }
    keys
}

/// By names; topics that are no more are left out.
pub(in crate::broker::groups) fn named(partitions: &Partitions, catalog: &Catalog) -> Vec<TopicPartition> {
    let mut all = Vec::new();
    for (topic, partitions) in partitions {
        let Some(name) = catalog.name(*topic) else { continue };
        all.extend(partitions.iter().map(|partition| TopicPartition::new(name.clone(), *partition)));
    }
    all
}
