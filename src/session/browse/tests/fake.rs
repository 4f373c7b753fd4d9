//! A topic in memory, with timestamps in any order, batches of any size, gaps and a start that moved.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::sync::watch;

use super::super::BrowseError;
use super::super::order::Span;
use super::super::source::{Bounds, Piece, PieceOptions, Source};
use crate::codec::{self, BatchBuilder, ProducerStamp};
use crate::model::{Compression, NewRecord, Offset, PartitionId, TimestampMillis};

/// Partition, offset and value of a row; no value where nothing stands.
pub type Told = (PartitionId, Offset, Option<Bytes>);

pub struct FakeTopic {
    partitions: Vec<Mutex<FakePartition>>,
    changed: watch::Sender<u64>,
    delay: Mutex<Duration>,
    /// Look-ups of offsets by time so far.
    pub asked: AtomicUsize,
}

#[derive(Debug, Default)]
struct FakePartition {
    start: Offset,
    /// By offset from 0; `None` is a gap.
    records: Vec<Option<(TimestampMillis, Bytes)>>,
    batches: Vec<(Offset, Bytes)>,
}

impl FakeTopic {
    pub fn new(partitions: usize) -> Self {
        let partitions = (0..partitions).map(|_| Mutex::default()).collect();
        Self { partitions, changed: watch::Sender::new(0), delay: Mutex::default(), asked: AtomicUsize::new(0) }
    }

    /// Makes every answer wait.
    pub fn delay(&self, delay: Duration) {
        *self.delay.lock() = delay;
    }

    /// Appends one batch.
    pub fn append(&self, partition: usize, records: &[(TimestampMillis, String)]) {
        let mut log = self.partitions[partition].lock();
        let base = log.records.len() as Offset;
        let mut builder = BatchBuilder::new(Compression::None, usize::MAX);
        for (time, value) in records {
            let record = NewRecord { value: Some(value.clone().into()), timestamp: Some(*time), ..Default::default() };
            assert!(builder.push(&record, 0));
            log.records.push(Some((*time, value.clone().into())));
        }
        let mut batch = builder.build(ProducerStamp::NONE).unwrap().to_vec();
        codec::assign(&mut batch, base, 0);
        log.batches.push((base, batch.into()));
        drop(log);
        self.changed.send_modify(|version| *version += 1);
    }

    pub fn spans(&self) -> Vec<Span> {
        let span = |(partition, log): (usize, &Mutex<FakePartition>)| {
            let log = log.lock();
            Span { partition: partition as PartitionId, lo: log.start, hi: log.records.len() as Offset }
        };
        self.partitions.iter().enumerate().map(span).collect()
    }

    /// The order that the browser promises: highest timestamp so far, partition, offset.
    pub fn in_order(&self) -> Vec<Told> {
        let mut placed = Vec::new();
        for (partition, log) in self.partitions.iter().enumerate() {
            let log = log.lock();
            let mut reached = -1;
            for offset in log.start..log.records.len() as Offset {
                let record = log.records[offset as usize].clone();
                reached = reached.max(record.as_ref().map_or(-1, |(time, _)| *time));
                placed.push((reached, partition as PartitionId, offset, record.map(|(_, value)| value)));
            }
        }
        placed.sort_by_key(|(reached, partition, offset, _)| (*reached, *partition, *offset));
        placed.into_iter().map(|(_, partition, offset, value)| (partition, offset, value)).collect()
    }

    async fn rest(&self) {
        let delay = *self.delay.lock();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    fn times(
        &self,
        partitions: &[PartitionId],
        pick: impl Fn(&[TimestampMillis]) -> Option<TimestampMillis>,
    ) -> Vec<TimestampMillis> {
        let of = |partition: &PartitionId| {
            let log = self.partitions[*partition as usize].lock();
            let times: Vec<_> = log.records[log.start as usize..].iter().flatten().map(|(time, _)| *time).collect();
            pick(&times)
        };
        partitions.iter().filter_map(of).collect()
    }
}

impl Source for FakeTopic {
    fn partitions(&self) -> BoxFuture<'_, Result<Vec<PartitionId>, BrowseError>> {
        async move { Ok((0..self.partitions.len() as PartitionId).collect()) }.boxed()
    }

    fn bounds<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Vec<Result<Bounds, BrowseError>>, BrowseError>> {
        async move {
            self.rest().await;
            let spans = self.spans();
            let of = |p: &PartitionId| Ok(Bounds { start: spans[*p as usize].lo, end: spans[*p as usize].hi });
            Ok(partitions.iter().map(of).collect())
        }
        .boxed()
    }

    fn offsets_at<'a>(
        &'a self,
        time: TimestampMillis,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Vec<Option<Offset>>, BrowseError>> {
        async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.rest().await;
            let of = |p: &PartitionId| {
                let log = self.partitions[*p as usize].lock();
                let found = (log.start..log.records.len() as Offset)
                    .find(|offset| log.records[*offset as usize].as_ref().is_some_and(|(at, _)| *at >= time));
                Ok(found)
            };
            partitions.iter().map(of).collect()
        }
        .boxed()
    }

    fn earliest_time<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Option<TimestampMillis>, BrowseError>> {
        async move { Ok(self.times(partitions, |times| times.first().copied()).into_iter().min()) }.boxed()
    }

    fn latest_time<'a>(
        &'a self,
        partitions: &'a [PartitionId],
    ) -> BoxFuture<'a, Result<Option<TimestampMillis>, BrowseError>> {
        async move { Ok(self.times(partitions, |times| times.iter().max().copied()).into_iter().max()) }.boxed()
    }

    fn piece(
        &self,
        partition: PartitionId,
        offset: Offset,
        options: PieceOptions,
    ) -> BoxFuture<'_, Result<Piece, BrowseError>> {
        async move {
            self.rest().await;
            let mut changed = self.changed.subscribe();
            loop {
                {
                    let log = self.partitions[partition as usize].lock();
                    let end = log.records.len() as Offset;
                    if offset < log.start || offset > end {
                        return Err(BrowseError::OutOfRange { partition, offset });
                    }
                    if offset < end || options.wait_millis == 0 {
                        let first = log.batches.partition_point(|(base, _)| *base <= offset).saturating_sub(1);
                        let mut bytes = 0;
                        let batches =
                            log.batches[first.min(log.batches.len())..].iter().map(|(_, batch)| batch.clone());
                        let batches = batches.take_while(|batch| {
                            let fits = bytes == 0 || bytes + batch.len() <= options.bytes_max;
                            bytes += batch.len();
                            fits
                        });
                        return Ok(Piece { batches: batches.collect(), fates: Vec::new() });
                    }
                }
                let wait = Duration::from_millis(options.wait_millis.into());
                if tokio::time::timeout(wait, changed.changed()).await.is_err() {
                    return Ok(Piece { batches: Vec::new(), fates: Vec::new() });
                }
            }
        }
        .boxed()
    }
}

/// Topics of one to five partitions with up to some thousand records, times in rough or no order, many of them equal.
pub fn topics() -> impl Strategy<Value = FakeTopic> {
    let batch = (0..5_000_i64, 1..60_usize, prop_oneof![Just(0_i64), Just(1), Just(400)]);
    let partition = (proptest::collection::vec(batch, 0..25), 0..80_i64);
    proptest::collection::vec(partition, 1..6).prop_map(|partitions| {
        let topic = FakeTopic::new(partitions.len());
        for (partition, (batches, start)) in partitions.into_iter().enumerate() {
            let mut drift = 0;
            for (time, count, spread) in batches {
                drift += 300;
                let record = |n: usize| {
                    let wobble = (n as i64 * 7_919) % (spread + 1);
                    ((time / 20 + drift + wobble).max(0), format!("value A{} of {partition}", n * 31 % 97))
                };
                topic.append(partition, &(0..count).map(record).collect::<Vec<_>>());
            }
            let mut log = topic.partitions[partition].lock();
            log.start = start.min(log.records.len() as Offset);
        }
        topic
    })
}

impl std::fmt::Debug for FakeTopic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.partitions.iter().map(|p| p.lock().records.len())).finish()
    }
}
