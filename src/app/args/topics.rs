//! `millpond topics`.

use clap::Subcommand;

use super::values::parse_config;

/// `millpond topics`
#[derive(Debug, Subcommand)]
pub enum TopicsCommand {
    /// All topics with their partitions and records
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Make a topic
    Create {
        name: String,
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(i32).range(1..))]
        partitions: i32,
        /// A setting of the topic, such as retention.ms=-1; may be given several times
        #[arg(long, value_name = "K=V", value_parser = parse_config)]
        config: Vec<(String, String)>,
    },
    /// Partitions, offsets and settings of a topic
    Describe {
        name: String,
        /// Print JSON instead of tables
        #[arg(long)]
        json: bool,
    },
    /// Delete a topic with all of its records
    Delete { name: String },
    /// Remove the older records of each key of a compacted topic (cleanup.policy=compact) now, not when it is due
    Compact {
        name: String,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}
