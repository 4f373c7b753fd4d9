//! What Produce answers, field by field, where records are refused or come again.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    ResponseError as E,
    messages::{InitProducerIdRequest, produce_request::PartitionProduceData},
};
use millpond::{
    codec::{BatchBuilder, ProducerStamp},
    model::{Compression, NewRecord},
};

use super::stage::{NOW, Stage, ask, batch, batch_at, name, produce_request, text, values};

fn stamped(stamp: ProducerStamp) -> Bytes {
    let mut builder = BatchBuilder::new(Compression::None, 1 << 20);
    builder.push(&NewRecord { key: Some("k".into()), ..NewRecord::default() }, NOW);
    builder.build(stamp).unwrap()
}

#[tokio::test]
async fn a_refusal_names_the_records_and_tells_where_the_log_starts() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.create("keyed", 1, &[("cleanup.policy", "compact")]).await;
    let mut builder = BatchBuilder::new(Compression::None, 1 << 20);
    for late in [0, 4_000_000, 5, 5_000_000] {
        builder.push(&NewRecord::default(), NOW + late);
    }
    let late = builder.build(ProducerStamp::NONE).unwrap();
    let answer = stage.produce("t", 0, late.clone()).await;
    let to_blame: Vec<_> = answer.record_errors.iter().map(|error| error.batch_index).collect();
    assert_eq!((answer.error_code, answer.log_start_offset, to_blame), (E::InvalidTimestamp.code(), 0, vec![1, 3]));
    assert!(answer.record_errors[0].batch_index_error_message.as_ref().unwrap().contains("1700004000000"));
    let answer = stage.produce("keyed", 0, late).await;
    assert_eq!((answer.error_code, answer.record_errors.len()), (E::InvalidTimestamp.code(), 2), "the time goes first");
    let answer = stage.produce("keyed", 0, batch(&["a", "b"])).await;
    assert_eq!((answer.error_code, answer.record_errors.len()), (E::InvalidRecord.code(), 2));
    // What does not come as far as the log learns nothing of it.
    for bytes in [Bytes::new(), stamped(ProducerStamp { transactional: true, ..ProducerStamp::NONE })] {
        let answer = stage.produce("t", 0, bytes).await;
        assert_ne!(answer.error_code, 0);
        assert_eq!((answer.log_start_offset, answer.record_errors.len()), (-1, 0));
    }
    let mut old = produce_request("t", 0, batch_at(NOW * 2, &["v"]), -1);
    old.acks = 1;
    let answer = ask!(stage, Produce, 3, old).responses.remove(0).partition_responses.remove(0);
    assert_eq!((answer.error_code, answer.record_errors.len()), (E::InvalidTimestamp.code(), 0));
}

#[tokio::test]
async fn of_a_partition_named_twice_the_last_counts() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let mut request = produce_request("t", 0, batch(&["first"]), -1);
    let more = PartitionProduceData::default().with_index(1).with_records(Some(batch(&["other"])));
    request.topic_data[0].partition_data.push(more);
    request.topic_data.push(produce_request("t", 0, batch(&["last"]), -1).topic_data.remove(0));
    let answer = ask!(stage, Produce, 9, request);
    assert_eq!(answer.responses.len(), 1);
    let mut indexes: Vec<_> = answer.responses[0].partition_responses.iter().map(|data| data.index).collect();
    indexes.sort_unstable();
    assert_eq!((answer.responses[0].name.clone(), indexes), (name("t"), vec![0, 1]));
    assert_eq!(values(&stage.fetch("t", 0, 0).await), ["last"]);
    assert_eq!(values(&stage.fetch("t", 1, 0).await), ["other"]);
}

#[tokio::test]
async fn the_beginning_of_a_second_batch_is_left_out() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let whole = batch(&["v"]);
    for cut in [1, 16, 30, whole.len() - 1] {
        let mut bytes = BytesMut::from(&whole[..]);
        bytes.extend_from_slice(&whole[..cut]);
        assert_eq!(stage.produce("t", 0, bytes.freeze()).await.error_code, 0, "{cut} bytes after it");
    }
    assert_eq!(values(&stage.fetch("t", 0, 0).await), ["v"; 4]);
}

#[tokio::test]
async fn a_batch_that_comes_again_is_answered_with_its_place_and_its_time() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let request = InitProducerIdRequest::default().with_transactional_id(None).with_transaction_timeout_ms(1_000);
    let given = ask!(stage, InitProducerId, 4, request);
    let stamp = |producer_epoch, base_sequence| ProducerStamp {
        producer_id: given.producer_id.0,
        producer_epoch,
        base_sequence,
        transactional: false,
    };
    stage.produce("t", 0, stamped(stamp(0, 0))).await;
    let again = stage.produce("t", 0, stamped(stamp(0, 0))).await;
    assert_eq!((again.error_code, again.base_offset, again.log_append_time_ms), (0, 0, NOW));
    for (stamp, error) in [
        (stamp(-1, 1), E::InvalidProducerEpoch),
        (stamp(0, -1), E::InvalidRecord),
        (stamp(0, 7), E::OutOfOrderSequenceNumber),
    ] {
        let answer = stage.produce("t", 0, stamped(stamp)).await;
        assert_eq!((answer.error_code, answer.log_start_offset), (error.code(), 0));
    }
}

#[tokio::test]
async fn the_first_batch_of_a_transaction_cannot_be_overtaken() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let request = InitProducerIdRequest::default()
        .with_transactional_id(Some(text("tx").into()))
        .with_transaction_timeout_ms(9_000);
    let given = ask!(stage, InitProducerId, 5, request);
    let send = async |base_sequence| {
        let stamp = ProducerStamp {
            producer_id: given.producer_id.0,
            producer_epoch: given.producer_epoch,
            base_sequence,
            transactional: true,
        };
        let request = produce_request("t", 0, stamped(stamp), -1).with_transactional_id(Some(text("tx").into()));
        ask!(stage, Produce, 12, request).responses[0].partition_responses[0].error_code
    };
    assert_eq!(send(1).await, E::OutOfOrderSequenceNumber.code());
    assert_eq!((send(0).await, send(1).await), (0, 0));
}
