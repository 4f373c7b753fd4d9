//! The clusters as the whole window names them: which are known, which are open, how they stand, and what can be asked for.

use std::{fmt, path::PathBuf, sync::Arc};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::icon::{self, Icon};
use crate::session::{
    Facts, Loadable, Password, Phrase, Problem, Session,
    connections::{ConnectionBook, ConnectionId, Profile, SecretKind, SecretPolicy, Secrets, TestRun, WalkStep},
};

/// Words for an environment in which a mistake costs the most, in lower case.
const PRODUCTION: [&str; 5] = ["production", "prod", "live", "生产", "生产环境"];

/// One of the things that can be open: the workspace, or a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterKey {
    #[default]
    Workspace,
    Cluster(ConnectionId),
}

/// How something that is open stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// On its way.
    Opening,
    /// Waits for a secret to be typed.
    Asks,
    Open,
    /// Open, and out of reach right now: what is shown is older.
    Stale,
    /// Could not be opened.
    Failed,
}

/// Something that is open.
#[derive(Debug, Clone)]
pub struct ClusterView {
    pub key: ClusterKey,
    /// `None` for the workspace.
    pub profile: Option<Arc<Profile>>,
    pub standing: Standing,
    /// Works that run there and would end with it.
    pub jobs: usize,
    /// While it is open: for what is copied between two.
    pub session: Option<Session>,
}

/// What is known beside what is open.
#[derive(Debug, Clone)]
pub struct Known {
    pub book: ConnectionBook,
    pub vault: Vault,
    /// Whether this system has a key store; `None` until it was asked.
    pub key_store: Option<bool>,
}

/// How the encrypted file of secrets stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vault {
    /// There is none yet: its first pass phrase makes it.
    #[default]
    Missing,
    Locked,
    Open,
}

/// What was typed where it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub secrets: Secrets,
    /// Of the encrypted file.
    pub phrase: Option<Password>,
    /// Where the secrets were kept until now, where they are to be kept elsewhere from now on.
    pub moved_from: Option<SecretPolicy>,
}

/// What must be typed before a cluster can be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    pub secrets: Vec<SecretKind>,
    /// The pass phrase of the encrypted file, which is locked.
    pub phrase: bool,
    /// Why it is asked (again): the key store is not there, the phrase was wrong.
    pub why: Option<Box<Problem>>,
}

/// What can be asked for around clusters.
#[derive(Debug)]
pub enum ClusterAction {
    /// Show one that is open.
    Show(ClusterKey),
    /// Show the one at that place among those that are open, from 0; nothing where there is none.
    ShowNth(usize),
    /// Open a known one, or show it where it is open.
    Open(ConnectionId),
    /// With what was asked for, and where it is to be kept from now on when that was chosen.
    Answer(ConnectionId, Typed, Option<SecretPolicy>),
    /// Try again what could not be opened.
    Retry(ClusterKey),
    /// Close one, after a question where works run there.
    AskClose(ConnectionId),
    /// Close one, or give up opening it, without a question.
    Close(ConnectionId),
    /// Keep this in place of the one with the same id, or as a new one; what was typed goes where its policy says.
    Save(Box<Profile>, Typed),
    /// The same, and open it.
    SaveAndOpen(Box<Profile>, Typed),
    /// Keep several that came from a file.
    Add(Vec<Profile>),
    /// Forget it, with its secrets.
    Remove(ConnectionId),
    /// Walk the way to it, step by step.
    Test(Box<Profile>, Typed, Walk),
    /// Delete the encrypted file, whose pass phrase was forgotten, with all secrets in it.
    ForgetVault,
    /// Seal the encrypted file with another pass phrase.
    ChangePhrase { before: Password, new: Password, done: Loadable<()> },
    /// Write a connection to a file, without anything secret.
    Export { id: ConnectionId, path: PathBuf, replace: bool },
    /// Read settings out of a file; some of them may be secret.
    ReadSettings(PathBuf, Loadable<Password>),
}

/// A walk along the way to a cluster, which begins once its secrets are known. Clones are the same walk; dropped by all,
/// it ends.
#[derive(Clone, Default)]
pub struct Walk(Arc<Mutex<WalkInner>>);

#[derive(Default)]
struct WalkInner {
    run: Option<TestRun>,
    problem: Option<Problem>,
}

/// How far it is.
#[derive(Debug, Clone)]
pub struct WalkSeen {
    pub steps: Vec<WalkStep>,
    pub ended: bool,
    /// Whether every step went well.
    pub passed: bool,
    /// Why it could not even begin.
    pub problem: Option<Problem>,
}

impl Walk {
    /// It began.
    pub fn begin(&self, run: TestRun) {
        self.0.lock().run = Some(run);
    }

    /// It cannot begin.
    pub fn fail(&self, problem: Problem) {
        self.0.lock().problem = Some(problem);
    }

    /// What is known of it now.
    pub fn seen(&self) -> WalkSeen {
        let inner = self.0.lock();
        let problem = inner.problem.clone();
        match &inner.run {
            Some(run) => WalkSeen { steps: run.steps(), ended: run.is_done(), passed: run.passed(), problem },
            None => WalkSeen { steps: Vec::new(), ended: problem.is_some(), passed: false, problem },
        }
    }
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Walk")
    }
}

impl Known {
    /// Whether the system's key store can be chosen; it can while nobody knows better.
    pub fn has_key_store(&self) -> bool {
        self.key_store != Some(false)
    }
}

impl ClusterView {
    /// What it is called: its name, or the catalogue's word for the workspace.
    pub fn name<'a>(&'a self, workspace: &'a str) -> &'a str {
        self.profile.as_deref().map_or(workspace, |profile| &profile.name)
    }

    /// The cluster's id; `None` for the workspace.
    pub fn id(&self) -> Option<ConnectionId> {
        match self.key {
            ClusterKey::Workspace => None,
            ClusterKey::Cluster(id) => Some(id),
        }
    }
}

impl Standing {
    /// Of what is open, by the newest picture.
    pub fn of_open(facts: &Facts) -> Self {
        if facts.problem.is_some() { Self::Stale } else { Self::Open }
    }

    /// Icon and words, where it is not simply open.
    pub fn says(self) -> Option<(Icon, &'static str)> {
        match self {
            Self::Opening => Some((icon::REBALANCE, "cluster-opening")),
            Self::Asks => Some((icon::KEY, "cluster-asks")),
            Self::Open => None,
            Self::Stale => Some((icon::CARE, "cluster-stale")),
            Self::Failed => Some((icon::ERROR, "cluster-failed")),
        }
    }
}

/// Whether a mistake there costs the most.
pub fn is_production(profile: &Profile) -> bool {
    let word = profile.environment.trim().to_lowercase();
    PRODUCTION.contains(&word.as_str())
}

/// The addresses a cluster is entered by, with how many more there are.
pub fn addresses(profile: &Profile) -> Phrase {
    let first = profile.bootstrap.first().map(ToString::to_string).unwrap_or_default();
    match profile.bootstrap.len() {
        0 | 1 => Phrase::plain(first),
        n => Phrase::new("cluster-address-more").with("address", first).with("n", n as u64 - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_known_by_its_word() {
        let mut profile = Profile::new("shop", Vec::new());
        for (word, is) in [("Production", true), (" prod ", true), ("生产", true), ("staging", false), ("", false)] {
            profile.environment = word.to_owned();
            assert_eq!(is_production(&profile), is, "{word:?}");
        }
    }
}
