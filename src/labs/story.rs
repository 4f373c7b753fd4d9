//! What the stage has seen: events in order, counts, travels, and what each actor has done. Actors write into it as they
//! go, the stage adds what the broker tells; whoever draws gets copies.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;

use super::{
    seen::Seen,
    view::{ActorState, Place, STORY_EVENTS_MAX, StoryEvent, StoryKind, TRAVELS_MAX, Travel, TravelKind},
};
use crate::model::{Clock, ManualClock, TimestampMillis, TopicPartition};

/// How long a dot is on its way, in milliseconds of the stage. (The answers themselves take no time here.)
const FLIGHT_MS: i64 = 350;
/// Events that may wait for the next look; beyond, they are counted and not told.
const PENDING_EVENTS_MAX: usize = 10_000;

/// What one actor has done so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub state: Option<ActorState>,
    pub sent: u64,
    pub received: u64,
    pub processed: u64,
    pub failed: u64,
    pub duplicates: u64,
    pub out_of_order: u64,
    pub crashes: u64,
    pub owns: Vec<(Arc<str>, i32)>,
    /// Next offsets that it will be given.
    pub positions: Vec<(Arc<str>, i32, i64)>,
    pub member_id: Arc<str>,
}

/// Shared by the stage and its actors.
pub struct Ledger {
    clock: Arc<ManualClock>,
    epoch_ms: TimestampMillis,
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    /// Since the last look.
    pending: Vec<(i64, StoryKind)>,
    story: VecDeque<StoryEvent>,
    told: u64,
    counts: BTreeMap<&'static str, u64>,
    travels: VecDeque<Travel>,
    tallies: BTreeMap<Arc<str>, Tally>,
    seen: Seen,
}

impl Ledger {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        let epoch_ms = clock.now();
        Self { clock, epoch_ms, pages: Mutex::default() }
    }

    /// Milliseconds since the beginning of the story.
    pub fn now_ms(&self) -> i64 {
        self.clock.now() - self.epoch_ms
    }

    /// A time of the broker's clock in the story's.
    pub fn in_story(&self, at: TimestampMillis) -> i64 {
        at - self.epoch_ms
    }

    /// Something happened now.
    pub fn tell(&self, kind: StoryKind) {
        self.tell_at(self.now_ms(), kind);
    }

    /// Something happened at that time of the story.
    pub fn tell_at(&self, at_ms: i64, kind: StoryKind) {
        let mut pages = self.pages.lock();
        *pages.counts.entry(kind.counted_as()).or_default() += weight(&kind);
        if pages.pending.len() < PENDING_EVENTS_MAX {
            pages.pending.push((at_ms, kind));
        }
    }

    /// A dot sets out.
    pub fn travel(&self, from: Place, to: Place, kind: TravelKind, label: Arc<str>, count: u32) {
        let started_ms = self.now_ms();
        let mut pages = self.pages.lock();
        if pages.travels.len() >= TRAVELS_MAX {
            pages.travels.pop_front();
        }
        let arrives_ms = started_ms + FLIGHT_MS;
        pages.travels.push_back(Travel { from, to, label, started_ms, arrives_ms, kind, count });
    }

    /// Changes what is noted of an actor.
    pub fn note<T>(&self, actor: &Arc<str>, change: impl FnOnce(&mut Tally) -> T) -> T {
        let mut pages = self.pages.lock();
        change(pages.tallies.entry(Arc::clone(actor)).or_default())
    }

    /// What is noted of an actor.
    pub fn tally(&self, actor: &str) -> Tally {
        self.pages.lock().tallies.get(actor).cloned().unwrap_or_default()
    }

    /// Whose member id it is, or was.
    pub fn actor_of_member(&self, member_id: &str) -> Option<Arc<str>> {
        let pages = self.pages.lock();
        pages.tallies.iter().find(|(_, tally)| &*tally.member_id == member_id).map(|(actor, _)| Arc::clone(actor))
    }

    /// The next offset that an actor will be given of a partition.
    pub fn position(&self, actor: &str, tp: &TopicPartition) -> Option<i64> {
        let pages = self.pages.lock();
        let positions = &pages.tallies.get(actor)?.positions;
        positions.iter().find(|(t, p, _)| *t == tp.topic && *p == tp.partition).map(|(_, _, at)| *at)
    }

    /// A member of a group is through with a record: notes whether it was done before, or before its turn.
    pub fn processed(&self, actor: &Arc<str>, group: &Arc<str>, is_queue: bool, at: (&Arc<str>, i32, i64)) {
        let (topic, partition, offset) = at;
        let mut events = Vec::new();
        {
            let mut pages = self.pages.lock();
            let before = pages.seen.processed(actor, group, is_queue, at);
            let tally = pages.tallies.entry(Arc::clone(actor)).or_default();
            tally.processed += 1;
            if let Some(first_by) = before.first_by {
                tally.duplicates += 1;
                let (actor, topic) = (Arc::clone(actor), Arc::clone(topic));
                events.push(StoryKind::Duplicate { actor, topic, partition, offset, first_by });
            }
            if let Some(older) = before.older {
                tally.out_of_order += 1;
                let (actor, topic) = (Arc::clone(actor), Arc::clone(topic));
                events.push(StoryKind::OutOfOrder { actor, topic, partition, offset, older });
            }
            *pages.counts.entry("processed").or_default() += 1;
        }
        events.into_iter().for_each(|event| self.tell(event));
    }

    /// A group was set back: what it does again is no surprise.
    pub fn forget_processed(&self, group: &str, topic: &str) {
        self.pages.lock().seen.forget(group, topic);
    }

    /// Takes what happened since the last look into the story, in order; returns the new events.
    pub fn settle(&self) -> Vec<StoryEvent> {
        let now = self.now_ms();
        let mut pages = self.pages.lock();
        while pages.travels.front().is_some_and(|travel| travel.arrives_ms < now) {
            pages.travels.pop_front();
        }
        let mut pending = std::mem::take(&mut pages.pending);
        pending.sort_by_key(|(at, _)| *at);
        let mut fresh: Vec<StoryEvent> = Vec::new();
        for (at_ms, kind) in pending {
            if fresh.iter_mut().rev().take(MERGE_BACK_MAX).any(|event| joined(&mut event.kind, &kind)) {
                continue;
            }
            pages.told += 1;
            fresh.push(StoryEvent { number: pages.told, at_ms, kind });
        }
        pages.story.extend(fresh.iter().cloned());
        let surplus = pages.story.len().saturating_sub(STORY_EVENTS_MAX);
        pages.story.drain(..surplus);
        fresh
    }

    /// Whether something has happened since the last look.
    pub fn has_news(&self) -> bool {
        !self.pages.lock().pending.is_empty()
    }

    /// The story, newest last.
    pub fn story(&self) -> Vec<StoryEvent> {
        self.pages.lock().story.iter().cloned().collect()
    }

    pub fn travels(&self) -> Vec<Travel> {
        self.pages.lock().travels.iter().cloned().collect()
    }

    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.pages.lock().counts.clone()
    }
}

/// How far back an event looks for one that it goes on from.
const MERGE_BACK_MAX: usize = 64;

/// How many records an event is about, for the counts.
fn weight(kind: &StoryKind) -> u64 {
    use StoryKind as K;
    match kind {
        K::Stored { first, last, .. }
        | K::Delivered { first, last, .. }
        | K::Processed { first, last, .. }
        | K::Acquired { first, last, .. }
        | K::Accepted { first, last, .. }
        | K::Released { first, last, .. }
        | K::Rejected { first, last, .. }
        | K::Renewed { first, last, .. }
        | K::LockExpired { first, last, .. }
        | K::Archived { first, last, .. }
        | K::DeadLettered { first, last, .. } => (last - first + 1).max(0).unsigned_abs(),
        K::Deleted { records, .. } => *records,
        _ => 1,
    }
}

/// Whether `next` goes on where `event` ends; it is then part of it.
fn joined(event: &mut StoryKind, next: &StoryKind) -> bool {
    use StoryKind as K;
    match (event, next) {
        (
            K::Stored { actor, topic, partition, last, .. },
            K::Stored { actor: a, topic: t, partition: p, first: f, last: l, .. },
        ) if actor == a && topic == t && partition == p && *last + 1 == *f => *last = *l,
        (
            K::Delivered { actor, topic, partition, last, group, .. },
            K::Delivered { actor: a, topic: t, partition: p, first: f, last: l, group: g },
        ) if actor == a && topic == t && partition == p && group == g && *last + 1 == *f => *last = *l,
        (
            K::Acquired { actor, topic, partition, last, group, count, .. },
            K::Acquired { actor: a, topic: t, partition: p, first: f, last: l, group: g, count: c },
        ) if actor == a && topic == t && partition == p && group == g && count == c && *last + 1 == *f => *last = *l,
        (
            K::Accepted { actor, topic, partition, last, group, .. },
            K::Accepted { actor: a, topic: t, partition: p, first: f, last: l, group: g },
        ) if actor == a && topic == t && partition == p && group == g && *last + 1 == *f => *last = *l,
        (
            K::Committed { actor, topic, partition, offset, group },
            K::Committed { actor: a, topic: t, partition: p, offset: o, group: g },
        ) if actor == a && topic == t && partition == p && group == g && *o >= *offset => *offset = *o,
        (
            K::Deleted { topic, partition, before, records },
            K::Deleted { topic: t, partition: p, before: b, records: r },
        ) if topic == t && partition == p => {
            (*before, *records) = (*b, *records + *r);
        }
        (K::Served { actor, took_ms }, K::Served { actor: a, took_ms: ms }) if actor == a => *took_ms = *ms,
        (K::RequestFailed { actor, why, .. }, K::RequestFailed { actor: a, why: w, .. }) if actor == a && why == w => {}
        _ => return false,
    }
    true
}
