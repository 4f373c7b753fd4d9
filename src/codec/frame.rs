//! Frames: requests and responses as they stand on a connection, for both of its ends.
//!
//! A frame is a length of four bytes, a head, and a body in the version that the head names. The source of every rule here
//! is the page "Kafka protocol guide" of Kafka's documentation; KIP-482 added the flexible heads, KIP-511 says how
//! ApiVersions is answered.
//!
//! A server uses [`Inbox`] to cut what arrives into frames, [`RequestHead::take`] and [`decode_request`] to read them, and
//! [`Outbox`] to write answers; a client uses the same two boxes the other way round.

mod fetch;
pub mod guard;
mod head;
mod inbox;
mod outbox;
mod request;
mod response;
mod share;

pub use head::RequestHead;
pub use inbox::Inbox;
pub use outbox::Outbox;
pub use request::{decode_request, encode_request};
pub use response::{decode_response, encode_bare, encode_response, take_correlation_id};

/// Largest frame that is read unless the caller says otherwise, in bytes (`socket.request.max.bytes`).
pub const FRAME_BYTES_MAX_DEFAULT: usize = 100 * 1024 * 1024;

/// Bytes of the length before each frame.
const LENGTH_BYTES: usize = 4;

/// What can be wrong with a frame. After any of these the rest of the connection cannot be trusted: close it, as Kafka does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More than the reader allows.
    #[error("a frame of {bytes} bytes is announced and {limit} are allowed; send smaller requests or raise the limit")]
    TooLarge { bytes: usize, limit: usize },
    /// A length below zero: not Kafka's protocol.
    #[error("a frame of {length} bytes is announced, which is no length; the peer does not speak Kafka's protocol")]
    Length { length: i32 },
    /// The head ends early or contradicts itself.
    #[error("the head of the frame is malformed: {why}; the peer does not speak Kafka's protocol")]
    Head { why: &'static str },
    /// Kafka knows no API of this key, or it is not served, or not in this version.
    #[error("API {key} in version {version} is not served; use a client that asks by ApiVersions what is")]
    Unsupported { key: i16, version: i16 },
    /// The body does not decode.
    #[error("the body of {api} in version {version} is malformed: {why}")]
    Body { api: String, version: i16, why: String },
    /// A message of ours cannot be written in this version: a defect of Millpond.
    #[error("{api} in version {version} could not be written: {why}; this is a defect of Millpond, please report it")]
    Unwritable { api: String, version: i16, why: String },
}
