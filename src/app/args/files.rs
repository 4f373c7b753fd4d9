//! `millpond import` and `millpond export`.

use std::{path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, ValueEnum};

use super::values::{parse_delimiter, parse_duration, parse_time_arg};
use crate::model::{Offset, TimestampMillis};

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
