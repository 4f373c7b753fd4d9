//! Records in and out: Produce, Fetch, ListOffsets, DeleteRecords, retention.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    ResponseError as E,
    messages::{
        DeleteRecordsRequest, RequestKind, ResponseKind,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
        delete_records_response::DeleteRecordsPartitionResult,
    },
};
use millpond::{codec::set_log_append_time, model::Compression};

use super::stage::{
    NOW, Stage, ask, batch, batch_at, context, fetch_request, name, packed_batch, produce_request, records, values,
};

/// Gives a batch the checksum that fits its bytes.
fn seal(batch: &mut BytesMut) {
    let checksum = crc32c::crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&checksum.to_be_bytes());
}

async fn delete_before(stage: &Stage, topic: &str, before: i64) -> DeleteRecordsPartitionResult {
    let partition = DeleteRecordsPartition::default().with_partition_index(0).with_offset(before);
    let topic = DeleteRecordsTopic::default().with_name(name(topic)).with_partitions(vec![partition]);
    let request = DeleteRecordsRequest::default().with_topics(vec![topic]);
    ask!(stage, DeleteRecords, 2, request).topics.remove(0).partitions.remove(0)
}

#[tokio::test]
async fn what_is_produced_is_fetched_byte_for_byte_at_dense_offsets() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    for (acks, base) in [(-1, 0), (1, 2), (0, 4)] {
        let answer = stage.produce_with("t", 0, batch(&["a", "b"]), acks).await;
        assert_eq!((answer.error_code, answer.base_offset, answer.log_append_time_ms), (0, base, -1));
    }
    let fetched = stage.fetch("t", 0, 0).await;
    assert_eq!((fetched.high_watermark, fetched.last_stable_offset, fetched.log_start_offset), (6, 6, 0));
    assert_eq!(records(&fetched).iter().map(|record| record.offset).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let bytes = fetched.records.unwrap();
    // Only base offset and leader epoch are the broker's.
    assert_eq!(bytes[16..bytes.len() / 3], batch(&["a", "b"])[16..]);
}

#[tokio::test]
async fn a_fetch_in_the_middle_of_a_batch_gets_the_whole_batch_and_one_beyond_the_end_is_refused() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["a", "b", "c"])).await;
    assert_eq!(values(&stage.fetch("t", 0, 2).await), ["a", "b", "c"]);
    let at_end = stage.fetch("t", 0, 3).await;
    assert_eq!((at_end.error_code, records(&at_end).len()), (0, 0));
    for from in [4, -1, i64::MAX] {
        assert_eq!(stage.fetch("t", 0, from).await.error_code, E::OffsetOutOfRange.code(), "{from}");
    }
}

#[tokio::test]
async fn the_first_batch_comes_whatever_its_size() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let large = "x".repeat(10_000);
    stage.produce("t", 0, batch(&[&large])).await;
    stage.produce("t", 0, batch(&[&large])).await;
    let mut request = fetch_request("t", 0, 0);
    request.max_bytes = 10;
    request.topics[0].partitions[0].partition_max_bytes = 10;
    let data = ask!(stage, Fetch, 12, request).responses.remove(0).partitions.remove(0);
    assert_eq!(records(&data).len(), 1);
}

#[tokio::test]
async fn a_long_poll_wakes_when_something_is_appended() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let mut request = fetch_request("t", 0, 0);
    request.max_wait_ms = 60_000;
    let broker = stage.broker.clone();
    let poll = tokio::spawn(async move { broker.call(&context(), 12, RequestKind::Fetch(request)).await });
    // Given the poll a chance to wait; right or not, the outcome must be the same.
    tokio::task::yield_now().await;
    stage.produce("t", 0, batch(&["late"])).await;
    let answer = tokio::time::timeout(Duration::from_secs(20), poll).await.expect("it wakes").unwrap();
    let ResponseKind::Fetch(response) = answer else { panic!("another answer") };
    assert_eq!(values(&response.responses[0].partitions[0]), ["late"]);
}

#[tokio::test]
async fn a_long_poll_waits_for_enough_bytes_and_no_longer_than_asked() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["little"])).await;
    let mut request = fetch_request("t", 0, 0);
    request.max_wait_ms = 20;
    request.min_bytes = 1 << 20;
    let data = ask!(stage, Fetch, 12, request).responses.remove(0).partitions.remove(0);
    assert_eq!(values(&data), ["little"]);
}

#[tokio::test]
async fn one_request_serves_several_partitions_within_its_bytes() {
    let stage = Stage::new().await;
    stage.create("t", 3, &[]).await;
    for partition in 0..3 {
        stage.produce("t", partition, batch(&[&"x".repeat(1_000)])).await;
    }
    let mut request = fetch_request("t", 0, 0);
    let wanted = request.topics[0].partitions[0].clone();
    request.topics[0].partitions = (0..3).map(|partition| wanted.clone().with_partition(partition)).collect();
    request.max_bytes = 2_500;
    let response = ask!(stage, Fetch, 12, request);
    let found: Vec<_> = response.responses[0].partitions.iter().map(|data| records(data).len()).collect();
    assert_eq!(found, [1, 1, 0]);
}

#[tokio::test]
async fn list_offsets_knows_ends_times_and_the_latest_timestamp() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let empty = async |time| stage.offset("t", 0, time).await.offset;
    assert_eq!(
        [empty(-1).await, empty(-2).await, empty(-3).await, empty(-4).await, empty(-5).await],
        [0, 0, -1, 0, -1]
    );
    for (step, value) in [(0, "a"), (300, "b"), (100, "c")] {
        stage.produce("t", 0, batch_at(NOW + step, &[value])).await;
    }
    let find = async |time| {
        let found = stage.offset("t", 0, time).await;
        (found.offset, found.timestamp)
    };
    assert_eq!(find(-1).await, (3, -1));
    assert_eq!(find(-2).await, (0, -1));
    assert_eq!(find(-3).await, (1, NOW + 300));
    assert_eq!(find(NOW + 1).await, (1, NOW + 300));
    assert_eq!(find(0).await, (0, NOW));
    assert_eq!(find(NOW + 301).await, (-1, -1));
    assert_eq!(stage.offset("t", 0, -9).await.error_code, E::UnsupportedVersion.code());
    let begin = stage.offset("t", 0, -2).await;
    assert_eq!((begin.leader_epoch, stage.offset("t", 0, -5).await.leader_epoch), (0, -1));
    assert_eq!(stage.offset("t", 7, -1).await.error_code, E::UnknownTopicOrPartition.code());
}

#[tokio::test]
async fn leader_epochs_fence() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let mut request = fetch_request("t", 0, 0);
    request.topics[0].partitions[0].current_leader_epoch = 0;
    let data = ask!(stage, Fetch, 12, request.clone()).responses.remove(0).partitions.remove(0);
    assert_eq!(data.error_code, 0);
    request.topics[0].partitions[0].current_leader_epoch = 7;
    let data = ask!(stage, Fetch, 12, request).responses.remove(0).partitions.remove(0);
    assert_eq!(data.error_code, E::UnknownLeaderEpoch.code());
}

#[tokio::test]
async fn deleted_records_stay_deleted() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    assert_eq!(delete_before(&stage, "t", -1).await.low_watermark, 0, "nothing was ever written");
    stage.produce("t", 0, batch(&["a", "b", "c"])).await;
    assert_eq!(delete_before(&stage, "t", 2).await.low_watermark, 2);
    assert_eq!(delete_before(&stage, "t", 1).await.low_watermark, 2, "it never moves back");
    assert_eq!(delete_before(&stage, "t", 4).await.error_code, E::OffsetOutOfRange.code());
    assert_eq!(stage.fetch("t", 0, 1).await.error_code, E::OffsetOutOfRange.code());
    let stage = stage.reopen().await;
    assert_eq!(stage.offset("t", 0, -2).await.offset, 2);
    assert_eq!(delete_before(&stage, "t", -1).await.low_watermark, 3);
    assert_eq!(stage.offset("t", 0, -1).await.offset, 3);
}

#[tokio::test]
async fn retention_deletes_by_time_and_by_size() {
    let stage = Stage::new().await;
    stage.create("old", 1, &[("retention.ms", "1000")]).await;
    stage.create("large", 1, &[("retention.bytes", "2500"), ("retention.ms", "-1")]).await;
    stage.create("kept", 1, &[("retention.ms", "-1")]).await;
    for topic in ["old", "large", "kept"] {
        for _ in 0..5 {
            stage.produce(topic, 0, batch(&[&"x".repeat(1_000)])).await;
        }
    }
    assert!(stage.broker.retain().await > 0);
    assert_eq!(stage.offset("old", 0, -2).await.offset, 0);
    stage.clock.step(1_001);
    stage.broker.retain().await;
    assert_eq!(stage.offset("old", 0, -2).await.offset, 5);
    let start = stage.offset("large", 0, -2).await.offset;
    assert!((2..=3).contains(&start), "{start}");
    assert_eq!(stage.offset("kept", 0, -2).await.offset, 0);
}

#[tokio::test]
async fn log_append_time_replaces_the_producers() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("message.timestamp.type", "LogAppendTime")]).await;
    stage.clock.step(5_000);
    let answer = stage.produce("t", 0, batch_at(1, &["a", "b"])).await;
    assert_eq!((answer.error_code, answer.log_append_time_ms), (0, NOW + 5_000));
    let fetched = records(&stage.fetch("t", 0, 0).await);
    assert!(fetched.iter().all(|record| record.timestamp == NOW + 5_000));
}

#[tokio::test]
async fn bad_batches_are_refused_with_kafkas_codes_and_a_reason() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("max.message.bytes", "2000")]).await;
    let changed = |at: usize, byte: u8| {
        let mut bytes = BytesMut::from(&batch(&["value"])[..]);
        bytes[at] = byte;
        bytes.freeze()
    };
    // Broken inside, with a checksum that fits: only a look at the records finds it.
    let mut lying = BytesMut::from(&batch(&["value"])[..]);
    lying[61] = 0x02;
    seal(&mut lying);
    let mut stamped = BytesMut::from(&batch(&["value"])[..]);
    set_log_append_time(&mut stamped, NOW);
    let cases = [
        (changed(70, 0xff), E::CorruptMessage, "checksum"),
        (changed(16, 1), E::InvalidRecord, "format 1"),
        (changed(16, 3), E::CorruptMessage, "format 3"),
        (changed(7, 9), E::InvalidRecord, "offset 9"),
        ([batch(&["v"]), batch(&["v"])].concat().into(), E::InvalidRecord, "holds more"),
        (batch(&["v"]).slice(..40), E::InvalidRecord, "no whole record batch"),
        (Bytes::new(), E::InvalidRecord, "no whole record batch"),
        (batch(&[&"x".repeat(3_000)]), E::MessageTooLarge, "max.message.bytes=2000"),
        (batch_at(NOW + 3_600_001, &["v"]), E::InvalidTimestamp, "message.timestamp.after.max.ms"),
        (lying.freeze(), E::InvalidRecord, "malformed"),
        (stamped.freeze(), E::InvalidTimestamp, "LogAppendTime"),
        (Bytes::from_static(&[0xff; 300]), E::CorruptMessage, "no length"),
    ];
    for (bytes, error, reason) in cases {
        let answer = stage.produce("t", 0, bytes).await;
        let message = answer.error_message.unwrap_or_default();
        assert_eq!(answer.error_code, error.code(), "{message}");
        assert!(message.contains(reason), "{message:?} does not say {reason:?}");
    }
    assert_eq!(stage.offset("t", 0, -1).await.offset, 0, "nothing was stored");
    assert_eq!(stage.produce("t", 0, batch(&["good"])).await.error_code, 0);
}

#[tokio::test]
async fn a_decompression_bomb_is_refused() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let mut builder = millpond::codec::BatchBuilder::new(Compression::Zstd, 256 << 20);
    let zeros = Bytes::from(vec![0; 65 << 20]);
    builder.push(&millpond::model::NewRecord { value: Some(zeros), ..Default::default() }, NOW);
    let bomb = builder.build(millpond::codec::ProducerStamp::NONE).unwrap();
    assert!(bomb.len() < 100_000);
    let answer = stage.produce("t", 0, bomb).await;
    assert_eq!(answer.error_code, E::MessageTooLarge.code());
    assert!(answer.error_message.unwrap().contains("decompressed"));
}

#[tokio::test]
async fn compressed_batches_are_kept_as_they_are() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    for compression in Compression::ALL {
        stage.produce("t", 0, packed_batch(compression, NOW, &["one", "two"])).await;
    }
    let fetched = records(&stage.fetch("t", 0, 0).await);
    let packed: Vec<_> = fetched.iter().step_by(2).map(|record| record.batch.compression).collect();
    assert_eq!(packed, Compression::ALL);
}

#[tokio::test]
async fn requests_that_cannot_be_meant_are_refused() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let answer = stage.produce_with("t", 0, batch(&["v"]), 2).await;
    assert_eq!(answer.error_code, E::InvalidRequiredAcks.code());
    assert_eq!(stage.produce("t", 5, batch(&["v"])).await.error_code, E::UnknownTopicOrPartition.code());
    assert_eq!(stage.produce("t", -1, batch(&["v"])).await.error_code, E::UnknownTopicOrPartition.code());
    let missing = stage.produce("no", 0, batch(&["v"])).await;
    assert_eq!(missing.error_code, E::UnknownTopicOrPartition.code());
    let request = produce_request("t", 0, batch(&["v"]), -1);
    let by_id = ask!(stage, Produce, 13, {
        let mut request = request;
        request.topic_data[0].name = name("");
        request
    });
    assert_eq!(by_id.responses[0].partition_responses[0].error_code, E::UnknownTopicId.code());
    let mut session = fetch_request("t", 0, 0);
    (session.session_id, session.session_epoch) = (9, 1);
    assert_eq!(ask!(stage, Fetch, 12, session).error_code, E::FetchSessionIdNotFound.code());
}

#[tokio::test]
async fn counters_count_what_goes_in_and_out() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    stage.produce("t", 0, batch(&["a", "b", "c"])).await;
    stage.fetch("t", 0, 0).await;
    stage.fetch("t", 0, 0).await;
    let counters = stage.broker.inspector().counters();
    let topic = counters.topics["t"];
    assert_eq!((topic.records_in, topic.records_out), (3, 6));
    assert_eq!(topic.bytes_out, 2 * topic.bytes_in);
    let spans = stage.broker.inspector().partition_spans("t", 0, 0, i64::MAX, 10);
    assert_eq!((spans.len(), spans[0].record_count, spans[0].max_timestamp), (1, 3, NOW));
    assert_eq!(stage.broker.inspector().partition_sizes()[0].size_bytes, topic.bytes_in);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_producers_get_dense_offsets_of_their_own() {
    const PRODUCERS: i64 = 8;
    const BATCHES: i64 = 25;
    let stage = std::sync::Arc::new(Stage::new().await);
    stage.create("t", 1, &[]).await;
    let producers = (0..PRODUCERS).map(|producer| {
        let stage = stage.clone();
        tokio::spawn(async move {
            let mut bases = Vec::new();
            for batch_number in 0..BATCHES {
                let value = format!("{producer}-{batch_number}");
                let acks = if batch_number % 5 == 0 { -1 } else { 1 };
                let answer = stage.produce_with("t", 0, batch(&[&value, &value]), acks).await;
                assert_eq!(answer.error_code, 0);
                bases.push((answer.base_offset, value));
            }
            bases
        })
    });
    let mut told: Vec<_> =
        futures_util::future::join_all(producers).await.into_iter().flat_map(|t| t.unwrap()).collect();
    told.sort();
    assert!(told.iter().zip((0..).step_by(2)).all(|((base, _), expected)| *base == expected));
    let stored = values(&stage.fetch("t", 0, 0).await);
    assert_eq!(stored.len() as i64, 2 * PRODUCERS * BATCHES);
    assert!(told.iter().all(|(base, value)| stored[usize::try_from(*base).unwrap()] == *value));
}

#[tokio::test]
async fn no_bytes_make_it_panic_or_store_what_cannot_be_read() {
    use rand::RngExt as _;
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let mut random = rand::rng();
    let good = [
        batch(&["one", "two", "three"]),
        packed_batch(Compression::Gzip, NOW, &["one", "two"]),
        packed_batch(Compression::Lz4, NOW, &["one", "two"]),
    ];
    for round in 0..400 {
        let mut bytes = BytesMut::from(&good[round % good.len()][..]);
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(8..bytes.len());
            bytes[at] = random.random();
        }
        // Half of them with a checksum that fits, so that the records themselves are looked at.
        if round % 2 == 0 {
            seal(&mut bytes);
        }
        stage.produce("t", 0, bytes.freeze()).await;
    }
    let end = stage.offset("t", 0, -1).await.offset;
    let mut from = 0;
    while from < end {
        from = records(&stage.fetch("t", 0, from).await).last().expect("progress").offset + 1;
    }
    assert_eq!(from, end);
}

#[tokio::test]
async fn a_change_comes_to_its_end_although_nobody_waits() {
    let stage = Stage::new().await;
    let request = super::stage::create_request("t", 1, &[]);
    let broker = stage.broker.clone();
    let waiting = tokio::spawn(async move { broker.call(&context(), 7, RequestKind::CreateTopics(request)).await });
    tokio::task::yield_now().await;
    waiting.abort();
    let there = async {
        while stage.offset("t", 0, -1).await.error_code != 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), there).await.expect("it is made all the same");
}
