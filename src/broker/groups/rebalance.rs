//! How a rebalance begins and ends, and what the passing of time does to a group.

use kafka_protocol::ResponseError;

use super::{
    group::{Group, Rebalance},
    types::{Effect, Rebalanced, SyncAnswer},
};
use crate::{
    broker::RebalanceReason,
    model::{GroupState, TimestampMillis},
};

impl Group {
    /// Time has passed: silent members go, and rebalances whose time is up end without those who did not come.
    pub fn tick(&mut self, now: TimestampMillis) -> Vec<Effect> {
        let mut effects = Vec::new();
        let waiting = self.pending.len();
        self.pending.retain(|_, deadline| *deadline > now);
        if self.pending.len() < waiting {
            self.try_complete_join(now, &mut effects);
        }
        self.expire_sessions(now, &mut effects);
        if self.sync_deadline.is_some_and(|deadline| deadline <= now) {
            self.expire_syncs(now, &mut effects);
        }
        if self.state == GroupState::PreparingRebalance
            && self.rebalance.as_ref().is_some_and(|rebalance| rebalance.deadline <= now)
        {
            self.join_time_is_up(now, &mut effects);
        }
        effects
    }

    /// Starts a rebalance, unless one is in its join phase already; then ends the phase if all are here.
    pub(super) fn prepare_rebalance(
        &mut self,
        reason: RebalanceReason,
        now: TimestampMillis,
        effects: &mut Vec<Effect>,
    ) {
        if self.state != GroupState::PreparingRebalance {
            self.begin_join_phase(reason, now, effects);
        }
        self.try_complete_join(now, effects);
    }

    fn begin_join_phase(&mut self, reason: RebalanceReason, now: TimestampMillis, effects: &mut Vec<Effect>) {
        for member in &mut self.members {
            if let Some(call) = member.syncing.take() {
                member.session_deadline = now + i64::from(member.session_timeout_ms);
                effects.push(Effect::Sync(call, SyncAnswer::refused(ResponseError::RebalanceInProgress)));
            }
            // What was assigned before the rebalance no longer holds once it is described or asked for.
            if self.state == GroupState::CompletingRebalance {
                member.assignment = bytes::Bytes::new();
            }
        }
        self.sync_deadline = None;
        let timeout = self.rebalance_timeout_ms();
        let delay = self.limits.initial_rebalance_delay_ms.min(timeout);
        let waits = self.state == GroupState::Empty && delay > 0;
        let deadline = now + if waits { delay } else { timeout };
        let initial_remaining_ms = waits.then_some((timeout - delay).max(0));
        self.state = GroupState::PreparingRebalance;
        match &mut self.rebalance {
            // Overtaken before its end: one rebalance to the eye, with the first cause.
            Some(under_way) => {
                under_way.deadline = deadline;
                under_way.newcomers = false;
            }
            None => {
                let rebalance = Rebalance { began: now, reason, deadline, initial_remaining_ms, newcomers: false };
                self.rebalance = Some(rebalance);
            }
        }
    }

    fn rebalance_timeout_ms(&self) -> i64 {
        self.members.iter().map(|member| i64::from(member.rebalance_timeout_ms.max(0))).max().unwrap_or(0)
    }

    /// Ends the join phase if all members have joined and no id that was handed out is still awaited.
    pub(super) fn try_complete_join(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        if self.state != GroupState::PreparingRebalance {
            return;
        }
        let initial = self.rebalance.as_ref().is_some_and(|rebalance| rebalance.initial_remaining_ms.is_some());
        let all_here = self.members.iter().all(|member| member.joining.is_some()) && self.pending.is_empty();
        if all_here && (!initial || self.members.is_empty()) {
            self.complete_join(now, effects);
        }
    }

    fn join_time_is_up(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        let delay = self.limits.initial_rebalance_delay_ms;
        if let Some(rebalance) = &mut self.rebalance
            && let Some(remaining) = rebalance.initial_remaining_ms
            && rebalance.newcomers
            && remaining > 0
        {
            let more = delay.min(remaining);
            rebalance.deadline = now + more;
            rebalance.initial_remaining_ms = Some(remaining - more);
            rebalance.newcomers = false;
            return;
        }
        // Static members may be away: only the end of their session removes them.
        let late: Vec<String> = self
            .members
            .iter()
            .filter(|member| member.joining.is_none() && member.instance_id.is_none())
            .map(|member| member.id.clone())
            .collect();
        for id in &late {
            self.remove_member(id, effects);
        }
        if !self.members.is_empty() && self.members.iter().all(|member| member.joining.is_none()) {
            let timeout = self.rebalance_timeout_ms().max(1);
            if let Some(rebalance) = &mut self.rebalance {
                rebalance.deadline = now + timeout;
            }
            return;
        }
        self.complete_join(now, effects);
    }

    /// The join phase ends: a new generation, in which the leader assigns.
    fn complete_join(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        self.generation = self.generation.wrapping_add(1).max(1);
        effects.push(Effect::Store);
        if let Some(rebalance) = &mut self.rebalance {
            rebalance.initial_remaining_ms = None;
        }
        if self.members.is_empty() {
            self.state = GroupState::Empty;
            self.protocol = None;
            self.leader = None;
            self.empty_since = Some(now);
            self.sync_deadline = None;
            return self.finish_rebalance(now, effects);
        }
        let leads = self.leader.as_deref().and_then(|id| self.member(id)).is_some_and(|m| m.joining.is_some());
        if !leads {
            let next = self.members.iter().find(|member| member.joining.is_some());
            self.leader = next.map(|member| member.id.clone());
        }
        self.protocol = self.vote();
        self.state = GroupState::CompletingRebalance;
        self.sync_deadline = Some(now + self.rebalance_timeout_ms());
        let mut joined = Vec::new();
        for member in &mut self.members {
            // A static member that is away has nothing to sync.
            member.synced = member.joining.is_none();
            if let Some(call) = member.joining.take() {
                member.touch(now);
                joined.push((call, member.id.clone()));
            }
        }
        effects.extend(joined.into_iter().map(|(call, id)| Effect::Join(call, self.join_answer(&id))));
    }

    /// The members have their assignment, or none is left: tell what happened.
    pub(super) fn finish_rebalance(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        let Some(rebalance) = self.rebalance.take() else { return };
        effects.push(Effect::Rebalanced(Rebalanced {
            generation: self.generation,
            reason: rebalance.reason,
            members: self.members.iter().map(|member| member.id.clone()).collect(),
            began: rebalance.began,
            ended: now,
        }));
    }

    fn expire_sessions(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        let silent: Vec<String> = self
            .members
            .iter()
            .filter(|member| !member.is_waiting() && member.session_deadline <= now)
            .map(|member| member.id.clone())
            .collect();
        for id in &silent {
            self.remove_member(id, effects);
        }
        if let Some(member) = silent.into_iter().next() {
            self.prepare_rebalance(RebalanceReason::MemberExpired { member }, now, effects);
        }
    }

    fn expire_syncs(&mut self, now: TimestampMillis, effects: &mut Vec<Effect>) {
        self.sync_deadline = None;
        let late: Vec<String> =
            self.members.iter().filter(|member| !member.synced).map(|member| member.id.clone()).collect();
        for id in &late {
            self.remove_member(id, effects);
        }
        if let Some(member) = late.into_iter().next() {
            self.prepare_rebalance(RebalanceReason::MemberTooSlow { member }, now, effects);
        }
    }
}
