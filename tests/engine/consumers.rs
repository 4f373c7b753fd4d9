//! Hand-started consumers and the generator over the real broker in this process:
//! - two groups on a topic each get everything, two members of one group share it, each record once;
//! - a consumer that is killed is missed when its session times out, and another takes over;
//! - what was in work when it died comes again with commits after the work, and is lost with commits before it;
//! - members of a queue share the records of every partition, and say what became of each;
//! - stopping leaves in order, pausing holds still, closing the session stops all;
//! - a generator brings the records it was asked for, and can be cancelled.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use millpond::{
    client::NewTopic,
    model::{Acks, Assignor, Compression, NewRecord},
    session::{
        JobState, OpenSessionOptions, Session,
        consumers::{
            AckChoice, Cause, CommitWhen, ConsumerId, ConsumerKind, ConsumerPlan, ConsumerView, Phase, QueueCounts,
        },
        generator::{self, EXAMPLES, GeneratorPlan, RecordTemplate, Until},
        produce::ProduceRequest,
    },
};

/// More than the smallest session timeout (6 s) on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

fn session(dir: &Path) -> Session {
    let session = Session::open_local(dir, OpenSessionOptions::quiet()).unwrap();
    let topic = NewTopic::new("orders", 4);
    session.handle().block_on(session.client().create_topic(&topic)).unwrap();
    session
}

/// Produces records with the values `from..to`, spread over the partitions by key.
fn produce(session: &Session, from: u32, to: u32) {
    let record = |n: u32| NewRecord {
        key: Some(format!("key-{n}").into()),
        value: Some(n.to_string().into()),
        ..NewRecord::default()
    };
    let records = (from..to).map(record).collect();
    session.handle().block_on(session.client().produce("orders", records, Default::default())).unwrap();
}

fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn view(session: &Session, id: ConsumerId) -> ConsumerView {
    session.consumers().view().consumer(id).unwrap().clone()
}

fn received(session: &Session, id: ConsumerId) -> u64 {
    view(session, id).received
}

/// The values in the list of a consumer, oldest first.
fn values(session: &Session, id: ConsumerId) -> Vec<u32> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse().unwrap();
    view(session, id).records.iter().rev().map(|r| text(r.value.as_ref().unwrap())).collect()
}

fn plan(group: &str) -> ConsumerPlan {
    ConsumerPlan { session_timeout_millis: 6_000, ..ConsumerPlan::new(group, "orders") }
}

#[test]
fn groups_each_get_everything_and_members_share_it() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    let consumers = session.consumers();
    let a = consumers.start(plan("billing")).unwrap();
    let b = consumers.start(plan("billing")).unwrap();
    let all = consumers.start(plan("analytics")).unwrap();
    wait("both members own two partitions", || {
        view(&session, a).owned.len() == 2 && view(&session, b).owned.len() == 2
    });
    wait("the other group's member owns all", || view(&session, all).owned.len() == 4);
    produce(&session, 0, 150);
    wait("all is received", || received(&session, a) + received(&session, b) >= 150 && received(&session, all) >= 150);
    let mut shared = [values(&session, a), values(&session, b)].concat();
    shared.sort_unstable();
    assert_eq!(shared, (0..150).collect::<Vec<_>>(), "each record to one of the two");
    let mut everything = values(&session, all);
    everything.sort_unstable();
    assert_eq!(everything, (0..150).collect::<Vec<_>>());
    assert!(received(&session, a) > 0 && received(&session, b) > 0, "both have work");
    assert_eq!(&*view(&session, b).name, "billing-2");
    session.close();
}

#[test]
fn members_of_a_queue_share_records_and_answer_for_each() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    produce(&session, 0, 40);
    let queue = |ack, failure_percent| ConsumerPlan {
        kind: ConsumerKind::Queue { ack, failure_percent, on_failure: AckChoice::Reject },
        processing_millis: 5,
        ..plan("mail")
    };
    let consumers = session.consumers();
    // A group that is not there yet is made, so that it starts with the first record.
    let good = consumers.start(queue(AckChoice::Accept, 0)).unwrap();
    wait("the first is done", || view(&session, good).queue.accepted == 40);
    let first = view(&session, good);
    assert_eq!(first.queue, QueueCounts { accepted: 40, ..QueueCounts::default() });
    let newest = first.records[0].queue.unwrap();
    assert_eq!((newest.count, newest.ack, newest.failed), (1, Some(AckChoice::Accept), false));
    // Everything fails: the one puts aside what the other then never sees.
    consumers.set_kind(good, queue(AckChoice::Accept, 100).kind);
    produce(&session, 40, 60);
    wait("all failed", || view(&session, good).queue.failed == 20);
    assert_eq!(view(&session, good).queue.rejected, 20);
    consumers.stop(good);
    wait("it has left", || view(&session, good).phase == Phase::Stopped);
    // A member that dies gives its records to others, with a higher count. One partition: of several, those that it alone
    // was to read would wait until its session has run out.
    session.handle().block_on(session.client().create_topic(&NewTopic::new("one", 1))).unwrap();
    let reads_one = |processing_millis| ConsumerPlan {
        topics: vec!["one".to_owned()],
        processing_millis,
        ..queue(AckChoice::Accept, 0)
    };
    let record = NewRecord { value: Some("once".into()), ..NewRecord::default() };
    session.handle().block_on(session.client().produce("one", vec![record], Default::default())).unwrap();
    let dies = consumers.start(ConsumerPlan { group: "fax".to_owned(), ..reads_one(60_000) }).unwrap();
    wait("it works", || view(&session, dies).in_work.is_some());
    let in_work = view(&session, dies).in_work.unwrap().queue.unwrap();
    assert_eq!((in_work.count, in_work.ack), (1, None));
    consumers.kill(dies);
    let next = consumers.start(ConsumerPlan { group: "fax".to_owned(), ..reads_one(5) }).unwrap();
    wait("another has it", || view(&session, next).queue.accepted == 1);
    assert_eq!(view(&session, next).queue.again, 1);
    assert!(session.consumers().view().ownership.is_empty(), "nobody owns a partition of a queue alone");
    session.close();
}

#[test]
fn every_assignor_shares_the_partitions() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    let mut started = Vec::new();
    for assignor in Assignor::ALL {
        for _ in 0..2 {
            let plan = ConsumerPlan { assignor, ..plan(assignor.as_str()) };
            started.push(session.consumers().start(plan).unwrap());
        }
    }
    wait("each of the two members of every group owns two", || {
        started.iter().all(|id| view(&session, *id).owned.len() == 2)
    });
    session.close();
}

#[test]
fn a_killed_consumer_is_missed_when_its_session_times_out() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    let consumers = session.consumers();
    let stays = consumers.start(plan("billing")).unwrap();
    let dies = consumers.start(plan("billing")).unwrap();
    wait("both own two", || view(&session, stays).owned.len() == 2 && view(&session, dies).owned.len() == 2);
    let killed_at = Instant::now();
    consumers.kill(dies);
    wait("it is dead", || view(&session, dies).phase == Phase::Killed);
    produce(&session, 0, 40);
    wait("the other owns all", || view(&session, stays).owned.len() == 4);
    let took = killed_at.elapsed();
    // Its last heartbeat was at most half a second before.
    assert!(took >= Duration::from_millis(5_000), "taken over after {took:?} already");
    wait("nothing is lost", || received(&session, stays) == 40);
    let change = || session.consumers().view().ownership["billing"].last_change(session.now()).unwrap();
    wait("the picture tells it", || change().moved.len() == 2);
    let change = change();
    assert_eq!((change.who, change.cause), (dies, Cause::Killed));
    assert!(change.still_millis >= 5_000, "{change:?}");
    session.close();
}

/// Kills a slow consumer in the middle of its work; returns what it had finished, and what the next one then gets.
fn die_at_work(commit: CommitWhen) -> (Vec<u32>, Vec<u32>) {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    produce(&session, 0, 60);
    // About ten records are taken on at once, so that it dies with several in work.
    let first = ConsumerPlan { commit, processing_millis: 50, ..plan("billing") };
    let dies = session.consumers().start(first).unwrap();
    wait("it is in the middle of its second piece", || received(&session, dies) >= 13);
    session.consumers().kill(dies);
    wait("it is dead", || view(&session, dies).phase == Phase::Killed);
    let next = session.consumers().start(ConsumerPlan { commit, ..plan("billing") }).unwrap();
    wait("the next one owns all", || view(&session, next).owned.len() == 4);
    wait("the next one has read to the end", || {
        values(&session, next).contains(&59) && {
            let before = received(&session, next);
            std::thread::sleep(Duration::from_millis(500));
            before == received(&session, next)
        }
    });
    let outcome = (values(&session, dies), values(&session, next));
    session.close();
    outcome
}

#[test]
fn commits_after_the_work_bring_duplicates_and_lose_nothing() {
    let (first, second) = die_at_work(CommitWhen::After);
    let mut times = BTreeMap::new();
    for n in first.iter().chain(&second) {
        *times.entry(*n).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 60, "nothing is lost");
    assert!(times.values().any(|n| *n > 1), "what was finished but not committed comes again: {first:?} {second:?}");
}

#[test]
fn commits_before_the_work_lose_what_was_in_work_and_bring_no_duplicates() {
    let (first, second) = die_at_work(CommitWhen::Before);
    let mut times = BTreeMap::new();
    for n in first.iter().chain(&second) {
        *times.entry(*n).or_insert(0) += 1;
    }
    assert!(times.values().all(|n| *n == 1), "nothing comes twice: {first:?} {second:?}");
    assert!(times.len() < 60, "what was committed but not finished is lost");
}

#[test]
fn pausing_holds_still_and_stopping_hands_over_without_loss() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    let consumers = session.consumers();
    produce(&session, 0, 100);
    for commit in [CommitWhen::After, CommitWhen::Before] {
        let group = if commit == CommitWhen::After { "after" } else { "before" };
        let slow = ConsumerPlan { processing_millis: 20, commit, ..plan(group) };
        let first = consumers.start(slow).unwrap();
        wait("it has begun", || received(&session, first) >= 5);
        consumers.pause(first);
        wait("it stands still", || view(&session, first).phase == Phase::Paused);
        let paused_at = received(&session, first);
        assert_eq!(view(&session, first).owned.len(), 4, "it keeps its partitions");
        consumers.resume(first);
        wait("it goes on", || received(&session, first) > paused_at);
        let stopped_at = Instant::now();
        consumers.stop(first);
        wait("it has left", || view(&session, first).phase == Phase::Stopped);
        let second = consumers.start(plan(group)).unwrap();
        wait("the next one has the rest", || received(&session, first) + received(&session, second) >= 100);
        assert!(stopped_at.elapsed() < Duration::from_secs(5), "nobody waited for a session to time out");
        let mut all = [values(&session, first), values(&session, second)].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>(), "{group}: each record once");
    }
    session.close();
}

#[test]
fn the_processing_time_changes_live() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    produce(&session, 0, 200);
    let slow = ConsumerPlan { processing_millis: 60_000, ..plan("billing") };
    let id = session.consumers().start(slow).unwrap();
    wait("it works on its first record", || view(&session, id).in_work.is_some());
    assert_eq!(received(&session, id), 0);
    session.consumers().set_processing(id, 0);
    wait("it is through", || received(&session, id) == 200);
    session.close();
}

#[test]
fn closing_stops_all_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let first = session(dir.path());
    let id = first.consumers().start(plan("billing")).unwrap();
    wait("it owns all", || view(&first, id).owned.len() == 4);
    first.close();
    assert_eq!(view(&first, id).phase, Phase::Stopped);
    drop(first);
    let again = Session::open_local(dir.path(), OpenSessionOptions::quiet()).unwrap();
    let groups = again.handle().block_on(again.client().describe_groups(&["billing"])).unwrap();
    assert!(groups.iter().all(|g| g.members.is_empty()), "no member is left behind");
    again.close();
}

fn generator_plan(until: Until, per_second: f64) -> GeneratorPlan {
    let template = RecordTemplate {
        key: Some(EXAMPLES[0].key.into()),
        value: Some(EXAMPLES[0].value.into()),
        headers: vec![("source".into(), "test".into())],
        seed: 4,
    };
    let (acks, compression) = (Acks::Leader, Compression::Lz4);
    GeneratorPlan { topic: "orders".into(), template, partition: None, acks, compression, per_second, until }
}

#[test]
fn a_generator_brings_what_was_asked_for_and_can_be_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    let id = session.consumers().start(plan("billing")).unwrap();
    let job = generator::start(&session, generator_plan(Until::Records(500), 2_000.0)).unwrap().unwrap();
    let state = |job| session.jobs().into_iter().find(|j| j.id == job).unwrap();
    wait("it is done", || matches!(state(job).state, JobState::Done(_)));
    assert_eq!(state(job).done, 500);
    wait("all is received", || received(&session, id) == 500);
    let endless = generator::start(&session, generator_plan(Until::Stopped, 50.0)).unwrap().unwrap();
    wait("it brings records", || state(endless).done > 0);
    session.cancel_job(endless);
    wait("it is stopped", || matches!(state(endless).state, JobState::Done(_)));
    let long = generator::start(&session, generator_plan(Until::Records(1_000_000), 50.0)).unwrap().unwrap();
    wait("it brings records too", || state(long).done > 0);
    session.cancel_job(long);
    wait("it is cancelled", || state(long).state == JobState::Cancelled);
    let total = 500 + state(endless).done + state(long).done;
    wait("what it said is there", || received(&session, id) == total);
    session.close();
}

#[test]
fn what_is_produced_by_hand_is_listed_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(dir.path());
    let record = NewRecord { partition: Some(2), value: None, key: Some("k".into()), ..NewRecord::default() };
    for topic in ["orders", "no such topic"] {
        let request = ProduceRequest {
            topic: topic.into(),
            records: vec![record.clone()],
            acks: Acks::All,
            compression: Compression::None,
        };
        session.produce_log().send(&session, request);
        let before = session.produce_log().newest();
        wait("it is answered", || session.produce_log().newest() > before || session.produce_log().waiting() == 0);
    }
    wait("both are answered", || session.produce_log().newest() == 2);
    let outcomes = session.produce_log().since(0);
    let stored = outcomes[0].result.clone().unwrap();
    assert_eq!((stored.partition, stored.offset), (2, Some(0)));
    assert_eq!(outcomes[0].record.as_ref().unwrap().value, None);
    assert!(outcomes[1].result.is_err());
    session.close();
}
