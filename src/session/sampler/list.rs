//! Which nodes and topics there are: asked for each second, of another node where one does not answer.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    LIST_EVERY, PATIENCE_MILLIS, Sampler, asking,
    questions::{Asked, Listed, Questions},
};
use crate::client::ClientError;

/// Asking for the topics of a large cluster takes at most this share of the time, one part in so many …
const COST_SHARE: u32 = 60;
/// … and yet they are asked for as often as this. That a node has gone or come is seen each second.
const TOPICS_EVERY_MAX: Duration = Duration::from_secs(20);

/// What Metadata told last.
#[derive(Default)]
pub(super) struct ListWatch {
    nodes: Vec<i32>,
    /// When the newest answer was asked for, and when it came.
    asked_at: Option<Instant>,
    told_at: Option<Instant>,
    /// The same of the newest one with topics, and how long that took.
    topics: Option<(Instant, Duration)>,
    /// When it was asked for last, answered or not.
    tried_at: Option<Instant>,
    wants_topics: bool,
    times_told: u64,
    /// Nodes, topics or leaders are others than before.
    turned: bool,
    failed: Option<ClientError>,
    /// What is shown was told to be old.
    told_to_be_old: bool,
}

impl ListWatch {
    pub(super) fn nodes(&self) -> &[i32] {
        &self.nodes
    }

    /// When it is due again.
    pub(super) fn next_at(&self) -> Instant {
        self.tried_at.map_or_else(Instant::now, |at| at + LIST_EVERY)
    }

    /// How often it was answered, in whatever way.
    pub(super) fn times_told(&self) -> u64 {
        self.times_told
    }

    /// Whether nodes, topics or leaders have become others; answers yes once.
    pub(super) fn take_turned(&mut self) -> bool {
        std::mem::take(&mut self.turned)
    }

    /// The window was told that what it shows is old; the next answer is news, whatever it tells.
    pub(super) fn note_old(&mut self) {
        self.told_to_be_old = true;
    }

    /// Somebody leads what another was thought to.
    pub(super) fn want_topics(&mut self) {
        self.wants_topics = true;
    }

    /// Whether no node has answered for too long.
    pub(super) fn is_overdue(&self, questions: &Questions) -> bool {
        questions.list_open_since().is_some_and(|since| {
            since.elapsed().as_millis() >= u128::from(PATIENCE_MILLIS) && self.asked_at.is_none_or(|told| told <= since)
        })
    }

    fn is_due(&self, is_large: bool) -> bool {
        let Some((asked_at, took)) = self.topics else { return true };
        self.wants_topics || !is_large || asked_at.elapsed() >= (took * COST_SHARE).min(TOPICS_EVERY_MAX)
    }
}

impl Sampler {
    /// Asks for the nodes, and where these are wanted or due for the topics. Whoever is connected tells; where that node has not
    /// answered yet, another.
    pub(super) fn ask_list(&mut self, with_topics: bool) {
        self.list.tried_at = Some(Instant::now());
        let is_large = self.inspector.is_none() && self.topics.is_large();
        let with_topics = with_topics || self.list.is_due(is_large);
        let others = self.list.nodes.iter().filter(|node| !self.questions.is_silent(**node)).map(|node| Some(*node));
        let from = std::iter::once(None).chain(others).find(|from| !self.questions.is_open(Asked::List(*from)));
        if let Some(from) = from {
            self.questions.ask(Asked::List(from), asking::list(self.client.clone(), from, with_topics));
        }
    }

    pub(super) fn take_list(&mut self, Listed { asked_at, told }: Listed) {
        let list = &mut self.list;
        list.times_told += 1;
        let (cluster, topics) = match told {
            Ok(told) => told,
            // Meanwhile another node has told.
            Err(_) if list.told_at.is_some_and(|told_at| told_at > asked_at) => return,
            Err(error) => {
                list.failed = Some(error);
                self.has_news = true;
                return;
            }
        };
        // One that was held up tells what was.
        if list.asked_at.is_some_and(|newest| newest > asked_at) {
            return;
        }
        list.turned |= list.failed.take().is_some() || std::mem::take(&mut list.told_to_be_old);
        (list.asked_at, list.told_at) = (Some(asked_at), Some(Instant::now()));
        let mut nodes: Vec<i32> = cluster.nodes.iter().map(|node| node.id).collect();
        nodes.sort_unstable();
        let others = list.nodes != nodes;
        list.nodes = nodes;
        self.questions.keep_nodes(&list.nodes);
        self.cluster.facts.nodes = list.nodes.len();
        match topics {
            Some(topics) => {
                list.topics = Some((asked_at, asked_at.elapsed()));
                list.wants_topics = false;
                list.turned |= self.topics.take_list(topics, self.clock.now()) || others;
            }
            // Who leads what has changed, then.
            None if others => {
                list.wants_topics = true;
                self.ask_list(false);
            }
            None => {}
        }
        self.has_news |= self.list.turned;
    }

    /// Why it is not known which nodes and topics there are.
    pub(super) fn listed(&self) -> Result<(), ClientError> {
        match &self.list.failed {
            Some(error) => Err(error.clone()),
            None if self.list.is_overdue(&self.questions) => {
                Err(ClientError::TimedOut { asked: "look at the cluster".to_owned(), millis: PATIENCE_MILLIS })
            }
            None => Ok(()),
        }
    }
}
