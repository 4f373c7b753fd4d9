//! What is kept about the way to a cluster. Nothing in it is secret.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SecretKind, SecretPolicy};
use crate::{
    client::{Authorities, OAUTHBEARER, SaslMechanism, Timeouts},
    model::HostPort,
};

/// Longest name, environment and client id, in characters.
const TEXT_CHARS_MAX: usize = 100;
/// The name under which brokers list the window's client where a profile names no other.
const CLIENT_ID: &str = "millpond";

/// A cluster as a person keeps it. Serialised into [`super::ConnectionBook`]; fields that a file lacks take their default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    /// Stays when everything else is changed: secrets and the history of lag are kept under it.
    #[serde(default)]
    pub id: ConnectionId,
    /// Unique in a book; what `--connection` takes.
    pub name: String,
    /// Of the window's edge.
    #[serde(default)]
    pub colour: ProfileColour,
    /// A word such as "production"; may be empty.
    #[serde(default)]
    pub environment: String,
    /// Whether everything that changes the cluster is refused.
    #[serde(default)]
    pub read_only: bool,
    /// Any of them tells where all nodes are (`bootstrap.servers`).
    pub bootstrap: Vec<HostPort>,
    #[serde(default)]
    pub security: SecurityPlan,
    /// Where the secrets of this connection are.
    #[serde(default)]
    pub secrets: SecretPolicy,
    #[serde(default)]
    pub timeouts: TimeoutPlan,
    /// The name under which brokers list this client (`client.id`).
    #[serde(default = "default_client_id")]
    pub client_id: String,
}

/// What a profile is known by, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(Uuid);

/// A colour by name; the theme knows what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileColour {
    #[default]
    Blue,
    Teal,
    Green,
    Yellow,
    Orange,
    Red,
    Pink,
    Purple,
}

/// How the way to the cluster is secured. Neither: `security.protocol=PLAINTEXT`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecurityPlan {
    pub tls: Option<TlsPlan>,
    pub sasl: Option<SaslPlan>,
}

/// Encryption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct TlsPlan {
    pub authorities: Authorities,
    /// This client's own certificate, where the brokers ask for one.
    pub identity: Option<IdentityFiles>,
    /// Whether a certificate must be for the host that is connected to (`ssl.endpoint.identification.algorithm`).
    pub verify_host: bool,
}

/// A certificate with its private key, both PEM; one file may hold both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IdentityFiles {
    pub certificate: PathBuf,
    /// Not encrypted. The path is no secret, what is in it is.
    pub key: PathBuf,
}

/// Who logs in, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
pub enum SaslPlan {
    /// PLAIN or SCRAM. Needs [`SecretKind::Password`].
    Password { mechanism: SaslMechanism, user: String },
    /// OAUTHBEARER with a token that somebody else gave. Needs [`SecretKind::Token`] unless it stands in a file.
    Token {
        /// Where the token stands at each login: another program renews it there. The path is no secret, what is in it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<PathBuf>,
        /// SASL extensions (KIP-342), such as `logicalCluster`.
        #[serde(default)]
        extensions: Vec<(String, String)>,
    },
    /// OAUTHBEARER with tokens from an OpenID endpoint (KIP-768). Needs [`SecretKind::ClientSecret`].
    ClientCredentials(ClientCredentials),
}

/// The grant by which a program gets a token for itself (RFC 6749, 4.4).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClientCredentials {
    /// `sasl.oauthbearer.token.endpoint.url`
    pub token_endpoint: String,
    pub client_id: String,
    /// What the token is to be good for; most endpoints have a default.
    #[serde(default)]
    pub scope: Option<String>,
    /// SASL extensions (KIP-342), such as `logicalCluster`.
    #[serde(default)]
    pub extensions: Vec<(String, String)>,
    /// Whose signature under the endpoint's certificate is believed.
    #[serde(default)]
    pub authorities: Authorities,
}

/// How long is waited, in milliseconds; the defaults are those of Kafka's own clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct TimeoutPlan {
    /// Each step until a connection can be used (`socket.connection.setup.timeout.ms`).
    pub connect_millis: u64,
    /// For an answer (`request.timeout.ms`).
    pub request_millis: u64,
    /// Before the second attempt (`retry.backoff.ms`).
    pub retry_backoff_millis: u64,
    /// Before any later one (`retry.backoff.max.ms`).
    pub retry_backoff_max_millis: u64,
    /// Until a record that is produced counts as lost (`delivery.timeout.ms`).
    pub delivery_millis: u64,
}

/// Why a profile cannot be kept or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    #[error("the connection has no name; give it one")]
    NoName,
    #[error("{what} is longer than {TEXT_CHARS_MAX} characters or holds a line break; shorten it")]
    BadText { what: &'static str },
    #[error("no broker is named; add one as HOST:PORT (bootstrap.servers)")]
    NoBootstrap,
    #[error("no user is named; say who logs in (sasl.username)")]
    NoUser,
    #[error("the token endpoint {url:?} is no address that begins with https:// or http://; write it in full")]
    BadEndpoint { url: String },
    #[error("the OpenID client has no id; give the one that the identity provider knows")]
    NoClientId,
    #[error("the extension {name:?} is not allowed: names are letters (\"auth\" is taken), values printable text")]
    BadExtension { name: String },
}

impl Profile {
    /// A connection without security, under a fresh id.
    pub fn new(name: impl Into<String>, bootstrap: Vec<HostPort>) -> Self {
        Self {
            id: ConnectionId::fresh(),
            name: name.into(),
            colour: ProfileColour::default(),
            environment: String::new(),
            read_only: false,
            bootstrap,
            security: SecurityPlan::default(),
            secrets: SecretPolicy::default(),
            timeouts: TimeoutPlan::default(),
            client_id: default_client_id(),
        }
    }

    /// What must be known, besides what stands here, to get in.
    pub fn needed_secrets(&self) -> Vec<SecretKind> {
        match &self.security.sasl {
            None => Vec::new(),
            Some(SaslPlan::Password { .. }) => vec![SecretKind::Password],
            Some(SaslPlan::Token { file: Some(_), .. }) => Vec::new(),
            Some(SaslPlan::Token { file: None, .. }) => vec![SecretKind::Token],
            Some(SaslPlan::ClientCredentials(_)) => vec![SecretKind::ClientSecret],
        }
    }

    /// Whether it can be kept and used.
    ///
    /// # Errors
    /// The first thing that is missing or not allowed.
    pub fn check(&self) -> Result<(), ProfileFault> {
        if self.name.trim().is_empty() {
            return Err(ProfileFault::NoName);
        }
        let texts = [("the name", &self.name), ("the environment", &self.environment), ("client.id", &self.client_id)];
        for (what, text) in texts {
            if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
                return Err(ProfileFault::BadText { what });
            }
        }
        if self.bootstrap.is_empty() {
            return Err(ProfileFault::NoBootstrap);
        }
        match &self.security.sasl {
            None => Ok(()),
            Some(SaslPlan::Password { user, .. }) if user.is_empty() => Err(ProfileFault::NoUser),
            Some(SaslPlan::Password { .. }) => Ok(()),
            Some(SaslPlan::Token { extensions, .. }) => check_extensions(extensions),
            Some(SaslPlan::ClientCredentials(given)) => given.check(),
        }
    }
}

impl ClientCredentials {
    fn check(&self) -> Result<(), ProfileFault> {
        let url = &self.token_endpoint;
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
        // A user and password inside of it would be a secret in a file that holds none.
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '@') {
            // Not repeated in full: what stands before "@" is a secret.
            let url = url.rsplit('@').next().unwrap_or_default().to_owned();
            return Err(ProfileFault::BadEndpoint { url });
        }
        if self.client_id.is_empty() {
            return Err(ProfileFault::NoClientId);
        }
        check_extensions(&self.extensions)
    }
}

/// KIP-342: names are letters, values printable text and white space; `auth` is the token's own place.
fn check_extensions(extensions: &[(String, String)]) -> Result<(), ProfileFault> {
    for (name, value) in extensions {
        let good_name = !name.is_empty() && name != "auth" && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let good_value = value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
        if !good_name || !good_value {
            return Err(ProfileFault::BadExtension { name: name.clone() });
        }
    }
    Ok(())
}

impl SecurityPlan {
    /// Kafka's word for it: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`.
    pub const fn protocol(&self) -> &'static str {
        match (self.tls.is_some(), self.sasl.is_some()) {
            (false, false) => "PLAINTEXT",
            (true, false) => "SSL",
            (false, true) => "SASL_PLAINTEXT",
            (true, true) => "SASL_SSL",
        }
    }
}

impl SaslPlan {
    /// The registered name of the mechanism.
    pub const fn mechanism(&self) -> &'static str {
        match self {
            Self::Password { mechanism, .. } => mechanism.name(),
            Self::Token { .. } | Self::ClientCredentials(_) => OAUTHBEARER,
        }
    }
}

impl ProfileColour {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 8] =
        [Self::Blue, Self::Teal, Self::Green, Self::Yellow, Self::Orange, Self::Red, Self::Pink, Self::Purple];
}

impl Default for TlsPlan {
    fn default() -> Self {
        Self { authorities: Authorities::System, identity: None, verify_host: true }
    }
}

impl Default for TimeoutPlan {
    fn default() -> Self {
        Self {
            connect_millis: 10_000,
            request_millis: 30_000,
            retry_backoff_millis: 100,
            retry_backoff_max_millis: 1_000,
            delivery_millis: 120_000,
        }
    }
}

impl TimeoutPlan {
    /// As the client takes them.
    pub fn of_client(&self) -> Timeouts {
        Timeouts {
            connect: self.connect_millis,
            request: self.request_millis,
            retry_backoff_min: self.retry_backoff_millis,
            retry_backoff_max: self.retry_backoff_max_millis,
            delivery: self.delivery_millis,
            ..Timeouts::default()
        }
    }
}

impl ConnectionId {
    /// One that no other profile has.
    pub fn fresh() -> Self {
        Self(Uuid::new_v4())
    }
}

impl Default for ConnectionId {
    fn default() -> Self {
        Self::fresh()
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ConnectionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

fn default_client_id() -> String {
    CLIENT_ID.to_owned()
}
