//! Secrets that are typed each time: this process remembers them until it ends.

use std::collections::HashMap;

use parking_lot::Mutex;

use super::{ConnectionId, SECRET_BYTES_MAX, SecretError, SecretKind, SecretStore};
use crate::client::Password;

/// Keeps secrets for as long as it lives.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<(ConnectionId, SecretKind), Password>>);

impl SecretStore for Memory {
    fn get(&self, id: ConnectionId, kind: SecretKind) -> Result<Option<Password>, SecretError> {
        Ok(self.0.lock().get(&(id, kind)).cloned())
    }

    fn put(&self, id: ConnectionId, kind: SecretKind, secret: &Password) -> Result<(), SecretError> {
        if secret.reveal().len() > SECRET_BYTES_MAX {
            return Err(SecretError::TooLarge);
        }
        self.0.lock().insert((id, kind), secret.clone());
        Ok(())
    }

    fn remove(&self, id: ConnectionId, kind: SecretKind) -> Result<(), SecretError> {
        self.0.lock().remove(&(id, kind));
        Ok(())
    }
}
