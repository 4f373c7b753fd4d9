//! The system's key store: Keychain on macOS, Credential Manager on Windows, Secret Service elsewhere.

use keyring::v1::{Entry, Error};

use super::{ConnectionId, SECRET_BYTES_MAX, SecretError, SecretKind, SecretStore};
use crate::client::Password;

/// The name under which a key store lists what is ours.
const SERVICE: &str = "millpond";

/// The system's key store. Each call may ask its owner to unlock it.
#[derive(Debug, Default, Clone, Copy)]
pub struct KeyStore;

impl KeyStore {
    /// Whether there is one; asks the system, which takes a moment.
    ///
    /// # Errors
    /// When there is none, with the reason.
    pub fn available() -> Result<(), SecretError> {
        Entry::store_status().as_ref().map(|_| ()).map_err(|error| SecretError::NoKeyStore { why: cause(error) })
    }

    fn entry(id: ConnectionId, kind: SecretKind) -> Result<Entry, SecretError> {
        Self::available()?;
        Entry::new(SERVICE, &format!("{id}/{}", kind.name())).map_err(refused)
    }
}

impl SecretStore for KeyStore {
    fn get(&self, id: ConnectionId, kind: SecretKind) -> Result<Option<Password>, SecretError> {
        match Self::entry(id, kind)?.get_password() {
            Ok(secret) => Ok(Some(Password::from(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    fn put(&self, id: ConnectionId, kind: SecretKind, secret: &Password) -> Result<(), SecretError> {
        if secret.reveal().len() > SECRET_BYTES_MAX {
            return Err(SecretError::TooLarge);
        }
        Self::entry(id, kind)?.set_password(secret.reveal()).map_err(refused)
    }

    fn remove(&self, id: ConnectionId, kind: SecretKind) -> Result<(), SecretError> {
        match Self::entry(id, kind)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }
}

fn refused(error: Error) -> SecretError {
    match error {
        Error::NoDefaultStore => SecretError::NoKeyStore { why: cause(&error) },
        // Also where there is none inside yet, and nobody was there to have one made.
        Error::NoStorageAccess(_) => SecretError::KeyStoreLocked { why: cause(&error) },
        // Its text would be fine, but `Debug` of this variant holds what was stored.
        Error::BadEncoding(_) => SecretError::KeyStore { why: "what is stored is no text".to_owned() },
        Error::TooLong(what, limit) => SecretError::KeyStore { why: format!("{what} is longer than {limit}") },
        error => SecretError::KeyStore { why: cause(&error) },
    }
}

/// What the system itself says, without the names of the libraries between.
fn cause(error: &Error) -> String {
    let said = match error {
        Error::NoStorageAccess(inner) | Error::PlatformFailure(inner) => inner.to_string(),
        error => error.to_string(),
    };
    ["zbus error: ", "SS error: "].iter().fold(&*said, |said, name| said.strip_prefix(name).unwrap_or(said)).to_owned()
}
