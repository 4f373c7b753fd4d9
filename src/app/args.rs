//! The command line, as words: what can be asked. `cli` does it.

mod copy;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub use self::copy::{CopyArgs, ReplayArgs};
use crate::model::{HostPort, Offset, Role, TimestampMillis, UnknownRole};
use crate::server::{Limit, Limits};
use crate::transfer::time::parse_time;

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
    /// Work on the cluster that this broker belongs to, instead of a workspace
    #[arg(long, global = true, value_name = "HOST:PORT")]
    pub bootstrap: Option<HostPort>,
    /// Settings of a Kafka client, as Java's .properties or librdkafka's: bootstrap.servers, TLS, user and password. Stands
    /// before the command, as `topics create` has a --config of its own
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The same as --config, anywhere on the line, under the name that Kafka's tools give it
    #[arg(long, global = true, value_name = "FILE")]
    pub command_config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What a command works on.
#[derive(Debug)]
pub struct Place {
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--bootstrap`
    pub bootstrap: Option<HostPort>,
    /// `--config`
    pub config: Option<PathBuf>,
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
    /// Run the broker without a window, for any Kafka client, until Ctrl+C
    Serve(ServeArgs),
    /// Play a lab without a window, list the lessons, check a lab file
    #[command(subcommand)]
    Lab(LabCommand),
}

/// `millpond lab`
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// Play a lab on a broker of its own, fast, doing what fulfils each step: 0 all checks hold, 1 some do not, 2 the
    /// file has problems
    Run(LabRunArgs),
    /// The lessons that come with Millpond
    List {
        /// Print JSON Lines instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Say what is wrong with a lab file, and in which line
    Check { file: String },
}

/// `millpond lab run`
#[derive(Debug, ClapArgs)]
pub struct LabRunArgs {
    /// A lab file, or the id of a lesson of `millpond lab list`
    pub file: String,
    /// Another story than the one of the file's own seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Leave out what fulfils this step, to see that its checks fail then
    #[arg(long, value_name = "STEP")]
    pub skip: Option<String>,
    /// Let so many seconds of the stage pass before each task, as a learner who reads slowly
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub wait: f64,
    /// Print one JSON object instead of lines
    #[arg(long)]
    pub json: bool,
}

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

/// `millpond import`
#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    #[arg(required_unless_present = "sample")]
    pub topic: Option<String>,
    /// The file; "-" is standard input
    #[arg(required_unless_present = "sample", conflicts_with = "sample")]
    pub file: Option<PathBuf>,
    /// What the file holds [default: by its first line]
    #[arg(long, value_enum)]
    pub format: Option<FileFormat>,
    /// Make the topic when it is missing; it keeps its records whatever their age (retention.ms=-1)
    #[arg(long)]
    pub create: bool,
    /// Partitions of a topic that is made
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: i32,
    /// Skip lines that are no records and go on; the first ones are shown at the end
    #[arg(long)]
    pub skip_bad: bool,
    /// JSON Lines: each line is a value as it stands, not a record
    #[arg(long)]
    pub values: bool,
    /// The member (JSON Lines with --values) or column (CSV, name or number from 1) that becomes the key
    #[arg(long, value_name = "NAME")]
    pub key: Option<String>,
    /// The column (CSV) that becomes the value [default: the whole row as a JSON object]
    #[arg(long, value_name = "NAME")]
    pub value: Option<String>,
    /// The member or column that becomes the timestamp: epoch milliseconds or RFC 3339
    #[arg(long, value_name = "NAME")]
    pub timestamp: Option<String>,
    /// CSV: what stands between fields; "\t" is a tab
    #[arg(long, value_name = "C", default_value = ",", value_parser = parse_delimiter)]
    pub delimiter: u8,
    /// CSV: the first row is data, columns have numbers
    #[arg(long)]
    pub no_header: bool,
    /// Let the key choose the partition, whatever partition the lines name
    #[arg(long)]
    pub ignore_partitions: bool,
    /// Give the records the time of sending instead of their own timestamps
    #[arg(long)]
    pub now: bool,
    /// Load the sample stream that comes with Millpond: 1,707 earthquakes of one week [topic: earthquakes]
    #[arg(long)]
    pub sample: bool,
    /// Replay the sample this many times faster than it happened
    #[arg(long, value_name = "X", requires = "sample", conflicts_with = "within")]
    pub speed: Option<f64>,
    /// Replay the sample in this time, such as 120s or 2min
    #[arg(long, value_name = "TIME", requires = "sample", value_parser = parse_duration)]
    pub within: Option<Duration>,
}

/// `millpond export`
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    pub topic: String,
    pub file: PathBuf,
    /// [default: csv for a name that ends in .csv, else jsonl]
    #[arg(long, value_enum)]
    pub format: Option<ExportFileFormat>,
    /// Only this partition; may be given several times
    #[arg(long = "partition", value_name = "N")]
    pub partitions: Vec<i32>,
    /// Only offsets from this one on
    #[arg(long, value_name = "N")]
    pub from_offset: Option<Offset>,
    /// Only offsets below this one
    #[arg(long, value_name = "N")]
    pub to_offset: Option<Offset>,
    /// Only records at or after this time (RFC 3339 or epoch milliseconds)
    #[arg(long, value_name = "TIME", value_parser = parse_time_arg)]
    pub since: Option<TimestampMillis>,
    /// Only records before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time_arg)]
    pub until: Option<TimestampMillis>,
    /// Only records whose key, value or headers hold this text, in capitals or not; or whose JSON value compares as in
    /// "mag >= 4"
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Search for capitals and small letters as written
    #[arg(long, requires = "search")]
    pub match_case: bool,
    /// Replace a file that is there already
    #[arg(long)]
    pub replace: bool,
}

/// `millpond users`. A password is asked for, or read from standard input or a file; it never stands on the command line,
/// where other programs and the shell's history would see it.
#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// All users with their roles
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Make a user
    Add {
        name: String,
        /// read: read records, be in groups, look at everything; write: also produce; admin: everything
        #[arg(long, default_value_t = Role::Read, value_parser = parse_role)]
        role: Role,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give a user another password
    SetPassword {
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give a user another role: read, write or admin. It counts from the next request on
    SetRole {
        name: String,
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// Remove a user. Its connections end with their next request
    Remove { name: String },
}

/// Where a password comes from.
#[derive(Debug, ClapArgs)]
pub struct PasswordArgs {
    /// The password is the first line of this file [default: ask for it, or the first line of standard input]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// `millpond serve`
#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:9092")]
    pub listen: HostPort,
    /// What clients are told to connect to [default: where it listens]
    #[arg(long, value_name = "HOST:PORT")]
    pub advertise: Option<HostPort>,
    /// Let other machines connect although nobody is asked who he is: anyone can then read, change and delete everything
    #[arg(long)]
    pub open_to_network: bool,
    /// Let only users of the workspace in (see `millpond users`), by SASL: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
    #[arg(long)]
    pub auth: bool,
    /// Encrypt connections with this certificate (PEM, with those that signed it behind it)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Encrypt connections with a certificate that is made once and kept in the workspace; clients must be given it
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"])]
    pub tls_self_signed: bool,
    /// What clients may take, such as idle-ms=60000; may be given several times. There are connections,
    /// connections-per-address, frame-bytes, buffered-bytes, in-flight, first-request-ms, authenticate-ms,
    /// reauthenticate-ms, idle-ms, frame-ms and write-ms
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = parse_limit)]
    pub limits: Vec<(Limit, String)>,
}

/// What a file to import holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    Jsonl,
    Csv,
    /// Each line is the text of a value
    Text,
}

/// What a file to export will hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFileFormat {
    Jsonl,
    Csv,
}

/// Where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Earliest,
    Latest,
    Offset(Offset),
    Time(TimestampMillis),
}

/// Where offsets are reset to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetTo {
    Earliest,
    Latest,
    Offset(Offset),
    Time(TimestampMillis),
    Shift(i64),
}

fn parse_from(text: &str) -> Result<From, String> {
    match parse_reset(text) {
        Ok(ResetTo::Earliest) => Ok(From::Earliest),
        Ok(ResetTo::Latest) => Ok(From::Latest),
        Ok(ResetTo::Offset(offset)) => Ok(From::Offset(offset)),
        Ok(ResetTo::Time(time)) => Ok(From::Time(time)),
        _ => {
            Err("use earliest, latest, offset:N (from 0 on) or time:RFC3339, such as time:2018-02-01T00:00:00Z"
                .to_owned())
        }
    }
}

fn parse_reset(text: &str) -> Result<ResetTo, String> {
    let found = match text.split_once(':') {
        None if text == "earliest" => Some(ResetTo::Earliest),
        None if text == "latest" => Some(ResetTo::Latest),
        Some(("offset", n)) => n.parse().ok().filter(|n| *n >= 0).map(ResetTo::Offset),
        Some(("shift", n)) => n.parse().ok().map(ResetTo::Shift),
        Some(("time", time)) => parse_time(time).map(ResetTo::Time),
        _ => None,
    };
    found.ok_or_else(|| "use earliest, latest, offset:N (from 0 on), time:RFC3339 or shift:N".to_owned())
}

fn parse_time_arg(text: &str) -> Result<TimestampMillis, String> {
    parse_time(text).ok_or_else(|| "use a time such as 2018-02-01T00:00:00Z, or epoch milliseconds".to_owned())
}

fn parse_config(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("use NAME=VALUE, such as retention.ms=-1".to_owned()),
    }
}

fn parse_limit(text: &str) -> Result<(Limit, String), String> {
    let (name, value) = parse_config(text).map_err(|_| "use NAME=VALUE, such as idle-ms=60000".to_owned())?;
    let limit = name.parse::<Limit>().map_err(|error| error.to_string())?;
    Limits::default().set(limit, &value).map_err(|error| error.to_string())?;
    Ok((limit, value))
}

fn parse_role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|error: UnknownRole| error.to_string())
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("use one ASCII character, such as , or ; or \\t".to_owned()),
    }
}

/// `90`, `90s`, `2min`, `1h`.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3_600.0),
        _ => None,
    };
    let seconds = digits.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "use a time such as 120s, 2min or 1h".to_owned())
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

    #[test]
    fn places_are_read() {
        assert_eq!(parse_from("offset:12"), Ok(From::Offset(12)));
        assert_eq!(parse_from("time:2018-01-31T01:49:59.650Z"), Ok(From::Time(1_517_363_399_650)));
        assert!(parse_from("offset:-1").is_err() && parse_from("shift:1").is_err() && parse_from("soon").is_err());
        assert_eq!(parse_reset("shift:-5"), Ok(ResetTo::Shift(-5)));
        assert_eq!(parse_duration("2min"), Ok(Duration::from_secs(120)));
        assert!(parse_duration("-1s").is_err() && parse_duration("2 days").is_err());
        assert_eq!(parse_delimiter("\\t"), Ok(b'\t'));
        assert!(parse_delimiter("ab").is_err() && parse_delimiter("水").is_err());
    }
}
