//! The event SyncGroup.

use std::collections::HashMap;

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::{
    group::Group,
    types::{CallId, Effect, SyncAnswer, SyncRequest},
};
use crate::model::{GroupState, TimestampMillis};

impl Group {
    /// A member asks for its assignment; the leader brings everybody's. The others wait for the leader's.
    pub fn sync(&mut self, call: CallId, request: SyncRequest, now: TimestampMillis) -> Vec<Effect> {
        if let Err(error) = self.check_sync(&request) {
            return vec![Effect::Sync(call, SyncAnswer::refused(error))];
        }
        let id = request.member_id;
        let mut effects = Vec::new();
        match self.state {
            GroupState::CompletingRebalance => {
                if let Some(member) = self.member_mut(&id) {
                    member.synced = true;
                    // The request was sent again; whoever still waits for the earlier one is sent away.
                    if let Some(earlier) = member.syncing.replace(call) {
                        effects.push(Effect::Sync(earlier, SyncAnswer::refused(ResponseError::RebalanceInProgress)));
                    }
                }
                if self.is_leader(&id) {
                    self.assign(request.assignments, now, &mut effects);
                }
            }
            GroupState::Stable => {
                if let Some(member) = self.member_mut(&id) {
                    member.synced = true;
                    member.touch(now);
                }
                effects.push(Effect::Sync(call, self.sync_answer(&id)));
            }
            _ => effects.push(Effect::Sync(call, SyncAnswer::refused(ResponseError::RebalanceInProgress))),
        }
        if self.members.iter().all(|member| member.synced) {
            self.sync_deadline = None;
        }
        effects
    }

    fn check_sync(&mut self, request: &SyncRequest) -> Result<(), ResponseError> {
        self.known(&request.member_id, request.instance_id.as_deref())?;
        if request.generation != self.generation {
            return Err(ResponseError::IllegalGeneration);
        }
        let differs = |told: &Option<String>, chosen: &Option<String>| told.is_some() && told != chosen;
        if self.state != GroupState::PreparingRebalance
            && (differs(&request.protocol_type, &self.protocol_type) || differs(&request.protocol, &self.protocol))
        {
            return Err(ResponseError::InconsistentGroupProtocol);
        }
        Ok(())
    }

    /// The leader's word: the group is stable, and all who wait get their part.
    fn assign(&mut self, assignments: Vec<(String, Bytes)>, now: TimestampMillis, effects: &mut Vec<Effect>) {
        let mut assignments: HashMap<String, Bytes> = assignments.into_iter().collect();
        self.state = GroupState::Stable;
        let mut waiting = Vec::new();
        for member in &mut self.members {
            member.assignment = assignments.remove(&member.id).unwrap_or_default();
            if let Some(call) = member.syncing.take() {
                member.touch(now);
                waiting.push((call, member.id.clone()));
            }
        }
        effects.push(Effect::Store);
        effects.extend(waiting.into_iter().map(|(call, id)| Effect::Sync(call, self.sync_answer(&id))));
        self.finish_rebalance(now, effects);
    }

    fn sync_answer(&self, id: &str) -> SyncAnswer {
        SyncAnswer {
            error: None,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment: self.member(id).map(|member| member.assignment.clone()).unwrap_or_default(),
        }
    }
}
