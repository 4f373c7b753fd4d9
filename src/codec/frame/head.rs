//! The head of a request: which API, which version, which answer belongs to it, who asks.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use kafka_protocol::{messages::ApiKey, protocol::StrBytes};

use super::FrameError;

/// First header version with tagged fields.
const FLEXIBLE: i16 = 2;

/// The head of a request. Which form it has on the wire depends on the API and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// As it stands on the wire; may be a key that Kafka does not know.
    pub key: i16,
    pub version: i16,
    /// The peer's number for the request, which its answer repeats.
    pub correlation_id: i32,
    /// The client's own name for itself (`client.id`).
    pub client_id: Option<StrBytes>,
}

impl RequestHead {
    /// Takes the head from the front of a frame; what is left is the body.
    ///
    /// # Errors
    /// [`FrameError::Unsupported`] for a key that Kafka does not know, [`FrameError::Head`] where the bytes end early.
    pub fn take(frame: &mut Bytes) -> Result<Self, FrameError> {
        if frame.len() < 8 {
            return Err(FrameError::Head { why: "it is shorter than eight bytes" });
        }
        let (key, version, correlation_id) = (frame.get_i16(), frame.get_i16(), frame.get_i32());
        let api = ApiKey::try_from(key).map_err(|_| FrameError::Unsupported { key, version })?;
        let client_id = take_nullable_string(frame)?;
        if api.request_header_version(version) >= FLEXIBLE {
            skip_tagged_fields(frame)?;
        }
        Ok(Self { key, version, correlation_id, client_id })
    }

    /// Appends the head.
    pub fn put(&self, api: ApiKey, out: &mut BytesMut) {
        out.put_i16(self.key);
        out.put_i16(self.version);
        out.put_i32(self.correlation_id);
        match self.client_id.as_ref().and_then(|id| Some((id, i16::try_from(id.len()).ok()?))) {
            Some((id, length)) => {
                out.put_i16(length);
                out.put_slice(id.as_bytes());
            }
            None => out.put_i16(-1),
        }
        if api.request_header_version(self.version) >= FLEXIBLE {
            out.put_u8(0);
        }
    }
}

fn take_nullable_string(frame: &mut Bytes) -> Result<Option<StrBytes>, FrameError> {
    let length = frame.try_get_i16().map_err(|_| FrameError::Head { why: "it ends before the client id" })?;
    let Ok(length) = usize::try_from(length) else { return Ok(None) };
    if frame.len() < length {
        return Err(FrameError::Head { why: "it ends inside the client id" });
    }
    let text = frame.split_to(length);
    // Java replaces what is no UTF-8, and the name is only ever shown.
    let name = StrBytes::from_utf8(text.clone());
    Ok(Some(name.unwrap_or_else(|_| StrBytes::from_string(String::from_utf8_lossy(&text).into_owned()))))
}

/// No tagged field of a head means anything to us (KIP-482 lets a reader skip them).
pub(super) fn skip_tagged_fields(frame: &mut Bytes) -> Result<(), FrameError> {
    for _ in 0..take_varint(frame)? {
        take_varint(frame)?;
        let length = take_varint(frame)? as usize;
        if frame.len() < length {
            return Err(FrameError::Head { why: "it ends inside a tagged field" });
        }
        frame.advance(length);
    }
    Ok(())
}

fn take_varint(frame: &mut Bytes) -> Result<u32, FrameError> {
    let mut value = 0u32;
    for shift in (0..32).step_by(7) {
        let byte = frame.try_get_u8().map_err(|_| FrameError::Head { why: "it ends before its tagged fields" })?;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(FrameError::Head { why: "a length among its tagged fields is too long" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written() {
        for (api, version) in [(ApiKey::Produce, 3), (ApiKey::Produce, 9), (ApiKey::ApiVersions, 3)] {
            for client_id in [None, Some(StrBytes::from_static_str("")), Some(StrBytes::from_static_str("水"))] {
                let head = RequestHead { key: api as i16, version, correlation_id: -7, client_id };
                let mut bytes = BytesMut::new();
                head.put(api, &mut bytes);
                bytes.put_slice(b"body");
                let mut frame = bytes.freeze();
                for length in 0..frame.len() - 4 {
                    assert!(RequestHead::take(&mut frame.slice(..length)).is_err(), "cut at {length}");
                }
                assert_eq!(RequestHead::take(&mut frame), Ok(head));
                assert_eq!(&frame[..], b"body");
            }
        }
    }

    #[test]
    fn a_client_id_that_is_no_text_is_made_one() {
        let head =
            RequestHead::take(&mut Bytes::from_static(&[0, 18, 0, 0, 0, 0, 0, 1, 0, 3, b'a', 0xff, b'b'])).unwrap();
        assert_eq!(head.client_id.as_deref(), Some("a\u{fffd}b"));
    }

    #[test]
    fn tagged_fields_are_skipped_and_never_trusted() {
        let head = |tail: &[u8]| {
            let mut bytes = BytesMut::new();
            bytes.put_slice(&[0, 18, 0, 3, 0, 0, 0, 1, 0xff, 0xff]);
            bytes.put_slice(tail);
            RequestHead::take(&mut bytes.freeze())
        };
        assert!(head(&[1, 5, 2, 9, 9]).is_ok());
        for wrong in [&[1, 5, 3, 9, 9][..], &[0xff, 0xff, 0xff, 0xff, 0x0f], &[0xff; 9], &[2, 0, 0]] {
            assert!(matches!(head(wrong), Err(FrameError::Head { .. })), "{wrong:?}");
        }
        let unknown = RequestHead::take(&mut Bytes::from_static(&[3, 0xe8, 0, 0, 0, 0, 0, 1, 0, 0]));
        assert_eq!(unknown, Err(FrameError::Unsupported { key: 1000, version: 0 }));
    }
}
