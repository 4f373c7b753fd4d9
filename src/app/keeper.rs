//! Where the secrets of the clusters are, by the policy of each: the system's key store, the encrypted file, or this process
//! alone. Everything here may block, and is called on the threads that open and test.

use std::{path::Path, sync::OnceLock};

use crate::{
    session::{
        Password, Phrase, Problem,
        connections::{
            EncryptedFile, KeyStore, Memory, Profile, SecretError, SecretKind, SecretPolicy, SecretStore, Secrets,
        },
    },
    ui::clusters::{Needs, Typed, Vault},
};

/// The stores.
pub(super) struct Keeper {
    file: EncryptedFile,
    /// What was typed since the start, where it is kept nowhere else.
    memory: Memory,
    /// `None` in tests, which leave the real one alone.
    key_store: Option<KeyStore>,
    /// Whether the key store can be used, once it was asked.
    usable: OnceLock<bool>,
}

impl Keeper {
    /// With the encrypted file in that place.
    pub fn new(file: &Path, key_store: Option<KeyStore>) -> Self {
        Self { file: EncryptedFile::at(file), memory: Memory::default(), key_store, usable: OnceLock::new() }
    }

    /// Asks the system for its key store, which may take a moment.
    pub fn look_for_key_store(&self) {
        let usable = self.key_store.is_some() && KeyStore::available().is_ok();
        // Asked once: the answer stays.
        let _ = self.usable.set(usable);
    }

    /// Whether there is a key store that can be used; `None` until that is known.
    pub fn has_key_store(&self) -> Option<bool> {
        self.usable.get().copied()
    }

    /// Deletes the encrypted file with all that is in it.
    pub fn delete_file(&self) -> Result<(), Problem> {
        self.file.delete().map_err(|error| problem(&error))
    }

    /// Seals the encrypted file with another pass phrase. The one before is asked for also where the file is open: whoever
    /// finds the window open cannot lock its owner out.
    ///
    /// # Errors
    /// When the one before does not open the file, or the new one is short.
    pub fn change_phrase(&self, before: &Password, new: &Password) -> Result<(), Problem> {
        let changed = match self.file.exists() {
            true => self.file.unlock(before).and_then(|()| self.file.change_phrase(new)),
            // To unlock one that is not there would make it.
            false => Ok(()),
        };
        changed.map_err(|error| problem(&error))
    }

    /// How the encrypted file stands.
    pub fn vault(&self) -> Vault {
        match (self.file.is_unlocked(), self.file.exists()) {
            (true, _) => Vault::Open,
            (false, true) => Vault::Locked,
            (false, false) => Vault::Missing,
        }
    }

    /// What a profile needs, or what has to be typed first.
    pub fn find(&self, profile: &Profile) -> Result<Secrets, Needs> {
        let asks = |secrets, phrase, why: Option<Problem>| Needs { secrets, phrase, why: why.map(Box::new) };
        let typed = Secrets::gather(profile, &self.memory).unwrap_or_default();
        let missing = typed.missing(profile);
        if missing.is_empty() {
            return Ok(typed);
        }
        let kept = match profile.secrets {
            SecretPolicy::AskEachTime => return Err(asks(missing, false, None)),
            SecretPolicy::EncryptedFile => match self.vault() {
                Vault::Missing => return Err(asks(missing, true, None)),
                Vault::Locked => return Err(asks(Vec::new(), true, None)),
                Vault::Open => Secrets::gather(profile, &self.file),
            },
            SecretPolicy::KeyStore => match self.store(profile.secrets) {
                Ok(store) => Secrets::gather(profile, store),
                Err(error) => Err(error),
            },
        };
        match kept {
            Ok(kept) => match kept.missing(profile) {
                missing if missing.is_empty() => Ok(kept),
                missing => Err(asks(missing, false, None)),
            },
            Err(error @ SecretError::Locked { .. }) => Err(asks(Vec::new(), true, Some(problem(&error)))),
            Err(error) => Err(asks(missing, false, Some(problem(&error)))),
        }
    }

    /// Keeps what was typed where the profile says; where that is not possible, until the window is closed, and says why.
    ///
    /// # Errors
    /// When the pass phrase does not open the file.
    pub fn keep(&self, profile: &Profile, typed: &Typed) -> Result<Option<Problem>, Problem> {
        if let Some(phrase) = &typed.phrase {
            self.file.unlock(phrase).map_err(|error| problem(&error))?;
        }
        let (secrets, before) = self.with_moved(profile, typed);
        if secrets.is_empty() {
            return Ok(None);
        }
        // What was typed before counts no more.
        self.forget_typed(profile);
        let kept = self.store(profile.secrets).and_then(|store| secrets.keep(profile.id, store));
        if let (Ok(()), Some(before)) = (&kept, before)
            && let Err(error) = Secrets::forget(profile.id, before)
        {
            tracing::warn!(%error, cluster = %profile.name, "secrets could not be taken out of where they were");
        }
        let Err(error) = kept else { return Ok(None) };
        let in_memory = secrets.keep(profile.id, &self.memory);
        in_memory.map_err(|error| problem(&error))?;
        Ok(Some(Problem {
            what: Phrase::new("secret-not-kept").with("cluster", profile.name.as_str()),
            ..problem(&error)
        }))
    }

    /// What was typed, and beside it what moves here from where it was kept, with that store.
    fn with_moved(&self, profile: &Profile, typed: &Typed) -> (Secrets, Option<&dyn SecretStore>) {
        let mut secrets = typed.secrets.clone();
        // A store that cannot be used gives nothing: it is asked for when the cluster is opened.
        let before = typed.moved_from.and_then(|before| self.store(before).ok());
        for kind in secrets.missing(profile) {
            if let Some(kept) = before.and_then(|store| store.get(profile.id, kind).ok().flatten()) {
                secrets.put(kind, kept);
            }
        }
        (secrets, before)
    }

    /// Forgets what was typed for it since the start: it was wrong.
    pub fn forget_typed(&self, profile: &Profile) {
        for kind in SecretKind::ALL {
            // Memory alone: nothing can fail.
            let _ = self.memory.remove(profile.id, kind);
        }
    }

    /// Forgets everything that is kept for it.
    pub fn forget(&self, profile: &Profile) -> Result<(), SecretError> {
        self.forget_typed(profile);
        if profile.needed_secrets().is_empty() {
            return Ok(());
        }
        Secrets::forget(profile.id, self.store(profile.secrets)?)
    }

    fn store(&self, policy: SecretPolicy) -> Result<&dyn SecretStore, SecretError> {
        match policy {
            SecretPolicy::AskEachTime => Ok(&self.memory),
            SecretPolicy::EncryptedFile => Ok(&self.file),
            SecretPolicy::KeyStore => match &self.key_store {
                Some(store) => Ok(store),
                None => Err(SecretError::NoKeyStore { why: "it is not used here".to_owned() }),
            },
        }
    }
}

/// In the reader's language where it is one that people meet, else in its own words.
fn problem(error: &SecretError) -> Problem {
    let what = match error {
        SecretError::NoKeyStore { .. } => "secret-no-key-store",
        SecretError::KeyStoreLocked { .. } => "secret-store-locked",
        SecretError::KeyStore { .. } => "secret-store-refused",
        SecretError::WrongPhrase { .. } => "secret-wrong-phrase",
        SecretError::ShortPhrase { .. } => "secret-short-phrase",
        SecretError::Locked { .. } => "secret-locked",
        _ => "secret-trouble",
    };
    Problem { what: Phrase::new(what), why: Phrase::plain(""), next: None, technical: Some(error.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{
        Password,
        connections::{SaslMechanism, SaslPlan},
    };

    fn profile(policy: SecretPolicy) -> Profile {
        let mut profile = Profile::new("shop", Vec::new());
        let (mechanism, user) = (SaslMechanism::Plain, "ann".to_owned());
        profile.security.sasl = Some(SaslPlan::Password { mechanism, user });
        profile.secrets = policy;
        profile
    }

    fn typed(secret: &str, phrase: Option<&str>) -> Typed {
        let secrets = Secrets::default().with(SecretKind::Password, Password::from(secret.to_owned()));
        Typed { secrets, phrase: phrase.map(|phrase| Password::from(phrase.to_owned())), moved_from: None }
    }

    #[test]
    fn what_is_typed_each_time_is_asked_for_once_a_start() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(&folder.path().join("secrets.json"), None);
        let profile = profile(SecretPolicy::AskEachTime);
        let needs = keeper.find(&profile).unwrap_err();
        assert_eq!(needs, Needs { secrets: vec![SecretKind::Password], phrase: false, why: None });
        assert_eq!(keeper.keep(&profile, &typed("hunter2", None)), Ok(None));
        assert!(keeper.find(&profile).is_ok());
        keeper.forget_typed(&profile);
        assert!(keeper.find(&profile).is_err());
    }

    #[test]
    fn without_a_key_store_it_is_typed_and_said_why() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(&folder.path().join("secrets.json"), None);
        let profile = profile(SecretPolicy::KeyStore);
        let why = keeper.find(&profile).unwrap_err().why.unwrap();
        assert_eq!(why.what.id, "secret-no-key-store");
        assert!(keeper.keep(&profile, &typed("hunter2", None)).unwrap().is_some());
        assert!(keeper.find(&profile).is_ok());
    }

    #[test]
    fn secrets_move_when_they_are_to_be_kept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(&folder.path().join("secrets.json"), None);
        let mut profile = profile(SecretPolicy::AskEachTime);
        keeper.keep(&profile, &typed("hunter2", None)).unwrap();
        let before = std::mem::replace(&mut profile.secrets, SecretPolicy::EncryptedFile);
        let phrase = Some(Password::from("correct horse".to_owned()));
        let moved = Typed { phrase, moved_from: Some(before), ..Typed::default() };
        assert_eq!(keeper.keep(&profile, &moved), Ok(None));
        assert!(keeper.find(&profile).is_ok());
        profile.secrets = SecretPolicy::AskEachTime;
        assert!(keeper.find(&profile).is_err(), "it is still where it was");
        profile.secrets = SecretPolicy::EncryptedFile;
        keeper.delete_file().unwrap();
        let needs = keeper.find(&profile).unwrap_err();
        assert_eq!(needs, Needs { secrets: vec![SecretKind::Password], phrase: true, why: None });
        assert_eq!(keeper.vault(), Vault::Missing);
    }
}
