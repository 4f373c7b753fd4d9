//! The same commands once more, at a broker that another process runs.

mod run {
    pub use crate::run::Served as Workspace;
}

#[path = "consume.rs"]
mod consume;
#[path = "files.rs"]
mod files;
#[path = "groups.rs"]
mod groups;
