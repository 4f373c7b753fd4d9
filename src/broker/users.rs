//! The users of a workspace: who may connect where authentication is asked for, and what each may do.
//!
//! Passwords are never kept, only what SCRAM keeps of them. All users are in memory; a change is durable before it counts.

use std::{collections::BTreeMap, fmt, sync::Arc};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::meta::{self, Meta, MetaError};
use crate::{
    codec::scram::{Credential, ITERATIONS_MIN, Mechanism, SALT_BYTES},
    model::Role,
};

/// Most users of a workspace.
pub const USERS_MAX: usize = 10_000;
/// Longest name, in bytes.
pub const USER_NAME_BYTES_MAX: usize = 255;
/// The name under which commands on this machine reach a broker whose workspace they may read; no user can have it.
pub const LOCAL_ADMIN: &str = "millpond-local-admin";

/// Bytes of randomness in a secret.
const SECRET_BYTES: usize = 32;

/// What is kept of a user. Has at least one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub role: Role,
    /// At most one a mechanism.
    pub credentials: Vec<Credential>,
}

/// A user by name, or that there is none any more.
pub type UserChange = (Arc<str>, Option<User>);

/// All users.
pub struct Users {
    current: ArcSwap<BTreeMap<Arc<str>, User>>,
    changing: tokio::sync::Mutex<()>,
    /// Of [`LOCAL_ADMIN`], while somebody listens who asks for authentication.
    local: ArcSwapOption<User>,
    /// Makes the credentials of users that do not exist; forgotten with the process.
    secret: [u8; SECRET_BYTES],
}

impl Users {
    /// As they were stored.
    pub(super) fn new(stored: BTreeMap<Arc<str>, User>) -> Self {
        Self {
            current: ArcSwap::from_pointee(stored),
            changing: tokio::sync::Mutex::default(),
            local: ArcSwapOption::empty(),
            secret: rand::random(),
        }
    }

    /// Everybody, as it stands now.
    pub fn all(&self) -> Arc<BTreeMap<Arc<str>, User>> {
        self.current.load_full()
    }

    /// Whether nobody could log in.
    pub fn is_empty(&self) -> bool {
        self.current.load().is_empty()
    }

    /// What a user may do now; `None` for one that does not exist, or no longer.
    pub fn role(&self, name: &str) -> Option<Role> {
        self.with(name, |user| user.role)
    }

    /// What a user has to know by a mechanism. One that does not exist gets something that no password fits, so that an
    /// exchange with it goes as far, and takes as long, as one with a wrong password.
    pub fn credential(&self, name: &str, mechanism: Mechanism) -> Credential {
        let of = |user: &User| user.credentials.iter().find(|one| one.mechanism == mechanism).cloned();
        self.with(name, of).flatten().unwrap_or_else(|| self.decoy(name, mechanism))
    }

    /// The same where the password itself is sent: any credential can check it.
    pub fn any_credential(&self, name: &str) -> Credential {
        let found = self.with(name, |user| user.credentials.first().cloned());
        found.flatten().unwrap_or_else(|| self.decoy(name, Mechanism::Sha256))
    }

    fn decoy(&self, name: &str, mechanism: Mechanism) -> Credential {
        Credential::decoy(mechanism, &self.secret, name, ITERATIONS_MIN)
    }

    fn with<T>(&self, name: &str, of: impl FnOnce(&User) -> T) -> Option<T> {
        if name == LOCAL_ADMIN {
            return self.local.load().as_deref().map(of);
        }
        self.current.load().get(name).map(of)
    }

    /// Lets [`LOCAL_ADMIN`] in with the password returned, until [`Users::close_local`] or the next call.
    pub(super) fn open_local(&self) -> String {
        let secret: [u8; SECRET_BYTES] = rand::random();
        let password = secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let salt: [u8; SALT_BYTES] = rand::random();
        let credential = |mechanism| Credential::new(mechanism, &password, &salt, ITERATIONS_MIN);
        let user = User { role: Role::Admin, credentials: Mechanism::ALL.map(credential).into() };
        self.local.store(Some(Arc::new(user)));
        password
    }

    pub(super) fn close_local(&self) {
        self.local.store(None);
    }

    /// Changes users: what `plan` makes of them as they stand. Durable, and in force, when this returns; one change at a
    /// time.
    pub(super) async fn change<T>(
        &self,
        meta: &Meta,
        plan: impl FnOnce(&BTreeMap<Arc<str>, User>) -> (Vec<UserChange>, T),
    ) -> Result<T, MetaError> {
        let _one = self.changing.lock().await;
        let current = self.all();
        let (changes, said) = plan(&current);
        if changes.is_empty() {
            return Ok(said);
        }
        meta.write(meta::put_users(changes.clone())).await?;
        let mut users = BTreeMap::clone(&current);
        for (name, user) in changes {
            match user {
                Some(user) => users.insert(name, user),
                None => users.remove(&name),
            };
        }
        self.current.store(Arc::new(users));
        Ok(said)
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Users({})", self.current.load().len())
    }
}
