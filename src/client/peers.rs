//! The nodes that are connected, what they speak, and how an operation tries again.

use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kafka_protocol::messages::ApiVersionsRequest;
use parking_lot::Mutex;
use tokio::{sync::OnceCell, time::Instant};

use super::{
    ClientError, Connection, Health, Timeouts, Transport,
    health::HealthBook,
    retry::{self, Tried},
    versions::PeerVersions,
    wire::{Ask, text},
};

/// API version for ApiVersions itself; a peer that does not know it answers in version 0.
const API_VERSIONS_VERSION: i16 = 3;
/// Error code of ApiVersions for a version that the peer does not know.
const UNSUPPORTED_VERSION: i16 = 35;
/// The longest silence that a broker is granted, in milliseconds.
const THROTTLE_MILLIS_MAX: u64 = 60_000;

/// A connected node and what it speaks.
#[derive(Clone)]
pub(super) struct Peer {
    pub connection: Arc<dyn Connection>,
    versions: PeerVersions,
    /// Until when the broker wants it to be silent, in milliseconds of the client's own time.
    silent_until_ms: Arc<AtomicU64>,
}

impl Peer {
    /// The version in which it is asked, at most `version_max`.
    pub fn version_of<R: Ask>(&self, asked: &str, version_max: i16) -> Result<i16, ClientError> {
        let chosen = self.versions.choose_up_to(R::KEY, version_max);
        chosen.map_err(|none| ClientError::Unsupported { asked: asked.to_owned(), ours: none.ours, peer: none.peer })
    }
}

/// The connected nodes by id; `None` is whichever answers first.
pub(super) struct Peers {
    transport: Arc<dyn Transport>,
    timeouts: Timeouts,
    began: Instant,
    connected: Mutex<HashMap<Option<i32>, Arc<OnceCell<Peer>>>>,
    health: Mutex<HealthBook>,
}

impl Peers {
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        let (timeouts, began) = (transport.timeouts(), Instant::now());
        Self { transport, timeouts, began, connected: Mutex::default(), health: Mutex::default() }
    }

    pub fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// See [`Transport::chance`].
    pub fn chance(&self) -> f64 {
        self.transport.chance()
    }

    pub fn health(&self) -> Health {
        self.health.lock().picture(self.now_ms())
    }

    /// The cluster has told which nodes it has.
    pub fn listed(&self, nodes: impl IntoIterator<Item = i32>) {
        self.health.lock().listed(nodes);
    }

    /// Whether the cluster had this node when it was last asked.
    pub fn has(&self, node: i32) -> bool {
        self.health.lock().has(node)
    }

    /// A node, connected where it was not.
    pub async fn of(&self, node: Option<i32>, asked: &str) -> Result<Peer, ClientError> {
        let cell = Arc::clone(self.connected.lock().entry(node).or_default());
        let peer = cell.get_or_try_init(|| self.connect(node, asked)).await?;
        Ok(peer.clone())
    }

    /// A call of `peer` has failed: whoever asks the node next connects anew.
    pub fn lost(&self, node: Option<i32>, peer: &Peer, error: &ClientError) {
        let mut connected = self.connected.lock();
        let is_this = |cell: &Arc<OnceCell<Peer>>| {
            cell.get().is_some_and(|known| Arc::ptr_eq(&known.connection, &peer.connection))
        };
        // Several calls of one connection fail together, and the first may have led to a new one already.
        if !connected.get(&node).is_some_and(is_this) {
            return;
        }
        connected.remove(&node);
        drop(connected);
        if matches!(error, ClientError::TimedOut { .. }) {
            peer.connection.give_up();
        }
        self.note_loss(node, error);
    }

    fn note_loss(&self, node: Option<i32>, error: &ClientError) {
        if matches!(error, ClientError::Disconnected { .. } | ClientError::TimedOut { .. }) {
            self.health.lock().lost(node, &error.why(), self.now_ms(), &self.timeouts, self.chance());
        }
    }

    /// Waits until the broker wants to hear from this connection again (KIP-219).
    pub async fn wait_out_throttle(&self, peer: &Peer) {
        let pause = peer.silent_until_ms.load(Ordering::Relaxed).saturating_sub(self.now_ms());
        if pause > 0 {
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// The broker asks for silence.
    pub fn throttle(&self, peer: &Peer, throttle_ms: i32) {
        let Some(pause) = u64::try_from(throttle_ms).ok().filter(|pause| *pause > 0) else { return };
        let until = self.now_ms().saturating_add(pause.min(THROTTLE_MILLIS_MAX));
        peer.silent_until_ms.fetch_max(until, Ordering::Relaxed);
        self.health.lock().throttled(until);
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn connect(&self, node: Option<i32>, asked: &str) -> Result<Peer, ClientError> {
        // Who waited while another failed does not try the same at once.
        if let Some(why) = self.health.lock().closed_until_later(node, self.now_ms()) {
            return Err(ClientError::Disconnected { asked: asked.to_owned(), why });
        }
        let connected = self.shake_hands(node, asked).await;
        match &connected {
            Ok(_) => self.health.lock().answered(node),
            Err(error) => self.note_loss(node, error),
        }
        connected
    }

    async fn shake_hands(&self, node: Option<i32>, asked: &str) -> Result<Peer, ClientError> {
        // Each of its steps has its own limit, which is a setting too: what comes first is answered at once or not at all.
        let limit = self.timeouts.request.saturating_add(self.timeouts.connect.saturating_mul(3));
        let connection = within(limit, asked, self.transport.connect(node)).await.map_err(|e| e.during(asked))?;
        let mut version = API_VERSIONS_VERSION;
        loop {
            let request = ApiVersionsRequest::default()
                .with_client_software_name(text("millpond"))
                .with_client_software_version(text(env!("CARGO_PKG_VERSION")));
            let answer = within(self.timeouts.connect, asked, connection.call(version, request.into())).await;
            let answer = answer.map_err(|error| {
                if matches!(error, ClientError::TimedOut { .. }) {
                    connection.give_up();
                }
                error.during(asked)
            })?;
            let answer = ApiVersionsRequest::answer(answer).ok_or_else(|| ClientError::BadAnswer {
                asked: asked.to_owned(),
                why: "ApiVersions was answered with something else".to_owned(),
            })?;
            // KIP-511: a peer that does not know the version says so in version 0.
            if answer.error_code == UNSUPPORTED_VERSION && version > 0 {
                version = 0;
                continue;
            }
            ClientError::check(answer.error_code, || asked.to_owned(), None)?;
            let (versions, silent_until_ms) = (PeerVersions::of(&answer), Arc::default());
            return Ok(Peer { connection, versions, silent_until_ms });
        }
    }
}

/// The attempts of one operation.
pub(super) struct Tries<'a> {
    peers: &'a Peers,
    began: Instant,
    limit_ms: u64,
    attempts: u32,
}

impl<'a> Tries<'a> {
    /// The first attempt is about to begin; all together take about `limit_ms`.
    pub fn new(peers: &'a Peers, limit_ms: u64) -> Self {
        Self { peers, began: Instant::now(), limit_ms, attempts: 1 }
    }

    /// The wait before the next attempt; `None` when the error is final.
    pub fn wait_after(&self, error: &ClientError) -> Option<Duration> {
        let tried = Tried {
            attempts: self.attempts,
            elapsed_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            limit_ms: self.limit_ms,
            reached: self.peers.health.lock().reached(),
        };
        retry::wait_after(error, tried, &self.peers.timeouts, self.peers.chance())
    }

    /// Waits; the next attempt follows.
    pub async fn pause(&mut self, wait: Duration) {
        self.attempts = self.attempts.saturating_add(1);
        tokio::time::sleep(wait).await;
    }
}

/// Waits for an answer, but not for ever.
pub(super) async fn within<T>(
    millis: u64,
    asked: &str,
    answer: impl Future<Output = Result<T, ClientError>>,
) -> Result<T, ClientError> {
    match tokio::time::timeout(Duration::from_millis(millis), answer).await {
        Ok(answer) => answer,
        Err(_) => Err(ClientError::TimedOut { asked: asked.to_owned(), millis }),
    }
}
