//! The client towards a cluster whose leaders move and whose brokers die, pause and forget: nodes that follow a script, with
//! time that passes only when everybody waits.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError as E,
    messages::{
        ApiVersionsResponse, FetchResponse, InitProducerIdResponse, MetadataResponse, ProduceResponse, ProducerId,
        RequestKind, ResponseKind, TopicName,
        api_versions_response::ApiVersion,
        fetch_response::{self, FetchableTopicResponse, PartitionData},
        metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
        produce_response::{self, PartitionProduceResponse, TopicProduceResponse},
    },
    protocol::StrBytes,
};
use millpond::{
    client::{
        BoxFuture, Client, ClientError, Connection, FetchOptions, HealthState, NodeState, ProduceOptions, Timeouts,
        Transport,
    },
    codec::{BatchHeader, apis},
    model::{NewRecord, TopicPartition},
};
use tokio::time::Instant;
use uuid::Uuid;

/// Of ApiVersions: as Kafka 2.1 to 2.3 has it, before KIP-511.
const API_VERSIONS_MAX: i16 = 2;
const TOPIC: &str = "t";
const OLD: Uuid = Uuid::from_u128(1);
const NEW: Uuid = Uuid::from_u128(2);

/// What Metadata tells of the topic: leader, epoch, id.
type Told = (i32, i32, Uuid);
type Answer = dyn Fn(&World, i32, &RequestKind) -> Result<ResponseKind, ClientError> + Send + Sync;

/// A cluster of three nodes with a topic of one partition.
struct World {
    told: Mutex<VecDeque<Told>>,
    nodes: Mutex<BTreeSet<i32>>,
    down: Mutex<BTreeSet<i32>>,
    calls: Mutex<Vec<(i32, &'static str)>>,
    answer: Box<Answer>,
}

#[derive(Clone)]
struct Script(Arc<World>);

impl Script {
    fn new(
        told: &[Told],
        answer: impl Fn(&World, i32, &RequestKind) -> Result<ResponseKind, ClientError> + Send + Sync + 'static,
    ) -> (Self, Client) {
        let world = World {
            told: Mutex::new(told.iter().copied().collect()),
            nodes: Mutex::new([1, 2, 3].into()),
            down: Mutex::default(),
            calls: Mutex::default(),
            answer: Box::new(answer),
        };
        let script = Self(Arc::new(world));
        (script.clone(), Client::new(Arc::new(script), "test"))
    }

    fn calls(&self, api: &str) -> Vec<i32> {
        let calls = self.0.calls.lock().unwrap();
        calls.iter().filter(|(_, name)| *name == api).map(|(node, _)| *node).collect()
    }
}

impl World {
    fn call(&self, node: i32, version: i16, request: &RequestKind) -> Result<ResponseKind, ClientError> {
        self.reach(node)?;
        let name = match request {
            RequestKind::ApiVersions(_) => return Ok(self.api_versions(version)),
            RequestKind::Metadata(_) => "Metadata",
            RequestKind::Fetch(_) => "Fetch",
            RequestKind::Produce(_) => "Produce",
            _ => "another",
        };
        self.calls.lock().unwrap().push((node, name));
        match request {
            RequestKind::Metadata(_) => Ok(self.metadata()),
            RequestKind::InitProducerId(_) => {
                Ok(InitProducerIdResponse::default().with_producer_id(ProducerId(9)).into())
            }
            other => (self.answer)(self, node, other),
        }
    }

    /// Whichever node is asked for the others is never down.
    fn reach(&self, node: i32) -> Result<(), ClientError> {
        match self.down.lock().unwrap().contains(&node) {
            true => Err(lost(&format!("nothing listens at node {node}"))),
            false => Ok(()),
        }
    }

    fn api_versions(&self, version: i16) -> ResponseKind {
        if version > API_VERSIONS_MAX {
            return ApiVersionsResponse::default().with_error_code(E::UnsupportedVersion.code()).into();
        }
        let of = |api: &apis::Api| {
            let key = ApiVersion::default().with_api_key(api.key as i16).with_min_version(api.min);
            key.with_max_version(api.max)
        };
        ApiVersionsResponse::default().with_api_keys(apis::SERVED.iter().map(of).collect()).into()
    }

    fn metadata(&self) -> ResponseKind {
        let mut told = self.told.lock().unwrap();
        let (leader, epoch, id) = if told.len() > 1 { told.pop_front().unwrap() } else { told[0] };
        let partition = MetadataResponsePartition::default().with_leader_id(leader.into()).with_leader_epoch(epoch);
        let topic = MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_static_str(TOPIC))))
            .with_topic_id(id)
            .with_partitions(vec![partition]);
        let node = |id: &i32| {
            let node = MetadataResponseBroker::default().with_node_id((*id).into());
            node.with_host(StrBytes::from_static_str("h")).with_port(9092)
        };
        let brokers = self.nodes.lock().unwrap().iter().map(node).collect();
        MetadataResponse::default().with_brokers(brokers).with_controller_id(1.into()).with_topics(vec![topic]).into()
    }
}

struct Way(Arc<World>, i32);

impl Transport for Script {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        let node = node.unwrap_or(-1);
        let connected = self.0.reach(node).map(|()| Arc::new(Way(Arc::clone(&self.0), node)) as Arc<dyn Connection>);
        Box::pin(std::future::ready(connected))
    }

    fn timeouts(&self) -> Timeouts {
        Timeouts::default()
    }
}

impl Connection for Way {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.0.call(self.1, version, &request)
        })
    }

    fn node_id(&self) -> i32 {
        self.1
    }
}

fn lost(why: &str) -> ClientError {
    ClientError::Disconnected { asked: String::new(), why: why.to_owned() }
}

/// An answer to Fetch: an error code and who leads instead.
fn fetched(code: i16, leader: (i32, i32), throttle_ms: i32) -> ResponseKind {
    let leader =
        fetch_response::LeaderIdAndEpoch::default().with_leader_id(leader.0.into()).with_leader_epoch(leader.1);
    let data = PartitionData::default().with_error_code(code).with_high_watermark(7).with_current_leader(leader);
    let topic = FetchableTopicResponse::default().with_topic_id(OLD).with_partitions(vec![data]);
    FetchResponse::default().with_responses(vec![topic]).with_throttle_time_ms(throttle_ms).into()
}

const NOBODY: (i32, i32) = (-1, -1);

async fn fetch(client: &Client) -> Result<i64, ClientError> {
    let options = FetchOptions::default();
    client.fetch(&TopicPartition::new(TOPIC, 0), 0, options).await.map(|fetched| fetched.high_watermark)
}

#[tokio::test(start_paused = true)]
async fn who_leads_instead_is_asked_without_looking_for_it() {
    let (script, client) = Script::new(&[(1, 5, OLD)], |_, node, _| {
        Ok(if node == 1 { fetched(E::NotLeaderOrFollower.code(), (2, 6), 0) } else { fetched(0, NOBODY, 0) })
    });
    assert_eq!(fetch(&client).await, Ok(7));
    assert_eq!(script.calls("Fetch"), [1, 2]);
    assert_eq!(script.calls("Metadata").len(), 1);
    assert_eq!(fetch(&client).await, Ok(7));
    assert_eq!(script.calls("Fetch"), [1, 2, 2], "and that is remembered");
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_lags_behind_is_not_believed() {
    // Epoch 6 was told once; after that a node tells of epoch 5 for a while.
    let told = [(1, 6, OLD), (2, 5, OLD), (2, 5, OLD), (3, 7, OLD)];
    let (script, client) = Script::new(&told, |_, node, _| {
        Ok(if node == 3 { fetched(0, NOBODY, 0) } else { fetched(E::FencedLeaderEpoch.code(), NOBODY, 0) })
    });
    assert_eq!(fetch(&client).await, Ok(7));
    assert_eq!(script.calls("Fetch"), [1, 1, 1, 3], "never node 2, which led before");
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_was_made_anew_is_found_by_its_new_id() {
    let (script, client) = Script::new(&[(1, 5, OLD), (1, 0, NEW)], |_, _, request| {
        let RequestKind::Fetch(request) = request else { panic!("{request:?}") };
        let topic = &request.topics[0];
        assert!(topic.topic_id == OLD || topic.topic_id == NEW);
        let code = if topic.topic_id == OLD { E::UnknownTopicId.code() } else { 0 };
        let data = PartitionData::default().with_error_code(code).with_high_watermark(7);
        let topic = FetchableTopicResponse::default().with_topic_id(topic.topic_id).with_partitions(vec![data]);
        Ok(FetchResponse::default().with_responses(vec![topic]).into())
    });
    assert_eq!(fetch(&client).await, Ok(7));
    assert_eq!((script.calls("Fetch").len(), script.calls("Metadata").len()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_broker_dies_is_told_of_and_comes_back() {
    let (script, client) = Script::new(&[(2, 5, OLD)], |_, _, _| Ok(fetched(0, NOBODY, 0)));
    assert_eq!(fetch(&client).await, Ok(7));
    assert_eq!(client.health().state, HealthState::Connected);
    script.0.down.lock().unwrap().insert(2);
    let reader = tokio::spawn({
        let client = client.clone();
        async move { fetch(&client).await }
    });
    tokio::time::sleep(Duration::from_secs(3)).await;
    let HealthState::Reconnecting { broker: Some(2), of: 3, attempt: 2.., why, .. } = client.health().state else {
        panic!("{:?}", client.health());
    };
    assert_eq!(why, "nothing listens at node 2");
    // The others elect a leader, and the cluster goes on without it.
    script.0.nodes.lock().unwrap().remove(&2);
    *script.0.told.lock().unwrap() = [(3, 6, OLD)].into();
    assert_eq!(reader.await.unwrap(), Ok(7), "who reads has waited");
    assert_eq!(client.health().state, HealthState::Absent { broker: 2, of: 3 });
    assert_eq!(client.health().nodes[1].state, NodeState::Absent);
    script.0.nodes.lock().unwrap().insert(2);
    script.0.down.lock().unwrap().clear();
    *script.0.told.lock().unwrap() = [(2, 7, OLD)].into();
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(fetch(&client).await, Ok(7));
    assert_eq!(client.health().state, HealthState::Connected);
}

#[tokio::test(start_paused = true)]
async fn who_would_rather_know_soon_is_told_soon() {
    let (script, client) = Script::new(&[(2, 5, OLD)], |_, _, _| Ok(fetched(0, NOBODY, 0)));
    assert_eq!(fetch(&client).await, Ok(7));
    script.0.down.lock().unwrap().insert(2);
    let began = Instant::now();
    let failed = fetch(&client.with_patience_ms(2_000)).await.unwrap_err();
    assert!(matches!(failed, ClientError::Disconnected { .. }), "{failed}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let began = Instant::now();
    fetch(&client).await.unwrap_err();
    assert!(began.elapsed() > Duration::from_secs(55), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_asks_for_a_pause_gets_it() {
    let (_script, client) = Script::new(&[(1, 5, OLD)], |_, _, _| Ok(fetched(0, NOBODY, 400)));
    assert_eq!(fetch(&client).await, Ok(7));
    assert!(client.health().throttled_ms > 300);
    let began = Instant::now();
    assert_eq!(fetch(&client).await, Ok(7));
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
    tokio::time::sleep(Duration::from_millis(401)).await;
    assert_eq!(client.health().throttled_ms, 0);
}

/// Stores each batch once, by its sequence, wherever it is sent; the first answer of each is lost, and the leader moves.
fn store(stored: &Mutex<Vec<i32>>, node: i32, request: &RequestKind) -> Result<ResponseKind, ClientError> {
    let RequestKind::Produce(request) = request else { panic!("{request:?}") };
    let records: Bytes = request.topic_data[0].partition_data[0].records.clone().unwrap();
    let header = BatchHeader::parse(&records).unwrap();
    let mut stored = stored.lock().unwrap();
    let answer = |code: i16, base: i64| {
        let leader = produce_response::LeaderIdAndEpoch::default().with_leader_id(2.into()).with_leader_epoch(6);
        let data = PartitionProduceResponse::default().with_error_code(code).with_base_offset(base);
        let topic = TopicProduceResponse::default().with_name(request.topic_data[0].name.clone());
        let topic = topic.with_partition_responses(vec![data.with_current_leader(leader)]);
        ProduceResponse::default().with_responses(vec![topic]).into()
    };
    assert!(header.producer_id >= 0, "it carries no sequence");
    match stored.iter().position(|sequence| *sequence == header.base_sequence) {
        Some(at) if node == 2 => Ok(answer(0, at as i64)),
        Some(_) => Ok(answer(E::NotLeaderOrFollower.code(), -1)),
        None => {
            stored.push(header.base_sequence);
            Err(lost("the connection broke after the batch was stored"))
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_answer_is_lost_while_the_leader_moves_is_stored_once() {
    let stored = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&stored);
    let (script, client) = Script::new(&[(1, 5, OLD)], move |_, node, request| store(&seen, node, request));
    let options = ProduceOptions { idempotent: true, ..ProduceOptions::default() };
    let record = || NewRecord { value: Some(Bytes::from_static(b"v")), ..NewRecord::default() };
    for wanted in 0..3 {
        let produced = client.produce(TOPIC, vec![record()], options).await.unwrap();
        assert_eq!(produced[0].offset, wanted);
    }
    assert_eq!(*stored.lock().unwrap(), [0, 1, 2], "no gap, and none twice");
    assert_eq!(script.calls("Produce"), [1, 1, 2, 2, 2, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_never_answered_is_given_up_within_seconds() {
    let (script, client) = Script::new(&[(1, 5, OLD)], |_, _, _| Ok(fetched(0, NOBODY, 0)));
    script.0.down.lock().unwrap().insert(-1);
    let began = Instant::now();
    client.topics().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    assert!(matches!(client.health().state, HealthState::Reconnecting { broker: None, .. }));
}
