//! Consumers that the user starts by hand: real members of real groups, each with a pace, a way to commit and an end of
//! the user's choosing.
//!
//! [`Consumers`] holds them all; a task each (`worker`) reads. Screens take a [`ConsumersView`], one immutable picture.

mod member;
mod ownership;
mod plan;
mod queue;
mod worker;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use self::member::{Ending, Member, Orders};
use crate::{
    client::{AutoOffsetReset, Client, Consumer, ConsumerOptions},
    model::{Clock, TimestampMillis, TopicPartition},
};

pub use self::{
    member::{ConsumerView, Delivered, PREVIEW_BYTES_MAX, Phase, QueueCounts, RECORDS_KEPT_MAX, ReceivedRecord},
    ownership::{Cause, Change, OWNERSHIP_KEPT_MILLIS, Ownership, Span},
    plan::{
        AckChoice, CommitWhen, ConsumerKind, ConsumerPlan, PROCESSING_MILLIS_MAX, PlanError, SESSION_TIMEOUTS_MILLIS,
        StartAt, TOPICS_MAX, next_name,
    },
};

/// Number of a hand-started consumer in its session, from 1.
pub type ConsumerId = u64;

/// Consumers that run at the same time at most: each fetches and has a card on screen.
pub const CONSUMERS_RUNNING_MAX: usize = 32;
/// Ended consumers that stay to be looked at; the oldest go first.
const CONSUMERS_ENDED_KEPT_MAX: usize = 32;
/// Groups whose colours are remembered.
const GROUPS_KNOWN_MAX: usize = 1_000;
/// Heartbeats of hand-started consumers: a member learns by its heartbeat that the group rebalances, and who watches
/// should not wait for Kafka's three seconds.
const HEARTBEAT_MILLIS: u64 = 500;
/// The window is asked to draw again at most so often while records flow, in milliseconds.
const WAKE_MILLIS: i64 = 100;
/// Records that one poll hands over at most (`max.poll.records`).
const POLL_RECORDS_MAX: usize = 500;
/// How long closing waits for consumers to say good-bye.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Makes a client whose requests carry that client id, so that members have the names that the window shows.
pub type Connect = Arc<dyn Fn(&str) -> Client + Send + Sync>;

/// All consumers that were started by hand in a session. Cheap to clone.
#[derive(Clone)]
pub struct Consumers(Arc<Shared>);

/// What screens see: one picture of all.
#[derive(Debug, Clone, Default)]
pub struct ConsumersView {
    /// In the order they were started.
    pub consumers: Vec<ConsumerView>,
    /// Groups in the order in which they were first started here: their stable places for colours.
    pub groups: Vec<Arc<str>>,
    /// By group: who owned what.
    pub ownership: BTreeMap<Arc<str>, Arc<Ownership>>,
}

struct Shared {
    connect: Connect,
    handle: Handle,
    clock: Arc<dyn Clock>,
    wake: Arc<dyn Fn() + Send + Sync>,
    next: AtomicU64,
    members: Mutex<Vec<Arc<Member>>>,
    groups: Mutex<Vec<Arc<str>>>,
    suggested: Mutex<Option<String>>,
    ownership: Mutex<BTreeMap<Arc<str>, Arc<Ownership>>>,
    view: ArcSwapOption<ConsumersView>,
    view_at: AtomicI64,
    /// Something changed since the window was woken.
    unseen: AtomicBool,
    woken_at: AtomicI64,
}

impl ConsumersView {
    pub fn consumer(&self, id: ConsumerId) -> Option<&ConsumerView> {
        self.consumers.iter().find(|c| c.id == id)
    }

    /// The stable place of a group, for its colour.
    pub fn group_index(&self, group: &str) -> usize {
        self.groups.iter().position(|g| **g == *group).unwrap_or_default()
    }

    /// How many are not over.
    pub fn running(&self) -> usize {
        self.consumers.iter().filter(|c| !c.phase.is_over()).count()
    }

    /// Members of a group that are not over, in the order they were started.
    pub fn members<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a ConsumerView> {
        self.consumers.iter().filter(move |c| c.plan.group == group && !c.phase.is_over())
    }
}

impl Consumers {
    /// None yet. Tasks run on `handle`; `wake` asks for a repaint.
    pub fn new(connect: Connect, handle: Handle, clock: Arc<dyn Clock>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self(Arc::new(Shared {
            connect,
            handle,
            clock,
            wake,
            next: AtomicU64::new(1),
            members: Mutex::default(),
            groups: Mutex::default(),
            suggested: Mutex::default(),
            ownership: Mutex::default(),
            view: ArcSwapOption::empty(),
            view_at: AtomicI64::new(0),
            unseen: AtomicBool::new(false),
            woken_at: AtomicI64::new(0),
        }))
    }

    /// Starts a consumer; it joins its group in the background.
    ///
    /// # Errors
    /// When the plan cannot be carried out as it stands.
    pub fn start(&self, mut plan: ConsumerPlan) -> Result<ConsumerId, PlanError> {
        plan.group = plan.group.trim().to_owned();
        plan.processing_millis = plan.processing_millis.min(PROCESSING_MILLIS_MAX);
        plan.check()?;
        let shared = &self.0;
        let member = {
            let mut members = shared.members.lock();
            if members.iter().filter(|m| !m.phase().is_over()).count() >= CONSUMERS_RUNNING_MAX {
                return Err(PlanError::TooManyConsumers);
            }
            let name = free_name(&plan, &members)?;
            let id = shared.next.fetch_add(1, Ordering::Relaxed);
            let member = Arc::new(Member::new(id, name, plan, shared.now()));
            members.push(Arc::clone(&member));
            drop_oldest_ended(&mut members);
            member
        };
        shared.know_group(&member.plan.group);
        shared.with_ownership(&member, |o| o.note(member.id, Cause::Joined, member.started_at));
        let client = (shared.connect)(&member.name);
        let (id, owner) = (member.id, Arc::clone(shared));
        shared.handle.spawn(async move {
            if member.plan.kind.is_queue() {
                return queue::run(client, member, owner).await;
            }
            let consumer = Consumer::start(client, options_of(&member.plan));
            worker::run(consumer, member, owner).await;
        });
        shared.touch(true);
        Ok(id)
    }

    /// Leaves word that the next consumer should read that topic; the form asks with [`Consumers::take_suggested`].
    pub fn suggest(&self, topic: impl Into<String>) {
        *self.0.suggested.lock() = Some(topic.into());
    }

    /// The topic that was suggested last, once.
    pub fn take_suggested(&self) -> Option<String> {
        self.0.suggested.lock().take()
    }

    /// Holds a consumer still: it stays a member and keeps what it owns.
    pub fn pause(&self, id: ConsumerId) {
        self.order(id, |o| o.paused = true);
    }

    /// Lets it go on.
    pub fn resume(&self, id: ConsumerId) {
        self.order(id, |o| o.paused = false);
    }

    /// Changes how long the work on a record takes, at once.
    pub fn set_processing(&self, id: ConsumerId, millis: u64) {
        self.order(id, |o| o.processing_millis = millis.min(PROCESSING_MILLIS_MAX));
    }

    /// Changes what a member of a queue says about records and how many fail, at once. What it is a member of stays.
    pub fn set_kind(&self, id: ConsumerId, kind: ConsumerKind) {
        self.order(id, |o| {
            if o.kind.is_queue() == kind.is_queue() {
                o.kind = kind;
            }
        });
    }

    /// Lets it finish what is committed, and leave: the others take over at once.
    pub fn stop(&self, id: ConsumerId) {
        self.order(id, |o| o.ending = o.ending.or(Some(Ending::Stop)));
    }

    /// Makes it vanish without a word, like a process that was killed.
    pub fn kill(&self, id: ConsumerId) {
        self.order(id, |o| o.ending = Some(Ending::Kill));
    }

    /// Stops all.
    pub fn stop_all(&self) {
        let ids: Vec<ConsumerId> = self.0.members.lock().iter().map(|m| m.id).collect();
        for id in ids {
            self.stop(id);
        }
    }

    /// Takes a consumer that has ended off the list.
    pub fn dismiss(&self, id: ConsumerId) {
        self.0.members.lock().retain(|m| m.id != id || !m.phase().is_over());
        self.0.touch(true);
    }

    /// Takes all that have ended off the list.
    pub fn dismiss_ended(&self) {
        self.0.members.lock().retain(|m| !m.phase().is_over());
        self.0.touch(true);
    }

    /// How many are not over.
    pub fn running(&self) -> usize {
        self.0.members.lock().iter().filter(|m| !m.phase().is_over()).count()
    }

    /// The newest picture; cheap to ask for in each frame.
    pub fn view(&self) -> Arc<ConsumersView> {
        let shared = &self.0;
        let now = shared.now();
        let fresh = !shared.unseen.swap(false, Ordering::AcqRel);
        // Rates fall to zero by themselves, so even an unchanged picture is taken again once in a while.
        if let Some(view) = shared.view.load_full()
            && fresh
            && (now - shared.view_at.load(Ordering::Relaxed)).abs() < 1_000
        {
            return view;
        }
        let view = Arc::new(shared.picture(now));
        shared.view.store(Some(Arc::clone(&view)));
        shared.view_at.store(now, Ordering::Relaxed);
        view
    }

    /// Stops all and waits, at most two seconds, until they have left their groups.
    pub async fn close(&self) {
        self.stop_all();
        let started = tokio::time::Instant::now();
        while self.running() > 0 && started.elapsed() < CLOSE_WAIT {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn order(&self, id: ConsumerId, change: impl FnOnce(&mut Orders)) {
        let member = self.0.members.lock().iter().find(|m| m.id == id).cloned();
        if let Some(member) = member {
            member.orders.send_modify(change);
            self.0.touch(true);
        }
    }
}

impl Shared {
    fn now(&self) -> TimestampMillis {
        self.clock.now()
    }

    fn picture(&self, now: TimestampMillis) -> ConsumersView {
        let members = self.members.lock().clone();
        let mut ownership = self.ownership.lock();
        for group in ownership.values_mut() {
            Arc::make_mut(group).prune(now);
        }
        ownership.retain(|id, group| !group.is_empty() || members.iter().any(|m| *m.plan.group == **id));
        ConsumersView {
            consumers: members.iter().map(|m| m.view(now)).collect(),
            groups: self.groups.lock().clone(),
            ownership: ownership.clone(),
        }
    }

    fn know_group(&self, group: &str) {
        let mut groups = self.groups.lock();
        if !groups.iter().any(|g| **g == *group) {
            if groups.len() == GROUPS_KNOWN_MAX {
                groups.remove(0);
            }
            groups.push(group.into());
        }
    }

    /// Something visible changed; `urgent` wakes the window at once, the rest a few times a second.
    fn touch(&self, urgent: bool) {
        self.unseen.store(true, Ordering::Release);
        let now = self.now();
        if urgent || (now - self.woken_at.load(Ordering::Relaxed)).abs() >= WAKE_MILLIS {
            self.woken_at.store(now, Ordering::Relaxed);
            (self.wake)();
        }
    }

    /// Nothing new came; what came last and was not urgent is shown now.
    fn touch_rest(&self) {
        if self.unseen.load(Ordering::Acquire) {
            self.touch(true);
        }
    }

    /// Nobody owns a partition of a queue alone, so there is nothing to note.
    fn with_ownership(&self, member: &Member, change: impl FnOnce(&mut Ownership)) {
        if member.plan.kind.is_queue() {
            return;
        }
        let mut all = self.ownership.lock();
        change(Arc::make_mut(all.entry(member.plan.group.as_str().into()).or_default()));
    }

    fn assigned(&self, member: &Member, partitions: &[TopicPartition], at: TimestampMillis) {
        self.with_ownership(member, |o| o.assigned(member.id, partitions, at));
    }

    fn revoked(&self, member: &Member, partitions: &[TopicPartition], cause: Option<Cause>, at: TimestampMillis) {
        self.with_ownership(member, |o| {
            if let Some(cause) = cause {
                o.note(member.id, cause, at);
            }
            o.revoked(member.id, partitions, at);
        });
    }

    fn ended(&self, member: &Member, phase: Phase, cause: Cause) {
        let now = self.now();
        self.with_ownership(member, |o| {
            o.note(member.id, cause, now);
            o.gone(member.id, now);
        });
        member.end(phase, now);
        self.touch(true);
    }
}

fn free_name(plan: &ConsumerPlan, members: &[Arc<Member>]) -> Result<Arc<str>, PlanError> {
    let taken: Vec<Arc<str>> = members.iter().map(|m| Arc::clone(&m.name)).collect();
    let asked = plan.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match asked {
        None => Ok(next_name(&plan.group, &taken)),
        Some(name) if taken.iter().any(|t| **t == *name) => Err(PlanError::NameTaken { name: name.to_owned() }),
        Some(name) => Ok(name.into()),
    }
}

fn drop_oldest_ended(members: &mut Vec<Arc<Member>>) {
    let ended = members.iter().filter(|m| m.phase().is_over()).count();
    let mut surplus = ended.saturating_sub(CONSUMERS_ENDED_KEPT_MAX);
    members.retain(|m| {
        let drop = surplus > 0 && m.phase().is_over();
        surplus -= usize::from(drop);
        !drop
    });
}

fn options_of(plan: &ConsumerPlan) -> ConsumerOptions {
    ConsumerOptions {
        assignor: plan.assignor,
        session_timeout_ms: plan.session_timeout_millis,
        heartbeat_interval_ms: HEARTBEAT_MILLIS,
        auto_offset_reset: match plan.start {
            StartAt::Earliest => AutoOffsetReset::Earliest,
            StartAt::Latest => AutoOffsetReset::Latest,
        },
        // As many as are worked on in one piece.
        max_poll_records: worker::piece_len(plan.processing_millis, POLL_RECORDS_MAX),
        ..ConsumerOptions::new(plan.group.clone(), plan.topics.clone())
    }
}
