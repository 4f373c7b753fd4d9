//! Looks at the cluster once a second and publishes what is true as one immutable picture.
//!
//! The work follows what moves: lists every second, offsets only of topics that took records in, commits only of groups
//! that have members; everything is asked for again now and then, and after each change made from this window. Of a large
//! cluster without an inspector, figures are asked for what is in sight and what groups read. A look
//! that was costly is followed by a longer pause, so that thousands of topics cost no more than a small share of a core.
//!
//! What is known is published as soon as it is: first nodes and topics, which are asked for each second also while a look
//! waits for figures; then figures as the nodes tell them ([`questions`]). Those of a node that does not answer keep their
//! old values, with the reason.

mod asking;
mod cluster;
mod groups;
mod list;
mod marks;
mod publish;
mod questions;
mod queues;
mod topics;
mod unread;
mod window;

use std::{
    collections::HashSet,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time};

use self::{
    cluster::ClusterWatch,
    groups::GroupsWatch,
    list::ListWatch,
    questions::{Asked, News, Questions},
    topics::TopicsWatch,
    unread::Unread,
};
use super::{ClusterFacts, Inner, LagHistory, lag_history::Remembered};
use crate::{
    broker::Inspector,
    client::{Client, ClientError},
    model::{Clock, TimestampMillis, TopicPartition},
};

/// How long a look tries what fails and waits for a node, in milliseconds: then what is shown is told to be old.
const PATIENCE_MILLIS: u64 = 3_000;
/// How often nodes and topics are asked for, whatever else is under way.
const LIST_EVERY: Duration = Duration::from_secs(1);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest pause, however costly a look is.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// The same while a node does not answer.
const SILENT_PAUSE_MAX: Duration = Duration::from_secs(2);
/// Pause before a look that other topics in sight ask for: a list that is scrolled shows new ones with every frame.
const SCROLLED_PAUSE: Duration = Duration::from_millis(150);
/// A look takes at most this share of the time, one part in so many: while records flow or groups read …
const COST_SHARE_BUSY: u32 = 8;
/// … and while all stands still, when it must cost next to nothing.
const COST_SHARE_IDLE: u32 = 120;
/// Every so many looks everything is asked for.
const FULL_EVERY: u64 = 10;

/// Everything the looks need and remember.
pub(super) struct Sampler {
    client: Client,
    inspector: Option<Arc<dyn Inspector>>,
    clock: Arc<dyn Clock>,
    history: Option<LagHistory>,
    questions: Questions,
    list: ListWatch,
    topics: TopicsWatch,
    groups: GroupsWatch,
    unread: Unread,
    cluster: ClusterWatch,
    looks: u64,
    revision: u64,
    slot: i64,
    /// Records flowed in the last look, or a group has members.
    busy: bool,
    /// Something came in that is not published yet.
    has_news: bool,
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
        Self {
            client: client.with_patience_ms(PATIENCE_MILLIS),
            inspector,
            clock,
            history,
            questions: Questions::default(),
            list: ListWatch::default(),
            topics: TopicsWatch::default(),
            groups: GroupsWatch::default(),
            unread,
            cluster: ClusterWatch::new(cluster),
            looks: 0,
            revision: 0,
            slot: 0,
            busy: true,
            has_news: false,
        }
    }

    /// Looks until the session is gone. `poke` asks for a full look at once.
    pub(super) async fn run(mut self, session: Weak<Inner>, poke: Arc<Notify>) {
        let mut poked = false;
        loop {
            let started = Instant::now();
            let Some(in_sight) = session.upgrade().map(|inner| inner.in_sight.names()) else { return };
            let looked = self.look(poked, &in_sight, &session).await;
            if !self.publish(&session, looked) {
                return;
            }
            let share = if self.busy { COST_SHARE_BUSY } else { COST_SHARE_IDLE };
            let longest = if self.topics.awaits_second_look(&in_sight) {
                // Without it there is no rate, and a dash would stand for the whole of a long pause.
                PAUSE
            } else if self.questions.any_silent() {
                // Who does not answer may be back any moment.
                SILENT_PAUSE_MAX
            } else {
                PAUSE_MAX
            };
            let pause = (started.elapsed() * share).clamp(PAUSE, longest);
            let woken = self.pause(pause, &session, &poke).await;
            // Somebody may only have turned to other topics, which needs no full look.
            poked = woken && session.upgrade().is_some_and(|inner| inner.in_sight.take_want_all());
            if woken && !poked {
                time::sleep(SCROLLED_PAUSE).await;
            }
        }
    }

    /// Lets time go by and takes in what comes meanwhile; true when somebody asks for a look. What changes in the list of
    /// topics ends the pause, too: the figures are others then.
    async fn pause(&mut self, pause: Duration, session: &Weak<Inner>, poke: &Notify) -> bool {
        let over = time::Instant::now() + pause;
        loop {
            tokio::select! {
                () = time::sleep_until(over) => return false,
                () = poke.notified() => return true,
                (asked, news) = self.questions.next() => self.take(asked, news),
                () = time::sleep_until(self.list.next_at()), if self.inspector.is_none() => self.ask_list(false),
            }
            let turned = self.list.take_turned();
            if (self.has_news || self.list.is_overdue(&self.questions)) && !self.publish(session, self.listed()) {
                return false;
            }
            if turned {
                return false;
            }
        }
    }

    /// Asks everything that is due, and takes in the answers.
    async fn look(
        &mut self,
        poked: bool,
        in_sight: &HashSet<Arc<str>>,
        session: &Weak<Inner>,
    ) -> Result<(), ClientError> {
        let at = self.clock.now();
        // Which topics groups read is known from the second look on.
        let second = self.inspector.is_none() && self.looks == 1;
        let full = poked || second || self.looks.is_multiple_of(FULL_EVERY);
        self.ask_list(poked);
        self.wait_for(|asked| matches!(asked, Asked::List(_)), session).await;
        self.listed()?;
        let flow = self.look_at_figures(at, full, in_sight, session).await;
        self.look_at_groups(full, session).await?;
        self.unread.begin();
        self.groups.want_unread(&self.topics, &mut self.unread);
        let look_up = unread::look_up(self.client.clone(), self.inspector.clone(), self.unread.take_wanted());
        if self.questions.ask(Asked::Unread, look_up) {
            self.wait_for(|asked| asked == Asked::Unread, session).await;
        }
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

    /// Offsets and sizes.
    async fn look_at_figures(
        &mut self,
        at: TimestampMillis,
        full: bool,
        in_sight: &HashSet<Arc<str>>,
        session: &Weak<Inner>,
    ) -> topics::Flow {
        let read = if full { self.groups.topics() } else { HashSet::new() };
        let wanted = |name: &str| in_sight.contains(name) || read.contains(name);
        let counters = self.inspector.as_ref().map(|inspector| inspector.counters());
        let is_told = self.inspector.is_some();
        self.topics.begin(at, is_told);
        for (node, partitions) in self.topics.to_ask(counters.as_ref(), full, &wanted) {
            let question = asking::offsets(self.client.clone(), node, partitions.clone());
            if self.questions.ask(Asked::Offsets(node), question) {
                self.topics.note_asked(&partitions);
            }
        }
        if full && !is_told {
            for (node, partitions) in self.topics.by_leader(&wanted) {
                self.questions.ask(Asked::Sizes(node), asking::sizes(self.client.clone(), node, partitions));
            }
        }
        self.wait_for(|asked| matches!(asked, Asked::Offsets(_) | Asked::Sizes(_)), session).await;
        let flow = self.topics.note_rates(at, counters.as_ref());
        if let Some(inspector) = self.inspector.clone()
            && (full || flow.records_in > 0)
        {
            if full {
                self.topics.take_damage(inspector.damage());
            }
            let sizes = tokio::task::spawn_blocking(move || inspector.partition_sizes()).await;
            self.topics.take_sizes(sizes.unwrap_or_default());
        }
        flow
    }

    /// Groups, their members, and what they have committed.
    async fn look_at_groups(&mut self, full: bool, session: &Weak<Inner>) -> Result<(), ClientError> {
        self.groups.begin();
        for node in self.list.nodes().to_vec() {
            let (client, inspector) = (self.client.clone(), self.inspector.clone());
            let question = asking::groups(client, inspector, node, self.groups.resting(), full);
            self.questions.ask(Asked::Groups(node), question);
        }
        self.wait_for(|asked| matches!(asked, Asked::Groups(_)), session).await;
        self.groups.end(self.list.nodes(), &self.topics, self.clock.now())?;
        if let Some(inspector) = &self.inspector {
            self.groups.take_rebalances(inspector.rebalances(self.groups.rebalances_after()));
            self.groups.take_share_events(&inspector.share_events(self.groups.share_events_after()));
        }
        Ok(())
    }

    /// Takes in answers until those of this kind have come, or their nodes have had time enough. The list is asked for
    /// meanwhile, and what is new is published.
    async fn wait_for(&mut self, kind: impl Fn(Asked) -> bool, session: &Weak<Inner>) {
        let over = time::Instant::now() + Duration::from_millis(PATIENCE_MILLIS);
        // Any node may tell what there is.
        let wants_list = kind(Asked::List(None));
        let told = self.list.times_told();
        while self.questions.awaits(&kind) && !(wants_list && self.list.times_told() != told) {
            let is_remote = self.inspector.is_none();
            tokio::select! {
                (asked, news) = self.questions.next() => self.take(asked, news),
                () = time::sleep_until(self.list.next_at()), if is_remote => {
                    self.ask_list(false);
                    self.publish(session, self.listed());
                }
                () = time::sleep_until(over) => {
                    for node in self.questions.late(&kind) {
                        let asked = format!("look at broker {node}");
                        self.note_node(node, Some(&ClientError::TimedOut { asked, millis: PATIENCE_MILLIS }));
                    }
                    return;
                }
            }
            if is_remote && self.list.take_turned() {
                self.publish(session, self.listed());
            }
        }
    }

    fn take(&mut self, asked: Asked, news: News) {
        let node = asked.node();
        let failed = match news {
            News::List(told) => {
                self.take_list(told);
                return;
            }
            News::Offsets(told) => {
                let failed = told.failed.clone();
                if self.topics.take_offsets(told, node.unwrap_or(-1)) {
                    self.list.want_topics();
                }
                failed
            }
            News::Sizes(told) => told.map(|sizes| self.topics.take_sizes(sizes)).err(),
            News::Groups(told) => match told {
                Ok(told) => {
                    self.groups.take(node.unwrap_or(-1), told);
                    None
                }
                Err(error) => Some(self.groups.note_failed(error)),
            },
            News::Unread(found) => {
                self.unread.take_found(found);
                None
            }
        };
        self.has_news = true;
        // A node that answers with an error is there.
        let failed = failed.filter(|error| error.code().is_none() && !matches!(error, ClientError::Unsupported { .. }));
        if let Some(node) = node {
            self.note_node(node, failed.as_ref());
        }
    }

    /// A node has answered or failed to.
    fn note_node(&mut self, node: i32, failed: Option<&ClientError>) {
        if self.questions.note(node, failed.is_some()) {
            self.topics.note_node(node, failed);
            self.groups.note_node(node, failed, self.clock.now());
            self.has_news = true;
        }
    }
}
