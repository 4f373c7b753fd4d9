//! A connection as the broker sees it, from its beginning to its end.

use std::{fmt, net::SocketAddr, sync::Arc};

use parking_lot::Mutex;

use super::{ConnectionId, Observer, RequestId, seen::Seen};
use crate::{
    broker::CallContext,
    model::{Role, TimestampMillis},
};

/// What a connection is when it begins.
#[derive(Debug, Clone)]
pub struct ConnectionInfo {
    pub origin: Origin,
    /// Empty while the client has not said it: the first request does.
    pub client_id: String,
    /// Who it is allowed to be; `User:ANONYMOUS` without authentication.
    pub principal: String,
}

impl ConnectionInfo {
    /// Of nobody in particular.
    pub fn new(origin: Origin, client_id: impl Into<String>) -> Self {
        Self { origin, client_id: client_id.into(), principal: ANONYMOUS.to_owned() }
    }
}

/// Without authentication.
const ANONYMOUS: &str = "User:ANONYMOUS";

/// Where a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// What the window itself asks: its looks and its jobs. Hidden from lists that show the clients.
    Window,
    /// A client inside this process that somebody started: a consumer, a generator.
    InProcess,
    /// From outside.
    Tcp { peer: SocketAddr, listener: SocketAddr, encrypted: bool },
}

impl Origin {
    /// Over the listener.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Tcp { .. })
    }

    /// As group descriptions show it: `/127.0.0.1`.
    fn host(&self) -> String {
        match self {
            Self::Window | Self::InProcess => "/127.0.0.1".to_owned(),
            // As Java prints it; an address of version 4 is one, whatever the socket is.
            Self::Tcp { peer, .. } => format!("/{}", peer.ip().to_canonical()),
        }
    }
}

/// What a client calls its library, in ApiVersions (KIP-511).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Software {
    /// `apache-kafka-java`, `librdkafka`, …
    pub name: Arc<str>,
    pub version: Arc<str>,
}

/// Who is at the other end of a connection, as far as it is known at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// 0 for calls that came without a connection.
    pub connection: ConnectionId,
    /// Empty where the client gives none.
    pub client_id: Arc<str>,
    /// `None` where the client does not tell, or has not yet.
    pub software: Option<Software>,
    pub origin: Origin,
    pub principal: Arc<str>,
}

impl Who {
    /// Of a call that came without a connection.
    pub(super) fn of_call(context: &CallContext) -> Self {
        Self {
            connection: 0,
            client_id: context.client_id.as_str().into(),
            software: None,
            origin: Origin::InProcess,
            principal: context.principal.as_str().into(),
        }
    }

    /// Host and port; `None` inside the process.
    pub fn peer(&self) -> Option<SocketAddr> {
        match self.origin {
            Origin::Tcp { peer, .. } => Some(peer),
            Origin::Window | Origin::InProcess => None,
        }
    }
}

/// Keeps a connection in the list of connections; dropping it ends it.
pub struct Connection {
    state: Arc<ConnectionState>,
    observer: Arc<Observer>,
}

impl Connection {
    pub(super) fn new(state: Arc<ConnectionState>, observer: Arc<Observer>) -> Self {
        Self { state, observer }
    }

    /// Tells connections apart.
    pub fn id(&self) -> ConnectionId {
        self.state.id
    }

    /// What its requests are called with.
    pub fn context(&self, client_id: impl Into<String>) -> CallContext {
        let principal = self.state.seen.lock().who.principal.to_string();
        CallContext {
            client_id: client_id.into(),
            client_host: self.state.host.to_string(),
            connection_id: self.state.id,
            principal,
            role: Role::Admin,
            connection: Some(self.state.clone()),
        }
    }

    /// The peer has proved who it is.
    pub fn authenticated(&self, principal: &str) {
        let mut seen = self.state.seen.lock();
        let who = Who { principal: principal.into(), ..Who::clone(&seen.who) };
        seen.who = Arc::new(who);
    }

    /// An answer was written: its bytes on the wire, the length in front included.
    pub fn answered(&self, request: RequestId, response_bytes: usize) {
        let bytes = u32::try_from(response_bytes).unwrap_or(u32::MAX);
        let now = self.observer.now();
        self.state.seen.lock().sent(now, u64::from(bytes));
        self.observer.requests.answered(request, bytes);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.observer.closed(&self.state);
    }
}

/// What is kept of a connection. Its own lock, so that connections never wait for each other.
pub struct ConnectionState {
    pub id: ConnectionId,
    pub since: TimestampMillis,
    pub host: Arc<str>,
    pub origin: Origin,
    pub seen: Mutex<Seen>,
}

impl ConnectionState {
    pub fn new(id: ConnectionId, now: TimestampMillis, info: ConnectionInfo) -> Self {
        let host = info.origin.host().into();
        let who = Who {
            connection: id,
            client_id: info.client_id.into(),
            software: None,
            origin: info.origin,
            principal: info.principal.into(),
        };
        Self { id, since: now, host, origin: info.origin, seen: Mutex::new(Seen::new(who, now)) }
    }
}

impl fmt::Debug for ConnectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.id)
    }
}
