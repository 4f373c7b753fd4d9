//! Host and port, as people write them.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where something listens: a name or an address, and a port. Written `HOST:PORT`; an IPv6 address stands in brackets.
/// In files it is that one string.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPort {
    /// Without brackets.
    pub host: String,
    pub port: u16,
}

/// Not a host and a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not HOST:PORT; write it like localhost:9092, 127.0.0.1:9092 or [::1]:9092")]
pub struct BadHostPort {
    given: String,
}

/// Whether a host is this machine alone, as far as its name tells: `localhost`, 127.0.0.0/8 or `::1`.
pub fn is_loopback_host(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl HostPort {
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }
}

impl FromStr for HostPort {
    type Err = BadHostPort;

    fn from_str(given: &str) -> Result<Self, BadHostPort> {
        let bad = || BadHostPort { given: given.to_owned() };
        let (host, port) = given.rsplit_once(':').ok_or_else(bad)?;
        let host = match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
            Some(inside) => inside.ok_or_else(bad)?,
            // An IPv6 address without brackets: nobody can tell where its port begins.
            None if host.contains(':') => return Err(bad()),
            None => host,
        };
        let is_host =
            !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '[' | ']' | '@'));
        match port.parse() {
            Ok(port) if is_host => Ok(Self { host: host.to_owned(), port }),
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for HostPort {
    type Error = BadHostPort;

    fn try_from(given: String) -> Result<Self, BadHostPort> {
        given.parse()
    }
}

impl From<HostPort> for String {
    fn from(address: HostPort) -> Self {
        address.to_string()
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_and_written_back() {
        for good in ["localhost:9092", "127.0.0.1:0", "[::1]:9092", "kafka.example.org:65535"] {
            assert_eq!(good.parse::<HostPort>().unwrap().to_string(), good);
        }
        for bad in ["", "localhost", ":9092", "::1:9092", "[::1:9092", "a b:1", "h:65536", "h:-1", "http://h:1", "h:"] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_host_is_known_to_be_this_machine() {
        assert!(["localhost", "127.0.0.1", "127.8.0.1", "::1"].into_iter().all(is_loopback_host));
        assert!(!["", "0.0.0.0", "::", "192.168.1.1", "localhost.example.org"].into_iter().any(is_loopback_host));
    }
}
