//! What the broker tells of its clients: connections, requests, producers, the life of a record.

use bytes::{BufMut as _, Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        ApiKey, ApiVersionsRequest, ConsumerProtocolAssignment, GroupId, HeartbeatRequest, JoinGroupRequest,
        MetadataRequest, OffsetCommitRequest, SaslAuthenticateRequest, SyncGroupRequest,
        consumer_protocol_assignment::TopicPartition,
        join_group_request::JoinGroupRequestProtocol,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        sync_group_request::SyncGroupRequestAssignment,
    },
    protocol::Encodable as _,
};
use millpond::{
    broker::{
        CallContext, RebalanceReason,
        observe::{
            AckClass, Advice, ClientState, Connection, ConnectionInfo, LifeStepKind as Step, Origin, REQUESTS_KEPT_MAX,
            RequestFilter, Said, TransactionEnd, WhyAgain,
        },
    },
    codec::{BatchBuilder, ProducerStamp, apis::served},
    model::{Compression, NewRecord},
};

use super::stage::{NOW, Stage, batch, fetch_request, name, produce_request, text};

macro_rules! call {
    ($stage:expr, $context:expr, $api:ident, $version:expr, $request:expr) => {{
        let request = kafka_protocol::messages::RequestKind::$api($request);
        match $stage.broker.call(&$context, $version, request).await {
            kafka_protocol::messages::ResponseKind::$api(response) => response,
            other => panic!("another answer: {other:?}"),
        }
    }};
}

mod transactions;

/// A client with its own connection.
struct Client {
    connection: Connection,
    context: CallContext,
}

fn client(stage: &Stage, id: &str, port: u16) -> Client {
    let peer = ([127, 0, 0, 1], port).into();
    let listener = ([127, 0, 0, 1], 9092).into();
    let info = ConnectionInfo::new(Origin::Tcp { peer, listener, encrypted: false }, "");
    let connection = stage.broker.connect(info);
    let context = connection.context(id);
    Client { connection, context }
}

fn group(id: &str) -> GroupId {
    GroupId(text(id))
}

/// Owns partition 0 of `t`.
fn assignment() -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_i16(1);
    let topic = TopicPartition::default().with_topic(name("t")).with_partitions(vec![0]);
    ConsumerProtocolAssignment::default().with_assigned_partitions(vec![topic]).encode(&mut bytes, 1).unwrap();
    bytes.freeze()
}

impl Client {
    /// Becomes the only member of the group `g`, owning partition 0; returns member id and generation.
    async fn take_part(&self, stage: &Stage) -> (String, i32) {
        let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(Bytes::from("x"));
        let join = |member: &str| {
            JoinGroupRequest::default()
                .with_group_id(group("g"))
                .with_session_timeout_ms(10_000)
                .with_rebalance_timeout_ms(30_000)
                .with_member_id(text(member))
                .with_protocol_type(text("consumer"))
                .with_protocols(vec![protocol.clone()])
        };
        let first = call!(stage, self.context, JoinGroup, 7, join(""));
        assert_eq!(first.error_code, 79);
        let joined = call!(stage, self.context, JoinGroup, 7, join(&first.member_id));
        assert_eq!(joined.error_code, 0);
        let mine = SyncGroupRequestAssignment::default()
            .with_member_id(joined.member_id.clone())
            .with_assignment(assignment());
        let request = SyncGroupRequest::default()
            .with_group_id(group("g"))
            .with_generation_id(joined.generation_id)
            .with_member_id(joined.member_id.clone())
            .with_protocol_type(Some(text("consumer")))
            .with_protocol_name(Some(text("range")))
            .with_assignments(vec![mine]);
        assert_eq!(call!(stage, self.context, SyncGroup, 5, request).error_code, 0);
        (joined.member_id.to_string(), joined.generation_id)
    }

    async fn fetch(&self, stage: &Stage, from: i64) {
        let answer = call!(stage, self.context, Fetch, 12, fetch_request("t", 0, from));
        assert_eq!(answer.responses[0].partitions[0].error_code, 0);
    }

    async fn commit(&self, stage: &Stage, group_id: &str, member: &str, generation: i32, offset: i64) -> i16 {
        let partition = OffsetCommitRequestPartition::default().with_partition_index(0).with_committed_offset(offset);
        let topic = OffsetCommitRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
        let request = OffsetCommitRequest::default()
            .with_group_id(group(group_id))
            .with_generation_id_or_member_epoch(generation)
            .with_member_id(text(member))
            .with_topics(vec![topic]);
        call!(stage, self.context, OffsetCommit, 8, request).topics[0].partitions[0].error_code
    }

    async fn heartbeat(&self, stage: &Stage, member: &str, generation: i32) -> i16 {
        let request = HeartbeatRequest::default()
            .with_group_id(group("g"))
            .with_generation_id(generation)
            .with_member_id(text(member));
        call!(stage, self.context, Heartbeat, 4, request).error_code
    }
}

fn stamped(values: &[&str], base_sequence: i32) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::Lz4, 1 << 20);
    for value in values {
        let record = NewRecord { value: Some(Bytes::from((*value).to_owned())), ..NewRecord::default() };
        assert!(builder.push(&record, NOW));
    }
    builder.build(ProducerStamp { producer_id: 7, producer_epoch: 0, base_sequence, transactional: false }).unwrap()
}

#[tokio::test]
async fn a_record_that_two_members_got_tells_its_life_and_why() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let producer = client(&stage, "order-service", 50_001);
    let hello = ApiVersionsRequest::default()
        .with_client_software_name(text("apache-kafka-java"))
        .with_client_software_version(text("4.1.0"));
    call!(stage, producer.context, ApiVersions, 3, hello);
    call!(stage, producer.context, Produce, 9, produce_request("t", 0, batch(&["a", "b", "c"]), -1));

    // A client has a connection to the node and another to the coordinator of its group.
    let (first, first_fetches) = (client(&stage, "billing-2", 50_002), client(&stage, "billing-2", 50_003));
    let (lost, generation) = first.take_part(&stage).await;
    first_fetches.fetch(&stage, 0).await;
    // It falls silent before it commits.
    stage.clock.step(11_000);
    stage.broker.tick().await;
    let (second, second_fetches) = (client(&stage, "billing-1", 50_004), client(&stage, "billing-1", 50_005));
    let (taker, next) = second.take_part(&stage).await;
    assert!(next > generation);
    second_fetches.fetch(&stage, 0).await;
    assert_eq!(second.commit(&stage, "g", &taker, next, 3).await, 0);
    let analytics = client(&stage, "analytics", 50_006);
    assert_eq!(analytics.commit(&stage, "analytics", "", -1, 1).await, 0);

    let life = stage.broker.inspector().life("t", 0, 2).unwrap();
    assert!(life.is_production_known());
    assert_eq!((life.known_from, life.deliveries, life.groups), (Some(0), 2, 1));
    let told: Vec<String> = life.steps.iter().map(|step| short(&step.kind)).collect();
    let expected = [
        "produced by order-service apache-kafka-java in 0..3",
        "stored at 0 with 1",
        "Synced up to 3",
        &format!("1st to g {lost}"),
        "g rebalanced: expired",
        "g rebalanced: joined",
        &format!("2nd to g {taker}"),
        "g committed 3",
        "analytics is at 1, 1 before",
    ];
    assert_eq!(told, expected, "{:#?}", life.steps);
    let WhyAgain::NotCommittedBeforeRebalance { from, to, reason } = &life.again[0].1 else {
        panic!("{:?}", life.again)
    };
    assert_eq!((&*life.again[0].0, &**from, &**to), ("g", &*lost, &*taker));
    assert!(matches!(reason, Some(RebalanceReason::MemberExpired { .. })), "{reason:?}");
    let after: Vec<u64> = life.steps.iter().filter_map(|step| step.after_micros).collect();
    assert!(after.is_sorted() && after.len() == 8, "{after:?}");
    // What was committed before it came is not its delivery, and what nobody produced has no life.
    let unknown = stage.broker.inspector().life("t", 0, 9).unwrap();
    assert_eq!((unknown.deliveries, unknown.groups), (0, 0));
    assert!(stage.broker.inspector().life("t", 1, 0).is_none());
}

#[tokio::test]
async fn a_program_that_comes_back_is_told_as_a_restart() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["a"])).await;
    let before = client(&stage, "billing", 50_002);
    let (lost, _) = before.take_part(&stage).await;
    before.fetch(&stage, 0).await;
    stage.clock.step(11_000);
    stage.broker.tick().await;
    let after = client(&stage, "billing", 50_009);
    after.take_part(&stage).await;
    after.fetch(&stage, 0).await;
    let life = stage.broker.inspector().life("t", 0, 0).unwrap();
    let WhyAgain::NotCommittedBeforeRestart { member } = &life.again[0].1 else { panic!("{:?}", life.again) };
    assert_eq!(&**member, lost);
}

fn short(step: &Step) -> String {
    match step {
        Step::Produced { by, batch, .. } => {
            let software = by.software.as_ref().map(|software| software.name.to_string()).unwrap_or_default();
            format!("produced by {} {software} in {}..{}", by.client_id, batch.base_offset, batch.records)
        }
        Step::Stored { base_offset, shared, .. } => format!("stored at {base_offset} with {}", shared.unwrap()),
        Step::Acknowledged { class, high_watermark, .. } => format!("{class:?} up to {high_watermark}"),
        Step::TransactionEnded { how: TransactionEnd::Asked { .. }, committed } => {
            format!("transaction ended, committed: {committed}")
        }
        Step::TransactionEnded { how, .. } => format!("transaction aborted: {how:?}"),
        Step::Fetched(fetched) => {
            let (group, member) = fetched.member.as_ref().unwrap();
            format!("{} to {group} {member}", if fetched.nth == 1 { "1st" } else { "2nd" })
        }
        Step::Committed(commit) => format!("{} committed {}", commit.group, commit.offset),
        Step::Rebalanced { group, reason, .. } => {
            let why = match reason {
                RebalanceReason::MemberJoined { .. } => "joined",
                RebalanceReason::MemberExpired { .. } => "expired",
                _ => "otherwise",
            };
            format!("{group} rebalanced: {why}")
        }
        Step::NotYetCommitted { group, committed, before } => {
            format!("{group} is at {}, {before} before", committed.unwrap())
        }
    }
}

#[tokio::test]
async fn an_offset_set_back_and_a_second_look_are_told_apart() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce_with("t", 0, batch(&["a", "b"]), 1).await;
    let reader = client(&stage, "reader", 50_001);
    let (member, generation) = reader.take_part(&stage).await;
    reader.fetch(&stage, 0).await;
    reader.fetch(&stage, 0).await;
    let why = |life: millpond::broker::observe::Life| life.again.into_iter().next().map(|(_, why)| why);
    let asked_again = why(stage.broker.inspector().life("t", 0, 1).unwrap());
    assert!(matches!(asked_again, Some(WhyAgain::AskedAgain { .. })), "{asked_again:?}");
    // Only what was asked for counts, not all that its batch holds.
    reader.commit(&stage, "g", &member, generation, 2).await;
    reader.commit(&stage, "g", &member, generation, 1).await;
    reader.fetch(&stage, 1).await;
    let inspector = stage.broker.inspector();
    assert_eq!(why(inspector.life("t", 0, 1).unwrap()), Some(WhyAgain::OffsetWentBack { committed: 2, back_to: 1 }));
    assert_eq!(inspector.life("t", 0, 0).unwrap().deliveries, 2);
    let acknowledged = inspector.life("t", 0, 0).unwrap().steps.into_iter().find_map(|step| match step.kind {
        Step::Acknowledged { class, .. } => Some(class),
        _ => None,
    });
    assert_eq!(acknowledged, Some(AckClass::Written));
}

#[tokio::test]
async fn connections_tell_library_topics_groups_and_errors_until_they_end() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let one = client(&stage, "billing", 50_001);
    let other = client(&stage, "billing", 50_002);
    let hello = ApiVersionsRequest::default()
        .with_client_software_name(text("librdkafka"))
        .with_client_software_version(text("2.10.0"));
    call!(stage, one.context, ApiVersions, 3, hello);
    let (member, generation) = one.take_part(&stage).await;
    call!(stage, other.context, Produce, 9, produce_request("t", 0, batch(&["a"]), 1));
    other.fetch(&stage, 0).await;
    let inspector = stage.broker.inspector();
    let views = inspector.connections(false);
    assert_eq!(views.len(), 2);
    assert_eq!(views[0].who.software.as_ref().map(|software| &*software.version), Some("2.10.0"));
    assert_eq!((&*views[1].who.client_id, views[1].requests, views[1].errors), ("billing", 2, 0));
    assert_eq!((&*views[1].writes[0], &*views[1].reads[0]), ("t", "t"));
    let groups: Vec<_> = views.iter().map(|view| (&*view.groups[0].member, view.groups[0].same_connection)).collect();
    assert_eq!(groups, [(&*member, true), (&*member, false)]);
    assert_eq!(views[0].groups[0].owned, 1);
    assert!(views[1].advice.contains(&Advice::AcksLeader), "{:?}", views[1].advice);
    let classic = views[0].advice.iter().any(|one| matches!(one, Advice::ClassicProtocol { .. }));
    assert_eq!(classic, served(ApiKey::ConsumerGroupHeartbeat).is_some(), "{:?}", views[0].advice);
    // MEMBER_ID_REQUIRED was no error; this is one.
    assert_eq!(views[0].state, ClientState::Healthy);
    assert_eq!(one.heartbeat(&stage, &member, generation + 1).await, 22);
    assert_eq!(inspector.connections(false)[0].state, ClientState::Erring { code: 22 });
    stage.clock.step(31_000);
    assert_eq!(inspector.connections(false)[0].state, ClientState::Idle);
    let id = other.connection.id();
    drop(other.connection);
    assert_eq!(inspector.connections(false).len(), 1);
    let gone = &inspector.departed()[0];
    assert_eq!((gone.who.connection, gone.closed_at), (id, Some(NOW + 31_000)));
}

#[tokio::test]
async fn rates_are_means_over_whole_seconds_and_leave_waits_out() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let one = client(&stage, "one", 50_001);
    for _ in 0..4 {
        one.fetch(&stage, 0).await;
        let waiting = fetch_request("t", 0, 0).with_max_wait_ms(1);
        call!(stage, one.context, Fetch, 12, waiting);
        stage.clock.step(1_000);
    }
    let view = &stage.broker.inspector().connections(false)[0];
    assert_eq!((view.requests_per_second, view.working_per_second), (2.0, 1.0));
    let newest = stage.broker.inspector().requests(0, &RequestFilter::default(), 1).remove(0);
    assert!(newest.waited_micros >= 900 && newest.waited_micros <= newest.took_micros, "{newest:?}");
}

#[tokio::test]
async fn requests_are_kept_filtered_and_opened_but_never_their_secrets() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let (one, two) = (client(&stage, "One", 50_001), client(&stage, "two", 50_002));
    call!(stage, one.context, Produce, 9, produce_request("t", 0, batch(&["a", "b"]), -1));
    one.fetch(&stage, 0).await;
    let topics =
        vec![kafka_protocol::messages::metadata_request::MetadataRequestTopic::default().with_name(Some(name("t")))];
    call!(stage, two.context, Metadata, 9, MetadataRequest::default().with_topics(Some(topics)));
    let failing = two.heartbeat(&stage, "nobody", 1).await;
    let secret = SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from_static(b"\0user\0hunter2"));
    let _ = stage.broker.call(&two.context, 2, secret.into()).await;
    let inspector = stage.broker.inspector();
    let ask = |filter: RequestFilter| inspector.requests(0, &filter, 100);
    let of_one = ask(RequestFilter { client: "oNE".to_owned(), ..RequestFilter::default() });
    assert_eq!(of_one.iter().map(|view| view.api).collect::<Vec<_>>(), ["Fetch", "Produce"]);
    let Said::Produce { parts, records: 2, acks: -1, .. } = &of_one[1].said else { panic!("{:?}", of_one[1]) };
    assert_eq!((&*parts[0].topic, parts[0].base_offset, parts[0].error), ("t", 0, 0));
    assert!(matches!(&of_one[0].said, Said::Fetch { records: 2, partitions: 1, .. }));
    let opened = inspector.request(of_one[1].id).unwrap();
    let value = |fields: &[millpond::broker::observe::Field], name: &str| {
        fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
    };
    assert_eq!(value(&opened.request, "acks").as_deref(), Some("-1"));
    let failed = ask(RequestFilter { errors_only: true, ..RequestFilter::default() });
    let heartbeat = failed.iter().find(|view| view.api == "Heartbeat").unwrap();
    assert_eq!(heartbeat.errors.map(|errors| errors.first), Some(failing));
    let opened = inspector.request(heartbeat.id).unwrap();
    assert_eq!(value(&opened.request, "member_id").as_deref(), Some("nobody"));
    assert_eq!(value(&opened.response, "error_code").as_deref(), Some(&*failing.to_string()));
    let metadata = ask(RequestFilter { api: Some(3), ..RequestFilter::default() }).remove(0);
    assert!(matches!(&metadata.said, Said::Topics { count: 1, .. }));
    let sasl = ask(RequestFilter { api: Some(36), ..RequestFilter::default() }).remove(0);
    assert!(!format!("{:?}", inspector.request(sasl.id)).contains("hunter2"));
    // A flood of good requests pushes out the good ones and keeps the one that failed.
    for _ in 0..REQUESTS_KEPT_MAX {
        call!(stage, one.context, ApiVersions, 0, ApiVersionsRequest::default());
    }
    assert!(inspector.request(of_one[0].id).is_none());
    assert_eq!(inspector.request(heartbeat.id).unwrap().view.id, heartbeat.id);
}

#[tokio::test]
async fn producers_of_a_topic_tell_sequence_compression_and_batch_size() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let producer = client(&stage, "order-service", 50_001);
    for (partition, sequence, values) in [(0, 0, &["a", "b"][..]), (0, 2, &["c"]), (1, 0, &["d"])] {
        let request = produce_request("t", partition, stamped(values, sequence), -1);
        let answer = call!(stage, producer.context, Produce, 9, request);
        assert_eq!(answer.responses[0].partition_responses[0].error_code, 0, "{answer:?}");
    }
    // Sent again, answered with its place, and no second batch.
    call!(stage, producer.context, Produce, 9, produce_request("t", 1, stamped(&["d"], 0), -1));
    let inspector = stage.broker.inspector();
    let told = inspector.producers("t").remove(0);
    assert_eq!((told.producer_id, told.producer_epoch, told.acks, told.connected), (7, 0, -1, true));
    assert_eq!((told.compression, told.records), (Compression::Lz4, 5));
    let partitions: Vec<_> =
        told.partitions.iter().map(|one| (one.partition, one.last_sequence, one.last_offset)).collect();
    assert_eq!(partitions, [(0, 2, 2), (1, 0, 0)]);
    assert_eq!(inspector.life("t", 1, 0).unwrap().steps.len(), 3);
    drop(producer.connection);
    assert!(!inspector.producers("t")[0].connected);
}
