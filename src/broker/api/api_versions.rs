//! ApiVersions: what is served.

use kafka_protocol::{
    ResponseError,
    messages::{ApiVersionsResponse, api_versions_response::ApiVersion},
};

use crate::codec::apis::{Api, SERVED};

pub fn answer(_version: i16) -> ApiVersionsResponse {
    ApiVersionsResponse::default().with_api_keys(SERVED.iter().map(row).collect())
}

/// The answer to what is not served: it fits version 0 and says what is (KIP-511).
pub fn unsupported() -> ApiVersionsResponse {
    answer(0).with_error_code(ResponseError::UnsupportedVersion.code())
}

fn row(api: &Api) -> ApiVersion {
    ApiVersion::default().with_api_key(api.key as i16).with_min_version(api.min).with_max_version(api.max)
}
