//! Where logs are not as smooth as they were produced: compaction, retention, transactions; and fetches that wait.

use std::time::Duration;

use kafka_protocol::{
    ResponseError as E,
    messages::{JoinGroupRequest, ShareFetchRequest, join_group_request::JoinGroupRequestProtocol},
};
use millpond::{
    broker::{
        ShareEventKind as K,
        observe::{ConnectionInfo, Origin},
    },
    codec::{
        consumer_protocol::Subscription,
        share::{ACK_ACCEPT, ACK_RELEASE},
    },
};

use super::crew::{Crew, acquired, call_as, cells, configure, produce, queue, start};
use crate::broker::{
    compaction::keyed,
    stage::{NOW, Stage, ask, batch, batch_at, context, text, values_of},
    transactions,
};

const A: &[i8] = &[ACK_ACCEPT];
/// Longer than any test takes: who waits so long is woken.
const LONG_MS: i32 = 60_000;

#[tokio::test]
async fn holes_and_what_is_trimmed_are_passed_over() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("cleanup.policy", "compact,delete")]).await;
    queue(&stage, "q").await;
    // Compaction leaves 2 and 5, each in a batch with a hole, and what comes after.
    stage.produce("t", 0, keyed(&[("a", Some("1")), ("b", Some("1"))])).await;
    stage.produce("t", 0, keyed(&[("c", Some("1")), ("a", Some("2"))])).await;
    stage.produce("t", 0, keyed(&[("b", Some("2")), ("d", Some("2"))])).await;
    stage.produce("t", 0, keyed(&[("a", Some("3")), ("b", Some("3"))])).await;
    stage.produce("t", 0, keyed(&[("z", Some("1"))])).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert_eq!(acquired(&anna.take(&stage, 1, &[]).await), [(0, 0, 1)], "before the compaction");
    assert_eq!(anna.acknowledge(&stage, &[(0, 0, &[ACK_RELEASE])]).await, 0);
    stage.broker.compact("t").await;
    let taken = anna.take(&stage, 9, &[]).await;
    assert_eq!(acquired(&taken), [(2, 2, 1), (5, 8, 1)]);
    assert_eq!(start(&stage, "q"), 2, "the record at 0 is a gap now");
    // What is not there any more cannot be finished, and need not be.
    assert_eq!(anna.acknowledge(&stage, &[(2, 5, A)]).await, 0);
    assert_eq!(start(&stage, "q"), 6);
    let delete = kafka_protocol::messages::delete_records_request::DeleteRecordsTopic::default()
        .with_name(crate::broker::stage::name("t"))
        .with_partitions(vec![
            kafka_protocol::messages::delete_records_request::DeleteRecordsPartition::default().with_offset(7),
        ]);
    let request = kafka_protocol::messages::DeleteRecordsRequest::default().with_topics(vec![delete]);
    assert_eq!(ask!(stage, DeleteRecords, 2, request).topics[0].partitions[0].low_watermark, 7);
    assert!(acquired(&anna.take(&stage, 9, &[]).await).is_empty());
    assert_eq!(start(&stage, "q"), 7);
    assert_eq!(anna.acknowledge(&stage, &[(6, 8, A)]).await, 0);
    assert_eq!(start(&stage, "q"), 9);
}

#[tokio::test]
async fn read_committed_waits_for_the_end_and_passes_over_what_was_aborted() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    assert_eq!(configure(&stage, "q", &[("share.auto.offset.reset", "earliest")]).await, 0);
    assert_eq!(configure(&stage, "q", &[("share.isolation.level", "read_committed")]).await, 0);
    let who = stage.init("x").await.unwrap();
    assert_eq!(stage.send("x", 12, 0, transactions::batch(who, 0, true, "lost")).await.error_code, 0);
    produce(&stage, "t", &["plain"]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert!(acquired(&anna.take(&stage, 9, &[]).await).is_empty(), "the transaction is open");
    stage.end("x", 5, who, false).await.unwrap();
    let taken = anna.take(&stage, 9, &[]).await;
    assert_eq!(acquired(&taken), [(1, 1, 1)]);
    assert_eq!(anna.acknowledge(&stage, &[(1, 1, A)]).await, 0);
    assert!(acquired(&anna.take(&stage, 9, &[]).await).is_empty());
    assert_eq!(start(&stage, "q"), 3, "the marker is no record");
    // Who reads what is not committed gets all but the marker.
    queue(&stage, "all").await;
    let mut berta = Crew::join(&stage, "all", "berta", "t").await;
    assert_eq!(acquired(&berta.take(&stage, 9, &[]).await), [(0, 1, 1)]);
}

#[tokio::test]
async fn a_group_begins_where_its_settings_say() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    for (age, value) in [(7_200_000, "old"), (1_800_000, "young"), (0, "now")] {
        assert_eq!(stage.produce("t", 0, batch_at(NOW - age, &[value])).await.error_code, 0);
    }
    let mut latest = Crew::join(&stage, "latest", "anna", "t").await;
    assert!(acquired(&latest.take(&stage, 9, &[]).await).is_empty());
    assert_eq!(configure(&stage, "hour", &[("share.auto.offset.reset", "by_duration:PT1H")]).await, 0);
    let mut hour = Crew::join(&stage, "hour", "anna", "t").await;
    assert_eq!(values_of(&hour.take(&stage, 9, &[]).await.records), ["young", "now"]);
    produce(&stage, "t", &["later"]).await;
    assert_eq!(values_of(&latest.take(&stage, 9, &[]).await.records), ["later"]);
    assert_ne!(configure(&stage, "hour", &[("share.auto.offset.reset", "yesterday")]).await, 0);
}

fn waiting(member: &Crew) -> ShareFetchRequest {
    member.request(9, &[]).with_max_wait_ms(LONG_MS)
}

#[tokio::test]
async fn a_fetch_waits_until_something_is_free() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    queue(&stage, "q").await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    let mut berta = Crew::join(&stage, "q", "berta", "t").await;
    // An append wakes.
    let request = waiting(&anna);
    let (taken, ()) = tokio::join!(anna.send(&stage, request), async {
        tokio::task::yield_now().await;
        produce(&stage, "t", &["0", "1"]).await;
    });
    let taken = acquired(&taken.responses[0].partitions[0]);
    assert_eq!(taken[0].0, 0);
    let rest = acquired(&anna.take(&stage, 9, &[]).await);
    assert_eq!(taken.len() + rest.len(), if taken[0].1 == 1 { 1 } else { 2 });
    // What another gives back wakes.
    let request = waiting(&berta);
    let (taken, code) = tokio::join!(berta.send(&stage, request), async {
        tokio::task::yield_now().await;
        anna.acknowledge(&stage, &[(1, 1, &[ACK_RELEASE])]).await
    });
    assert_eq!((code, acquired(&taken.responses[0].partitions[0])), (0, vec![(1, 1, 2)]));
    // The end of a lock wakes.
    let request = waiting(&berta);
    let (taken, ()) = tokio::join!(berta.send(&stage, request), async {
        tokio::task::yield_now().await;
        stage.clock.step(30_000);
        stage.broker.tick().await;
    });
    assert!(!taken.responses.is_empty());
    assert!(acquired(&taken.responses[0].partitions[0]).iter().any(|range| range.0 == 0 && range.2 == 2));
}

#[tokio::test]
async fn a_connection_that_ends_gives_back() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    produce(&stage, "t", &["0"]).await;
    queue(&stage, "q").await;
    let anna = Crew::join(&stage, "q", "anna", "t").await;
    let mut berta = Crew::join(&stage, "q", "berta", "t").await;
    let connection = stage.broker.connect(ConnectionInfo::new(Origin::InProcess, "anna"));
    let taken = call_as!(stage, &connection.context("anna"), ShareFetch, 1, anna.request(9, &[]));
    assert_eq!(acquired(&taken.responses[0].partitions[0]), [(0, 0, 1)]);
    assert_eq!(cells(&stage, "q")[&0], "Acquired 1");
    let request = waiting(&berta);
    let (taken, ()) = tokio::join!(berta.send(&stage, request), async move {
        tokio::task::yield_now().await;
        drop(connection);
    });
    assert_eq!(acquired(&taken.responses[0].partitions[0]), [(0, 0, 2)]);
    let events = stage.broker.inspector().share_events(0);
    let released = events.iter().find(|event| event.kind == K::Released).unwrap();
    assert_eq!((released.member.as_deref(), released.client_id.as_deref()), (Some("anna"), Some("anna")));
}

#[tokio::test]
async fn a_session_that_ended_is_given_nothing() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    queue(&stage, "q").await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    anna.take(&stage, 1, &[]).await;
    let (request, broker) = (waiting(&anna), stage.broker.clone());
    let waits = tokio::spawn(async move {
        let request = kafka_protocol::messages::RequestKind::ShareFetch(request);
        broker.call(&context(), 1, request).await
    });
    // It is counted before it waits; its session is closed under it.
    let counted = async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let requests = stage.broker.inspector().share_partitions("q");
            if !requests.is_empty() && anna.close(&stage).await == 0 {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), counted).await.unwrap();
    produce(&stage, "t", &["0"]).await;
    let mut berta = Crew::join(&stage, "q", "berta", "t").await;
    assert_eq!(acquired(&berta.take(&stage, 9, &[]).await), [(0, 0, 1)]);
    waits.abort();
}

#[tokio::test]
async fn members_of_other_protocols_are_no_members_of_a_queue() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    assert_eq!(stage.produce("t", 0, batch(&["0"])).await.error_code, 0);
    Crew::join(&stage, "q", "anna", "t").await;
    let metadata = Subscription { topics: vec!["t".into()], ..Subscription::default() }.encode();
    let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(metadata);
    let join = JoinGroupRequest::default()
        .with_group_id(super::crew::group("q"))
        .with_session_timeout_ms(10_000)
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![protocol]);
    assert_eq!(ask!(stage, JoinGroup, 3, join).error_code, E::InconsistentGroupProtocol.code());
}
