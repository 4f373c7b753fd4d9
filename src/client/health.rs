//! Which nodes of the cluster answer, as this client has met them: what a window says while it connects again.
//!
//! [`HealthBook`] is told what happens and when, in milliseconds of one clock, and knows no clock itself.

use std::collections::BTreeMap;

use super::{Timeouts, retry};

/// Nodes remembered after they have left the cluster.
const ABSENT_NODES_MAX: usize = 64;

/// How a client gets on with its cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    pub state: HealthState,
    /// How long the client holds requests back because a broker asked for it (KIP-219), in milliseconds; 0: not at all.
    pub throttled_ms: u64,
    /// By id: the nodes that the cluster has or had since the client began.
    pub nodes: Vec<NodeHealth>,
}

/// The worst that is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum HealthState {
    /// Every node that was asked answered the last time, or none was asked yet.
    #[default]
    Connected,
    /// A node does not answer, and is tried again: "reconnecting to broker 2 of 3".
    Reconnecting {
        /// `None`: none of the bootstrap addresses answers.
        broker: Option<i32>,
        /// Nodes that the cluster has or had; 0 where nobody has told.
        of: usize,
        /// Attempts in a row that have failed.
        attempt: u32,
        /// From now on.
        next_try_ms: u64,
        why: String,
    },
    /// The cluster goes on without a node that it had.
    Absent { broker: i32, of: usize },
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeHealth {
    pub id: i32,
    pub state: NodeState,
}

/// How a node did the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeState {
    /// The cluster names it; it was not asked yet.
    Unasked,
    Up,
    Down {
        attempt: u32,
        why: String,
    },
    /// The cluster does not name it any more.
    Absent,
}

/// Keeps account of the nodes.
#[derive(Debug, Default)]
pub(super) struct HealthBook {
    nodes: BTreeMap<i32, Entry>,
    /// Of the bootstrap addresses together.
    bootstrap: Option<Trouble>,
    reached: bool,
    throttled_until_ms: u64,
}

#[derive(Debug, Default)]
struct Entry {
    absent: bool,
    was_up: bool,
    trouble: Option<Trouble>,
}

#[derive(Debug, Clone)]
struct Trouble {
    attempt: u32,
    next_try_ms: u64,
    why: String,
}

impl HealthBook {
    /// Whether any node has ever answered.
    pub fn reached(&self) -> bool {
        self.reached
    }

    /// A node (`None`: one of the bootstrap addresses) has answered.
    pub fn answered(&mut self, node: Option<i32>) {
        self.reached = true;
        match node {
            None => self.bootstrap = None,
            Some(id) => {
                let entry = self.nodes.entry(id).or_default();
                (entry.absent, entry.was_up, entry.trouble) = (false, true, None);
            }
        }
    }

    /// A node could not be reached, or its connection broke. It is not to be dialled again before a while has passed.
    pub fn lost(&mut self, node: Option<i32>, why: &str, now_ms: u64, timeouts: &Timeouts, chance: f64) {
        let trouble = match node {
            None => &mut self.bootstrap,
            Some(id) => &mut self.nodes.entry(id).or_default().trouble,
        };
        let attempt = trouble.as_ref().map_or(0, |trouble| trouble.attempt).saturating_add(1);
        let wait = u64::try_from(retry::backoff(attempt, timeouts, chance).as_millis()).unwrap_or(u64::MAX);
        *trouble = Some(Trouble { attempt, next_try_ms: now_ms.saturating_add(wait), why: why.to_owned() });
    }

    /// The cluster has told which nodes it has.
    pub fn listed(&mut self, nodes: impl IntoIterator<Item = i32>) {
        self.nodes.values_mut().for_each(|entry| entry.absent = true);
        for id in nodes {
            self.nodes.entry(id).or_default().absent = false;
        }
        let absent: Vec<i32> = self.nodes.iter().filter(|(_, entry)| entry.absent).map(|(id, _)| *id).collect();
        for id in absent.iter().take(absent.len().saturating_sub(ABSENT_NODES_MAX)) {
            self.nodes.remove(id);
        }
    }

    /// Whether the cluster named this node the last time that it told.
    pub fn has(&self, node: i32) -> bool {
        self.nodes.get(&node).is_some_and(|entry| !entry.absent)
    }

    /// A broker asks for a pause until then (KIP-219).
    pub fn throttled(&mut self, until_ms: u64) {
        self.throttled_until_ms = self.throttled_until_ms.max(until_ms);
    }

    /// Why a node is not to be dialled yet. When a connection that worked has broken, the next may be made at once.
    pub fn closed_until_later(&self, node: Option<i32>, now_ms: u64) -> Option<String> {
        let trouble = match node {
            None => self.bootstrap.as_ref(),
            Some(id) => self.nodes.get(&id).and_then(|entry| entry.trouble.as_ref()),
        }?;
        (trouble.attempt > 1 && now_ms < trouble.next_try_ms).then(|| trouble.why.clone())
    }

    /// The picture at a moment.
    pub fn picture(&self, now_ms: u64) -> Health {
        let of = self.nodes.len();
        let reconnecting = |broker: Option<i32>, trouble: &Trouble| HealthState::Reconnecting {
            broker,
            of,
            attempt: trouble.attempt,
            next_try_ms: trouble.next_try_ms.saturating_sub(now_ms),
            why: trouble.why.clone(),
        };
        let down = self.nodes.iter().filter(|(_, entry)| !entry.absent);
        let down = down.filter_map(|(id, entry)| Some((*id, entry.trouble.as_ref()?)));
        let absent = self.nodes.iter().find(|(_, entry)| entry.absent).map(|(id, _)| *id);
        let state = match (&self.bootstrap, down.max_by_key(|(_, trouble)| trouble.attempt), absent) {
            (Some(trouble), ..) => reconnecting(None, trouble),
            (None, Some((id, trouble)), _) => reconnecting(Some(id), trouble),
            (None, None, Some(broker)) => HealthState::Absent { broker, of },
            (None, None, None) => HealthState::Connected,
        };
        let nodes = self.nodes.iter().map(|(id, entry)| NodeHealth { id: *id, state: entry.state() });
        Health { state, throttled_ms: self.throttled_until_ms.saturating_sub(now_ms), nodes: nodes.collect() }
    }
}

impl Entry {
    fn state(&self) -> NodeState {
        match &self.trouble {
            _ if self.absent => NodeState::Absent,
            Some(trouble) => NodeState::Down { attempt: trouble.attempt, why: trouble.why.clone() },
            None if self.was_up => NodeState::Up,
            None => NodeState::Unasked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: f64 = 0.5;

    fn book() -> HealthBook {
        let mut book = HealthBook::default();
        book.answered(None);
        book.listed([1, 2, 3]);
        (1..=3).for_each(|id| book.answered(Some(id)));
        book
    }

    #[test]
    fn a_lost_broker_is_named_until_it_answers_again() {
        let (mut book, timeouts) = (book(), Timeouts::default());
        assert_eq!(book.picture(0).state, HealthState::Connected);
        book.lost(Some(2), "nothing listens", 1_000, &timeouts, MIDDLE);
        book.lost(Some(2), "nothing listens", 1_050, &timeouts, MIDDLE);
        let why = || "nothing listens".to_owned();
        let (broker, of) = (Some(2), 3);
        let state = HealthState::Reconnecting { broker, of, attempt: 2, next_try_ms: 90, why: why() };
        assert_eq!(book.picture(1_060).state, state);
        assert_eq!(book.picture(1_060).nodes[1].state, NodeState::Down { attempt: 2, why: why() });
        assert_eq!(book.closed_until_later(Some(2), 1_149), Some(why()));
        assert_eq!(book.closed_until_later(Some(2), 1_150), None);
        assert_eq!(book.closed_until_later(Some(1), 1_060), None);
        book.answered(Some(2));
        assert_eq!(book.picture(1_200).state, HealthState::Connected);
    }

    #[test]
    fn a_broker_that_the_cluster_does_not_name_any_more_is_absent() {
        let mut book = book();
        book.lost(Some(3), "gone", 0, &Timeouts::default(), MIDDLE);
        book.listed([1, 2]);
        assert!(book.has(2) && !book.has(3) && !book.has(4));
        assert_eq!(book.picture(0).state, HealthState::Absent { broker: 3, of: 3 });
        book.listed([1, 2, 3]);
        assert!(matches!(book.picture(0).state, HealthState::Reconnecting { broker: Some(3), .. }));
        book.answered(Some(3));
        assert_eq!(book.picture(0).state, HealthState::Connected);
    }

    #[test]
    fn a_cluster_out_of_reach_is_told_before_its_nodes() {
        let mut book = book();
        book.lost(Some(1), "a", 0, &Timeouts::default(), MIDDLE);
        book.lost(None, "b", 0, &Timeouts::default(), MIDDLE);
        assert!(matches!(book.picture(0).state, HealthState::Reconnecting { broker: None, of: 3, .. }));
    }

    #[test]
    fn a_pause_ends_by_itself() {
        let mut book = book();
        book.throttled(1_500);
        book.throttled(1_100);
        assert_eq!((book.picture(1_100).throttled_ms, book.picture(1_500).throttled_ms), (400, 0));
    }
}
