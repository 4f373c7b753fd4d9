//! The log against a simple model under random operations and reopening; damaged files, full disks, group commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use bytes::{Bytes, BytesMut};
use millpond::codec::{self, BatchBuilder, BatchHeader, ProducerStamp, split_batches};
use millpond::log::{
    AppendOutcome, AppendRequest, LogError, Partition, PartitionOptions, ReadOutcome, Store, StoreOptions, Sync,
};
use millpond::model::{Compression, NewRecord, Offset};
use proptest::prelude::*;
use tempfile::TempDir;

const CREATE: PartitionOptions = PartitionOptions { create: true };
const EXISTING: PartitionOptions = PartitionOptions { create: false };
const DURABLE: AppendRequest =
    AppendRequest { sync: Sync::Disk, leader_epoch: 0, log_append_time: None, begins_at_zero: false };

fn store() -> Store {
    Store::start(StoreOptions { writer_threads: 2, pages_max: None }).unwrap()
}

fn batch(timestamps: &[i64], value_bytes: usize) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::None, usize::MAX);
    for timestamp in timestamps {
        let value = Some(Bytes::from(vec![b'v'; value_bytes]));
        assert!(builder.push(&NewRecord { value, ..NewRecord::default() }, *timestamp));
    }
    builder.build(ProducerStamp::NONE).unwrap()
}

fn append(log: &Partition, batches: Bytes, request: AppendRequest) -> Result<AppendOutcome, LogError> {
    let (done, outcome) = mpsc::channel();
    log.append(batches, request, move |result| done.send(result).unwrap());
    outcome.recv().unwrap()
}

fn batches_of(read: &ReadOutcome) -> Vec<Bytes> {
    read.pieces.iter().cloned().flat_map(split_batches).map(|batch| batch.unwrap().1).collect()
}

fn read_all(log: &Partition) -> Vec<Bytes> {
    let mut batches = Vec::new();
    let (mut from, end) = log.range();
    while from < end {
        let read = log.read(from, 100_000, true).unwrap();
        assert!(read.next > from, "a read goes on");
        from = read.next;
        batches.extend(batches_of(&read));
    }
    batches
}

// ---- the model

#[derive(Debug, Clone)]
enum Step {
    Append { batches: Vec<(Vec<i64>, usize)>, sync: Sync, log_append_time: Option<i64>, epoch: i32 },
    Read { from: f64, max_bytes: usize, at_least_one: bool },
    Trim { before: f64 },
    Retain { now: i64, ms: Option<i64>, bytes: Option<i64> },
    Time { timestamp: i64 },
    Headers { from: f64, to: f64, limit: usize },
    Reopen,
}

fn any_step() -> impl Strategy<Value = Step> {
    let one_batch = (prop::collection::vec(0i64..1000, 1..6), prop_oneof![Just(10usize), Just(3000), Just(30_000)]);
    let sync = prop::sample::select(vec![Sync::None, Sync::Wal, Sync::Disk]);
    let place = 0.0..=1.0;
    prop_oneof![
        6 => (prop::collection::vec(one_batch, 1..4), sync, prop::option::weighted(0.2, 0i64..1000), 0i32..4).prop_map(
            |(batches, sync, log_append_time, epoch)| Step::Append { batches, sync, log_append_time, epoch }
        ),
        3 => (place.clone(), 0usize..200_000, any::<bool>()).prop_map(|(from, max_bytes, at_least_one)| Step::Read {
            from,
            max_bytes,
            at_least_one
        }),
        1 => place.clone().prop_map(|before| Step::Trim { before }),
        1 => (0i64..1500, prop::option::of(0i64..1000), prop::option::of(0i64..300_000))
            .prop_map(|(now, ms, bytes)| Step::Retain { now, ms, bytes }),
        2 => (0i64..1100).prop_map(|timestamp| Step::Time { timestamp }),
        1 => (place.clone(), place, 0usize..10).prop_map(|(from, to, limit)| Step::Headers { from, to, limit }),
        1 => Just(Step::Reopen),
    ]
}

#[derive(Debug, Clone)]
struct Stored {
    header: BatchHeader,
    timestamps: Vec<i64>,
    data: Bytes,
}

#[derive(Debug, Default)]
struct Model {
    start: Offset,
    end: Offset,
    batches: Vec<Stored>,
    epochs: Vec<(i32, Offset)>,
}

impl Model {
    fn append(&mut self, batches: &[(Vec<i64>, usize)], time: Option<i64>, epoch: i32) -> (Bytes, AppendOutcome) {
        let (base_offset, mut sent) = (self.end, BytesMut::new());
        for (timestamps, value_bytes) in batches {
            let data = batch(timestamps, *value_bytes);
            sent.extend_from_slice(&data);
            let mut data = BytesMut::from(&data[..]);
            codec::assign(&mut data, self.end, epoch);
            let mut timestamps = timestamps.clone();
            if let Some(now) = time {
                codec::set_log_append_time(&mut data, now);
                timestamps.fill(now);
            }
            let data = data.freeze();
            let header = codec::verify(&data).unwrap();
            self.end = header.last_offset() + 1;
            self.batches.push(Stored { header, timestamps, data });
        }
        if self.epochs.last().is_none_or(|(last, _)| *last < epoch) {
            self.epochs.push((epoch, base_offset));
        }
        let last_offset = self.end - 1;
        let log_start_offset = self.start;
        let log_append_time = time;
        let (duplicate, shared) = (false, 1);
        let outcome = AppendOutcome { base_offset, last_offset, log_append_time, log_start_offset, duplicate, shared };
        (sent.freeze(), outcome)
    }

    fn trim(&mut self, before: Offset) {
        self.start = self.start.max(before);
        self.batches.retain(|b| b.header.last_offset() >= self.start);
    }

    fn read(&self, from: Offset, max_bytes: usize, at_least_one: bool) -> ReadOutcome {
        let (mut pieces, mut next, mut bytes) = (Vec::new(), from, 0);
        for stored in self.batches.iter().filter(|b| b.header.last_offset() >= from) {
            bytes += stored.data.len();
            if bytes > max_bytes && !(at_least_one && pieces.is_empty()) {
                break;
            }
            pieces.push(stored.data.clone());
            next = stored.header.last_offset() + 1;
        }
        let (start_offset, end_offset, stable_offset) = (self.start, self.end, self.end);
        ReadOutcome { pieces, next, start_offset, end_offset, stable_offset, aborted: Vec::new() }
    }

    fn retain(&mut self, now: i64, ms: Option<i64>, bytes: Option<i64>) {
        let mut left = self.bytes() as i64;
        let mut until = self.start;
        for stored in &self.batches {
            left -= stored.data.len() as i64;
            let old = ms.is_some_and(|ms| stored.header.max_timestamp < now - ms);
            if !old && bytes.is_none_or(|bytes| left < bytes) {
                break;
            }
            until = stored.header.last_offset() + 1;
        }
        self.trim(until);
    }

    fn records(&self) -> impl Iterator<Item = (Offset, i64)> {
        let all = self.batches.iter().flat_map(|b| {
            b.timestamps.iter().enumerate().map(|(index, ts)| (b.header.base_offset + index as i64, *ts))
        });
        all.filter(|(offset, _)| *offset >= self.start)
    }

    fn newest(&self) -> Option<(Offset, i64)> {
        let max = self.batches.iter().map(|b| b.header.max_timestamp).max()?;
        let batch = self.batches.iter().find(|b| b.header.max_timestamp == max)?;
        let inside = self
            .records()
            .find(|(o, ts)| *ts == max && (batch.header.base_offset..=batch.header.last_offset()).contains(o));
        Some(inside.unwrap_or((batch.header.base_offset.max(self.start), max)))
    }

    fn bytes(&self) -> u64 {
        self.batches.iter().map(|b| b.data.len() as u64).sum()
    }

    /// An offset between start and end.
    fn at(&self, place: f64) -> Offset {
        self.start + ((self.end - self.start) as f64 * place) as i64
    }
}

struct Pair {
    folder: TempDir,
    store: Store,
    log: Arc<Partition>,
    model: Model,
}

impl Pair {
    fn new() -> Self {
        let (folder, store) = (tempfile::tempdir().unwrap(), store());
        let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
        Self { folder, store, log, model: Model::default() }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Append { batches, sync, log_append_time, epoch } => {
                let epoch = self.model.epochs.last().map_or(*epoch, |(last, _)| *epoch.max(last));
                let (sent, expected) = self.model.append(batches, *log_append_time, epoch);
                let request =
                    AppendRequest { sync: *sync, leader_epoch: epoch, log_append_time: *log_append_time, ..DURABLE };
                assert_eq!(append(&self.log, sent, request).unwrap(), expected);
            }
            Step::Read { from, max_bytes, at_least_one } => {
                let from = self.model.at(*from);
                let expected = self.model.read(from, *max_bytes, *at_least_one);
                let read = self.log.read(from, *max_bytes, *at_least_one).unwrap();
                assert_eq!(ReadOutcome { pieces: batches_of(&read), ..read }, expected);
            }
            Step::Trim { before } => {
                self.model.trim(self.model.at(*before));
                assert_eq!(self.log.trim(self.model.start).unwrap(), self.model.start);
            }
            Step::Retain { now, ms, bytes } => {
                let before = (self.model.batches.len() as u64, self.model.bytes());
                self.model.retain(*now, *ms, *bytes);
                let retained = self.log.retain(*now, *ms, *bytes).unwrap();
                let after = (self.model.batches.len() as u64, self.model.bytes());
                assert_eq!((retained.batches, retained.bytes), (before.0 - after.0, before.1 - after.1));
            }
            Step::Time { timestamp } => {
                let expected = self.model.records().find(|(_, ts)| ts >= timestamp);
                assert_eq!(self.log.offset_for_time(*timestamp).unwrap(), expected);
                assert_eq!(self.log.offset_of_max_timestamp().unwrap(), self.model.newest());
            }
            Step::Headers { from, to, limit } => self.check_headers(self.model.at(*from), self.model.at(*to), *limit),
            Step::Reopen => {
                self.log.close().unwrap();
                self.log = self.store.open_partition(&file_in(&self.folder), EXISTING).unwrap();
            }
        }
        self.check_ends();
    }

    fn check_headers(&self, from: Offset, to: Offset, limit: usize) {
        let spans = self.log.headers(from, to, limit).unwrap();
        let inside = |b: &&Stored| from < to && b.header.last_offset() >= from && b.header.base_offset < to;
        let expected = self.model.batches.iter().filter(inside).take(limit);
        for (span, stored) in spans.iter().zip(expected.clone()) {
            assert_eq!((span.base_offset, span.last_offset), (stored.header.base_offset, stored.header.last_offset()));
            assert_eq!((span.bytes, span.max_timestamp), (stored.data.len(), stored.header.max_timestamp));
            assert_eq!(span.record_count, stored.header.record_count);
        }
        assert_eq!(spans.len(), expected.count());
    }

    fn check_ends(&self) {
        assert_eq!(self.log.range(), (self.model.start, self.model.end));
        assert_eq!(self.log.size_bytes(), self.model.bytes());
        assert_eq!(self.log.batch_count(), self.model.batches.len() as u64);
        assert_eq!(self.log.leader_epochs(), self.model.epochs);
        assert_eq!(self.log.max_timestamp().is_none(), self.model.batches.is_empty());
    }
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("topic-1").join("0.sqlite")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_the_model(steps in prop::collection::vec(any_step(), 1..40)) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.step(step);
        }
        let expected: Vec<Bytes> = pair.model.batches.iter().map(|b| b.data.clone()).collect();
        prop_assert_eq!(read_all(&pair.log), expected.clone());
        pair.step(&Step::Reopen);
        prop_assert_eq!(read_all(&pair.log), expected);
    }
}

// ---- group commit

#[test]
fn every_append_of_a_group_is_acknowledged_with_its_own_offsets() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    let (done, outcomes) = mpsc::channel();
    let (woken, ends) = mpsc::channel();
    log.on_append(move |end| woken.send(end).unwrap());
    std::thread::scope(|scope| {
        for producer in 0..8i64 {
            let (log, done) = (log.clone(), done.clone());
            scope.spawn(move || {
                for index in 0..50 {
                    let sync = if index % 2 == 0 { Sync::Disk } else { Sync::Wal };
                    let done = done.clone();
                    let request = AppendRequest { sync, ..DURABLE };
                    log.append(batch(&[producer], 20), request, move |r| done.send((producer, r.unwrap())).unwrap());
                }
            });
        }
    });
    drop(done);
    let mut acknowledged: Vec<(i64, AppendOutcome)> = outcomes.iter().collect();
    acknowledged.sort_by_key(|(_, outcome)| outcome.base_offset);
    assert_eq!(acknowledged.len(), 400);
    let stored = read_all(&log);
    for (offset, (producer, outcome)) in acknowledged.iter().enumerate() {
        assert_eq!((outcome.base_offset, outcome.last_offset), (offset as i64, offset as i64));
        assert_eq!(BatchHeader::parse(&stored[offset]).unwrap().max_timestamp, *producer);
    }
    let ends: Vec<Offset> = ends.try_iter().collect();
    assert!(ends.is_sorted() && ends.last() == Some(&400));
    assert!(ends.len() < 400, "some shared a commit");
}

#[test]
fn an_unusable_append_fails_alone() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    let cut = batch(&[1], 100);
    let cut = cut.slice(..cut.len() - 1);
    assert!(matches!(append(&log, cut, DURABLE), Err(LogError::Batch(_))));
    assert!(matches!(append(&log, Bytes::new(), DURABLE), Err(LogError::Batch(_))));
    assert_eq!(append(&log, batch(&[1], 100), DURABLE).unwrap().base_offset, 0);
}

#[test]
fn reads_outside_the_log_say_what_it_holds() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    append(&log, batch(&[1, 2, 3, 4], 10), DURABLE).unwrap();
    assert_eq!(log.trim(2).unwrap(), 2);
    let outside = |requested| Err(LogError::OutOfRange { requested, start: 2, end: 4 });
    assert_eq!(log.read(1, 100, true), outside(1));
    assert_eq!(log.read(5, 100, true), outside(5));
    assert_eq!(log.trim(5), Err(LogError::OutOfRange { requested: 5, start: 2, end: 4 }));
    assert_eq!(log.read(4, 100, true).unwrap().pieces.len(), 0);
    assert_eq!(log.read(3, 100, true).unwrap().pieces.len(), 1, "the whole batch around an offset");
    assert_eq!(log.trim(-1).unwrap(), 4);
    assert_eq!((log.batch_count(), log.size_bytes(), log.max_timestamp()), (0, 0, None));
    assert_eq!(append(&log, batch(&[5], 10), DURABLE).unwrap().base_offset, 4);
}

#[test]
fn what_was_read_ahead_is_given_from_memory_once() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    for time in 0..3 {
        append(&log, batch(&[time, time], 100), DURABLE).unwrap();
    }
    assert!(!log.wants_read_ahead(0, 1_000), "all of it is in memory");
    log.close().unwrap();
    let log = store.open_partition(&file_in(&folder), EXISTING).unwrap();
    assert!(log.wants_read_ahead(2, 1_000) && !log.wants_read_ahead(6, 1_000));
    let from_memory = || log.read_in_memory(2, 1_000, true, false).map(Result::unwrap);
    assert_eq!(from_memory(), None);
    log.read_ahead(2, 1_000);
    let read = from_memory().unwrap();
    assert_eq!((read.next, &read), (6, &log.read(2, 1_000, true).unwrap()));
    assert_eq!(from_memory(), None);
}

#[test]
fn an_emptied_log_gives_its_disk_back_and_goes_on() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    for _ in 0..600 {
        log.append(batch(&[1], 10_000), AppendRequest { sync: Sync::Wal, ..DURABLE }, |r| assert!(r.is_ok()));
    }
    append(&log, batch(&[1], 10), DURABLE).unwrap();
    log.trim(-1).unwrap();
    log.close().unwrap();
    let log = store.open_partition(&file_in(&folder), EXISTING).unwrap();
    assert_eq!(append(&log, batch(&[1], 10), DURABLE).unwrap().base_offset, 601);
    log.trim(-1).unwrap();
    // Sweeping and giving back is queued behind the trim, and the next trim behind those.
    let swept = (0..1000).any(|_| {
        log.trim(-1).unwrap();
        log.disk_bytes() < 1_000_000
    });
    assert!(swept, "{} bytes are still on disk", log.disk_bytes());
}

// ---- what goes wrong

#[test]
fn a_full_disk_fails_the_append_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::start(StoreOptions { pages_max: Some(40), ..StoreOptions::default() }).unwrap();
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    let large = || batch(&[1], 50_000);
    let mut stored = 0;
    let full = loop {
        match append(&log, large(), DURABLE) {
            Ok(outcome) => {
                assert_eq!(outcome.base_offset, stored);
                stored += 1;
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(&full, LogError::Full { why, .. } if !why.is_empty()), "{full}");
    assert!(stored >= 2);
    assert_eq!((log.end_offset(), read_all(&log).len() as i64), (stored, stored));
    assert!(append(&log, large(), DURABLE).is_err());
    // Room is made, and the next offset is the one that failed.
    log.trim(stored - 1).unwrap();
    let again = (0..100).find_map(|_| append(&log, large(), DURABLE).ok()).unwrap();
    assert_eq!(again.base_offset, stored);
}

fn written(folder: &TempDir) -> PathBuf {
    let (store, path) = (store(), file_in(folder));
    let log = store.open_partition(&path, CREATE).unwrap();
    for timestamp in 0..20 {
        append(&log, batch(&[timestamp], 9_000), DURABLE).unwrap();
    }
    path
}

fn assert_damaged_and_untouched(path: &Path, word: &str) {
    let before = std::fs::read(path).unwrap();
    let names = |path: &Path| std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    let files = names(path);
    let store = store();
    for options in [EXISTING, CREATE] {
        match store.open_partition(path, options).unwrap_err() {
            LogError::Damaged { path: named, why } => {
                assert_eq!(named, path);
                assert!(why.contains(word), "{why}");
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!((std::fs::read(path).unwrap(), names(path)), (before, files), "nothing was touched");
}

#[test]
fn damaged_files_are_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let whole = std::fs::read(&path).unwrap();
    for left in [0, 50, 8192, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..left]).unwrap();
        assert_damaged_and_untouched(&path, "cut short");
    }
    std::fs::write(&path, "a text that somebody put here ".repeat(100)).unwrap();
    assert_damaged_and_untouched(&path, "not a SQLite file");
    std::fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE t(x); INSERT INTO t VALUES(1);").unwrap();
    assert_damaged_and_untouched(&path, "another program");
    let mut trashed = whole.clone();
    trashed[100..].fill(0xa5);
    std::fs::write(&path, &trashed).unwrap();
    assert_damaged_and_untouched(&path, "");
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(store().open_partition(&path, EXISTING).unwrap().end_offset(), 20);
}

#[test]
fn a_missing_file_is_damage_unless_it_may_be_created() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let missing = store.open_partition(&file_in(&folder), EXISTING).unwrap_err();
    assert!(matches!(&missing, LogError::Damaged { why, .. } if why.contains("missing")), "{missing}");
    assert!(!file_in(&folder).exists());
    store.open_partition(&file_in(&folder), CREATE).unwrap();
    // A name that means something in a URI.
    let odd = folder.path().join("a b%20?c#d").join("0.sqlite");
    store.open_partition(&odd, CREATE).unwrap();
    assert_eq!(store.open_partition(&odd, EXISTING).unwrap().range(), (0, 0));
}

#[test]
fn broken_pages_are_reported_by_the_read_that_meets_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder);
    let mut bytes = std::fs::read(&path).unwrap();
    let leaf = bytes.chunks(8192).rposition(|page| page[0] == 13).unwrap();
    bytes[leaf * 8192..leaf * 8192 + 40].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let store = store();
    let outcome = store.open_partition(&path, EXISTING).and_then(|log| log.read(0, usize::MAX, true));
    assert!(matches!(outcome, Err(LogError::Damaged { .. })), "{outcome:?}");
}

// ---- the end of the process at any moment

/// The files as a process that ends now would leave them, the write-ahead log cut where `keep` says.
fn crashed(path: &Path, folder: &TempDir, keep: impl Fn(usize) -> usize) -> PathBuf {
    let copy = folder.path().join("crashed").join("0.sqlite");
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    std::fs::copy(path, &copy).unwrap();
    let wal = std::fs::read(path.with_extension("sqlite-wal")).unwrap();
    std::fs::write(copy.with_extension("sqlite-wal"), &wal[..keep(wal.len())]).unwrap();
    copy
}

#[test]
fn what_was_acknowledged_is_there_without_a_clean_end() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    for timestamp in 0..30 {
        append(&log, batch(&[timestamp], 5_000), AppendRequest { sync: Sync::Wal, ..DURABLE }).unwrap();
    }
    log.trim(3).unwrap();
    let copy = crashed(&file_in(&folder), &folder, |length| length);
    let again = store.open_partition(&copy, EXISTING).unwrap();
    assert_eq!((again.range(), again.size_bytes()), (log.range(), log.size_bytes()));
    assert_eq!(read_all(&again), read_all(&log));
    assert_eq!(append(&again, batch(&[1], 10), DURABLE).unwrap().base_offset, 30);
}

#[test]
fn a_torn_write_ahead_log_leaves_a_prefix() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    for timestamp in 0..20 {
        append(&log, batch(&[timestamp], 5_000), AppendRequest { sync: Sync::Wal, ..DURABLE }).unwrap();
    }
    let whole = read_all(&log);
    for percent in [0, 13, 50, 77, 99] {
        let copy = crashed(&file_in(&folder), &folder, |length| length * percent / 100);
        let again = store.open_partition(&copy, EXISTING).unwrap();
        let left = read_all(&again);
        assert_eq!(left, whole[..left.len()], "cut at {percent} %");
        assert!(left.len() < whole.len());
        let next = append(&again, batch(&[1], 10), DURABLE).unwrap().base_offset;
        assert_eq!(next, left.len() as i64);
        again.delete().unwrap();
    }
}

#[test]
fn the_write_ahead_log_of_synced_appends_begins_anew_early() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    let mebibyte = batch(&[1], 1 << 20);
    for _ in 0..80 {
        append(&log, mebibyte.clone(), DURABLE).unwrap();
    }
    let wal = std::fs::metadata(file_in(&folder).with_extension("sqlite-wal")).unwrap().len();
    assert!(wal < 48 << 20, "{wal} bytes");
}

// ---- closing

#[test]
fn what_is_closed_or_shut_down_says_so() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let log = store.open_partition(&file_in(&folder), CREATE).unwrap();
    append(&log, batch(&[1], 10), DURABLE).unwrap();
    log.close().unwrap();
    let closed = |r: Result<(), LogError>| assert!(matches!(r, Err(LogError::Closed { .. })), "{r:?}");
    closed(append(&log, batch(&[1], 10), DURABLE).map(drop));
    closed(log.offset_for_time(0).map(drop));
    closed(log.trim(0).map(drop));
    closed(log.close());
    let log = store.open_partition(&file_in(&folder), EXISTING).unwrap();
    let (done, outcomes) = mpsc::channel();
    for _ in 0..100 {
        let done = done.clone();
        log.append(batch(&[1], 10), DURABLE, move |r| done.send(r.is_ok()).unwrap());
    }
    store.shutdown();
    drop(done);
    assert_eq!(outcomes.iter().filter(|ok| *ok).count(), 100, "what was queued is written first");
    closed(append(&log, batch(&[1], 10), DURABLE).map(drop));
    assert!(!file_in(&folder).with_extension("sqlite-wal").exists());
}

#[test]
fn a_deleted_log_leaves_no_file() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let path = file_in(&folder);
    let log = store.open_partition(&path, CREATE).unwrap();
    append(&log, batch(&[1], 10), DURABLE).unwrap();
    log.offset_for_time(0).unwrap();
    log.delete().unwrap();
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
}

#[test]
fn more_partitions_than_open_files_keep_working() {
    let (folder, store) = (tempfile::tempdir().unwrap(), store());
    let logs: Vec<_> = (0..100)
        .map(|index| store.open_partition(&folder.path().join(format!("{index}.sqlite")), CREATE).unwrap())
        .collect();
    let relaxed = AppendRequest { sync: Sync::Wal, ..DURABLE };
    for round in 0..2 {
        for log in &logs {
            assert_eq!(append(log, batch(&[1], 10), relaxed).unwrap().base_offset, round);
        }
    }
    for log in &logs {
        assert_eq!(log.offset_for_time(0).unwrap(), Some((0, 1)));
        assert_eq!(read_all(log).len(), 2);
    }
    #[cfg(target_os = "linux")]
    assert!(std::fs::read_dir("/proc/self/fd").unwrap().count() < 900);
}
