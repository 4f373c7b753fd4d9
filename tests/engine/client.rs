//! The client against the embedded broker: what a program that uses Kafka does. Runs over the in-process transport and
//! over TCP.

#[path = "client/groups.rs"]
mod groups;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{
        AutoOffsetReset, Client, ClientError, ConfigChange, Consumer, ConsumerEventKind, ConsumerOptions,
        ConsumerState, FetchOptions, NewTopic, OffsetSpec, ProduceOptions, Producer, ProducerOptions, ReadOrder,
        ReadRange, Reader, ReaderOptions, partition_for_key, records_from,
    },
    model::{Acks, Assignor, Compression, GroupState, Header, NewRecord, Record, TopicPartition},
    session::SystemClock,
};
use tempfile::TempDir;
use tokio::time::timeout;

/// No condition of these tests takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Stage {
    client: Client,
    broker: Broker,
    _dir: TempDir,
}

impl Stage {
    async fn open() -> Self {
        let dir = TempDir::new().unwrap();
        let options = BrokerOptions {
            session_timeout_min_ms: 100,
            auto_create_topics: false,
            ..BrokerOptions::new(dir.path(), Arc::new(SystemClock))
        };
        let broker = Broker::open(options).await.unwrap();
        Self { client: client(&broker, "test"), broker, _dir: dir }
    }

    async fn with_topic(name: &str, partitions: i32) -> Self {
        let stage = Self::open().await;
        stage.client.create_topic(&NewTopic::new(name, partitions)).await.unwrap();
        stage
    }

    fn consumer(&self, id: &str, options: ConsumerOptions) -> Consumer {
        Consumer::start(client(&self.broker, id), options)
    }
}

fn client(broker: &Broker, id: &str) -> Client {
    super::reach(broker, id)
}

fn record(key: &str, value: &str) -> NewRecord {
    let bytes = |s: &str| Some(Bytes::copy_from_slice(s.as_bytes()));
    NewRecord { key: bytes(key), value: bytes(value), ..NewRecord::default() }
}

fn numbered(count: usize) -> Vec<NewRecord> {
    (0..count).map(|n| record(&format!("key {n}"), &format!("value {n}"))).collect()
}

fn options(group: &str, topic: &str) -> ConsumerOptions {
    ConsumerOptions {
        auto_offset_reset: AutoOffsetReset::Earliest,
        session_timeout_ms: 10_000,
        heartbeat_interval_ms: 20,
        metadata_interval_ms: 100,
        ..ConsumerOptions::new(group, [topic])
    }
}

/// Polls until `done`, handing every record to it.
async fn poll_until(consumer: &Consumer, mut done: impl FnMut(&[(Arc<str>, Record)]) -> bool) {
    let polls = async {
        loop {
            let polled = consumer.poll(Duration::from_millis(50)).await.unwrap();
            if done(&polled.records) {
                break;
            }
        }
    };
    timeout(PATIENCE, polls).await.expect("the records did not come");
}

async fn poll_values(consumer: &Consumer, count: usize) -> Vec<String> {
    let mut values = Vec::new();
    poll_until(consumer, |records| {
        values.extend(records.iter().map(|(_, r)| String::from_utf8(r.value.as_ref().unwrap().to_vec()).unwrap()));
        values.len() >= count
    })
    .await;
    values
}

/// Polls all of `consumers` in turn until each owns as many partitions as told.
async fn poll_until_owning(consumers: &[(&Consumer, usize)]) {
    let polls = async {
        while consumers.iter().any(|(c, n)| c.assignment().len() != *n || c.state() != ConsumerState::Stable) {
            for (consumer, _) in consumers {
                consumer.poll(Duration::from_millis(10)).await.unwrap();
            }
        }
    };
    if timeout(PATIENCE, polls).await.is_err() {
        let now: Vec<_> = consumers.iter().map(|(c, n)| (n, c.state(), c.assignment(), c.take_events())).collect();
        panic!("no such assignment: {now:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_come_back_as_they_were_with_every_compression() {
    let stage = Stage::with_topic("orders", 1).await;
    let headers = vec![
        Header { key: Bytes::from_static(b"twice"), value: Some(Bytes::from_static(&[0xff, 0])) },
        Header { key: Bytes::from_static(b"twice"), value: None },
    ];
    let hostile = NewRecord {
        key: Some(Bytes::from_static(&[0xc3, 0x28])),
        value: None,
        timestamp: Some(1_234),
        headers,
        partition: Some(0),
    };
    let tp = TopicPartition::new("orders", 0);
    for (nth, compression) in Compression::ALL.into_iter().enumerate() {
        let sent = vec![hostile.clone(), record("k", &"v".repeat(5_000))];
        let options = ProduceOptions { compression, ..ProduceOptions::default() };
        let produced = stage.client.produce("orders", sent.clone(), options).await.unwrap();
        let base = 2 * nth as i64;
        assert_eq!(produced.iter().map(|p| p.offset).collect::<Vec<_>>(), [base, base + 1]);
        assert_eq!(produced[0].timestamp, 1_234);
        let fetched = stage.client.fetch(&tp, base, FetchOptions::default()).await.unwrap();
        assert_eq!(fetched.high_watermark, base + 2);
        let records = records_from(&tp, &fetched.batches, base, 1 << 20).unwrap();
        assert_eq!(records.len(), 2);
        for (record, sent) in records.iter().zip(&sent) {
            assert_eq!((&record.key, &record.value, &record.headers), (&sent.key, &sent.value, &sent.headers));
        }
        assert_eq!(records[0].batch.compression, compression);
        assert_eq!(records[0].timestamp, 1_234);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_in_the_order_of_the_input_over_partitions_and_batches() {
    let stage = Stage::with_topic("orders", 4).await;
    let options = ProduceOptions { batch_bytes: 300, acks: Acks::Leader, ..ProduceOptions::default() };
    let produced = stage.client.produce("orders", numbered(200), options).await.unwrap();
    let mut next = [0; 4];
    for (n, produced) in produced.iter().enumerate() {
        assert_eq!(produced.partition, partition_for_key(format!("key {n}").as_bytes(), 4));
        assert_eq!(produced.offset, next[produced.partition as usize]);
        next[produced.partition as usize] += 1;
    }
    let silent = ProduceOptions { acks: Acks::None, ..ProduceOptions::default() };
    let produced = stage.client.produce("orders", numbered(1), silent).await.unwrap();
    assert_eq!(produced[0].offset, -1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_was_asked_and_what_to_do() {
    let stage = Stage::with_topic("orders", 1).await;
    let unknown = stage.client.produce("nowhere", numbered(1), ProduceOptions::default()).await.unwrap_err();
    assert_eq!(unknown.name(), "UNKNOWN_TOPIC_OR_PARTITION");
    assert!(unknown.to_string().contains("nowhere"), "{unknown}");
    let large = vec![record("k", &"x".repeat(2_000_000))];
    let refused = stage.client.produce("orders", large, ProduceOptions::default()).await.unwrap_err();
    assert_eq!(refused.name(), "MESSAGE_TOO_LARGE");
    assert!(refused.hint().contains("max.message.bytes"), "{refused}");
    let again = stage.client.create_topic(&NewTopic::new("orders", 1)).await.unwrap_err();
    assert_eq!(again.name(), "TOPIC_ALREADY_EXISTS");
    let tp = TopicPartition::new("orders", 0);
    let beyond = stage.client.fetch(&tp, 99, FetchOptions::default()).await.unwrap_err();
    assert_eq!(beyond.name(), "OFFSET_OUT_OF_RANGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_administered() {
    let stage = Stage::open().await;
    let client = &stage.client;
    client.create_topic(&NewTopic::new("a", 2).with_config("retention.ms", "1000")).await.unwrap();
    client.create_topic(&NewTopic { name: "b".into(), partitions: None, configs: vec![] }).await.unwrap();
    let topics = client.topics().await.unwrap();
    assert_eq!(topics.iter().map(|t| &*t.name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(topics[0].partitions.len(), 2);
    let cluster = client.cluster().await.unwrap();
    assert_eq!(cluster.controller, Some(cluster.nodes[0].id));

    let retention = |entries: Vec<millpond::model::ConfigEntry>| {
        entries.into_iter().find(|entry| entry.name == "retention.ms").unwrap()
    };
    let entry = retention(client.describe_topic_configs("a").await.unwrap());
    assert_eq!(entry.value.as_deref(), Some("1000"));
    assert_eq!(entry.default.as_deref(), Some("604800000"));
    client.alter_topic_configs("a", vec![ConfigChange::Set("retention.ms".into(), "2000".into())]).await.unwrap();
    assert_eq!(retention(client.describe_topic_configs("a").await.unwrap()).value.as_deref(), Some("2000"));
    client.alter_topic_configs("a", vec![ConfigChange::Reset("retention.ms".into())]).await.unwrap();
    assert_eq!(retention(client.describe_topic_configs("a").await.unwrap()).value.as_deref(), Some("604800000"));
    let wrong = client.alter_topic_configs("a", vec![ConfigChange::Set("retention.ms".into(), "soon".into())]).await;
    assert_eq!(wrong.unwrap_err().name(), "INVALID_CONFIG");

    client.add_partitions("a", 5).await.unwrap();
    assert_eq!(client.topic("a").await.unwrap().partitions.len(), 5);
    client.delete_topic("a").await.unwrap();
    let outcomes = client.delete_topics(&["a", "b"]).await.unwrap();
    assert_eq!(outcomes[0].1.as_ref().unwrap_err().name(), "UNKNOWN_TOPIC_OR_PARTITION");
    assert_eq!(outcomes[1], ("b".to_owned(), Ok(())));
    assert!(client.topics().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn offsets_are_found_by_place_and_by_time_and_records_deleted_below_one() {
    let stage = Stage::with_topic("orders", 2).await;
    let client = &stage.client;
    for (n, timestamp) in [100, 300, 200].into_iter().enumerate() {
        let record = NewRecord { partition: Some(0), timestamp: Some(timestamp), ..record("k", &n.to_string()) };
        client.produce("orders", vec![record], ProduceOptions::default()).await.unwrap();
    }
    let (full, empty) = (TopicPartition::new("orders", 0), TopicPartition::new("orders", 1));
    let at = async |tp: &TopicPartition, spec| client.offset(tp, spec).await.unwrap();
    assert_eq!(at(&full, OffsetSpec::Earliest).await, Some(0));
    assert_eq!(at(&full, OffsetSpec::Latest).await, Some(3));
    assert_eq!(at(&full, OffsetSpec::MaxTimestamp).await, Some(1));
    assert_eq!(at(&full, OffsetSpec::At(150)).await, Some(1));
    assert_eq!(at(&full, OffsetSpec::At(301)).await, None);
    assert_eq!(at(&empty, OffsetSpec::MaxTimestamp).await, None);
    assert_eq!(at(&empty, OffsetSpec::Latest).await, Some(0));

    let deleted = client.delete_records(vec![(full.clone(), 2), (empty.clone(), -1)]).await.unwrap();
    assert_eq!(deleted, [(full.clone(), Ok(2)), (empty, Ok(0))]);
    assert_eq!(at(&full, OffsetSpec::Earliest).await, Some(2));
    let beyond = client.delete_records(vec![(full, 99)]).await.unwrap();
    assert_eq!(beyond[0].1.as_ref().unwrap_err().name(), "OFFSET_OUT_OF_RANGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_keeps_the_order_of_each_partition_and_a_reader_reads_all() {
    let stage = Stage::with_topic("orders", 3).await;
    let options = ProducerOptions { batch_bytes: 2_000, buffer_bytes: 20_000, linger_ms: 1, ..Default::default() };
    let producer = Producer::start(stage.client.clone(), options);
    let first = producer.send("orders", record("a", "first")).await.unwrap().outcome().await.unwrap();
    assert_eq!(first.offset, 0);
    for n in 0..2_000 {
        producer.post("orders", record(&format!("key {}", n % 50), &format!("{n:06}"))).await.unwrap();
    }
    producer.flush().await.unwrap();
    let stats = producer.stats();
    assert_eq!((stats.sent, stats.acknowledged, stats.failed), (2_001, 2_001, 0));

    for order in [ReadOrder::InTurn, ReadOrder::Interleaved] {
        let ranges = (0..3).map(|p| ReadRange { partition: TopicPartition::new("orders", p), from: 0, to: 5_000 });
        let options = ReaderOptions { piece_bytes: 4_000, order, ..ReaderOptions::default() };
        let mut reader = Reader::start(stage.client.clone(), ranges.collect(), options);
        let mut by_key: BTreeMap<Bytes, Vec<Bytes>> = BTreeMap::new();
        while let Some(piece) = reader.next().await.unwrap() {
            for record in piece.records().unwrap() {
                by_key.entry(record.key.unwrap()).or_default().push(record.value.unwrap());
            }
        }
        assert_eq!(by_key.values().map(Vec::len).sum::<usize>(), 2_001);
        assert!(by_key.values().all(|values| values.is_sorted()), "order of a key was lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_takes_exactly_its_range_and_goes_on_where_records_were_deleted() {
    let stage = Stage::with_topic("orders", 1).await;
    let tp = TopicPartition::new("orders", 0);
    stage
        .client
        .produce("orders", numbered(100), ProduceOptions { batch_bytes: 500, ..Default::default() })
        .await
        .unwrap();
    let offsets = async |from, to| {
        let ranges = vec![ReadRange { partition: tp.clone(), from, to }];
        let mut reader =
            Reader::start(stage.client.clone(), ranges, ReaderOptions { piece_bytes: 100, ..Default::default() });
        let mut offsets = Vec::new();
        while let Some(piece) = reader.next().await.unwrap() {
            offsets.extend(piece.records().unwrap().iter().map(|r| r.offset));
        }
        offsets
    };
    assert_eq!(offsets(13, 61).await, (13..61).collect::<Vec<_>>());
    stage.client.delete_records(vec![(tp.clone(), 50)]).await.unwrap();
    assert_eq!(offsets(13, 61).await, (50..61).collect::<Vec<_>>());
    assert_eq!(offsets(0, 20).await, Vec::<i64>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_tells_what_was_refused() {
    let stage = Stage::with_topic("orders", 1).await;
    let producer = Producer::start(stage.client.clone(), ProducerOptions::default());
    producer.post("orders", record("k", "good")).await.unwrap();
    producer.post("orders", record("k", &"x".repeat(2_000_000))).await.unwrap();
    assert_eq!(producer.flush().await.unwrap_err().name(), "MESSAGE_TOO_LARGE");
    let stats = producer.stats();
    assert_eq!((stats.acknowledged, stats.failed), (1, 1));
    producer.flush().await.unwrap();
    assert_eq!(producer.send("nowhere", record("k", "v")).await.err().unwrap().name(), "UNKNOWN_TOPIC_OR_PARTITION");
}
