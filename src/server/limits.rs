//! What one connection, and all of them together, may take.

use crate::codec::frame::FRAME_BYTES_MAX_DEFAULT;

/// Limits of a listener. Names and defaults are Kafka's where it has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest request (`socket.request.max.bytes`).
    pub frame_bytes_max: usize,
    /// Produce requests of one connection that may be on their way to the disk. Producers have five under way by default
    /// (`max.in.flight.requests.per.connection`).
    pub in_flight_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frame_bytes_max: FRAME_BYTES_MAX_DEFAULT, in_flight_max: 16 }
    }
}
