//! Why a broker cannot be reached: a cause that can be told apart from others, and the sentence that says what to change.

use kafka_protocol::ResponseError;

use super::no_connection;
use crate::{client::ClientError, model::HostPort};

/// Kafka's own words for what is wrong.
const HANDSHAKE_FAILED: &str = "SSL_HANDSHAKE_FAILED";
const LOGIN_FAILED: &str = "SASL_AUTHENTICATION_FAILED";

/// Why a broker cannot be reached at an address.
#[derive(Debug, Clone, PartialEq)]
pub struct ReachFault {
    pub address: HostPort,
    pub cause: ReachCause,
}

/// The causes that call for different changes.
#[derive(Debug, Clone, PartialEq)]
pub enum ReachCause {
    /// The host's name has no address.
    NoAddress,
    /// The machine is there, and nothing listens on the port.
    Refused,
    /// The network does not lead there.
    Unreachable { why: String },
    /// A step took longer than it may; `step` completes "the broker did not …".
    TooSlow { step: &'static str, millis: u64 },
    /// What is connected to is no name that a certificate could be for.
    BadServerName,
    /// The listener speaks TLS, and this client came without.
    WantsTls,
    /// What answers is not TLS.
    NotTls,
    /// The connection was closed while TLS was to begin: the listener may speak none.
    ClosedInHandshake,
    /// The certificate is not signed by an authority that is believed.
    UnknownAuthority,
    /// The certificate is for other names.
    OtherName { names: Vec<String> },
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotValidYet,
    /// Anything else about the certificate.
    BadCertificate { why: String },
    /// The broker does not accept the client's certificate.
    ClientCertificate { why: String },
    /// The broker wants a certificate of the client, which shows none.
    NoClientCertificate { why: String },
    /// Both sides have no way of encrypting in common.
    NoCommonTls { why: String },
    /// Anything else about TLS.
    Tls { why: String },
    /// The listener closed the connection, or broke it, before it had answered anything.
    ClosedUnanswered,
    /// The listener closed the connection instead of a login.
    ClosedInsteadOfLogin,
    /// The connection broke.
    Lost { why: String },
    /// The answer is not Kafka's protocol.
    NotKafka { why: String },
    /// Users do not log in by this mechanism.
    OtherMechanism { wanted: &'static str, offered: Vec<String>, is_one_spoken: bool },
    /// Nobody logs in to this listener.
    NobodyLogsIn,
    /// Wrong name or password.
    WrongPassword { user: String, mechanism: &'static str, said: String },
    /// The broker does not accept the token.
    TokenRefused { said: String, hint: String },
    /// The broker answered with an error code of Kafka's.
    Kafka { error: ResponseError, said: Option<String> },
    /// There was no token to log in with, or no common version: the client's own error.
    Client(ClientError),
}

impl ReachFault {
    pub(super) fn new(address: &HostPort, cause: ReachCause) -> Self {
        Self { address: address.clone(), cause }
    }

    /// Kafka's name of the error; `None` where Kafka has none.
    pub fn name(&self) -> Option<String> {
        self.security_name().map(str::to_owned).or_else(|| match &self.cause {
            ReachCause::Kafka { .. } | ReachCause::Client(_) => Some(self.clone().into_error().name()),
            _ => None,
        })
    }

    /// What is wrong, in a sentence without its end.
    pub fn why(&self) -> String {
        use ReachCause as C;
        let address = &self.address;
        match &self.cause {
            C::NoAddress => format!("there is no address for the host {:?}", address.host),
            C::Refused => format!("nothing listens on {address}"),
            C::Unreachable { why } => format!("{address} cannot be reached: {why}"),
            C::TooSlow { step, millis } => format!("{address} did not {step} within {millis} ms"),
            C::BadServerName => format!("{:?} is no host name that a certificate could be for", address.host),
            C::WantsTls => format!("{address} speaks TLS, and this client came without"),
            C::NotTls => format!("{address} answers with something that is not TLS"),
            C::ClosedInHandshake => format!("{address} closed the connection during the handshake of TLS"),
            C::UnknownAuthority => {
                format!("the certificate of {address} is not signed by an authority that is trusted here")
            }
            C::OtherName { names } => {
                let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
                format!("the certificate of {address} is for {names}, and not for {}", address.host)
            }
            C::Expired => format!("the certificate of {address} has expired"),
            C::NotValidYet => format!("the certificate of {address} is not valid yet"),
            C::BadCertificate { why } => format!("the certificate of {address} cannot be trusted: {why}"),
            C::ClientCertificate { why } => format!("{address} does not accept this client's certificate: {why}"),
            C::NoClientCertificate { why } => {
                format!("{address} wants a certificate of its clients, and this client shows none: {why}")
            }
            C::NoCommonTls { why } => {
                format!("{address} and this client find no way of encrypting that both have: {why}")
            }
            C::Tls { why } => format!("the handshake of TLS with {address} failed: {why}"),
            C::ClosedUnanswered => format!(
                "{address} closed the connection without an answer; it may want TLS or a user and password \
                 (security.protocol), or be no Kafka broker"
            ),
            C::ClosedInsteadOfLogin => format!(
                "{address} closed the connection instead of a login; it may want TLS (security.protocol=SASL_SSL), or \
                 nobody to log in (PLAINTEXT, SSL), or be no Kafka broker"
            ),
            C::Lost { why } => format!("the connection to {address} was lost: {why}"),
            C::NotKafka { why } => format!("{address}: {why}"),
            C::OtherMechanism { wanted, offered, .. } => {
                format!("{address} does not let users in by {wanted}; it offers {}", offered.join(", "))
            }
            C::NobodyLogsIn => format!("nobody logs in to this listener of {address}"),
            C::WrongPassword { user, said, .. } => format!("{address} did not let the user {user:?} in: {said}"),
            C::TokenRefused { said, .. } => format!("{address} did not accept the token: {said}"),
            C::Kafka { error, said } => ClientError::kafka(*error, "", said.as_deref()).why(),
            C::Client(error) => error.why(),
        }
    }

    /// What to change.
    pub fn hint(&self) -> String {
        use ReachCause as C;
        let hint = match &self.cause {
            C::BadServerName => "connect by a name or an IP address",
            C::WantsTls => "set security.protocol to SSL, or to SASL_SSL where users log in",
            C::NotTls => {
                "set security.protocol to PLAINTEXT, or to SASL_PLAINTEXT where users log in; or connect to the port that \
                 speaks TLS"
            }
            C::ClosedInHandshake => {
                "its listener may speak no TLS: then set security.protocol to PLAINTEXT, or to SASL_PLAINTEXT where users \
                 log in; or it may want a client certificate"
            }
            C::UnknownAuthority => {
                "name the file with the certificate of its authority, or of the broker where that has signed its own \
                 (ssl.truststore.location or ssl.ca.location)"
            }
            C::OtherName { .. } => {
                "connect by a name that it is for, or have one made for this name; with an empty \
                 ssl.endpoint.identification.algorithm the name is not asked for"
            }
            C::Expired => "have a new one made for the broker, and check this machine's clock",
            C::NotValidYet => "check the clocks of this machine and the broker's",
            C::BadCertificate { .. } => "have a new one made for the broker",
            C::ClientCertificate { .. } | C::NoClientCertificate { .. } => {
                "name a certificate that it trusts, with its key (ssl.keystore.location, or ssl.certificate.location and \
                 ssl.key.location)"
            }
            C::NoCommonTls { .. } => "TLS 1.2 and 1.3 are spoken here; let the broker speak one of them",
            C::Tls { .. } => "look at the broker's log",
            C::OtherMechanism { is_one_spoken: true, .. } => "set sasl.mechanism to one that it offers",
            C::OtherMechanism { is_one_spoken: false, .. } => {
                "Millpond speaks SCRAM-SHA-512, SCRAM-SHA-256, PLAIN and OAUTHBEARER; let the broker offer one of them"
            }
            C::NobodyLogsIn => {
                "set security.protocol to PLAINTEXT, or to SSL where it is encrypted; or connect to the port where users \
                 log in"
            }
            C::WrongPassword { mechanism, .. } => {
                return format!(
                    "check user name and password (sasl.username and sasl.password, or sasl.jaas.config), and that this \
                     user has a password for {mechanism}"
                );
            }
            C::TokenRefused { hint, .. } => return hint.clone(),
            C::Kafka { error, said } => return ClientError::kafka(*error, "", said.as_deref()).hint(),
            C::Client(error) => return error.hint(),
            _ => "check that the broker is running and reachable",
        };
        hint.to_owned()
    }

    /// The same as an error of a request; whoever asked adds what was asked.
    pub fn into_error(self) -> ClientError {
        if let Some(name) = self.security_name() {
            return ClientError::security(name, self.why(), self.hint());
        }
        match self.cause {
            ReachCause::Kafka { error, said } => ClientError::kafka(error, "", said.as_deref()),
            ReachCause::Client(error) => error,
            _ => no_connection(self.why()),
        }
    }

    fn security_name(&self) -> Option<&'static str> {
        use ReachCause as C;
        match &self.cause {
            cause if cause.is_of_tls() => Some(HANDSHAKE_FAILED),
            C::OtherMechanism { .. } => Some("UNSUPPORTED_SASL_MECHANISM"),
            C::NobodyLogsIn => Some("ILLEGAL_SASL_STATE"),
            C::WrongPassword { .. } | C::TokenRefused { .. } => Some(LOGIN_FAILED),
            _ => None,
        }
    }
}

impl ReachCause {
    /// Whether it is about encryption or who the server is.
    pub fn is_of_tls(&self) -> bool {
        matches!(
            self,
            Self::BadServerName
                | Self::WantsTls
                | Self::NotTls
                | Self::ClosedInHandshake
                | Self::UnknownAuthority
                | Self::OtherName { .. }
                | Self::Expired
                | Self::NotValidYet
                | Self::BadCertificate { .. }
                | Self::ClientCertificate { .. }
                | Self::NoClientCertificate { .. }
                | Self::NoCommonTls { .. }
                | Self::Tls { .. }
        )
    }
}
