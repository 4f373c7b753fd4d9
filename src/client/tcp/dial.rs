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
use crate::{
    client::{Sasl, Security, Tls},
    model::HostPort,
};

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 16;

/// What requests and answers travel over: a socket, or encryption over one.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection over which requests are answered.
pub struct Dialed {
    pub stream: Box<dyn Stream>,
    /// When the user is to log in anew (KIP-368), where the broker wants that.
    pub until: Option<Instant>,
    /// The version of SaslAuthenticate in which that is done.
    pub login_version: i16,
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
    match &security.sasl {
        Some(sasl) => log_in(stream, address, client_id, (sasl, security.tls.as_ref()), wait, None).await,
        None => Ok(Dialed { stream, until: None, login_version: 0 }),
    }
}

/// Logs in, for the first time or anew (KIP-368), where the version is known: only before the first time may be asked for
/// versions. Nothing that was asked may be without its answer.
pub async fn log_in(
    stream: Box<dyn Stream>,
    address: &HostPort,
    client_id: &str,
    (sasl, tls): (&Sasl, Option<&Tls>),
    wait: Duration,
    version: Option<i16>,
) -> Result<Dialed, ReachFault> {
    let mut talk = Talk::new(stream, address, client_id, tls);
    let login = async {
        let version = match version {
            Some(version) => version,
            None => login::version(&talk.versions().await.map_err(closed_instead_of_login)?.0),
        };
        Ok((login::log_in(&mut talk, sasl, version).await?, version))
    };
    match timeout(wait, login).await {
        Ok(done) => done.map(|(until, login_version)| Dialed { until, login_version, stream: talk.into_stream() }),
        Err(_) => Err(ReachFault::new(address, too_slow("finish the login", wait))),
    }
}

/// Who is closed upon before the login wants another listener.
fn closed_instead_of_login(fault: ReachFault) -> ReachFault {
    match fault.cause {
        ReachCause::ClosedUnanswered => ReachFault { cause: ReachCause::ClosedInsteadOfLogin, ..fault },
        _ => fault,
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
