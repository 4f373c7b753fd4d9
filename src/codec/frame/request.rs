//! The body of a request.

use bytes::{BufMut as _, Bytes};
use kafka_protocol::{
    messages::{ApiKey, RequestKind},
    protocol::StrBytes,
};

use super::{FrameError, LENGTH_BYTES, Outbox, RequestHead, guard, share};
use crate::codec::apis;

/// Reads a body of an API and version that are served. Records stay slices of `body`.
///
/// # Errors
/// [`FrameError::Unsupported`] or [`FrameError::Body`].
pub fn decode_request(key: i16, version: i16, body: Bytes) -> Result<RequestKind, FrameError> {
    let unsupported = FrameError::Unsupported { key, version };
    let api = ApiKey::try_from(key).ok().and_then(apis::served);
    let Some(api) = api.filter(|api| (api.min..=api.max).contains(&version)) else { return Err(unsupported) };
    guard::decode_request(api.key, version, body).map_err(|why| FrameError::Body {
        api: format!("{:?}", api.key),
        version,
        why,
    })
}

/// Appends a whole request, length first.
///
/// # Errors
/// [`FrameError::Unwritable`] where the request has a field that its version lacks.
pub fn encode_request(
    key: ApiKey,
    version: i16,
    correlation_id: i32,
    client_id: &StrBytes,
    request: &RequestKind,
    out: &mut Outbox,
) -> Result<usize, FrameError> {
    out.append(|buffer| {
        let start = buffer.len();
        buffer.put_i32(0);
        let head = RequestHead { key: key as i16, version, correlation_id, client_id: Some(client_id.clone()) };
        head.put(key, buffer);
        let ours = share::encode_request(request, version, buffer);
        ours.unwrap_or_else(|| request.encode(buffer, share::crate_version(key, version))).map_err(|error| {
            FrameError::Unwritable { api: format!("{key:?}"), version, why: error.root_cause().to_string() }
        })?;
        let length = buffer.len() - start - LENGTH_BYTES;
        let length =
            i32::try_from(length).map_err(|_| FrameError::TooLarge { bytes: length, limit: i32::MAX as usize })?;
        buffer[start..start + LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
        Ok(Vec::new())
    })
}
