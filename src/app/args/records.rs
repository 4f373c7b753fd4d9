//! `millpond produce` and `millpond consume`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::values::{From, parse_from};

/// `millpond produce`
#[derive(Debug, ClapArgs)]
pub struct ProduceArgs {
    pub topic: String,
    /// Key of lines that bring none
    #[arg(long, value_name = "K")]
    pub key: Option<String>,
    /// Where the lines are; "-" is standard input
    #[arg(long, value_name = "F", default_value = "-")]
    pub file: PathBuf,
    /// Each line is the text of a value, not a record in JSON
    #[arg(long)]
    pub plain: bool,
}

/// `millpond consume`
#[derive(Debug, ClapArgs)]
pub struct ConsumeArgs {
    pub topic: String,
    /// Read as a member of this consumer group: goes on where the group stopped, and commits what was printed
    #[arg(long, value_name = "G")]
    pub group: Option<String>,
    /// Read as a member of this share group, which is a queue: each record goes to one member, and what became of it is
    /// said once it is printed (--ack)
    #[arg(long, value_name = "G", conflicts_with = "group")]
    pub share_group: Option<String>,
    /// With --share-group, what becomes of the printed records: accept finishes them, release gives them back at the end,
    /// so that others get them, reject puts them aside
    #[arg(long, value_enum, default_value_t = Ack::Accept, requires = "share_group")]
    pub ack: Ack,
    /// Where to begin: earliest, latest, offset:N or time:RFC3339. With --group it counts only where the group has
    /// committed nothing, with --share-group only for a new group, and is earliest or latest
    #[arg(long, default_value = "earliest", value_parser = parse_from)]
    pub from: From,
    /// End after this many records
    #[arg(long, value_name = "N")]
    pub max: Option<u64>,
    /// Only this partition; may be given several times. Not with --group or --share-group, which read all of them
    #[arg(long = "partition", value_name = "N", conflicts_with_all = ["group", "share_group"])]
    pub partitions: Vec<i32>,
    /// Wait for further records at the end instead of ending there
    #[arg(long)]
    pub follow: bool,
}

/// What a member of a queue says about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ack {
    Accept,
    Release,
    Reject,
}
