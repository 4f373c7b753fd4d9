//! Compacted topics through the broker: what is refused, what goes, when it goes by itself, and what retention leaves alone.

use bytes::Bytes;
use kafka_protocol::ResponseError;
use millpond::{
    codec::{BatchBuilder, ProducerStamp},
    model::{Clock as _, Compression, NewRecord},
};

use super::stage::{NOW, Stage, batch, records};

pub(crate) fn keyed(pairs: &[(&'static str, Option<&'static str>)]) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::Lz4, usize::MAX);
    for (key, value) in pairs {
        let record = NewRecord { key: Some((*key).into()), value: value.map(Bytes::from), ..NewRecord::default() };
        assert!(builder.push(&record, NOW));
    }
    builder.build(ProducerStamp::NONE).unwrap()
}

async fn keys(stage: &Stage, topic: &str) -> Vec<(i64, String)> {
    let data = stage.fetch(topic, 0, 0).await;
    records(&data).into_iter().map(|r| (r.offset, String::from_utf8(r.key.unwrap().to_vec()).unwrap())).collect()
}

#[tokio::test]
async fn a_compacted_topic_wants_keys_and_keeps_the_newest_of_each() {
    let stage = Stage::new().await;
    stage.create("changes", 1, &[("cleanup.policy", "compact"), ("retention.ms", "1")]).await;
    let refused = stage.produce("changes", 0, batch(&["no key"])).await;
    assert_eq!(refused.error_code, ResponseError::InvalidRecord.code());
    assert!(refused.error_message.unwrap().contains("record 0 of the batch has no key"));

    for _ in 0..3 {
        stage.produce("changes", 0, keyed(&[("a", Some("1")), ("b", Some("2"))])).await;
    }
    stage.produce("changes", 0, keyed(&[("c", None)])).await;
    let done = stage.broker.compact("changes").await;
    assert_eq!(done.len(), 1);
    let compacted = *done[0].1.as_ref().unwrap();
    assert_eq!((done[0].0, compacted.records_removed, compacted.batches_removed), (0, 4, 2));
    let known = stage.broker.inspector().compaction("changes").unwrap();
    let last = known[0].last.unwrap();
    assert_eq!((known.len(), known[0].upto, last.at, last.done), (1, 6, stage.clock.now(), compacted));
    assert!(known[0].dirty_bytes > 0, "the last batch waits for another behind it");
    let left = [(4, "a".to_owned()), (5, "b".to_owned()), (6, "c".to_owned())];
    assert_eq!(keys(&stage, "changes").await, left);
    assert_eq!(stage.offset("changes", 0, -2).await.offset, 0, "the start of the log stays");

    stage.clock.step(1_000_000);
    assert_eq!(stage.broker.retain().await, 0, "retention is for cleanup.policy=delete");
    let stage = stage.reopen().await;
    assert_eq!(keys(&stage, "changes").await, left);
    assert_eq!(stage.produce("changes", 0, keyed(&[("d", Some("4"))])).await.base_offset, 7);
}

#[tokio::test]
async fn a_topic_that_only_deletes_is_never_compacted() {
    let stage = Stage::new().await;
    stage.create("plain", 1, &[]).await;
    for _ in 0..3 {
        stage.produce("plain", 0, keyed(&[("a", Some("1"))])).await;
    }
    assert!(stage.broker.compact("plain").await.is_empty());
    assert_eq!(stage.broker.inspector().compaction("plain"), None);
    assert_eq!(keys(&stage, "plain").await.len(), 3);
}
