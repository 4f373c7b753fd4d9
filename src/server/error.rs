//! Why a listener does not start.

use std::io;

use super::TlsError;
use crate::model::HostPort;

/// Why a listener does not start. Each message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(
        "{listen} is taken by another program; stop that one, or choose another port with --listen {}:PORT (port 0 takes \
         any free one)", listen.host
    )]
    Taken { listen: HostPort },
    #[error("there is no address for the host {:?}: {source}; check the spelling, or listen on 127.0.0.1", listen.host)]
    NoAddress { listen: HostPort, source: io::Error },
    #[error(
        "{listen} can be reached from other machines, and nobody is asked who he is: anyone on the network could read, \
         change and delete everything here. Ask them with --auth, listen on 127.0.0.1, or accept that with --open-to-network"
    )]
    Open { listen: HostPort },
    #[error(
        "clients must say who they are, and there is no user yet: nobody could connect. Add one with `millpond users add \
         NAME --role admin`, or leave --auth out"
    )]
    NoUsers,
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("could not listen on {listen}: {source}; choose another address with --listen HOST:PORT")]
    Listen { listen: HostPort, source: io::Error },
}

impl ServeError {
    pub(super) fn listen(listen: &HostPort, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::Taken { listen: listen.clone() },
            _ => Self::Listen { listen: listen.clone(), source },
        }
    }
}
