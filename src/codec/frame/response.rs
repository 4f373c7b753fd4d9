//! Responses.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use kafka_protocol::{
    ResponseError,
    messages::{ApiKey, ResponseKind},
};

use super::{FrameError, LENGTH_BYTES, Outbox, fetch, guard, head::skip_tagged_fields, share};

/// Appends a whole response, length first; answers its bytes without the length. Records of a Fetch stay where they are.
///
/// # Errors
/// [`FrameError::Unwritable`] where the response has a field that its version lacks.
pub fn encode_response(
    key: ApiKey,
    version: i16,
    correlation_id: i32,
    response: ResponseKind,
    out: &mut Outbox,
) -> Result<usize, FrameError> {
    let unwritable = |why: String| FrameError::Unwritable { api: format!("{key:?}"), version, why };
    let written = out.append(|buffer| {
        let start = buffer.len();
        buffer.put_i32(0);
        buffer.put_i32(correlation_id);
        if key.response_header_version(version) > 0 {
            buffer.put_u8(0);
        }
        let records = match response {
            ResponseKind::Fetch(answer) => fetch::encode(answer, version, buffer),
            other => share::encode_response(other, version, buffer)
                .unwrap_or_else(|other| other.encode(buffer, version))
                .map(|()| Vec::new()),
        };
        let records = records.map_err(|error| unwritable(error.root_cause().to_string()))?;
        put_length(buffer, start, &records).map_err(&unwritable)?;
        Ok(records)
    })?;
    Ok(written - LENGTH_BYTES)
}

/// Appends a frame that is `token` and nothing else; answers its bytes without the length. Tokens stand so on a connection
/// after SaslHandshake 0.
///
/// # Errors
/// [`FrameError::TooLarge`] beyond what a length can say.
pub fn encode_bare(token: &[u8], out: &mut Outbox) -> Result<usize, FrameError> {
    let (bytes, limit) = (token.len(), i32::MAX as usize);
    let length = i32::try_from(bytes).map_err(|_| FrameError::TooLarge { bytes, limit })?;
    out.append(|buffer| {
        buffer.put_i32(length);
        buffer.put_slice(token);
        Ok(Vec::new())
    })?;
    Ok(bytes)
}

/// Puts the length of a frame that began at `start`, with what is yet to be inserted into it, before it.
fn put_length(buffer: &mut BytesMut, start: usize, inserted: &[(usize, Bytes)]) -> Result<(), String> {
    let inserted: usize = inserted.iter().map(|(_, bytes)| bytes.len()).sum();
    let length = buffer.len() - start - LENGTH_BYTES + inserted;
    let length = i32::try_from(length).map_err(|_| format!("{length} bytes are more than a frame can hold"))?;
    buffer[start..start + LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// Takes the number of the request that a response belongs to from the front of its frame.
///
/// # Errors
/// When the frame is shorter than that.
pub fn take_correlation_id(frame: &mut Bytes) -> Result<i32, FrameError> {
    frame.try_get_i32().map_err(|_| FrameError::Head { why: "it is shorter than four bytes" })
}

/// Reads what follows the correlation id, of an API that is served. Records stay slices of the frame. ApiVersions that the peer does not know in this
/// version is answered in version 0, with UNSUPPORTED_VERSION at its front (KIP-511).
///
/// # Errors
/// [`FrameError::Head`] or [`FrameError::Body`].
pub fn decode_response(key: ApiKey, version: i16, mut frame: Bytes) -> Result<ResponseKind, FrameError> {
    let is_older =
        key == ApiKey::ApiVersions && frame.starts_with(&ResponseError::UnsupportedVersion.code().to_be_bytes());
    let version = if is_older { 0 } else { version };
    if key.response_header_version(version) > 0 {
        skip_tagged_fields(&mut frame)?;
    }
    guard::decode_response(key, version, frame).map_err(|why| FrameError::Body {
        api: format!("the answer to {key:?}"),
        version,
        why,
    })
}
