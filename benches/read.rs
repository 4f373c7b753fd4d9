//! Reading, decoding and searching records on one core.
//!
//! `cargo bench --bench read`
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use memchr::memmem::Finder;
use millpond::codec::{
    BatchBuilder, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, ProducerStamp, decode_records, split_batches,
};
use millpond::log::{AppendRequest, Partition, PartitionOptions, Store, StoreOptions, Sync};
use millpond::model::{Compression, Header, NewRecord};

const RECORDS: usize = 1_000_000;
const RECORDS_A_BATCH: usize = 100;
/// One record in so many holds the searched word.
const HIT_EVERY: usize = 997;

fn record(index: usize) -> NewRecord {
    let word = if index.is_multiple_of(HIT_EVERY) { "needle-in-it" } else { "plain" };
    let mut value = format!(r#"{{"id":{index},"user":"user{:04}","kind":"{word}","text":""#, index % 1000);
    while value.len() < 170 {
        value.push_str("lorem ipsum ");
    }
    value.push_str("\"}");
    NewRecord {
        key: Some(Bytes::from(format!("user{:04}", index % 1000))),
        value: Some(value.into()),
        headers: vec![Header { key: Bytes::from_static(b"trace"), value: Some(Bytes::from_static(b"0af76519")) }],
        ..NewRecord::default()
    }
}

fn filled(store: &Store, folder: &std::path::Path, compression: Compression) -> Arc<Partition> {
    let path = folder.join(format!("{}.sqlite", compression.as_str()));
    let log = store.open_partition(&path, PartitionOptions { create: true }).unwrap();
    let request = AppendRequest { sync: Sync::Wal, leader_epoch: 0, log_append_time: None, begins_at_zero: false };
    for first in (0..RECORDS).step_by(RECORDS_A_BATCH) {
        let mut builder = BatchBuilder::new(compression, usize::MAX);
        (first..first + RECORDS_A_BATCH).for_each(|index| assert!(builder.push(&record(index), index as i64)));
        let (done, outcome) = mpsc::sync_channel(1);
        log.append(builder.build(ProducerStamp::NONE).unwrap(), request, move |r| done.send(r.is_ok()).unwrap());
        assert!(outcome.recv().unwrap());
    }
    log
}

fn each_batch(log: &Partition, mut visit: impl FnMut(&Bytes)) {
    let (mut from, end) = log.range();
    while from < end {
        let read = log.read(from, 1 << 20, true).unwrap();
        read.pieces.into_iter().flat_map(split_batches).for_each(|batch| visit(&batch.unwrap().1));
        from = read.next;
    }
}

/// Key, value and headers of every record, without allocating.
fn search(log: &Partition, finder: &Finder<'_>) -> usize {
    let mut hits = 0;
    each_batch(log, |batch| {
        let batch = DecodedBatch::new(batch, DECOMPRESSED_BYTES_MAX_DEFAULT).unwrap();
        for record in batch.refs() {
            let record = record.unwrap();
            let found = |field: Option<&[u8]>| field.is_some_and(|field| finder.find(field).is_some());
            let in_headers = || {
                record.headers().any(|h| {
                    let h = h.unwrap();
                    found(Some(h.key)) || found(h.value)
                })
            };
            hits += usize::from(found(record.value) || found(record.key) || in_headers());
        }
    });
    hits
}

/// The same over owned records.
fn search_owned(log: &Partition, finder: &Finder<'_>) -> usize {
    let mut hits = 0;
    each_batch(log, |batch| {
        for record in decode_records(batch, 0, DECOMPRESSED_BYTES_MAX_DEFAULT).unwrap() {
            let record = record.unwrap();
            hits += usize::from(record.value.is_some_and(|v| finder.find(&v).is_some()));
        }
    });
    hits
}

fn read_decode_search(c: &mut Criterion) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let store = Store::start(StoreOptions::default()).unwrap();
    let finder = Finder::new("needle");
    let hits = RECORDS.div_ceil(HIT_EVERY);
    let mut group = c.benchmark_group("read, decode and search");
    group.sample_size(10).throughput(Throughput::Elements(RECORDS as u64));
    for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
        let log = filled(&store, folder.path(), compression);
        assert_eq!(search(&log, &finder), hits);
        let started = Instant::now();
        assert_eq!(search(&log, &finder), hits);
        let rate = RECORDS as f64 / started.elapsed().as_secs_f64() / 1e6;
        let name = compression.as_str();
        println!("RATIO read + decode + search, 200-byte records, {name} / 1 million a second: {rate:.2} (target 1)");
        group.bench_function(format!("borrowed, {name}"), |b| b.iter(|| black_box(search(&log, &finder))));
        if compression == Compression::None {
            group.bench_function("owned, none", |b| b.iter(|| black_box(search_owned(&log, &finder))));
        }
    }
    group.finish();
}

criterion_group!(benches, read_decode_search);
criterion_main!(benches);
