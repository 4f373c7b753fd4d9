//! The client's side of an exchange.

use std::fmt;

use super::{
    CLIENT_ITERATIONS_MAX, Credential, ITERATIONS_MIN, Mechanism, ScramError,
    hash::{hash, hmac, same, stretch, xor},
    message::{Reader, base64, escape},
};

const CHALLENGE: &str = "first server";
const LAST: &str = "final server";
/// No channel binding, no authorization id.
const GS2_HEADER: &str = "n,,";

/// An exchange that this client has begun.
pub struct ClientExchange {
    mechanism: Mechanism,
    password: String,
    nonce: String,
    first_bare: String,
}

impl ClientExchange {
    /// Begins an exchange. `nonce` is random: printable ASCII without commas, at least 18 bytes worth. Returns the message
    /// to send.
    pub fn start(mechanism: Mechanism, user: &str, password: &str, nonce: &str) -> (Self, Vec<u8>) {
        let first_bare = format!("n={},r={nonce}", escape(user));
        let message = format!("{GS2_HEADER}{first_bare}").into_bytes();
        (Self { mechanism, password: password.to_owned(), nonce: nonce.to_owned(), first_bare }, message)
    }

    /// Answers the server's challenge. Takes milliseconds, as the server's number of rounds asks.
    ///
    /// # Errors
    /// When the challenge is malformed, belongs to another exchange, or asks for too few or too many rounds.
    pub fn respond(self, challenge: &[u8]) -> Result<(ClientFinal, Vec<u8>), ScramError> {
        let mut reader = Reader::new(CHALLENGE, challenge)?;
        refused(reader.rest())?;
        let nonce = reader.nonce()?;
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) {
            return Err(ScramError::Nonce { which: CHALLENGE });
        }
        let salt = reader.bytes('s', "there is no salt (s=)")?;
        let iterations = reader.value('i', "there is no number of iterations (i=)")?;
        let iterations: u32 = iterations.parse().map_err(|_| reader.error("the number of iterations is none"))?;
        if !(ITERATIONS_MIN..=CLIENT_ITERATIONS_MAX).contains(&iterations) {
            let (asked, min, max) = (iterations, ITERATIONS_MIN, CLIENT_ITERATIONS_MAX);
            return Err(ScramError::Iterations { asked, min, max });
        }
        let without_proof = format!("c={},r={nonce}", base64(GS2_HEADER.as_bytes()));
        let challenge = String::from_utf8_lossy(challenge);
        let signed = format!("{},{challenge},{without_proof}", self.first_bare);

        let salted = stretch(self.mechanism, self.password.as_bytes(), &salt, iterations);
        let client_key = hmac(self.mechanism, &salted, b"Client Key");
        let stored_key = hash(self.mechanism, &client_key);
        let proof = xor(&client_key, &hmac(self.mechanism, &stored_key, signed.as_bytes()));
        let server_key = Credential::from_salted_password(self.mechanism, &salted, &salt, iterations).server_key;
        let signature = hmac(self.mechanism, &server_key, signed.as_bytes());
        Ok((ClientFinal { signature }, format!("{without_proof},p={}", base64(&proof)).into_bytes()))
    }
}

impl fmt::Debug for ClientExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientExchange({}, ***)", self.mechanism)
    }
}

/// An exchange in which the server has the last word.
pub struct ClientFinal {
    /// What the server says if it knows the credential.
    signature: Vec<u8>,
}

impl ClientFinal {
    /// Checks that the server knows the credential, too.
    ///
    /// # Errors
    /// When the server refuses, or is not the one it claims to be.
    pub fn verify(self, last: &[u8]) -> Result<(), ScramError> {
        let mut reader = Reader::new(LAST, last)?;
        refused(reader.rest())?;
        let signature = reader.bytes('v', "there is no signature (v=)")?;
        same(&signature, &self.signature).then_some(()).ok_or(ScramError::ServerSignature)
    }
}

impl fmt::Debug for ClientFinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientFinal(***)")
    }
}

/// A server may say why it refuses in place of either message.
fn refused(message: &str) -> Result<(), ScramError> {
    let Some(why) = message.strip_prefix("e=") else { return Ok(()) };
    let why = why.split(',').next().unwrap_or_default().chars().take(200).collect();
    Err(ScramError::Refused { why })
}
