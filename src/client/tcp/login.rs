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
use serde::Deserialize;

use super::{
    fault::{ReachCause, ReachFault},
    no_connection,
    talk::Talk,
};
use crate::{
    client::{OAUTHBEARER, Password, Sasl, SaslMechanism, TokenSource, versions::PeerVersions, wire::text},
    codec::scram::{self, ClientExchange, ScramError},
};

/// Since Kafka 1.0: the messages of the mechanism are requests, too.
const HANDSHAKE_VERSION: i16 = 1;
/// The newest version of SaslAuthenticate that is spoken. Since Kafka 2.2: it says how long the login counts.
const AUTHENTICATE_VERSION_MAX: i16 = 1;
/// Randomness of a nonce, in bytes.
const NONCE_BYTES: usize = 24;
/// Of the time for which a login counts, this part is used.
const LIFETIME_USED_PERCENT: u64 = 85;
/// Brokers refuse a login that comes sooner after the one before; one that comes late they take.
const LIFETIME_USED_MIN: Duration = Duration::from_secs(1);
/// What a client answers to the reason of a refusal (RFC 7628, 3.2.3).
const BEARER_FAILED: &[u8] = &[1];

/// Logs in; answers when that is to be done anew, where the broker sets an end (`connections.max.reauth.ms`, or the end of
/// a token).
pub async fn log_in(talk: &mut Talk, sasl: &Sasl, version: i16) -> Result<Option<Instant>, ReachFault> {
    let mut login = Login { talk, sasl, version, shown: None };
    login.choose_mechanism().await?;
    let lifetime_millis = match sasl {
        Sasl::Password { mechanism: SaslMechanism::Plain, user, password } => login.plain(user, password).await?,
        Sasl::Password { mechanism: SaslMechanism::Scram(mechanism), user, password } => {
            login.scram(*mechanism, user, password).await?
        }
        Sasl::Token(source) => login.bearer(source).await?,
    };
    let Some(lifetime_millis) = u64::try_from(lifetime_millis).ok().filter(|millis| *millis > 0) else {
        return Ok(None);
    };
    let used = Duration::from_millis(lifetime_millis.saturating_mul(LIFETIME_USED_PERCENT) / 100);
    // One that counts for ages needs no end.
    Ok(Instant::now().checked_add(used.max(LIFETIME_USED_MIN)))
}

/// The version of SaslAuthenticate for a broker that serves these: the first, where it does not say.
pub fn version(served: &PeerVersions) -> i16 {
    served.choose_up_to(ApiKey::SaslAuthenticate as i16, AUTHENTICATE_VERSION_MAX).unwrap_or_default()
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
    /// Of SaslAuthenticate.
    version: i16,
    /// The token, once it was shown.
    shown: Option<Password>,
}

/// What a server answers to a token that it does not accept (RFC 7628, 3.2.2).
#[derive(Deserialize)]
struct Refusal {
    status: String,
    scope: Option<String>,
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
        let token = source.token().await.map_err(|error| self.talk.fault(ReachCause::Client(error)))?;
        let message = source.message(&token).map_err(|error| self.talk.fault(ReachCause::Client(error)))?;
        self.shown = Some(token);
        let answer = self.authenticate(message).await?;
        if answer.auth_bytes.is_empty() {
            return Ok(answer.session_lifetime_ms);
        }
        let said = match serde_json::from_slice(&answer.auth_bytes) {
            Ok(Refusal { status, scope: Some(scope) }) => format!("{status}, as it wants the scope {scope}"),
            Ok(Refusal { status, scope: None }) => status,
            Err(_) => String::from_utf8_lossy(&answer.auth_bytes).into_owned(),
        };
        match self.authenticate(BEARER_FAILED.to_vec()).await {
            // What it says now is what it said before, in more words of its own.
            Err(ReachFault { cause: ReachCause::TokenRefused { .. }, .. }) => Err(self.wrong(&said)),
            Err(fault) => Err(fault),
            // No server lets in after that; if one does, it does not speak the mechanism.
            Ok(_) => Err(self.wrong(&said)),
        }
    }

    async fn authenticate(&mut self, message: Vec<u8>) -> Result<SaslAuthenticateResponse, ReachFault> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from(message));
        let answer = self.talk.ask(ApiKey::SaslAuthenticate, self.version, request.into()).await?;
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
            Sasl::Token(source) => ReachCause::TokenRefused { said, hint: source.why_refused(self.shown.as_ref()) },
        })
    }

    fn refused(&self, error: &ScramError) -> ReachFault {
        match error {
            ScramError::Refused { why } => self.wrong(why),
            error => self.wrong(&error.to_string()),
        }
    }
}
