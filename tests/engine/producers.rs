//! Idempotent producers and transactions in one log, against a simple model: random operations, reopening, crashes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use bytes::Bytes;
use millpond::codec::{BatchBuilder, EndMarker, ProducerStamp, add_to_sequence};
use millpond::log::{
    AppendOutcome, AppendRequest, LogError, Partition, PartitionOptions, ProducerError, Store, StoreOptions, Sync,
};
use millpond::model::{Compression, NewRecord, Offset};
use proptest::prelude::*;
use tempfile::TempDir;

const WAL: AppendRequest =
    AppendRequest { sync: Sync::Wal, leader_epoch: 0, log_append_time: None, begins_at_zero: false };

fn store() -> Store {
    Store::start(StoreOptions { writer_threads: 1, ..StoreOptions::default() }).unwrap()
}

fn batch(producer_id: i64, producer_epoch: i16, base_sequence: i32, records: i32, transactional: bool) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::None, usize::MAX);
    for _ in 0..records {
        assert!(builder.push(&NewRecord { value: Some("v".into()), ..NewRecord::default() }, 7));
    }
    builder.build(ProducerStamp { producer_id, producer_epoch, base_sequence, transactional }).unwrap()
}

fn queue(log: &Partition, batch: Bytes) -> mpsc::Receiver<Result<AppendOutcome, LogError>> {
    let (done, outcome) = mpsc::channel();
    log.append(batch, WAL, move |result| done.send(result).unwrap());
    outcome
}

fn append(log: &Partition, batch: Bytes) -> Result<AppendOutcome, LogError> {
    queue(log, batch).recv().unwrap()
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// `from` is added to the sequence that is next, `epoch` to the epoch that is known.
    Append {
        id: i64,
        epoch: i16,
        from: i32,
        records: i32,
        transactional: bool,
    },
    /// The batch that was the `back`-th last.
    Again {
        id: i64,
        back: usize,
    },
    End {
        id: i64,
        epoch: i16,
        committed: bool,
    },
    Plain {
        records: i32,
    },
    Read {
        from: f64,
        max_bytes: usize,
    },
    Trim {
        before: f64,
    },
    Reopen,
    Crash,
}

fn any_step() -> impl Strategy<Value = Step> {
    let epoch = prop_oneof![12 => Just(0i16), 1 => Just(1), 1 => Just(-1)];
    let from = prop_oneof![12 => Just(0i32), 1 => Just(1), 1 => Just(-3), 1 => Just(100)];
    prop_oneof![
        12 => (0i64..3, epoch.clone(), from, 1i32..4, any::<bool>())
            .prop_map(|(id, epoch, from, records, transactional)| Step::Append { id, epoch, from, records, transactional }),
        3 => (0i64..3, 0usize..7).prop_map(|(id, back)| Step::Again { id, back }),
        5 => (0i64..3, epoch, any::<bool>()).prop_map(|(id, epoch, committed)| Step::End { id, epoch, committed }),
        2 => (1i32..3).prop_map(|records| Step::Plain { records }),
        4 => (0.0..=1.0, 0usize..1000).prop_map(|(from, max_bytes)| Step::Read { from, max_bytes }),
        1 => (0.0..=1.0).prop_map(|before| Step::Trim { before }),
        1 => Just(Step::Reopen),
        1 => Just(Step::Crash),
    ]
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    epoch: i16,
    sequence: i32,
    records: i32,
    base: Offset,
    transactional: bool,
}

#[derive(Debug, Default)]
struct Known {
    epoch: i16,
    /// All batches of the epoch.
    sent: Vec<Sent>,
    open: Option<Offset>,
}

impl Known {
    fn next(&self) -> i32 {
        self.sent.last().map_or(0, |last| add_to_sequence(last.sequence, last.records))
    }
}

/// What the log should be: everything, in the plainest form.
#[derive(Debug, Default)]
struct Model {
    start: Offset,
    end: Offset,
    /// Bounds of each batch.
    batches: Vec<(Offset, Offset)>,
    known: BTreeMap<i64, Known>,
    /// Producer, first offset, marker.
    aborted: Vec<(i64, Offset, Offset)>,
}

impl Model {
    fn push(&mut self, records: i32) -> Offset {
        let base = self.end;
        self.end += Offset::from(records);
        self.batches.push((base, self.end - 1));
        base
    }

    fn stable(&self) -> Offset {
        let open = self.known.values().filter_map(|known| known.open).min();
        open.map_or(self.end, |first| first.max(self.start))
    }

    /// The base offset that is answered, and whether it is a repetition; `None` where the batch is refused.
    fn append(
        &mut self,
        id: i64,
        epoch: i16,
        sequence: i32,
        records: i32,
        transactional: bool,
    ) -> Option<(Offset, bool)> {
        if let Some(known) = self.known.get(&id) {
            if epoch < known.epoch || (epoch > known.epoch && sequence != 0) {
                return None;
            }
            if epoch == known.epoch {
                let same = |sent: &&Sent| sent.sequence == sequence && sent.records == records;
                if let Some(again) = known.sent.iter().rev().take(5).find(same) {
                    return Some((again.base, true));
                }
                if sequence != known.next() {
                    return None;
                }
            }
            if known.open.is_some() && !transactional {
                return None;
            }
        }
        let base = self.push(records);
        let known = self.known.entry(id).or_insert_with(|| Known { epoch, ..Known::default() });
        if known.epoch != epoch {
            (known.epoch, known.sent) = (epoch, Vec::new());
        }
        known.sent.push(Sent { epoch, sequence, records, base, transactional });
        if transactional {
            known.open.get_or_insert(base);
        }
        Some((base, false))
    }

    fn end(&mut self, id: i64, epoch: i16, committed: bool) -> Option<Offset> {
        if self.known.get(&id).is_some_and(|known| epoch < known.epoch) {
            return None;
        }
        let marker = self.push(1);
        let known = self.known.entry(id).or_insert_with(|| Known { epoch, ..Known::default() });
        if known.epoch != epoch {
            (known.epoch, known.sent) = (epoch, Vec::new());
        }
        if let Some(first) = known.open.take().filter(|_| !committed) {
            self.aborted.push((id, first, marker));
        }
        Some(marker)
    }
}

struct Pair {
    folder: TempDir,
    store: Store,
    log: Arc<Partition>,
    model: Model,
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("0.sqlite")
}

fn open(path: &Path) -> (Store, Arc<Partition>) {
    let store = store();
    let log = store.open_partition(path, PartitionOptions { create: true }).unwrap();
    (store, log)
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, log) = open(&file_in(&folder));
        Self { folder, store, log, model: Model::default() }
    }

    fn at(&self, place: f64) -> Offset {
        self.model.start + ((self.model.end - self.model.start) as f64 * place) as i64
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Append { id, epoch, from, records, transactional } => {
                let known = self.model.known.get(&id);
                let epoch = (known.map_or(0, |known| known.epoch) + epoch).max(0);
                let next = known.filter(|known| known.epoch == epoch).map_or(0, Known::next);
                self.append(id, epoch, (next + from).max(0), records, transactional);
            }
            Step::Again { id, back } => {
                let sent = self.model.known.get(&id).and_then(|known| known.sent.iter().rev().nth(back)).copied();
                if let Some(sent) = sent {
                    self.append(id, sent.epoch, sent.sequence, sent.records, sent.transactional);
                }
            }
            Step::End { id, epoch, committed } => {
                let producer_epoch = (self.model.known.get(&id).map_or(0, |known| known.epoch) + epoch).max(0);
                let marker = EndMarker { producer_id: id, producer_epoch, coordinator_epoch: 0, committed };
                let stored = append(&self.log, marker.build(9)).ok().map(|outcome| outcome.base_offset);
                assert_eq!(stored, self.model.end(id, producer_epoch, committed));
            }
            Step::Plain { records } => {
                let stored = append(&self.log, batch(-1, -1, -1, records, false)).unwrap();
                assert_eq!(stored.base_offset, self.model.push(records));
            }
            Step::Read { from, max_bytes } => self.read(self.at(from), max_bytes),
            Step::Trim { before } => {
                let before = self.at(before);
                self.log.trim(before).unwrap();
                self.model.start = self.model.start.max(before);
            }
            Step::Reopen => {
                self.store.shutdown();
                (self.store, self.log) = open(&file_in(&self.folder));
            }
            Step::Crash => {
                let folder = tempfile::tempdir().unwrap();
                for suffix in ["", "-wal"] {
                    let name = format!("0.sqlite{suffix}");
                    // Before the first write there is no write-ahead log.
                    let _ = std::fs::copy(self.folder.path().join(&name), folder.path().join(&name));
                }
                (self.store, self.log) = open(&file_in(&folder));
                self.folder = folder;
            }
        }
        self.check();
    }

    fn append(&mut self, id: i64, epoch: i16, sequence: i32, records: i32, transactional: bool) {
        let stored = append(&self.log, batch(id, epoch, sequence, records, transactional));
        let stored = stored.map(|outcome| (outcome.base_offset, outcome.duplicate)).map_err(|error| {
            assert!(matches!(error, LogError::Producer(_)), "{error}");
        });
        assert_eq!(stored.ok(), self.model.append(id, epoch, sequence, records, transactional));
    }

    fn check(&self) {
        assert_eq!(self.log.range(), (self.model.start, self.model.end));
        assert_eq!(self.log.stable_offset(), self.model.stable());
        let known: Vec<_> = self.log.producers();
        let known = known.iter().map(|(id, known)| {
            let kept: Vec<_> = known.batches().iter().map(|b| (b.base_sequence, b.base_offset())).collect();
            (*id, known.epoch, known.transaction_start, kept)
        });
        let wanted = self.model.known.iter().map(|(id, known)| {
            let kept = known.sent.iter().skip(known.sent.len().saturating_sub(5));
            (*id, known.epoch, known.open, kept.map(|sent| (sent.sequence, sent.base)).collect::<Vec<_>>())
        });
        assert_eq!(known.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
    }

    fn read(&self, from: Offset, max_bytes: usize) {
        let read = self.log.read_committed(from, max_bytes, true).unwrap();
        let model = &self.model;
        assert_eq!((read.stable_offset, read.end_offset), (model.stable(), model.end));
        assert!(read.next <= model.stable().max(from));
        assert_eq!(read.pieces.is_empty(), from >= model.stable());
        let aborted: Vec<_> =
            read.aborted.iter().map(|one| (one.producer_id, one.first_offset, one.last_offset)).collect();
        let among =
            |(_, first, last): &&(i64, Offset, Offset)| !read.pieces.is_empty() && *last >= from && *first < read.next;
        assert_eq!(aborted, model.aborted.iter().filter(among).copied().collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_the_model(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut pair = Pair::new();
        for step in steps {
            pair.step(step);
        }
        pair.step(Step::Crash);
        for part in 0..=10 {
            pair.read(pair.at(f64::from(part) / 10.0), 500);
        }
    }
}

#[test]
fn a_snapshot_carries_what_no_batch_says_any_more() {
    let mut pair = Pair::new();
    pair.append(5, 3, 0, 2, false);
    pair.append(6, 0, 0, 1, true);
    for sequence in 0..1_100 {
        pair.append(1, 0, sequence, 1, false);
    }
    pair.check();
    let end = pair.model.end;
    pair.log.trim(end - 1).unwrap();
    pair.model.start = end - 1;
    for step in [Step::Crash, Step::Reopen] {
        pair.step(step);
        pair.append(5, 3, 0, 2, false);
        pair.append(5, 2, 2, 1, false);
    }
    assert_eq!(pair.log.stable_offset(), end - 1, "the open transaction began below the start");
}

#[test]
fn sequences_go_round() {
    let mut pair = Pair::new();
    pair.append(1, 0, i32::MAX - 1, 3, false);
    assert_eq!(pair.model.known[&1].next(), 1);
    pair.append(1, 0, 1, 1, false);
    pair.append(1, 0, i32::MAX - 1, 3, false);
    pair.step(Step::Crash);
    assert!(append(&pair.log, batch(1, 0, i32::MAX - 1, 3, false)).unwrap().duplicate);
}

#[test]
fn a_batch_that_is_refused_fails_those_that_were_sent_behind_it() {
    let pair = Pair::new();
    // All in the queue before the first is answered, as a producer with five requests in flight has them.
    let (good, gap) = (batch(1, 0, 0, 1, false), batch(1, 0, 2, 1, false));
    let waiting: Vec<_> = [good.clone(), gap, batch(1, 0, 3, 1, false), batch(1, 0, 1, 1, false), good]
        .map(|b| queue(&pair.log, b))
        .into();
    let outcomes: Vec<_> = waiting.into_iter().map(|outcome| outcome.recv().unwrap()).collect();
    assert_eq!(outcomes[0].as_ref().unwrap().base_offset, 0);
    for (at, found) in [(1, 2), (2, 3)] {
        let expected = ProducerError::OutOfOrder { producer_id: 1, epoch: 0, expected: 1, found };
        assert_eq!(outcomes[at], Err(LogError::Producer(expected)));
    }
    assert_eq!(outcomes[3].as_ref().unwrap().base_offset, 1);
    assert_eq!(outcomes[4].as_ref().map(|again| (again.base_offset, again.duplicate)), Ok((0, true)));
    assert_eq!(pair.log.end_offset(), 2);
}

#[test]
fn who_does_not_write_is_forgotten_unless_a_transaction_is_open() {
    let mut pair = Pair::new();
    pair.append(1, 0, 0, 1, false);
    pair.append(2, 0, 0, 1, true);
    pair.log.expire_producers(1_000, 500);
    pair.log.expire_producers(1_400, 500);
    assert_eq!(pair.log.producers().len(), 2);
    pair.log.expire_producers(1_500, 500);
    assert!(pair.log.producer(1).is_none() && pair.log.producer(2).is_some());
    pair.model.known.remove(&1);
    pair.append(1, 0, 40, 1, false);
    pair.check();
}

#[test]
fn a_file_of_the_first_layout_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(&folder);
    let (store, log) = open(&path);
    append(&log, batch(-1, -1, -1, 3, false)).unwrap();
    store.shutdown();
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "DROP TABLE producer; DROP TABLE aborted; DELETE FROM meta WHERE k='producers_upto'; PRAGMA user_version=1;",
    )
    .unwrap();
    drop(old);
    let (store, log) = open(&path);
    assert_eq!(log.read_committed(0, 1_000, true).unwrap().next, 3);
    append(&log, batch(4, 0, 0, 2, true)).unwrap();
    store.shutdown();
    let (_store, log) = open(&path);
    assert_eq!((log.stable_offset(), log.producer(4).unwrap().last_sequence()), (3, 1));
}
