//! A broker that hangs: it takes connections and requests and answers nothing. No connection breaks, so that only a limit
//! of time can tell. The client tells, goes on elsewhere, and comes back when the broker does.

use std::{future::Future, sync::Arc, time::Duration};

use millpond::{
    client::{Client, HealthState, TcpTransport, Timeouts},
    model::HostPort,
    server::{Server, ServerOptions},
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};

use crate::broker::stage::Stage;

/// No test waits longer for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// An address that leads to a server, and can be made to hang.
struct Door {
    address: HostPort,
    hangs: watch::Sender<bool>,
}

impl Door {
    async fn new(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = HostPort::new("127.0.0.1", listener.local_addr().unwrap().port());
        let (hangs, seen) = watch::channel(false);
        let server = server.address();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, seen.clone()));
            }
        });
        Self { address, hangs }
    }

    fn hang(&self, hangs: bool) {
        self.hangs.send(hangs).unwrap();
    }
}

/// Passes everything on, but for as long as the door hangs.
async fn pass(client: TcpStream, server: std::net::SocketAddr, mut hangs: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let ((from_client, mut to_client), (from_server, mut to_server)) = (client.into_split(), server.into_split());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if hangs.wait_for(|hangs| !hangs).await.is_err() {
            return;
        }
        let written = tokio::select! {
            changed = hangs.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            _ = from_client.readable() => match from_client.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => to_server.write_all(&buffer[..count]).await,
                Err(_) => Ok(()),
            },
            _ = from_server.readable() => match from_server.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => to_client.write_all(&buffer[..count]).await,
                Err(_) => Ok(()),
            },
        };
        if written.is_err() {
            return;
        }
    }
}

fn client_of(doors: &[&Door]) -> Client {
    // Short where a broker that hangs is waited for; what does not come in time on a busy machine is asked again.
    let timeouts = Timeouts { connect: 500, request: 500, ..Timeouts::default() };
    let transport = TcpTransport::new(doors.iter().map(|door| door.address.clone()), "patient");
    Client::new(Arc::new(transport.with_timeouts(timeouts)), "patient")
}

async fn server_of(stage: &Stage) -> Server {
    Server::start(stage.broker.clone(), ServerOptions::new(HostPort::new("127.0.0.1", 0))).await.unwrap()
}

async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited {PATIENCE:?} for {what}"))
}

#[tokio::test]
async fn an_address_that_hangs_is_passed_over() {
    let stage = Stage::new().await;
    let server = server_of(&stage).await;
    let (first, second) = (Door::new(&server).await, Door::new(&server).await);
    first.hang(true);
    let client = client_of(&[&first, &second]);
    in_time("an answer of the second address", client.topics()).await.unwrap();
}

#[tokio::test]
async fn when_one_begins_to_hang_the_next_is_asked() {
    let stage = Stage::new().await;
    let server = server_of(&stage).await;
    let (first, second) = (Door::new(&server).await, Door::new(&server).await);
    let client = client_of(&[&first, &second]);
    in_time("the first answer", client.topics()).await.unwrap();
    first.hang(true);
    in_time("an answer of the second address", client.topics()).await.unwrap();
    second.hang(true);
    first.hang(false);
    in_time("an answer of the first address again", client.topics()).await.unwrap();
}

#[tokio::test]
async fn where_there_is_no_other_the_client_tells_and_waits() {
    let stage = Stage::new().await;
    let server = server_of(&stage).await;
    let door = Door::new(&server).await;
    let client = client_of(&[&door]);
    in_time("the first answer", client.topics()).await.unwrap();
    assert_eq!(client.health().state, HealthState::Connected);
    door.hang(true);
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.topics().await })
    };
    in_time("the client to tell", async {
        loop {
            match client.health().state {
                HealthState::Reconnecting { broker: None, why, .. } if why.contains("no answer") => break,
                _ => sleep(Duration::from_millis(5)).await,
            }
        }
    })
    .await;
    door.hang(false);
    in_time("the answer that was waited for", asking).await.unwrap().unwrap();
    assert_eq!(client.health().state, HealthState::Connected);
}
