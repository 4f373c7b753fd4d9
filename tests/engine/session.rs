//! What the session says about the cluster:
//! - records that came in together with their topic count as produced.

use std::time::{Duration, Instant};

use bytes::Bytes;
use millpond::client::{NewTopic, ProduceOptions};
use millpond::model::NewRecord;
use millpond::session::{Facts, OpenSessionOptions, Session};

const WAIT_MAX: Duration = Duration::from_secs(20);

fn wait_for(session: &Session, what: &str, seen: impl Fn(&Facts) -> bool) {
    let until = Instant::now() + WAIT_MAX;
    while !seen(&session.facts()) {
        assert!(Instant::now() < until, "waited {WAIT_MAX:?} for {what}: {:?}", session.facts());
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn the_first_records_of_a_new_topic_count_as_produced() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::open_local(folder.path(), OpenSessionOptions::quiet()).unwrap();
    wait_for(&session, "the first picture", |facts| facts.first_load_done);
    let client = session.client().clone();
    session.handle().block_on(async move {
        let topic = NewTopic { name: "orders".to_owned(), partitions: Some(2), configs: Vec::new() };
        client.create_topic(&topic).await.unwrap();
        let record = NewRecord { value: Some(Bytes::from_static(b"v")), ..NewRecord::default() };
        client.produce("orders", vec![record; 100], ProduceOptions::default()).await.unwrap();
    });
    wait_for(&session, "the rate of the new topic", |facts| {
        facts
            .topics
            .first()
            .is_some_and(|topic| topic.records == 100 && topic.in_per_second.is_some_and(|rate| rate > 0.0))
            && facts.cluster.in_per_second.is_some_and(|rate| rate > 0.0)
    });
    session.close();
}
