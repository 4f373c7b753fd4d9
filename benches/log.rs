//! Appending, fetching and seeking in one partition, as ratios against a plain file from the same run.
//!
//! `cargo bench --bench log`; `MILLPOND_BENCH_RECORDS` sets the size of the log for the seeks (default 10 million).
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use millpond::codec::{BatchBuilder, ProducerStamp};
use millpond::log::{AppendRequest, Partition, PartitionOptions, Store, StoreOptions, Sync};
use millpond::model::{Compression, NewRecord};

const MIB: f64 = 1024.0 * 1024.0;
const LARGE_BATCH_BYTES: usize = 100 * 1024;
const PRODUCERS: usize = 8;
/// Rounds of which the median counts; the two sides of a ratio take turns.
const ROUNDS: usize = 5;
const DURABLE: AppendRequest =
    AppendRequest { sync: Sync::Disk, leader_epoch: 0, log_append_time: None, begins_at_zero: false };
const RELAXED: AppendRequest = AppendRequest { sync: Sync::Wal, ..DURABLE };

fn open(folder: &Path, name: &str) -> (Store, Arc<Partition>) {
    let store = Store::start(StoreOptions::default()).unwrap();
    let log = store.open_partition(&folder.join(name), PartitionOptions { create: true }).unwrap();
    (store, log)
}

fn batch(records: usize, record_bytes: usize, first_timestamp: i64) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::None, usize::MAX);
    for index in 0..records {
        // Not a constant, so that a disk that compresses gains nothing.
        let value: Vec<u8> = (0..record_bytes).map(|i| (i * 31 + index * 17 + (i * index) % 251) as u8).collect();
        let record = NewRecord { value: Some(value.into()), ..NewRecord::default() };
        builder.push(&record, first_timestamp + index as i64);
    }
    builder.build(ProducerStamp::NONE).unwrap()
}

fn append_and_wait(log: &Partition, batch: &Bytes, request: AppendRequest) {
    let (done, outcome) = mpsc::sync_channel(1);
    log.append(batch.clone(), request, move |r| done.send(r.is_ok()).unwrap());
    assert!(outcome.recv().unwrap());
}

/// Appends `count` batches from some producers, each waiting for its acknowledgement. Returns the time and how many
/// batches each commit had.
fn produce(producers: usize, batch: &Bytes, count: usize) -> (Duration, Vec<usize>) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let (_store, log) = open(folder.path(), "0.sqlite");
    let ends = Arc::new(Mutex::new(Vec::with_capacity(count)));
    let seen = ends.clone();
    log.on_append(move |end| seen.lock().unwrap().push(end as usize));
    let records = millpond::codec::BatchHeader::parse(batch).unwrap().record_count as usize;
    let left = AtomicUsize::new(count);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..producers {
            scope.spawn(|| {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                    append_and_wait(&log, batch, DURABLE);
                }
            });
        }
    });
    let took = started.elapsed();
    let ends = ends.lock().unwrap();
    let groups = ends.iter().scan(0, |last, end| Some((end - std::mem::replace(last, *end)) / records)).collect();
    (took, groups)
}

/// A plain file, written and synced at the same points.
fn plain_file(batch: &[u8], groups: &[usize]) -> Duration {
    let folder = tempfile::tempdir_in(".").unwrap();
    let mut file = File::create(folder.path().join("plain")).unwrap();
    let started = Instant::now();
    for group in groups {
        for _ in 0..*group {
            file.write_all(batch).unwrap();
        }
        file.sync_data().unwrap();
    }
    started.elapsed()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn append_against_a_plain_file(c: &mut Criterion) {
    let large = batch(100, LARGE_BATCH_BYTES / 100, 0);
    let count = 640;
    let (mut ratios, mut rates, mut plain_rates, mut group_sizes) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (ours, groups) = produce(PRODUCERS, &large, count);
        let plain = plain_file(&large, &groups);
        let megabytes = (count * large.len()) as f64 / MIB;
        ratios.push(plain.as_secs_f64() / ours.as_secs_f64());
        rates.push(megabytes / ours.as_secs_f64());
        plain_rates.push(megabytes / plain.as_secs_f64());
        group_sizes.push(count as f64 / groups.len() as f64);
    }
    println!(
        "RATIO append, 100 KiB batches, acks=all, {PRODUCERS} producers / plain file synced at the same points: {:.2} \
         (target 0.35) = {:.0} / {:.0} MiB/s, {:.1} batches a commit",
        median(ratios),
        median(rates),
        median(plain_rates),
        median(group_sizes),
    );
    let mut group = c.benchmark_group("append");
    group.sample_size(10).throughput(Throughput::Bytes(large.len() as u64));
    group.bench_function("100 KiB, acks=all, one producer", |b| {
        let folder = tempfile::tempdir_in(".").unwrap();
        let (_store, log) = open(folder.path(), "0.sqlite");
        b.iter(|| append_and_wait(&log, &large, DURABLE));
    });
    group.finish();
}

fn group_commit(_: &mut Criterion) {
    let small = batch(1, 200, 0);
    let rate = |producers, count| count as f64 / produce(producers, &small, count).0.as_secs_f64();
    let (mut ratios, mut one, mut many) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        one.push(rate(1, 300));
        many.push(rate(PRODUCERS, 2400));
        ratios.push(many[many.len() - 1] / one[one.len() - 1]);
    }
    println!(
        "RATIO group commit, small batches, acks=all, {PRODUCERS} producers / one: {:.1} (target 5) = {:.0} / {:.0} a second",
        median(ratios),
        median(many),
        median(one),
    );
}

fn fetch_warm(c: &mut Criterion) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let (_store, log) = open(folder.path(), "0.sqlite");
    for size in [16 * 1024, LARGE_BATCH_BYTES] {
        let one = batch(16, size / 16, 0);
        (0..(64 << 20) / size).for_each(|_| append_and_wait(&log, &one, RELAXED));
    }
    let fetch_all = || {
        let (mut from, end) = log.range();
        let mut bytes = 0;
        while from < end {
            let read = log.read(from, 1 << 20, true).unwrap();
            bytes += read.pieces.iter().map(Bytes::len).sum::<usize>();
            from = read.next;
        }
        bytes
    };
    fetch_all();
    let started = Instant::now();
    let bytes = fetch_all() + fetch_all();
    let rate = bytes as f64 / MIB / started.elapsed().as_secs_f64();
    println!("RATIO fetch of warm data, 1 MiB a read / 500 MiB/s: {:.2} (target 1) = {rate:.0} MiB/s", rate / 500.0);
    let mut group = c.benchmark_group("fetch");
    group.sample_size(10).throughput(Throughput::Bytes(bytes as u64 / 2));
    group.bench_function("warm", |b| b.iter(fetch_all));
    group.finish();
}

fn seek(c: &mut Criterion) {
    let records = std::env::var("MILLPOND_BENCH_RECORDS").ok().and_then(|v| v.parse().ok()).unwrap_or(10_000_000i64);
    let folder = tempfile::tempdir_in(".").unwrap();
    let (store, log) = open(folder.path(), "0.sqlite");
    let mut at = 0;
    while at < records {
        for _ in 0..1000 {
            log.append(batch(100, 100, at), RELAXED, |r| assert!(r.is_ok()));
            at += 100;
        }
        append_and_wait(&log, &batch(100, 100, at), RELAXED);
        at += 100;
    }
    let end = log.end_offset();
    log.close().unwrap();
    let opened = Instant::now();
    let log = store.open_partition(&folder.path().join("0.sqlite"), PartitionOptions::default()).unwrap();
    println!("open a log of {end} records: {:.2} ms", opened.elapsed().as_secs_f64() * 1e3);
    let mut place = 0u64;
    let mut next = || {
        // A fixed sequence that jumps through the whole log.
        place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (place >> 20) as i64 % end
    };
    let mut group = c.benchmark_group(format!("seek in {end} records"));
    group.bench_function("by offset, one batch", |b| b.iter(|| black_box(log.read(next(), 1, true).unwrap())));
    group.bench_function("by time", |b| b.iter(|| black_box(log.offset_for_time(next()).unwrap())));
    group.bench_function("spans of 1000 batches", |b| b.iter(|| black_box(log.headers(next(), end, 1000).unwrap())));
    group.finish();
}

criterion_group!(benches, append_against_a_plain_file, group_commit, fetch_warm, seek);
criterion_main!(benches);
