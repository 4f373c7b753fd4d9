//! The way to a broker over TCP.
//!
//! A [`TcpTransport`] knows some bootstrap addresses and learns where the nodes are from the answers that pass through it.
//! To each address it keeps one connection for what is answered at once, one for records to be stored, and a few for what
//! waits (`pool`): a broker answers the requests of one connection in order, so a Fetch that waits for records, or a
//! member that waits for its group, would hold up everything behind it.
//! One connection (`link`) is one task that writes requests as they come and hands each answer to who asked; before that
//! it is made, encrypted (`handshake`) and a user logged in (`login`) as [`Security`] says.

mod dial;
mod fault;
mod handshake;
mod link;
mod login;
mod nodes;
mod pool;
mod probe;
mod talk;

use std::sync::Arc;

use kafka_protocol::{
    messages::{RequestKind, ResponseKind},
    protocol::StrBytes,
};

pub use self::{
    fault::{ReachCause, ReachFault},
    probe::{Encrypted, Probe, Reached},
};

use self::{
    nodes::Nodes,
    pool::{Pool, Pools},
};
use super::{BoxFuture, ClientError, Connection, Security, Timeouts, Transport, wire::text};
use crate::model::HostPort;

/// Connects a client to a cluster over TCP. Clones share their connections.
#[derive(Clone)]
pub struct TcpTransport(Arc<Shared>);

/// What all connections of a transport share.
struct Shared {
    bootstrap: Vec<HostPort>,
    client_id: StrBytes,
    security: Arc<Security>,
    timeouts: Timeouts,
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
            timeouts: Timeouts::default(),
            nodes: Nodes::default(),
            pools: Pools::default(),
        }))
    }

    /// The same with other limits, and with connections of its own.
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self(Arc::new(Shared {
            bootstrap: self.0.bootstrap.clone(),
            client_id: self.0.client_id.clone(),
            security: Arc::clone(&self.0.security),
            timeouts,
            nodes: Nodes::default(),
            pools: Pools::default(),
        }))
    }

    /// The first address that answers: of the bootstrap addresses, and where none of them does, of the nodes that were
    /// told of. Those that answered the last time come first, those that took a request and were silent last. The error
    /// is that of the last bootstrap address.
    async fn bootstrap(&self) -> Result<Arc<Pool>, ClientError> {
        let mut failed = no_connection("no bootstrap address is given".to_owned());
        let known = |address: &HostPort| !self.0.bootstrap.contains(address);
        let told: Vec<HostPort> = self.0.nodes.addresses().into_iter().filter(known).collect();
        let addresses: Vec<&HostPort> = self.0.bootstrap.iter().chain(&told).collect();
        let mut pools: Vec<_> = addresses.iter().map(|address| self.pool_of(address)).collect();
        let bootstrap = self.0.bootstrap.len();
        let mut order: Vec<usize> = (0..pools.len()).collect();
        order.sort_by_key(|at| (self.0.nodes.silence(addresses[*at]).in_a_row, !pools[*at].is_up()));
        for at in order {
            match pools[at].link().await {
                Ok(_) => return Ok(pools.swap_remove(at)),
                Err(error) if at < bootstrap => failed = error,
                Err(_) => {}
            }
        }
        Err(failed)
    }

    fn pool_of(&self, address: &HostPort) -> Arc<Pool> {
        let shared = &self.0;
        shared.pools.of(address, &shared.client_id, &shared.security, &shared.timeouts)
    }

    /// A pool that has at least one connection that works.
    async fn pool(&self, address: &HostPort, node: i32) -> Result<Arc<Pool>, ClientError> {
        let pool = self.pool_of(address);
        pool.link().await.map_err(|error| match &error {
            ClientError::Disconnected { why, .. } if !self.0.bootstrap.contains(address) => {
                no_connection(format!("the cluster says that node {node} is at {address}, but {why}"))
            }
            _ => error,
        })?;
        Ok(pool)
    }
}

impl Transport for TcpTransport {
    fn timeouts(&self) -> Timeouts {
        self.0.timeouts
    }

    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        Box::pin(async move {
            let pool = match node {
                None => self.bootstrap().await?,
                Some(id) => {
                    let unknown = || no_connection(format!("nobody has told yet where node {id} is"));
                    let address = self.0.nodes.address(id).ok_or_else(unknown)?;
                    self.pool(&address, id).await?
                }
            };
            let silences = self.0.nodes.silence(pool.address()).in_all;
            let connection = TcpConnection { node, pool, silences, shared: self.0.clone() };
            Ok(Arc::new(connection) as Arc<dyn Connection>)
        })
    }
}

/// A way to one node: some connections to its address.
struct TcpConnection {
    node: Option<i32>,
    pool: Arc<Pool>,
    /// How often the address had been silent when it was chosen.
    silences: u32,
    shared: Arc<Shared>,
}

impl Connection for TcpConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move {
            let nodes = &self.shared.nodes;
            // Where any address would do, one that hangs is not waited for a second time.
            if self.node.is_none() && nodes.silence(self.pool.address()).in_all != self.silences {
                return Err(no_connection(format!("{} did not answer in time", self.pool.address())));
            }
            let answer = self.pool.call(version, request).await?;
            nodes.spoke(self.pool.address());
            nodes.learn(&answer);
            Ok(answer)
        })
    }

    fn node_id(&self) -> i32 {
        self.node.unwrap_or(-1)
    }

    fn give_up(&self) {
        self.shared.nodes.went_silent(self.pool.address());
        self.pool.give_up();
    }
}

/// Whoever asked adds what was asked.
fn no_connection(why: String) -> ClientError {
    ClientError::Disconnected { asked: String::new(), why }
}
