//! Puts a new picture in place of the one before.

use std::sync::{Arc, Weak};

use super::Sampler;
use crate::{
    client::ClientError,
    session::{ClientsFacts, ClusterFacts, Facts, GroupFacts, Inner, Phrase, Problem, RATE_SLOT_MILLIS},
};

/// Sparklines show this long. While one moves the window is drawn again for each slot and not each second.
const SPARKLINE_MILLIS: i64 = 300_000;
/// A group that falls further behind by standing still is news for each slot up to this long; then it ages like
/// everything else on screen, which the window does by itself.
const AGE_MILLIS: i64 = 300_000;

impl Sampler {
    /// Puts the new picture in place and wakes the window when something visible changed; false when the session is gone.
    pub(super) fn publish(&mut self, session: &Weak<Inner>, looked: Result<(), ClientError>) -> bool {
        let Some(inner) = session.upgrade() else { return false };
        self.has_news = false;
        let before = inner.facts.load();
        let at = self.clock.now();
        let mut facts = match looked {
            Ok(()) => self.picture(&inner, at),
            Err(error) => {
                self.list.note_old();
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
        if changed || moved {
            self.revision += 1;
        }
        facts.revision = self.revision;
        inner.facts.store(Arc::new(facts));
        if changed || moved {
            (inner.wake)();
        }
        true
    }

    fn picture(&self, inner: &Inner, at: i64) -> Facts {
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
            groups_untold: self.groups.untold(),
            clients,
            problem: None,
            stale_since: None,
            // Until then groups are not known, nor what topics hold.
            first_load_done: self.looks > 0,
        }
    }
}
