//! Why a workspace does not open.

use std::{io, path::PathBuf};

use super::OwnerAccess;
use crate::model::HostPort;

/// Why a workspace does not open. Each message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error(
        "the workspace is open in {}, or choose another folder with --data: {}",
        owner_words(*pid, address.as_deref()), data_dir.display()
    )]
    Owned {
        data_dir: PathBuf,
        /// The other process, where the lock file tells it.
        pid: Option<u32>,
        /// Where its broker listens, where it does.
        address: Option<String>,
        /// What it takes to get in there, where it asks.
        access: Box<OwnerAccess>,
    },
    /// The file of topics, settings and committed offsets cannot be read.
    #[error(
        "meta.sqlite of the workspace cannot be used: {why}. No partition was touched. Put a backup of it in its place, or \
         move it away: Millpond then finds the topics again from their folders, without their settings and committed \
         offsets: {}", path.display()
    )]
    Meta { path: PathBuf, why: String },
    /// A newer Millpond wrote it.
    #[error(
        "the workspace was written by a newer Millpond (format {found}, this one knows {known}); open it with that one: {}",
        data_dir.display()
    )]
    Newer { data_dir: PathBuf, found: i64, known: i64 },
    /// The store of the partitions does not start.
    #[error("the partitions' store does not start: {why}")]
    Store { why: String },
    /// The disk refuses.
    #[error("could not {doing}: {source}. Check that the disk is there, not full and may be written: {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl OpenError {
    /// Where the broker that has the workspace open can be reached; `None` when it does not listen or this is another
    /// failure.
    pub fn owner_address(&self) -> Option<HostPort> {
        match self {
            Self::Owned { address: Some(address), .. } => address.parse().ok(),
            _ => None,
        }
    }

    /// What it takes to get in at [`OpenError::owner_address`].
    pub fn owner_access(&self) -> Option<&OwnerAccess> {
        match self {
            Self::Owned { access, .. } => Some(access),
            _ => None,
        }
    }
}

fn owner_words(pid: Option<u32>, address: Option<&str>) -> String {
    match (pid, address) {
        (Some(pid), Some(address)) => {
            format!("another Millpond (process {pid}); connect to it with --bootstrap {address}, close it")
        }
        (Some(pid), None) => {
            format!("another Millpond (process {pid}) that listens for nobody; turn its listener on, close it")
        }
        _ => "another process; close it".to_owned(),
    }
}
