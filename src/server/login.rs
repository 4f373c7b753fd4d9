//! Where a connection stands with saying who it is.
//!
//! The order of things is Kafka's: ApiVersions, SaslHandshake, and then tokens, in SaslAuthenticate after SaslHandshake 1,
//! bare in frames of their own after SaslHandshake 0 (KIP-43, KIP-152). Anything else before the end of it ends the
//! connection. KIP-368 lets a connection do it again before its time is up.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{
        ApiKey, RequestKind, ResponseKind, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
    },
    protocol::StrBytes,
};
use tokio::time::Instant;

use super::{
    dispatch::Reply,
    end::End,
    illegal,
    sasl::{Exchange, MECHANISMS, Step},
};
use crate::codec::frame::{FrameError, RequestHead, decode_request};

/// How long the answer to a failed authentication is held back, so that guessing takes its time
/// (`connection.failed.authentication.delay.ms`).
pub const FAILED_DELAY: Duration = Duration::from_millis(100);

/// The state of one connection.
#[derive(Debug)]
pub struct Login {
    state: State,
    /// After which time it must be done again (`connections.max.reauth.ms`).
    again_after: Option<Duration>,
}

#[derive(Debug)]
enum State {
    /// Nobody is asked here.
    NotAsked,
    Handshake,
    Tokens(Tokens),
    In(Session),
}

#[derive(Debug)]
struct Tokens {
    /// `None` while a token is being looked at.
    exchange: Option<Exchange>,
    mechanism: &'static str,
    /// Without Kafka's heads.
    bare: bool,
    /// Who it was, where it is done again.
    before: Option<Session>,
}

#[derive(Debug, Clone)]
struct Session {
    user: Arc<str>,
    mechanism: &'static str,
    until: Option<Instant>,
}

/// What is to be done with a frame.
#[allow(clippy::large_enum_variant, reason = "made and taken apart at once, never kept")]
#[derive(Debug)]
pub enum Due {
    /// A request like any other.
    Request(Bytes),
    /// This is the answer; the connection ends after it where an end is given.
    Answer(Reply, ResponseKind, Option<End>),
    /// A token for [`Exchange::step`]; `None`: it came bare, and so goes the answer.
    Token(Option<Reply>, Exchange, Bytes),
}

/// What is written after a step.
#[allow(clippy::large_enum_variant, reason = "made and taken apart at once, never kept")]
#[derive(Debug)]
pub enum Answer {
    Kafka(Reply, ResponseKind),
    Bare(Bytes),
    /// A bare exchange that failed: nothing says so but the end.
    Nothing,
}

impl Login {
    /// A new connection's.
    pub fn new(asked: bool, again_after: Option<Duration>) -> Self {
        Self { state: if asked { State::Handshake } else { State::NotAsked }, again_after }
    }

    /// Whether the connection has not yet said who it is and must.
    pub fn is_due(&self) -> bool {
        match &self.state {
            State::Handshake => true,
            State::Tokens(tokens) => tokens.before.is_none(),
            State::NotAsked | State::In(_) => false,
        }
    }

    /// Who it is, where it was asked.
    pub fn user(&self) -> Option<&Arc<str>> {
        match &self.state {
            State::In(session) => Some(&session.user),
            State::Tokens(tokens) => tokens.before.as_ref().map(|before| &before.user),
            State::NotAsked | State::Handshake => None,
        }
    }

    /// Looks at a frame.
    ///
    /// # Errors
    /// What ends the connection without an answer.
    pub fn read(&mut self, frame: Bytes, now: Instant) -> Result<Due, End> {
        match &mut self.state {
            State::NotAsked => Ok(Due::Request(frame)),
            State::Handshake => self.before_tokens(frame),
            State::Tokens(tokens) => tokens.read(frame),
            State::In(session) => {
                let handshake = self.again_after.is_some() && is_handshake(&frame);
                if handshake {
                    return self.before_tokens(frame);
                }
                let is_over = session.until.is_some_and(|until| until <= now);
                if is_over { Err(End::SessionOver) } else { Ok(Due::Request(frame)) }
            }
        }
    }

    fn before_tokens(&mut self, frame: Bytes) -> Result<Due, End> {
        let (reply, body) = head(&frame)?;
        match reply.api {
            ApiKey::ApiVersions => Ok(Due::Request(frame)),
            ApiKey::SaslHandshake => match decode(reply, body)? {
                RequestKind::SaslHandshake(request) => Ok(self.handshake(reply, &request)),
                _ => Err(End::Unauthenticated { api: reply.api }),
            },
            api => Err(End::Unauthenticated { api }),
        }
    }

    fn handshake(&mut self, reply: Reply, request: &SaslHandshakeRequest) -> Due {
        let told = SaslHandshakeResponse::default()
            .with_mechanisms(MECHANISMS.iter().map(|name| StrBytes::from_static_str(name)).collect());
        let before = match &self.state {
            State::In(session) => Some(session.clone()),
            _ => None,
        };
        let Some(exchange) = Exchange::begin(&request.mechanism) else {
            let message = format!("the client asks for the SASL mechanism {:?}", request.mechanism.as_str());
            let end = End::LoginFailed { user: None, message };
            let refused = told.with_error_code(ResponseError::UnsupportedSaslMechanism.code());
            return Due::Answer(reply, refused.into(), Some(end));
        };
        let mechanism = exchange.mechanism();
        if before.as_ref().is_some_and(|before| before.mechanism != mechanism) {
            let message = "another SASL mechanism at re-authentication".to_owned();
            let end = End::LoginFailed { user: None, message };
            let refused = told.with_error_code(ResponseError::SaslAuthenticationFailed.code());
            return Due::Answer(reply, refused.into(), Some(end));
        }
        let bare = reply.version == 0;
        self.state = State::Tokens(Tokens { exchange: Some(exchange), mechanism, bare, before });
        Due::Answer(reply, told.into(), None)
    }

    /// Notes what a token led to. The connection ends after the answer where an end is returned.
    pub fn took(&mut self, reply: Option<Reply>, step: Step, now: Instant) -> (Answer, Option<End>) {
        let State::Tokens(tokens) = &mut self.state else { return (Answer::Nothing, None) };
        let step = match (step, &tokens.before) {
            (Step::Done { user, .. }, Some(before)) if *user != *before.user => {
                let message =
                    format!("Cannot change principals during re-authentication from {} to {user}", before.user);
                Step::Failed { user: Some(user), message }
            }
            (step, _) => step,
        };
        match step {
            Step::Continue { exchange, token } => {
                tokens.exchange = Some(exchange);
                (said(reply, token, 0), None)
            }
            Step::Done { user, token } => {
                let until = self.again_after.map(|after| now + after);
                let mechanism = tokens.mechanism;
                self.state = State::In(Session { user: user.into(), mechanism, until });
                let lifetime = self.again_after.map_or(0, |after| i64::try_from(after.as_millis()).unwrap_or(0));
                (said(reply, token, lifetime), None)
            }
            Step::Failed { user, message } => {
                let answer = match reply {
                    Some(reply) => {
                        let failed = SaslAuthenticateResponse::default()
                            .with_error_code(ResponseError::SaslAuthenticationFailed.code())
                            .with_error_message(Some(StrBytes::from_string(message.clone())));
                        Answer::Kafka(reply, failed.into())
                    }
                    None => Answer::Nothing,
                };
                (answer, Some(End::LoginFailed { user, message }))
            }
        }
    }
}

impl Tokens {
    fn read(&mut self, frame: Bytes) -> Result<Due, End> {
        if self.bare {
            let exchange = self.exchange.take().ok_or(End::Unauthenticated { api: ApiKey::SaslAuthenticate })?;
            return Ok(Due::Token(None, exchange, frame));
        }
        let (reply, body) = head(&frame)?;
        let end = End::Unauthenticated { api: reply.api };
        match decode(reply, body)? {
            RequestKind::SaslAuthenticate(request) => match self.exchange.take() {
                Some(exchange) => Ok(Due::Token(Some(reply), exchange, request.auth_bytes)),
                None => Err(end),
            },
            request => match illegal::answer(&request) {
                Some(answer) => Ok(Due::Answer(reply, answer, Some(end))),
                None => Err(end),
            },
        }
    }
}

fn said(reply: Option<Reply>, token: Bytes, lifetime_ms: i64) -> Answer {
    let Some(reply) = reply else { return Answer::Bare(token) };
    let mut answer = SaslAuthenticateResponse::default().with_error_message(None).with_auth_bytes(token);
    if reply.version >= 1 {
        answer.session_lifetime_ms = lifetime_ms;
    }
    Answer::Kafka(reply, answer.into())
}

fn head(frame: &Bytes) -> Result<(Reply, Bytes), End> {
    let mut body = frame.clone();
    let head = RequestHead::take(&mut body)?;
    let unsupported = FrameError::Unsupported { key: head.key, version: head.version };
    let api = ApiKey::try_from(head.key).map_err(|_| unsupported)?;
    Ok((Reply { api, version: head.version, correlation_id: head.correlation_id }, body))
}

fn decode(reply: Reply, body: Bytes) -> Result<RequestKind, End> {
    Ok(decode_request(reply.api as i16, reply.version, body)?)
}

fn is_handshake(frame: &[u8]) -> bool {
    frame.first_chunk().is_some_and(|key| i16::from_be_bytes(*key) == ApiKey::SaslHandshake as i16)
}
