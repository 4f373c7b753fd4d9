//! Requests on a connection: their order, what closes it, what does not.

use bytes::Bytes;
use kafka_protocol::{
    ResponseError as E,
    messages::{
        ApiKey, ApiVersionsRequest, FetchRequest, GroupId, ListGroupsRequest, MetadataRequest, OffsetCommitRequest,
        OffsetFetchRequest, ProduceRequest, ProduceResponse, ResponseKind, TopicName,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_fetch_request::OffsetFetchRequestTopic,
    },
    protocol::StrBytes,
};
use millpond::codec::frame::decode_response;

use super::raw::{Listening, PATIENCE, Raw};
use crate::broker::stage::{batch, fetch_request, produce_request};

fn hello() -> ApiVersionsRequest {
    let word = StrBytes::from_static_str("raw");
    ApiVersionsRequest::default().with_client_software_name(word.clone()).with_client_software_version(word)
}

fn produced(answer: Bytes) -> (i16, i64) {
    let answer = decode_response(ApiKey::Produce, 9, answer).unwrap();
    let ResponseKind::Produce(ProduceResponse { responses, .. }) = answer else { panic!("another answer: {answer:?}") };
    let partition = &responses[0].partition_responses[0];
    (partition.error_code, partition.base_offset)
}

fn produce(topic: &str, value: &str, acks: i16) -> ProduceRequest {
    produce_request(topic, 0, batch(&[value]), acks)
}

#[tokio::test]
async fn requests_are_answered_in_order_however_they_arrive() {
    let listening = Listening::new().await;
    let mut client = listening.connect().await;
    let mut bytes = client.request(ApiKey::ApiVersions, 3, hello());
    bytes.extend(client.request(ApiKey::Metadata, 12, MetadataRequest::default()));
    bytes.extend(client.request(ApiKey::ListGroups, 4, ListGroupsRequest::default()));
    client.write(&bytes).await;
    for number in 1..=3 {
        assert_eq!(client.read().await.0, number);
    }
    let bytes = client.request(ApiKey::ListGroups, 0, ListGroupsRequest::default());
    for byte in &bytes {
        client.write(&[*byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(client.read().await.0, 4);
}

#[tokio::test]
async fn an_unknown_version_of_api_versions_is_answered_with_its_range() {
    let listening = Listening::new().await;
    let mut client = listening.connect().await;
    let mut bytes = client.request(ApiKey::ApiVersions, 3, hello());
    bytes[7] = 99;
    client.write(&bytes).await;
    let (number, answer) = client.read().await;
    let ResponseKind::ApiVersions(answer) = decode_response(ApiKey::ApiVersions, 99, answer).unwrap() else { panic!() };
    assert_eq!((number, answer.error_code, answer.api_keys.len()), (1, E::UnsupportedVersion.code(), 1));
    assert_eq!((answer.api_keys[0].api_key, answer.api_keys[0].max_version), (18, 4));
    // The client asks again, in a version that both know.
    let answer = client.ask(ApiKey::ApiVersions, 3, hello()).await;
    let ResponseKind::ApiVersions(answer) = answer else { panic!("another answer: {answer:?}") };
    let produce = answer.api_keys.iter().find(|api| api.api_key == 0).unwrap();
    assert_eq!(produce.min_version, 0, "librdkafka compresses nothing for a broker that begins later");
}

#[tokio::test]
async fn what_cannot_be_read_closes_the_connection_and_no_other() {
    let listening = Listening::new().await;
    let mut other = listening.connect().await;
    let head = |key: i16, version: i16, rest: &[u8]| {
        let mut body = [&key.to_be_bytes()[..], &version.to_be_bytes(), &7i32.to_be_bytes(), &[0xff, 0xff]].concat();
        body.extend_from_slice(rest);
        [&(body.len() as i32).to_be_bytes()[..], &body].concat()
    };
    for (what, bytes) in [
        ("a key that Kafka does not know", head(999, 0, &[])),
        ("an API between brokers", head(ApiKey::Vote as i16, 0, &[])),
        ("Produce before version 3", head(0, 2, &[0; 20])),
        ("Fetch of the future", head(1, 99, &[0; 20])),
        ("a body that ends early", head(3, 12, &[0, 9])),
        ("a head that ends early", [&3i32.to_be_bytes()[..], &[0, 3, 0]].concat()),
        ("a negative length", (-5i32).to_be_bytes().to_vec()),
        ("a length without limit", i32::MAX.to_be_bytes().to_vec()),
        ("another protocol", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
    ] {
        let mut client = listening.connect().await;
        client.write(&bytes).await;
        assert_eq!(client.closed().await, b"", "{what}");
    }
    other.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await;
}

#[tokio::test]
async fn produce_requests_follow_each_other_in_order() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    let mut client = listening.connect().await;
    let mut bytes = Vec::new();
    for n in 0..100 {
        // Among them what waits for the disk and what does not.
        bytes.extend(client.request(ApiKey::Produce, 9, produce("t", &n.to_string(), if n % 3 == 0 { -1 } else { 1 })));
    }
    bytes.extend(client.request(ApiKey::Metadata, 12, MetadataRequest::default()));
    client.write(&bytes).await;
    for n in 0..100 {
        let (number, answer) = client.read().await;
        assert_eq!((number, produced(answer)), (n + 1, (0, i64::from(n))));
    }
    assert_eq!(client.read().await.0, 101);
}

#[tokio::test]
async fn a_producer_that_wants_no_answer_gets_none() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    let mut client = listening.connect().await;
    for n in 0..10 {
        let bytes = client.request(ApiKey::Produce, 9, produce("t", &n.to_string(), 0));
        client.write(&bytes).await;
    }
    let bytes = client.request(ApiKey::Produce, 9, produce("t", "last", 1));
    client.write(&bytes).await;
    let (number, answer) = client.read().await;
    assert_eq!((number, produced(answer)), (11, (0, 10)), "the first answer belongs to the first who wants one");
    // What is refused is told by closing.
    let bytes = client.request(ApiKey::Produce, 9, produce("no such topic", "x", 0));
    client.write(&bytes).await;
    assert_eq!(client.closed().await, b"");
}

#[tokio::test]
async fn what_is_stored_is_stored_though_the_client_is_gone() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    let mut client = listening.connect().await;
    let bytes: Vec<u8> =
        (0..20).flat_map(|n| client.request(ApiKey::Produce, 9, produce("t", &n.to_string(), -1))).collect();
    client.write(&bytes).await;
    let (_, first) = client.read().await;
    assert_eq!(produced(first), (0, 0));
    drop(client);
    // The listener waits for what is on its way to the disk.
    let Listening { stage, server } = listening;
    server.shutdown().await;
    let end = stage.offset("t", 0, -1).await.offset;
    assert!((1..=20).contains(&end), "{end}");
    stage.broker.shutdown().await;
}

/// A producer without answers that closes with answers to other requests unread: the broker's next answer fails, and still
/// everything had arrived.
#[tokio::test]
async fn what_arrived_before_the_end_is_stored() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    for round in 1..=5 {
        let mut client = listening.connect().await;
        let mut bytes = Vec::new();
        for n in 0..60 {
            bytes.extend(client.request(ApiKey::Metadata, 12, MetadataRequest::default()));
            bytes.extend(client.request(ApiKey::Produce, 9, produce("t", &n.to_string(), 0)));
        }
        client.write(&bytes).await;
        drop(client);
        let all = async {
            while listening.stage.offset("t", 0, -1).await.offset < round * 60 {
                tokio::task::yield_now().await;
            }
        };
        let stored = tokio::time::timeout(PATIENCE, all).await;
        let end = listening.stage.offset("t", 0, -1).await.offset;
        assert!(stored.is_ok(), "{end} of {} records", round * 60);
    }
}

/// Commits offsets and is gone: nobody hears of it, and the commit holds.
#[tokio::test]
async fn a_commit_of_one_who_does_not_wait_for_the_answer_holds() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    let mut client = listening.connect().await;
    let text = StrBytes::from_static_str;
    let partition = OffsetCommitRequestPartition::default().with_committed_offset(7);
    let topic = OffsetCommitRequestTopic::default()
        .with_name(TopicName(text("t")))
        .with_partitions(vec![partition.with_committed_leader_epoch(-1)]);
    let commit = OffsetCommitRequest::default()
        .with_group_id(GroupId(text("g")))
        .with_generation_id_or_member_epoch(-1)
        .with_topics(vec![topic]);
    let bytes = client.request(ApiKey::OffsetCommit, 8, commit);
    client.write(&bytes).await;
    drop(client);
    let mut other = listening.connect().await;
    let holds = async {
        loop {
            let topic = OffsetFetchRequestTopic::default().with_name(TopicName(text("t")));
            let fetch = OffsetFetchRequest::default()
                .with_group_id(GroupId(text("g")))
                .with_topics(Some(vec![topic.with_partition_indexes(vec![0])]));
            let answer = other.ask(ApiKey::OffsetFetch, 7, fetch).await;
            let ResponseKind::OffsetFetch(answer) = answer else { panic!("another answer: {answer:?}") };
            if answer.topics[0].partitions[0].committed_offset == 7 {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, holds).await.expect("the commit");
}

fn waiting_fetch() -> FetchRequest {
    fetch_request("t", 0, 0).with_max_wait_ms(20_000).with_min_bytes(1)
}

#[tokio::test]
async fn a_fetch_that_waits_holds_up_only_its_own_connection() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    let (mut reader, mut gone, mut writer): (Raw, Raw, Raw) =
        (listening.connect().await, listening.connect().await, listening.connect().await);
    for client in [&mut reader, &mut gone] {
        let bytes = client.request(ApiKey::Fetch, 12, waiting_fetch());
        client.write(&bytes).await;
    }
    drop(gone);
    let bytes = writer.request(ApiKey::Produce, 9, produce("t", "x", 1));
    writer.write(&bytes).await;
    assert_eq!(produced(writer.read().await.1), (0, 0));
    let (_, answer) = reader.read().await;
    let ResponseKind::Fetch(answer) = decode_response(ApiKey::Fetch, 12, answer).unwrap() else { panic!() };
    assert!(answer.responses[0].partitions[0].records.as_ref().is_some_and(|records| !records.is_empty()));
}

#[tokio::test]
async fn large_records_come_back_byte_for_byte() {
    let listening = Listening::new().await;
    listening.stage.create("t", 1, &[]).await;
    let mut client = listening.connect().await;
    let value = "x".repeat(900_000);
    let sent = produce("t", &value, 1);
    let records = sent.topic_data[0].partition_data[0].records.clone().unwrap();
    let bytes = client.request(ApiKey::Produce, 9, sent);
    client.write(&bytes).await;
    assert_eq!(produced(client.read().await.1), (0, 0));
    for version in [4, 11, 12] {
        let answer = client.ask(ApiKey::Fetch, version, fetch_request("t", 0, 0)).await;
        let ResponseKind::Fetch(answer) = answer else { panic!("another answer: {answer:?}") };
        let data = &answer.responses[0].partitions[0];
        assert_eq!((data.error_code, data.high_watermark), (0, 1));
        // Base offset and leader epoch stand before this.
        assert!(data.records.as_ref().unwrap()[16..] == records[16..], "version {version}");
    }
}
