//! `millpond groups`.

use clap::{Args as ClapArgs, Subcommand};

use super::values::{ResetTo, parse_reset};

/// `millpond groups`
#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    /// All groups with their state, type (classic, consumer or share), members and lag
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Members, offsets and lag of a group: what it has committed, and of a share group where it starts
    Describe {
        group: String,
        /// Print JSON instead of tables
        #[arg(long)]
        json: bool,
    },
    /// Show what a reset of a group's offsets would change; do it with --execute. Refused while members are active
    Reset(ResetArgs),
    /// Delete a group with its offsets. Refused while members are active
    Delete { group: String },
}

/// `millpond groups reset`
#[derive(Debug, ClapArgs)]
pub struct ResetArgs {
    pub group: String,
    #[arg(long)]
    pub topic: String,
    /// Only this partition; may be given several times
    #[arg(long = "partition", value_name = "N")]
    pub partitions: Vec<i32>,
    /// earliest, latest, offset:N, time:RFC3339 or shift:N (N records forward, or back with a minus)
    #[arg(long, value_parser = parse_reset)]
    pub to: ResetTo,
    /// Change the offsets, not only show the change
    #[arg(long)]
    pub execute: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}
