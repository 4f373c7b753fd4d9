//! Copies from one broker to another over TCP: every kind of record, stops and lost answers at any point, groups, slices.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use kafka_protocol::messages::{RequestKind, ResponseKind};
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{
        BoxFuture, Client, ClientError, Connection, NewTopic, ProduceOptions, ReadRange, Reader, ReaderOptions,
        ShareStart, TransactionalProducer, Transport,
    },
    model::{Compression, Header, NewRecord, Record, TopicPartition},
    payload::CaseRule,
    session::{SystemClock, in_process::InProcess, transfers::search_filter},
    transfer::{
        self, Cancel, CreateTopic, Exported, Pace, ReplayFrom, ReplayRequest, ReplayTimes, TransferError,
        copy::{
            Begin, Compared, CopyFault, CopyOutcome, CopyRequest, GroupNote, PlanNote, Refusal, Slice, Tail,
            carry_groups, compare, copy, describe, plan,
        },
        mask::Mask,
    },
};
use parking_lot::Mutex;
use proptest::prelude::*;

use crate::{chance::Chance, reach::over_tcp};

/// A broker with a client, gone with the test.
struct Side {
    broker: Broker,
    client: Client,
    _dir: tempfile::TempDir,
}

impl Side {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let broker = Broker::open(BrokerOptions::new(dir.path(), Arc::new(SystemClock))).await.unwrap();
        let client = over_tcp(&broker, "copy");
        Self { broker, client, _dir: dir }
    }

    /// A topic with small batches, so that a copy has many steps.
    async fn topic(&self, name: &str, partitions: i32, more: &[(&str, &str)]) {
        let CreateTopic { partitions, mut configs } = CreateTopic::keeping(partitions);
        configs.push(("max.message.bytes".to_owned(), "3000".to_owned()));
        configs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.client.create_topic(&NewTopic { name: name.into(), partitions: Some(partitions), configs }).await.unwrap();
    }

    async fn produce(&self, topic: &str, records: Vec<NewRecord>, compression: Compression) {
        let options = ProduceOptions { compression, batch_bytes: 2_000, ..ProduceOptions::default() };
        self.client.produce(topic, records, options).await.unwrap();
    }

    /// All that is committed in one partition.
    async fn records(&self, topic: &str, partition: i32, from: i64) -> Vec<Record> {
        let partition = TopicPartition::new(topic, partition);
        let ends = transfer::ends(&self.client, std::slice::from_ref(&partition)).await.unwrap().remove(0).unwrap();
        let options =
            ReaderOptions { isolation: millpond::client::Isolation::ReadCommitted, ..ReaderOptions::default() };
        let ranges = vec![ReadRange { partition, from: from.max(ends.0), to: ends.1 }];
        let mut reader = Reader::start(self.client.clone(), ranges, options);
        let mut records = Vec::new();
        while let Some(piece) = reader.next().await.unwrap() {
            records.extend(piece.records().unwrap());
        }
        records
    }

    async fn close(self) {
        self.broker.shutdown().await;
    }
}

fn record(partition: i32, at: i64, key: Option<&str>, value: Option<&str>) -> NewRecord {
    let bytes = |text: &str| Bytes::from(text.to_owned());
    let headers = match at % 3 {
        0 => vec![],
        1 => vec![Header { key: "h".into(), value: None }, Header { key: "h".into(), value: Some("x".into()) }],
        _ => vec![Header { key: Bytes::from_static(&[0, 255]), value: Some(Bytes::new()) }],
    };
    NewRecord {
        partition: Some(partition),
        timestamp: Some(1_600_000_000_000 + at),
        key: key.map(bytes),
        value: value.map(bytes),
        headers,
    }
}

async fn planned(from: &Client, to: &Client, topics: &[&str], begin: Begin, slice: &Slice) -> CopyRequest {
    let topics: Vec<_> = topics.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    let facts = describe(from, to, &topics, slice, &Cancel::new()).await.unwrap();
    CopyRequest { plan: plan(&facts, begin), slice: slice.clone() }
}

async fn run(from: &Client, to: &Client, request: &CopyRequest) -> Result<CopyOutcome, TransferError> {
    copy(from, to, request, &|_| (), &Cancel::new()).await
}

async fn compared(from: &Side, to: &Side, outcome: &CopyOutcome, slice: &Slice) -> Vec<Compared> {
    compare(&from.client, &to.client, &outcome.partitions, slice, &|_| (), &Cancel::new()).await.unwrap()
}

fn same(a: &Record, b: &Record) -> bool {
    (a.timestamp, &a.key, &a.value, &a.headers) == (b.timestamp, &b.key, &b.value, &b.headers)
}

/// A topic with everything in it: compressions, tombstones, transactions, a log that begins late.
async fn everything(from: &Side) {
    from.topic("all", 3, &[]).await;
    for (compression, at) in Compression::ALL.into_iter().zip(0..) {
        let key = |n: i64| (n % 4 > 0).then(|| format!("k{n}"));
        let value = |n: i64| (n % 7 > 0).then(|| "v".repeat(usize::try_from(n % 900).unwrap()));
        let records = (at * 60..at * 60 + 60)
            .map(|n| record(i32::try_from(n % 2).unwrap(), n, key(n).as_deref(), value(n).as_deref()));
        from.produce("all", records.collect(), compression).await;
    }
    let mut producer = TransactionalProducer::start(from.client.clone(), "t", 60_000).await.unwrap();
    for (n, commit) in [(1, true), (2, false), (3, true), (4, false)] {
        producer.send("all", vec![record(0, n, None, Some("in a transaction")); 5]).await.unwrap();
        if commit {
            producer.commit().await.unwrap()
        } else {
            producer.abort().await.unwrap()
        }
        from.produce("all", vec![record(0, n, None, Some("between"))], Compression::None).await;
    }
    let begin = vec![(TopicPartition::new("all", 1), 7)];
    from.client.delete_records(begin).await.unwrap().remove(0).1.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_record_is_carried_and_groups_stand_at_the_same_records() {
    let (from, to) = (Side::open().await, Side::open().await);
    everything(&from).await;
    let committed: Vec<_> = (0..10).map(|n| (n, n * 17)).collect();
    for (n, offset) in &committed {
        let at = vec![(TopicPartition::new("all", 0), *offset), (TopicPartition::new("all", 1), 7 + n)];
        from.client.commit_as_admin(&format!("g{n}"), at).await.unwrap();
    }
    for queue in ["queue", "taken"] {
        from.client.create_share_group(queue, &["all"], ShareStart::Earliest).await.unwrap();
        let at = vec![(TopicPartition::new("all", 0), 51), (TopicPartition::new("all", 1), 9)];
        let outcomes = from.client.alter_share_group_offsets(queue, at).await.unwrap();
        assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()), "{outcomes:?}");
    }
    let whole = Slice::default();
    let request = planned(&from.client, &to.client, &["all"], Begin::New, &whole).await;
    assert!(request.plan.topics[0].notes.contains(&PlanNote::OffsetsShifted { by: 7 }), "{request:?}");
    assert_eq!(request.plan.groups.len(), 12);
    let outcome = run(&from.client, &to.client, &request).await.unwrap();
    assert_eq!(outcome.partitions.len(), 3);
    assert!(!outcome.partitions[0].is_dense(), "markers and aborted records leave holes");
    assert!(outcome.partitions[1].is_dense() && !outcome.partitions[1].keeps_offsets());
    for partition in 0..3 {
        let (here, there) = (from.records("all", partition, 0).await, to.records("all", partition, 0).await);
        assert_eq!(here.len(), there.len(), "partition {partition}");
        assert!(here.iter().zip(&there).all(|(a, b)| same(a, b)), "partition {partition}");
    }
    let sides = compared(&from, &to, &outcome, &whole).await;
    assert!(sides.iter().all(|side| side.difference.is_none() && side.source_records == side.target_records));
    assert_eq!(sides.iter().map(|side| side.target_records).sum::<u64>(), outcome.records);

    // Its name belongs to a group of another kind there.
    to.client.commit_as_admin("taken", vec![(TopicPartition::new("all", 0), 1)]).await.unwrap();
    let mut carried =
        carry_groups(&from.client, &to.client, &outcome.partitions, &whole, &Cancel::new()).await.unwrap();
    let taken = carried.pop().unwrap();
    assert_eq!((taken.group.as_str(), taken.offsets.len()), ("taken", 3));
    assert!(taken.offsets.iter().all(|offset| matches!(offset.note, GroupNote::Refused(_))), "{taken:?}");
    let names: Vec<&str> = carried.iter().map(|group| group.group.as_str()).collect();
    assert_eq!(names.len(), 11);
    assert_eq!(names[10], "queue");
    for offset in carried.iter().flat_map(|group| &group.offsets) {
        assert_eq!(offset.note, GroupNote::Exact, "{offset:?}");
        let (tp, at) = &offset.source;
        let next = from.records("all", tp.partition, *at).await;
        let there = to.records("all", tp.partition, offset.target.1).await;
        assert_eq!(next.len(), there.len(), "{offset:?}");
        assert!(next.iter().zip(&there).all(|(a, b)| same(a, b)), "{offset:?}");
    }
    assert_eq!(to.client.committed("g3").await.unwrap().len(), 2);
    let queue = to.client.share_group_offsets("queue").await.unwrap();
    let starts: Vec<_> = queue.iter().map(|(tp, at)| (tp.clone(), at.start.unwrap())).collect();
    let put: Vec<_> = carried[10].offsets.iter().map(|offset| offset.target.clone()).collect();
    assert_eq!((starts.len(), &starts), (3, &put));
    from.close().await;
    to.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_on_with_what_came_since_and_refuses_what_it_cannot_know() {
    let (from, to) = (Side::open().await, Side::open().await);
    from.topic("t", 1, &[]).await;
    let some = |n: i64| (0..n).map(|at| record(0, at, Some("k"), Some("v"))).collect::<Vec<_>>();
    from.produce("t", some(50), Compression::None).await;
    let whole = Slice::default();
    let begun = planned(&from.client, &to.client, &["t"], Begin::New, &whole).await;
    let outcome = run(&from.client, &to.client, &begun).await.unwrap();
    assert!(outcome.partitions[0].keeps_offsets());
    // Once more without a word is refused; with one it goes on.
    let again = planned(&from.client, &to.client, &["t"], Begin::New, &whole).await;
    assert_eq!(again.plan.topics[0].refusal, Some(Refusal::CopiedBefore { records: 50 }));
    assert!(run(&from.client, &to.client, &again).await.unwrap_err().to_string().contains("copied before"));
    from.produce("t", some(30), Compression::Gzip).await;
    let resumed = planned(&from.client, &to.client, &["t"], Begin::Resume, &whole).await;
    assert_eq!(resumed.plan.offsets(), 30);
    let outcome = run(&from.client, &to.client, &resumed).await.unwrap();
    assert_eq!((outcome.records, outcome.partitions[0].records()), (30, 80));
    assert!(compared(&from, &to, &outcome, &whole).await[0].difference.is_none());
    let last = Slice { tail: Some(Tail::Last(3)), ..Slice::default() };
    let other = planned(&from.client, &to.client, &["t"], Begin::Resume, &last).await;
    assert_eq!(other.plan.topics[0].refusal, Some(Refusal::OtherSlice));
    // Somebody else writes to the target.
    to.produce("t", some(1), Compression::None).await;
    from.produce("t", some(1), Compression::None).await;
    let spoilt = planned(&from.client, &to.client, &["t"], Begin::Resume, &whole).await;
    let error = run(&from.client, &to.client, &spoilt).await.unwrap_err();
    assert!(matches!(error, TransferError::Copy(CopyFault::ForeignRecords { end: 81, .. })), "{error}");
    let appended = planned(&from.client, &to.client, &["t"], Begin::Append, &whole).await;
    assert!(appended.plan.topics[0].notes.contains(&PlanNote::OffsetsAppended { records: 81 }));
    let outcome = run(&from.client, &to.client, &appended).await.unwrap();
    assert_eq!((outcome.records, to.records("t", 0, 0).await.len()), (81, 162));
    assert!(compared(&from, &to, &outcome, &whole).await[0].difference.is_none());
    from.close().await;
    to.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compacted_topic_is_carried_with_its_holes_closed() {
    let (from, to) = (Side::open().await, Side::open().await);
    from.topic("c", 1, &[("cleanup.policy", "compact")]).await;
    for round in 0..5_i64 {
        let records = (0..40).map(|n| record(0, round * 40 + n, Some(&format!("k{}", n % 9)), Some("v")));
        from.produce("c", records.collect(), Compression::None).await;
    }
    from.produce("c", vec![record(0, 999, Some("k3"), None)], Compression::None).await;
    for (_, compacted) in from.broker.compact("c").await {
        compacted.unwrap();
    }
    let here = from.records("c", 0, 0).await;
    assert!(here.len() < 201);
    let middle = here[here.len() / 2].offset;
    let at = vec![(TopicPartition::new("c", 0), middle)];
    from.client.commit_as_admin("reader", at).await.unwrap();
    let whole = Slice::default();
    let request = planned(&from.client, &to.client, &["c"], Begin::New, &whole).await;
    assert!(request.plan.topics[0].notes.contains(&PlanNote::OffsetsCompacted));
    let outcome = run(&from.client, &to.client, &request).await.unwrap();
    let side = compared(&from, &to, &outcome, &whole).await.remove(0);
    assert_eq!((side.by_key, side.difference), (true, None));
    let carried = carry_groups(&from.client, &to.client, &outcome.partitions, &whole, &Cancel::new()).await.unwrap();
    let offset = &carried[0].offsets[0];
    assert_eq!((offset.target.1, &offset.note), (i64::try_from(here.len() / 2).unwrap(), &GroupNote::Exact));
    from.close().await;
    to.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_is_masked_and_a_replay_keeps_the_gaps() {
    let (from, to) = (Side::open().await, Side::open().await);
    from.topic("orders", 2, &[]).await;
    let records = (0..200_i64).map(|n| {
        let value = format!("{{\"n\":{n},\"card\":\"411111111111{n:04}\"}}");
        record(i32::try_from(n % 2).unwrap(), n * 10, Some(&format!("c{}", n % 5)), Some(&value))
    });
    from.produce("orders", records.collect(), Compression::Zstd).await;
    from.client.commit_as_admin("billing", vec![(TopicPartition::new("orders", 0), 80)]).await.unwrap();
    let mask = Mask::parse("salt s\nkeep-last 4 $.card\nhash key").unwrap();
    let filter = search_filter("n >= 150", CaseRule::Ignore).unwrap();
    let slice = Slice {
        tail: Some(Tail::Last(60)),
        until: None,
        filter: Some(("n >= 150".to_owned(), filter)),
        mask: Some(Arc::new(mask)),
    };
    let request = planned(&from.client, &to.client, &["orders"], Begin::New, &slice).await;
    assert_eq!(request.plan.offsets(), 120);
    let outcome = run(&from.client, &to.client, &request).await.unwrap();
    assert_eq!(outcome.records, 50);
    let stored = to.records("orders", 0, 0).await;
    let text = |record: &Record| String::from_utf8(record.value.as_ref().unwrap().to_vec()).unwrap();
    assert_eq!(text(&stored[0]), "{\"n\":150,\"card\":\"************0150\"}");
    assert_eq!(stored[0].key.as_ref().unwrap().len(), 32);
    assert!(compared(&from, &to, &outcome, &slice).await.iter().all(|side| side.difference.is_none()));
    let carried = carry_groups(&from.client, &to.client, &outcome.partitions, &slice, &Cancel::new()).await.unwrap();
    let at = carried[0].offsets[0].target.1;
    assert_eq!(text(&stored[usize::try_from(at).unwrap()]), "{\"n\":160,\"card\":\"************0160\"}");

    let replayed = ReplayRequest {
        topic: "again".into(),
        create: Some(CreateTopic::keeping(2)),
        pace: Pace::Speed(2.0),
        times: ReplayTimes::Keep,
        produce: ProduceOptions::default(),
    };
    let wanted = Exported { to_time: Some(1_600_000_001_900), ..Exported::default() };
    let from_topic = ReplayFrom::Topic { topic: "orders".to_owned(), records: wanted };
    let started = std::time::Instant::now();
    let outcome = transfer::replay(&to.client, replayed, from_topic, &|_| (), &Cancel::new()).await.unwrap();
    assert_eq!(outcome.records, 40);
    // 390 ms of events at twice the speed.
    assert!(started.elapsed() >= Duration::from_millis(195), "{:?}", started.elapsed());
    let again = to.records("again", 1, 0).await;
    assert!(again.iter().zip(&to.records("orders", 1, 0).await).all(|(a, b)| same(a, b)));
    from.close().await;
    to.close().await;
}

/// A way to a broker on which requests and answers get lost by chance, as while nodes come and go.
#[derive(Clone)]
struct Flaky {
    way: Arc<dyn Transport>,
    chance: Arc<Mutex<Chance>>,
    /// One in so many calls fails; 0: none.
    one_in: usize,
    /// Stops after so many calls, as a process that is killed: nothing is sent or heard any more.
    calls_left: Arc<AtomicU64>,
}

impl Transport for Flaky {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let inner = self.way.connect(node).await?;
            let connection: Arc<dyn Connection> = Arc::new(FlakyConnection { inner, flaky: self.clone() });
            Ok(connection)
        })
    }
}

struct FlakyConnection {
    inner: Arc<dyn Connection>,
    flaky: Flaky,
}

impl Connection for FlakyConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            let lost = || ClientError::Disconnected { asked: String::new(), why: "lost by chance".to_owned() };
            let left = self.flaky.calls_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            // The last call is still heard by the broker, half the times.
            if left.is_err() {
                std::future::pending::<()>().await;
            }
            let (fails, before, heard) = {
                let mut chance = self.flaky.chance.lock();
                let one_in = self.flaky.one_in;
                (one_in > 0 && chance.one_in(one_in), chance.one_in(2), chance.one_in(2))
            };
            if left == Ok(1) && !heard || fails && before {
                return Err(lost());
            }
            let answer = self.inner.call(version, request).await?;
            if fails { Err(lost()) } else { Ok(answer) }
        })
    }

    fn node_id(&self) -> i32 {
        self.inner.node_id()
    }
}

#[derive(Debug, Clone)]
struct Story {
    seed: u64,
    records: usize,
    one_in: usize,
    /// After how many calls the target's way is cut, run after run; then one to the end.
    kills: Vec<u64>,
    compact_between: bool,
}

fn story() -> impl Strategy<Value = Story> {
    let kills = proptest::collection::vec(5_u64..60, 0..5);
    (any::<u64>(), 0_usize..400, prop_oneof![Just(0), 6..30_usize], kills, any::<bool>()).prop_map(
        |(seed, records, one_in, kills, compact_between)| Story { seed, records, one_in, kills, compact_between },
    )
}

/// Nothing missing, nothing doubled, nothing in another place, whatever was lost and however often it was killed.
async fn tell(story: Story) {
    let (from, to) = (Side::open().await, Side::open().await);
    from.topic("t", 2, if story.compact_between { &[("cleanup.policy", "compact")] } else { &[] }).await;
    let mut chance = Chance::new(story.seed);
    for round in 0..4_i64 {
        let records: Vec<_> = (0..story.records / 4)
            .map(|n| {
                let at = round * 100 + i64::try_from(n).unwrap();
                let key = format!("k{}", chance.below(60));
                record(i32::try_from(chance.below(2)).unwrap(), at, Some(&key), Some(&"v".repeat(chance.below(600))))
            })
            .collect();
        from.produce("t", records, Compression::ALL[chance.below(5)]).await;
    }
    let way: Arc<dyn Transport> = Arc::new(InProcess::new(to.broker.clone(), "copy"));
    let chance = Arc::new(Mutex::new(chance));
    let whole = Slice::default();
    let mut outcome = None;
    for kill in story.kills.iter().copied().map(Some).chain([None]) {
        let calls_left = Arc::new(AtomicU64::new(u64::MAX / 2));
        let flaky = Flaky {
            way: Arc::clone(&way),
            chance: Arc::clone(&chance),
            one_in: story.one_in,
            calls_left: Arc::clone(&calls_left),
        };
        let client = Client::new(Arc::new(flaky), "copy");
        let request = planned(&from.client, &client, &["t"], Begin::Resume, &whole).await;
        assert!(request.plan.refused().next().is_none(), "{request:?}");
        calls_left.store(kill.unwrap_or(u64::MAX / 2), Ordering::SeqCst);
        let run = run(&from.client, &client, &request);
        let killed = async {
            while calls_left.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            // What the last call does goes on without the copy.
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        outcome = tokio::select! {
            done = run => Some(done),
            () = killed => None,
        };
        // A whole batch that may have been sent was compacted away: told, not guessed.
        if let Some(Err(TransferError::Copy(CopyFault::SourceChanged { .. }))) = &outcome {
            assert!(story.compact_between, "{story:?}");
            return;
        }
        if outcome.is_none() && story.compact_between {
            from.broker.compact("t").await.into_iter().for_each(|(_, done)| _ = done.unwrap());
        }
    }
    let outcome = outcome.unwrap().unwrap();
    let sides = compared(&from, &to, &outcome, &whole).await;
    assert!(sides.iter().all(|side| side.difference.is_none()), "{story:?}: {sides:?}");
    for partition in 0..2 {
        let (here, there) = (from.records("t", partition, 0).await, to.records("t", partition, 0).await);
        if story.compact_between {
            assert!(there.len() >= here.len(), "{story:?}: more may be there, as it was compacted here since");
        } else {
            assert_eq!(here.len(), there.len(), "{story:?}");
            assert!(here.iter().zip(&there).all(|(a, b)| same(a, b) && a.offset == b.offset), "{story:?}");
        }
    }
    from.close().await;
    to.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_lost_and_whenever_it_is_killed_both_sides_end_equal(story in story()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(tell(story));
    }
}
