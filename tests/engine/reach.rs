//! The two ways to a broker, for tests that run over both.

use std::sync::Arc;

use millpond::{
    broker::Broker,
    client::{BoxFuture, Client, ClientError, Connection, TcpTransport, Transport},
    model::HostPort,
    server::{Server, ServerOptions},
    session::in_process::InProcess,
};
use tokio::sync::OnceCell;

/// A client in the same process.
pub fn in_process(broker: &Broker, id: &str) -> Client {
    Client::new(Arc::new(InProcess::new(broker.clone(), id)), id)
}

/// A client that reaches the broker through a listener of its own, which lives as long as the test.
pub fn over_tcp(broker: &Broker, id: &str) -> Client {
    let transport = Served { broker: broker.clone(), id: id.to_owned(), tcp: OnceCell::new() };
    Client::new(Arc::new(transport), id)
}

struct Served {
    broker: Broker,
    id: String,
    tcp: OnceCell<TcpTransport>,
}

impl Transport for Served {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let listen = async {
                let options = ServerOptions::new(HostPort::new("127.0.0.1", 0));
                let server = Server::start(self.broker.clone(), options).await.unwrap();
                let address = server.address();
                // Other clients of the same broker are told this address too and may outlive this one.
                std::mem::forget(server);
                TcpTransport::new([HostPort::new("127.0.0.1", address.port())], &self.id)
            };
            self.tcp.get_or_init(|| listen).await.connect(node).await
        })
    }
}
