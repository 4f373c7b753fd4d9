//! The test of a connection: step by step to the cluster, up to the first that fails.

mod advertised;
mod run;
mod steps;
mod words;

use std::time::Duration;

pub use self::{run::TestRun, steps::walk, words::WALK_WORDS};
use super::{Profile, Secrets};
use crate::session::{Phrase, Problem};

/// A step of the way to a cluster, in the order in which they are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WalkStage {
    /// The host's name has an address.
    Name,
    /// Something listens there.
    Tcp,
    /// The connection is encrypted, and the server is who it should be.
    Tls,
    /// It is a Kafka broker, and both sides know versions of what is needed.
    Versions,
    /// The user is let in.
    Authentication,
    /// It tells about the cluster.
    Metadata,
    /// Every node can be reached at the address that the cluster tells.
    AdvertisedListeners,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkState {
    /// It is being tried.
    Running,
    /// It went well.
    Passed,
    /// There is nothing to do: no encryption, or nobody logs in.
    Skipped,
    /// It went wrong; no later step is tried.
    Failed,
}

/// What is told about a step: once when it begins, once when it is over.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkStep {
    pub stage: WalkStage,
    pub state: WalkState,
    /// What was found, such as "3 addresses" or "TLS 1.3"; for a step that is over.
    pub found: Option<Phrase>,
    /// Why it failed, and what to change.
    pub problem: Option<Problem>,
    pub took: Duration,
}

impl WalkStage {
    /// All, in their order.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Tcp,
        Self::Tls,
        Self::Versions,
        Self::Authentication,
        Self::Metadata,
        Self::AdvertisedListeners,
    ];

    /// Ending of the ids `walk-stage-…` in the catalogue; its name in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Versions => "versions",
            Self::Authentication => "authentication",
            Self::Metadata => "metadata",
            Self::AdvertisedListeners => "advertised-listeners",
        }
    }
}

impl WalkState {
    /// Its name in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}
