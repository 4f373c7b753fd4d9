//! What the handle and the two tasks of a share consumer share: what it is to read, what it was given, what it has said.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    mem,
    sync::atomic::{AtomicUsize, Ordering},
};

use kafka_protocol::ResponseError;
use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};
use uuid::Uuid;

use super::{
    AckMode, AckType, Acknowledged, ShareConsumerEvent, ShareConsumerEventKind, ShareConsumerOptions, ShareRecord,
    acks::{AckRange, Acks},
};
use crate::{
    client::{Client, ClientError, ConsumerState},
    model::{Offset, TimestampMillis, TopicPartition},
};

/// Events kept for [`super::ShareConsumer::take_events`].
const EVENTS_MAX: usize = 1_000;

/// What is to be said to one node.
pub(super) type Said = BTreeMap<TopicPartition, Acks>;

/// The state of one share consumer.
pub(super) struct Shared {
    pub client: Client,
    pub options: ShareConsumerOptions,
    /// Its own choice, for as long as it lives (KIP-932).
    pub member_id: String,
    /// Of one poll; the options have it as it was at first.
    pub max_records: AtomicUsize,
    pub inner: Mutex<Inner>,
    /// For polls: records or a failure are there.
    pub delivered: Notify,
    /// For the task with the sessions: a poll waits, or there is something else to read.
    pub work: Notify,
}

/// Behind the lock, which is never held across an await.
pub(super) struct Inner {
    pub state: ConsumerState,
    /// -1 outside of the group.
    pub member_epoch: i32,
    pub assignment: BTreeMap<TopicPartition, Uuid>,
    /// Until when a poll waits for records.
    pub wanted: Option<Instant>,
    /// Given by a node and not yet handed over.
    buffer: VecDeque<(i32, ShareRecord)>,
    /// Handed over, and nothing was said about them.
    held: BTreeMap<TopicPartition, BTreeMap<Offset, Held>>,
    /// To be said with the next request, by node.
    pending: BTreeMap<i32, Said>,
    /// Nodes with which there is a session.
    pub sessions: BTreeSet<i32>,
    events: VecDeque<ShareConsumerEvent>,
    fault: Option<ClientError>,
    failure: Option<ClientError>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    node: i32,
    lock_until: TimestampMillis,
}

/// A poll under way; while there is one, records are fetched.
pub(super) struct Poll<'a>(&'a Shared);

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        self.0.inner.lock().wanted = None;
    }
}

impl Shared {
    pub fn new(client: Client, options: ShareConsumerOptions) -> Self {
        let inner = Inner {
            state: ConsumerState::Joining,
            member_epoch: -1,
            assignment: BTreeMap::new(),
            wanted: None,
            buffer: VecDeque::new(),
            held: BTreeMap::new(),
            pending: BTreeMap::new(),
            sessions: BTreeSet::new(),
            events: VecDeque::new(),
            fault: None,
            failure: None,
        };
        let member_id = options.member_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        let max_records = AtomicUsize::new(options.max_records);
        let (delivered, work) = (Notify::new(), Notify::new());
        Self { client, options, member_id, max_records, inner: Mutex::new(inner), delivered, work }
    }

    /// Begins a poll that waits until `deadline`; what was handed over before is accepted where nobody says so.
    pub fn begin_poll(&self, deadline: Instant) -> Poll<'_> {
        let now = self.client.now();
        let lost = {
            let mut inner = self.inner.lock();
            let lost = inner.drop_expired(now);
            if self.options.ack_mode == AckMode::Implicit {
                inner.accept_held();
            }
            inner.wanted = Some(deadline);
            lost
        };
        self.tell_lost(lost, "they were held for longer than the group locks records");
        self.work.notify_one();
        Poll(self)
    }

    /// Records of one poll, at least one.
    pub fn max_records(&self) -> usize {
        self.max_records.load(Ordering::Relaxed).max(1)
    }

    /// Records, if there are any, or the reason why there are none.
    pub fn take_records(&self) -> Option<Result<Vec<ShareRecord>, ClientError>> {
        let mut inner = self.inner.lock();
        if let Some(failure) = &inner.failure {
            return Some(Err(failure.clone()));
        }
        if let Some(fault) = inner.fault.take() {
            return Some(Err(fault));
        }
        let most = self.max_records().min(inner.buffer.len());
        if most == 0 {
            return None;
        }
        let taken: Vec<_> = inner.buffer.drain(..most).collect();
        for (node, record) in &taken {
            let held = Held { node: *node, lock_until: record.lock_until };
            inner.held.entry(record.partition()).or_default().insert(record.record.offset, held);
        }
        Some(Ok(taken.into_iter().map(|(_, record)| record).collect()))
    }

    /// Says something about a record that was handed over.
    pub fn acknowledge(&self, record: &ShareRecord, ack: AckType) -> Result<(), ClientError> {
        let (tp, offset) = (record.partition(), record.record.offset);
        let mut inner = self.inner.lock();
        let held = inner.held.get_mut(&tp).and_then(|held| held.remove(&offset));
        let Some(held) = held else {
            let asked = format!("acknowledge offset {offset} of {tp}");
            return Err(ClientError::kafka(ResponseError::InvalidRecordState, asked, Some(NOT_HELD)));
        };
        let range = AckRange { first: offset, last: offset, code: ack.as_wire() };
        inner.say(held.node, &tp, range);
        Ok(())
    }

    /// What is to be said, by node; with what was handed over where the mode is implicit.
    pub fn take_pending(&self) -> BTreeMap<i32, Said> {
        let mut inner = self.inner.lock();
        if self.options.ack_mode == AckMode::Implicit {
            inner.accept_held();
        }
        mem::take(&mut inner.pending)
    }

    /// What is to be said to one node.
    pub fn take_pending_of(&self, node: i32) -> Said {
        self.inner.lock().pending.remove(&node).unwrap_or_default()
    }

    /// Which node holds the locks of these records; those that are not held any more are left out.
    pub fn holders(&self, records: &[&ShareRecord]) -> BTreeMap<i32, Vec<(TopicPartition, Offset)>> {
        let inner = self.inner.lock();
        let mut nodes: BTreeMap<i32, Vec<(TopicPartition, Offset)>> = BTreeMap::new();
        for record in records {
            let (tp, offset) = (record.partition(), record.record.offset);
            if let Some(held) = inner.held.get(&tp).and_then(|held| held.get(&offset)) {
                nodes.entry(held.node).or_default().push((tp, offset));
            }
        }
        nodes
    }

    /// Their locks run until then.
    pub fn renewed(&self, records: &[(TopicPartition, Offset)], until: TimestampMillis) {
        let mut inner = self.inner.lock();
        for (tp, offset) in records {
            if let Some(held) = inner.held.get_mut(tp).and_then(|held| held.get_mut(offset)) {
                held.lock_until = until;
            }
        }
    }

    /// A node gave these, and what is to be said about offsets without a record.
    pub fn store(&self, node: i32, records: Vec<ShareRecord>, said: Vec<(TopicPartition, AckRange)>) {
        let mut inner = self.inner.lock();
        inner.buffer.extend(records.into_iter().map(|record| (node, record)));
        for (tp, range) in said {
            inner.say(node, &tp, range);
        }
        drop(inner);
        self.delivered.notify_one();
    }

    /// The session with a node is gone, and with it all locks that it gave.
    pub fn lose_session(&self, node: i32, why: &str) {
        let lost = {
            let mut inner = self.inner.lock();
            inner.sessions.remove(&node);
            inner.pending.remove(&node);
            let before = inner.buffer.len();
            inner.buffer.retain(|(from, _)| *from != node);
            let lost = before - inner.buffer.len();
            lost as u64 + inner.drop_held(|held| held.node == node)
        };
        self.tell_lost(lost, why);
    }

    pub fn set_state(&self, state: ConsumerState) {
        self.inner.lock().state = state;
    }

    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.inner.lock().assignment.keys().cloned().collect()
    }

    pub fn take_events(&self) -> Vec<ShareConsumerEvent> {
        self.inner.lock().events.drain(..).collect()
    }

    /// Notes what happened.
    pub fn tell(&self, kind: ShareConsumerEventKind) {
        let at = self.client.now();
        let mut inner = self.inner.lock();
        // A failure that repeats every second is told once.
        let repeated = matches!(kind, ShareConsumerEventKind::Problem(_));
        if repeated && inner.events.back().is_some_and(|last| last.kind == kind) {
            return;
        }
        if inner.events.len() >= EVENTS_MAX {
            inner.events.pop_front();
        }
        inner.events.push_back(ShareConsumerEvent { at, kind });
    }

    /// Tells what became of what a poll sent along.
    pub fn tell_acknowledged(&self, outcomes: Vec<Acknowledged>) {
        outcomes.into_iter().for_each(|one| self.tell(ShareConsumerEventKind::Acknowledged(one)));
    }

    /// Told by the next poll.
    pub fn fault(&self, error: ClientError) {
        self.inner.lock().fault = Some(error);
        self.delivered.notify_one();
    }

    /// Given up for good.
    pub fn fail(&self, error: ClientError) {
        self.end(ConsumerState::Failed);
        self.inner.lock().failure = Some(error.clone());
        self.tell(ShareConsumerEventKind::Failed(error));
        self.delivered.notify_one();
    }

    pub fn left(&self) {
        self.end(ConsumerState::Left);
        self.tell(ShareConsumerEventKind::Left);
    }

    fn end(&self, state: ConsumerState) {
        let mut inner = self.inner.lock();
        inner.state = state;
        inner.member_epoch = -1;
        inner.assignment.clear();
        inner.buffer.clear();
        inner.held.clear();
    }

    fn tell_lost(&self, records: u64, why: &str) {
        if records > 0 {
            self.tell(ShareConsumerEventKind::LocksLost { records, why: why.to_owned() });
        }
    }
}

/// Why nothing can be said about a record.
const NOT_HELD: &str =
    "the record is not locked for this consumer any more: it was acknowledged already, or its lock is gone";

impl Inner {
    /// Whether a poll waits and there is nothing to hand over.
    pub fn wants_records(&self) -> Option<Instant> {
        self.wanted.filter(|_| self.buffer.is_empty())
    }

    /// Whether something is to be said to a node.
    pub fn is_pending(&self, node: i32) -> bool {
        self.pending.contains_key(&node)
    }

    /// Whether something is to be said although no fetch will take it along: the buffer still has records.
    pub fn should_flush(&self, node: i32) -> bool {
        !self.buffer.is_empty() && self.is_pending(node)
    }

    fn say(&mut self, node: i32, tp: &TopicPartition, range: AckRange) {
        self.pending.entry(node).or_default().entry(tp.clone()).or_default().say(range);
    }

    fn accept_held(&mut self) {
        for (tp, held) in mem::take(&mut self.held) {
            for (offset, Held { node, .. }) in held {
                self.say(node, &tp, AckRange { first: offset, last: offset, code: AckType::Accept.as_wire() });
            }
        }
    }

    /// Forgets locks that have run out, here and in the buffer; answers how many.
    fn drop_expired(&mut self, now: TimestampMillis) -> u64 {
        let before = self.buffer.len();
        self.buffer.retain(|(_, record)| record.lock_until > now);
        let lost = before - self.buffer.len();
        lost as u64 + self.drop_held(|held| held.lock_until <= now)
    }

    fn drop_held(&mut self, gone: impl Fn(&Held) -> bool) -> u64 {
        let mut lost = 0;
        self.held.retain(|_, held| {
            let before = held.len();
            held.retain(|_, held| !gone(held));
            lost += (before - held.len()) as u64;
            !held.is_empty()
        });
        lost
    }
}
