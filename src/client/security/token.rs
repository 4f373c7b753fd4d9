//! Tokens for OAUTHBEARER (RFC 7628, KIP-255): one that was given, the one that stands in a file, or new ones from an
//! endpoint before the old one ends.

use std::{
    fmt,
    io::Read as _,
    path::{Path, PathBuf},
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
/// Largest token in a file, in bytes.
const TOKEN_BYTES_MAX: u64 = 64 * 1024;
/// Kafka's own word for what is wrong here.
pub(super) const FAILED: &str = "SASL_AUTHENTICATION_FAILED";
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
    /// Read at each login: another program puts a new one there before the old one ends.
    File(PathBuf),
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

    /// The token that stands in a file at each login.
    pub fn from_file(path: PathBuf, extensions: Vec<(String, String)>) -> Self {
        Self::new(Kind::File(path), extensions)
    }

    /// Tokens from an OpenID endpoint, each used for most of its life.
    pub fn from_endpoint(endpoint: TokenEndpoint, extensions: Vec<(String, String)>) -> Self {
        Self::new(Kind::Endpoint(Arc::new(endpoint)), extensions)
    }

    fn new(kind: Kind, extensions: Vec<(String, String)>) -> Self {
        Self(Arc::new(Source { kind, extensions, held: Mutex::default() }))
    }

    /// The one message of a client (RFC 7628, 3.1).
    pub(in crate::client) fn message(&self, token: &Password) -> Result<Vec<u8>, ClientError> {
        let token = token.reveal().trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let (why, hint) = match &self.0.kind {
                Kind::File(path) => (
                    format!("what stands in {} is no token", path.display()),
                    "it must hold the token alone, without \"Bearer\", quotes or line breaks",
                ),
                Kind::Given(_) | Kind::Endpoint(_) => (
                    "the token is no token".to_owned(),
                    "paste the token alone, without \"Bearer\", quotes or line breaks",
                ),
            };
            return Err(ClientError::security(FAILED, why, hint));
        }
        let mut message = format!("n,,\u{1}auth=Bearer {token}\u{1}");
        for (name, value) in &self.0.extensions {
            message.push_str(&format!("{name}={value}\u{1}"));
        }
        message.push('\u{1}');
        Ok(message.into_bytes())
    }

    /// The token that counts now.
    pub(in crate::client) async fn token(&self) -> Result<Password, ClientError> {
        let endpoint = match &self.0.kind {
            Kind::Given(token) => return Ok(token.clone()),
            Kind::File(path) => return in_file(path.clone()).await,
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

    /// What to do when a broker does not accept the token that it was shown.
    pub(in crate::client) fn why_refused(&self, shown: Option<&Password>) -> String {
        let ended = shown.and_then(|token| ended_at(token.reveal()));
        match (&self.0.kind, ended) {
            (Kind::Given(_), Some(when)) => format!("the token ended at {when}; get a new one"),
            (Kind::File(path), Some(when)) => {
                format!("the token in {} ended at {when}; have a new one put there", path.display())
            }
            (Kind::Endpoint(_), Some(when)) => {
                format!("the token endpoint gave a token that ended at {when}; check its clock and this machine's")
            }
            (Kind::Given(_) | Kind::File(_), None) => {
                "get a new token, and check that it is meant for this cluster (audience, scope)".to_owned()
            }
            (Kind::Endpoint(_), None) => {
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
            Kind::File(path) => f.debug_tuple("TokenSource").field(path).finish(),
            Kind::Endpoint(endpoint) => f.debug_tuple("TokenSource").field(endpoint).finish(),
        }
    }
}

async fn in_file(path: PathBuf) -> Result<Password, ClientError> {
    let read = |path: &Path| {
        let mut text = String::new();
        std::fs::File::open(path)?.take(TOKEN_BYTES_MAX).read_to_string(&mut text)?;
        Ok::<_, std::io::Error>(text.trim().to_owned())
    };
    let read = tokio::task::spawn_blocking(move || {
        read(&path).map_err(|error| {
            let why = format!("the token could not be read from {}: {error}", path.display());
            ClientError::security(FAILED, why, "check the name of the file and who may read it")
        })
    });
    read.await.unwrap_or_else(|_| Err(ClientError::Closed { asked: String::new() })).map(Password::from)
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
        let message = String::from_utf8(source.message(&source.token().await.unwrap()).unwrap()).unwrap();
        assert_eq!(
            message,
            "n,,\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}logicalCluster=lkc-1\u{1}\u{1}"
        );
        for bad in ["", "a b", "a\u{1}b", "水"] {
            let bad = Password::from(bad.to_owned());
            let source = TokenSource::given(bad.clone(), Vec::new());
            assert!(source.message(&bad).unwrap_err().to_string().contains("Bearer"));
        }
    }

    #[test]
    fn the_end_of_a_token_is_read_and_told() {
        assert_eq!(end_of(jwt(r#"{"sub":"a","exp":1700000000}"#).reveal()), Some(1_700_000_000));
        for odd in ["", "a.b", "a.%%.c", "a.e30.c"] {
            assert_eq!(end_of(odd), None, "{odd}");
        }
        let (old, far) = (jwt(r#"{"exp":1700000000}"#), jwt(r#"{"exp":1e300}"#));
        let given = TokenSource::given(old.clone(), Vec::new());
        let said = given.why_refused(Some(&old));
        assert!(said.contains("2023-11-14"), "{said}");
        assert!(given.why_refused(Some(&far)).contains("audience") && given.why_refused(None).contains("audience"));
        assert!(!format!("{given:?}").contains("e30"), "{given:?}");
    }

    #[tokio::test]
    async fn a_token_in_a_file_is_the_one_that_stands_there_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.jwt");
        let source = TokenSource::from_file(path.clone(), Vec::new());
        let missing = source.token().await.unwrap_err().to_string();
        assert!(missing.contains("token.jwt") && missing.contains("who may read it"), "{missing}");
        for token in ["one", "two"] {
            std::fs::write(&path, format!("{token}\n")).unwrap();
            assert_eq!(source.token().await.unwrap().reveal(), token);
        }
        let old = jwt(r#"{"exp":1700000000}"#);
        let said = source.why_refused(Some(&old));
        assert!(said.contains("token.jwt") && said.contains("2023-11-14"), "{said}");
        assert!(source.message(&Password::from("a b".to_owned())).unwrap_err().to_string().contains("token.jwt"));
    }
}
