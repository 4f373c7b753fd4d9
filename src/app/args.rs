//! The command line, as words: what can be asked. `cli` does it.

mod connections;
mod copy;
mod files;
mod groups;
mod lab;
mod operate;
mod records;
mod serve;
mod topics;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use self::{
    connections::{AddConnectionArgs, ConnectionsCommand, SecretsChoice},
    copy::{CopyArgs, ReplayArgs},
    files::{ExportArgs, ExportFileFormat, FileFormat, ImportArgs},
    groups::{GroupsCommand, ResetArgs},
    lab::{LabCommand, LabRunArgs},
    operate::{AclArgs, AclsCommand, BrokersCommand, MoveArgs, PartitionsCommand, PresetArgs, QuotasCommand},
    records::{Ack, ConsumeArgs, ProduceArgs},
    serve::{PasswordArgs, ServeArgs, UsersCommand},
    topics::TopicsCommand,
    values::{From, ResetTo},
};
use crate::model::HostPort;

/// What is shown under `--help`.
const AFTER_HELP: &str = "Without a command the window opens. Exit status: 0 done, 1 failed (one line on standard error says \
what, why, and what to do), 2 wrong usage.

A record is one line of JSON:
  {\"topic\":\"t\",\"partition\":0,\"offset\":7,\"timestamp\":1517363399650,\"key\":\"k\",\"value\":\"v\",\"headers\":[[\"name\",\"text\"]]}
A string is UTF-8 text and null is null; bytes that are not UTF-8 stand as base64 in key_base64 and value_base64, and in \
headers as {\"base64\":\"...\"}. On the way in, an object, array or number as key or value becomes its compact JSON.";

/// A workbench for event streaming, with a broker inside that speaks the Kafka protocol.
#[derive(Debug, Parser)]
#[command(name = "millpond", version, after_help = AFTER_HELP, max_term_width = 110)]
pub struct Args {
    /// The workspace folder [default: "millpond" in the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Work on the cluster that this broker belongs to, instead of a workspace; several are joined by commas, for when
    /// one is down
    #[arg(long, global = true, value_name = "HOST:PORT", value_delimiter = ',')]
    pub bootstrap: Vec<HostPort>,
    /// Settings of a Kafka client, as Java's .properties or librdkafka's: bootstrap.servers, TLS, user and password. Stands
    /// before the command, as `topics create` has a --config of its own
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The same as --config, anywhere on the line, under the name that Kafka's tools give it
    #[arg(long, global = true, value_name = "FILE")]
    pub command_config: Option<PathBuf>,
    /// Work on the cluster of this connection, as `millpond connections list` and the window show it
    #[arg(long, global = true, value_name = "NAME")]
    pub connection: Option<String>,
    /// With --connection: the first line of this file is the pass phrase of the encrypted file of secrets, or, for a
    /// connection whose secret is typed each time, that secret [default: ask for it]
    #[arg(long, global = true, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What a command works on.
#[derive(Debug, Default)]
pub struct Place {
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--bootstrap`
    pub bootstrap: Vec<HostPort>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--connection`
    pub connection: Option<String>,
    /// `--secret-file`
    pub secret_file: Option<PathBuf>,
}

impl Place {
    /// Whether it is a cluster, and no workspace.
    pub fn is_remote(&self) -> bool {
        !self.bootstrap.is_empty() || self.config.is_some() || self.connection.is_some()
    }
}

/// What can be asked without a window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, create, describe and delete topics
    #[command(subcommand)]
    Topics(TopicsCommand),
    /// Send records, one a line, to a topic
    Produce(ProduceArgs),
    /// Print records of a topic as JSON Lines; ends at what is there now unless --follow is given
    Consume(ConsumeArgs),
    /// List and describe groups of every type, reset their offsets, delete them
    #[command(subcommand)]
    Groups(GroupsCommand),
    /// Load a file (or the sample stream) into a topic
    Import(ImportArgs),
    /// Write a topic, or what is chosen of it, to a file
    Export(ExportArgs),
    /// Copy topics, or a slice of them, from one cluster or workspace to another: settings, records, partitions, timestamps
    /// and, with --groups, where groups stand. What was stopped goes on with --resume, without a duplicate or a gap
    Copy(CopyArgs),
    /// Produce the records of a topic into another one at the pace of their timestamps, or faster or slower
    Replay(ReplayArgs),
    /// List, add, change and remove the users that `serve --auth` lets in
    #[command(subcommand)]
    Users(UsersCommand),
    /// Keep clusters by name, test the way to them
    #[command(subcommand)]
    Connections(ConnectionsCommand),
    /// List brokers with their disks, show and change their settings
    #[command(subcommand)]
    Brokers(BrokersCommand),
    /// Replicas of a topic: list, elect leaders, move, change their number
    #[command(subcommand)]
    Partitions(PartitionsCommand),
    /// Access control lists: list, add, delete, the usual rules of a producer and a consumer
    #[command(subcommand)]
    Acls(AclsCommand),
    /// How much users, client ids and addresses may take
    #[command(subcommand)]
    Quotas(QuotasCommand),
    /// Run the broker without a window, for any Kafka client, until Ctrl+C
    Serve(ServeArgs),
    /// Play a lab without a window, list the lessons, check a lab file
    #[command(subcommand)]
    Lab(LabCommand),
}

/// The workspace folder: the one given, else `millpond` in the platform's data folder.
///
/// # Errors
/// When the platform tells no data folder (no home).
pub fn workspace_folder(given: Option<PathBuf>) -> Result<PathBuf, NoDataFolder> {
    match given {
        Some(folder) => Ok(folder),
        None => directories::ProjectDirs::from("", "", "millpond")
            .map(|dirs| dirs.data_local_dir().to_owned())
            .ok_or(NoDataFolder),
    }
}

/// The platform does not tell where data belongs.
#[derive(Debug, thiserror::Error)]
#[error("this system tells no data folder (is HOME set?); name a workspace folder with --data DIR")]
pub struct NoDataFolder;

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }
}
