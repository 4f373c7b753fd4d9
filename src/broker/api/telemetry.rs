//! GetTelemetrySubscriptions and PushTelemetry (KIP-714): a client asks which of its metrics are wanted. None are.

use kafka_protocol::{
    ResponseError,
    messages::{
        GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse, PushTelemetryRequest,
        PushTelemetryResponse,
    },
};
use uuid::Uuid;

/// The number of the empty subscription; a client repeats it when it pushes.
const SUBSCRIPTION_ID: i32 = 1;
/// When a client may ask again (Kafka's `interval.ms`, five minutes).
const PUSH_INTERVAL_MS: i32 = 300_000;
/// Largest push (`telemetry.max.bytes`).
const PUSH_BYTES_MAX: i32 = 1_048_576;
/// Numbers of the compressions: none, gzip, snappy, lz4, zstd.
const COMPRESSIONS: std::ops::RangeInclusive<i8> = 0..=4;

pub fn subscriptions(request: &GetTelemetrySubscriptionsRequest) -> GetTelemetrySubscriptionsResponse {
    // A client without an id is given one.
    let id = if request.client_instance_id.is_nil() { Uuid::new_v4() } else { request.client_instance_id };
    GetTelemetrySubscriptionsResponse::default()
        .with_client_instance_id(id)
        .with_subscription_id(SUBSCRIPTION_ID)
        .with_accepted_compression_types(COMPRESSIONS.rev().collect())
        .with_push_interval_ms(PUSH_INTERVAL_MS)
        .with_telemetry_max_bytes(PUSH_BYTES_MAX)
        .with_delta_temporality(true)
        .with_requested_metrics(Vec::new())
}

/// What comes all the same is dropped.
pub fn push(request: &PushTelemetryRequest) -> PushTelemetryResponse {
    let error = if request.client_instance_id.is_nil() {
        Some(ResponseError::InvalidRequest)
    } else if request.subscription_id != SUBSCRIPTION_ID {
        Some(ResponseError::UnknownSubscriptionId)
    } else if !COMPRESSIONS.contains(&request.compression_type) {
        Some(ResponseError::UnsupportedCompressionType)
    } else if request.metrics.len() > PUSH_BYTES_MAX.unsigned_abs() as usize {
        Some(ResponseError::TelemetryTooLarge)
    } else {
        None
    };
    PushTelemetryResponse::default().with_error_code(error.map_or(0, |error| error.code()))
}
