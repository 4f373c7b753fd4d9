//! A client whose broker does not mean well: between the two stands somebody who spoils answers, now this one, now that.
//! Whatever the client asks ends, in an answer or an error, and nothing panics. The window is such a client.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use millpond::{
    client::{
        Client, Consumer, ConsumerOptions, NewTopic, OffsetSpec, ProduceOptions, ReadRange, Reader, ReaderOptions,
        TcpTransport,
    },
    codec::frame::FRAME_BYTES_MAX_DEFAULT,
    model::{HostPort, NewRecord, TopicPartition},
    server::{Server, ServerOptions},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::{broker::stage::Stage, chance::Chance, watch};

/// Clients at the same time, each with somebody of its own between.
const CLIENTS: u64 = 12;
/// How long a client may try what does not succeed; then it asks the next.
const TRIES: Duration = Duration::from_millis(250);

/// Accepts, and passes everything on to `server`; one answer of four is spoilt on its way back.
async fn stand_between(listener: TcpListener, server: std::net::SocketAddr, seed: u64) {
    for nth in 0.. {
        let Ok((client, _)) = listener.accept().await else { return };
        let upstream = TcpStream::connect(server).await.unwrap();
        tokio::spawn(async move {
            let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                (client.into_split(), upstream.into_split());
            let mut chance = Chance::new(seed * 1_000 + nth);
            tokio::select! {
                _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
                () = async {
                    while let Some(frame) = frame_of(&mut from_server).await {
                        // The number of the request is left alone as a rule: without it nothing is read.
                        let kept = if chance.one_in(10) { 0 } else { frame.len().min(4) };
                        let mut body = frame[kept..].to_vec();
                        if chance.one_in(4) {
                            body = chance.spoil(&body);
                        }
                        let length = ((kept + body.len()) as i32).to_be_bytes();
                        let bytes = [&length[..], &frame[..kept], &body].concat();
                        if to_client.write_all(&bytes).await.is_err() {
                            break;
                        }
                    }
                } => {}
            }
        });
    }
}

async fn frame_of(from: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let length = from.read_i32().await.ok()?;
    let mut frame = vec![0; usize::try_from(length).ok()?];
    from.read_exact(&mut frame).await.ok()?;
    Some(frame)
}

/// All that a window asks. What comes of it does not matter, nor does that some of it never succeeds.
async fn ask_everything(client: Client, name: String) {
    let tp = TopicPartition::new("t", 0);
    let record = |n: usize| NewRecord { value: Some(format!("value {n}").into()), ..NewRecord::default() };
    let _ = timeout(TRIES, client.topics()).await;
    let _ = timeout(TRIES, client.create_topic(&NewTopic::new(&name, 3))).await;
    for _ in 0..3 {
        let records = (0..50).map(record).collect();
        let _ = timeout(TRIES, client.produce("t", records, ProduceOptions::default())).await;
        let _ = timeout(TRIES, client.offset(&tp, OffsetSpec::Latest)).await;
        let range = ReadRange { partition: tp.clone(), from: 0, to: 500 };
        let mut reader = Reader::start(client.clone(), vec![range], ReaderOptions::default());
        let _ = timeout(TRIES, async {
            while let Ok(Some(piece)) = reader.next().await {
                let _ = piece.records();
            }
        })
        .await;
        let _ = timeout(TRIES, client.groups()).await;
        let _ = timeout(TRIES, client.describe_group("g")).await;
        let _ = timeout(TRIES, client.committed("g")).await;
        let _ = timeout(TRIES, client.describe_topic_configs("t")).await;
    }
    let consumer = Consumer::start(client, ConsumerOptions::new("g", ["t"]));
    for _ in 0..4 {
        let _ = timeout(TRIES, consumer.poll(TRIES)).await;
        let _ = timeout(TRIES, consumer.commit()).await;
    }
    consumer.kill();
}

#[tokio::test]
async fn answers_that_are_almost_right() {
    let (panics, stage) = (watch::panics(), Stage::new().await);
    stage.create("t", 2, &[]).await;
    watch::largest_allocation();
    let mut servers = Vec::new();
    let mut clients = Vec::new();
    for seed in 0..CLIENTS {
        let between = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = HostPort::new("127.0.0.1", between.local_addr().unwrap().port());
        let options =
            ServerOptions { advertise: Some(address.clone()), ..ServerOptions::new(HostPort::new("127.0.0.1", 0)) };
        let server = Server::start(stage.broker.clone(), options).await.unwrap();
        tokio::spawn(stand_between(between, server.address(), seed));
        servers.push(server);
        let client = Client::new(Arc::new(TcpTransport::new([address], "victim")), "victim");
        clients.push(ask_everything(client, format!("made-{seed}")));
    }
    join_all(clients).await;
    let largest = watch::largest_allocation();
    assert!(largest <= FRAME_BYTES_MAX_DEFAULT, "{largest} bytes were asked for at once");
    assert_eq!(watch::panics(), panics, "something panicked");
}
