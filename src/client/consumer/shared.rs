//! What the handle and the two tasks of a consumer share: the partitions it owns, with positions and buffers, and what
//! happened.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::{ConsumerEvent, ConsumerEventKind, ConsumerOptions, ConsumerState, Polled, slot::Slot};
use crate::{
    client::{Client, ClientError},
    model::{Offset, Record, TopicPartition},
};

/// Events kept for [`super::Consumer::take_events`].
const EVENTS_MAX: usize = 1_000;

/// The state of one consumer.
pub(super) struct Shared {
    pub client: Client,
    pub options: ConsumerOptions,
    pub inner: Mutex<Inner>,
    /// For polls: records, events or a failure are there.
    pub delivered: Notify,
    /// For the fetcher: partitions or room have changed.
    pub fetch: Notify,
    /// For the member: a poll has begun.
    pub polled: Notify,
}

/// Behind the lock, which is never held across an await.
pub(super) struct Inner {
    pub state: ConsumerState,
    pub member_id: String,
    pub generation: i32,
    pub owned: BTreeMap<TopicPartition, Slot>,
    /// Changes whenever fetches under way may be about something else.
    pub plan: u64,
    pub last_poll: Instant,
    /// How often everything was lost.
    pub losses: u64,
    polls: usize,
    events: VecDeque<ConsumerEvent>,
    events_seen: u64,
    /// Told by the next poll, once.
    fault: Option<ClientError>,
    /// Told by every poll.
    failure: Option<ClientError>,
    /// The partition after which the next poll begins, so that none starves.
    last_served: Option<TopicPartition>,
    /// Partitions that the next poll gives back.
    pub wanted_back: Option<BTreeSet<TopicPartition>>,
    /// What a poll has given back of them; the other task takes note.
    pub given_back: Option<Vec<TopicPartition>>,
}

/// A poll under way; while there is one, what was handed over before counts as processed.
pub(super) struct Poll<'a> {
    shared: &'a Shared,
    events_seen: u64,
    over: bool,
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        if !self.over {
            let mut inner = self.shared.inner.lock();
            inner.polls -= 1;
            inner.last_poll = Instant::now();
        }
    }
}

impl Shared {
    pub fn new(client: Client, options: ConsumerOptions) -> Self {
        let inner = Inner {
            state: ConsumerState::Joining,
            member_id: String::new(),
            generation: -1,
            owned: BTreeMap::new(),
            plan: 0,
            last_poll: Instant::now(),
            losses: 0,
            polls: 0,
            events: VecDeque::new(),
            events_seen: 0,
            fault: None,
            failure: None,
            last_served: None,
            wanted_back: None,
            given_back: None,
        };
        let (delivered, fetch, polled) = (Notify::new(), Notify::new(), Notify::new());
        Self { client, options, inner: Mutex::new(inner), delivered, fetch, polled }
    }

    /// Begins a poll. What was handed over before is processed now, so this is the moment to give partitions back: a poll
    /// that finds records at once is over before the other task could see it.
    pub fn begin_poll(&self) -> Poll<'_> {
        let mut inner = self.inner.lock();
        inner.polls += 1;
        inner.last_poll = Instant::now();
        if let Some(wanted) = inner.wanted_back.take() {
            let given = inner.disown(&wanted);
            inner.given_back = Some(given);
        }
        let poll = Poll { shared: self, events_seen: inner.events_seen, over: false };
        drop(inner);
        self.polled.notify_one();
        poll
    }

    /// Records, if there are any, or a reason to return without. In the same locked moment in which records are handed
    /// over, the poll ends: a rebalance sees either the poll, or the records being processed.
    pub fn take_records(&self, poll: &mut Poll<'_>) -> Option<Result<Polled, ClientError>> {
        let mut inner = self.inner.lock();
        let outcome = if let Some(failure) = &inner.failure {
            Err(failure.clone())
        } else if let Some(fault) = inner.fault.take() {
            Err(fault)
        } else {
            let records = inner.drain(self.options.max_poll_records.max(1));
            match (records.is_empty(), inner.blocked()) {
                (true, Some(error)) => Err(error),
                (true, None) if inner.events_seen == poll.events_seen => return None,
                _ => Ok(Polled { records }),
            }
        };
        inner.polls -= 1;
        inner.last_poll = Instant::now();
        poll.over = true;
        drop(inner);
        self.fetch.notify_one();
        Some(outcome)
    }

    /// Ends the giving back of partitions, whether or not a poll came by to do it, and tells of those that were.
    pub fn end_giving_back(&self) {
        let given = {
            let mut inner = self.inner.lock();
            inner.wanted_back = None;
            inner.given_back.take()
        };
        if let Some(partitions) = given {
            self.fetch.notify_one();
            self.tell(ConsumerEventKind::Revoked { partitions });
        }
    }

    /// Its caller polls no more: it must leave the group to others (`max.poll.interval.ms`, KIP-62).
    pub fn not_polled_for_long(&self) -> bool {
        let inner = self.inner.lock();
        let most = Duration::from_millis(self.options.max_poll_interval_ms);
        !inner.polling() && inner.last_poll.elapsed() > most
    }

    pub fn identity(&self) -> (String, i32) {
        let inner = self.inner.lock();
        (inner.member_id.clone(), inner.generation)
    }

    pub fn state(&self) -> ConsumerState {
        self.inner.lock().state
    }

    pub fn set_state(&self, state: ConsumerState) {
        self.inner.lock().state = state;
    }

    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.inner.lock().owned.keys().cloned().collect()
    }

    pub fn positions(&self) -> Vec<(TopicPartition, Offset)> {
        let inner = self.inner.lock();
        inner.owned.iter().filter_map(|(tp, slot)| Some((tp.clone(), slot.position?))).collect()
    }

    /// Positions that differ from what is committed.
    pub fn uncommitted(&self) -> Vec<(TopicPartition, Offset)> {
        let inner = self.inner.lock();
        let differs = |slot: &Slot| slot.position.filter(|position| slot.committed != Some(*position));
        inner.owned.iter().filter_map(|(tp, slot)| Some((tp.clone(), differs(slot)?))).collect()
    }

    /// Whether it has owned these partitions without a break since it had had `losses`.
    pub fn still_owns(&self, offsets: &[(TopicPartition, Offset)], losses: u64) -> bool {
        let inner = self.inner.lock();
        inner.losses == losses && offsets.iter().all(|(tp, _)| inner.owned.contains_key(tp))
    }

    pub fn remember_committed(&self, offsets: &[(TopicPartition, Offset)]) {
        let mut inner = self.inner.lock();
        for (tp, offset) in offsets {
            if let Some(slot) = inner.owned.get_mut(tp) {
                slot.committed = Some(*offset);
            }
        }
    }

    pub fn take_events(&self) -> Vec<ConsumerEvent> {
        self.inner.lock().events.drain(..).collect()
    }

    /// Notes what happened and lets a waiting poll return.
    pub fn tell(&self, kind: ConsumerEventKind) {
        let at = self.client.now();
        self.inner.lock().push_event(ConsumerEvent { at, kind });
        self.delivered.notify_one();
    }

    /// Told by the next poll.
    pub fn fault(&self, error: ClientError) {
        self.inner.lock().fault = Some(error);
        self.delivered.notify_one();
    }

    /// Given up for good.
    pub fn fail(&self, error: ClientError) {
        let mut inner = self.inner.lock();
        inner.state = ConsumerState::Failed;
        inner.generation = -1;
        inner.owned.clear();
        inner.plan += 1;
        inner.failure = Some(error.clone());
        drop(inner);
        self.tell(ConsumerEventKind::Failed(error));
    }

    pub fn left(&self) {
        let mut inner = self.inner.lock();
        inner.state = ConsumerState::Left;
        inner.generation = -1;
        inner.owned.clear();
        drop(inner);
        self.tell(ConsumerEventKind::Left);
    }

    pub fn set_paused(&self, partitions: &[TopicPartition], paused: bool) {
        let mut inner = self.inner.lock();
        for tp in partitions {
            if let Some(slot) = inner.owned.get_mut(tp) {
                slot.paused = paused;
            }
        }
        inner.plan += 1;
        drop(inner);
        self.fetch.notify_one();
        self.delivered.notify_one();
    }

    pub fn seek(&self, partition: &TopicPartition, offset: Offset) -> Result<(), ClientError> {
        let mut inner = self.inner.lock();
        let Some(slot) = inner.owned.get_mut(partition) else {
            return Err(ClientError::Invalid {
                asked: format!("go to offset {offset} of {partition}"),
                why: "this consumer does not own the partition".to_owned(),
                hint: "wait until it is assigned, or ask the member that owns it".to_owned(),
            });
        };
        slot.seek(offset);
        inner.plan += 1;
        drop(inner);
        self.fetch.notify_one();
        Ok(())
    }

    /// Takes partitions away; a poll must be under way, or they are lost anyway. Answers which were owned.
    pub fn disown(&self, partitions: &BTreeSet<TopicPartition>) -> Vec<TopicPartition> {
        let mut inner = self.inner.lock();
        inner.disown(partitions)
    }

    /// Gives new partitions; where to start is found out by the fetcher.
    pub fn own(&self, added: &[TopicPartition]) {
        let mut inner = self.inner.lock();
        for tp in added {
            inner.owned.entry(tp.clone()).or_default();
        }
        inner.plan += 1;
        drop(inner);
        self.fetch.notify_one();
    }
}

impl Inner {
    /// Whether a poll is under way.
    pub fn polling(&self) -> bool {
        self.polls > 0
    }

    pub fn disown(&mut self, partitions: &BTreeSet<TopicPartition>) -> Vec<TopicPartition> {
        self.plan += 1;
        partitions.iter().filter(|tp| self.owned.remove(*tp).is_some()).cloned().collect()
    }

    pub fn waiting_bytes(&self) -> usize {
        self.owned.values().map(Slot::waiting_bytes).sum()
    }

    fn push_event(&mut self, event: ConsumerEvent) {
        // A failure that repeats every second is told once.
        let repeated = matches!(event.kind, ConsumerEventKind::Problem(_));
        if repeated && self.events.back().is_some_and(|last| last.kind == event.kind) {
            return;
        }
        if self.events.len() >= EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event);
        self.events_seen += 1;
    }

    /// The damage that some partition stands before, when it has nothing else to hand over.
    fn blocked(&self) -> Option<ClientError> {
        self.owned.values().find_map(Slot::damage).cloned()
    }

    /// Takes up to `most` records, partition after partition, beginning after the one served last.
    fn drain(&mut self, most: usize) -> Vec<(Arc<str>, Record)> {
        let mut records = Vec::new();
        let mut order: Vec<TopicPartition> = self.owned.keys().cloned().collect();
        if let Some(last) = &self.last_served {
            let start = order.partition_point(|tp| tp <= last);
            order.rotate_left(start);
        }
        for tp in order {
            let Some(slot) = self.owned.get_mut(&tp).filter(|slot| !slot.paused) else { continue };
            while records.len() < most
                && let Some(record) = slot.pop()
            {
                records.push((Arc::clone(&tp.topic), record));
                self.last_served = Some(tp.clone());
            }
        }
        records
    }
}
