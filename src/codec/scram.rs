//! SCRAM (RFC 5802, RFC 7677): both sides prove that they know a password without sending it, and what the server keeps
//! does not let anybody in who steals it.
//!
//! Pure: messages in, messages out; nonces and salts are the caller's, from a source of real randomness. As Kafka does,
//! names and passwords are their UTF-8 bytes (no SASLprep), there is no channel binding, and extensions are ignored.
//!
//! ```text
//! client                                    server
//! ClientExchange::start   --first-->        ServerExchange::start
//! ClientExchange::respond <-challenge--     ServerExchange::challenge
//!                         --final-->        Challenge::finish
//! ClientFinal::verify     <-signature--
//! ```

mod client;
mod credential;
mod hash;
mod message;
mod server;

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

pub use client::{ClientExchange, ClientFinal};
pub use credential::{Credential, SALT_BYTES, salt_password};
pub use server::{Challenge, ServerExchange};

/// Fewest rounds of stretching that a credential may have, and how many a new one gets (Kafka's for both mechanisms).
pub const ITERATIONS_MIN: u32 = 4_096;
/// Most rounds that a stored credential may have (Kafka's).
pub const ITERATIONS_MAX: u32 = 16_384;
/// Most rounds that a client does because a server says so: other servers store more than Kafka lets in, and nobody may
/// keep a processor busy for minutes.
pub const CLIENT_ITERATIONS_MAX: u32 = 1_000_000;
/// Longest message that is read, in bytes; honest ones have some hundred.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// Which hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mechanism {
    Sha256,
    Sha512,
}

impl Mechanism {
    /// Both, as Kafka numbers them.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// Its name among the mechanisms of SASL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }

    /// Its number in DescribeUserScramCredentials (KIP-554).
    pub const fn number(self) -> i8 {
        match self {
            Self::Sha256 => 1,
            Self::Sha512 => 2,
        }
    }

    /// The mechanism with a number of KIP-554.
    pub fn by_number(number: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.number() == number)
    }

    /// Bytes of its hash and of every key made with it.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mechanism {
    type Err = ScramError;

    fn from_str(name: &str) -> Result<Self, ScramError> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name() == name).ok_or(ScramError::UnknownMechanism)
    }
}

/// Why an exchange failed. Holds nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    #[error("it is no mechanism of SCRAM; there are SCRAM-SHA-256 and SCRAM-SHA-512")]
    UnknownMechanism,
    /// The message is not what its place in the exchange asks for.
    #[error("the {which} message of SCRAM is malformed: {why}")]
    Malformed { which: &'static str, why: &'static str },
    /// The client wants to act for somebody else, which Kafka does not know.
    #[error("the client asks for an authorization id that is different from its user name")]
    OtherAuthorizationId,
    /// The nonce does not begin with, or is not, what was sent: an answer to another exchange.
    #[error("the nonce of the {which} message of SCRAM is not that of this exchange")]
    Nonce { which: &'static str },
    #[error("the server asks for {asked} rounds of hashing; only {min} to {max} are done")]
    Iterations { asked: u32, min: u32, max: u32 },
    /// The client does not know the password; also what an unknown user gets.
    #[error("the user name or the password is wrong")]
    InvalidCredentials,
    /// What the server said instead of its signature.
    #[error("the server refused: {why}")]
    Refused { why: String },
    /// The server does not know the credential: it is not the server it claims to be.
    #[error("the server could not prove that it knows this user's credential; it may be another server")]
    ServerSignature,
}
