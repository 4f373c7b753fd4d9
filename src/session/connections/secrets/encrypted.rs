//! A file of secrets that one pass phrase opens: argon2id makes a key of the phrase, XChaCha20-Poly1305 seals with it.
//!
//! What stands readable in the file (how the key is made, the nonce) is sealed along as associated data, so that nothing of
//! it can be changed unnoticed. Half of what argon2id gives is the key; the other half stands in the file, which tells a
//! wrong phrase from a file that was damaged.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::{ConnectionId, SECRET_BYTES_MAX, SecretError, SecretKind, SecretStore};
use crate::{client::Password, session::connections::atomic};

/// Fewest characters of a new pass phrase.
pub const PHRASE_CHARS_MIN: usize = 8;
/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Of the file's format.
const VERSION: u32 = 1;
/// How a new key is made: 64 MiB three times over, well above what OWASP asks of argon2id.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// Most that is done because a file says so: nobody may keep a machine busy with a file of his.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 20;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;

/// Secrets in a file, locked until its phrase is given.
pub struct EncryptedFile {
    path: PathBuf,
    cost: Cost,
    open: Mutex<Option<Key>>,
}

/// How much work a key is.
#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
}

/// A key, and what it was made with.
#[derive(Clone)]
struct Key {
    head: Head,
    key: [u8; KEY_BYTES],
}

/// What stands readable, but for the nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    version: u32,
    kdf: String,
    memory_kib: u32,
    passes: u32,
    /// In base64, as all bytes here.
    salt: String,
    check: String,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    head: Head,
    nonce: String,
    sealed: String,
}

/// By "connection's id/kind".
type Kept = BTreeMap<String, String>;

impl EncryptedFile {
    /// The file at `path`, which need not be there yet. Nothing is read.
    pub fn at(path: &Path) -> Self {
        let cost = Cost { memory_kib: MEMORY_KIB, passes: PASSES };
        Self { path: path.to_owned(), cost, open: Mutex::default() }
    }

    /// Whether there is a file; if not, the first phrase becomes its phrase.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Whether a phrase was given in this process.
    pub fn is_unlocked(&self) -> bool {
        self.open.lock().is_some()
    }

    /// Opens the file, or makes it with this phrase. Takes a noticeable part of a second, on purpose.
    ///
    /// # Errors
    /// When the phrase is wrong or (for a new file) short, or the file cannot be used.
    pub fn unlock(&self, phrase: &Password) -> Result<(), SecretError> {
        let key = match self.read()? {
            Some(stored) => {
                let key = Key::again(&stored.head, phrase, &self.path)?;
                key.unseal(&stored, &self.path)?;
                key
            }
            None => {
                let key = Key::fresh(phrase, self.cost)?;
                self.write(&key, &Kept::new())?;
                key
            }
        };
        *self.open.lock() = Some(key);
        Ok(())
    }

    /// Forgets the phrase.
    pub fn lock(&self) {
        *self.open.lock() = None;
    }

    /// Seals everything with another phrase.
    ///
    /// # Errors
    /// When the file is locked, the phrase is short, or the file cannot be written.
    pub fn change_phrase(&self, phrase: &Password) -> Result<(), SecretError> {
        let (_, kept) = self.opened()?;
        let key = Key::fresh(phrase, self.cost)?;
        self.write(&key, &kept)?;
        *self.open.lock() = Some(key);
        Ok(())
    }

    /// Deletes the file with everything in it, for who has forgotten its phrase; nothing happens where there is none.
    ///
    /// # Errors
    /// When the file cannot be deleted.
    pub fn delete(&self) -> Result<(), SecretError> {
        self.lock();
        match std::fs::remove_file(&self.path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(SecretError::File { path: self.path.clone(), source })
            }
            _ => Ok(()),
        }
    }

    /// What the file holds now: another process may have changed it.
    fn opened(&self) -> Result<(Key, Kept), SecretError> {
        let locked = || SecretError::Locked { path: self.path.clone() };
        let key = self.open.lock().clone().ok_or_else(locked)?;
        match self.read()? {
            None => Ok((key, Kept::new())),
            // Another phrase since.
            Some(stored) if stored.head.salt != key.head.salt => Err(locked()),
            Some(stored) => key.unseal(&stored, &self.path).map(|kept| (key, kept)),
        }
    }

    fn read(&self) -> Result<Option<Stored>, SecretError> {
        let file = |source| SecretError::File { path: self.path.clone(), source };
        let Some(bytes) = atomic::read(&self.path, FILE_BYTES_MAX).map_err(file)? else { return Ok(None) };
        let stored = serde_json::from_slice(&bytes).map_err(|_| damaged(&self.path, "it is not whole"))?;
        Ok(Some(stored))
    }

    fn write(&self, key: &Key, kept: &Kept) -> Result<(), SecretError> {
        let stored = key.seal(kept)?;
        let file = |source| SecretError::File { path: self.path.clone(), source };
        let bytes = serde_json::to_vec_pretty(&stored).map_err(|error| file(error.into()))?;
        atomic::write(&self.path, &bytes).map_err(file)
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) -> Result<(), SecretError> {
        let (key, mut kept) = self.opened()?;
        change(&mut kept);
        self.write(&key, &kept)
    }
}

impl SecretStore for EncryptedFile {
    fn get(&self, id: ConnectionId, kind: SecretKind) -> Result<Option<Password>, SecretError> {
        Ok(self.opened()?.1.remove(&name(id, kind)).map(Password::from))
    }

    fn put(&self, id: ConnectionId, kind: SecretKind, secret: &Password) -> Result<(), SecretError> {
        if secret.reveal().len() > SECRET_BYTES_MAX {
            return Err(SecretError::TooLarge);
        }
        self.change(|kept| {
            kept.insert(name(id, kind), secret.reveal().to_owned());
        })
    }

    fn remove(&self, id: ConnectionId, kind: SecretKind) -> Result<(), SecretError> {
        if !self.exists() {
            return Ok(());
        }
        self.change(|kept| {
            kept.remove(&name(id, kind));
        })
    }
}

impl Key {
    fn fresh(phrase: &Password, cost: Cost) -> Result<Self, SecretError> {
        if phrase.reveal().chars().count() < PHRASE_CHARS_MIN {
            return Err(SecretError::ShortPhrase { min: PHRASE_CHARS_MIN });
        }
        let mut head = Head {
            version: VERSION,
            kdf: "argon2id".to_owned(),
            memory_kib: cost.memory_kib,
            passes: cost.passes,
            salt: STANDARD.encode(rand::random::<[u8; SALT_BYTES]>()),
            check: String::new(),
        };
        let (key, check) = derive(&head, phrase)?;
        head.check = STANDARD.encode(check);
        Ok(Self { head, key })
    }

    fn again(head: &Head, phrase: &Password, path: &Path) -> Result<Self, SecretError> {
        if head.version != VERSION || head.kdf != "argon2id" {
            return Err(damaged(path, "it is of another format"));
        }
        if head.memory_kib > MEMORY_KIB_MAX || head.passes > PASSES_MAX {
            return Err(damaged(path, "its key would take too much work"));
        }
        let (key, check) = derive(head, phrase)?;
        let known = STANDARD.decode(&head.check).map_err(|_| damaged(path, "it is not whole"))?;
        if known.ct_eq(&check).into() {
            Ok(Self { head: head.clone(), key })
        } else {
            Err(SecretError::WrongPhrase { path: path.to_owned() })
        }
    }

    fn seal(&self, kept: &Kept) -> Result<Stored, SecretError> {
        let fault = |why: &str| SecretError::Key { why: why.to_owned() };
        let nonce = rand::random::<[u8; NONCE_BYTES]>();
        let plain = serde_json::to_vec(kept).map_err(|_| fault("the secrets could not be written as JSON"))?;
        let payload = Payload { msg: &plain, aad: &self.associated() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| fault("the secrets could not be sealed"))?;
        Ok(Stored { head: self.head.clone(), nonce: STANDARD.encode(nonce), sealed: STANDARD.encode(sealed) })
    }

    fn unseal(&self, stored: &Stored, path: &Path) -> Result<Kept, SecretError> {
        let changed = || damaged(path, "its seal is broken");
        let nonce = STANDARD.decode(&stored.nonce).ok().and_then(|nonce| <[u8; NONCE_BYTES]>::try_from(nonce).ok());
        let nonce = nonce.ok_or_else(changed)?;
        let sealed = STANDARD.decode(&stored.sealed).map_err(|_| changed())?;
        let payload = Payload { msg: &sealed, aad: &associated(&stored.head) };
        let plain = self.cipher().decrypt(&XNonce::from(nonce), payload).map_err(|_| changed())?;
        serde_json::from_slice(&plain).map_err(|_| damaged(path, "what is sealed is not what it should be"))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }

    fn associated(&self) -> Vec<u8> {
        associated(&self.head)
    }
}

fn associated(head: &Head) -> Vec<u8> {
    let Head { version, kdf, memory_kib, passes, salt, check } = head;
    format!("millpond secrets {version} {kdf} {memory_kib} {passes} {salt} {check}").into_bytes()
}

/// The key, and what tells whether a phrase is right.
fn derive(head: &Head, phrase: &Password) -> Result<([u8; KEY_BYTES], [u8; KEY_BYTES]), SecretError> {
    let fault = |error: argon2::Error| SecretError::Key { why: error.to_string() };
    let params = Params::new(head.memory_kib, head.passes, 1, Some(2 * KEY_BYTES)).map_err(fault)?;
    let mut both = [0; 2 * KEY_BYTES];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(phrase.reveal().as_bytes(), head.salt.as_bytes(), &mut both).map_err(fault)?;
    let (mut key, mut check) = ([0; KEY_BYTES], [0; KEY_BYTES]);
    key.copy_from_slice(&both[..KEY_BYTES]);
    check.copy_from_slice(&both[KEY_BYTES..]);
    Ok((key, check))
}

fn name(id: ConnectionId, kind: SecretKind) -> String {
    format!("{id}/{}", kind.name())
}

fn damaged(path: &Path, why: &'static str) -> SecretError {
    SecretError::Damaged { path: path.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Password {
        Password::from(text.to_owned())
    }

    /// As little work as argon2 lets be done: what is tested is not how slow it is.
    fn at(path: &Path) -> EncryptedFile {
        EncryptedFile { cost: Cost { memory_kib: 8, passes: 1 }, ..EncryptedFile::at(path) }
    }

    #[test]
    fn only_the_phrase_opens_it_and_no_secret_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        let (id, kind, secret) = (ConnectionId::fresh(), SecretKind::Password, phrase("hunter2 水"));
        let file = at(&path);
        assert!(matches!(file.get(id, kind), Err(SecretError::Locked { .. })));
        assert!(matches!(file.unlock(&phrase("short")), Err(SecretError::ShortPhrase { .. })) && !file.exists());
        file.unlock(&phrase("correct horse")).unwrap();
        file.put(id, kind, &secret).unwrap();
        let other = at(&path);
        assert!(matches!(other.unlock(&phrase("wrong horse")), Err(SecretError::WrongPhrase { .. })));
        assert!(!other.is_unlocked());
        other.unlock(&phrase("correct horse")).unwrap();
        assert_eq!(other.get(id, kind).unwrap(), Some(secret.clone()));
        assert_eq!(other.get(id, SecretKind::Token).unwrap(), None);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("hunter2") && !text.contains(&id.to_string()) && !text.contains("horse"), "{text}");
        other.change_phrase(&phrase("battery staple")).unwrap();
        assert!(matches!(file.get(id, kind), Err(SecretError::Locked { .. })), "the phrase is another since");
        file.unlock(&phrase("battery staple")).unwrap();
        file.remove(id, kind).unwrap();
        assert_eq!(other.get(id, kind).unwrap(), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "others may read it");
        }
        other.delete().unwrap();
        other.delete().unwrap();
        assert!(!other.exists() && !other.is_unlocked());
        other.unlock(&phrase("a new phrase")).unwrap();
        assert_eq!(other.get(id, kind).unwrap(), None);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        let file = at(&path);
        file.unlock(&phrase("correct horse")).unwrap();
        file.put(ConnectionId::fresh(), SecretKind::Token, &phrase("abc")).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for at_byte in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at_byte] = if bytes[at_byte] == b'1' { b'2' } else { b'1' };
            std::fs::write(&path, &bytes).unwrap();
            let opened = at(&path).unlock(&phrase("correct horse"));
            // White space around the values may change, and nothing else.
            let is_space = whole[at_byte].is_ascii_whitespace();
            assert!(opened.is_err() || is_space, "byte {at_byte} {:?}", char::from(whole[at_byte]));
        }
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            let opened = at(&path).unlock(&phrase("correct horse"));
            assert!(matches!(opened, Err(SecretError::Damaged { .. })), "{length}: {opened:?}");
            assert_eq!(std::fs::read(&path).unwrap(), &whole[..length], "a damaged file is left as it is");
        }
    }
}
