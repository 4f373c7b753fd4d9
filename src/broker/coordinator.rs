//! Runs the groups: keeps the callers that wait, the committed offsets, and the time.
//!
//! The rules are in `groups`, which is pure. Here an event is given to its group under one lock, and the effects are
//! carried out: who waited is answered, what must survive is written to `meta.sqlite`.

mod admin;
mod offsets;
mod timer;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, atomic::AtomicI64},
};

use kafka_protocol::ResponseError;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

pub use admin::GroupDescription;
pub use offsets::{Commit, CommitError, Committed, Committer};

use super::{
    RebalanceEvent,
    groups::{
        CallId, Effect, Group, GroupLimits, JoinAnswer, JoinRequest, Leaving, Rebalanced, SyncAnswer, SyncRequest,
    },
    meta::{CommittedRow, GroupRow, Meta},
};
use crate::model::{Clock, PartitionId};

/// Rebalances that are kept for the window.
pub const REBALANCES_KEPT_MAX: usize = 1000;

/// All groups of the broker.
pub struct Coordinator {
    clock: Arc<dyn Clock>,
    meta: Arc<Meta>,
    limits: GroupLimits,
    inner: Mutex<Inner>,
    /// Rung when a deadline has come closer than the timer expects.
    sooner: Notify,
    /// When the timer wakes, in epoch milliseconds.
    wakes_at: AtomicI64,
}

#[derive(Default)]
struct Inner {
    groups: BTreeMap<Arc<str>, Entry>,
    waiting: HashMap<CallId, Waiting>,
    last_call: CallId,
    last_commit: i64,
    rebalances: VecDeque<RebalanceEvent>,
    last_rebalance: u64,
    closed: bool,
}

/// A group and what it committed.
struct Entry {
    group: Group,
    offsets: BTreeMap<(Arc<str>, PartitionId), Committed>,
}

enum Waiting {
    Join(oneshot::Sender<JoinAnswer>),
    Sync(oneshot::Sender<SyncAnswer>),
}

impl Coordinator {
    /// The groups as `meta.sqlite` has them. Their members must join again.
    pub fn new(
        clock: Arc<dyn Clock>,
        meta: Arc<Meta>,
        limits: GroupLimits,
        groups: Vec<GroupRow>,
        committed: Vec<CommittedRow>,
    ) -> Self {
        let now = clock.now();
        let mut inner = Inner::default();
        for row in groups {
            let empty_since = row.empty_since.unwrap_or(now);
            let group = Group::restored(limits.clone(), row.generation, row.protocol_type, empty_since);
            inner.groups.insert(row.id, Entry { group, offsets: BTreeMap::new() });
        }
        for row in committed {
            inner.last_commit = inner.last_commit.max(row.number);
            let fresh = || Entry { group: Group::new(limits.clone(), now), offsets: BTreeMap::new() };
            let entry = inner.groups.entry(row.group.clone()).or_insert_with(fresh);
            entry.offsets.insert((row.topic.clone(), row.partition), Committed::from_row(row));
        }
        Self {
            clock,
            meta,
            limits,
            inner: Mutex::new(inner),
            sooner: Notify::new(),
            wakes_at: AtomicI64::new(i64::MAX),
        }
    }

    /// JoinGroup: answered when the group has its next generation.
    pub async fn join(&self, group: &str, request: JoinRequest) -> JoinAnswer {
        let member_id = request.member_id.clone();
        let refused = |error| JoinAnswer::refused(error, &member_id);
        let now = self.clock.now();
        let (sender, answer) = oneshot::channel();
        let outcome = {
            let mut inner = self.inner.lock();
            if inner.closed {
                return refused(ResponseError::CoordinatorNotAvailable);
            }
            if !request.member_id.is_empty() && !inner.groups.contains_key(group) {
                return refused(ResponseError::UnknownMemberId);
            }
            let call = inner.park(Waiting::Join(sender));
            let id: Arc<str> = group.into();
            let entry = inner
                .groups
                .entry(id.clone())
                .or_insert_with(|| Entry { group: Group::new(self.limits.clone(), now), offsets: BTreeMap::new() });
            let effects = entry.group.join(call, request, now);
            self.carry_out(&mut inner, &id, effects)
        };
        self.settle(outcome).await;
        answer.await.unwrap_or_else(|_| refused(ResponseError::CoordinatorNotAvailable))
    }

    /// SyncGroup: answered when the leader has assigned.
    pub async fn sync(&self, group: &str, request: SyncRequest) -> SyncAnswer {
        let now = self.clock.now();
        let (sender, answer) = oneshot::channel();
        let outcome = {
            let mut inner = self.inner.lock();
            let Some((id, _)) = inner.groups.get_key_value(group) else {
                return SyncAnswer::refused(ResponseError::UnknownMemberId);
            };
            let id = id.clone();
            let call = inner.park(Waiting::Sync(sender));
            let Some(entry) = inner.groups.get_mut(&id) else {
                return SyncAnswer::refused(ResponseError::UnknownMemberId);
            };
            let effects = entry.group.sync(call, request, now);
            self.carry_out(&mut inner, &id, effects)
        };
        self.settle(outcome).await;
        answer.await.unwrap_or_else(|_| SyncAnswer::refused(ResponseError::CoordinatorNotAvailable))
    }

    /// Heartbeat.
    pub fn heartbeat(
        &self,
        group: &str,
        member: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(), ResponseError> {
        let now = self.clock.now();
        let mut inner = self.inner.lock();
        let entry = inner.groups.get_mut(group).ok_or(ResponseError::UnknownMemberId)?;
        entry.group.heartbeat(member, instance, generation, now)
    }

    /// LeaveGroup: an answer for each who leaves.
    pub async fn leave(&self, group: &str, leaving: &[Leaving]) -> Vec<Result<(), ResponseError>> {
        let now = self.clock.now();
        let (answers, outcome) = {
            let mut inner = self.inner.lock();
            let Some((id, _)) = inner.groups.get_key_value(group) else {
                return leaving.iter().map(|_| Err(ResponseError::UnknownMemberId)).collect();
            };
            let id = id.clone();
            let Some(entry) = inner.groups.get_mut(&id) else { return Vec::new() };
            let (answers, effects) = entry.group.leave(leaving, now);
            (answers, self.carry_out(&mut inner, &id, effects))
        };
        self.settle(outcome).await;
        answers
    }

    /// The rebalances with a number above `after`.
    pub fn rebalances(&self, after: u64) -> Vec<RebalanceEvent> {
        self.inner.lock().rebalances.iter().filter(|event| event.number > after).cloned().collect()
    }

    /// Sends away all who wait; nobody can join any more.
    pub fn close(&self) {
        let mut inner = self.inner.lock();
        inner.closed = true;
        inner.waiting.clear();
    }

    /// Does what a group asks for; returns what is to be written.
    fn carry_out(&self, inner: &mut Inner, id: &Arc<str>, effects: Vec<Effect>) -> Option<GroupRow> {
        let mut changed = false;
        for effect in effects {
            match effect {
                // Whoever no longer waits has given up; nothing is lost.
                Effect::Join(call, answer) => {
                    if let Some(Waiting::Join(sender)) = inner.waiting.remove(&call) {
                        let _ = sender.send(answer);
                    }
                }
                Effect::Sync(call, answer) => {
                    if let Some(Waiting::Sync(sender)) = inner.waiting.remove(&call) {
                        let _ = sender.send(answer);
                    }
                }
                Effect::Generation => changed = true,
                Effect::Rebalanced(rebalanced) => inner.keep(id, rebalanced),
            }
        }
        let group = &inner.groups.get(id)?.group;
        if let Some(deadline) = group.next_deadline() {
            self.wake_by(deadline);
        }
        changed.then(|| GroupRow {
            id: id.clone(),
            generation: group.generation(),
            protocol_type: group.protocol_type().map(str::to_owned),
            empty_since: group.empty_since(),
        })
    }

    /// Writes what must survive. A failure costs no more than that generations count again from an older number after a
    /// restart, so the group goes on.
    async fn settle(&self, row: Option<GroupRow>) {
        let Some(row) = row else { return };
        if let Err(error) = self.meta.write(row.put()).await {
            tracing::warn!("the generation of a group was not stored: {error}");
        }
    }
}

impl Inner {
    fn park(&mut self, waiting: Waiting) -> CallId {
        self.last_call += 1;
        self.waiting.insert(self.last_call, waiting);
        self.last_call
    }

    fn keep(&mut self, group: &Arc<str>, rebalanced: Rebalanced) {
        self.last_rebalance += 1;
        if self.rebalances.len() == REBALANCES_KEPT_MAX {
            self.rebalances.pop_front();
        }
        self.rebalances.push_back(RebalanceEvent {
            number: self.last_rebalance,
            group: group.clone(),
            generation: rebalanced.generation,
            reason: rebalanced.reason,
            members: rebalanced.members,
            at: rebalanced.ended,
            duration_millis: rebalanced.ended - rebalanced.began,
        });
    }
}
