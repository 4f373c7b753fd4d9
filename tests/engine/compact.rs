//! Compaction of one log against a simple model: random keys, tombstones, transactions, reopening; horizons by a clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;

use bytes::Bytes;
use millpond::codec::{BatchBuilder, BatchHeader, EndMarker, ProducerStamp, decode_records, split_batches, verify};
use millpond::log::{AppendRequest, CompactRequest, Compacted, Partition, PartitionOptions, Store, StoreOptions, Sync};
use millpond::model::{Compression, NewRecord, Offset};
use proptest::prelude::*;

const WAL: AppendRequest =
    AppendRequest { sync: Sync::Wal, leader_epoch: 0, log_append_time: None, begins_at_zero: false };
const NOW: CompactRequest = CompactRequest {
    now: 1_000_000,
    min_lag_ms: 0,
    max_lag_ms: i64::MAX,
    dirty_ratio: 0.5,
    delete_retention_ms: 1_000,
    forced: true,
};

type Stored = (Offset, Option<Bytes>, Option<Bytes>);

fn store() -> Store {
    Store::start(StoreOptions { writer_threads: 1, ..StoreOptions::default() }).unwrap()
}

fn open(store: &Store, path: &Path) -> Arc<Partition> {
    store.open_partition(path, PartitionOptions { create: !path.exists() }).unwrap()
}

fn append(log: &Partition, batch: Bytes) {
    let (done, outcome) = mpsc::channel();
    log.append(batch, WAL, move |result| done.send(result).unwrap());
    outcome.recv().unwrap().unwrap();
}

fn batch(records: &[(u8, Option<u8>)], compression: Compression, stamp: ProducerStamp, now: i64) -> Bytes {
    let mut builder = BatchBuilder::new(compression, usize::MAX);
    for (key, value) in records {
        let value = value.map(|value| Bytes::from(vec![value; 30]));
        assert!(builder.push(&NewRecord { key: Some(vec![*key].into()), value, ..NewRecord::default() }, now));
    }
    builder.build(stamp).unwrap()
}

fn plain(log: &Partition, records: &[(u8, Option<u8>)]) {
    append(log, batch(records, Compression::None, ProducerStamp::NONE, 5));
}

fn compact(log: &Partition, request: &CompactRequest) -> Option<Compacted> {
    log.compact(request, &|| false).unwrap()
}

fn batches(log: &Partition) -> Vec<Bytes> {
    let (mut from, end) = log.range();
    let mut all = Vec::new();
    while from < end {
        // Small, so that a read often ends at a hole.
        let read = log.read(from, 300, true).unwrap();
        assert!(read.next > from, "a read goes on");
        from = read.next;
        all.extend(read.pieces.into_iter().flat_map(split_batches).map(|batch| batch.unwrap().1));
    }
    let bytes: usize = all.iter().map(Bytes::len).sum();
    assert_eq!(
        (log.size_bytes(), log.batch_count()),
        (bytes as u64, all.len() as u64),
        "what is said and what is there"
    );
    all
}

/// All records, control batches left out.
fn records(log: &Partition) -> Vec<Stored> {
    let mut all = Vec::new();
    for batch in batches(log) {
        if verify(&batch).unwrap().is_control() {
            continue;
        }
        let records = decode_records(&batch, 0, usize::MAX).unwrap();
        all.extend(records.map(|record| record.map(|r| (r.offset, r.key, r.value)).unwrap()));
    }
    assert!(all.is_sorted_by(|a, b| a.0 < b.0), "offsets rise");
    all
}

#[derive(Debug, Clone)]
enum Step {
    Plain { records: Vec<(u8, Option<u8>)>, compression: Compression },
    Transaction { id: i64, records: Vec<(u8, Option<u8>)>, committed: bool },
    Compact { later: i64 },
    Trim { share: f64 },
    Reopen,
}

fn any_step() -> impl Strategy<Value = Step> {
    let records = || prop::collection::vec((0u8..6, prop::option::weighted(0.8, any::<u8>())), 1..5);
    let compression = prop::sample::select(Compression::ALL.to_vec());
    prop_oneof![
        8 => (records(), compression).prop_map(|(records, compression)| Step::Plain { records, compression }),
        3 => (0i64..2, records(), any::<bool>())
            .prop_map(|(id, records, committed)| Step::Transaction { id, records, committed }),
        3 => (0i64..2_000).prop_map(|later| Step::Compact { later }),
        1 => (0.0..0.6).prop_map(|share| Step::Trim { share }),
        1 => Just(Step::Reopen),
    ]
}

/// What a reader of committed records finds as the newest of each key; tombstones are the same as nothing.
fn newest(records: &[Stored]) -> BTreeMap<Bytes, (Offset, Bytes)> {
    let mut newest = BTreeMap::new();
    for (offset, key, value) in records {
        let key = key.clone().unwrap();
        match value {
            Some(value) => newest.insert(key, (*offset, value.clone())),
            None => newest.remove(&key),
        };
    }
    newest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Whatever was appended, trimmed and reopened: the newest value of each key survives at its offset, offsets and
    /// bytes of what stays never change, aborted records are gone, and sizes are what can be read.
    #[test]
    fn the_newest_of_each_key_survives(steps in prop::collection::vec(any_step(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0.sqlite");
        let mut store = store();
        let mut log = open(&store, &path);
        let mut committed: Vec<Stored> = Vec::new();
        let mut sequences = [0; 2];
        let mut now = NOW.now;
        for step in steps {
            let end = log.end_offset();
            let expected = |records: &[(u8, Option<u8>)]| -> Vec<Stored> {
                records.iter().enumerate().map(|(index, (key, value))| {
                    (end + index as i64, Some(vec![*key].into()), value.map(|value| vec![value; 30].into()))
                }).collect()
            };
            match step {
                Step::Plain { records, compression } => {
                    append(&log, batch(&records, compression, ProducerStamp::NONE, now));
                    committed.extend(expected(&records));
                }
                Step::Transaction { id, records, committed: commit } => {
                    let base_sequence = sequences[id as usize];
                    sequences[id as usize] += records.len() as i32;
                    let stamp =
                        ProducerStamp { producer_id: id, producer_epoch: 0, base_sequence, transactional: true };
                    append(&log, batch(&records, Compression::None, stamp, now));
                    append(&log, EndMarker { producer_id: id, producer_epoch: 0, coordinator_epoch: 0, committed: commit }.build(now));
                    if commit {
                        committed.extend(expected(&records));
                    }
                }
                Step::Compact { later } => {
                    now += later;
                    compact(&log, &CompactRequest { now, ..NOW });
                    let last = batches(&log).last().map(|batch| BatchHeader::parse(batch).unwrap().base_offset);
                    let cleaned = last.unwrap_or(0);
                    let mut seen = BTreeMap::new();
                    for (offset, key, _) in records(&log).into_iter().filter(|(offset, ..)| *offset < cleaned) {
                        prop_assert_eq!(seen.insert(key, offset), None, "one record a key");
                    }
                }
                Step::Trim { share } => {
                    let (start, end) = log.range();
                    let before = start + ((end - start) as f64 * share) as i64;
                    log.trim(before).unwrap();
                    committed.retain(|(offset, ..)| *offset >= before);
                }
                Step::Reopen => {
                    log.close().unwrap();
                    store = self::store();
                    log = open(&store, &path);
                }
            }
            let start = log.start_offset();
            let there = records(&log);
            let read: Vec<Stored> = there.iter().filter(|one| one.0 >= start && committed.contains(one)).cloned().collect();
            prop_assert_eq!(newest(&read), newest(&committed));
            prop_assert_eq!(log.end_offset() >= end, true);
        }
        drop(store);
    }
}

#[test]
fn a_tombstone_and_a_marker_go_after_their_horizon() {
    let folder = tempfile::tempdir().unwrap();
    let (store, path) = (store(), folder.path().join("0.sqlite"));
    let log = open(&store, &path);
    let stamp = ProducerStamp { producer_id: 4, producer_epoch: 0, base_sequence: 0, transactional: true };
    plain(&log, &[(1, Some(1)), (2, Some(2))]);
    plain(&log, &[(1, None)]);
    append(&log, batch(&[(9, Some(9))], Compression::None, stamp, 5));
    append(&log, EndMarker { producer_id: 4, producer_epoch: 0, coordinator_epoch: 0, committed: false }.build(5));
    plain(&log, &[(3, Some(3))]);
    let kept =
        |log: &Partition| batches(log).iter().map(|b| BatchHeader::parse(b).unwrap().last_offset()).collect::<Vec<_>>();

    let first = compact(&log, &NOW).unwrap();
    assert_eq!((first.records_removed, first.batches_removed, first.more), (2, 1, false));
    assert_eq!(kept(&log), [1, 2, 4, 5], "the tombstone and the marker stay for who reads behind");
    assert_eq!(log.read_committed(0, usize::MAX, true).unwrap().aborted.len(), 1);
    // The second pass finds the marker without its records, and only now its time begins.
    assert!(compact(&log, &NOW).is_some());
    assert!(compact(&log, &CompactRequest { now: NOW.now + 999, ..NOW }).is_some());
    assert_eq!(kept(&log), [1, 2, 4, 5]);
    compact(&log, &CompactRequest { now: NOW.now + 1_000, ..NOW }).unwrap();
    assert_eq!(kept(&log), [1, 5]);
    assert_eq!(log.read_committed(0, usize::MAX, true).unwrap().aborted, [], "no marker, no aborted transaction");
    // Its producer goes on where it was, also after a restart.
    log.close().unwrap();
    let store = self::store();
    let log = open(&store, &path);
    assert_eq!(kept(&log), [1, 5]);
    append(&log, batch(&[(9, Some(9))], Compression::None, ProducerStamp { base_sequence: 1, ..stamp }, 5));
    assert_eq!(log.end_offset(), 7);
}

#[test]
fn nothing_young_open_or_clean_enough_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (store, path) = (store(), folder.path().join("0.sqlite"));
    let log = open(&store, &path);
    let due = CompactRequest { forced: false, ..NOW };
    assert_eq!(compact(&log, &due), None, "an empty log");
    plain(&log, &[(1, Some(1))]);
    assert_eq!(compact(&log, &due), None, "the last batch stays");
    let stamp = ProducerStamp { producer_id: 4, producer_epoch: 0, base_sequence: 0, transactional: true };
    append(&log, batch(&[(1, Some(9))], Compression::None, stamp, 5));
    plain(&log, &[(1, Some(2))]);
    plain(&log, &[(1, Some(3))]);
    compact(&log, &due);
    assert_eq!(records(&log).len(), 4, "nothing above an open transaction goes, nor what it would replace");
    append(&log, EndMarker { producer_id: 4, producer_epoch: 0, coordinator_epoch: 0, committed: true }.build(5));
    assert_eq!(compact(&log, &CompactRequest { min_lag_ms: 2_000_000, ..due }), None, "all are too young");
    let done = compact(&log, &due).unwrap();
    assert_eq!((done.records_removed, done.upto), (3, 4));
    assert_eq!(records(&log).iter().map(|(offset, ..)| *offset).collect::<Vec<_>>(), [3]);
    // A little more is not worth a pass, unless it has waited too long.
    for _ in 0..40 {
        plain(&log, &[(2, Some(0)), (3, Some(0)), (4, Some(0)), (5, Some(0))]);
    }
    compact(&log, &due).unwrap();
    plain(&log, &[(2, Some(1))]);
    let state = log.compaction().unwrap();
    assert!(state.dirty_bytes > 0 && state.dirty_bytes <= state.bytes, "{state:?}");
    assert_eq!(compact(&log, &CompactRequest { dirty_ratio: 0.9, ..due }), None);
    assert!(compact(&log, &CompactRequest { dirty_ratio: 0.9, max_lag_ms: 10, ..due }).is_some());
}
