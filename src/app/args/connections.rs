//! `millpond connections`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

/// `millpond connections`
#[derive(Debug, Subcommand)]
pub enum ConnectionsCommand {
    /// All clusters that are kept, with how they are reached; never a secret
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Go to a cluster step by step (name, TCP, TLS, versions, authentication, metadata, advertised listeners) and stop at
    /// what fails, with what to change
    Test {
        name: String,
        /// Print one JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Keep a cluster, out of the settings of a Kafka client or an exported connection
    Add(AddConnectionArgs),
    /// Print a connection as a file for others; no secret stands in it
    Export { name: String },
    /// Forget a cluster and its secrets
    Remove {
        name: String,
        /// Print JSON instead of a line
        #[arg(long)]
        json: bool,
    },
}

/// `millpond connections add`
#[derive(Debug, ClapArgs)]
pub struct AddConnectionArgs {
    /// Java's .properties, librdkafka's settings, or an exported connection; "-" is standard input
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// What it is called [default: as the file says, or the host of its first broker]
    #[arg(long)]
    pub name: Option<String>,
    /// A word such as production or staging
    #[arg(long, value_name = "WORD")]
    pub environment: Option<String>,
    /// Refuse whatever would change the cluster
    #[arg(long)]
    pub read_only: bool,
    /// Where its password or other secret is kept
    #[arg(long, value_enum, default_value_t = SecretsChoice::KeyStore)]
    pub secrets: SecretsChoice,
    /// Print JSON instead of lines
    #[arg(long)]
    pub json: bool,
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecretsChoice {
    /// In the system's key store
    KeyStore,
    /// In a file that one pass phrase opens
    EncryptedFile,
    /// Nowhere: they are typed each time
    Ask,
}
