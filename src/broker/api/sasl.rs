//! SaslHandshake and SaslAuthenticate as they reach the broker: out of place.
//!
//! The listener answers them itself where it asks for authentication and they are due. What comes here came over a listener
//! without it, or after it was done.

use kafka_protocol::{
    ResponseError,
    messages::{SaslAuthenticateResponse, SaslHandshakeResponse},
};

use super::text;

const ILLEGAL: ResponseError = ResponseError::IllegalSaslState;

pub fn handshake() -> SaslHandshakeResponse {
    SaslHandshakeResponse::default().with_error_code(ILLEGAL.code())
}

pub fn authenticate() -> SaslAuthenticateResponse {
    // Kafka's words, whether there was one or not.
    let message = "SaslAuthenticate request received after successful authentication";
    SaslAuthenticateResponse::default().with_error_code(ILLEGAL.code()).with_error_message(Some(text(message)))
}
