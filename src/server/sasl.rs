//! SASL as Kafka speaks it: which mechanisms there are, and one exchange by one of them. Pure but for the nonces.
//!
//! PLAIN (RFC 4616) sends the password, so it belongs on an encrypted connection; SCRAM does not. Both end in the same
//! words whether the user does not exist or the password is wrong.

use bytes::Bytes;

use crate::{
    broker::Users,
    codec::scram::{Challenge, Mechanism, ServerExchange},
};

/// Every mechanism, in the order in which clients are told them.
pub const MECHANISMS: [&str; 3] = [PLAIN, "SCRAM-SHA-256", "SCRAM-SHA-512"];

const PLAIN: &str = "PLAIN";
/// Bytes of randomness in a nonce.
const NONCE_BYTES: usize = 24;
/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// What a connection is to prove next.
#[derive(Debug)]
pub enum Exchange {
    Plain,
    ScramFirst(Mechanism),
    ScramLast { mechanism: Mechanism, user: String, challenge: Box<Challenge> },
}

/// What a token of the client led to.
#[derive(Debug)]
pub enum Step {
    /// The client is to answer this.
    Continue { exchange: Exchange, token: Bytes },
    /// The client is who it says it is.
    Done { user: String, token: Bytes },
    /// It is not, or did not say it properly; the words are Kafka's.
    Failed { user: Option<String>, message: String },
}

impl Exchange {
    /// Begins; `None` for a mechanism that there is not.
    pub fn begin(mechanism: &str) -> Option<Self> {
        if mechanism == PLAIN {
            return Some(Self::Plain);
        }
        mechanism.parse().ok().map(Self::ScramFirst)
    }

    /// Its name.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain => PLAIN,
            Self::ScramFirst(mechanism) | Self::ScramLast { mechanism, .. } => mechanism.name(),
        }
    }

    /// Whether the next step stretches a password, which takes a processor for milliseconds.
    pub fn is_costly(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// Takes the client's next token.
    pub fn step(self, token: &[u8], users: &Users) -> Step {
        let mechanism = self.mechanism();
        if token.len() > TOKEN_BYTES_MAX {
            return invalid(None, mechanism);
        }
        match self {
            Self::Plain => plain(token, users),
            Self::ScramFirst(which) => {
                let exchange = match ServerExchange::start(token) {
                    Ok(exchange) => exchange,
                    Err(error) => {
                        tracing::debug!(%error, "a first message of SCRAM");
                        return invalid(None, mechanism);
                    }
                };
                let user = exchange.user().to_owned();
                let (challenge, token) = exchange.challenge(users.credential(&user, which), &nonce());
                let challenge = Box::new(challenge);
                Step::Continue { exchange: Self::ScramLast { mechanism: which, user, challenge }, token: token.into() }
            }
            Self::ScramLast { user, challenge, .. } => match challenge.finish(token) {
                Ok(token) if users.role(&user).is_some() => Step::Done { user, token: token.into() },
                Ok(_) => invalid(Some(user), mechanism),
                Err(error) => {
                    tracing::debug!(%error, "a last message of SCRAM");
                    invalid(Some(user), mechanism)
                }
            },
        }
    }
}

fn invalid(user: Option<String>, mechanism: &str) -> Step {
    let message = format!(
        "Authentication failed during authentication due to invalid credentials with SASL mechanism {mechanism}"
    );
    Step::Failed { user, message }
}

/// `[authorization id] NUL user NUL password`.
fn plain(token: &[u8], users: &Users) -> Step {
    let failed = |user: Option<&str>, why: String| {
        let message = format!("Authentication failed: {why}");
        Step::Failed { user: user.map(str::to_owned), message }
    };
    let Ok(text) = std::str::from_utf8(token) else { return invalid(None, PLAIN) };
    let parts: Vec<&str> = text.split('\0').collect();
    let [authorization_id, user, password] = parts[..] else { return invalid(None, PLAIN) };
    if user.is_empty() {
        return failed(None, "username not specified".to_owned());
    }
    if password.is_empty() {
        return failed(Some(user), "password not specified".to_owned());
    }
    // Checked before anything else of the user: the same work whether it exists or not.
    if !users.any_credential(user).verify_password(password) || users.role(user).is_none() {
        return failed(Some(user), "Invalid username or password".to_owned());
    }
    if !authorization_id.is_empty() && authorization_id != user {
        let why = "Client requested an authorization id that is different from username";
        return failed(Some(user), why.to_owned());
    }
    Step::Done { user: user.to_owned(), token: Bytes::new() }
}

/// Printable, without commas.
fn nonce() -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(rand::random::<[u8; NONCE_BYTES]>())
}
