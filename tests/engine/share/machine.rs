//! The machine of a share partition under random events, against a model that is as simple as can be: every record by
//! itself, every event in a loop over all of them.

use std::{collections::BTreeMap, sync::Arc};

use millpond::{
    broker::groups::share::{
        AckBatch, AckType, CellState, Content, Holder, Scan, ScannedBatch, SharePartition, ShareRules,
        StoredSharePartition, Wish,
    },
    model::ShareRecordState as S,
};

use crate::chance::Chance;

const LOCK_MS: i64 = 100;
const MEMBERS: [&str; 3] = ["anna", "berta", "carla"];

/// What the log has at an offset.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Stored {
    Record,
    Control,
    Aborted,
    /// Compaction took it.
    Gone,
}

/// A record as the model keeps it.
#[derive(Clone, PartialEq, Debug)]
struct Known {
    state: S,
    deliveries: u16,
    holder: &'static str,
    until: i64,
}

/// The log and the model of the group.
struct World {
    log: Vec<Stored>,
    log_start: i64,
    known: BTreeMap<i64, Known>,
    start: i64,
    next: i64,
    now: i64,
    rules: ShareRules,
    /// How often each record was handed out since it was last given all its deliveries anew.
    handed_out: BTreeMap<i64, u16>,
    finished: Vec<i64>,
}

impl World {
    fn new(locks_max: usize) -> Self {
        let rules = ShareRules { lock_ms: LOCK_MS, delivery_limit: 3, locks_max, may_renew: true };
        let empty = (Vec::new(), BTreeMap::new(), BTreeMap::new(), Vec::new());
        let (log, known, handed_out, finished) = empty;
        Self { log, log_start: 0, known, start: 0, next: 0, now: 0, rules, handed_out, finished }
    }

    fn end(&self) -> i64 {
        self.log.len() as i64
    }

    fn append(&mut self, chance: &mut Chance) {
        for _ in 0..=chance.below(5) {
            let kinds =
                [Stored::Record, Stored::Record, Stored::Record, Stored::Record, Stored::Control, Stored::Aborted];
            self.log.push(kinds[chance.below(kinds.len())]);
        }
    }

    /// Batches of one record each, or of some with holes.
    fn scan(&self, from: i64, upto: i64) -> Scan {
        let mut scan = Scan { from, upto, batches: Vec::new() };
        let mut offset = from;
        while offset < upto {
            let kind = self.log[offset as usize];
            let content = match kind {
                Stored::Gone => {
                    offset += 1;
                    continue;
                }
                Stored::Control => Content::Control,
                Stored::Aborted => Content::Aborted,
                Stored::Record => {
                    // Records with holes between them, as compaction leaves them.
                    let plain = |at: &i64| matches!(self.log[*at as usize], Stored::Record | Stored::Gone);
                    let last =
                        (offset..upto).take_while(plain).filter(|at| self.log[*at as usize] == Stored::Record).last();
                    let last = last.unwrap_or(offset);
                    let held: Vec<i64> =
                        (offset..=last).filter(|at| self.log[*at as usize] == Stored::Record).collect();
                    let content = match held.len() as i64 == last - offset + 1 {
                        true => Content::Records,
                        false => Content::Sparse(held),
                    };
                    scan.batches.push(ScannedBatch { first: offset, last, content });
                    offset = last + 1;
                    continue;
                }
            };
            scan.batches.push(ScannedBatch { first: offset, last: offset, content });
            offset += 1;
        }
        scan
    }

    fn advance(&mut self) {
        while let Some((offset, known)) = self.known.first_key_value()
            && known.state.is_final()
        {
            let offset = *offset;
            self.known.remove(&offset);
        }
        let first = self.known.first_key_value().map_or(self.next, |(offset, _)| *offset);
        self.start = self.start.max(first);
    }

    fn acquire(&mut self, member: &'static str, upto: i64, from: i64, max: usize) -> Vec<(i64, u16)> {
        let mut taken = Vec::new();
        for (offset, known) in &mut self.known {
            let gone = !matches!(self.log[*offset as usize], Stored::Record);
            if (from..upto).contains(offset) && known.state == S::Available && gone {
                known.state = S::Archived;
            }
        }
        for offset in from..upto {
            let kind = self.log[offset as usize];
            if kind == Stored::Gone {
                continue;
            }
            if taken.len() == max {
                break;
            }
            if let Some(known) = self.known.get_mut(&offset) {
                if known.state == S::Available {
                    *known = held(member, known.deliveries + 1, self.now);
                    taken.push((offset, known.deliveries));
                }
            } else if offset >= self.next {
                if kind == Stored::Record || kind == Stored::Aborted {
                    if self.known.len() >= self.rules.locks_max {
                        break;
                    }
                    let fresh = match kind {
                        Stored::Record => held(member, 1, self.now),
                        _ => Known { state: S::Archived, deliveries: 0, holder: "", until: 0 },
                    };
                    if fresh.state == S::Acquired {
                        taken.push((offset, 1));
                    }
                    self.known.insert(offset, fresh);
                }
                self.next = offset + 1;
            }
        }
        self.advance();
        for (offset, deliveries) in &taken {
            let count = self.handed_out.entry(*offset).or_default();
            *count += 1;
            assert!(*count <= self.rules.delivery_limit, "{offset} was handed out {deliveries} times");
            assert!(!self.finished.contains(offset), "{offset} was finished before");
        }
        taken
    }

    fn release(&mut self, whose: impl Fn(&Known) -> bool) {
        let limit = self.rules.delivery_limit;
        for known in self.known.values_mut().filter(|known| known.state == S::Acquired && whose(known)) {
            known.state = if known.deliveries >= limit { S::Archived } else { S::Available };
        }
        self.advance();
    }

    fn acknowledge(&mut self, member: &str, batches: &[AckBatch]) -> bool {
        for batch in batches {
            if batch.last >= self.next {
                return false;
            }
            let wrong = |known: &Known| known.state != S::Acquired || known.holder != member;
            if batch.last >= self.start && self.known.range(batch.first..=batch.last).any(|(_, known)| wrong(known)) {
                return false;
            }
        }
        for batch in batches {
            for (index, offset) in (batch.first..=batch.last).enumerate() {
                let kind = if batch.types.len() == 1 { batch.types[0] } else { batch.types[index] };
                let Some(known) = self.known.get_mut(&offset) else { continue };
                match kind {
                    AckType::Accept => known.state = S::Acknowledged,
                    AckType::Gap | AckType::Reject => known.state = S::Archived,
                    AckType::Release if known.deliveries >= self.rules.delivery_limit => known.state = S::Archived,
                    AckType::Release => known.state = S::Available,
                    AckType::Renew => known.until = self.now + LOCK_MS,
                }
                if known.state.is_final() {
                    self.finished.push(offset);
                }
            }
        }
        self.advance();
        true
    }

    fn check(&self, machine: &SharePartition) {
        assert_eq!((machine.start(), machine.next()), (self.start, self.next));
        let cells: BTreeMap<i64, Known> =
            machine.cells().map(|(offset, state, count)| (offset, told(state, count))).collect();
        let known = self.known.iter().map(|(offset, known)| {
            let plain = Known { holder: "", until: 0, ..known.clone() };
            (*offset, if known.state == S::Acquired { known.clone() } else { plain })
        });
        assert_eq!(cells, known.collect());
        assert!(cells.len() <= self.rules.locks_max);
        let deadlines = self.known.values().filter(|known| known.state == S::Acquired).map(|known| known.until);
        if let Some(first) = deadlines.min() {
            assert!(machine.next_deadline().is_some_and(|deadline| deadline <= first), "nobody would wake for a lock");
        }
        let counts = machine.counts();
        let all = |state| self.known.values().filter(|known| known.state == state).count() as u64;
        assert_eq!((counts.available, counts.acquired), (all(S::Available), all(S::Acquired)));
    }
}

fn held(member: &'static str, deliveries: u16, now: i64) -> Known {
    Known { state: S::Acquired, deliveries, holder: member, until: now + LOCK_MS }
}

fn told(state: &CellState, deliveries: u16) -> Known {
    match state {
        CellState::Acquired { holder, until } => {
            let holder = MEMBERS.into_iter().find(|name| *name == &*holder.member).unwrap_or("nobody");
            Known { state: S::Acquired, deliveries, holder, until: *until }
        }
        other => Known { state: other.state(), deliveries, holder: "", until: 0 },
    }
}

fn random_acks(world: &World, chance: &mut Chance) -> Vec<AckBatch> {
    let kinds = [AckType::Accept, AckType::Release, AckType::Reject, AckType::Gap, AckType::Renew];
    let mut batches = Vec::new();
    let mut first = world.start - 2 + chance.below(4) as i64;
    for _ in 0..=chance.below(2) {
        first = first.max(0);
        let last = first + chance.below(4) as i64;
        let count = if chance.one_in(2) { 1 } else { (last - first + 1) as usize };
        let types = (0..count).map(|_| kinds[chance.below(kinds.len())]).collect();
        batches.push(AckBatch { first, last, types });
        first = last + 1 + chance.below(2) as i64;
    }
    batches
}

/// What a member holds, all of it said at once.
fn own_acks(world: &World, member: &str, chance: &mut Chance) -> Vec<AckBatch> {
    let kinds = [AckType::Accept, AckType::Accept, AckType::Release, AckType::Reject, AckType::Renew];
    let held = world.known.iter().filter(|(_, known)| known.state == S::Acquired && known.holder == member);
    held.map(|(offset, _)| AckBatch { first: *offset, last: *offset, types: vec![kinds[chance.below(5)]] }).collect()
}

fn step(world: &mut World, machine: &mut SharePartition, chance: &mut Chance) {
    let member = MEMBERS[chance.below(MEMBERS.len())];
    match chance.below(12) {
        0 | 1 => world.append(chance),
        2..=4 => {
            let holder = Arc::new(Holder { member: member.into(), client_id: "c".into() });
            let Some(from) = machine.wanted(world.end(), &world.rules) else { return };
            let upto = (from + 1 + chance.below(9) as i64).min(world.end());
            let max = 1 + chance.below(6);
            let wish = Wish { max_records: max, strict: true };
            let scan = world.scan(from, upto);
            let (ranges, _) = machine.acquire(&holder, &scan, wish, &world.rules, world.now);
            let given: Vec<(i64, u16)> = ranges
                .iter()
                .flat_map(|range| (range.first..=range.last).map(|at| (at, range.delivery_count)))
                .collect();
            assert_eq!(given, world.acquire(member, upto, from, max));
            // Where everything was looked at, the end of the stretch is where the next one begins.
            world.next = world.next.max(machine.next());
            world.advance();
        }
        5 | 6 => {
            let acks = own_acks(world, member, chance);
            let answer = machine.acknowledge(member, &acks, &world.rules, world.now);
            assert_eq!(answer.is_ok(), world.acknowledge(member, &acks));
        }
        7 => {
            let acks = random_acks(world, chance);
            let answer = machine.acknowledge(member, &acks, &world.rules, world.now);
            assert_eq!(answer.is_ok(), world.acknowledge(member, &acks), "{acks:?}: {answer:?}");
        }
        8 => {
            machine.release_member(member, &world.rules);
            world.release(|known| known.holder == member);
        }
        9 => {
            world.now += chance.below(80) as i64;
            machine.expire(&world.rules, world.now);
            let now = world.now;
            world.release(|known| known.until <= now);
        }
        10 if chance.one_in(4) => {
            world.log_start = world.log_start.max(world.start - 1 + chance.below(4) as i64).min(world.end());
            machine.log_starts_at(world.log_start);
            let log_start = world.log_start;
            if log_start > world.start {
                world.known.retain(|offset, _| *offset >= log_start);
                world.next = world.next.max(log_start);
                world.advance();
            }
        }
        10 => {
            let at = chance.below(world.log.len().max(1));
            if let Some(stored) = world.log.get_mut(at) {
                *stored = Stored::Gone;
            }
        }
        _ => {
            let text = serde_json::to_string(&machine.stored()).unwrap();
            *machine = SharePartition::restored(&serde_json::from_str::<StoredSharePartition>(&text).unwrap());
            for (offset, known) in &mut world.known {
                if known.state == S::Acquired {
                    (known.state, known.deliveries) = (S::Available, known.deliveries - 1);
                    *world.handed_out.get_mut(offset).unwrap() -= 1;
                }
            }
        }
    }
}

#[test]
fn a_share_partition_does_what_its_model_does() {
    for seed in 0..400 {
        let mut chance = Chance::new(seed);
        let mut world = World::new(3 + chance.below(8));
        let mut machine = SharePartition::new(0);
        for _ in 0..250 {
            step(&mut world, &mut machine, &mut chance);
            world.check(&machine);
        }
        // In the end everything that is left can be finished.
        machine.release_member("anna", &world.rules);
        machine.release_member("berta", &world.rules);
        machine.release_member("carla", &world.rules);
        machine.log_starts_at(world.log_start);
        let holder = Arc::new(Holder { member: "anna".into(), client_id: "c".into() });
        let wish = Wish { max_records: usize::MAX, strict: false };
        while let Some(from) = machine.wanted(world.end(), &world.rules) {
            let scan = world.scan(from, world.end());
            let (ranges, _) = machine.acquire(&holder, &scan, wish, &world.rules, world.now);
            let acks = ranges.iter().map(|range| AckBatch {
                first: range.first,
                last: range.last,
                types: vec![AckType::Accept],
            });
            machine.acknowledge("anna", &acks.collect::<Vec<_>>(), &world.rules, world.now).unwrap();
        }
        assert_eq!(
            (machine.start(), machine.next(), machine.cells().count()),
            (world.end(), world.end(), 0),
            "seed {seed}"
        );
    }
}

#[test]
fn a_batch_that_was_begun_is_handed_out_whole_but_not_beyond_the_window() {
    let rules = ShareRules { lock_ms: LOCK_MS, delivery_limit: 2, locks_max: 6, may_renew: false };
    let mut machine = SharePartition::new(0);
    let holder = Arc::new(Holder { member: "anna".into(), client_id: "c".into() });
    let batch = |first| ScannedBatch { first, last: first + 3, content: Content::Records };
    let scan = Scan { from: 0, upto: 12, batches: vec![batch(0), batch(4), batch(8)] };
    let wish = |max_records| Wish { max_records, strict: false };
    let (first, _) = machine.acquire(&holder, &scan, wish(1), &rules, 0);
    assert_eq!((first[0].first, first[0].last), (0, 3));
    let (second, _) = machine.acquire(&holder, &scan, wish(9), &rules, 0);
    assert_eq!((second[0].first, second[0].last, second.len()), (4, 5, 1));
    assert_eq!(machine.wanted(12, &rules), None, "the window is full");
    let renew = AckBatch { first: 0, last: 0, types: vec![AckType::Renew] };
    assert!(machine.acknowledge("anna", &[renew], &rules, 0).is_err());
    let accept = AckBatch { first: 0, last: 1, types: vec![AckType::Accept] };
    let happened = machine.acknowledge("anna", &[accept], &rules, 0).unwrap();
    assert!(happened.wake && happened.start_moved && happened.store);
    assert_eq!(machine.wanted(12, &rules), Some(6));
}
