//! ApiVersions: what is served.

use kafka_protocol::{
    ResponseError,
    messages::{ApiKey, ApiVersionsResponse, api_versions_response::ApiVersion},
};

use crate::codec::apis::{Api, SERVED};

/// What Produce is said to begin with. Versions 0 to 2 are not served, as in Kafka, which says the same: librdkafka offers no
/// compression to a broker whose range begins later.
const PRODUCE_MIN_SAID: i16 = 0;

pub fn answer(_version: i16) -> ApiVersionsResponse {
    ApiVersionsResponse::default().with_api_keys(SERVED.iter().map(row).collect())
}

/// The answer to what is not served: it fits version 0 and says what is (KIP-511).
pub fn unsupported() -> ApiVersionsResponse {
    answer(0).with_error_code(ResponseError::UnsupportedVersion.code())
}

fn row(api: &Api) -> ApiVersion {
    let min = if api.key == ApiKey::Produce { PRODUCE_MIN_SAID } else { api.min };
    ApiVersion::default().with_api_key(api.key as i16).with_min_version(min).with_max_version(api.max)
}
