//! Requests that are almost right, through real sockets: every API in every version, bits and lengths changed, cut, and
//! lengthened. Nothing panics, nobody asks for more memory than a frame may have, a frame that cannot be read ends its
//! connection and no other. The same on every run.

use bytes::{Buf as _, Bytes};
use kafka_protocol::messages::{ApiKey, FetchRequest, MetadataRequest, RequestKind, ResponseKind};
use millpond::codec::{
    apis::SERVED,
    frame::{FRAME_BYTES_MAX_DEFAULT, RequestHead, decode_request, decode_response},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::raw::{Listening, PATIENCE, Raw};
use crate::{
    broker::stage::{batch, create_request, fetch_request, packed_batch, produce_request},
    chance::Chance,
    watch,
};

/// Spoilt requests for each version of each API.
const SPOILT_PER_VERSION: usize = 10;
/// Spoilt requests for each request that was made by hand, because chance does not make one like it.
const SPOILT_PER_HAND: usize = 150;

/// The head of a request, without its length.
fn head(api: ApiKey, version: i16) -> Vec<u8> {
    let mut head = Vec::new();
    for number in [api as i16, version, 0, 7, 1] {
        head.extend(number.to_be_bytes());
    }
    head.push(b'h');
    if api.request_header_version(version) >= 2 {
        head.push(0);
    }
    head
}

fn with_length(body: &[u8]) -> Vec<u8> {
    [&(body.len() as i32).to_be_bytes()[..], body].concat()
}

/// A body that decodes, made by chance.
fn by_chance(chance: &mut Chance, api: ApiKey, version: i16) -> Vec<u8> {
    chance.message(|bytes| {
        let mut body = Bytes::copy_from_slice(bytes);
        // The guard of the broker stands before the decoder of the message crate, which alone would not survive.
        decode_request(api as i16, version, body.clone()).ok()?;
        RequestKind::decode(api, &mut body, version).ok()?;
        Some(bytes.len() - body.remaining())
    })
}

/// Whether it is a request that can be read. One that cannot must have no answer.
fn is_readable(frame: &[u8]) -> bool {
    let mut frame = Bytes::copy_from_slice(frame);
    let Ok(head) = RequestHead::take(&mut frame) else { return false };
    // An unknown version of ApiVersions has an answer (KIP-511).
    head.key == ApiKey::ApiVersions as i16 || decode_request(head.key, head.version, frame).is_ok()
}

/// Sends bytes and no more, waits for the end of the connection, and answers what came before it.
async fn last_words(listening: &Listening, bytes: &[u8], what: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(listening.server.address()).await.unwrap();
    // Who closes at once does not take all of a frame; that is its right.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "{what}: the connection does not end");
    answer
}

async fn spoil(listening: &Listening, chance: &mut Chance, frame: &[u8], what: &str) {
    let spoilt = chance.spoil(frame);
    let bytes = match chance.below(8) {
        // A length that does not fit what follows, too.
        0 => [&(chance.below(2 * spoilt.len()) as i32 - 2).to_be_bytes()[..], &spoilt].concat(),
        _ => with_length(&spoilt),
    };
    let (length, frame) = bytes.split_at(4);
    let fits = length == (frame.len() as i32).to_be_bytes();
    let answer = last_words(listening, &bytes, what).await;
    if fits && !is_readable(frame) {
        assert_eq!(answer, b"", "{what}: an answer to what cannot be read: {bytes:02x?}");
    }
}

/// Another client still gets its answer.
async fn works(client: &mut Raw) {
    client.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await;
}

#[tokio::test]
async fn every_api_takes_requests_that_are_almost_right() {
    let (panics, listening) = (watch::panics(), Listening::new().await);
    listening.stage.create("t", 2, &[]).await;
    let mut other = listening.connect().await;
    watch::largest_allocation();
    for api in SERVED {
        for version in api.min..=api.max {
            let mut chance = Chance::new(api.key as u64 * 64 + version as u64);
            let what = format!("{:?} {version}", api.key);
            let frame = [head(api.key, version), by_chance(&mut chance, api.key, version)].concat();
            for _ in 0..SPOILT_PER_VERSION {
                spoil(&listening, &mut chance, &frame, &what).await;
            }
        }
        works(&mut other).await;
        works(&mut listening.connect().await).await;
    }
    let largest = watch::largest_allocation();
    assert!(largest <= FRAME_BYTES_MAX_DEFAULT, "{largest} bytes were asked for at once");
    assert_eq!(watch::panics(), panics, "something panicked");
}

#[tokio::test]
async fn records_and_lists_that_are_almost_right() {
    let (panics, listening) = (watch::panics(), Listening::new().await);
    listening.stage.create("t", 2, &[]).await;
    let mut other = listening.connect().await;
    let mut fetch: FetchRequest = fetch_request("t", 0, 0).with_max_wait_ms(1);
    fetch.topics.push(fetch.topics[0].clone());
    let words = "words ".repeat(50);
    let mut by_hand = vec![
        (ApiKey::Fetch, 12, RequestKind::Fetch(fetch)),
        (ApiKey::CreateTopics, 7, create_request("u", 3, &[("retention.ms", "5"), ("cleanup.policy", "x")]).into()),
        (ApiKey::Produce, 9, produce_request("t", 0, batch(&["a", "b", &words]), -1).into()),
        (ApiKey::Produce, 3, produce_request("t", 1, batch(&["a", "b", &words]), 1).into()),
    ];
    for compression in millpond::model::Compression::ALL {
        let records = packed_batch(compression, crate::broker::stage::NOW, &[&words, "x", &words]);
        by_hand.push((ApiKey::Produce, 12, produce_request("t", 0, records, 0).into()));
    }
    watch::largest_allocation();
    for (seed, (api, version, request)) in by_hand.into_iter().enumerate() {
        let bytes = other.request(api, version, request);
        let (mut chance, what) = (Chance::new(seed as u64), format!("{api:?} {version}"));
        for _ in 0..SPOILT_PER_HAND {
            // The head is left alone: chance has been at it above.
            let mut frame = bytes[4..17].to_vec();
            frame.extend(chance.spoil(&bytes[17..]));
            last_words(&listening, &with_length(&frame), &what).await;
        }
        works(&mut listening.connect().await).await;
    }
    let largest = watch::largest_allocation();
    assert!(largest <= FRAME_BYTES_MAX_DEFAULT, "{largest} bytes were asked for at once");
    assert_eq!(watch::panics(), panics, "something panicked");
}

/// Counts that the bytes could hold if each element took a byte: hundreds of thousands of structs of some hundred bytes
/// each.
#[test]
fn large_counts_do_not_ask_for_large_memory() {
    let mut bytes = vec![0; 600_000];
    watch::largest_allocation();
    for api in SERVED {
        for version in [api.min, api.max] {
            for before in [0, 1, 2, 4, 6, 8, 11, 14, 18] {
                for count in [&[0, 0x08, 0xff, 0xff][..], &[0xff, 0xff, 0x23, 0]] {
                    bytes[..32].fill(0);
                    bytes[before..before + 4].copy_from_slice(count);
                    let body = Bytes::from(bytes);
                    let _ = decode_request(api.key as i16, version, body.clone());
                    let _ = decode_response(api.key, version, body.clone());
                    bytes = body.try_into_mut().map_or_else(|body| body.to_vec(), Vec::from);
                    let largest = watch::largest_allocation();
                    assert!(largest <= FRAME_BYTES_MAX_DEFAULT, "{:?} {version} asks for {largest} bytes", api.key);
                }
            }
        }
    }
}

/// The client's side: answers of a broker that does not mean well.
#[test]
fn every_answer_may_be_wrong() {
    let panics = watch::panics();
    for api in SERVED {
        for version in api.min..=api.max {
            let mut chance = Chance::new(api.key as u64 * 64 + version as u64);
            let answer = chance.message(|bytes| {
                let mut body = Bytes::copy_from_slice(bytes);
                // With the one byte for tagged fields that heads of newer answers have.
                let tagged = [&[0][..], bytes].concat();
                let flexible = api.key.response_header_version(version) > 0;
                let whole = if flexible { tagged.into() } else { body.clone() };
                decode_response(api.key, version, whole).ok()?;
                ResponseKind::decode(api.key, &mut body, version).ok()?;
                Some(bytes.len() - body.remaining())
            });
            for _ in 0..100 {
                let _ = decode_response(api.key, version, chance.spoil(&answer).into());
            }
        }
    }
    assert_eq!(watch::panics(), panics, "something panicked");
}
