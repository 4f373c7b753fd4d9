//! Tokens for OAUTHBEARER (RFC 7628, KIP-255): one that was given, or new ones from an endpoint before the old one ends.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Password, TokenEndpoint};
use crate::client::ClientError;

/// Of a token's life, this part is used (`sasl.login.refresh.window.factor`).
const LIFE_USED_PERCENT: u32 = 80;
/// How long a token counts whose end nobody tells.
const LIFE_UNKNOWN: Duration = Duration::from_secs(60);

/// Where tokens come from. Clones share the token.
#[derive(Clone)]
pub struct TokenSource(Arc<Source>);

struct Source {
    kind: Kind,
    extensions: Vec<(String, String)>,
    /// Held while one is fetched, so that many connections fetch one.
    held: Mutex<Option<Held>>,
}

enum Kind {
    Given(Password),
    Endpoint(Arc<TokenEndpoint>),
}

struct Held {
    token: Password,
    renew_at: Instant,
    ends_at: Instant,
}

/// What a token endpoint gives.
pub(super) struct Issued {
    pub token: Password,
    /// How long it counts, where the endpoint says so.
    pub life: Option<Duration>,
}

impl TokenSource {
    /// A token that somebody else gave; it is shown as it is for as long as brokers accept it. `extensions` go along
    /// (KIP-342); their names are letters.
    pub fn given(token: Password, extensions: Vec<(String, String)>) -> Self {
        Self::new(Kind::Given(token), extensions)
    }

    /// Tokens from an OpenID endpoint, each used for most of its life.
    pub fn from_endpoint(endpoint: TokenEndpoint, extensions: Vec<(String, String)>) -> Self {
        Self::new(Kind::Endpoint(Arc::new(endpoint)), extensions)
    }

    fn new(kind: Kind, extensions: Vec<(String, String)>) -> Self {
        Self(Arc::new(Source { kind, extensions, held: Mutex::default() }))
    }

    /// The one message of a client (RFC 7628, 3.1).
    pub(in crate::client) async fn message(&self) -> Result<Vec<u8>, ClientError> {
        let token = self.token().await?;
        let token = token.reveal().trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let hint = "paste the token alone, without \"Bearer\", quotes or line breaks";
            return Err(ClientError::security("SASL_AUTHENTICATION_FAILED", "the token is no token", hint));
        }
        let mut message = format!("n,,\u{1}auth=Bearer {token}\u{1}");
        for (name, value) in &self.0.extensions {
            message.push_str(&format!("{name}={value}\u{1}"));
        }
        message.push('\u{1}');
        Ok(message.into_bytes())
    }

    async fn token(&self) -> Result<Password, ClientError> {
        let endpoint = match &self.0.kind {
            Kind::Given(token) => return Ok(token.clone()),
            Kind::Endpoint(endpoint) => endpoint.clone(),
        };
        let mut held = self.0.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| Instant::now() < held.renew_at) {
            return Ok(held.token.clone());
        }
        match TokenEndpoint::ask(endpoint).await {
            Ok(issued) => {
                let life = issued.life.or_else(|| left_of(issued.token.reveal())).unwrap_or(LIFE_UNKNOWN);
                let now = Instant::now();
                let renew_at = now + life * LIFE_USED_PERCENT / 100;
                let fresh = Held { token: issued.token, renew_at, ends_at: now + life };
                Ok(held.insert(fresh).token.clone())
            }
            // The endpoint is away, and the old token still counts for a while.
            Err(error) => match held.as_ref().filter(|held| Instant::now() < held.ends_at) {
                Some(held) if error.is_retriable() => {
                    tracing::warn!(%error, "no new token; the one before is used until it ends");
                    Ok(held.token.clone())
                }
                _ => Err(error),
            },
        }
    }

    /// What to do when a broker does not accept the token.
    pub(in crate::client) fn why_refused(&self) -> String {
        match &self.0.kind {
            Kind::Given(token) => match ended_at(token.reveal()) {
                Some(when) => format!("the token ended at {when}; get a new one"),
                None => "get a new token, and check that it is meant for this cluster (audience, scope)".to_owned(),
            },
            Kind::Endpoint(_) => {
                "check scope and audience of the OpenID client, and that the broker trusts this identity provider"
                    .to_owned()
            }
        }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Given(_) => f.write_str("TokenSource(given)"),
            Kind::Endpoint(endpoint) => f.debug_tuple("TokenSource").field(endpoint).finish(),
        }
    }
}

/// The claim of a JWT that says when it ends, in seconds since 1970 (RFC 7519, 4.1.4).
fn end_of(token: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    let Claims { exp } = serde_json::from_slice(&payload).ok()?;
    // As `as` does: beyond the range is the end of the range.
    exp.is_finite().then_some(exp as i64)
}

fn left_of(token: &str) -> Option<Duration> {
    let left = end_of(token)?.checked_sub(chrono::Utc::now().timestamp())?;
    Some(Duration::from_secs(u64::try_from(left).unwrap_or_default()))
}

/// When a token has ended; `None` while it has not, or does not tell.
fn ended_at(token: &str) -> Option<DateTime<chrono::Utc>> {
    let end = DateTime::from_timestamp(end_of(token)?, 0)?;
    (end < chrono::Utc::now()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> Password {
        Password::from(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[tokio::test]
    async fn the_message_is_that_of_the_rfc() {
        let extensions = vec![("logicalCluster".to_owned(), "lkc-1".to_owned())];
        let source =
            TokenSource::given(Password::from(" vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg== \n".to_owned()), extensions);
        let message = String::from_utf8(source.message().await.unwrap()).unwrap();
        assert_eq!(
            message,
            "n,,\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}logicalCluster=lkc-1\u{1}\u{1}"
        );
        for bad in ["", "a b", "a\u{1}b", "水"] {
            let source = TokenSource::given(Password::from(bad.to_owned()), Vec::new());
            assert!(source.message().await.unwrap_err().to_string().contains("Bearer"));
        }
    }

    #[test]
    fn the_end_of_a_token_is_read_and_told() {
        assert_eq!(end_of(jwt(r#"{"sub":"a","exp":1700000000}"#).reveal()), Some(1_700_000_000));
        for odd in ["", "a.b", "a.%%.c", "a.e30.c"] {
            assert_eq!(end_of(odd), None, "{odd}");
        }
        let old = TokenSource::given(jwt(r#"{"exp":1700000000}"#), Vec::new());
        assert!(old.why_refused().contains("2023-11-14"), "{}", old.why_refused());
        let far = TokenSource::given(jwt(r#"{"exp":1e300}"#), Vec::new());
        assert!(far.why_refused().contains("audience"));
        assert!(!format!("{old:?}").contains("e30"), "{old:?}");
    }
}
