//! The commands for who runs a cluster: brokers, partitions, rules and quotas.

use clap::{Args as ClapArgs, Subcommand};

use super::values::parse_config;
use crate::model::{AclOperation, AclResource, UnknownWord};

/// `millpond brokers`
#[derive(Debug, Subcommand)]
pub enum BrokersCommand {
    /// All brokers: where they are, what they lead and hold, how full their disks are
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// The folders of each broker, their disks and what lies in them
    Disks {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// The settings of a broker, and where each value comes from
    Settings {
        /// Node id
        broker: i32,
        /// Only what somebody has set
        #[arg(long)]
        changed: bool,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Change settings of a broker while it runs, or of all of them
    Set {
        /// Node id, or "all"
        broker: String,
        /// A setting, such as log.cleaner.threads=2
        #[arg(value_name = "K=V", value_parser = parse_config)]
        set: Vec<(String, String)>,
        /// Take a setting's own value away; may be given several times
        #[arg(long, value_name = "K")]
        unset: Vec<String>,
    },
}

/// `millpond partitions`
#[derive(Debug, Subcommand)]
pub enum PartitionsCommand {
    /// Leader, replicas and those in sync of each partition of a topic, and what moves
    List {
        topic: String,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Let the preferred replicas lead: of a topic's partitions, or of all
    Elect {
        topic: Option<String>,
        /// Only this partition; may be given several times
        #[arg(long = "partition", value_name = "N", requires = "topic")]
        partitions: Vec<i32>,
    },
    /// Change the number of replicas or the brokers that hold a topic: with the least to copy, over as many racks as
    /// there are
    Move(MoveArgs),
    /// Take moves of a topic's replicas back that go on
    Cancel { topic: String },
    /// Take a throttle of replication off a topic and the brokers
    Unthrottle { topic: String },
}

/// `millpond partitions move`
#[derive(Debug, ClapArgs)]
pub struct MoveArgs {
    pub topic: String,
    /// Replicas of each partition [default: as many as there are]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub replication_factor: Option<u16>,
    /// Brokers that may hold it, such as 1,2,3 [default: all in service]
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub brokers: Vec<i32>,
    /// Spread replicas and preferred leaders evenly, at the price of more to copy
    #[arg(long)]
    pub spread: bool,
    /// Copy at most so many bytes a second on each broker
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub throttle: Option<u64>,
    /// Only print the plan
    #[arg(long)]
    pub dry_run: bool,
    /// Print the plan as JSON
    #[arg(long)]
    pub json: bool,
}

/// `millpond acls`
#[derive(Debug, Subcommand)]
pub enum AclsCommand {
    /// All rules
    List {
        /// Only of this principal, such as User:ann
        #[arg(long)]
        principal: Option<String>,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Add a rule
    Add(AclArgs),
    /// Delete exactly this rule
    Delete(AclArgs),
    /// The rules that a program needs to write to a topic
    Producer {
        #[command(flatten)]
        who: PresetArgs,
        /// Also for transactions of this id
        #[arg(long, value_name = "ID")]
        transactional_id: Option<String>,
    },
    /// The rules that a program needs to read a topic as a member of a group
    Consumer {
        #[command(flatten)]
        who: PresetArgs,
        #[arg(long)]
        group: String,
    },
}

/// Whom a preset is for.
#[derive(Debug, ClapArgs)]
pub struct PresetArgs {
    /// Such as User:ann
    #[arg(long)]
    pub principal: String,
    /// The topic; * is every one
    #[arg(long)]
    pub topic: String,
    /// Names are what those meant begin with
    #[arg(long)]
    pub prefixed: bool,
}

/// One rule.
#[derive(Debug, ClapArgs)]
pub struct AclArgs {
    /// Such as User:ann; User:* is everybody
    #[arg(long)]
    pub principal: String,
    /// topic, group, cluster, transactional-id, delegation-token or user
    #[arg(long, value_parser = resource)]
    pub resource: AclResource,
    /// Name of the resource; * is every one
    #[arg(long)]
    pub name: String,
    /// The name is what those meant begin with
    #[arg(long)]
    pub prefixed: bool,
    /// all, read, write, create, delete, alter, describe, ...
    #[arg(long, value_parser = operation)]
    pub operation: AclOperation,
    /// Forbid instead of allow
    #[arg(long)]
    pub deny: bool,
    /// From this address only
    #[arg(long, default_value = "*")]
    pub host: String,
}

fn resource(word: &str) -> Result<AclResource, UnknownWord> {
    word.parse()
}

fn operation(word: &str) -> Result<AclOperation, UnknownWord> {
    word.parse()
}

/// `millpond quotas`
#[derive(Debug, Subcommand)]
pub enum QuotasCommand {
    /// All quotas
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Set quotas, such as producer_byte_rate=1048576, or take one away
    Set {
        /// A user; <default> is every one without a quota of its own
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// A client id; <default> is every one without a quota of its own
        #[arg(long, value_name = "NAME")]
        client_id: Option<String>,
        /// An address; <default> is every one without a quota of its own
        #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["user", "client_id"])]
        ip: Option<String>,
        #[arg(value_name = "K=V", value_parser = parse_config)]
        set: Vec<(String, String)>,
        /// Take this one away; may be given several times
        #[arg(long, value_name = "K")]
        unset: Vec<String>,
    },
}
