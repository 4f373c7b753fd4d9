//! A cluster of which a node hangs or is gone: what the others tell is told all the same, and what nobody tells keeps its
//! old values, with the reason. No time is measured: a node that hangs never answers, so who waits for it fails.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use kafka_protocol::{
    messages::{
        ApiKey, ApiVersionsResponse, DescribeLogDirsResponse, ListGroupsResponse, ListOffsetsResponse,
        MetadataResponse, RequestKind, ResponseKind, TopicName,
        api_versions_response::ApiVersion,
        list_groups_response::ListedGroup,
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
        metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
    },
    protocol::StrBytes,
};
use millpond::{
    codec::apis,
    model::HostPort,
    session::{
        Facts, OpenSessionOptions, Session,
        connections::{Profile, Secrets},
    },
};

use super::mini;

/// More than a look waits, and less than a request to a node that never answers.
const WAIT_MAX: Duration = Duration::from_secs(25);
const NODES: i32 = 3;
/// What more is there to know of groups does not matter here.
const SERVED: [ApiKey; 5] =
    [ApiKey::ApiVersions, ApiKey::Metadata, ApiKey::ListOffsets, ApiKey::DescribeLogDirs, ApiKey::ListGroups];

/// What the cluster tells of itself.
#[derive(Default)]
struct World {
    addresses: Vec<HostPort>,
    /// By topic of one partition: its leader, -1 for none, and its end.
    topics: BTreeMap<&'static str, (i32, i64)>,
    gone: Vec<i32>,
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

impl World {
    fn answer(&mut self, node: i32, request: &RequestKind) -> Option<ResponseKind> {
        Some(match request {
            RequestKind::ApiVersions(_) => {
                let of = |api: &apis::Api| {
                    ApiVersion::default()
                        .with_api_key(api.key as i16)
                        .with_min_version(api.min)
                        .with_max_version(api.max)
                };
                let served = apis::SERVED.iter().filter(|api| SERVED.contains(&api.key)).map(of);
                ApiVersionsResponse::default().with_api_keys(served.collect()).into()
            }
            RequestKind::Metadata(asked) => self.metadata(asked.topics.is_none()).into(),
            RequestKind::ListOffsets(asked) => {
                let topics = asked.topics.iter().map(|topic| {
                    let (leader, end) = self.topics[topic.name.as_str()];
                    assert_eq!(leader, node, "{} is asked for at a node that does not lead it", topic.name.as_str());
                    let offset = if topic.partitions[0].timestamp == -2 { 0 } else { end };
                    let partition = ListOffsetsPartitionResponse::default().with_offset(offset).with_timestamp(-1);
                    let told = ListOffsetsTopicResponse::default().with_name(topic.name.clone());
                    told.with_partitions(vec![partition])
                });
                ListOffsetsResponse::default().with_topics(topics.collect()).into()
            }
            RequestKind::DescribeLogDirs(_) => DescribeLogDirsResponse::default().into(),
            RequestKind::ListGroups(_) => {
                let groups = vec![ListedGroup::default().with_group_id(text(&format!("of-{node}")).into())];
                ListGroupsResponse::default().with_groups(groups).into()
            }
            _ => return None,
        })
    }

    fn metadata(&self, with_topics: bool) -> MetadataResponse {
        let brokers = self.addresses.iter().enumerate().map(|(at, address)| {
            let broker = MetadataResponseBroker::default().with_node_id((at as i32 + 1).into());
            broker.with_host(text(&address.host)).with_port(address.port.into())
        });
        let brokers = brokers.filter(|broker| !self.gone.contains(&broker.node_id.0)).collect();
        let topics = self.topics.iter().filter(|_| with_topics).map(|(name, (leader, _))| {
            let partition = MetadataResponsePartition::default().with_leader_id((*leader).into());
            let topic = MetadataResponseTopic::default().with_name(Some(TopicName(text(name))));
            topic.with_partitions(vec![partition])
        });
        MetadataResponse::default().with_brokers(brokers).with_topics(topics.collect())
    }
}

async fn until(session: &Session, what: &str, seen: impl Fn(&Facts) -> bool) -> Arc<Facts> {
    let over = Instant::now() + WAIT_MAX;
    loop {
        let facts = session.facts();
        if seen(&facts) {
            return facts;
        }
        assert!(Instant::now() < over, "waited {WAIT_MAX:?} for {what}: {facts:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn records(facts: &Facts, topic: &str) -> Option<u64> {
    facts.topic(topic).filter(|topic| topic.known).map(|topic| topic.records)
}

fn is_old(facts: &Facts, topic: &str) -> bool {
    facts.topic(topic).is_some_and(|topic| topic.old().is_some())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_hangs_holds_up_nobody_elses_news() {
    let world = Arc::new(Mutex::new(World::default()));
    world.lock().unwrap().topics = [("a", (1, 10)), ("b", (2, 20)), ("c", (3, 30))].into();
    let mut hangs: Vec<Arc<AtomicBool>> = Vec::new();
    for node in 1..=NODES {
        let (world, flag) = (world.clone(), Arc::new(AtomicBool::new(false)));
        hangs.push(flag.clone());
        let shared = world.clone();
        let address = mini::serve_unless(flag, move |request| shared.lock().unwrap().answer(node, request)).await;
        world.lock().unwrap().addresses.push(address);
    }
    let addresses = world.lock().unwrap().addresses.clone();
    // The node that will hang is the one that is asked for the list.
    let profile = Profile::new("late", addresses.into_iter().rev().collect());
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_owned();
    let opened = move || Session::open_remote(&profile, &Secrets::default(), &state, OpenSessionOptions::quiet());
    let session = tokio::task::spawn_blocking(opened).await.unwrap().unwrap();
    until(&session, "the first picture", |facts| {
        records(facts, "a") == Some(10) && records(facts, "c") == Some(30) && facts.group("of-3").is_some()
    })
    .await;

    hangs[2].store(true, Ordering::SeqCst);
    {
        let mut world = world.lock().unwrap();
        world.topics.insert("a", (1, 11));
        world.topics.insert("d", (2, 4));
    }
    let is_group_old = |facts: &Facts, id: &str| facts.group(id).map(|group| group.old.is_some());
    until(&session, "what the other nodes tell", |facts| {
        let told = records(facts, "a") == Some(11) && records(facts, "d") == Some(4);
        let old = is_old(facts, "c") && is_group_old(facts, "of-3") == Some(true);
        let new = !is_old(facts, "a") && !is_old(facts, "b") && is_group_old(facts, "of-1") == Some(false);
        // What the node that hangs told before is kept.
        told && old && new && records(facts, "c") == Some(30) && facts.problem.is_none()
    })
    .await;

    {
        let mut world = world.lock().unwrap();
        world.gone.push(3);
        world.topics.insert("c", (-1, 30));
    }
    let facts = until(&session, "the partition without a leader", |facts| {
        facts.topic("c").is_some_and(|topic| topic.offline() == 1) && facts.cluster.nodes == 2
    })
    .await;
    assert!(is_old(&facts, "c") && records(&facts, "c") == Some(30));

    {
        let mut world = world.lock().unwrap();
        world.gone.clear();
        world.topics.insert("c", (3, 31));
    }
    hangs[2].store(false, Ordering::SeqCst);
    until(&session, "the node to be back", |facts| records(facts, "c") == Some(31) && !is_old(facts, "c")).await;
    tokio::task::spawn_blocking(move || session.close()).await.unwrap();
}
