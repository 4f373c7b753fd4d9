//! The endpoint of an identity provider that gives tokens to programs (RFC 6749, 4.4; KIP-768).

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::crypto::ring;
use serde::Deserialize;
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use super::{
    Authorities, Password, SecurityError,
    tls::certificates,
    token::{FAILED, Issued},
};
use crate::client::ClientError;

/// How long an answer may take (`sasl.login.connect.timeout.ms` and `sasl.login.read.timeout.ms` together).
const ANSWER_WAIT: Duration = Duration::from_secs(20);
/// Largest answer, in bytes.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;
/// Of what an endpoint says about an error, this many characters are shown.
const SAID_CHARS_MAX: usize = 300;

/// Where tokens are asked for, and by whom. `Debug` shows no secret.
#[derive(Debug)]
pub struct TokenEndpoint {
    url: String,
    client_id: String,
    client_secret: Password,
    scope: Option<String>,
    roots: RootCerts,
}

/// What endpoints answer (RFC 6749, 5.1 and 5.2).
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    /// Seconds; some write them as text.
    expires_in: Option<serde_json::Value>,
    error: Option<String>,
    error_description: Option<String>,
}

impl TokenEndpoint {
    /// An endpoint at `url` (`https://…`, or `http://…` where the network is one's own). Reads the file of authorities now;
    /// nothing is asked yet.
    ///
    /// # Errors
    /// When the file of authorities cannot be read.
    pub fn new(
        url: String,
        client_id: String,
        client_secret: Password,
        scope: Option<String>,
        authorities: &Authorities,
    ) -> Result<Self, SecurityError> {
        let roots = match authorities {
            Authorities::System => RootCerts::PlatformVerifier,
            Authorities::File(path) => {
                let found = certificates(path)?;
                let found = found.iter().map(|der| Certificate::from_der(der).to_owned()).collect::<Vec<_>>();
                RootCerts::Specific(Arc::new(found))
            }
        };
        Ok(Self { url, client_id, client_secret, scope: scope.filter(|scope| !scope.is_empty()), roots })
    }

    /// Asks for a token.
    pub(super) async fn ask(endpoint: Arc<Self>) -> Result<Issued, ClientError> {
        let asked = tokio::task::spawn_blocking(move || endpoint.post()).await;
        asked.unwrap_or_else(|_| Err(ClientError::Closed { asked: String::new() }))
    }

    fn post(&self) -> Result<Issued, ClientError> {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .root_certs(self.roots.clone())
            .build();
        // A redirect would carry the secret to somebody else.
        let config = Agent::config_builder()
            .timeout_global(Some(ANSWER_WAIT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .tls_config(tls)
            .build();
        let who = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret.reveal()));
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let request = Agent::new_with_config(config)
            .post(&self.url)
            .header("Authorization", format!("Basic {who}"))
            .header("Accept", "application/json");
        let mut response = request.send_form(form).map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        self.read(status, &body.map_err(|error| self.unreachable(&error))?)
    }

    fn read(&self, status: u16, body: &str) -> Result<Issued, ClientError> {
        let answer: Option<Answer> = serde_json::from_str(body).ok();
        match (status, answer) {
            (200, Some(Answer { access_token: Some(token), expires_in, .. })) => {
                let seconds = expires_in.and_then(|told| match told {
                    serde_json::Value::Number(number) => number.as_f64(),
                    serde_json::Value::String(text) => text.parse().ok(),
                    _ => None,
                });
                let life = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                Ok(Issued { token: Password::from(token), life })
            }
            (200, _) => Err(ClientError::security(
                FAILED,
                format!("{} answers without an access_token", self.url),
                "check that this is the token endpoint of the identity provider (sasl.oauthbearer.token.endpoint.url)",
            )),
            (500.., _) => Err(ClientError::Disconnected {
                asked: String::new(),
                why: format!("the token endpoint {} is in trouble (HTTP status {status})", self.url),
            }),
            (_, answer) => Err(self.refused(status, answer)),
        }
    }

    fn refused(&self, status: u16, answer: Option<Answer>) -> ClientError {
        let said =
            answer.map(|answer| [answer.error, answer.error_description].into_iter().flatten().collect::<Vec<_>>());
        let said = said.unwrap_or_default().join(": ");
        let said: String = said.chars().filter(|c| !c.is_control()).take(SAID_CHARS_MAX).collect();
        let said =
            if said.is_empty() { format!("HTTP status {status}") } else { format!("{said} (HTTP status {status})") };
        let why = format!("the token endpoint {} gives no token to the client {:?}: {said}", self.url, self.client_id);
        let hint = match status {
            404 | 405 | 300..400 => {
                "check the address: it is the token_endpoint of the identity provider's \
                 /.well-known/openid-configuration (sasl.oauthbearer.token.endpoint.url)"
            }
            _ => "check the id, the secret and the scope of the OpenID client",
        };
        ClientError::security(FAILED, why, hint)
    }

    fn unreachable(&self, error: &ureq::Error) -> ClientError {
        let why = format!("the token endpoint {} cannot be asked: {error}", self.url);
        match error {
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => ClientError::security(
                FAILED,
                why,
                "name the file with the certificate of its authority, and reach it by the name that its certificate is for",
            ),
            ureq::Error::BadUri(_) => ClientError::security(FAILED, why, "write its address in full, with https://"),
            _ => ClientError::Disconnected { asked: String::new(), why },
        }
    }
}
