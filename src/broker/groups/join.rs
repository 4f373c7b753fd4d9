//! The event JoinGroup.

use kafka_protocol::ResponseError;

use super::{
    group::{Group, Member},
    types::{CallId, Effect, JoinAnswer, JoinRequest, SyncAnswer},
};
use crate::{
    broker::RebalanceReason,
    model::{GroupState, TimestampMillis},
};

impl Group {
    /// A member joins, or joins again. It is answered at once, or when the join phase ends.
    pub fn join(&mut self, call: CallId, request: JoinRequest, now: TimestampMillis) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Err(error) = self.check_join(&request) {
            return vec![Effect::Join(call, JoinAnswer::refused(error, &request.member_id))];
        }
        if request.member_id.is_empty() {
            self.join_newcomer(call, request, now, &mut effects);
        } else {
            self.join_known(call, request, now, &mut effects);
        }
        effects
    }

    fn check_join(&self, request: &JoinRequest) -> Result<(), ResponseError> {
        self.limits.check_session(request.session_timeout_ms)?;
        if !self.fits(&request.protocol_type, &request.protocols) {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn join_newcomer(&mut self, call: CallId, request: JoinRequest, now: TimestampMillis, effects: &mut Vec<Effect>) {
        if let Some(instance) = request.instance_id.as_deref()
            && let Some(old) = self.static_member(instance).map(|member| member.id.clone())
        {
            return self.replace_static(call, &old, request, now, effects);
        }
        if self.members.len() + self.pending.len() >= self.limits.members_max {
            return effects.push(Effect::Join(call, JoinAnswer::refused(ResponseError::GroupMaxSizeReached, "")));
        }
        let id = request.fresh_member_id.clone();
        if request.member_id_required && request.instance_id.is_none() {
            self.pending.insert(id.clone(), now + i64::from(request.session_timeout_ms));
            return effects.push(Effect::Join(call, JoinAnswer::refused(ResponseError::MemberIdRequired, &id)));
        }
        self.add_member(call, id, request, now, effects);
    }

    fn join_known(&mut self, call: CallId, request: JoinRequest, now: TimestampMillis, effects: &mut Vec<Effect>) {
        let id = request.member_id.clone();
        if request.instance_id.is_none() && self.pending.remove(&id).is_some() {
            return self.add_member(call, id, request, now, effects);
        }
        if let Err(error) = self.known(&id, request.instance_id.as_deref()) {
            return effects.push(Effect::Join(call, JoinAnswer::refused(error, &id)));
        }
        let same = self.member(&id).is_some_and(|member| member.protocols == request.protocols);
        let rebalances = match self.state {
            GroupState::PreparingRebalance => true,
            // A repeated request: the answer was lost on the way.
            GroupState::CompletingRebalance => !same,
            // The leader joins again when it saw something change, say the number of partitions.
            _ => !same || self.is_leader(&id),
        };
        if rebalances {
            self.park_join(call, &id, request, effects);
            self.prepare_rebalance(RebalanceReason::MemberRejoined { member: id }, now, effects);
        } else {
            if let Some(member) = self.member_mut(&id) {
                member.touch(now);
            }
            let answer = self.join_answer(&id);
            effects.push(Effect::Join(call, answer));
        }
    }

    fn add_member(
        &mut self,
        call: CallId,
        id: String,
        request: JoinRequest,
        now: TimestampMillis,
        effects: &mut Vec<Effect>,
    ) {
        self.protocol_type = Some(request.protocol_type.clone());
        self.leader.get_or_insert_with(|| id.clone());
        self.empty_since = None;
        let mut member = Member {
            id: id.clone(),
            instance_id: request.instance_id,
            client_id: request.client_id,
            client_host: request.client_host,
            assignment: bytes::Bytes::new(),
            session_timeout_ms: request.session_timeout_ms,
            rebalance_timeout_ms: request.rebalance_timeout_ms,
            protocols: request.protocols,
            joining: Some(call),
            syncing: None,
            synced: false,
            session_deadline: now,
        };
        member.touch(now);
        self.members.push(member);
        if let Some(rebalance) = &mut self.rebalance {
            rebalance.newcomers = true;
        }
        self.prepare_rebalance(RebalanceReason::MemberJoined { member: id }, now, effects);
    }

    /// A static member came back without its member id, say after a restart: it takes the place of its former self
    /// under a new id. Within its session that needs no rebalance (KIP-345).
    fn replace_static(
        &mut self,
        call: CallId,
        old: &str,
        request: JoinRequest,
        now: TimestampMillis,
        effects: &mut Vec<Effect>,
    ) {
        let new = request.fresh_member_id.clone();
        let was_leader = self.is_leader(old);
        let Some(member) = self.member_mut(old) else { return };
        if let Some(waiting) = member.joining.take() {
            effects.push(Effect::Join(waiting, JoinAnswer::refused(ResponseError::FencedInstanceId, old)));
        }
        if let Some(waiting) = member.syncing.take() {
            effects.push(Effect::Sync(waiting, SyncAnswer::refused(ResponseError::FencedInstanceId)));
        }
        member.id = new.clone();
        member.client_id.clone_from(&request.client_id);
        member.client_host.clone_from(&request.client_host);
        member.protocols.clone_from(&request.protocols);
        member.session_timeout_ms = request.session_timeout_ms;
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        member.touch(now);
        if was_leader {
            self.leader = Some(new.clone());
        }
        // Its subscription differs in what it owned before the restart, so only the choice of the assignor tells
        // whether the others are concerned (as in Kafka).
        if self.state == GroupState::Stable && self.vote() == self.protocol {
            effects.push(Effect::Store);
            let skip = request.can_skip_assignment;
            let mut answer = self.join_answer(&new);
            if was_leader {
                answer.skip_assignment = skip;
                // An older client must not believe that it leads, or it would assign anew for nothing.
                if !skip {
                    answer.leader = old.to_owned();
                    answer.members.clear();
                }
            }
            return effects.push(Effect::Join(call, answer));
        }
        self.park_join(call, &new, request, effects);
        self.prepare_rebalance(RebalanceReason::MemberRejoined { member: new }, now, effects);
    }

    fn park_join(&mut self, call: CallId, id: &str, request: JoinRequest, effects: &mut Vec<Effect>) {
        let Some(member) = self.member_mut(id) else { return };
        member.protocols = request.protocols;
        member.session_timeout_ms = request.session_timeout_ms;
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        // The request was sent again; whoever still waits for the earlier one is sent away.
        if let Some(earlier) = member.joining.replace(call) {
            effects.push(Effect::Join(earlier, JoinAnswer::refused(ResponseError::RebalanceInProgress, id)));
        }
    }

    /// What a member is told of the current generation.
    pub(super) fn join_answer(&self, id: &str) -> JoinAnswer {
        JoinAnswer {
            error: None,
            member_id: id.to_owned(),
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            members: if self.is_leader(id) { self.all_metadata() } else { Vec::new() },
        }
    }
}
