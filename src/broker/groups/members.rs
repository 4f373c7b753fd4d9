//! The events Heartbeat, LeaveGroup, and the question whether a member may commit.

use kafka_protocol::ResponseError;

use super::{
    group::{Group, Member},
    types::{CommitRight, Effect, JoinAnswer, Leaving, SyncAnswer},
};
use crate::{
    broker::RebalanceReason,
    model::{GroupState, TimestampMillis},
};

impl Group {
    /// A member is alive. REBALANCE_IN_PROGRESS asks it to join again.
    pub fn heartbeat(
        &mut self,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
        now: TimestampMillis,
    ) -> Result<(), ResponseError> {
        self.member_of(generation, member_id, instance_id)?.touch(now);
        match self.state {
            GroupState::PreparingRebalance => Err(ResponseError::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    /// Whether offsets may be committed: by a member in its generation, or, with a generation below zero, by anyone
    /// while the group has no members (a reader that assigns itself, an administrator). Producers of old clients commit
    /// in transactions without saying which member they are for; those are believed (KIP-447 came later).
    pub fn may_commit(&mut self, commit: CommitRight<'_>, now: TimestampMillis) -> Result<(), ResponseError> {
        let CommitRight { member_id, instance_id, generation, transactional } = commit;
        if generation < 0 && self.state == GroupState::Empty {
            return Ok(());
        }
        if generation < 0 && member_id.is_empty() && instance_id.is_none() {
            return if transactional { Ok(()) } else { Err(ResponseError::UnknownMemberId) };
        }
        self.member_of(generation, member_id, instance_id)?.touch(now);
        // A member of the new generation that has no assignment yet cannot have processed anything.
        match self.state {
            GroupState::CompletingRebalance if !transactional => Err(ResponseError::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    /// The member that a request names, if it lives in the present generation.
    fn member_of(
        &mut self,
        generation: i32,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<&mut Member, ResponseError> {
        let current = self.generation;
        let member = self.known(member_id, instance_id)?;
        if generation == current { Ok(member) } else { Err(ResponseError::IllegalGeneration) }
    }

    /// Members leave, each with its own answer.
    pub fn leave(
        &mut self,
        leaving: &[Leaving],
        now: TimestampMillis,
    ) -> (Vec<Result<(), ResponseError>>, Vec<Effect>) {
        let mut effects = Vec::new();
        let answers = leaving.iter().map(|one| self.leave_one(one, now, &mut effects)).collect();
        (answers, effects)
    }

    fn leave_one(
        &mut self,
        leaving: &Leaving,
        now: TimestampMillis,
        effects: &mut Vec<Effect>,
    ) -> Result<(), ResponseError> {
        let id = match &leaving.instance_id {
            Some(instance) => {
                let owner = self.static_member(instance).ok_or(ResponseError::UnknownMemberId)?;
                if !leaving.member_id.is_empty() && leaving.member_id != owner.id {
                    return Err(ResponseError::FencedInstanceId);
                }
                owner.id.clone()
            }
            None => leaving.member_id.clone(),
        };
        if self.pending.remove(&id).is_some() {
            self.try_complete_join(now, effects);
            return Ok(());
        }
        self.member(&id).ok_or(ResponseError::UnknownMemberId)?;
        self.remove_member(&id, effects);
        self.prepare_rebalance(RebalanceReason::MemberLeft { member: id }, now, effects);
        Ok(())
    }

    /// Takes a member out; who still waits in its name learns that it is no member. The caller rebalances.
    pub(super) fn remove_member(&mut self, id: &str, effects: &mut Vec<Effect>) {
        let Some(index) = self.members.iter().position(|member| member.id == id) else { return };
        let member = self.members.remove(index);
        if let Some(call) = member.joining {
            effects.push(Effect::Join(call, JoinAnswer::refused(ResponseError::UnknownMemberId, id)));
        }
        if let Some(call) = member.syncing {
            effects.push(Effect::Sync(call, SyncAnswer::refused(ResponseError::UnknownMemberId)));
        }
        if self.is_leader(id) {
            self.leader = self.members.first().map(|member| member.id.clone());
        }
    }
}
