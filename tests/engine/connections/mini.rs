//! A listener that speaks just enough of Kafka's protocol to say what no real broker would.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use kafka_protocol::{
    messages::{
        ApiKey, ApiVersionsResponse, MetadataResponse, RequestKind, ResponseKind, api_versions_response::ApiVersion,
        metadata_response::MetadataResponseBroker,
    },
    protocol::StrBytes,
};
use millpond::{
    codec::frame::{Inbox, Outbox, RequestHead, decode_request, encode_response},
    model::HostPort,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What is answered to a request; `None` closes the connection.
pub type Answer = Arc<dyn Fn(&RequestKind) -> Option<ResponseKind> + Send + Sync>;

/// Listens until the test ends.
pub async fn serve(answer: impl Fn(&RequestKind) -> Option<ResponseKind> + Send + Sync + 'static) -> HostPort {
    serve_unless(Arc::default(), answer).await
}

/// The same, which says nothing while it `hangs`.
pub async fn serve_unless(
    hangs: Arc<AtomicBool>,
    answer: impl Fn(&RequestKind) -> Option<ResponseKind> + Send + Sync + 'static,
) -> HostPort {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = HostPort::new("127.0.0.1", listener.local_addr().unwrap().port());
    let answer: Answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, hangs.clone(), answer.clone()));
        }
    });
    address
}

/// Sends these bytes to whoever says anything, then closes.
pub async fn saying(bytes: &'static [u8]) -> HostPort {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = HostPort::new("127.0.0.1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = BytesMut::with_capacity(1 << 16);
                // Either may fail when the other side has gone.
                let _ = stream.read_buf(&mut heard).await;
                let _ = stream.write_all(bytes).await;
            });
        }
    });
    address
}

async fn talk(mut stream: TcpStream, hangs: Arc<AtomicBool>, answer: Answer) {
    let mut inbox = Inbox::new(1 << 20);
    loop {
        while let Ok(Some(mut frame)) = inbox.take() {
            let head = RequestHead::take(&mut frame).unwrap();
            let request = decode_request(head.key, head.version, frame).unwrap();
            while hangs.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let Some(said) = answer(&request) else { return };
            let mut outbox = Outbox::default();
            let api = ApiKey::try_from(head.key).unwrap();
            encode_response(api, head.version, head.correlation_id, said, &mut outbox).unwrap();
            let mut bytes = Vec::new();
            while !outbox.is_empty() {
                let mut slices = [std::io::IoSlice::new(&[])];
                let count = outbox.slices(&mut slices);
                bytes.extend(slices[..count].iter().flat_map(|slice| slice.iter().copied()));
                let taken: usize = slices[..count].iter().map(|slice| slice.len()).sum();
                outbox.advance(taken);
            }
            if stream.write_all(&bytes).await.is_err() {
                return;
            }
        }
        if matches!(stream.read_buf(inbox.room()).await, Ok(0) | Err(_)) {
            return;
        }
    }
}

/// What brokers serve, as far as it matters here.
pub fn versions() -> ResponseKind {
    let served =
        [(ApiKey::ApiVersions, 3), (ApiKey::Metadata, 12), (ApiKey::SaslHandshake, 1), (ApiKey::SaslAuthenticate, 2)];
    let apis = served.map(|(api, max)| ApiVersion::default().with_api_key(api as i16).with_max_version(max));
    ApiVersionsResponse::default().with_api_keys(apis.to_vec()).into()
}

/// A cluster whose nodes say that they are there.
pub fn cluster(nodes: &[HostPort]) -> ResponseKind {
    let node = |(id, at): (usize, &HostPort)| {
        MetadataResponseBroker::default()
            .with_node_id((id as i32 + 1).into())
            .with_host(StrBytes::from_string(at.host.clone()))
            .with_port(at.port.into())
    };
    let brokers = nodes.iter().enumerate().map(node).collect();
    MetadataResponse::default().with_brokers(brokers).with_cluster_id(Some(StrBytes::from_static_str("mini"))).into()
}
