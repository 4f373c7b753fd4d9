//! Deliveries are counted; what is given up goes to a dead-letter topic (KIP-1191).

use millpond::{
    broker::{ArchiveReason, ShareEventKind as K},
    codec::share::{ACK_ACCEPT, ACK_REJECT, ACK_RELEASE},
};

use super::crew::{Crew, acquired, cells, configure, produce, queue, start};
use crate::broker::stage::{Stage, records};

const R: &[i8] = &[ACK_RELEASE];
const X: &[i8] = &[ACK_REJECT];

async fn stage(settings: &[(&str, &str)]) -> Stage {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    produce(&stage, "t", &["poison", "bad", "good"]).await;
    queue(&stage, "q").await;
    assert_eq!(configure(&stage, "q", settings).await, 0);
    stage
}

fn headers(record: &millpond::model::Record) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    record
        .headers
        .iter()
        .map(|header| format!("{}={}", text(&header.key), text(header.value.as_deref().unwrap_or_default())))
        .collect()
}

#[tokio::test]
async fn a_record_is_given_up_at_the_limit_and_not_before() {
    let stage = stage(&[("share.delivery.count.limit", "2")]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert_eq!(acquired(&anna.take(&stage, 1, &[]).await), [(0, 0, 1)]);
    stage.clock.step(30_000);
    stage.broker.tick().await;
    assert_eq!(cells(&stage, "q")[&0], "Available 1");
    assert_eq!(acquired(&anna.take(&stage, 1, &[]).await), [(0, 0, 2)]);
    stage.clock.step(30_000);
    stage.broker.tick().await;
    assert_eq!(start(&stage, "q"), 1, "given up");
    let kinds: Vec<_> = stage.broker.inspector().share_events(0).into_iter().map(|event| event.kind).collect();
    let limit = K::Archived { reason: ArchiveReason::DeliveryLimit };
    let taken = |delivery_count| K::Acquired { delivery_count };
    assert_eq!(kinds, [taken(1), K::LockExpired, taken(2), K::LockExpired, limit]);
    assert!(stage.broker.inspector().share_partitions("q")[0].archived_total == 1);
}

#[tokio::test]
async fn dead_letters_say_where_they_come_from() {
    let copy = ("errors.deadletterqueue.copy.record.enable", "true");
    let settings = [("share.delivery.count.limit", "2"), ("errors.deadletterqueue.topic.name", "dlq.t"), copy];
    let stage = stage(&settings).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    assert_eq!(acquired(&anna.take(&stage, 9, &[]).await), [(0, 2, 1)]);
    assert_eq!(anna.acknowledge(&stage, &[(0, 2, &[ACK_RELEASE, ACK_REJECT, ACK_ACCEPT])]).await, 0);
    let again = anna.take(&stage, 9, &[]).await;
    assert_eq!(acquired(&again), [(0, 0, 2)]);
    assert_eq!(anna.acknowledge(&stage, &[(0, 0, R)]).await, 0);
    let letters = records(&stage.fetch("dlq.t", 0, 0).await);
    let values: Vec<_> = letters.iter().map(|letter| letter.value.clone().unwrap()).collect();
    assert_eq!(values, ["bad", "poison"], "written before the acknowledgement is answered");
    let told = headers(&letters[1]);
    let expected = ["topic=t", "partition=0", "offset=0", "group=q", "delivery.count=2"];
    let expected: Vec<_> = expected.iter().map(|header| format!("__dlq.errors.{header}")).collect();
    assert_eq!(told[..5], expected);
    assert!(told[5].starts_with("__dlq.errors.message="));
    let events = stage.broker.inspector().share_events(0);
    assert!(events.iter().any(|event| event.kind == K::DeadLettered { topic: "dlq.t".into() } && event.first == 1));
}

#[tokio::test]
async fn without_a_copy_only_the_headers_are_written_and_a_topic_must_allow_it() {
    let stage = stage(&[("errors.deadletterqueue.topic.name", "dlq.t")]).await;
    stage.create("dlq.t", 1, &[("errors.deadletterqueue.group.enable", "true")]).await;
    stage.create("dlq.no", 1, &[]).await;
    let mut anna = Crew::join(&stage, "q", "anna", "t").await;
    anna.take(&stage, 9, &[]).await;
    assert_eq!(anna.acknowledge(&stage, &[(0, 1, X)]).await, 0);
    let letters = records(&stage.fetch("dlq.t", 0, 0).await);
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|letter| letter.value.is_none() && letter.headers.len() == 6));
    assert_eq!(configure(&stage, "q", &[("errors.deadletterqueue.topic.name", "dlq.no")]).await, 0);
    assert_eq!(anna.acknowledge(&stage, &[(2, 2, X)]).await, 0, "the group goes on");
    assert_eq!(start(&stage, "q"), 3);
    assert!(records(&stage.fetch("dlq.no", 0, 0).await).is_empty());
    assert_ne!(configure(&stage, "q", &[("errors.deadletterqueue.topic.name", "orders")]).await, 0);
}
