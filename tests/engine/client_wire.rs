//! The client towards a cluster that is not in this process, as far as that can be had here: every request and answer goes
//! through its bytes, in the newest and in the oldest versions, and nodes fail in the ways that nodes do.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, ApiVersionsResponse, RequestKind, ResponseKind};
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{
        AutoOffsetReset, BoxFuture, Client, ClientError, ConfigChange, Connection, Consumer, ConsumerOptions,
        FetchOptions, NewTopic, OffsetSpec, ProduceOptions, Transport,
    },
    codec::apis,
    model::{Acks, GroupState, NewRecord, TopicPartition},
    session::{SystemClock, in_process::InProcess},
    transfer::merge::{MergedReader, Stretch},
};
use tempfile::TempDir;

/// What the network does to one call of an API.
#[derive(Clone, Copy)]
enum Fault {
    /// The answer holds this error code where the API has its first one.
    Code(i16),
    /// The connection breaks before the request arrives.
    Break,
}

/// A transport through bytes.
#[derive(Clone)]
struct Wire {
    inner: Arc<InProcess>,
    /// Versions are offered from the minimum of [`apis::SERVED`] to this many above it.
    above_min: i16,
    faults: Arc<Mutex<HashMap<&'static str, Vec<Fault>>>>,
    calls: Arc<Mutex<HashMap<String, usize>>>,
}

struct WireConnection {
    wire: Wire,
    inner: Arc<dyn Connection>,
}

impl Transport for Wire {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let inner = self.inner.connect(node).await?;
            Ok(Arc::new(WireConnection { wire: self.clone(), inner }) as Arc<dyn Connection>)
        })
    }
}

impl Connection for WireConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            let key = key_of(&request);
            let name = format!("{key:?}");
            *self.wire.calls.lock().unwrap().entry(name.clone()).or_default() += 1;
            let fault = self.wire.faults.lock().unwrap().get_mut(&*name).and_then(Vec::pop);
            if let Some(Fault::Break) = fault {
                return Err(ClientError::Disconnected { asked: name, why: "the wire was cut".to_owned() });
            }
            let mut bytes = BytesMut::new();
            request.encode(&mut bytes, version).unwrap_or_else(|e| panic!("{key:?} {version}: {e}"));
            let mut bytes = bytes.freeze();
            let request = RequestKind::decode(key, &mut bytes, version).unwrap();
            assert!(bytes.is_empty());
            let mut answer = match fault {
                Some(Fault::Code(code)) => refusal(&request, code),
                _ => self.inner.call(version, request).await?,
            };
            if let ResponseKind::ApiVersions(versions) = &mut answer {
                self.wire.limit(versions);
            }
            let mut bytes = BytesMut::new();
            answer.encode(&mut bytes, version).unwrap_or_else(|e| panic!("answer of {key:?} {version}: {e}"));
            Ok(ResponseKind::decode(key, &mut bytes.freeze(), version).unwrap())
        })
    }

    fn node_id(&self) -> i32 {
        self.inner.node_id()
    }
}

impl Wire {
    fn new(broker: &Broker, above_min: i16) -> Self {
        let inner = Arc::new(InProcess::new(broker.clone(), "wire"));
        Self { inner, above_min, faults: Arc::default(), calls: Arc::default() }
    }

    fn limit(&self, versions: &mut ApiVersionsResponse) {
        for api in &mut versions.api_keys {
            // What is served counts: of Produce the answer says less than that.
            let served = apis::SERVED.iter().find(|row| row.key as i16 == api.api_key).map_or(0, |row| row.min);
            let least = OLDEST.iter().find(|(key, _)| *key as i16 == api.api_key).map_or(served, |(_, v)| *v);
            api.max_version = api.max_version.min(least.saturating_add(self.above_min));
        }
    }

    fn inject(&self, api: &'static str, faults: &[Fault]) {
        self.faults.lock().unwrap().insert(api, faults.iter().rev().copied().collect());
    }

    fn calls(&self, api: &str) -> usize {
        self.calls.lock().unwrap().get(api).copied().unwrap_or(0)
    }
}

/// The oldest versions in which these APIs have what is asked here.
const OLDEST: [(ApiKey, i16); 4] =
    [(ApiKey::ListOffsets, 7), (ApiKey::Metadata, 4), (ApiKey::OffsetFetch, 2), (ApiKey::JoinGroup, 1)];

fn key_of(request: &RequestKind) -> ApiKey {
    // `Produce(ProduceRequest { .. })`: the variant has the name of the key.
    let text = format!("{request:?}");
    let name = text.split('(').next().unwrap();
    apis::SERVED.iter().map(|api| api.key).find(|key| format!("{key:?}") == name).unwrap()
}

fn refusal(request: &RequestKind, code: i16) -> ResponseKind {
    use kafka_protocol::messages::{
        FetchResponse, FindCoordinatorResponse, HeartbeatResponse, ProduceResponse,
        find_coordinator_response::Coordinator,
        produce_response::{PartitionProduceResponse, TopicProduceResponse},
    };
    match request {
        RequestKind::Produce(request) => {
            let topic = &request.topic_data[0];
            let partition =
                PartitionProduceResponse::default().with_index(topic.partition_data[0].index).with_error_code(code);
            let topic =
                TopicProduceResponse::default().with_name(topic.name.clone()).with_partition_responses(vec![partition]);
            ProduceResponse::default().with_responses(vec![topic]).into()
        }
        RequestKind::FindCoordinator(_) => FindCoordinatorResponse::default()
            .with_coordinators(vec![Coordinator::default().with_error_code(code)])
            .into(),
        RequestKind::Fetch(_) => FetchResponse::default().with_error_code(code).into(),
        RequestKind::Heartbeat(_) => HeartbeatResponse::default().with_error_code(code).into(),
        other => panic!("no refusal for {other:?}"),
    }
}

async fn open(above_min: i16) -> (Wire, Client, Broker, TempDir) {
    let dir = TempDir::new().unwrap();
    let options = BrokerOptions { auto_create_topics: false, ..BrokerOptions::new(dir.path(), Arc::new(SystemClock)) };
    let broker = Broker::open(options).await.unwrap();
    let wire = Wire::new(&broker, above_min);
    (wire.clone(), Client::new(Arc::new(wire), "wire"), broker, dir)
}

fn record(value: &'static str) -> NewRecord {
    NewRecord { value: Some(Bytes::from_static(value.as_bytes())), ..NewRecord::default() }
}

/// Whatever an answer is made of must be sendable between threads: sessions spawn these.
fn sendable<T: Send>(future: T) -> T {
    future
}

async fn consume(consumer: &Consumer, count: usize) {
    let polls = async {
        let mut got = 0;
        while got < count {
            got += sendable(consumer.poll(Duration::from_millis(50))).await.unwrap().records.len();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), polls).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_through_bytes_in_old_and_new_versions() {
    for above_min in [0, 1, 2, 3, 5, 8, 99] {
        let (_wire, client, broker, _dir) = open(above_min).await;
        let tp = TopicPartition::new("orders", 0);
        let topic = NewTopic::new("orders", 1).with_config("retention.ms", "100000");
        sendable(client.create_topic(&topic)).await.unwrap();
        client.alter_topic_configs("orders", vec![ConfigChange::Reset("retention.ms".into())]).await.unwrap();
        assert!(client.describe_topic_configs("orders").await.unwrap().len() > 5);
        client.add_partitions("orders", 2).await.unwrap();
        let mut record = record("v");
        record.partition = Some(0);
        sendable(client.produce("orders", vec![record; 3], ProduceOptions::default())).await.unwrap();
        assert_eq!(sendable(client.fetch(&tp, 0, FetchOptions::default())).await.unwrap().high_watermark, 3);
        for (spec, offset) in [(OffsetSpec::Latest, 3), (OffsetSpec::MaxTimestamp, 0), (OffsetSpec::At(5), 0)] {
            assert_eq!(sendable(client.offset(&tp, spec)).await.unwrap(), Some(offset), "{above_min}: {spec:?}");
        }
        let options = ConsumerOptions {
            auto_offset_reset: AutoOffsetReset::Earliest,
            heartbeat_interval_ms: 20,
            ..ConsumerOptions::new("g", ["orders"])
        };
        let consumer = Consumer::start(client.clone(), options);
        consume(&consumer, 3).await;
        consumer.commit().await.unwrap();
        assert_eq!(client.describe_group("g").await.unwrap().members[0].assignment.len(), 2);
        consumer.leave().await.unwrap();
        assert_eq!(client.describe_group("g").await.unwrap().state, GroupState::Empty, "{above_min}");
        assert_eq!(client.committed("g").await.unwrap()[0].1.offset, 3);
        client.commit_as_admin("g", vec![(tp.clone(), 1)]).await.unwrap()[0].1.clone().unwrap();
        assert_eq!(client.groups().await.unwrap().len(), 1);
        client.delete_group_offsets("g", vec![tp.clone()]).await.unwrap()[0].1.clone().unwrap();
        client.delete_groups(&["g"]).await.unwrap()[0].1.clone().unwrap();
        assert_eq!(client.delete_records(vec![(tp, -1)]).await.unwrap()[0].1, Ok(3));
        client.delete_topic("orders").await.unwrap();
        broker.shutdown().await;
    }
}

const NOT_LEADER: Fault = Fault::Code(6);
const NOT_COORDINATOR: Fault = Fault::Code(16);
const REQUEST_TIMED_OUT: Fault = Fault::Code(7);

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_leader_is_looked_up_again_and_nothing_is_sent_twice() {
    let (wire, client, _broker, _dir) = open(99).await;
    client.create_topic(&NewTopic::new("orders", 1)).await.unwrap();
    wire.inject("Produce", &[NOT_LEADER, NOT_LEADER]);
    let before = wire.calls("Metadata");
    let produced = client.produce("orders", vec![record("a")], ProduceOptions::default()).await.unwrap();
    assert_eq!((produced[0].offset, wire.calls("Produce")), (0, 3));
    assert!(wire.calls("Metadata") >= before + 2);

    // Whether it was stored is not known: sending again could store it twice, so the caller is told.
    for fault in [REQUEST_TIMED_OUT, Fault::Break] {
        wire.inject("Produce", &[fault]);
        let calls = wire.calls("Produce");
        client.produce("orders", vec![record("b")], ProduceOptions::default()).await.unwrap_err();
        assert_eq!(wire.calls("Produce"), calls + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_made_again_for_what_may_be_asked_twice() {
    let (wire, client, _broker, _dir) = open(99).await;
    client.create_topic(&NewTopic::new("orders", 1)).await.unwrap();
    wire.inject("Metadata", &[Fault::Break, Fault::Break]);
    assert_eq!(client.topics().await.unwrap().len(), 1);
    wire.inject("Metadata", &[Fault::Break; 100]);
    let error = client.topics().await.unwrap_err();
    assert!(error.to_string().contains("list the topics: no connection"), "{error}");
    wire.inject("Metadata", &[]);
    assert_eq!(client.topics().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_survives_a_coordinator_that_moves() {
    let (wire, client, _broker, _dir) = open(99).await;
    client.create_topic(&NewTopic::new("orders", 1)).await.unwrap();
    wire.inject("FindCoordinator", &[NOT_COORDINATOR, Fault::Break]);
    let options = ConsumerOptions {
        auto_offset_reset: AutoOffsetReset::Earliest,
        heartbeat_interval_ms: 10,
        ..ConsumerOptions::new("g", ["orders"])
    };
    let consumer = Consumer::start(client.clone(), options);
    client.produce("orders", vec![record("a")], ProduceOptions::default()).await.unwrap();
    consume(&consumer, 1).await;
    let generation = consumer.generation();
    wire.inject("Heartbeat", &[NOT_COORDINATOR, Fault::Break]);
    let heartbeats = wire.calls("Heartbeat");
    while wire.calls("Heartbeat") < heartbeats + 5 {
        consumer.poll(Duration::from_millis(5)).await.unwrap();
    }
    client.produce("orders", vec![record("b")], ProduceOptions::default()).await.unwrap();
    consume(&consumer, 1).await;
    assert_eq!(consumer.generation(), generation, "it had to join again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_partition_does_not_hold_up_the_others() {
    let (_wire, client, broker, dir) = open(99).await;
    client.create_topic(&NewTopic::new("orders", 2)).await.unwrap();
    let to = |partition| NewRecord { partition: Some(partition), ..record("v") };
    client.produce("orders", vec![to(0), to(1)], ProduceOptions::default()).await.unwrap();
    broker.shutdown().await;
    drop((client, broker));

    let folder = std::fs::read_dir(dir.path().join("topics")).unwrap().next().unwrap().unwrap().path();
    for file in ["0.sqlite", "0.sqlite-wal", "0.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.join(file));
    }
    std::fs::write(folder.join("0.sqlite"), "this is no database, whatever its name says").unwrap();
    let options = BrokerOptions::new(dir.path(), Arc::new(SystemClock));
    let broker = Broker::open(options).await.unwrap();
    let client = Client::new(Arc::new(Wire::new(&broker, 99)), "wire");
    let options =
        ConsumerOptions { auto_offset_reset: AutoOffsetReset::Earliest, ..ConsumerOptions::new("g", ["orders"]) };
    let consumer = Consumer::start(client.clone(), options);
    consume(&consumer, 1).await;
    assert_eq!(consumer.positions(), [(TopicPartition::new("orders", 1), 1)]);
    let error = client.fetch(&TopicPartition::new("orders", 0), 0, FetchOptions::default()).await.unwrap_err();
    assert_eq!(error.name(), "KAFKA_STORAGE_ERROR");
}

/// One record in each of a thousand partitions.
async fn wide(client: &Client) {
    const PARTITIONS: i32 = 1_000;
    client.create_topic(&NewTopic::new("wide", PARTITIONS)).await.unwrap();
    let to = |partition| NewRecord { partition: Some(partition), ..record("v") };
    let options = ProduceOptions { acks: Acks::Leader, ..ProduceOptions::default() };
    client.produce("wide", (0..PARTITIONS).map(to).collect(), options).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_partitions_are_read_with_tens_of_requests() {
    let (wire, client, _broker, _dir) = open(99).await;
    wide(&client).await;
    let all: Vec<_> = (0..1_000).map(|partition| TopicPartition::new("wide", partition)).collect();
    let ends = client.offsets(all.iter().map(|tp| (tp.clone(), OffsetSpec::Latest)).collect()).await.unwrap();
    assert!(ends.iter().all(|(_, end)| end.as_ref().unwrap().offset == Some(1)));
    assert_eq!(wire.calls("ListOffsets"), 1);
    let stretches = all.iter().map(|partition| Stretch { partition: partition.clone(), from: 0, to: 1 });
    let mut reader = MergedReader::new(client.clone(), stretches.collect());
    let mut seen = 0;
    while reader.next().await.unwrap().is_some() {
        seen += 1;
    }
    assert_eq!(seen, 1_000);
    assert!(wire.calls("Fetch") < 20, "{} requests", wire.calls("Fetch"));
    let before = wire.calls("Fetch");
    let options =
        ConsumerOptions { auto_offset_reset: AutoOffsetReset::Earliest, ..ConsumerOptions::new("g", ["wide"]) };
    let consumer = Consumer::start(client, options);
    consume(&consumer, 1_000).await;
    assert!(wire.calls("Fetch") - before < 50, "{} requests", wire.calls("Fetch") - before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_session_that_the_broker_forgets_begins_anew() {
    let (wire, client, _broker, _dir) = open(99).await;
    client.create_topic(&NewTopic::new("orders", 2)).await.unwrap();
    client.produce("orders", vec![record("v"); 10], ProduceOptions::default()).await.unwrap();
    let (not_found, wrong_epoch) = (Fault::Code(70), Fault::Code(71));
    wire.inject("Fetch", &[not_found, wrong_epoch, Fault::Break]);
    let options =
        ConsumerOptions { auto_offset_reset: AutoOffsetReset::Earliest, ..ConsumerOptions::new("g", ["orders"]) };
    let consumer = Consumer::start(client.clone(), options);
    consume(&consumer, 10).await;
    wire.inject("Fetch", &[wrong_epoch]);
    client.produce("orders", vec![record("v"); 10], ProduceOptions::default()).await.unwrap();
    consume(&consumer, 10).await;
}
