//! What must not be read by anybody else: passwords, tokens, client secrets.
//!
//! A [`SecretStore`] keeps them under a connection's id; there is the system's key store ([`KeyStore`]), a file that only a
//! pass phrase opens ([`EncryptedFile`]), and this process alone ([`Memory`]). All of them may block (a key store asks its
//! owner): never on the thread that draws, nor on one that runs futures.

mod encrypted;
mod key_store;
mod memory;

use std::{collections::BTreeMap, fmt, io, path::PathBuf};

use serde::{Deserialize, Serialize};

pub use self::{encrypted::EncryptedFile, key_store::KeyStore, memory::Memory};
use super::{ConnectionId, Profile};
use crate::client::Password;

/// Largest secret, in bytes: tokens have some thousand.
pub const SECRET_BYTES_MAX: usize = 64 * 1024;

/// Where the secrets of a connection are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretPolicy {
    /// The system's: Keychain, Credential Manager, Secret Service.
    #[default]
    KeyStore,
    /// A file beside the settings that one pass phrase opens.
    EncryptedFile,
    /// Nowhere: they are typed each time, and forgotten with the process.
    AskEachTime,
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// Of a user (PLAIN, SCRAM).
    Password,
    /// For OAUTHBEARER, as somebody else gave it.
    Token,
    /// Of an OpenID client.
    ClientSecret,
}

/// The secrets of one connection while it is opened or tested. `Debug` shows which there are, and never what they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<SecretKind, Password>);

/// Keeps secrets. Every call may block for as long as a person takes to answer.
pub trait SecretStore: Send + Sync {
    /// The secret, if there is one.
    ///
    /// # Errors
    /// When the store cannot be used now.
    fn get(&self, id: ConnectionId, kind: SecretKind) -> Result<Option<Password>, SecretError>;

    /// Keeps a secret in place of the one before.
    ///
    /// # Errors
    /// When the store cannot be used now, or the secret is larger than it takes.
    fn put(&self, id: ConnectionId, kind: SecretKind, secret: &Password) -> Result<(), SecretError>;

    /// Forgets a secret; nothing happens where there is none.
    ///
    /// # Errors
    /// When the store cannot be used now.
    fn remove(&self, id: ConnectionId, kind: SecretKind) -> Result<(), SecretError>;
}

/// Why a secret cannot be kept or read. No message holds one.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(
        "this system has no key store that can be used ({why}); keep the secrets of this connection in an encrypted file, \
         or type them each time"
    )]
    NoKeyStore { why: String },
    #[error(
        "the system's key store is locked, and nobody unlocked it ({why}); unlock it and try again, keep the secrets of \
         this connection in an encrypted file, or type them each time"
    )]
    KeyStoreLocked { why: String },
    #[error(
        "the system's key store refused ({why}); try again, keep the secrets of this connection in an encrypted file, or \
         type them each time"
    )]
    KeyStore { why: String },
    #[error("the file of secrets {path} is locked; give its pass phrase", path = path.display())]
    Locked { path: PathBuf },
    #[error("the pass phrase does not open {path}; type it again, or remove the file and enter all secrets anew", path = path.display())]
    WrongPhrase { path: PathBuf },
    #[error("the file of secrets {path} is damaged or was changed by another program: {why}; put a copy back, or remove it and enter all secrets anew", path = path.display())]
    Damaged { path: PathBuf, why: &'static str },
    #[error("the file of secrets {path} could not be read or written: {source}; check who may use it", path = path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("a pass phrase must have at least {min} characters; use a longer one")]
    ShortPhrase { min: usize },
    #[error("the secret is larger than {SECRET_BYTES_MAX} bytes; check what was pasted")]
    TooLarge,
    #[error("the key for the pass phrase could not be made: {why}; close other programs and try again")]
    Key { why: String },
}

impl SecretKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Password, Self::Token, Self::ClientSecret];

    /// Its name in files, stores and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::ClientSecret => "client-secret",
        }
    }
}

impl Secrets {
    /// Looks up what a profile needs; what is not there is left out ([`Secrets::missing`]).
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn gather(profile: &Profile, store: &dyn SecretStore) -> Result<Self, SecretError> {
        let mut secrets = Self::default();
        for kind in profile.needed_secrets() {
            if let Some(secret) = store.get(profile.id, kind)? {
                secrets.put(kind, secret);
            }
        }
        Ok(secrets)
    }

    /// Adds a secret that was typed or pasted.
    pub fn put(&mut self, kind: SecretKind, secret: Password) {
        self.0.insert(kind, secret);
    }

    /// With a secret.
    pub fn with(mut self, kind: SecretKind, secret: Password) -> Self {
        self.put(kind, secret);
        self
    }

    /// The secret, if it is here.
    pub fn get(&self, kind: SecretKind) -> Option<&Password> {
        self.0.get(&kind)
    }

    /// What a profile needs and is not here: a person is to be asked.
    pub fn missing(&self, profile: &Profile) -> Vec<SecretKind> {
        profile.needed_secrets().into_iter().filter(|kind| !self.0.contains_key(kind)).collect()
    }

    /// Keeps all of them in a store.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn keep(&self, id: ConnectionId, store: &dyn SecretStore) -> Result<(), SecretError> {
        self.0.iter().try_for_each(|(kind, secret)| store.put(id, *kind, secret))
    }

    /// Takes everything that a connection has out of a store.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn forget(id: ConnectionId, store: &dyn SecretStore) -> Result<(), SecretError> {
        SecretKind::ALL.into_iter().try_for_each(|kind| store.remove(id, kind))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|kind| (kind.name(), "***"))).finish()
    }
}
