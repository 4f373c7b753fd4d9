//! How the way to a cluster is secured: encryption, and who logs in.

mod endpoint;
mod tls;
mod token;

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::{
    endpoint::TokenEndpoint,
    tls::{Authorities, Tls, TlsOptions},
    token::TokenSource,
};
use crate::codec::scram::Mechanism as ScramMechanism;

/// What a listener asks of its clients, and how this client answers. Nothing: `PLAINTEXT`.
#[derive(Debug, Clone, Default)]
pub struct Security {
    /// Encryption; `None`: requests and records travel as they are.
    pub tls: Option<Tls>,
    /// Who logs in; `None`: nobody.
    pub sasl: Option<Sasl>,
}

/// Who logs in, and by what.
#[derive(Debug, Clone)]
pub enum Sasl {
    /// A user who knows a password.
    Password { mechanism: SaslMechanism, user: String, password: Password },
    /// Whoever has a token ([`OAUTHBEARER`], KIP-255).
    Token(TokenSource),
}

/// The registered name of the mechanism by which tokens are shown (RFC 7628).
pub const OAUTHBEARER: &str = "OAUTHBEARER";

/// How a user proves that he knows a password. In files it is its registered name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SaslMechanism {
    /// The password itself is sent (RFC 4616): only over encrypted connections, or on one machine.
    Plain,
    /// It never is (RFC 5802).
    Scram(ScramMechanism),
}

/// A text that is shown to nobody: `Debug` prints `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why files of keys and certificates cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    #[error("{path} could not be read: {source}; check the name and who may read it", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error(
        "{path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----); convert the file, as with `openssl x509` or \
         `keytool -exportcert -rfc`",
        path = path.display()
    )]
    NoCertificate { path: PathBuf },
    #[error("{path} is not PEM that can be read: {why}; check that the file is whole", path = path.display())]
    Malformed { path: PathBuf, why: String },
    #[error(
        "{path} holds no private key in PEM without a password (-----BEGIN PRIVATE KEY-----); decrypt it, as with \
         `openssl pkey`",
        path = path.display()
    )]
    NoKey { path: PathBuf },
    #[error("the certificate and the private key cannot be used: {why}; check that they belong together")]
    Unusable { why: String },
    #[error(
        "without asking for the host name, the public authorities vouch for anybody who has any certificate of theirs; name \
         a file with the certificate of the broker's own authority (ssl.ca.location), or set \
         ssl.endpoint.identification.algorithm=https"
    )]
    AnyoneBelieved,
    #[error(
        "the authorities that this system trusts could not be read: {why}; name a file with the certificate of \
         the broker's authority (ssl.ca.location)"
    )]
    System { why: String },
}

impl SaslMechanism {
    /// All of them, the safest last.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Scram(ScramMechanism::Sha256), Self::Scram(ScramMechanism::Sha512)];

    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Scram(mechanism) => mechanism.name(),
        }
    }
}

impl fmt::Display for SaslMechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SaslMechanism {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|mechanism| mechanism.name() == name);
        found.ok_or_else(|| {
            format!("the mechanism {name:?} is not spoken; use SCRAM-SHA-512, SCRAM-SHA-256, PLAIN or OAUTHBEARER")
        })
    }
}

impl TryFrom<String> for SaslMechanism {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

impl From<SaslMechanism> for String {
    fn from(mechanism: SaslMechanism) -> Self {
        mechanism.name().to_owned()
    }
}

impl Sasl {
    /// The registered name of the mechanism.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Password { mechanism, .. } => mechanism.name(),
            Self::Token(_) => OAUTHBEARER,
        }
    }
}

impl Password {
    /// The text, for who proves that he knows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_to_nobody() {
        let sasl = Sasl::Password {
            mechanism: SaslMechanism::Plain,
            user: "ann".to_owned(),
            password: Password::from("hunter2".to_owned()),
        };
        let shown = format!("{:?}", Security { tls: None, sasl: Some(sasl) });
        assert!(shown.contains("ann") && shown.contains("***") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn mechanisms_have_their_registered_names() {
        for mechanism in SaslMechanism::ALL {
            assert_eq!(mechanism.name().parse(), Ok(mechanism));
        }
        assert!("GSSAPI".parse::<SaslMechanism>().unwrap_err().contains("SCRAM-SHA-512"));
    }
}
