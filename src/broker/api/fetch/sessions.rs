//! Fetch sessions (KIP-227): the broker remembers what a client reads, the client says only what changes, and the
//! answer holds only what is new.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use kafka_protocol::{ResponseError, messages::FetchRequest};
use parking_lot::Mutex;
use rand::RngExt as _;

use super::{
    read::Outcome,
    wanted::{Ask, Place, TopicKey, Wanted},
};
use crate::{
    broker::{FETCH_SESSION_EVICTION_MS, FETCH_SESSIONS_MAX, topics::Topics},
    model::{Offset, PartitionId, TimestampMillis},
};

/// Partitions of one session.
const SESSION_PARTITIONS_MAX: usize = 100_000;
/// Epoch of the request that asks for a session.
const INITIAL_EPOCH: i32 = 0;
/// Epoch of a request that ends a session, or does without.
const FINAL_EPOCH: i32 = -1;

/// The sessions of a broker.
#[derive(Default)]
pub struct FetchSessions {
    table: Mutex<HashMap<i32, Entry>>,
}

struct Entry {
    session: Arc<Session>,
    created: TimestampMillis,
    last_used: TimestampMillis,
    /// Partitions when it was made: a larger session saves more and may take the room of a smaller one.
    size: usize,
}

/// What a client reads.
pub struct Session {
    pub id: i32,
    by_id: bool,
    state: Mutex<State>,
}

struct State {
    /// The epoch that the next request must carry.
    epoch: i32,
    next_number: u64,
    /// In the order of reading: what had records goes to the end, so that all have their turn.
    partitions: BTreeMap<u64, Cached>,
    numbers: HashMap<(TopicKey, PartitionId), u64>,
}

struct Cached {
    key: TopicKey,
    partition: PartitionId,
    ask: Ask,
    /// Found before; looked for again when it is no more.
    place: Option<Place>,
    /// What the client was told last; -1: tell it anew.
    high_watermark: Offset,
    start: Offset,
}

/// How a request is to be answered.
pub enum Begun {
    /// With all that it names.
    Full { with_session: bool },
    /// With what is new in the session.
    Incremental { session: Arc<Session>, wanted: Vec<Wanted> },
}

impl FetchSessions {
    /// Takes in what the request says about its session. The caller reads and then calls [`FetchSessions::create`] or
    /// [`Session::note`].
    pub fn begin(
        &self,
        topics: &Topics,
        request: &FetchRequest,
        by_id: bool,
        now: TimestampMillis,
    ) -> Result<Begun, ResponseError> {
        if request.session_epoch == INITIAL_EPOCH || request.session_epoch == FINAL_EPOCH {
            if request.session_id != 0 {
                self.table.lock().remove(&request.session_id);
            }
            return Ok(Begun::Full { with_session: request.session_epoch == INITIAL_EPOCH });
        }
        let found = self.table.lock().get_mut(&request.session_id).map(|entry| {
            entry.last_used = now;
            entry.session.clone()
        });
        let session = found.ok_or(ResponseError::FetchSessionIdNotFound)?;
        let mut state = session.state.lock();
        if state.epoch != request.session_epoch {
            return Err(ResponseError::InvalidFetchSessionEpoch);
        }
        if session.by_id != by_id {
            return Err(ResponseError::FetchSessionTopicIdError);
        }
        state.update(request, by_id);
        if state.partitions.is_empty() || state.partitions.len() > SESSION_PARTITIONS_MAX {
            // Nothing left to remember, or too much: the client begins anew when it has something to read.
            self.table.lock().remove(&session.id);
            let empty = state.partitions.is_empty();
            return if empty {
                Ok(Begun::Full { with_session: false })
            } else {
                Err(ResponseError::FetchSessionIdNotFound)
            };
        }
        state.epoch = next_epoch(state.epoch);
        let wanted = state.wanted(topics);
        drop(state);
        Ok(Begun::Incremental { session, wanted })
    }

    /// Makes a session of a full fetch; 0 where there is no room for one.
    pub fn create(&self, by_id: bool, wanted: &[Wanted], outcomes: &[Outcome], now: TimestampMillis) -> i32 {
        if wanted.len() > SESSION_PARTITIONS_MAX {
            return 0;
        }
        let mut state = State {
            epoch: next_epoch(INITIAL_EPOCH),
            next_number: 0,
            partitions: BTreeMap::new(),
            numbers: HashMap::with_capacity(wanted.len()),
        };
        for (wanted, outcome) in wanted.iter().zip(outcomes) {
            let mut cached = Cached::new(wanted.key.detached(), wanted.partition, wanted.ask);
            cached.place = wanted.place.clone().ok();
            cached.note(outcome);
            state.put(cached);
        }
        let mut table = self.table.lock();
        if table.len() >= FETCH_SESSIONS_MAX && !make_room(&mut table, wanted.len(), now) {
            return 0;
        }
        let mut random = rand::rng();
        let id = loop {
            let id = random.random_range(1..=i32::MAX);
            if !table.contains_key(&id) {
                break id;
            }
        };
        let session = Arc::new(Session { id, by_id, state: Mutex::new(state) });
        table.insert(id, Entry { session, created: now, last_used: now, size: wanted.len() });
        id
    }
}

/// Ends the session that rested longest, if that was long enough, or a smaller one that is no longer new.
fn make_room(table: &mut HashMap<i32, Entry>, size: usize, now: TimestampMillis) -> bool {
    let rested = table.iter().min_by_key(|(_, entry)| entry.last_used);
    if let Some((id, _)) = rested.filter(|(_, entry)| now.saturating_sub(entry.last_used) > FETCH_SESSION_EVICTION_MS) {
        let id = *id;
        return table.remove(&id).is_some();
    }
    let old = table.iter().filter(|(_, entry)| now.saturating_sub(entry.created) > FETCH_SESSION_EVICTION_MS);
    let smallest = old.min_by_key(|(_, entry)| entry.size).filter(|(_, entry)| entry.size < size).map(|(id, _)| *id);
    smallest.is_some_and(|id| table.remove(&id).is_some())
}

fn next_epoch(epoch: i32) -> i32 {
    epoch.checked_add(1).unwrap_or(INITIAL_EPOCH + 1)
}

impl Session {
    /// Compares what was read with what the client knows; says for each whether it is news. What had records goes to
    /// the end of the order.
    pub fn note(&self, wanted: &[Wanted], outcomes: &[Outcome]) -> Vec<bool> {
        let mut state = self.state.lock();
        let mut news = Vec::with_capacity(outcomes.len());
        for (wanted, outcome) in wanted.iter().zip(outcomes) {
            // Not there any more: a later request of the client has forgotten it.
            let Some(cached) = state.partitions.get_mut(&wanted.number) else {
                news.push(false);
                continue;
            };
            news.push(cached.note(outcome));
            if outcome.bytes > 0
                && let Some(cached) = state.partitions.remove(&wanted.number)
            {
                state.put(cached);
            }
        }
        news
    }
}

impl State {
    fn update(&mut self, request: &FetchRequest, by_id: bool) {
        for topic in &request.topics {
            let key = TopicKey::of(&topic.topic, topic.topic_id, by_id);
            for asked in &topic.partitions {
                let known = self.numbers.get(&(key.clone(), asked.partition));
                match known.and_then(|number| self.partitions.get_mut(number)) {
                    Some(cached) => cached.ask = asked.into(),
                    None => self.put(Cached::new(key.detached(), asked.partition, asked.into())),
                }
            }
        }
        for topic in &request.forgotten_topics_data {
            let key = TopicKey::of(&topic.topic, topic.topic_id, by_id);
            for partition in &topic.partitions {
                if let Some(number) = self.numbers.remove(&(key.clone(), *partition)) {
                    self.partitions.remove(&number);
                }
            }
        }
    }

    /// Adds at the end of the order; of two with the same key the later one stays.
    fn put(&mut self, cached: Cached) {
        let number = self.next_number;
        self.next_number += 1;
        if let Some(old) = self.numbers.insert((cached.key.clone(), cached.partition), number) {
            self.partitions.remove(&old);
        }
        self.partitions.insert(number, cached);
    }

    fn wanted(&mut self, topics: &Topics) -> Vec<Wanted> {
        let one = |(number, cached): (&u64, &mut Cached)| Wanted {
            place: cached.find(topics),
            key: cached.key.clone(),
            partition: cached.partition,
            ask: cached.ask,
            number: *number,
        };
        self.partitions.iter_mut().map(one).collect()
    }
}

impl Cached {
    fn new(key: TopicKey, partition: PartitionId, ask: Ask) -> Self {
        Self { key, partition, ask, place: None, high_watermark: -1, start: -1 }
    }

    fn find(&mut self, topics: &Topics) -> Result<Place, ResponseError> {
        match &self.place {
            Some(place) if !place.slot.is_gone() => Ok(place.clone()),
            _ => {
                let found = self.key.find(topics, self.partition);
                self.place = found.as_ref().ok().cloned();
                found
            }
        }
    }

    /// Takes note of what is told to the client; whether it is news.
    fn note(&mut self, outcome: &Outcome) -> bool {
        if outcome.error.is_some() {
            // When the error goes away, that is news.
            self.high_watermark = -1;
            return true;
        }
        let moved = self.high_watermark != outcome.end || self.start != outcome.start;
        (self.high_watermark, self.start) = (outcome.end, outcome.start);
        moved || outcome.bytes > 0 || outcome.diverging.is_some()
    }
}
