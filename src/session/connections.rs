//! The clusters that a person works with: what is kept about each ([`Profile`], in a [`ConnectionBook`]), where its
//! secrets are ([`SecretStore`]), and a test of the way to it ([`walk`]).
//!
//! A profile holds nothing secret: it says *which* secrets are needed ([`Profile::needed_secrets`]) and where they are kept
//! ([`SecretPolicy`]). [`Secrets`] holds them for one opening, and shows them to nobody.

mod atomic;
mod book;
mod file;
mod paste;
mod profile;
pub mod secrets;
mod security;
mod walk;

pub use self::{
    book::{BookError, ConnectionBook, PROFILES_MAX},
    file::ConnectionFile,
    paste::{PASTE_BYTES_MAX, PasteError, PasteFormat, Pasted, paste},
    profile::{
        ClientCredentials, ConnectionId, IdentityFiles, Profile, ProfileColour, ProfileFault, SaslPlan, SecurityPlan,
        TimeoutPlan, TlsPlan,
    },
    secrets::{EncryptedFile, KeyStore, Memory, SecretError, SecretKind, SecretPolicy, SecretStore, Secrets},
    security::ConnectError,
    walk::{TestRun, WALK_WORDS, WalkStage, WalkState, WalkStep, walk},
};
/// What a profile is written with.
pub use crate::client::{Authorities, SaslMechanism};
