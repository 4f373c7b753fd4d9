//! The log beside a simple model of it, under random operations and reopening.

use proptest::prelude::*;

use super::*;

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
