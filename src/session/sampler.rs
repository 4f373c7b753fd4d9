//! Looks at the cluster once a second and publishes what is true as one immutable picture.
//!
//! The work follows what moves: lists every second, offsets only of topics that took records in, commits only of groups
//! that have members; everything is asked for again now and then, and after each change made from this window. Of a large
//! cluster without an inspector, figures are asked for what is in sight and what groups read. A look
//! that was costly is followed by a longer pause, so that thousands of topics cost no more than a small share of a core.

mod groups;
mod marks;
mod queues;
mod topics;
mod unread;
mod window;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::sync::Notify;

use self::{groups::GroupsWatch, topics::TopicsWatch, unread::Unread, window::Window};
use super::{
    ClientsFacts, ClusterFacts, Facts, GroupFacts, Inner, LagHistory, Phrase, Problem, RATE_SLOT_MILLIS,
    lag_history::Remembered,
};
use crate::{
    broker::{Inspector, PartitionSize},
    client::{Client, ClientError},
    model::{Clock, ReplicaOnDisk, TimestampMillis, TopicPartition},
};

/// How long a look tries what fails, in milliseconds: then what is shown is told to be old.
const PATIENCE_MILLIS: u64 = 3_000;
/// How often it is told how it goes with the brokers while a look takes long.
const HEALTH_EVERY: Duration = Duration::from_secs(1);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest pause, however costly a look is.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Pause before a look that other topics in sight ask for: a list that is scrolled shows new ones with every frame.
const SCROLLED_PAUSE: Duration = Duration::from_millis(150);
/// A look takes at most this share of the time, one part in so many: while records flow or groups read …
const COST_SHARE_BUSY: u32 = 8;
/// … and while all stands still, when it must cost next to nothing.
const COST_SHARE_IDLE: u32 = 120;
/// Every so many looks everything is asked for.
const FULL_EVERY: u64 = 10;
/// Rates of the cluster are means over this long.
const RATE_SPAN_MILLIS: i64 = 4_000;
/// Sparklines show this long. While one moves the window is drawn again for each slot and not each second.
const SPARKLINE_MILLIS: i64 = 300_000;
/// A group that falls further behind by standing still is news for each slot up to this long; then it ages like
/// everything else on screen, which the window does by itself.
const AGE_MILLIS: i64 = 300_000;

/// Everything the looks need and remember.
pub(super) struct Sampler {
    client: Client,
    inspector: Option<Arc<dyn Inspector>>,
    clock: Arc<dyn Clock>,
    history: Option<LagHistory>,
    topics: TopicsWatch,
    groups: GroupsWatch,
    unread: Unread,
    cluster: ClusterWatch,
    looks: u64,
    revision: u64,
    slot: i64,
    /// Records flowed in the last look, or a group has members.
    busy: bool,
}

struct ClusterWatch {
    facts: ClusterFacts,
    records_in: i64,
    records_out: i64,
    in_window: Window,
    out_window: Window,
    in_bytes: Window,
    out_bytes: Window,
    last_at: Option<TimestampMillis>,
}

impl Sampler {
    pub(super) fn new(
        client: Client,
        inspector: Option<Arc<dyn Inspector>>,
        clock: Arc<dyn Clock>,
        history: Option<LagHistory>,
        remembered: Vec<Remembered>,
        cluster: ClusterFacts,
    ) -> Self {
        let mut unread = Unread::default();
        for Remembered { key, committed, first_unread_at } in remembered {
            unread.remember(key.group, TopicPartition::new(key.topic, key.partition), committed, first_unread_at);
        }
        let window = || Window::new(RATE_SPAN_MILLIS);
        let cluster = ClusterWatch {
            facts: cluster,
            records_in: 0,
            records_out: 0,
            in_window: window(),
            out_window: window(),
            in_bytes: window(),
            out_bytes: window(),
            last_at: None,
        };
        let (topics, groups) = (TopicsWatch::default(), GroupsWatch::default());
        Self {
            client: client.with_patience_ms(PATIENCE_MILLIS),
            inspector,
            clock,
            history,
            topics,
            groups,
            unread,
            cluster,
            looks: 0,
            revision: 0,
            slot: 0,
            busy: true,
        }
    }

    /// Looks until the session is gone. `poke` asks for a full look at once.
    pub(super) async fn run(mut self, session: Weak<Inner>, poke: Arc<Notify>) {
        let mut poked = false;
        loop {
            let started = Instant::now();
            let Some(in_sight) = session.upgrade().map(|inner| inner.in_sight.names()) else { return };
            let looked = {
                let client = self.client.clone();
                let look = std::pin::pin!(self.look(poked, &in_sight));
                telling_health(look, &client, &session).await
            };
            let Some(inner) = session.upgrade() else { return };
            if self.publish(&inner, looked) {
                (inner.wake)();
            }
            drop(inner);
            let share = if self.busy { COST_SHARE_BUSY } else { COST_SHARE_IDLE };
            let pause = (started.elapsed() * share).clamp(PAUSE, PAUSE_MAX);
            let woken = tokio::select! {
                () = tokio::time::sleep(pause) => false,
                () = poke.notified() => true,
            };
            // Somebody may only have turned to other topics, which needs no full look.
            poked = woken && session.upgrade().is_some_and(|inner| inner.in_sight.take_want_all());
            if woken && !poked {
                tokio::time::sleep(SCROLLED_PAUSE).await;
            }
        }
    }

    async fn look(&mut self, poked: bool, in_sight: &HashSet<Arc<str>>) -> Result<(), ClientError> {
        let at = self.clock.now();
        // Which topics groups read is known from the second look on.
        let second = self.inspector.is_none() && self.looks == 1;
        let full = poked || second || self.looks.is_multiple_of(FULL_EVERY);
        if full {
            self.cluster.facts.nodes = self.client.cluster().await?.nodes.len();
        }
        let read = if full { self.groups.topics() } else { HashSet::new() };
        let wanted = |name: &str| in_sight.contains(name) || read.contains(name);
        let flow = self.topics.look(&self.client, self.inspector.as_ref(), at, full, &wanted).await?;
        match self.inspector.clone() {
            Some(inspector) if full || flow.records_in > 0 => {
                let sizes = tokio::task::spawn_blocking(move || inspector.partition_sizes()).await;
                self.topics.take_sizes(sizes.unwrap_or_default());
            }
            None if full => {
                let sizes = sizes_on_disk(&self.client, self.topics.by_leader(&wanted)).await;
                self.topics.take_sizes(sizes);
            }
            _ => {}
        }
        self.groups.look(&self.client, self.inspector.as_ref(), full).await?;
        if let Some(inspector) = &self.inspector {
            self.groups.take_rebalances(inspector.rebalances(self.groups.rebalances_after()));
            self.groups.take_share_events(&inspector.share_events(self.groups.share_events_after()));
        }
        self.unread.begin();
        self.groups.want_unread(&self.topics, &mut self.unread);
        self.unread.look_up(&self.client, self.inspector.as_ref()).await;
        self.groups.derive(at, &self.topics, &mut self.unread);
        self.unread.end();
        if let Some(history) = &self.history {
            history.note(at, self.groups.seen());
        }
        self.busy = flow.records_in > 0 || flow.records_out > 0 || self.groups.any_active();
        self.cluster.note(at, flow, self.inspector.as_ref());
        // A look that failed is tried in full the next time, so only a whole one counts.
        self.looks += 1;
        Ok(())
    }

    /// Puts the new picture in place; true when something visible changed.
    fn publish(&mut self, inner: &Inner, looked: Result<(), ClientError>) -> bool {
        let before = inner.facts.load();
        let at = self.clock.now();
        let mut facts = match looked {
            Ok(()) => {
                let topics = self.topics.facts(&self.groups.lags());
                let mut cluster = self.cluster.facts.clone();
                cluster.health = self.client.health();
                cluster.listener = inner.listener.load_full();
                cluster.address = cluster.listener.address().map(str::to_owned);
                let sizes: Vec<u64> = topics.iter().filter_map(|t| t.size_bytes).collect();
                // A part of the topics says nothing about the whole.
                let whole = self.inspector.is_some() || sizes.len() == topics.len();
                cluster.size_bytes = whole.then(|| sizes.iter().sum());
                let groups = self.groups.facts();
                let clients = match &self.inspector {
                    Some(inspector) => ClientsFacts::look(&**inspector, &groups),
                    None => ClientsFacts::default(),
                };
                cluster.clients = self.inspector.is_some().then(|| clients.outside().count());
                let (revision, clients) = (self.revision, Arc::new(clients));
                Facts {
                    at,
                    revision,
                    cluster,
                    topics,
                    groups,
                    clients,
                    problem: None,
                    stale_since: None,
                    first_load_done: true,
                }
            }
            Err(error) => {
                let problem = Problem::from_client(Phrase::new("problem-cluster-look"), &error);
                let stale_since = before.stale_since.or(before.first_load_done.then_some(before.at));
                let cluster = ClusterFacts { health: self.client.health(), ..before.cluster.clone() };
                Facts { at, problem: Some(problem), stale_since, cluster, ..Facts::clone(&before) }
            }
        };
        let slot = at.div_euclid(RATE_SLOT_MILLIS);
        let behind = |group: &GroupFacts| group.behind_millis.is_some_and(|millis| (1..AGE_MILLIS).contains(&millis));
        let moves = self.topics.any_moves(at, SPARKLINE_MILLIS) || facts.groups.iter().any(behind);
        let moved = slot != self.slot && moves;
        self.slot = slot;
        let changed = !facts.shows_the_same_as(&before);
        // Where the health was told meanwhile, it has moved already.
        self.revision = self.revision.max(before.revision);
        if changed || moved {
            self.revision += 1;
        }
        facts.revision = self.revision;
        inner.facts.store(Arc::new(facts));
        changed || moved
    }
}

/// Waits for a look that a broker may hold up, and tells once a second how it goes with the brokers.
async fn telling_health<T>(mut look: impl Future<Output = T> + Unpin, client: &Client, session: &Weak<Inner>) -> T {
    loop {
        tokio::select! {
            looked = &mut look => return looked,
            () = tokio::time::sleep(HEALTH_EVERY) => {}
        }
        let (Some(inner), health) = (session.upgrade(), client.health()) else { continue };
        let before = inner.facts.load();
        if before.cluster.health == health {
            continue;
        }
        let cluster = ClusterFacts { health, ..before.cluster.clone() };
        inner.facts.store(Arc::new(Facts { cluster, revision: before.revision + 1, ..Facts::clone(&before) }));
        (inner.wake)();
    }
}

/// The sizes of partitions as the disks of their leaders tell them. A node that does not tell leaves its part unknown.
async fn sizes_on_disk(client: &Client, by_leader: BTreeMap<i32, Vec<TopicPartition>>) -> Vec<PartitionSize> {
    let asked = by_leader.iter().map(|(node, tps)| client.log_dirs(*node, Some(tps)));
    let told = join_all(asked).await.into_iter().flatten().flatten().flat_map(|dir| dir.replicas);
    let size = |replica: ReplicaOnDisk| PartitionSize {
        topic: replica.tp.topic,
        partition: replica.tp.partition,
        size_bytes: replica.size_bytes,
    };
    told.filter(|replica| !replica.is_future).map(size).collect()
}

impl ClusterWatch {
    fn note(&mut self, at: TimestampMillis, flow: topics::Flow, inspector: Option<&Arc<dyn Inspector>>) {
        self.records_in += flow.records_in;
        self.records_out += flow.records_out;
        self.in_window.look(at, self.records_in);
        self.facts.in_per_second = self.in_window.per_second();
        let passed = self.last_at.map(|last| at - last).filter(|millis| *millis > 0);
        self.last_at = Some(at);
        if let Some(millis) = passed {
            self.facts.in_history.note(at, millis, flow.records_in as f64);
        }
        let Some(inspector) = inspector else { return };
        self.out_window.look(at, self.records_out);
        self.facts.out_per_second = self.out_window.per_second();
        if let Some(millis) = passed {
            self.facts.out_history.note(at, millis, flow.records_out as f64);
        }
        let counters = inspector.counters();
        let sum = |of: fn(&crate::broker::TopicCounters) -> u64| -> i64 {
            i64::try_from(counters.topics.values().map(of).sum::<u64>()).unwrap_or(i64::MAX)
        };
        self.in_bytes.look(at, sum(|c| c.bytes_in));
        self.out_bytes.look(at, sum(|c| c.bytes_out));
        self.facts.in_bytes_per_second = self.in_bytes.per_second().map(|rate| rate.max(0.0));
        self.facts.out_bytes_per_second = self.out_bytes.per_second().map(|rate| rate.max(0.0));
    }
}
