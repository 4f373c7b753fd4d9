//! What a server keeps of a password.

use std::fmt;

use super::{
    Mechanism,
    hash::{hash, hmac, same, stretch},
};

/// What a server keeps of a user's password for one mechanism. Whoever reads it can try passwords against it, but cannot
/// log in with it (RFC 5802, 3).
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    pub mechanism: Mechanism,
    pub salt: Vec<u8>,
    /// Rounds of stretching.
    pub iterations: u32,
    pub stored_key: Vec<u8>,
    pub server_key: Vec<u8>,
}

impl Credential {
    /// Of a password. Takes milliseconds: that is its purpose.
    pub fn new(mechanism: Mechanism, password: &str, salt: &[u8], iterations: u32) -> Self {
        let salted = salt_password(mechanism, password, salt, iterations);
        Self::from_salted_password(mechanism, &salted, salt, iterations)
    }

    /// Of a password that somebody else has stretched already (KIP-554).
    pub fn from_salted_password(mechanism: Mechanism, salted: &[u8], salt: &[u8], iterations: u32) -> Self {
        Self {
            mechanism,
            salt: salt.to_vec(),
            iterations,
            stored_key: hash(mechanism, &hmac(mechanism, salted, b"Client Key")),
            server_key: hmac(mechanism, salted, b"Server Key"),
        }
    }

    /// A credential that no password fits, always the same for a name: an exchange for a user that does not exist goes its
    /// whole way with it, and nobody learns who exists. `secret` is known to this server alone.
    pub fn decoy(mechanism: Mechanism, secret: &[u8], user: &str, iterations: u32) -> Self {
        let keyed = |what: &[u8]| hmac(mechanism, secret, &[what, user.as_bytes()].concat());
        let mut salt = keyed(b"salt:");
        salt.truncate(SALT_BYTES);
        Self { mechanism, salt, iterations, stored_key: keyed(b"stored:"), server_key: keyed(b"server:") }
    }

    /// Whether it is the credential of `password`, as PLAIN asks. Takes as long as [`Credential::new`].
    pub fn verify_password(&self, password: &str) -> bool {
        let given = Self::new(self.mechanism, password, &self.salt, self.iterations);
        same(&given.stored_key, &self.stored_key)
    }
}

/// What KIP-554 sends of a password: stretched, so that the password itself stays where it is. Takes milliseconds.
pub fn salt_password(mechanism: Mechanism, password: &str, salt: &[u8], iterations: u32) -> Vec<u8> {
    stretch(mechanism, password.as_bytes(), salt, iterations)
}

/// Bytes of the salts that this program makes.
pub const SALT_BYTES: usize = 16;

/// Keys stay out of logs.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}, {} iterations, ***)", self.mechanism, self.iterations)
    }
}
