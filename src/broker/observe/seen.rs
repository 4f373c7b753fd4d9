//! What was seen on one connection: counters, rates, topics, groups.

use std::sync::Arc;

use super::{Membership, Software, Who, advice::Habits, asked::Asked};
use crate::model::TimestampMillis;

/// Topics remembered for each direction of a connection.
const TOPICS_MAX: usize = 64;
/// Groups remembered of a connection.
const GROUPS_MAX: usize = 8;
/// Rates are means over this many whole seconds.
const RATE_SECONDS: i64 = 4;
/// One slot for each second of the mean, the running one, and one more.
const SLOTS: usize = 6;

/// What was seen on one connection.
#[derive(Debug)]
pub struct Seen {
    pub who: Arc<Who>,
    pub last_active: TimestampMillis,
    pub requests: u64,
    pub errors: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub last_error: Option<(i16, TimestampMillis)>,
    pub writes: Recent,
    pub reads: Recent,
    pub memberships: Vec<Member>,
    /// For whom it reads, as of some state of all memberships.
    pub readers: Option<(u64, Arc<[Member]>)>,
    pub habits: Habits,
    slots: [Slot; SLOTS],
}

/// A membership, with what it owns: topics by name.
#[derive(Debug, Clone)]
pub struct Member {
    pub group: Arc<str>,
    pub member: Arc<str>,
    pub generation: i32,
    /// Topics with their partitions; `None` while not known.
    pub owned: Option<Vec<(Arc<str>, Vec<i32>)>>,
}

/// Counters of one second.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    second: i64,
    requests: u32,
    waits: u32,
    batches: u32,
    commits: u32,
    empty: u32,
    bytes_in: u64,
    bytes_out: u64,
}

/// Rates, each a second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rates {
    pub requests: f64,
    pub working: f64,
    pub bytes_in: f64,
    pub bytes_out: f64,
}

/// How often some things are done, a second.
#[derive(Debug, Clone, Copy)]
pub struct Recently {
    pub batches: f64,
    pub commits: f64,
    /// Fetches that came back without records.
    pub empty: f64,
}

impl Seen {
    pub fn new(who: Who, now: TimestampMillis) -> Self {
        Self {
            who: Arc::new(who),
            last_active: now,
            requests: 0,
            errors: 0,
            bytes_in: 0,
            bytes_out: 0,
            last_error: None,
            writes: Recent::default(),
            reads: Recent::default(),
            memberships: Vec::new(),
            readers: None,
            habits: Habits::default(),
            slots: [Slot::default(); SLOTS],
        }
    }

    /// Who asks, now that a request says its client id.
    pub fn introduce(&mut self, client_id: &str) -> Arc<Who> {
        if *self.who.client_id != *client_id && !client_id.is_empty() {
            self.who = Arc::new(Who { client_id: client_id.into(), ..Who::clone(&self.who) });
        }
        self.who.clone()
    }

    /// What the client calls its library.
    pub fn library(&mut self, name: &str, version: &str) {
        if name.is_empty() && version.is_empty() {
            return;
        }
        let software = Software { name: name.into(), version: version.into() };
        self.who = Arc::new(Who { software: Some(software), ..Who::clone(&self.who) });
    }

    /// A request came.
    pub fn came(&mut self, now: TimestampMillis, bytes: u64) {
        self.last_active = now;
        self.requests += 1;
        self.bytes_in += bytes;
        let slot = self.slot(now);
        slot.requests += 1;
        slot.bytes_in += bytes;
    }

    /// What a request asks, where its rate is of interest.
    pub fn counted(&mut self, now: TimestampMillis, asked: &Asked) {
        match asked {
            Asked::Produce(produce) => {
                self.slot(now).batches += u32::try_from(produce.parts.len()).unwrap_or(u32::MAX);
            }
            Asked::Commit { .. } => self.slot(now).commits += 1,
            _ => {}
        }
    }

    /// A request was answered; whether it did nothing but wait, and whether it came back without records.
    pub fn went(&mut self, now: TimestampMillis, waited: bool, empty: bool) {
        let slot = self.slot(now);
        slot.waits += u32::from(waited);
        slot.empty += u32::from(empty);
    }

    /// Bytes went out.
    pub fn sent(&mut self, now: TimestampMillis, bytes: u64) {
        self.bytes_out += bytes;
        self.slot(now).bytes_out += bytes;
    }

    /// An error that is not routine.
    pub fn failed(&mut self, now: TimestampMillis, code: i16) {
        self.errors += 1;
        self.last_error = Some((code, now));
    }

    /// It is a member now, or still.
    pub fn member(&mut self, group: &str, member: &str, generation: i32) -> &mut Member {
        let at = match self.memberships.iter().position(|one| *one.group == *group) {
            Some(at) => at,
            None => {
                if self.memberships.len() == GROUPS_MAX {
                    self.memberships.remove(0);
                }
                let (group, member) = (group.into(), member.into());
                self.memberships.push(Member { group, member, generation, owned: None });
                self.memberships.len() - 1
            }
        };
        let one = &mut self.memberships[at];
        if *one.member != *member {
            one.member = member.into();
            one.owned = None;
        }
        one.generation = generation;
        one
    }

    /// It is no member any more.
    pub fn left(&mut self, group: &str) {
        self.memberships.retain(|one| *one.group != *group);
    }

    /// Rates over the last whole seconds.
    pub fn rates(&self, since: TimestampMillis, now: TimestampMillis) -> Rates {
        let (sum, seconds) = self.sum(since, now);
        Rates {
            requests: f64::from(sum.requests) / seconds,
            working: f64::from(sum.requests.saturating_sub(sum.waits)) / seconds,
            bytes_in: sum.bytes_in as f64 / seconds,
            bytes_out: sum.bytes_out as f64 / seconds,
        }
    }

    /// What is done how often, for advice.
    pub fn recently(&self, since: TimestampMillis, now: TimestampMillis) -> Recently {
        let (sum, seconds) = self.sum(since, now);
        Recently {
            batches: f64::from(sum.batches) / seconds,
            commits: f64::from(sum.commits) / seconds,
            empty: f64::from(sum.empty) / seconds,
        }
    }

    /// Counts of the last whole seconds, and how many these are.
    fn sum(&self, since: TimestampMillis, now: TimestampMillis) -> (Slot, f64) {
        let second = now.div_euclid(1_000);
        let whole = second - RATE_SECONDS..second;
        let mut sum = Slot::default();
        for slot in self.slots.iter().filter(|slot| whole.contains(&slot.second)) {
            sum.requests += slot.requests;
            sum.waits += slot.waits;
            sum.batches = sum.batches.saturating_add(slot.batches);
            sum.commits += slot.commits;
            sum.empty += slot.empty;
            sum.bytes_in += slot.bytes_in;
            sum.bytes_out += slot.bytes_out;
        }
        // A connection younger than the mean is not made slower by the time before it was.
        let seconds = (second - since.div_euclid(1_000)).clamp(1, RATE_SECONDS) as f64;
        (sum, seconds)
    }

    fn slot(&mut self, now: TimestampMillis) -> &mut Slot {
        let second = now.div_euclid(1_000);
        let slot = &mut self.slots[second.rem_euclid(SLOTS as i64) as usize];
        if slot.second != second {
            *slot = Slot { second, ..Slot::default() };
        }
        slot
    }
}

impl Member {
    pub fn view(&self, same_connection: bool) -> Membership {
        let owned = self.owned.iter().flatten().map(|(_, partitions)| partitions.len()).sum::<usize>();
        Membership {
            group: self.group.clone(),
            member: self.member.clone(),
            generation: self.generation,
            owned: u32::try_from(owned).unwrap_or(u32::MAX),
            same_connection,
        }
    }

    /// Whether it owns the partition; a member whose partitions are not known owns none.
    pub fn owns(&self, topic: &str, partition: i32) -> bool {
        let mut owned = self.owned.iter().flatten();
        owned.any(|(name, partitions)| **name == *topic && partitions.contains(&partition))
    }
}

/// The topics that were used last, newest use last.
#[derive(Debug, Default)]
pub struct Recent(Vec<Arc<str>>);

impl Recent {
    pub fn used(&mut self, topic: &Arc<str>) {
        // The same topic again, as a rule: then nothing moves.
        if self.0.last().is_some_and(|last| Arc::ptr_eq(last, topic)) {
            return;
        }
        if let Some(at) = self.0.iter().position(|one| one == topic) {
            self.0.remove(at);
        } else if self.0.len() == TOPICS_MAX {
            self.0.remove(0);
        }
        self.0.push(topic.clone());
    }

    /// Newest use first.
    pub fn newest_first(&self) -> Vec<Arc<str>> {
        self.0.iter().rev().cloned().collect()
    }
}
