//! The login of a user before the first request (KIP-43, KIP-152): the mechanism is chosen, then its messages go back and
//! forth.

use std::{
    io::{self, IoSlice},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{
        ApiKey, RequestKind, ResponseKind, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest,
    },
    protocol::StrBytes,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{dial::Stream, handshake, no_connection};
use crate::{
    client::{ClientError, OAUTHBEARER, Password, Sasl, SaslMechanism, TokenSource, wire::text},
    codec::{
        frame::{FrameError, Inbox, Outbox, decode_response, encode_request, take_correlation_id},
        scram::{self, ClientExchange, ScramError},
    },
    model::HostPort,
};

/// Since Kafka 1.0: the messages of the mechanism are requests, too.
const HANDSHAKE_VERSION: i16 = 1;
/// Since Kafka 2.2: says how long the login counts.
const AUTHENTICATE_VERSION: i16 = 1;
/// Largest answer during the login, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Randomness of a nonce, in bytes.
const NONCE_BYTES: usize = 24;
/// Of the time for which a login counts, this part is used.
const LIFETIME_USED_PERCENT: u64 = 85;

/// Logs in; answers until when that counts, where the broker sets an end (`connections.max.reauth.ms`).
pub async fn log_in(
    stream: &mut Box<dyn Stream>,
    address: &HostPort,
    client_id: &str,
    sasl: &Sasl,
) -> Result<Option<Instant>, ClientError> {
    let mut login = Login {
        stream,
        address,
        client_id: text(client_id),
        sasl,
        inbox: Inbox::new(ANSWER_BYTES_MAX),
        correlation_id: 0,
    };
    login.choose_mechanism().await?;
    let lifetime_millis = match sasl {
        Sasl::Password { mechanism: SaslMechanism::Plain, user, password } => login.plain(user, password).await?,
        Sasl::Password { mechanism: SaslMechanism::Scram(mechanism), user, password } => {
            login.scram(*mechanism, user, password).await?
        }
        Sasl::Token(source) => login.bearer(source).await?,
    };
    let used = u64::try_from(lifetime_millis).unwrap_or_default() / 100 * LIFETIME_USED_PERCENT;
    Ok((used > 0).then(|| Instant::now() + Duration::from_millis(used)))
}

struct Login<'a> {
    stream: &'a mut Box<dyn Stream>,
    address: &'a HostPort,
    client_id: StrBytes,
    sasl: &'a Sasl,
    inbox: Inbox,
    correlation_id: i32,
}

impl Login<'_> {
    async fn choose_mechanism(&mut self) -> Result<(), ClientError> {
        let (address, wanted) = (self.address, self.sasl.mechanism());
        let request = SaslHandshakeRequest::default().with_mechanism(text(wanted));
        let answer = self.ask(ApiKey::SaslHandshake, HANDSHAKE_VERSION, request.into()).await?;
        let ResponseKind::SaslHandshake(answer) = answer else { return Err(self.odd()) };
        match ResponseError::try_from_code(answer.error_code) {
            None => Ok(()),
            Some(ResponseError::UnsupportedSaslMechanism) => {
                let offered: Vec<&str> = answer.mechanisms.iter().map(StrBytes::as_str).collect();
                let spoken = offered.iter().any(|name| *name == OAUTHBEARER || name.parse::<SaslMechanism>().is_ok());
                let why = format!("{address} does not let users in by {wanted}; it offers {}", offered.join(", "));
                let hint = match spoken {
                    true => "set sasl.mechanism to one that it offers",
                    false => {
                        "Millpond speaks SCRAM-SHA-512, SCRAM-SHA-256, PLAIN and OAUTHBEARER; let the broker offer one of \
                         them"
                    }
                };
                Err(ClientError::security("UNSUPPORTED_SASL_MECHANISM", why, hint))
            }
            Some(ResponseError::IllegalSaslState) => Err(self.no_login()),
            Some(error) => Err(ClientError::kafka(error, "", None)),
        }
    }

    async fn plain(&mut self, user: &str, password: &Password) -> Result<i64, ClientError> {
        let password = password.reveal();
        let answer = self.authenticate(format!("\0{user}\0{password}").into_bytes()).await?;
        Ok(answer.session_lifetime_ms)
    }

    async fn scram(
        &mut self,
        mechanism: scram::Mechanism,
        user: &str,
        password: &Password,
    ) -> Result<i64, ClientError> {
        let nonce = URL_SAFE_NO_PAD.encode(rand::random::<[u8; NONCE_BYTES]>());
        let (exchange, first) = ClientExchange::start(mechanism, user, password.reveal(), &nonce);
        let challenge = self.authenticate(first).await?.auth_bytes;
        // The server chooses how many rounds of hashing that takes.
        let responded = tokio::task::spawn_blocking(move || exchange.respond(&challenge)).await;
        let responded = responded.map_err(|_| no_connection("the process is ending".to_owned()))?;
        let (last, proof) = responded.map_err(|error| self.refused(&error))?;
        let answer = self.authenticate(proof).await?;
        last.verify(&answer.auth_bytes).map_err(|error| self.refused(&error))?;
        Ok(answer.session_lifetime_ms)
    }

    /// RFC 7628: one message; a server that refuses says why in a challenge, and fails once that is answered.
    async fn bearer(&mut self, source: &TokenSource) -> Result<i64, ClientError> {
        let answer = self.authenticate(source.message().await?).await?;
        if answer.auth_bytes.is_empty() {
            return Ok(answer.session_lifetime_ms);
        }
        let said = String::from_utf8_lossy(&answer.auth_bytes).into_owned();
        self.authenticate(vec![1]).await?;
        // No server lets in after that; if one does, it does not speak the mechanism.
        Err(self.wrong(&said))
    }

    async fn authenticate(&mut self, message: Vec<u8>) -> Result<SaslAuthenticateResponse, ClientError> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from(message));
        let answer = self.ask(ApiKey::SaslAuthenticate, AUTHENTICATE_VERSION, request.into()).await?;
        let ResponseKind::SaslAuthenticate(answer) = answer else { return Err(self.odd()) };
        match ResponseError::try_from_code(answer.error_code) {
            None => Ok(answer),
            Some(ResponseError::SaslAuthenticationFailed) => {
                Err(self.wrong(answer.error_message.as_deref().unwrap_or("the broker gives no reason")))
            }
            Some(error) => Err(ClientError::kafka(error, "", answer.error_message.as_deref())),
        }
    }

    async fn ask(&mut self, api: ApiKey, version: i16, request: RequestKind) -> Result<ResponseKind, ClientError> {
        self.correlation_id += 1;
        let mut outbox = Outbox::default();
        let address = self.address;
        let odd = |error: FrameError| no_connection(format!("{address}: {error}"));
        encode_request(api, version, self.correlation_id, &self.client_id, &request, &mut outbox).map_err(odd)?;
        self.write(outbox).await.map_err(|error| handshake::lost(self.address, &error))?;
        loop {
            match self.inbox.take() {
                Ok(Some(mut frame)) => {
                    let number = take_correlation_id(&mut frame).map_err(odd)?;
                    if number != self.correlation_id {
                        return Err(self.odd());
                    }
                    return decode_response(api, version, frame).map_err(odd);
                }
                Ok(None) => {}
                Err(FrameError::TooLarge { bytes, .. }) if handshake::is_alert(bytes) => {
                    return Err(handshake::wants_tls(self.address));
                }
                Err(error) => return Err(odd(error)),
            }
            let read = self.stream.read_buf(self.inbox.room()).await;
            if read.map_err(|error| handshake::lost(self.address, &error))? == 0 {
                return Err(self.closed(api));
            }
        }
    }

    async fn write(&mut self, mut outbox: Outbox) -> io::Result<()> {
        while !outbox.is_empty() {
            let mut slices = [IoSlice::new(&[])];
            let count = outbox.slices(&mut slices);
            let written = self.stream.write_vectored(&slices[..count]).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            outbox.advance(written);
        }
        self.stream.flush().await
    }

    fn closed(&self, api: ApiKey) -> ClientError {
        let address = self.address;
        no_connection(match api {
            ApiKey::SaslHandshake => format!(
                "{address} closed the connection instead of a login; it may want TLS (security.protocol=SASL_SSL), or \
                 nobody to log in (PLAINTEXT, SSL), or be no Kafka broker"
            ),
            _ => format!("{address} closed the connection during the login"),
        })
    }

    fn no_login(&self) -> ClientError {
        let why = format!("nobody logs in to this listener of {}", self.address);
        let hint = "set security.protocol to PLAINTEXT, or to SSL where it is encrypted; or connect to the port where \
                    users log in";
        ClientError::security("ILLEGAL_SASL_STATE", why, hint)
    }

    fn wrong(&self, said: &str) -> ClientError {
        let (address, said) = (self.address, said.trim_end_matches('.'));
        let (why, hint) = match self.sasl {
            Sasl::Password { mechanism, user, .. } => (
                format!("{address} did not let the user {user:?} in: {said}"),
                format!(
                    "check user name and password (sasl.username and sasl.password, or sasl.jaas.config), and that this \
                     user has a password for {mechanism}"
                ),
            ),
            Sasl::Token(source) => (format!("{address} did not accept the token: {said}"), source.why_refused()),
        };
        ClientError::security("SASL_AUTHENTICATION_FAILED", why, hint)
    }

    fn refused(&self, error: &ScramError) -> ClientError {
        match error {
            ScramError::Refused { why } => self.wrong(why),
            error => self.wrong(&error.to_string()),
        }
    }

    fn odd(&self) -> ClientError {
        no_connection(format!("{} answers something that was not asked", self.address))
    }
}
