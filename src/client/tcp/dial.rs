//! Opening a connection.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::no_connection;
use crate::{client::ClientError, model::HostPort};

/// How long a connection may take to be made (`socket.connection.setup.timeout.ms`).
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// What requests and answers travel over: a socket, or encryption over one.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects to an address.
pub async fn dial(address: &HostPort) -> Result<Box<dyn Stream>, ClientError> {
    let stream = match timeout(CONNECT_WAIT, TcpStream::connect((address.host.as_str(), address.port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(no_connection(why_not(address, &error))),
        Err(_) => {
            let seconds = CONNECT_WAIT.as_secs();
            return Err(no_connection(format!("{address} did not answer within {seconds} seconds")));
        }
    };
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "requests may be delayed: TCP_NODELAY");
    }
    Ok(Box::new(stream))
}

fn why_not(address: &HostPort, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("nothing listens on {address}"),
        // What a resolver says has no kind of its own.
        _ if error.raw_os_error().is_none() => format!("there is no address for the host {:?}", address.host),
        _ => format!("{address} cannot be reached: {error}"),
    }
}
