//! The socket that listens, and the loop that accepts.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::{ServeError, Shared, admission::Admitted, connection::Connection, limits::Limit};
use crate::{
    broker::observe::{ConnectionInfo, Origin},
    model::HostPort,
};

/// Connections that the system holds until they are accepted. Many clients that start together need it.
const BACKLOG_CONNECTIONS: i32 = 1024;
/// How long to wait when the system has no room for another connection (open files): accepting again at once would spin.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// Quiet time after which the system asks whether the peer is still there.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);

/// Binds the first address of `listen` that can be bound.
pub async fn bind(listen: &HostPort, open_to_network: bool) -> Result<TcpListener, ServeError> {
    let no_address = |source| ServeError::NoAddress { listen: listen.clone(), source };
    let found = tokio::net::lookup_host((listen.host.as_str(), listen.port)).await.map_err(no_address)?;
    let addresses: Vec<SocketAddr> = found.collect();
    if !open_to_network && addresses.iter().any(|address| !address.ip().is_loopback()) {
        return Err(ServeError::Open { listen: listen.clone() });
    }
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match bind_one(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = error,
        }
    }
    Err(ServeError::listen(listen, failed))
}

fn bind_one(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A broker that restarts finds its port still marked as in use. On Windows the same option would let two programs
    // share a port.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG_CONNECTIONS)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until `stop` says so; then waits for the connections to end.
pub async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let address = peer.ip().to_canonical();
                let admitted = match shared.admission.admit(address) {
                    Ok(admitted) => admitted,
                    Err(limit) => {
                        // Dropping the stream closes it.
                        shared.hits.note(limit, shared.limits.get(limit), &peer.to_string());
                        continue;
                    }
                };
                prepare(&stream);
                connections.spawn(serve(stream, peer, shared.clone(), stop.clone(), admitted));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// One connection from its beginning to its end. Encryption is agreed on here, away from the loop that accepts.
async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
    _admitted: Admitted,
) {
    let since = Instant::now();
    let listener = stream.local_addr().unwrap_or(peer);
    let info = |encrypted| ConnectionInfo::new(Origin::Tcp { peer, listener, encrypted }, "");
    let Some(tls) = &shared.tls else {
        let connection = Connection::new(shared.clone(), shared.broker.connect(info(false)), since);
        return connection.run(stream, stop).await;
    };
    let handshake = timeout_at(since + shared.limits.first_request(), tls.acceptor.accept(stream));
    let agreed = tokio::select! {
        agreed = handshake => agreed,
        _ = stop.wait_for(|stop| *stop) => return,
    };
    match agreed {
        Ok(Ok(stream)) => {
            let connection = Connection::new(shared.clone(), shared.broker.connect(info(true)), since);
            connection.run(stream, stop).await;
        }
        Ok(Err(error)) => {
            tracing::warn!(%peer, %error, "no TLS was agreed on; does the client speak TLS, and trust the certificate?")
        }
        Err(_) => {
            let limit = Limit::FirstRequestMs;
            shared.hits.note(limit, shared.limits.get(limit), &peer.to_string());
        }
    }
}

/// Answers go out at once, and a peer that is gone is noticed. Where the system refuses, it only works less well.
fn prepare(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "answers may be delayed: TCP_NODELAY");
    }
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER);
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive) {
        tracing::debug!(%error, "peers that vanish are noticed late: SO_KEEPALIVE");
    }
}
