//! Starting and ending a listener.

use kafka_protocol::messages::{ApiKey, MetadataRequest, ResponseKind};
use millpond::{
    broker::OpenError,
    model::HostPort,
    server::{ServeError, Server, ServerOptions},
};

use super::raw::{Listening, Raw, options};
use crate::broker::stage::Stage;

#[tokio::test]
async fn clients_are_told_the_address_while_it_listens() {
    let Listening { stage, server } = Listening::new().await;
    let address = server.address();
    let mut client = Raw::connect(address).await;
    let told = |answer: ResponseKind| {
        let ResponseKind::Metadata(answer) = answer else { panic!("another answer: {answer:?}") };
        (answer.brokers[0].host.to_string(), answer.brokers[0].port)
    };
    let answer = client.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await;
    assert_eq!(told(answer), ("127.0.0.1".to_owned(), i32::from(address.port())));
    let Err(OpenError::Owned { address: found, .. }) = stage.open_again().await.map(|_| ()) else {
        panic!("opened twice")
    };
    assert_eq!(found, Some(address.to_string()), "the lock file tells it");

    server.shutdown().await;
    assert_eq!(client.closed().await, b"");
    let Err(OpenError::Owned { address: found, .. }) = stage.open_again().await.map(|_| ()) else {
        panic!("opened twice")
    };
    assert_eq!(found, None);

    // The same port is free at once, and an address of one's own choice is told.
    let listen = HostPort::new("127.0.0.1", address.port());
    let advertise = Some(HostPort::new("kafka.example.org", 19_092));
    let again = Server::start(stage.broker.clone(), ServerOptions { advertise, ..ServerOptions::new(listen) }).await;
    let again = again.unwrap();
    let answer = Raw::connect(again.address()).await.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await;
    assert_eq!(told(answer), ("kafka.example.org".to_owned(), 19_092));
    again.shutdown().await;
    stage.broker.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_listened_on_says_what_to_do() {
    let Listening { stage, server } = Listening::new().await;
    let start = async |host: &str, port| {
        let options = ServerOptions { listen: HostPort::new(host, port), ..options() };
        match Server::start(stage.broker.clone(), options).await {
            Ok(server) => panic!("listens on {}", server.address()),
            Err(error) => error,
        }
    };
    let taken = start("127.0.0.1", server.address().port()).await;
    assert!(matches!(taken, ServeError::Taken { .. }), "{taken}");
    assert!(taken.to_string().contains("--listen"), "{taken}");
    let open = start("0.0.0.0", 0).await;
    assert!(matches!(open, ServeError::Open { .. }), "{open}");
    let nowhere = start("no such host", 0).await;
    assert!(matches!(nowhere, ServeError::NoAddress { .. }), "{nowhere}");
}

#[tokio::test]
async fn a_dropped_listener_ends() {
    let stage = Stage::new().await;
    let server = Server::start(stage.broker.clone(), options()).await.unwrap();
    let mut client = Raw::connect(server.address()).await;
    client.ask(ApiKey::Metadata, 12, MetadataRequest::default()).await;
    drop(server);
    assert_eq!(client.closed().await, b"");
}
