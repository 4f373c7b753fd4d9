//! Leaving, and who may commit and ask for offsets.

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::{
    ConsumerGroup, Heartbeat, HeartbeatAnswer, Held, Refusal, STATIC_LEAVE_EPOCH,
    heartbeat::{fenced_instance, unknown_member},
};
use crate::{
    broker::{
        RebalanceReason,
        groups::types::{CommitRight, Effect},
    },
    model::{PartitionId, TimestampMillis},
};

impl ConsumerGroup {
    /// A heartbeat with epoch -1, or, for a static member that will be back, -2.
    pub fn leave(
        &mut self,
        request: &Heartbeat,
        now: TimestampMillis,
    ) -> Result<(HeartbeatAnswer, Vec<Effect>), Refusal> {
        let id = request.member_id.clone();
        let member = match request.instance_id.as_deref() {
            None => self.member(&id).ok_or_else(|| unknown_member(&id))?,
            Some(instance) => {
                let owner = self.static_member(instance).ok_or_else(|| {
                    Refusal::new(ResponseError::UnknownMemberId, format!("Instance id {instance} is unknown."))
                })?;
                if owner.id != id {
                    return Err(fenced_instance(&id, instance, &owner.id));
                }
                owner
            }
        };
        if request.epoch == STATIC_LEAVE_EPOCH {
            // What it holds waits for it until its session ends; what it had to give back is free.
            let mut away = member.clone();
            away.epoch = STATIC_LEAVE_EPOCH;
            away.revoking = Held::new();
            away.timers.rebalance = None;
            self.put(away);
        } else {
            self.remove(&id);
            self.bump(RebalanceReason::MemberLeft { member: id.clone() }, now);
        }
        let mut effects = vec![Effect::Store];
        self.end_rebalance(now, &mut effects);
        let answer =
            HeartbeatAnswer { member_id: id, epoch: request.epoch, heartbeat_interval_ms: 0, assignment: None };
        Ok((answer, effects))
    }

    /// Whether a member may commit for these partitions. An older epoch does for what it has held since then: a commit
    /// that crosses a heartbeat on its way is as good as one that came before it (KIP-1251).
    pub fn may_commit(
        &self,
        right: CommitRight<'_>,
        knows_epochs: bool,
        wanted: impl Iterator<Item = Option<(Uuid, PartitionId)>>,
    ) -> Result<(), ResponseError> {
        if right.generation < 0 && self.members.is_empty() {
            return Ok(());
        }
        let member = self.member(right.member_id).ok_or(ResponseError::UnknownMemberId)?;
        if !right.transactional && member.classic.is_none() && !knows_epochs {
            return Err(ResponseError::UnsupportedVersion);
        }
        if right.generation == member.epoch {
            return Ok(());
        }
        if member.classic.is_some() {
            return Err(ResponseError::IllegalGeneration);
        }
        let stale = right.generation > member.epoch || right.generation < 0;
        let held = |key: Option<(Uuid, PartitionId)>| {
            key.and_then(|(topic, partition)| member.holds_since(topic, partition))
                .is_some_and(|since| since <= right.generation)
        };
        let mut wanted = wanted;
        if stale || !wanted.all(held) { Err(ResponseError::StaleMemberEpoch) } else { Ok(()) }
    }

    /// Whether a member may ask what was committed; who does not say which member it is may.
    pub fn may_fetch(&self, member_id: Option<&str>, epoch: i32) -> Result<(), ResponseError> {
        let Some(id) = member_id.filter(|id| !id.is_empty() || epoch >= 0) else { return Ok(()) };
        let member = self.member(id).ok_or(ResponseError::UnknownMemberId)?;
        match () {
            () if epoch == member.epoch => Ok(()),
            () if member.classic.is_some() => Err(ResponseError::IllegalGeneration),
            () => Err(ResponseError::StaleMemberEpoch),
        }
    }
}
