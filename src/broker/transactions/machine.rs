//! The rules of transactions, pure: what an event makes of a transactional id, and what is answered.
//!
//! They are those of Kafka's TransactionCoordinator. Who carries them out stores the next state before anybody is
//! answered; a state that is prepared then gets its markers and the event [`Event::Finished`].

use std::{collections::BTreeSet, sync::Arc};

use kafka_protocol::ResponseError;

use super::transaction::{Flow, Place, ProducerId, Transaction, TransactionState, is_exhausted};
use crate::model::TimestampMillis;

/// How long a transactional id that nobody uses is kept (`transactional.id.expiration.ms`, seven days).
pub const ID_EXPIRATION_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// What happens to a transactional id.
#[derive(Debug, Clone)]
pub enum Event {
    /// InitProducerId. `spare` is a fresh producer id, wanted where [`Transaction::is_exhausted`].
    Init { timeout_ms: i32, expected: Option<ProducerId>, spare: Option<i64> },
    /// Partitions and groups take part from now on.
    Add { producer: ProducerId, partitions: Vec<Place>, groups: Vec<Arc<str>>, flow: Flow },
    /// EndTxn. `spare` as with `Init`.
    End { producer: ProducerId, committed: bool, flow: Flow, spare: Option<i64> },
    /// The clock says so.
    Tick,
    /// All markers are written.
    Finished,
}

/// What comes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// To be stored; `None` where nothing changes.
    pub next: Option<Transaction>,
    /// What the client is told once the next state is stored: the producer it is from now on.
    pub answer: Result<ProducerId, ResponseError>,
}

impl Change {
    fn refuse(error: ResponseError) -> Self {
        Self { next: None, answer: Err(error) }
    }

    fn to(next: Transaction) -> Self {
        let answer = Ok(next.producer);
        Self { next: Some(next), answer }
    }

    fn stay(transaction: &Transaction) -> Self {
        Self { next: None, answer: Ok(transaction.producer) }
    }
}

impl Transaction {
    /// What an event makes of it.
    pub fn on(&self, event: Event, now: TimestampMillis) -> Change {
        match event {
            Event::Init { timeout_ms, expected, spare } => self.init(timeout_ms, expected, spare, now),
            Event::Add { producer, partitions, groups, flow } => self.add(producer, partitions, groups, flow, now),
            Event::End { producer, committed, flow, spare } => self.end(producer, committed, flow, spare, now),
            Event::Tick => self.tick(now),
            Event::Finished => self.finished(now),
        }
    }

    /// Whether a producer may write to a partition, or commit offsets of a group, that is part of the transaction
    /// already.
    pub fn verify(&self, producer: ProducerId, takes_part: impl Fn(&Self) -> bool) -> Result<(), ResponseError> {
        self.check_producer(producer)?;
        if self.state.is_prepared() {
            return Err(ResponseError::ConcurrentTransactions);
        }
        if takes_part(self) { Ok(()) } else { Err(ResponseError::TransactionAbortable) }
    }

    fn check_producer(&self, producer: ProducerId) -> Result<(), ResponseError> {
        if producer.id != self.producer.id {
            Err(ResponseError::InvalidProducerIdMapping)
        } else if producer.epoch != self.producer.epoch {
            Err(ResponseError::ProducerFenced)
        } else {
            Ok(())
        }
    }

    fn init(&self, timeout_ms: i32, expected: Option<ProducerId>, spare: Option<i64>, now: TimestampMillis) -> Change {
        // Who comes back with an id and an epoch must be the last one who had them, or one that missed the answer in which
        // it was given a new id.
        let is_ours = |expected: ProducerId| {
            self.producer.epoch == -1
                || expected.id == self.producer.id
                || (expected.id == self.previous_id && is_exhausted(expected.epoch))
        };
        if self.state == TransactionState::Dead {
            return Change::refuse(ResponseError::ConcurrentTransactions);
        }
        if !expected.is_none_or(is_ours) {
            return Change::refuse(ResponseError::ProducerFenced);
        }
        match self.state {
            TransactionState::PrepareCommit | TransactionState::PrepareAbort | TransactionState::Dead => {
                Change::refuse(ResponseError::ConcurrentTransactions)
            }
            // The one who is fenced must not end it any more; who comes asks again when it is over.
            TransactionState::Ongoing => {
                Change { next: Some(self.fenced(now)), answer: Err(ResponseError::ConcurrentTransactions) }
            }
            TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort => {
                let renewed = Self {
                    state: TransactionState::Empty,
                    timeout_ms,
                    partitions: BTreeSet::new(),
                    groups: BTreeSet::new(),
                    started_at: -1,
                    updated_at: now,
                    ..self.clone()
                };
                renewed.with_next_epoch(expected, spare)
            }
        }
    }

    /// The epoch after this one, or the first one of another producer id where there is none.
    fn with_next_epoch(self, expected: Option<ProducerId>, spare: Option<i64>) -> Change {
        let (known, current) = (self.producer.epoch, self.producer);
        let (epoch, last_epoch) = match expected {
            None => (known.saturating_add(1), -1),
            Some(expected) if known == -1 || expected.epoch == known => (known.saturating_add(1), known),
            // The answer to its last request was lost: it already is the one it asks for.
            Some(expected) if expected.epoch == self.last_epoch => return Change::to(self),
            Some(_) => return Change::refuse(ResponseError::ProducerFenced),
        };
        if !is_exhausted(known) {
            return Change::to(Self { producer: ProducerId { epoch, ..current }, last_epoch, ..self });
        }
        let Some(id) = spare else { return Change::refuse(ResponseError::CoordinatorNotAvailable) };
        Change::to(Self { producer: ProducerId { id, epoch: 0 }, last_epoch, previous_id: current.id, ..self })
    }

    fn add(
        &self,
        producer: ProducerId,
        partitions: Vec<Place>,
        groups: Vec<Arc<str>>,
        flow: Flow,
        now: TimestampMillis,
    ) -> Change {
        if let Err(error) = self.check_producer(producer) {
            return Change::refuse(error);
        }
        let ongoing = self.state == TransactionState::Ongoing;
        if self.state.is_prepared() || self.state == TransactionState::Dead {
            return Change::refuse(ResponseError::ConcurrentTransactions);
        }
        let all_known = partitions.iter().all(|place| self.partitions.contains(place))
            && groups.iter().all(|group| self.groups.contains(group));
        if ongoing && all_known {
            return Change::stay(self);
        }
        let started_at = if ongoing { self.started_at } else { now };
        let mut next = Self { state: TransactionState::Ongoing, started_at, updated_at: now, flow, ..self.clone() };
        next.partitions.extend(partitions);
        next.groups.extend(groups);
        Change::to(next)
    }

    fn end(
        &self,
        producer: ProducerId,
        committed: bool,
        flow: Flow,
        spare: Option<i64>,
        now: TimestampMillis,
    ) -> Change {
        use TransactionState as S;
        let again = flow == Flow::Implicit && self.is_repeated_end(producer);
        if producer.id != self.producer.id && !again {
            return Change::refuse(ResponseError::InvalidProducerIdMapping);
        }
        let valid = match (self.flow, self.state) {
            (Flow::Explicit, _) | (_, S::Ongoing | S::Empty | S::Dead) => producer.epoch == self.producer.epoch,
            (Flow::Implicit, S::PrepareCommit | S::PrepareAbort) => again,
            (Flow::Implicit, S::CompleteCommit | S::CompleteAbort) => again || producer.epoch == self.producer.epoch,
        };
        if !valid {
            return Change::refuse(ResponseError::ProducerFenced);
        }
        // A transaction that nobody wrote in may be aborted where that raises the epoch.
        let may_abort_nothing = !committed && flow == Flow::Implicit;
        match self.state {
            S::Ongoing => self.prepared(committed, flow, spare, now),
            S::Empty if may_abort_nothing => self.prepared(false, flow, spare, now),
            S::CompleteCommit | S::CompleteAbort if self.flow == Flow::Implicit && !again => {
                if may_abort_nothing {
                    self.prepared(false, flow, spare, now)
                } else {
                    Change::refuse(ResponseError::InvalidTxnState)
                }
            }
            S::CompleteCommit if committed => Change::stay(self),
            S::CompleteAbort if !committed => Change::stay(self),
            S::PrepareCommit if committed => Change::refuse(ResponseError::ConcurrentTransactions),
            S::PrepareAbort if !committed => Change::refuse(ResponseError::ConcurrentTransactions),
            _ => Change::refuse(ResponseError::InvalidTxnState),
        }
    }

    /// Whether EndTxn comes from the producer whose end raised the epoch, or changed the id, to what it is now.
    fn is_repeated_end(&self, producer: ProducerId) -> bool {
        let raised = producer.id == self.producer.id && i32::from(producer.epoch) + 1 == i32::from(self.producer.epoch);
        let renewed = producer.id == self.previous_id && producer.epoch == i16::MAX - 1 && self.producer.epoch == 0;
        let finished = matches!(self.state, TransactionState::CompleteCommit | TransactionState::CompleteAbort);
        self.flow == Flow::Implicit && (raised || (renewed && finished))
    }

    fn prepared(&self, committed: bool, flow: Flow, spare: Option<i64>, now: TimestampMillis) -> Change {
        let state = if committed { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort };
        let mut next = Self { state, flow, updated_at: now, ..self.clone() };
        if self.state != TransactionState::Ongoing {
            next.started_at = now;
        }
        if flow == Flow::Explicit {
            return Change::to(next);
        }
        if self.is_exhausted() {
            let Some(id) = spare else { return Change::refuse(ResponseError::CoordinatorNotAvailable) };
            next.next_id = id;
        }
        next.last_epoch = self.producer.epoch;
        next.producer.epoch = self.producer.epoch.saturating_add(1);
        let answer = match next.next_id {
            -1 => next.producer,
            id => ProducerId { id, epoch: 0 },
        };
        Change { next: Some(next), answer: Ok(answer) }
    }

    /// Aborted by the coordinator: with an epoch that nobody was given, so that its producer cannot go on unless it asks for
    /// its next epoch, or, since KIP-890, aborts; both tell it that epoch, while nobody else has come.
    fn fenced(&self, now: TimestampMillis) -> Self {
        let epoch = self.producer.epoch.saturating_add(1);
        Self {
            state: TransactionState::PrepareAbort,
            producer: ProducerId { epoch, ..self.producer },
            last_epoch: self.producer.epoch,
            updated_at: now,
            ..self.clone()
        }
    }

    fn tick(&self, now: TimestampMillis) -> Change {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            return Change::to(self.fenced(now));
        }
        let idle = matches!(
            self.state,
            TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort
        );
        if idle && now.saturating_sub(self.updated_at) >= ID_EXPIRATION_MS {
            return Change::to(Self { state: TransactionState::Dead, ..self.clone() });
        }
        Change::stay(self)
    }

    fn finished(&self, now: TimestampMillis) -> Change {
        let state = match self.state {
            TransactionState::PrepareCommit => TransactionState::CompleteCommit,
            TransactionState::PrepareAbort => TransactionState::CompleteAbort,
            _ => return Change::stay(self),
        };
        let mut next =
            Self { state, partitions: BTreeSet::new(), groups: BTreeSet::new(), updated_at: now, ..self.clone() };
        if self.next_id != -1 {
            next.previous_id = self.producer.id;
            next.producer = ProducerId { id: self.next_id, epoch: 0 };
            next.next_id = -1;
        }
        Change::to(next)
    }
}
