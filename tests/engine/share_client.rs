//! Members of share groups against the embedded broker, in process and over TCP:
//! - two members of a queue share one partition, each record goes to one of them;
//! - what is released comes again with a higher count, what is rejected never does;
//! - a lock that runs out gives the record to another member, and refuses what the first one says too late; a lock that is
//!   renewed holds; a member that dies loses its records to the others;
//! - a consumer survives a restart of its broker: what was accepted is done with, what was in flight comes again;
//! - a group can be made, moved and made to forget without members.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use kafka_protocol::ResponseError as E;
use millpond::{
    broker::{Broker, BrokerOptions},
    client::{
        AckMode, AckType, Client, ConsumerState, NewTopic, ShareConsumer, ShareConsumerEventKind, ShareConsumerOptions,
        ShareRecord, ShareStart, TcpTransport,
    },
    model::{GroupKind, GroupState, HostPort, ManualClock, NewRecord, TopicPartition},
    server::{Server, ServerOptions},
};
use tempfile::TempDir;

/// No condition of these tests takes longer, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(200);
const LOCK_MS: i64 = 30_000;
/// The time at which each stage begins.
const NOW: i64 = 1_700_000_000_000;

struct Stage {
    broker: Broker,
    clock: Arc<ManualClock>,
    client: Client,
    _dir: TempDir,
}

async fn open(dir: &Path, clock: &Arc<ManualClock>) -> Broker {
    let options = BrokerOptions { auto_create_topics: false, ..BrokerOptions::new(dir, clock.clone()) };
    Broker::open(options).await.unwrap()
}

impl Stage {
    /// A topic "jobs" with records, and the group "mail" that starts with the first.
    async fn with_records(partitions: i32, count: usize) -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::new(NOW));
        let broker = open(dir.path(), &clock).await;
        let client = super::reach(&broker, "admin");
        client.create_topic(&NewTopic::new("jobs", partitions)).await.unwrap();
        produce(&client, 0, count).await;
        client.create_share_group("mail", &["jobs"], ShareStart::Earliest).await.unwrap();
        Self { broker, clock, client, _dir: dir }
    }

    fn member(&self, id: &str, max_records: usize) -> ShareConsumer {
        ShareConsumer::start(super::reach(&self.broker, id), options(max_records))
    }

    async fn lag(&self) -> u64 {
        let offsets = self.client.share_group_offsets("mail").await.unwrap();
        offsets.iter().filter_map(|(_, at)| at.lag).sum()
    }

    /// Time passes, as for the broker's own timers.
    async fn step(&self, millis: i64) {
        self.clock.step(millis);
        self.broker.tick().await;
    }
}

fn options(max_records: usize) -> ShareConsumerOptions {
    ShareConsumerOptions {
        max_records,
        strict: true,
        ack_mode: AckMode::Explicit,
        heartbeat_interval_ms: Some(20),
        ..ShareConsumerOptions::new("mail", ["jobs"])
    }
}

async fn produce(client: &Client, from: usize, to: usize) {
    let record = |n: usize| NewRecord {
        value: Some(n.to_string().into()),
        partition: Some(0),
        timestamp: Some(NOW),
        ..NewRecord::default()
    };
    client.produce("jobs", (from..to).map(record).collect(), Default::default()).await.unwrap();
}

fn value(record: &ShareRecord) -> usize {
    std::str::from_utf8(record.record.value.as_ref().unwrap()).unwrap().parse().unwrap()
}

/// Polls until so many records are there.
async fn take(consumer: &ShareConsumer, count: usize) -> Vec<ShareRecord> {
    let started = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < count {
        assert!(started.elapsed() < PATIENCE, "{} of {count} records: {:?}", taken.len(), consumer.take_events());
        taken.extend(consumer.poll(POLL).await.unwrap());
    }
    taken
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !done().await {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn answer(consumer: &ShareConsumer, records: &[ShareRecord], ack: AckType) -> Result<(), E> {
    for record in records {
        consumer.acknowledge(record, ack).unwrap();
    }
    let mut said = consumer.commit().await.unwrap().into_iter();
    said.try_for_each(|said| said.outcome.map_err(|error| error.code().unwrap()))
}

#[tokio::test]
async fn two_members_share_one_partition() {
    let stage = Stage::with_records(1, 200).await;
    let members = [stage.member("a", 5), stage.member("b", 5)];
    until("both read the partition", async || members.iter().all(|m| m.assignment().len() == 1)).await;
    let group = stage.client.describe_group("mail").await.unwrap();
    assert_eq!((group.kind, group.state, group.members.len()), (GroupKind::Share, GroupState::Stable, 2));
    let mut seen = BTreeMap::new();
    let mut counts = [0; 2];
    let started = Instant::now();
    while seen.len() < 200 {
        assert!(started.elapsed() < PATIENCE, "{} records", seen.len());
        for (index, member) in members.iter().enumerate() {
            let records = member.poll(POLL).await.unwrap();
            assert!(records.len() <= 5);
            counts[index] += records.len();
            for record in &records {
                assert_eq!(seen.insert(value(record), record.delivery_count), None, "each record once");
            }
            assert_eq!(answer(member, &records, AckType::Accept).await, Ok(()));
        }
    }
    assert!(seen.values().all(|count| *count == 1) && counts.iter().all(|count| *count >= 50), "{counts:?}");
    until("nothing is left", async || stage.lag().await == 0).await;
    for member in members {
        member.leave().await.unwrap();
    }
    assert_eq!(stage.client.describe_group("mail").await.unwrap().state, GroupState::Empty);
}

#[tokio::test]
async fn what_is_released_comes_again_and_what_is_rejected_does_not() {
    let stage = Stage::with_records(1, 3).await;
    let member = stage.member("a", 3);
    let records = take(&member, 3).await;
    member.acknowledge(&records[0], AckType::Release).unwrap();
    member.acknowledge(&records[1], AckType::Reject).unwrap();
    member.acknowledge(&records[2], AckType::Accept).unwrap();
    let refused = member.acknowledge(&records[2], AckType::Accept).unwrap_err();
    assert_eq!(refused.code(), Some(E::InvalidRecordState), "a record is answered for once");
    let said = member.commit().await.unwrap();
    assert_eq!(
        said.iter().map(|said| (said.first, said.ack)).collect::<Vec<_>>(),
        [(0, AckType::Release), (1, AckType::Reject), (2, AckType::Accept)]
    );
    assert!(said.iter().all(|said| said.outcome.is_ok()));
    // Released as often as the group allows, then put aside (share.delivery.count.limit, five).
    for count in 2..=5 {
        let again = take(&member, 1).await;
        assert_eq!((value(&again[0]), again[0].delivery_count), (0, count));
        assert_eq!(answer(&member, &again, AckType::Release).await, Ok(()));
    }
    until("all are finished", async || stage.lag().await == 0).await;
    assert_eq!(member.poll(POLL).await.unwrap(), []);
    member.leave().await.unwrap();
}

#[tokio::test]
async fn a_poll_accepts_what_came_before_unless_answers_are_explicit() {
    let stage = Stage::with_records(1, 6).await;
    let options = ShareConsumerOptions { ack_mode: AckMode::Implicit, ..options(3) };
    let member = ShareConsumer::start(super::reach(&stage.broker, "a"), options);
    let first = take(&member, 3).await;
    member.acknowledge(&first[1], AckType::Reject).unwrap();
    assert_eq!(take(&member, 3).await.len(), 3);
    until("the poll has said so", async || stage.lag().await == 3).await;
    let told = member.take_events().into_iter().filter_map(|event| match event.kind {
        ShareConsumerEventKind::Acknowledged(said) => Some((said.first, said.ack, said.outcome.is_ok())),
        _ => None,
    });
    let wanted = [(0, AckType::Accept, true), (1, AckType::Reject, true), (2, AckType::Accept, true)];
    assert_eq!(told.collect::<Vec<_>>(), wanted);
    // Leaving gives back what nothing was said about.
    member.leave().await.unwrap();
    let next = stage.member("b", 6);
    let again = take(&next, 3).await;
    assert_eq!(again.iter().map(|r| (value(r), r.delivery_count)).collect::<Vec<_>>(), [(3, 2), (4, 2), (5, 2)]);
    next.leave().await.unwrap();
}

#[tokio::test]
async fn a_lock_runs_out_unless_it_is_renewed() {
    let stage = Stage::with_records(1, 2).await;
    let slow = stage.member("slow", 2);
    let records = take(&slow, 2).await;
    let quick = stage.member("quick", 2);
    until("it is a member", async || quick.state() == ConsumerState::Stable).await;
    stage.step(LOCK_MS - 5_000).await;
    slow.renew(&[&records[0]]).await.unwrap();
    stage.step(10_000).await;
    let taken = take(&quick, 1).await;
    assert_eq!((taken.len(), value(&taken[0]), taken[0].delivery_count), (1, 1, 2), "the lock that was not renewed");
    assert_eq!(answer(&slow, &records[1..], AckType::Accept).await, Err(E::InvalidRecordState));
    assert_eq!(answer(&slow, &records[..1], AckType::Accept).await, Ok(()));
    assert_eq!(answer(&quick, &taken, AckType::Accept).await, Ok(()));
    until("all are finished", async || stage.lag().await == 0).await;
    // A lock that is gone cannot be renewed.
    assert!(slow.renew(&[&records[0]]).await.is_err());
    slow.leave().await.unwrap();
    quick.leave().await.unwrap();
}

#[tokio::test]
async fn what_a_dead_member_held_goes_to_another() {
    let stage = Stage::with_records(1, 4).await;
    let dies = stage.member("dies", 4);
    assert_eq!(take(&dies, 4).await.len(), 4);
    dies.kill();
    let other = stage.member("other", 4);
    let started = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < 4 {
        assert!(started.elapsed() < PATIENCE, "{taken:?}");
        stage.step(5_000).await;
        let records = other.poll(POLL).await.unwrap();
        assert_eq!(answer(&other, &records, AckType::Accept).await, Ok(()));
        taken.extend(records.iter().map(|record| (value(record), record.delivery_count)));
    }
    taken.sort_unstable();
    assert_eq!(taken, [(0, 2), (1, 2), (2, 2), (3, 2)]);
    other.leave().await.unwrap();
}

#[tokio::test]
async fn a_member_survives_a_restart_of_its_broker() {
    let dir = TempDir::new().unwrap();
    let clock = Arc::new(ManualClock::new(NOW));
    let broker = open(dir.path(), &clock).await;
    let server = Server::start(broker.clone(), ServerOptions::new(HostPort::new("127.0.0.1", 0))).await.unwrap();
    let address = HostPort::new("127.0.0.1", server.address().port());
    let client = |id: &str| Client::new(Arc::new(TcpTransport::new([address.clone()], id)), id);
    let admin = client("admin");
    admin.create_topic(&NewTopic::new("jobs", 1)).await.unwrap();
    produce(&admin, 0, 10).await;
    admin.create_share_group("mail", &["jobs"], ShareStart::Earliest).await.unwrap();
    let member = ShareConsumer::start(client("a"), options(5));
    let first = take(&member, 5).await;
    assert_eq!(answer(&member, &first[..3], AckType::Accept).await, Ok(()));

    server.shutdown().await;
    broker.shutdown().await;
    drop(broker);
    let broker = open(dir.path(), &clock).await;
    let server = Server::start(broker.clone(), ServerOptions::new(address.clone())).await.unwrap();

    let started = Instant::now();
    let mut taken = BTreeMap::new();
    while taken.len() < 7 {
        assert!(started.elapsed() < PATIENCE, "{taken:?}: {:?}", member.take_events());
        // A failure that passes is no error of a poll.
        let records = member.poll(POLL).await.unwrap();
        taken.extend(records.iter().map(value).zip(records.iter().map(|r| r.delivery_count)));
        for record in &records {
            let _ = member.acknowledge(record, AckType::Accept);
        }
        member.commit().await.unwrap();
    }
    assert_eq!(
        taken.keys().copied().collect::<Vec<_>>(),
        (3..10).collect::<Vec<_>>(),
        "what was accepted is done with"
    );
    member.leave().await.unwrap();
    server.shutdown().await;
    broker.shutdown().await;
}

#[tokio::test]
async fn a_group_without_members_is_made_moved_and_made_to_forget() {
    let stage = Stage::with_records(2, 10).await;
    let (client, tp) = (&stage.client, TopicPartition::new("jobs", 0));
    let group = client.describe_group("mail").await.unwrap();
    assert_eq!((group.kind, group.state), (GroupKind::Share, GroupState::Empty));
    let listed = client.groups().await.unwrap();
    assert_eq!((listed[0].id.as_str(), GroupKind::from_wire(&listed[0].group_type)), ("mail", Some(GroupKind::Share)));
    let at = async || {
        let offsets = client.share_group_offsets("mail").await.unwrap();
        offsets.into_iter().find(|(place, _)| *place == tp).map(|(_, at)| (at.start, at.lag))
    };
    assert_eq!(at().await, Some((Some(0), Some(10))));
    let outcomes = client.alter_share_group_offsets("mail", vec![(tp.clone(), 7)]).await.unwrap();
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()), "{outcomes:?}");
    assert_eq!(at().await, Some((Some(7), Some(3))));
    let member = stage.member("a", 10);
    assert_eq!(take(&member, 3).await.iter().map(value).collect::<Vec<_>>(), [7, 8, 9]);
    let refused = client.alter_share_group_offsets("mail", vec![(tp.clone(), 0)]).await;
    let code = refused.map(|outcomes| outcomes.into_iter().find_map(|(_, outcome)| outcome.err()?.code()));
    assert_eq!(code.unwrap_or_else(|error| error.code()), Some(E::NonEmptyGroup));
    member.leave().await.unwrap();
    let outcomes = client.delete_share_group_offsets("mail", &["jobs"]).await.unwrap();
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()), "{outcomes:?}");
    assert_eq!(at().await, None);
    client.delete_group("mail").await.unwrap();
    assert_eq!(client.describe_group("mail").await.unwrap().state, GroupState::Dead);
    assert_eq!(client.share_group_offsets("mail").await.unwrap_err().code(), Some(E::GroupIdNotFound));
}
