//! How long a client waits: settings, under Kafka's names.

use serde::{Deserialize, Serialize};

/// Time limits and waits of a client, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timeouts {
    /// Until a connection can be used, each of its steps: `socket.connection.setup.timeout.ms`.
    pub connect: u64,
    /// Until a request is answered, beyond the time that the broker was asked to take: `request.timeout.ms`.
    pub request: u64,
    /// First wait before the same is tried again, and before a lost broker is dialled again: `retry.backoff.ms`,
    /// `reconnect.backoff.ms`.
    pub retry_backoff_min: u64,
    /// Longest wait, which doubling leads to: `retry.backoff.max.ms`, `reconnect.backoff.max.ms`.
    pub retry_backoff_max: u64,
    /// Until one operation has failed for good, with all attempts: `default.api.timeout.ms`.
    pub api: u64,
    /// The same for the records of a producer: `delivery.timeout.ms`.
    pub delivery: u64,
}

impl Default for Timeouts {
    /// Kafka's own, but for shorter first waits: a person looks on.
    fn default() -> Self {
        Self {
            connect: 10_000,
            request: 30_000,
            retry_backoff_min: 50,
            retry_backoff_max: 1_000,
            api: 60_000,
            delivery: 120_000,
        }
    }
}

impl Timeouts {
    /// For a broker in the same process: what does not pass within seconds does not pass by itself.
    pub const NEAR: Self = Self {
        connect: 10_000,
        request: 30_000,
        retry_backoff_min: 20,
        retry_backoff_max: 1_000,
        api: 2_500,
        delivery: 2_500,
    };
}
