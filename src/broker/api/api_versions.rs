//! ApiVersions: what is served.

use kafka_protocol::{
    ResponseError,
    messages::{
        ApiKey, ApiVersionsRequest, ApiVersionsResponse, RequestKind,
        api_versions_response::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey},
    },
};

use super::{
    features::{EPOCH, FEATURES, Feature},
    text,
};
use crate::codec::apis::{Api, SERVED};

/// Served, but not told, as Kafka does where no plug-in wants metrics: librdkafka asks every broker that tells of them
/// and then writes a line of log that says nothing to whoever runs his first program.
const UNTOLD: [ApiKey; 2] = [ApiKey::GetTelemetrySubscriptions, ApiKey::PushTelemetry];

/// First version in which a client tells its name and version, and learns of features.
const NAMES_FROM: i16 = 3;
/// First version that can tell of a feature whose lowest level is 0: older clients fail on it (KAFKA-17011).
const LEVEL_ZERO_FROM: i16 = 4;

pub fn answer(version: i16, request: &ApiVersionsRequest) -> ApiVersionsResponse {
    if version >= NAMES_FROM
        && !(is_software(&request.client_software_name) && is_software(&request.client_software_version))
    {
        return ApiVersionsResponse::default().with_error_code(ResponseError::InvalidRequest.code());
    }
    let response = ApiVersionsResponse::default().with_api_keys(told().map(row).collect());
    if version < NAMES_FROM {
        return response;
    }
    let told = FEATURES.iter().filter(|feature| feature.min > 0 || version >= LEVEL_ZERO_FROM);
    response
        .with_supported_features(told.map(supported).collect())
        .with_finalized_features_epoch(EPOCH)
        .with_finalized_features(FEATURES.iter().filter(|feature| feature.level > 0).map(finalized).collect())
}

/// The answer to what is not served, fit for version 0. A client that asked ApiVersions itself in a version from the
/// future learns which ones there are and asks again (KIP-511).
pub fn unsupported(request: &RequestKind) -> ApiVersionsResponse {
    let itself = |api: &&Api| !matches!(request, RequestKind::ApiVersions(_)) || api.key == ApiKey::ApiVersions;
    ApiVersionsResponse::default()
        .with_error_code(ResponseError::UnsupportedVersion.code())
        .with_api_keys(told().filter(itself).map(row).collect())
}

fn told() -> impl Iterator<Item = &'static Api> {
    SERVED.iter().filter(|api| !UNTOLD.contains(&api.key))
}

fn row(api: &Api) -> ApiVersion {
    // librdkafka takes a broker without Produce 0 for one that lacks message sets (KAFKA-18659), so Kafka says 0, too,
    // and refuses it when it comes.
    let min = if api.key == ApiKey::Produce { 0 } else { api.min };
    ApiVersion::default().with_api_key(api.key as i16).with_min_version(min).with_max_version(api.max)
}

fn supported(feature: &Feature) -> SupportedFeatureKey {
    SupportedFeatureKey::default()
        .with_name(text(feature.name))
        .with_min_version(feature.min)
        .with_max_version(feature.max)
}

fn finalized(feature: &Feature) -> FinalizedFeatureKey {
    FinalizedFeatureKey::default()
        .with_name(text(feature.name))
        .with_min_version_level(feature.level)
        .with_max_version_level(feature.level)
}

/// Letters and digits, with points and hyphens in between (KIP-511).
fn is_software(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let ends = [name.bytes().next(), name.bytes().next_back()];
    ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric())) && name.bytes().all(inner)
}
