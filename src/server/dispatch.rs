//! From a frame to what is to be done with it.

use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{
        ApiKey, ApiVersionsResponse, ProduceRequest, ProduceResponse, RequestKind, ResponseKind,
        api_versions_response::ApiVersion,
    },
};

use crate::codec::{
    apis,
    frame::{FrameError, RequestHead, decode_request},
};

/// Where the answer to a request goes and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    pub api: ApiKey,
    pub version: i16,
    pub correlation_id: i32,
}

/// A request that was read.
#[derive(Debug)]
pub enum Incoming {
    /// ApiVersions in a version that is not known: answered in version 0, with the range of ApiVersions (KIP-511).
    UnknownApiVersions(Reply),
    Produce(Reply, ProduceRequest),
    Other(Reply, RequestKind),
}

/// Reads a frame.
///
/// # Errors
/// Whatever closes the connection: as in Kafka there is no answer to what cannot be read.
pub fn read(mut frame: Bytes) -> Result<(RequestHead, Incoming), FrameError> {
    let head = RequestHead::take(&mut frame)?;
    let unsupported = FrameError::Unsupported { key: head.key, version: head.version };
    let api = ApiKey::try_from(head.key).map_err(|_| unsupported)?;
    let reply = Reply { api, version: head.version, correlation_id: head.correlation_id };
    let incoming = if api == ApiKey::ApiVersions && !is_served(api, head.version) {
        Incoming::UnknownApiVersions(Reply { version: 0, ..reply })
    } else {
        match decode_request(head.key, head.version, frame)? {
            RequestKind::Produce(request) => Incoming::Produce(reply, request),
            other => Incoming::Other(reply, other),
        }
    };
    Ok((head, incoming))
}

fn is_served(api: ApiKey, version: i16) -> bool {
    apis::served(api).is_some_and(|row| (row.min..=row.max).contains(&version))
}

/// Whether a frame that is not read yet is a Produce.
pub fn is_produce(frame: &[u8]) -> bool {
    is(frame, ApiKey::Produce)
}

/// Whether a frame that is not read yet is a Fetch.
pub fn is_fetch(frame: &[u8]) -> bool {
    is(frame, ApiKey::Fetch)
}

fn is(frame: &[u8], api: ApiKey) -> bool {
    frame.first_chunk().is_some_and(|key| i16::from_be_bytes(*key) == api as i16)
}

/// The answer to ApiVersions in an unknown version: what the client may ask it in.
pub fn unknown_api_versions() -> ResponseKind {
    let row = apis::served(ApiKey::ApiVersions).map(|row| {
        ApiVersion::default().with_api_key(row.key as i16).with_min_version(row.min).with_max_version(row.max)
    });
    ApiVersionsResponse::default()
        .with_error_code(ResponseError::UnsupportedVersion.code())
        .with_api_keys(row.into_iter().collect())
        .into()
}

/// Whether any partition of a Produce failed. With acks=0 the producer learns it by the connection's end, as with Kafka.
pub fn has_failed(answer: &ProduceResponse) -> bool {
    answer.responses.iter().flat_map(|topic| &topic.partition_responses).any(|partition| partition.error_code != 0)
}
