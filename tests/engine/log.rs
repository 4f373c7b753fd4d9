//! The log against a simple model under random operations and reopening; damaged files, full disks, group commit.

mod model;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use bytes::{Bytes, BytesMut};
use millpond::codec::{self, BatchBuilder, BatchHeader, ProducerStamp, split_batches};
use millpond::log::{
    AppendOutcome, AppendRequest, LogError, Partition, PartitionOptions, ReadOutcome, Store, StoreOptions, Sync,
    WAL_BYTES_MAX,
};
use millpond::model::{Compression, NewRecord, Offset};
use tempfile::TempDir;

const CREATE: PartitionOptions = PartitionOptions { create: true };
const EXISTING: PartitionOptions = PartitionOptions { create: false };
const DURABLE: AppendRequest =
    AppendRequest { sync: Sync::Disk, leader_epoch: 0, log_append_time: None, begins_at_zero: false };

fn store() -> Store {
    Store::start(StoreOptions { writer_threads: 2, ..StoreOptions::default() }).unwrap()
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

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("topic-1").join("0.sqlite")
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

#[test]
fn the_write_ahead_log_stays_within_its_limit_also_where_a_crash_has_left_it_full() {
    const LIMIT: u64 = 16 << 20;
    assert_eq!(StoreOptions::default().wal_bytes_max, WAL_BYTES_MAX);
    let options = StoreOptions { wal_bytes_max: usize::try_from(LIMIT).unwrap(), ..StoreOptions::default() };
    let (folder, store) = (tempfile::tempdir().unwrap(), Store::start(options).unwrap());
    let path = file_in(&folder);
    let mebibyte = batch(&[1], 1 << 20);
    let unsynced = AppendRequest { sync: Sync::Wal, ..DURABLE };
    let largest = |path: &Path, appends: usize, stop_at: u64| {
        let log = store.open_partition(path, PartitionOptions { create: !path.exists() }).unwrap();
        let mut largest = 0;
        for _ in 0..appends {
            append(&log, mebibyte.clone(), unsynced).unwrap();
            largest = std::fs::metadata(path.with_extension("sqlite-wal")).unwrap().len().max(largest);
            if largest > stop_at {
                break;
            }
        }
        // The log goes on, as it would in a process that is killed.
        (largest, log)
    };
    // One commit, and what it takes beside its batch.
    let most = LIMIT + (2 << 20);
    let (found, _log) = largest(&path, 60, most);
    assert!(found <= most && found > LIMIT / 2, "{found} bytes");
    // Killed while it is nearly full.
    let full = folder.path().join("killed.sqlite");
    let (_, _full) = largest(&full, 60, LIMIT - (2 << 20));
    let copy = crashed(&full, &folder, |length| length);
    assert!(std::fs::metadata(copy.with_extension("sqlite-wal")).unwrap().len() > LIMIT / 2);
    let (found, _log) = largest(&copy, 60, most);
    assert!(found <= most, "{found} bytes after a crash");
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
