//! The TCP listener that lets Kafka clients reach the broker.
//!
//! [`Server::start`] binds and accepts; every connection is one task (`connection`), which cuts what arrives into frames,
//! hands requests to [`Broker::call`] and writes the answers in order. Requests of a connection are answered one after the
//! other, as Kafka does; only Produce requests follow each other into the log without waiting for the disk.
//!
//! A connection works over anything that can be read and written, so that encryption (`tls`) stands between it and the
//! socket. Where authentication is asked for, `login` holds every other request back until it is done, and each request is
//! then made in the role that the user has at that moment.

mod admission;
mod budget;
mod connection;
mod deadlines;
mod dispatch;
mod end;
mod error;
mod hits;
mod illegal;
mod limits;
mod listen;
mod login;
mod sasl;
mod tls;
mod wire;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinHandle,
};

pub use error::ServeError;
pub use hits::LimitHits;
pub use limits::{Limit, LimitError, Limits};
pub use tls::{TlsError, TlsSource};

use self::{admission::Admission, budget::Budget, hits::Hits, tls::Tls};
use crate::{
    broker::{Broker, OwnerAccess},
    model::HostPort,
};

/// How long connections may take to finish what they do when the server ends.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);
/// Passwords that are checked at the same time; each takes a processor for milliseconds, and nobody may take all of them.
const PASSWORD_CHECKS_MAX: usize = 2;

/// What a server needs to start.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where to listen; port 0 takes any free one.
    pub listen: HostPort,
    /// What clients are told to connect to; `None` tells them the address that is listened on.
    pub advertise: Option<HostPort>,
    /// Whether others than this machine may connect although nobody is asked who he is.
    pub open_to_network: bool,
    /// Whether clients must say who they are (SASL), as one of the broker's users.
    pub authentication: bool,
    /// Encrypts the connections.
    pub tls: Option<TlsSource>,
    pub limits: Limits,
}

impl ServerOptions {
    /// The usual choices for an address.
    pub fn new(listen: HostPort) -> Self {
        let limits = Limits::default();
        Self { listen, advertise: None, open_to_network: false, authentication: false, tls: None, limits }
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
    /// Whether clients must say who they are.
    authentication: bool,
    password_checks: Arc<Semaphore>,
    tls: Option<Tls>,
}

impl Server {
    /// Starts to listen. Clients are told the address from now on.
    ///
    /// # Errors
    /// When the address is taken, not of this machine, or open to others without authentication; when nobody could
    /// authenticate; when the certificate cannot be used.
    pub async fn start(broker: Broker, options: ServerOptions) -> Result<Self, ServeError> {
        if options.authentication && broker.users().is_empty() {
            return Err(ServeError::NoUsers);
        }
        let listener = listen::bind(&options.listen, options.open_to_network || options.authentication).await?;
        let tls = load_tls(&options).await?;
        let address = listener.local_addr().map_err(|source| ServeError::listen(&options.listen, source))?;
        let advertised =
            options.advertise.clone().unwrap_or_else(|| HostPort::new(reachable(address).0, address.port()));
        broker.advertise(&advertised.host, advertised.port);
        broker.bound(Some((security_protocol(options.authentication, tls.is_some()), address)));
        let (host, port) = reachable(address);
        let access = OwnerAccess {
            password: options.authentication.then(|| broker.open_local()),
            certificate: tls.as_ref().map(|tls| tls.certificate.clone()),
        };
        if let Err(error) = broker.tell_address(Some((&HostPort::new(host, port).to_string(), &access))) {
            tracing::warn!(%error, "other processes will not find the listener of this workspace");
        }
        if options.authentication && tls.is_none() && !address.ip().is_loopback() {
            tracing::warn!(%address, "what clients send can be read on the network, passwords by PLAIN too; encrypt with --tls-...");
        }
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared {
            broker,
            budget: Budget::new(options.limits.buffered_bytes_max),
            admission: Admission::new(&options.limits),
            limits: options.limits,
            hits: Hits::default(),
            authentication: options.authentication,
            password_checks: Arc::new(Semaphore::new(PASSWORD_CHECKS_MAX)),
            tls,
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

    /// Kafka's name for what clients must speak: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`.
    pub fn security_protocol(&self) -> &'static str {
        security_protocol(self.shared.authentication, self.shared.tls.is_some())
    }

    /// The PEM file with the certificate of an encrypted listener.
    pub fn certificate(&self) -> Option<&Path> {
        self.shared.tls.as_ref().map(|tls| tls.certificate.as_path())
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
        self.shared.broker.bound(None);
        self.shared.broker.close_local();
        if let Err(error) = self.shared.broker.tell_address(None) {
            tracing::warn!(%error, "the workspace still says that it is listened for");
        }
    }
}

fn security_protocol(authentication: bool, tls: bool) -> &'static str {
    match (authentication, tls) {
        (false, false) => "PLAINTEXT",
        (false, true) => "SSL",
        (true, false) => "SASL_PLAINTEXT",
        (true, true) => "SASL_SSL",
    }
}

/// Reads or makes the certificate, for the names by which clients are told to connect.
async fn load_tls(options: &ServerOptions) -> Result<Option<Tls>, ServeError> {
    let Some(source) = options.tls.clone() else { return Ok(None) };
    let told = options.advertise.iter().map(|advertise| advertise.host.clone());
    let names: Vec<String> = told.chain([options.listen.host.clone()]).collect();
    match tokio::task::spawn_blocking(move || Tls::load(&source, &names)).await {
        Ok(loaded) => Ok(Some(loaded?)),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
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
