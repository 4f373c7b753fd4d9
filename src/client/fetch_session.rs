//! One client's fetch session with one node (KIP-227): the node remembers what is read, so that each request names only
//! what has changed, and each answer only what has news.
//!
//! A pure account of what both sides know. Whatever goes wrong, the next request begins a new session, which ends the old.

use std::collections::HashMap;

use kafka_protocol::ResponseError;

use crate::model::{Offset, TopicPartition};

/// Epoch of the request that begins a session.
const BEGINS: i32 = 0;
/// Epoch of a request that wants none.
const NONE: i32 = -1;

/// Where a partition is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct From {
    pub offset: Offset,
    /// Of its leader, as far as we know; -1: not known.
    pub leader_epoch: i32,
}

/// What a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub session_id: i32,
    pub epoch: i32,
    /// New in the session, or read from elsewhere now.
    pub wanted: Vec<(TopicPartition, From)>,
    /// Not read any more.
    pub forgotten: Vec<TopicPartition>,
}

/// What the node remembers of one reader.
#[derive(Debug, Default)]
pub(super) struct FetchSession {
    id: i32,
    epoch: i32,
    known: HashMap<TopicPartition, From>,
}

impl FetchSession {
    /// For one request outside of any session.
    pub fn none() -> Self {
        Self { epoch: NONE, ..Self::default() }
    }

    /// Instead of one that the node may still have.
    fn instead_of(id: i32) -> Self {
        Self { id, ..Self::default() }
    }

    /// What the next request says in order to read `wanted` and nothing else; it must be answered or failed.
    pub fn say(&mut self, wanted: Vec<(TopicPartition, From)>) -> Said {
        let (session_id, epoch) = (self.id, self.epoch);
        if epoch == NONE {
            return Said { session_id, epoch, wanted, forgotten: Vec::new() };
        }
        let now: HashMap<TopicPartition, From> = wanted.iter().cloned().collect();
        let before = std::mem::replace(&mut self.known, now);
        if epoch == BEGINS {
            return Said { session_id, epoch, wanted, forgotten: Vec::new() };
        }
        let forgotten = before.keys().filter(|tp| !self.known.contains_key(*tp)).cloned().collect();
        let wanted = wanted.into_iter().filter(|(tp, from)| before.get(tp) != Some(from)).collect();
        Said { session_id, epoch, wanted, forgotten }
    }

    /// The node has answered without an error of its own; `session_id` is 0 where it keeps no session.
    pub fn answered(&mut self, session_id: i32) {
        if self.epoch == NONE {
            return;
        }
        if session_id == 0 {
            *self = Self::default();
            return;
        }
        // After the largest comes 1, as 0 begins anew.
        self.epoch = if self.epoch == i32::MAX { 1 } else { self.epoch + 1 };
        self.id = session_id;
    }

    /// A partition was answered with an error: it is named again, which makes the node look again.
    pub fn forget(&mut self, tp: &TopicPartition) {
        if let Some(from) = self.known.get_mut(tp) {
            from.offset = -1;
        }
    }

    /// The request was not answered, or with an error of its own.
    pub fn failed(&mut self) {
        if self.epoch != NONE {
            *self = Self::instead_of(self.id);
        }
    }
}

/// Whether an error says no more than that the session is to begin anew.
pub(super) fn is_session_fault(error: ResponseError) -> bool {
    use ResponseError as E;
    matches!(error, E::FetchSessionIdNotFound | E::InvalidFetchSessionEpoch | E::FetchSessionTopicIdError)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(partition: i32, offset: Offset) -> (TopicPartition, From) {
        (TopicPartition::new("t", partition), From { offset, leader_epoch: 3 })
    }

    #[test]
    fn a_request_names_only_what_has_changed() {
        let mut session = FetchSession::default();
        let first = session.say(vec![at(0, 0), at(1, 0), at(2, 0)]);
        assert_eq!((first.session_id, first.epoch, first.wanted.len()), (0, 0, 3));
        session.answered(77);
        let second = session.say(vec![at(0, 0), at(1, 9)]);
        assert_eq!((second.session_id, second.epoch), (77, 1));
        assert_eq!((second.wanted, second.forgotten), (vec![at(1, 9)], vec![at(2, 0).0]));
        session.answered(77);
        let third = session.say(vec![at(0, 0), at(1, 9)]);
        assert_eq!((third.epoch, third.wanted, third.forgotten), (2, Vec::new(), Vec::new()));
        session.answered(77);
        session.forget(&at(0, 0).0);
        assert_eq!(session.say(vec![at(0, 0), at(1, 9)]).wanted, [at(0, 0)]);
    }

    #[test]
    fn a_failure_begins_anew_and_ends_the_old_session() {
        let mut session = FetchSession::default();
        session.say(vec![at(0, 0)]);
        session.answered(77);
        session.say(vec![at(0, 5)]);
        session.failed();
        let again = session.say(vec![at(0, 5)]);
        assert_eq!((again.session_id, again.epoch, again.wanted), (77, 0, vec![at(0, 5)]));
    }

    #[test]
    fn a_node_without_sessions_is_told_everything_each_time() {
        let mut session = FetchSession::default();
        for _ in 0..2 {
            let said = session.say(vec![at(0, 0)]);
            assert_eq!((said.session_id, said.epoch, said.wanted.len()), (0, 0, 1));
            session.answered(0);
        }
        let mut none = FetchSession::none();
        for _ in 0..2 {
            assert_eq!(none.say(vec![at(0, 0)]).epoch, -1);
            none.answered(5);
        }
    }

    #[test]
    fn epochs_go_round() {
        let mut session = FetchSession { id: 1, epoch: i32::MAX, known: HashMap::new() };
        session.say(Vec::new());
        session.answered(1);
        assert_eq!(session.say(Vec::new()).epoch, 1);
    }
}
