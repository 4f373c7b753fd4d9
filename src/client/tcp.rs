//! The way to a broker over TCP.
//!
//! A [`TcpTransport`] knows some bootstrap addresses and learns where the nodes are from the answers that pass through it.
//! To each address it keeps a small pool of connections (`pool`): a broker answers the requests of one connection in
//! order, so a Fetch that waits for records, or a member that waits for its group, would hold up everything behind it.
//! One connection (`link`) is one task that writes requests as they come and hands each answer to who asked; before that
//! it is made, encrypted (`handshake`) and a user logged in (`login`) as [`Security`] says.

mod dial;
mod handshake;
mod link;
mod login;
mod nodes;
mod pool;

use std::sync::Arc;

use kafka_protocol::{
    messages::{RequestKind, ResponseKind},
    protocol::StrBytes,
};

use self::{
    nodes::Nodes,
    pool::{Pool, Pools},
};
use super::{BoxFuture, ClientError, Connection, Security, Transport, wire::text};
use crate::model::HostPort;

/// Connects a client to a cluster over TCP. Clones share their connections.
#[derive(Clone)]
pub struct TcpTransport(Arc<Shared>);

/// What all connections of a transport share.
struct Shared {
    bootstrap: Vec<HostPort>,
    client_id: StrBytes,
    security: Arc<Security>,
    nodes: Nodes,
    pools: Pools,
}

impl TcpTransport {
    /// Reaches the cluster that any of `bootstrap` belongs to; nothing is connected yet. Brokers list the connections
    /// under `client_id`.
    pub fn new(bootstrap: impl IntoIterator<Item = HostPort>, client_id: &str) -> Self {
        Self::secured(bootstrap, client_id, Security::default())
    }

    /// Like [`TcpTransport::new`], with every connection secured alike: all nodes are reached through one listener.
    pub fn secured(bootstrap: impl IntoIterator<Item = HostPort>, client_id: &str, security: Security) -> Self {
        Self(Arc::new(Shared {
            bootstrap: bootstrap.into_iter().collect(),
            client_id: text(client_id),
            security: Arc::new(security),
            nodes: Nodes::default(),
            pools: Pools::default(),
        }))
    }

    /// The first bootstrap address that answers; the error is that of the last.
    async fn bootstrap(&self) -> Result<Arc<Pool>, ClientError> {
        let mut failed = no_connection("no bootstrap address is given".to_owned());
        for address in &self.0.bootstrap {
            match self.pool(address, None).await {
                Ok(pool) => return Ok(pool),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// A pool that has at least one connection that works.
    async fn pool(&self, address: &HostPort, node: Option<i32>) -> Result<Arc<Pool>, ClientError> {
        let pool = self.0.pools.of(address, &self.0.client_id, &self.0.security);
        pool.link().await.map_err(|error| match (node, &error) {
            (Some(node), ClientError::Disconnected { why, .. }) if !self.0.bootstrap.contains(address) => {
                no_connection(format!("the cluster says that node {node} is at {address}, but {why}"))
            }
            _ => error,
        })?;
        Ok(pool)
    }
}

impl Transport for TcpTransport {
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let pool = match node {
                None => self.bootstrap().await?,
                Some(id) => {
                    let unknown = || no_connection(format!("nobody has told yet where node {id} is"));
                    let address = self.0.nodes.address(id).ok_or_else(unknown)?;
                    self.pool(&address, node).await?
                }
            };
            let connection: Arc<dyn Connection> = Arc::new(TcpConnection { node, pool, shared: self.0.clone() });
            Ok(connection)
        })
    }
}

/// A way to one node: some connections to its address.
struct TcpConnection {
    node: Option<i32>,
    pool: Arc<Pool>,
    shared: Arc<Shared>,
}

impl Connection for TcpConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            let answer = self.pool.call(version, request).await?;
            self.shared.nodes.learn(&answer);
            Ok(answer)
        })
    }

    fn node_id(&self) -> i32 {
        self.node.unwrap_or(-1)
    }
}

/// Whoever asked adds what was asked.
fn no_connection(why: String) -> ClientError {
    ClientError::Disconnected { asked: String::new(), why }
}
