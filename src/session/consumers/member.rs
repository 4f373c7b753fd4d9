//! What is kept about one hand-started consumer: its orders from the user, and what it has done.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::{AckChoice, ConsumerId, ConsumerKind, ConsumerPlan};
use crate::{
    model::{Offset, PartitionId, Record, TimestampMillis, TopicPartition},
    session::{Phrase, Problem},
};

/// Records of each consumer that the window can look at.
pub const RECORDS_KEPT_MAX: usize = 200;
/// Bytes of a key or value that are kept for the list; the record itself is in the topic.
pub const PREVIEW_BYTES_MAX: usize = 512;
/// The rate is a mean over about this long.
const RATE_WINDOW_MILLIS: i64 = 3_000;
const RATE_MARK_MILLIS: i64 = 200;

/// How a hand-started consumer stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Asks to become a member.
    Joining,
    /// A member that reads what it owns.
    Running,
    /// Waits for the group to agree who owns what.
    Rebalancing,
    /// A member that was told to wait.
    Paused,
    /// Finishes, commits and says good-bye.
    Stopping,
    /// Left in order.
    Stopped,
    /// Vanished without leaving.
    Killed,
    Failed(Problem),
}

impl Phase {
    /// True once it will never read again.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Stopped | Self::Killed | Self::Failed(_))
    }
}

/// A record as a consumer received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRecord {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub offset: Offset,
    pub timestamp: TimestampMillis,
    /// The first [`PREVIEW_BYTES_MAX`] bytes.
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub key_bytes: usize,
    pub value_bytes: usize,
    /// When it was received.
    pub at: TimestampMillis,
    /// What a queue (share group) knows of it.
    pub queue: Option<Delivered>,
}

/// A record of a queue in the hands of one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// How often the group has handed it out, this time included.
    pub count: u16,
    /// Until when nobody else gets it.
    pub lock_until: TimestampMillis,
    /// What this member said about it; `None` while it works on it.
    pub ack: Option<AckChoice>,
    /// The work on it failed.
    pub failed: bool,
}

/// What a member of a queue has done so far, in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCounts {
    pub accepted: u64,
    pub released: u64,
    pub rejected: u64,
    /// Of the released and rejected: those of which the work failed.
    pub failed: u64,
    /// The broker did not take what the member said: its lock had run out.
    pub too_late: u64,
    /// Handed out to it that were handed out before.
    pub again: u64,
}

/// A consumer as a screen shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerView {
    pub id: ConsumerId,
    pub name: Arc<str>,
    pub plan: Arc<ConsumerPlan>,
    pub phase: Phase,
    /// As they are now; may have been changed since the start.
    pub kind: ConsumerKind,
    pub processing_millis: u64,
    pub started_at: TimestampMillis,
    pub ended_at: Option<TimestampMillis>,
    pub owned: Arc<[TopicPartition]>,
    /// Records it has worked on.
    pub received: u64,
    pub per_second: f64,
    /// The record it works on right now.
    pub in_work: Option<ReceivedRecord>,
    /// Newest first.
    pub records: Arc<[ReceivedRecord]>,
    pub commits: u64,
    /// The next offset it will read of each owned partition, where known.
    pub positions: Arc<[(TopicPartition, Offset)]>,
    pub generation: i32,
    /// Of a member of a queue.
    pub queue: QueueCounts,
    /// Of the last attempt that is tried again.
    pub trouble: Option<Phrase>,
}

impl ConsumerView {
    /// The next offset it will read of an owned partition.
    pub fn position(&self, tp: &TopicPartition) -> Option<Offset> {
        self.positions.iter().find(|(p, _)| p == tp).map(|(_, offset)| *offset)
    }
}

/// How it is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Stop,
    Kill,
}

/// What the user wants of it right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orders {
    pub kind: ConsumerKind,
    pub processing_millis: u64,
    pub paused: bool,
    pub ending: Option<Ending>,
}

/// One hand-started consumer.
pub(super) struct Member {
    pub id: ConsumerId,
    pub name: Arc<str>,
    pub plan: Arc<ConsumerPlan>,
    pub started_at: TimestampMillis,
    pub orders: watch::Sender<Orders>,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    ended_at: Option<TimestampMillis>,
    owned: Arc<[TopicPartition]>,
    received: u64,
    meter: Meter,
    in_work: Option<ReceivedRecord>,
    /// Newest at the front.
    records: VecDeque<ReceivedRecord>,
    commits: u64,
    positions: Arc<[(TopicPartition, Offset)]>,
    generation: i32,
    queue: QueueCounts,
    trouble: Option<Phrase>,
}

impl ReceivedRecord {
    pub(super) fn new(topic: &Arc<str>, record: &Record, at: TimestampMillis) -> Self {
        // Copied: a slice would keep its whole batch in memory.
        let preview = |bytes: &Bytes| Bytes::copy_from_slice(beginning(bytes));
        Self {
            topic: Arc::clone(topic),
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key.as_ref().map(preview),
            value: record.value.as_ref().map(preview),
            key_bytes: record.key.as_ref().map_or(0, Bytes::len),
            value_bytes: record.value.as_ref().map_or(0, Bytes::len),
            at,
            queue: None,
        }
    }
}

impl Member {
    pub fn new(id: ConsumerId, name: Arc<str>, plan: ConsumerPlan, now: TimestampMillis) -> Self {
        let orders = Orders { kind: plan.kind, processing_millis: plan.processing_millis, paused: false, ending: None };
        Self {
            id,
            name,
            plan: Arc::new(plan),
            started_at: now,
            orders: watch::Sender::new(orders),
            state: Mutex::new(State {
                phase: Phase::Joining,
                ended_at: None,
                owned: Arc::new([]),
                received: 0,
                meter: Meter::default(),
                in_work: None,
                records: VecDeque::new(),
                commits: 0,
                positions: Arc::new([]),
                generation: -1,
                queue: QueueCounts::default(),
                trouble: None,
            }),
        }
    }

    pub fn phase(&self) -> Phase {
        self.state.lock().phase.clone()
    }

    /// Moves on to another phase; one that is over stays over.
    pub fn set_phase(&self, phase: Phase) {
        let mut state = self.state.lock();
        if !state.phase.is_over() {
            state.phase = phase;
        }
    }

    /// It reads no more.
    pub fn end(&self, phase: Phase, now: TimestampMillis) {
        let mut state = self.state.lock();
        state.phase = phase;
        state.ended_at = Some(now);
        state.in_work = None;
        state.owned = Arc::new([]);
    }

    pub fn set_owned(&self, owned: Vec<TopicPartition>, generation: i32) {
        let mut state = self.state.lock();
        state.owned = owned.into();
        state.generation = generation;
        state.trouble = None;
    }

    pub fn owned(&self) -> Arc<[TopicPartition]> {
        Arc::clone(&self.state.lock().owned)
    }

    pub fn set_positions(&self, positions: Vec<(TopicPartition, Offset)>) {
        let mut state = self.state.lock();
        if *state.positions != *positions {
            state.positions = positions.into();
        }
    }

    pub fn set_trouble(&self, trouble: Option<Phrase>) {
        self.state.lock().trouble = trouble;
    }

    pub fn begin(&self, record: ReceivedRecord) {
        self.state.lock().in_work = Some(record);
    }

    /// What was in work goes back unfinished.
    pub fn abandon(&self) {
        self.state.lock().in_work = None;
    }

    /// Has worked on these, oldest first.
    pub fn finish(&self, records: impl ExactSizeIterator<Item = ReceivedRecord>, now: TimestampMillis) {
        let mut state = self.state.lock();
        state.in_work = None;
        let count = records.len();
        state.received += count as u64;
        let received = state.received;
        state.meter.note(received, now);
        for record in records.skip(count.saturating_sub(RECORDS_KEPT_MAX)) {
            if state.records.len() == RECORDS_KEPT_MAX {
                state.records.pop_back();
            }
            state.records.push_front(record);
        }
    }

    /// Adds to what a member of a queue has counted.
    pub fn count(&self, more: QueueCounts) {
        let all = &mut self.state.lock().queue;
        all.accepted += more.accepted;
        all.released += more.released;
        all.rejected += more.rejected;
        all.failed += more.failed;
        all.too_late += more.too_late;
        all.again += more.again;
    }

    pub fn committed(&self) {
        let mut state = self.state.lock();
        state.commits += 1;
        state.trouble = None;
    }

    pub fn view(&self, now: TimestampMillis) -> ConsumerView {
        let orders = *self.orders.borrow();
        let state = self.state.lock();
        ConsumerView {
            id: self.id,
            name: Arc::clone(&self.name),
            plan: Arc::clone(&self.plan),
            phase: state.phase.clone(),
            kind: orders.kind,
            processing_millis: orders.processing_millis,
            started_at: self.started_at,
            ended_at: state.ended_at,
            owned: Arc::clone(&state.owned),
            received: state.received,
            per_second: if state.phase.is_over() { 0.0 } else { state.meter.per_second(state.received, now) },
            in_work: state.in_work.clone(),
            records: state.records.iter().cloned().collect(),
            commits: state.commits,
            positions: Arc::clone(&state.positions),
            generation: state.generation,
            queue: state.queue,
            trouble: state.trouble.clone(),
        }
    }
}

/// The first [`PREVIEW_BYTES_MAX`] bytes; a character that would be cut in two is left out, or text would look like
/// bytes that are none.
fn beginning(bytes: &[u8]) -> &[u8] {
    let Some(cut) = bytes.get(..PREVIEW_BYTES_MAX) else { return bytes };
    match std::str::from_utf8(cut) {
        Err(error) if error.error_len().is_none() => &cut[..error.valid_up_to()],
        _ => cut,
    }
}

/// Counts over the last seconds.
#[derive(Default)]
struct Meter(VecDeque<(TimestampMillis, u64)>);

impl Meter {
    fn note(&mut self, count: u64, now: TimestampMillis) {
        if self.0.back().is_some_and(|(at, _)| now - at < RATE_MARK_MILLIS) {
            return;
        }
        while self.0.len() > 1 && self.0.front().is_some_and(|(at, _)| now - at > RATE_WINDOW_MILLIS) {
            self.0.pop_front();
        }
        self.0.push_back((now, count));
    }

    fn per_second(&self, count: u64, now: TimestampMillis) -> f64 {
        let first = self.0.iter().find(|(at, _)| now - at <= RATE_WINDOW_MILLIS);
        match first {
            Some((at, before)) if now > *at => (count - before) as f64 * 1_000.0 / (now - at).max(1_000) as f64,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BatchFacts, Compression, TimestampType};

    fn record(offset: Offset, value: &'static [u8]) -> ReceivedRecord {
        let batch = Arc::new(BatchFacts {
            base_offset: 0,
            last_offset: 0,
            size_bytes: 0,
            record_count: 1,
            compression: Compression::None,
            timestamp_type: TimestampType::CreateTime,
            leader_epoch: 0,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            transactional: false,
            fate: None,
        });
        let value = Some(Bytes::from_static(value));
        let record = Record { partition: 0, offset, timestamp: 0, key: None, value, headers: vec![], batch };
        ReceivedRecord::new(&"orders".into(), &record, 0)
    }

    #[test]
    fn only_the_newest_records_are_kept_and_only_their_beginnings() {
        let member = Member::new(1, "g-1".into(), ConsumerPlan::new("g", "orders"), 0);
        let many: Vec<_> = (0..RECORDS_KEPT_MAX as i64 + 50).map(|n| record(n, &[b'x'; 2_000])).collect();
        member.finish(many.into_iter(), 10);
        let view = member.view(10);
        assert_eq!((view.received, view.records.len()), (250, RECORDS_KEPT_MAX));
        assert_eq!(view.records[0].offset, 249);
        assert_eq!(view.records[0].value.as_ref().map(Bytes::len), Some(PREVIEW_BYTES_MAX));
        assert_eq!(view.records[0].value_bytes, 2_000);
    }

    #[test]
    fn the_rate_is_of_the_last_seconds_and_falls_to_zero() {
        let member = Member::new(1, "g-1".into(), ConsumerPlan::new("g", "orders"), 0);
        for n in 0..100 {
            member.finish([record(n, b"x")].into_iter(), n * 100);
        }
        let rate = member.view(9_900).per_second;
        assert!((9.0..11.0).contains(&rate), "{rate}");
        assert_eq!(member.view(60_000).per_second, 0.0);
    }

    #[test]
    fn what_is_over_stays_over() {
        let member = Member::new(1, "g-1".into(), ConsumerPlan::new("g", "orders"), 0);
        member.end(Phase::Killed, 5);
        member.set_phase(Phase::Running);
        assert_eq!(member.view(9).phase, Phase::Killed);
    }
}
