//! Runs the groups: keeps the callers that wait, the committed offsets, and the time.
//!
//! The rules are in `groups`, which is pure. Here an event is given to its group under one lock, and the effects are
//! carried out: who waited is answered, what must survive is written to `meta.sqlite`.

mod admin;
mod configs;
mod consumer;
mod offsets;
mod share;
mod timer;
mod transactional;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, atomic::AtomicI64},
    time::Instant,
};

use kafka_protocol::ResponseError;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, oneshot};

pub use admin::GroupDescription;
pub use configs::GroupConfigError;
pub use offsets::{Commit, CommitError, Committed, Committer, GroupOffsets};

use super::{
    RebalanceEvent,
    config::GroupConfig,
    groups::{
        AnyGroup, CallId, Catalog, Effect, Group, GroupLimits, JoinAnswer, JoinRequest, Leaving, Rebalanced,
        SessionTimeouts, SyncAnswer, SyncRequest,
    },
    meta::{CommittedRow, GroupRow, Meta},
    observe,
    topics::Topics,
};
use crate::model::{Clock, PartitionId, TimestampMillis};

/// Rebalances that are kept for the window.
pub const REBALANCES_KEPT_MAX: usize = 1000;

/// All groups of the broker.
pub struct Coordinator {
    clock: Arc<dyn Clock>,
    meta: Arc<Meta>,
    topics: Arc<Topics>,
    /// The topics as the groups see them; made anew when they have changed.
    catalog: Mutex<Arc<Catalog>>,
    limits: GroupLimits,
    /// What groups have set; the others have the defaults.
    configs: RwLock<BTreeMap<Arc<str>, GroupConfig>>,
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
    last_store: i64,
    /// With when each ended, which tells the order within a millisecond.
    rebalances: VecDeque<(RebalanceEvent, Instant)>,
    last_rebalance: u64,
    closed: bool,
}

/// A group and what it committed.
struct Entry {
    group: AnyGroup,
    offsets: Offsets,
    /// What transactions that are not over want to commit, by producer id.
    pending: HashMap<i64, Offsets>,
}

type Offsets = BTreeMap<(Arc<str>, PartitionId), Committed>;

impl Entry {
    fn new(group: AnyGroup) -> Self {
        Self { group, offsets: Offsets::new(), pending: HashMap::new() }
    }
}

/// What `meta.sqlite` has of groups.
pub struct StoredGroups {
    pub groups: Vec<GroupRow>,
    pub committed: Vec<CommittedRow>,
    /// With the producer ids of the transactions.
    pub pending: Vec<(i64, CommittedRow)>,
    /// What groups have set.
    pub configs: BTreeMap<Arc<str>, BTreeMap<String, String>>,
}

enum Waiting {
    Join(oneshot::Sender<JoinAnswer>),
    Sync(oneshot::Sender<SyncAnswer>),
}

impl Coordinator {
    /// The groups as `meta.sqlite` has them: with their members, each of which gets a fresh session.
    pub fn new(
        clock: Arc<dyn Clock>,
        meta: Arc<Meta>,
        topics: Arc<Topics>,
        limits: GroupLimits,
        stored: StoredGroups,
    ) -> Self {
        let now = clock.steady();
        let configs: BTreeMap<_, _> =
            stored.configs.into_iter().map(|(group, set)| (group, GroupConfig::from_stored(set))).collect();
        let mut inner = Inner::default();
        for row in stored.groups {
            inner.last_store = inner.last_store.max(row.number);
            let config = configs.get(&row.id).cloned().unwrap_or_default();
            let timeouts =
                SessionTimeouts { consumer_ms: config.session_timeout_ms, share_ms: config.share.session_timeout_ms };
            let row = GroupRow { empty_since: row.empty_since.map(|since| since - clock.now() + now), ..row };
            let group = restored(&row, &limits, timeouts, now);
            inner.groups.insert(row.id, Entry::new(group));
        }
        let committed = stored.committed.into_iter().map(|row| (None, row));
        for (producer, row) in committed.chain(stored.pending.into_iter().map(|(id, row)| (Some(id), row))) {
            inner.last_commit = inner.last_commit.max(row.number);
            let fresh = || Entry::new(AnyGroup::Classic(Group::new(limits.clone(), now)));
            let entry = inner.groups.entry(row.group.clone()).or_insert_with(fresh);
            let offsets = match producer {
                Some(id) => entry.pending.entry(id).or_default(),
                None => &mut entry.offsets,
            };
            offsets.insert((row.topic.clone(), row.partition), Committed::from_row(row));
        }
        Self {
            clock,
            meta,
            topics,
            catalog: Mutex::default(),
            limits,
            configs: RwLock::new(configs),
            inner: Mutex::new(inner),
            sooner: Notify::new(),
            wakes_at: AtomicI64::new(i64::MAX),
        }
    }

    /// JoinGroup: answered when the group has its next generation.
    pub async fn join(&self, group: &str, request: JoinRequest) -> JoinAnswer {
        let member_id = request.member_id.clone();
        let refused = |error| JoinAnswer::refused(error, &member_id);
        let now = self.clock.steady();
        let catalog = self.catalog();
        let world = self.world(group, &catalog);
        let (sender, answer) = oneshot::channel();
        let outcome = {
            let mut inner = self.inner.lock();
            if inner.closed {
                return refused(ResponseError::CoordinatorNotAvailable);
            }
            if let Err(error) = self.limits.check_session(request.session_timeout_ms) {
                return refused(error);
            }
            if !request.member_id.is_empty() && !inner.groups.contains_key(group) {
                return refused(ResponseError::UnknownMemberId);
            }
            if self.is_refused(&request) {
                return refused(ResponseError::InvalidRequest);
            }
            let call = inner.park(Waiting::Join(sender));
            let id: Arc<str> = group.into();
            let entry = inner.groups.entry(id.clone()).or_insert_with(|| self.vacant(now));
            // A group of the newer protocol that nobody is in becomes what its first member speaks.
            if let AnyGroup::Consumer(empty) = &entry.group
                && entry.group.is_vacant()
            {
                let since = empty.empty_since().unwrap_or(now);
                entry.group = AnyGroup::Classic(Group::vacant(self.limits.clone(), empty.epoch(), None, since));
            }
            let effects = match &mut entry.group {
                AnyGroup::Classic(group) => group.join(call, request, now),
                AnyGroup::Consumer(group) => match group.classic_join(&request, world, now) {
                    Ok((answer, mut effects)) => {
                        effects.push(Effect::Join(call, answer));
                        effects
                    }
                    Err(error) => vec![Effect::Join(call, refused(error))],
                },
                AnyGroup::Share(_) => vec![Effect::Join(call, refused(ResponseError::InconsistentGroupProtocol))],
            };
            let effects = self.downgraded(entry, effects, world, false, now);
            self.carry_out(&mut inner, &id, effects)
        };
        self.settle(outcome).await;
        observe::wait(answer).await.unwrap_or_else(|_| refused(ResponseError::CoordinatorNotAvailable))
    }

    /// SyncGroup: answered when the leader has assigned.
    pub async fn sync(&self, group: &str, request: SyncRequest) -> SyncAnswer {
        let now = self.clock.steady();
        let catalog = self.catalog();
        let world = self.world(group, &catalog);
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
            let effects = match &mut entry.group {
                AnyGroup::Classic(group) => group.sync(call, request, now),
                AnyGroup::Consumer(group) => {
                    let answer = group.classic_sync(&request, world, now).unwrap_or_else(SyncAnswer::refused);
                    vec![Effect::Sync(call, answer)]
                }
                AnyGroup::Share(_) => vec![Effect::Sync(call, SyncAnswer::refused(ResponseError::UnknownMemberId))],
            };
            self.carry_out(&mut inner, &id, effects)
        };
        self.settle(outcome).await;
        observe::wait(answer).await.unwrap_or_else(|_| SyncAnswer::refused(ResponseError::CoordinatorNotAvailable))
    }

    /// Heartbeat.
    pub fn heartbeat(
        &self,
        group: &str,
        member: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(), ResponseError> {
        let now = self.clock.steady();
        let catalog = self.catalog();
        let world = self.world(group, &catalog);
        let mut inner = self.inner.lock();
        let entry = inner.groups.get_mut(group).ok_or(ResponseError::UnknownMemberId)?;
        let (answer, deadline) = match &mut entry.group {
            AnyGroup::Classic(group) => (group.heartbeat(member, instance, generation, now), None),
            AnyGroup::Consumer(consumers) => {
                let answer = consumers.classic_heartbeat(member, instance, generation, world, now);
                (answer, consumers.next_deadline())
            }
            AnyGroup::Share(_) => (Err(ResponseError::UnknownMemberId), None),
        };
        if let Some(deadline) = deadline {
            self.wake_by(deadline);
        }
        answer
    }

    /// LeaveGroup: an answer for each who leaves.
    pub async fn leave(&self, group: &str, leaving: &[Leaving]) -> Vec<Result<(), ResponseError>> {
        let now = self.clock.steady();
        let (answers, outcome) = {
            let mut inner = self.inner.lock();
            let Some((id, _)) = inner.groups.get_key_value(group) else {
                return leaving.iter().map(|_| Err(ResponseError::UnknownMemberId)).collect();
            };
            let id = id.clone();
            let Some(entry) = inner.groups.get_mut(&id) else { return Vec::new() };
            let (answers, effects) = match &mut entry.group {
                AnyGroup::Classic(group) => group.leave(leaving, now),
                AnyGroup::Consumer(group) => group.classic_leave(leaving, now),
                AnyGroup::Share(_) => (vec![Err(ResponseError::UnknownMemberId); leaving.len()], Vec::new()),
            };
            (answers, self.carry_out(&mut inner, &id, effects))
        };
        self.settle(outcome).await;
        answers
    }

    /// How far the wall clock is ahead of the steady time that groups go by.
    fn ahead(&self) -> i64 {
        self.clock.now() - self.clock.steady()
    }

    /// The rebalances with a number above `after`.
    pub fn rebalances(&self, after: u64) -> Vec<RebalanceEvent> {
        let inner = self.inner.lock();
        let events = inner.rebalances.iter().map(|(event, _)| event);
        events.filter(|event| event.number > after).cloned().collect()
    }

    /// All rebalances that are kept, with when each ended.
    pub fn rebalances_with_instants(&self) -> Vec<(RebalanceEvent, Instant)> {
        self.inner.lock().rebalances.iter().cloned().collect()
    }

    /// Sends away all who wait; nobody can join any more.
    pub fn close(&self) {
        let mut inner = self.inner.lock();
        inner.closed = true;
        inner.waiting.clear();
    }

    /// Does what a group asks for, as far as it can be done under the lock; the rest is for [`Coordinator::settle`].
    fn carry_out(&self, inner: &mut Inner, id: &Arc<str>, effects: Vec<Effect>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut store = false;
        for effect in effects {
            match effect {
                Effect::Join(call, answer) => {
                    if let Some(Waiting::Join(sender)) = inner.waiting.remove(&call) {
                        outcome.answers.push(Answer::Join(sender, answer));
                    }
                }
                Effect::Sync(call, answer) => {
                    if let Some(Waiting::Sync(sender)) = inner.waiting.remove(&call) {
                        outcome.answers.push(Answer::Sync(sender, answer));
                    }
                }
                Effect::Store => store = true,
                Effect::Rebalanced(rebalanced) => inner.keep(id, rebalanced, self.ahead()),
            }
        }
        if store {
            inner.last_store += 1;
        }
        let number = inner.last_store;
        let Some(Entry { group, .. }) = inner.groups.get(id) else { return outcome };
        if let Some(deadline) = group.next_deadline() {
            self.wake_by(deadline);
        }
        outcome.row = store.then(|| row(id, group, number, self.ahead()));
        outcome
    }

    /// Stores what must survive, then gives the answers that depend on it. Goes on by itself if the caller, whose own
    /// answer may be among many, does not wait for the end.
    async fn settle(&self, outcome: Outcome) {
        let Outcome { row, answers } = outcome;
        let Some(row) = row else { return answers.into_iter().for_each(Answer::give) };
        let meta = self.meta.clone();
        let settled = tokio::spawn(async move {
            let group = row.id.clone();
            // A failure costs no more than that members must join again after a restart, so the group goes on.
            if let Err(error) = meta.write(row.put()).await {
                tracing::warn!("the state of the group {group} was not stored: {error}");
            }
            answers.into_iter().for_each(Answer::give);
        });
        let _ = settled.await;
    }
}

/// What is left to do after an event, outside the lock.
#[derive(Default)]
struct Outcome {
    row: Option<GroupRow>,
    answers: Vec<Answer>,
}

/// An answer and who waits for it.
enum Answer {
    Join(oneshot::Sender<JoinAnswer>, JoinAnswer),
    Sync(oneshot::Sender<SyncAnswer>, SyncAnswer),
}

impl Answer {
    /// Whoever no longer waits has given up; nothing is lost.
    fn give(self) {
        match self {
            Self::Join(sender, answer) => drop(sender.send(answer)),
            Self::Sync(sender, answer) => drop(sender.send(answer)),
        }
    }
}

/// The group of a row. One that cannot be read any more, or comes from an earlier Millpond, is empty: its members join
/// again.
fn restored(row: &GroupRow, limits: &GroupLimits, timeouts: SessionTimeouts, now: TimestampMillis) -> AnyGroup {
    if let Some(text) = &row.state {
        match AnyGroup::restored(text, limits, timeouts, row.empty_since, now) {
            Ok(group) => return group,
            Err(error) => {
                tracing::warn!("the members of the group {} are not readable: {error}; they must join again", row.id);
            }
        }
    }
    let since = row.empty_since.unwrap_or(now);
    AnyGroup::Classic(Group::vacant(limits.clone(), row.generation, row.protocol_type.clone(), since))
}

/// What is kept of a group; times in it are those of the wall clock.
fn row(id: &Arc<str>, group: &AnyGroup, number: i64, ahead: i64) -> GroupRow {
    GroupRow {
        id: id.clone(),
        generation: group.epoch(),
        protocol_type: group.protocol_type().map(str::to_owned),
        empty_since: group.empty_since().map(|since| since + ahead),
        state: group.stored().ok(),
        number,
    }
}

impl Inner {
    fn park(&mut self, waiting: Waiting) -> CallId {
        self.last_call += 1;
        self.waiting.insert(self.last_call, waiting);
        self.last_call
    }

    fn keep(&mut self, group: &Arc<str>, rebalanced: Rebalanced, ahead: i64) {
        self.last_rebalance += 1;
        if self.rebalances.len() == REBALANCES_KEPT_MAX {
            self.rebalances.pop_front();
        }
        let event = RebalanceEvent {
            number: self.last_rebalance,
            group: group.clone(),
            generation: rebalanced.generation,
            reason: rebalanced.reason,
            members: rebalanced.members,
            at: rebalanced.ended + ahead,
            duration_millis: rebalanced.ended - rebalanced.began,
        };
        self.rebalances.push_back((event, Instant::now()));
    }
}
