//! Opening a connection: the socket, encryption over it, and the login of a user.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::{
    fault::{ReachCause, ReachFault},
    handshake, login,
    talk::Talk,
};
use crate::{client::Security, model::HostPort};

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 16;

/// What requests and answers travel over: a socket, or encryption over one.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection over which requests are answered.
pub struct Dialed {
    pub stream: Box<dyn Stream>,
    /// When the broker wants the user to log in anew (KIP-368), which this client does on another connection.
    pub until: Option<Instant>,
}

/// Connects to an address, as `security` says. Each step may take `wait` (`socket.connection.setup.timeout.ms`).
pub async fn dial(
    address: &HostPort,
    client_id: &str,
    security: &Security,
    wait: Duration,
) -> Result<Dialed, ReachFault> {
    let socket = connect(address, &look_up(address, wait).await?, wait).await?;
    let stream: Box<dyn Stream> = match &security.tls {
        Some(tls) => Box::new(handshake::encrypt(socket, address, tls, wait).await?),
        None => Box::new(socket),
    };
    let Some(sasl) = &security.sasl else { return Ok(Dialed { stream, until: None }) };
    let mut talk = Talk::new(stream, address, client_id);
    match timeout(wait, login::log_in(&mut talk, sasl)).await {
        Ok(until) => Ok(Dialed { until: until?, stream: talk.into_stream() }),
        Err(_) => Err(ReachFault::new(address, too_slow("finish the login", wait))),
    }
}

/// For a step that took longer than it may; `step` completes "did not …".
pub fn too_slow(step: &'static str, wait: Duration) -> ReachCause {
    ReachCause::TooSlow { step, millis: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) }
}

/// The addresses of a host; at least one.
pub async fn look_up(address: &HostPort, wait: Duration) -> Result<Vec<SocketAddr>, ReachFault> {
    let fault = |cause| ReachFault::new(address, cause);
    match timeout(wait, tokio::net::lookup_host((address.host.as_str(), address.port))).await {
        Ok(Ok(found)) => {
            let found: Vec<SocketAddr> = found.take(ADDRESSES_MAX).collect();
            if found.is_empty() { Err(fault(ReachCause::NoAddress)) } else { Ok(found) }
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, %address, "no address");
            Err(fault(ReachCause::NoAddress))
        }
        Err(_) => Err(fault(too_slow("get an address from the name service", wait))),
    }
}

/// The first of the addresses that answers; the error is that of the last.
pub async fn connect(address: &HostPort, found: &[SocketAddr], wait: Duration) -> Result<TcpStream, ReachFault> {
    let mut cause = ReachCause::NoAddress;
    for one in found {
        match timeout(wait, TcpStream::connect(one)).await {
            Ok(Ok(stream)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "requests may be delayed: TCP_NODELAY");
                }
                return Ok(stream);
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => cause = ReachCause::Refused,
            Ok(Err(error)) => cause = ReachCause::Unreachable { why: error.to_string() },
            Err(_) => cause = too_slow("answer", wait),
        }
    }
    Err(ReachFault::new(address, cause))
}
