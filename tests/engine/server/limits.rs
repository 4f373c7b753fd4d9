//! What one client may take: each limit with a small value, hit through a real socket, while others go on.

use std::time::Duration;

use kafka_protocol::messages::{ApiKey, FetchRequest, ListGroupsRequest, MetadataRequest};
use millpond::server::Limit;
use tokio::{io::AsyncWriteExt as _, time::timeout};

use super::raw::{Listening, PATIENCE, Raw};
use crate::broker::stage::{batch, fetch_request, produce_request};

impl Listening {
    fn hits(&self, limit: Limit) -> u64 {
        self.server.hits().iter().find(|hits| hits.limit == limit).map_or(0, |hits| hits.count)
    }

    async fn until_hit(&self, limit: Limit) {
        let hit = async {
            while self.hits(limit) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, hit).await.unwrap_or_else(|_| panic!("{limit} was not hit: {:?}", self.server.hits()));
    }

    /// A client that has asked something.
    async fn working(&self) -> Raw {
        let mut client = self.connect().await;
        works(&mut client).await;
        client
    }
}

async fn works(client: &mut Raw) {
    client.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_is_not_read() {
    let listening = Listening::with(|limits| limits.frame_bytes_max = 20_000).await;
    let (mut good, mut bad) = (listening.working().await, listening.connect().await);
    bad.write(&20_001i32.to_be_bytes()).await;
    assert_eq!(bad.closed().await, b"");
    listening.until_hit(Limit::FrameBytes).await;
    works(&mut good).await;
}

#[tokio::test]
async fn connections_are_counted() {
    let listening = Listening::with(|limits| limits.connections_per_address_max = 2).await;
    let (mut first, second) = (listening.working().await, listening.working().await);
    assert_eq!(listening.connect().await.closed().await, b"");
    listening.until_hit(Limit::ConnectionsPerAddress).await;
    works(&mut first).await;
    drop(second);
    // The place is free as soon as the listener has seen the end.
    let again = async {
        loop {
            let mut client = listening.connect().await;
            let bytes = client.request(ApiKey::Metadata, 12, MetadataRequest::default());
            if client.stream.write_all(&bytes).await.is_ok() && client.stream.readable().await.is_ok() {
                let mut byte = [0];
                if client.stream.peek(&mut byte).await.is_ok_and(|bytes| bytes == 1) {
                    break;
                }
            }
        }
    };
    timeout(PATIENCE, again).await.expect("a place");
    let all = Listening::with(|limits| limits.connections_max = 1).await;
    let _first = all.working().await;
    assert_eq!(all.connect().await.closed().await, b"");
    assert_eq!(all.hits(Limit::Connections), 1);
}

#[tokio::test]
async fn a_client_must_speak_and_then_not_fall_silent() {
    let listening = Listening::with(|limits| (limits.first_request_ms, limits.idle_ms) = (300, 600)).await;
    listening.stage.create("t", 1, &[]).await;
    let (mut silent, mut waiting, mut idle) =
        (listening.connect().await, listening.connect().await, listening.working().await);
    // Who waits for an answer is not idle.
    let fetch: FetchRequest = fetch_request("t", 0, 0).with_max_wait_ms(2_000);
    let bytes = waiting.request(ApiKey::Fetch, 12, fetch);
    waiting.write(&bytes).await;
    assert_eq!(silent.closed().await, b"");
    assert_eq!(listening.hits(Limit::FirstRequestMs), 1);
    assert_eq!(idle.closed().await, b"");
    listening.until_hit(Limit::IdleMs).await;
    waiting.read().await;
    works(&mut waiting).await;
}

#[tokio::test]
async fn a_request_must_arrive_in_time() {
    let listening = Listening::with(|limits| limits.frame_ms = 200).await;
    let (mut good, mut slow) = (listening.working().await, listening.working().await);
    let bytes = slow.request(ApiKey::Metadata, 12, MetadataRequest::default());
    slow.write(&bytes[..bytes.len() - 1]).await;
    assert_eq!(slow.closed().await, b"");
    assert_eq!(listening.hits(Limit::FrameMs), 1);
    works(&mut good).await;
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut() {
    let listening = Listening::with(|limits| limits.write_ms = 200).await;
    listening.stage.create("t", 1, &[]).await;
    let value = "x".repeat(900_000);
    for _ in 0..8 {
        listening.stage.produce("t", 0, batch(&[&value])).await;
    }
    let (mut good, mut slow) = (listening.working().await, listening.working().await);
    for _ in 0..20 {
        let mut fetch = fetch_request("t", 0, 0);
        fetch.topics[0].partitions[0].partition_max_bytes = 50 << 20;
        let bytes = slow.request(ApiKey::Fetch, 12, fetch);
        slow.write(&bytes).await;
    }
    listening.until_hit(Limit::WriteMs).await;
    works(&mut good).await;
    assert!(slow.closed().await.len() < 20 * 8 * 900_000, "what was on its way, and no more");
}

#[tokio::test]
async fn produce_requests_beyond_the_limit_wait_in_the_socket() {
    let listening = Listening::with(|limits| limits.in_flight_max = 1).await;
    listening.stage.create("t", 1, &[]).await;
    let mut client = listening.connect().await;
    let produce = |n: i32| produce_request("t", 0, batch(&[&n.to_string()]), -1);
    let bytes: Vec<u8> = (0..20).flat_map(|n| client.request(ApiKey::Produce, 9, produce(n))).collect();
    client.write(&bytes).await;
    for n in 0..20 {
        assert_eq!(client.read().await.0, n + 1);
    }
    listening.until_hit(Limit::InFlight).await;
}

#[tokio::test]
async fn room_is_shared_and_who_does_not_use_it_gives_it_back() {
    let listening = Listening::with(|limits| (limits.buffered_bytes_max, limits.frame_ms) = (1 << 20, 2_000)).await;
    listening.stage.create("t", 1, &[]).await;
    let (mut greedy, mut honest, mut small) =
        (listening.working().await, listening.working().await, listening.working().await);
    // Takes all the room there is, and sends nothing into it.
    greedy.write(&(1i32 << 20).to_be_bytes()).await;
    greedy.write(&[0; 1_000]).await;
    works(&mut small).await;
    let bytes = honest.request(ApiKey::Produce, 9, produce_request("t", 0, batch(&[&"x".repeat(900_000)]), 1));
    let (mut reading, mut writing) = honest.stream.into_split();
    let sending = tokio::spawn(async move { writing.write_all(&bytes).await.map(|()| writing) });
    listening.until_hit(Limit::BufferedBytes).await;
    // Small requests need no room.
    small.ask(ApiKey::ListGroups, 4, ListGroupsRequest::default()).await;
    assert_eq!(greedy.closed().await, b"");
    let length = timeout(PATIENCE, tokio::io::AsyncReadExt::read_i32(&mut reading)).await.expect("an answer").unwrap();
    assert!(length > 0);
    sending.await.unwrap().unwrap();
}
