//! The words of `millpond copy` and `millpond replay`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::values::parse_time_arg;
use crate::model::TimestampMillis;
use crate::transfer::REPLAY_SPEEDS;

/// `millpond copy`
#[derive(Debug, ClapArgs)]
pub struct CopyArgs {
    /// Where the topics are: a workspace folder, or HOST:PORT of a broker (several of one cluster with
    /// commas), or the name of a connection
    pub source: String,
    #[arg(required = true, value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Where they go: a workspace folder, or HOST:PORT of a broker (several of one cluster with
    /// commas), or the name of a connection
    #[arg(long, value_name = "TARGET")]
    pub to: String,
    /// Settings of a Kafka client for the source (TLS, user and password), as with --config
    #[arg(long, value_name = "FILE")]
    pub source_config: Option<PathBuf>,
    /// The same for the target
    #[arg(long, value_name = "FILE")]
    pub target_config: Option<PathBuf>,
    /// Only say what would be done, what differs and what cannot be kept
    #[arg(long)]
    pub dry_run: bool,
    /// Go on with a copy that was begun, also with what came to the source since
    #[arg(long, conflicts_with = "append")]
    pub resume: bool,
    /// Copy behind the records that the topics have at the target
    #[arg(long)]
    pub append: bool,
    /// Commit at the target where the groups of the source stand
    #[arg(long)]
    pub groups: bool,
    /// Read both sides again and compare them record by record; a difference is exit status 1
    #[arg(long)]
    pub compare: bool,
    /// The topic's name at the target, of a single topic
    #[arg(long = "as", value_name = "NAME")]
    pub rename: Option<String>,
    /// Only the last N offsets of each partition
    #[arg(long, value_name = "N", conflicts_with = "since")]
    pub last: Option<u64>,
    /// Only records at or after this time (RFC 3339 or epoch milliseconds)
    #[arg(long, value_name = "TIME", value_parser = parse_time_arg)]
    pub since: Option<TimestampMillis>,
    /// Only records before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time_arg)]
    pub until: Option<TimestampMillis>,
    /// Only records that hold this text, or compare as in "mag >= 4" (as with export)
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Search for capitals and small letters as written
    #[arg(long, requires = "search")]
    pub match_case: bool,
    /// Make fields unreadable by the rules in this file, one a line: "drop $.card.cvc", "replace $.name \"X\"", "hash key",
    /// "keep-last 4 $.card.number", "salt SECRET". Records that a rule cannot be applied to stay behind
    #[arg(long, value_name = "FILE")]
    pub mask: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `millpond replay`
#[derive(Debug, ClapArgs)]
pub struct ReplayArgs {
    /// The topic that is replayed
    pub topic: String,
    /// The topic that the records go to; it is made when it is missing
    #[arg(long, value_name = "TOPIC")]
    pub into: String,
    /// How many times faster than it happened, from 0.1 to 1000
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = parse_speed)]
    pub speed: f64,
    /// Only records at or after this time (RFC 3339 or epoch milliseconds)
    #[arg(long, value_name = "TIME", value_parser = parse_time_arg)]
    pub since: Option<TimestampMillis>,
    /// Only records before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time_arg)]
    pub until: Option<TimestampMillis>,
    /// Give the records the time of sending instead of their own timestamps
    #[arg(long)]
    pub now: bool,
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| REPLAY_SPEEDS.contains(speed));
    speed.ok_or_else(|| format!("use a number from {} to {}", REPLAY_SPEEDS.start(), REPLAY_SPEEDS.end()))
}
