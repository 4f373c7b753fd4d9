//! What has settings, as the numbers on the wire.

pub const TOPIC: i8 = 2;
pub const BROKER: i8 = 4;
pub const BROKER_LOGGER: i8 = 8;
/// Subscriptions to the metrics of clients.
pub const CLIENT_METRICS: i8 = 16;
pub const GROUP: i8 = 32;

/// All of them.
pub const ALL: &[i8] = &[TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];
