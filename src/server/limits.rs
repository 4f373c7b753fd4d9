//! What one connection, and all of them together, may take.

use std::{fmt, str::FromStr, time::Duration};

use crate::codec::frame::FRAME_BYTES_MAX_DEFAULT;

/// Limits of a listener. Where Kafka has the same, its name stands in brackets; defaults are Kafka's where they suit one
/// machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest request, in bytes (`socket.request.max.bytes`).
    pub frame_bytes_max: usize,
    /// Connections at the same time (`max.connections`, which Kafka leaves open). Fewer where the system allows this
    /// process few open files.
    pub connections_max: usize,
    /// Connections at the same time from one address (`max.connections.per.ip`).
    pub connections_per_address_max: usize,
    /// Produce requests of one connection that may be on their way to the disk. Producers have five under way by default
    /// (`max.in.flight.requests.per.connection`).
    pub in_flight_max: usize,
    /// Bytes of large requests being read or answered, and of answers waiting to be written, over all connections
    /// (`queued.max.request.bytes`). Requests up to [`SMALL_BYTES`] do not count.
    pub buffered_bytes_max: usize,
    /// How long a new connection may take to its first request, encryption included.
    pub first_request_ms: u64,
    /// How long a new connection may take to say who it is, where it must.
    pub authenticate_ms: u64,
    /// After which time it must say so again (`connections.max.reauth.ms`); 0 is never.
    pub reauthenticate_ms: u64,
    /// How long a connection may do nothing (`connections.max.idle.ms`).
    pub idle_ms: u64,
    /// How long a request may take from its first byte to its last.
    pub frame_ms: u64,
    /// How long a client may take nothing of an answer that waits for it.
    pub write_ms: u64,
}

/// Requests and answers up to this many bytes are never held back for lack of room.
pub const SMALL_BYTES: usize = 64 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes_max: FRAME_BYTES_MAX_DEFAULT,
            connections_max: 4_000,
            connections_per_address_max: 4_000,
            in_flight_max: 16,
            buffered_bytes_max: 256 * 1024 * 1024,
            first_request_ms: 30_000,
            authenticate_ms: 30_000,
            reauthenticate_ms: 0,
            idle_ms: 600_000,
            frame_ms: 120_000,
            write_ms: 60_000,
        }
    }
}

/// A limit by name, as settings, counters and `--limit` know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    FrameBytes,
    Connections,
    ConnectionsPerAddress,
    InFlight,
    BufferedBytes,
    FirstRequestMs,
    AuthenticateMs,
    ReauthenticateMs,
    IdleMs,
    FrameMs,
    WriteMs,
}

/// Not a limit, or not a value for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error("{name:?} is no limit; there are {}", names())]
    Unknown { name: String },
    #[error("{name} is {given:?}; give a whole number from {min} to {max}")]
    Value { name: &'static str, given: String, min: u64, max: u64 },
}

impl Limit {
    /// Every limit, in the order in which settings show them.
    pub const ALL: [Self; 11] = [
        Self::Connections,
        Self::ConnectionsPerAddress,
        Self::FrameBytes,
        Self::BufferedBytes,
        Self::InFlight,
        Self::FirstRequestMs,
        Self::AuthenticateMs,
        Self::ReauthenticateMs,
        Self::IdleMs,
        Self::FrameMs,
        Self::WriteMs,
    ];

    /// Its name, which says its unit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FrameBytes => "frame-bytes",
            Self::Connections => "connections",
            Self::ConnectionsPerAddress => "connections-per-address",
            Self::InFlight => "in-flight",
            Self::BufferedBytes => "buffered-bytes",
            Self::FirstRequestMs => "first-request-ms",
            Self::AuthenticateMs => "authenticate-ms",
            Self::ReauthenticateMs => "reauthenticate-ms",
            Self::IdleMs => "idle-ms",
            Self::FrameMs => "frame-ms",
            Self::WriteMs => "write-ms",
        }
    }

    /// Lowest and highest value that makes sense.
    pub const fn range(self) -> (u64, u64) {
        match self {
            // Below, ordinary requests do not fit; above, lengths on the wire end.
            Self::FrameBytes => (16 * 1024, 2_147_483_647),
            Self::BufferedBytes => (1024 * 1024, 1 << 40),
            Self::Connections | Self::ConnectionsPerAddress => (1, 100_000),
            Self::InFlight => (1, 1_000),
            Self::FirstRequestMs | Self::AuthenticateMs | Self::IdleMs | Self::FrameMs | Self::WriteMs => {
                (100, 7 * 24 * 3_600_000)
            }
            Self::ReauthenticateMs => (0, 7 * 24 * 3_600_000),
        }
    }

    const fn place(self) -> usize {
        self as usize
    }
}

fn names() -> String {
    Limit::ALL.map(Limit::name).join(", ")
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(name: &str) -> Result<Self, LimitError> {
        let found = Self::ALL.into_iter().find(|limit| limit.name() == name);
        found.ok_or_else(|| LimitError::Unknown { name: name.to_owned() })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Limits {
    /// The value of a limit.
    pub fn get(&self, limit: Limit) -> u64 {
        match limit {
            Limit::FrameBytes => self.frame_bytes_max as u64,
            Limit::Connections => self.connections_max as u64,
            Limit::ConnectionsPerAddress => self.connections_per_address_max as u64,
            Limit::InFlight => self.in_flight_max as u64,
            Limit::BufferedBytes => self.buffered_bytes_max as u64,
            Limit::FirstRequestMs => self.first_request_ms,
            Limit::AuthenticateMs => self.authenticate_ms,
            Limit::ReauthenticateMs => self.reauthenticate_ms,
            Limit::IdleMs => self.idle_ms,
            Limit::FrameMs => self.frame_ms,
            Limit::WriteMs => self.write_ms,
        }
    }

    /// Sets a limit.
    ///
    /// # Errors
    /// When the value is out of range.
    pub fn set(&mut self, limit: Limit, given: &str) -> Result<(), LimitError> {
        let (min, max) = limit.range();
        let value = given.trim().parse::<u64>().ok().filter(|value| (min..=max).contains(value));
        let bad = || LimitError::Value { name: limit.name(), given: given.to_owned(), min, max };
        let value = value.ok_or_else(bad)?;
        let size = usize::try_from(value).map_err(|_| bad())?;
        match limit {
            Limit::FrameBytes => self.frame_bytes_max = size,
            Limit::Connections => self.connections_max = size,
            Limit::ConnectionsPerAddress => self.connections_per_address_max = size,
            Limit::InFlight => self.in_flight_max = size,
            Limit::BufferedBytes => self.buffered_bytes_max = size,
            Limit::FirstRequestMs => self.first_request_ms = value,
            Limit::AuthenticateMs => self.authenticate_ms = value,
            Limit::ReauthenticateMs => self.reauthenticate_ms = value,
            Limit::IdleMs => self.idle_ms = value,
            Limit::FrameMs => self.frame_ms = value,
            Limit::WriteMs => self.write_ms = value,
        }
        Ok(())
    }

    pub(super) fn first_request(&self) -> Duration {
        Duration::from_millis(self.first_request_ms)
    }

    pub(super) fn authenticate(&self) -> Duration {
        Duration::from_millis(self.authenticate_ms)
    }

    pub(super) fn reauthenticate(&self) -> Option<Duration> {
        (self.reauthenticate_ms > 0).then(|| Duration::from_millis(self.reauthenticate_ms))
    }

    pub(super) fn idle(&self) -> Duration {
        Duration::from_millis(self.idle_ms)
    }

    pub(super) fn frame(&self) -> Duration {
        Duration::from_millis(self.frame_ms)
    }

    pub(super) fn write(&self) -> Duration {
        Duration::from_millis(self.write_ms)
    }
}

/// A value for each limit.
#[derive(Debug, Default)]
pub(super) struct PerLimit<T>([T; Limit::ALL.len()]);

impl<T> PerLimit<T> {
    pub fn of(&self, limit: Limit) -> &T {
        &self.0[limit.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_found_by_its_name_and_set() {
        let mut limits = Limits::default();
        for limit in Limit::ALL {
            assert_eq!(limit.name().parse(), Ok(limit));
            let (min, max) = limit.range();
            assert!((min..=max).contains(&limits.get(limit)), "{limit}: the default is in range");
            limits.set(limit, &(min + 1).to_string()).unwrap();
            assert_eq!(limits.get(limit), min + 1, "{limit}");
            for wrong in ["", "-1", "many", "99999999999999999999"] {
                let error = limits.set(limit, wrong).unwrap_err();
                assert!(error.to_string().contains(limit.name()), "{error}");
            }
        }
        assert!("nothing".parse::<Limit>().unwrap_err().to_string().contains("idle-ms"));
    }
}
