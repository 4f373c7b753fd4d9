//! What is told of records in transactions: when they became visible, or that they never will.

use kafka_protocol::messages::{
    EndTxnRequest, InitProducerIdRequest, ProducerId, TransactionalId, TxnOffsetCommitRequest,
    txn_offset_commit_request::{TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic},
};

use super::*;

/// A producer with a transactional id of its own, and an open transaction that holds offset 0 of `t`.
async fn in_transaction(stage: &Stage, client: &Client) -> (ProducerId, i16) {
    let request = InitProducerIdRequest::default()
        .with_transactional_id(Some(word_count()))
        .with_transaction_timeout_ms(60_000)
        .with_producer_id(ProducerId(-1))
        .with_producer_epoch(-1);
    let answer = call!(stage, client.context, InitProducerId, 5, request);
    let (producer_id, producer_epoch) = (answer.producer_id, answer.producer_epoch);
    let mut builder = BatchBuilder::new(Compression::None, 1 << 20);
    assert!(builder.push(&NewRecord { value: Some(Bytes::from("a")), ..NewRecord::default() }, NOW));
    let stamp = ProducerStamp { producer_id: *producer_id, producer_epoch, base_sequence: 0, transactional: true };
    let request = produce_request("t", 0, builder.build(stamp).unwrap(), -1).with_transactional_id(Some(word_count()));
    let answer = call!(stage, client.context, Produce, 12, request);
    assert_eq!(answer.responses[0].partition_responses[0].error_code, 0, "{answer:?}");
    (producer_id, producer_epoch)
}

fn word_count() -> TransactionalId {
    TransactionalId(text("word-count-1"))
}

/// What is told of offset 0 of `t` after it was produced, stored and acknowledged.
fn later(stage: &Stage) -> Vec<String> {
    let life = stage.broker.inspector().life("t", 0, 0).unwrap();
    life.steps.iter().skip(3).map(|step| short(&step.kind)).collect()
}

#[tokio::test]
async fn what_a_transaction_holds_is_told_when_it_ends() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let client = client(&stage, "word-count", 50_001);
    let (producer_id, producer_epoch) = in_transaction(&stage, &client).await;
    let partition = TxnOffsetCommitRequestPartition::default().with_partition_index(0).with_committed_offset(1);
    let topic = TxnOffsetCommitRequestTopic::default().with_name(name("t")).with_partitions(vec![partition]);
    let request = TxnOffsetCommitRequest::default()
        .with_transactional_id(word_count())
        .with_group_id(group("g"))
        .with_producer_id(producer_id)
        .with_producer_epoch(producer_epoch)
        .with_topics(vec![topic]);
    let answer = call!(stage, client.context, TxnOffsetCommit, 5, request);
    assert_eq!(answer.topics[0].partitions[0].error_code, 0, "{answer:?}");
    assert_eq!(later(&stage), Vec::<String>::new());
    let request = EndTxnRequest::default()
        .with_transactional_id(word_count())
        .with_producer_id(producer_id)
        .with_producer_epoch(producer_epoch)
        .with_committed(true);
    assert_eq!(call!(stage, client.context, EndTxn, 5, request).error_code, 0);
    assert_eq!(later(&stage), ["transaction ended, committed: true", "g committed 1"]);
}

#[tokio::test]
async fn a_transaction_that_the_broker_ends_says_why() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let producer = client(&stage, "word-count", 50_001);
    in_transaction(&stage, &producer).await;
    stage.clock.step(60_000);
    stage.broker.tick().await;
    assert_eq!(later(&stage), ["transaction aborted: TimedOut"]);

    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let producer = client(&stage, "word-count", 50_001);
    in_transaction(&stage, &producer).await;
    let request =
        InitProducerIdRequest::default().with_transactional_id(Some(word_count())).with_transaction_timeout_ms(60_000);
    let request = request.with_producer_id(ProducerId(-1)).with_producer_epoch(-1);
    call!(stage, producer.context, InitProducerId, 5, request);
    assert_eq!(later(&stage), ["transaction aborted: Fenced"]);
}
