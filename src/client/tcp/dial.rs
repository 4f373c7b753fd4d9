//! Opening a connection: the socket, encryption over it, and the login of a user.

use std::{
    io,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::{handshake, login, no_connection};
use crate::{
    client::{ClientError, Security},
    model::HostPort,
};

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
) -> Result<Dialed, ClientError> {
    let socket = connect(address, wait).await?;
    let mut stream: Box<dyn Stream> = match &security.tls {
        Some(tls) => Box::new(handshake::encrypt(socket, address, tls, wait).await?),
        None => Box::new(socket),
    };
    let Some(sasl) = &security.sasl else { return Ok(Dialed { stream, until: None }) };
    match timeout(wait, login::log_in(&mut stream, address, client_id, sasl)).await {
        Ok(until) => Ok(Dialed { until: until?, stream }),
        Err(_) => Err(no_connection(too_slow(address, "finish the login", wait))),
    }
}

/// For a step that took longer than `wait`.
pub fn too_slow(address: &HostPort, step: &str, wait: Duration) -> String {
    format!("{address} did not {step} within {} seconds", wait.as_secs_f64())
}

async fn connect(address: &HostPort, wait: Duration) -> Result<TcpStream, ClientError> {
    let stream = match timeout(wait, TcpStream::connect((address.host.as_str(), address.port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(no_connection(why_not(address, &error))),
        Err(_) => return Err(no_connection(too_slow(address, "answer", wait))),
    };
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "requests may be delayed: TCP_NODELAY");
    }
    Ok(stream)
}

fn why_not(address: &HostPort, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("nothing listens on {address}"),
        // What a resolver says has no kind of its own.
        _ if error.raw_os_error().is_none() => format!("there is no address for the host {:?}", address.host),
        _ => format!("{address} cannot be reached: {error}"),
    }
}
