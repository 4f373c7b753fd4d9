//! Encrypted connections through a real socket.

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, MetadataRequest};
use millpond::{
    broker::observe::Origin,
    model::Role,
    server::{Limit, Server, TlsSource},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{io::AsyncReadExt as _, net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    login::window,
    raw::{Listening, PATIENCE, Raw, options},
};
use crate::broker::stage::{Stage, batch, fetch_request, produce_request};

/// An encrypted listener; it asks who clients are where `authentication` says so.
async fn listening(authentication: bool, first_request_ms: u64) -> Listening {
    let stage = Stage::new().await;
    window(&stage.broker).add_user("ann", "secret", Role::Admin).await.unwrap();
    let mut options = options();
    options.authentication = authentication;
    options.tls = Some(TlsSource::self_signed(stage.broker.data_dir()));
    options.limits.first_request_ms = first_request_ms;
    let server = Server::start(stage.broker.clone(), options).await.unwrap();
    Listening { stage, server }
}

async fn connect(listening: &Listening) -> Raw<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(listening.server.certificate().unwrap()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(listening.server.address()).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    Raw::over(TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap())
}

#[tokio::test]
async fn records_go_both_ways_encrypted() {
    let listening = listening(false, 30_000).await;
    assert_eq!(listening.server.security_protocol(), "SSL");
    listening.stage.create("t", 1, &[]).await;
    let mut client = connect(&listening).await;
    // Larger than what TLS and the socket hold at once.
    let value = "x".repeat(700_000);
    for _ in 0..4 {
        client.ask(ApiKey::Produce, 9, produce_request("t", 0, batch(&[&value]), 1)).await;
    }
    let mut fetch = fetch_request("t", 0, 0);
    fetch.topics[0].partitions[0].partition_max_bytes = 50 << 20;
    let kafka_protocol::messages::ResponseKind::Fetch(answer) = client.ask(ApiKey::Fetch, 12, fetch).await else {
        panic!("another answer")
    };
    let bytes = answer.responses[0].partitions[0].records.as_ref().map_or(0, |records| records.len());
    assert!(bytes > 4 * 700_000, "{bytes}");
    let seen = listening.stage.broker.inspector().connections(false);
    assert!(seen.iter().any(|one| matches!(one.who.origin, Origin::Tcp { encrypted: true, .. })));
    listening.server.shutdown().await;
    assert_eq!(client.closed().await, b"", "and the end is said properly");
}

#[tokio::test]
async fn clients_say_who_they_are_under_the_encryption() {
    let listening = listening(true, 30_000).await;
    assert_eq!(listening.server.security_protocol(), "SASL_SSL");
    for mechanism in super::login::ALL {
        let mut client = connect(&listening).await;
        assert_eq!(client.log_in(mechanism, "ann", "secret").await.error_code, 0);
        client.works().await;
    }
    let mut wrong = connect(&listening).await;
    assert_ne!(wrong.log_in("PLAIN", "ann", "wrong").await.error_code, 0);
    assert_eq!(wrong.closed().await, b"");
}

#[tokio::test]
async fn who_does_not_speak_tls_is_sent_away() {
    let listening = listening(false, 300).await;
    let mut plain = listening.connect().await;
    let bytes = plain.request(ApiKey::Metadata, 12, MetadataRequest::default());
    plain.write(&bytes).await;
    // An alert of TLS, and the end.
    assert_eq!(plain.closed().await.first(), Some(&0x15));
    let mut silent = listening.connect().await;
    let mut byte = [0];
    let ended = timeout(PATIENCE, silent.stream.read(&mut byte)).await.expect("the end");
    assert!(matches!(ended, Ok(0) | Err(_)));
    let hits = listening.server.hits();
    assert!(hits.iter().any(|hits| hits.limit == Limit::FirstRequestMs && hits.count == 1));
    connect(&listening).await.works().await;
}
