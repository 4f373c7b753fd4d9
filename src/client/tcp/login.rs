//! The login of a user before the first request (KIP-43, KIP-152): the mechanism is chosen, then its messages go back and
//! forth.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use kafka_protocol::{
    ResponseError,
    messages::{ApiKey, ResponseKind, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest},
    protocol::StrBytes,
};

use super::{
    fault::{ReachCause, ReachFault},
    no_connection,
    talk::Talk,
};
use crate::{
    client::{OAUTHBEARER, Password, Sasl, SaslMechanism, TokenSource, wire::text},
    codec::scram::{self, ClientExchange, ScramError},
};

/// Since Kafka 1.0: the messages of the mechanism are requests, too.
const HANDSHAKE_VERSION: i16 = 1;
/// Since Kafka 2.2: says how long the login counts.
const AUTHENTICATE_VERSION: i16 = 1;
/// Randomness of a nonce, in bytes.
const NONCE_BYTES: usize = 24;
/// Of the time for which a login counts, this part is used.
const LIFETIME_USED_PERCENT: u64 = 85;
/// What a client answers to the reason of a refusal (RFC 7628, 3.2.3).
const BEARER_FAILED: &[u8] = &[1];

/// Logs in; answers until when that counts, where the broker sets an end (`connections.max.reauth.ms`, or the end of a
/// token).
pub async fn log_in(talk: &mut Talk, sasl: &Sasl) -> Result<Option<Instant>, ReachFault> {
    let mut login = Login { talk, sasl };
    login.choose_mechanism().await?;
    let lifetime_millis = match sasl {
        Sasl::Password { mechanism: SaslMechanism::Plain, user, password } => login.plain(user, password).await?,
        Sasl::Password { mechanism: SaslMechanism::Scram(mechanism), user, password } => {
            login.scram(*mechanism, user, password).await?
        }
        Sasl::Token(source) => login.bearer(source).await?,
    };
    let used = u64::try_from(lifetime_millis).unwrap_or_default() / 100 * LIFETIME_USED_PERCENT;
    // One that counts for ages needs no end.
    Ok(if used > 0 { Instant::now().checked_add(Duration::from_millis(used)) } else { None })
}

/// The mechanisms by which users log in to this listener; `None` where nobody does.
pub async fn offered(talk: &mut Talk, wanted: &str) -> Result<Option<Vec<String>>, ReachFault> {
    let request = SaslHandshakeRequest::default().with_mechanism(text(wanted));
    let answer = talk.ask(ApiKey::SaslHandshake, HANDSHAKE_VERSION, request.into()).await?;
    let ResponseKind::SaslHandshake(answer) = answer else { return Err(talk.odd()) };
    match ResponseError::try_from_code(answer.error_code) {
        None | Some(ResponseError::UnsupportedSaslMechanism) => {
            Ok(Some(answer.mechanisms.iter().map(StrBytes::to_string).collect()))
        }
        Some(ResponseError::IllegalSaslState) => Ok(None),
        Some(error) => Err(talk.fault(ReachCause::Kafka { error, said: None })),
    }
}

struct Login<'a> {
    talk: &'a mut Talk,
    sasl: &'a Sasl,
}

impl Login<'_> {
    async fn choose_mechanism(&mut self) -> Result<(), ReachFault> {
        let wanted = self.sasl.mechanism();
        let cause = match offered(self.talk, wanted).await? {
            None => ReachCause::NobodyLogsIn,
            Some(offered) if offered.iter().any(|name| name == wanted) => return Ok(()),
            Some(offered) => {
                let is_spoken = |name: &String| name == OAUTHBEARER || name.parse::<SaslMechanism>().is_ok();
                ReachCause::OtherMechanism { wanted, is_one_spoken: offered.iter().any(is_spoken), offered }
            }
        };
        Err(self.talk.fault(cause))
    }

    async fn plain(&mut self, user: &str, password: &Password) -> Result<i64, ReachFault> {
        let password = password.reveal();
        let answer = self.authenticate(format!("\0{user}\0{password}").into_bytes()).await?;
        Ok(answer.session_lifetime_ms)
    }

    async fn scram(&mut self, mechanism: scram::Mechanism, user: &str, password: &Password) -> Result<i64, ReachFault> {
        let nonce = URL_SAFE_NO_PAD.encode(rand::random::<[u8; NONCE_BYTES]>());
        let (exchange, first) = ClientExchange::start(mechanism, user, password.reveal(), &nonce);
        let challenge = self.authenticate(first).await?.auth_bytes;
        // The server chooses how many rounds of hashing that takes.
        let responded = tokio::task::spawn_blocking(move || exchange.respond(&challenge)).await;
        let ending = |_| self.talk.fault(ReachCause::Client(no_connection("the process is ending".to_owned())));
        let (last, proof) = responded.map_err(ending)?.map_err(|error| self.refused(&error))?;
        let answer = self.authenticate(proof).await?;
        last.verify(&answer.auth_bytes).map_err(|error| self.refused(&error))?;
        Ok(answer.session_lifetime_ms)
    }

    /// RFC 7628: one message; a server that refuses says why in a challenge, and fails once that is answered.
    async fn bearer(&mut self, source: &TokenSource) -> Result<i64, ReachFault> {
        let message = source.message().await.map_err(|error| self.talk.fault(ReachCause::Client(error)))?;
        let answer = self.authenticate(message).await?;
        if answer.auth_bytes.is_empty() {
            return Ok(answer.session_lifetime_ms);
        }
        let said = String::from_utf8_lossy(&answer.auth_bytes).into_owned();
        self.authenticate(BEARER_FAILED.to_vec()).await?;
        // No server lets in after that; if one does, it does not speak the mechanism.
        Err(self.wrong(&said))
    }

    async fn authenticate(&mut self, message: Vec<u8>) -> Result<SaslAuthenticateResponse, ReachFault> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from(message));
        let answer = self.talk.ask(ApiKey::SaslAuthenticate, AUTHENTICATE_VERSION, request.into()).await?;
        let ResponseKind::SaslAuthenticate(answer) = answer else { return Err(self.talk.odd()) };
        match ResponseError::try_from_code(answer.error_code) {
            None => Ok(answer),
            Some(ResponseError::SaslAuthenticationFailed) => {
                Err(self.wrong(answer.error_message.as_deref().unwrap_or("the broker gives no reason")))
            }
            Some(error) => {
                let said = answer.error_message.as_ref().map(StrBytes::to_string);
                Err(self.talk.fault(ReachCause::Kafka { error, said }))
            }
        }
    }

    fn wrong(&self, said: &str) -> ReachFault {
        let said = said.trim_end_matches('.').to_owned();
        self.talk.fault(match self.sasl {
            Sasl::Password { mechanism, user, .. } => {
                ReachCause::WrongPassword { user: user.clone(), mechanism: mechanism.name(), said }
            }
            Sasl::Token(source) => ReachCause::TokenRefused { said, hint: source.why_refused() },
        })
    }

    fn refused(&self, error: &ScramError) -> ReachFault {
        match error {
            ScramError::Refused { why } => self.wrong(why),
            error => self.wrong(&error.to_string()),
        }
    }
}
