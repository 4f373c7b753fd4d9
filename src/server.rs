//! The TCP listener that lets Kafka clients reach the broker.
//!
//! [`Server::start`] binds and accepts; every connection is one task (`connection`), which cuts what arrives into frames,
//! hands requests to [`Broker::call`] and writes the answers in order. Requests of a connection are answered one after the
//! other, as Kafka does; only Produce requests follow each other into the log without waiting for the disk.
//!
//! A connection works over anything that can be read and written, so that encryption stands between it and the socket.

mod admission;
mod budget;
mod connection;
mod deadlines;
mod dispatch;
mod error;
mod hits;
mod limits;
mod listen;
mod wire;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::watch, task::JoinHandle};

pub use error::ServeError;
pub use hits::LimitHits;
pub use limits::{Limit, LimitError, Limits};

use self::{admission::Admission, budget::Budget, hits::Hits};
use crate::{broker::Broker, model::HostPort};

/// How long connections may take to finish what they do when the server ends.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);

/// What a server needs to start.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where to listen; port 0 takes any free one.
    pub listen: HostPort,
    /// What clients are told to connect to; `None` tells them the address that is listened on.
    pub advertise: Option<HostPort>,
    /// Whether others than this machine may connect although nobody is asked who he is.
    pub open_to_network: bool,
    pub limits: Limits,
}

impl ServerOptions {
    /// The usual choices for an address.
    pub fn new(listen: HostPort) -> Self {
        Self { listen, advertise: None, open_to_network: false, limits: Limits::default() }
    }
}

/// A running listener. Dropping it ends it without waiting; [`Server::shutdown`] waits.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    advertised: HostPort,
    stop: watch::Sender<bool>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// What all connections share.
struct Shared {
    broker: Broker,
    limits: Limits,
    budget: Arc<Budget>,
    admission: Arc<Admission>,
    hits: Hits,
}

impl Server {
    /// Starts to listen. Clients are told the address from now on.
    ///
    /// # Errors
    /// When the address is taken, not of this machine, or open to others without authentication.
    pub async fn start(broker: Broker, options: ServerOptions) -> Result<Self, ServeError> {
        let listener = listen::bind(&options.listen, options.open_to_network).await?;
        let address = listener.local_addr().map_err(|source| ServeError::listen(&options.listen, source))?;
        let advertised =
            options.advertise.clone().unwrap_or_else(|| HostPort::new(reachable(address).0, address.port()));
        broker.advertise(&advertised.host, advertised.port);
        let (host, port) = reachable(address);
        if let Err(error) = broker.tell_address(Some(&HostPort::new(host, port).to_string())) {
            tracing::warn!(%error, "other processes will not find the listener of this workspace");
        }
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            broker,
            budget: Budget::new(options.limits.buffered_bytes_max),
            admission: Admission::new(&options.limits),
            limits: options.limits,
            hits: Hits::default(),
        });
        let accepting = tokio::spawn(listen::accept(listener, shared.clone(), stopped));
        Ok(Self { shared, address, advertised, stop, accepting: Mutex::new(Some(accepting)) })
    }

    /// Where it listens; the port is the real one.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients are told to connect to.
    pub fn advertised(&self) -> &HostPort {
        &self.advertised
    }

    /// What clients may take.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Which limits were hit since it listens, and how often.
    pub fn hits(&self) -> Vec<LimitHits> {
        self.shared.hits.all()
    }

    /// Stops listening, lets connections finish what changes something, closes them. Clients are no longer told the
    /// address.
    pub async fn shutdown(self) {
        self.stop().await;
    }

    /// Like [`Server::shutdown`], where others hold the server, too. Calling it again does nothing.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let Some(accepting) = self.accepting.lock().take() else { return };
        if tokio::time::timeout(SHUTDOWN_WAIT, accepting).await.is_err() {
            tracing::warn!("connections took too long to close and were cut");
        }
        self.shared.broker.advertise("127.0.0.1", 0);
        if let Err(error) = self.shared.broker.tell_address(None) {
            tracing::warn!(%error, "the workspace still says that it is listened for");
        }
    }
}

/// The address under which this machine reaches a listener that may listen on all addresses.
fn reachable(address: SocketAddr) -> (String, u16) {
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "::1".to_owned(),
        other => other.ip().to_string(),
    };
    (host, address.port())
}
