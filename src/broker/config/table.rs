//! The table of Kafka's topic settings (Kafka 4.1, `TopicConfig`): name, kind, default, allowed values, explanation, and
//! what Millpond makes of each.

use crate::model::ConfigKind;

/// A topic setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Kafka's name.
    pub name: &'static str,
    pub kind: ConfigKind,
    /// As Kafka writes it.
    pub default: &'static str,
    /// What the number counts.
    pub unit: Unit,
    /// What is allowed.
    pub values: Values,
    pub effect: Effect,
    /// One or two sentences for a person who chooses.
    pub documentation: &'static str,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    None,
    Milliseconds,
    Bytes,
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// A whole number between both, ends included.
    Whole(i64, i64),
    /// A number between both, ends included.
    Fraction(f64, f64),
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// One or more of these words, with commas between.
    SomeOf(&'static [&'static str]),
    /// Any text.
    Text,
}

/// What Millpond makes of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It does what Kafka says.
    Honoured,
    /// It takes only its default: any other value would have no effect, and is refused instead of forgotten. The text says
    /// why, and what to set instead where there is something.
    Fixed(&'static str),
}

/// The setting of that name; `None` where Kafka has none.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

const LONG: Values = Values::Whole(0, i64::MAX);
const NO_SEGMENTS: &str = "a partition is one SQLite file without segments, and there is nothing to choose";
const NO_TIERS: &str = "there is no tiered storage; retention.ms and retention.bytes say how long records stay";
const ONE_NODE: &str = "there is one node and nothing is replicated";
const AS_ACKS_SAY: &str = "nothing is synced by the clock: set acks=all on the producer, or flush.messages=1 on the topic, \
                           to have records synced before they are acknowledged";
/// The batch of a producer is stored and served byte for byte, see the invariants in `lib.rs`.
const AS_PRODUCED: &str =
    "batches are stored as the producer sent them: set compression.type, and its level, on the producer";

const fn long(name: &'static str, default: &'static str, unit: Unit, documentation: &'static str) -> Setting {
    Setting { name, kind: ConfigKind::Long, default, unit, values: LONG, effect: Effect::Honoured, documentation }
}

impl Setting {
    const fn kind(mut self, kind: ConfigKind) -> Self {
        self.kind = kind;
        self
    }

    const fn values(mut self, values: Values) -> Self {
        self.values = values;
        self
    }

    const fn fixed(mut self, why: &'static str) -> Self {
        self.effect = Effect::Fixed(why);
        self
    }
}

/// All topic settings, by name.
pub const SETTINGS: &[Setting] = &[
    long(
        "cleanup.policy",
        "delete",
        Unit::None,
        "What happens to old records: delete drops them by time and size (retention.ms, retention.bytes); compact \
         keeps the newest record of each key; both together do both.",
    )
    .kind(ConfigKind::List)
    .values(Values::SomeOf(&["delete", "compact"])),
    long("compression.gzip.level", "-1", Unit::None, "Level at which the broker would compress with gzip.")
        .kind(ConfigKind::Int)
        .values(Values::Whole(-1, 9))
        .fixed(AS_PRODUCED),
    long("compression.lz4.level", "9", Unit::None, "Level at which the broker would compress with lz4.")
        .kind(ConfigKind::Int)
        .values(Values::Whole(1, 17))
        .fixed(AS_PRODUCED),
    long(
        "compression.type",
        "producer",
        Unit::None,
        "How stored batches are compressed; producer keeps what the producer chose.",
    )
    .kind(ConfigKind::String)
    .values(Values::OneOf(&["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"]))
    .fixed(AS_PRODUCED),
    long("compression.zstd.level", "3", Unit::None, "Level at which the broker would compress with zstd.")
        .kind(ConfigKind::Int)
        .values(Values::Whole(-131_072, 22))
        .fixed(AS_PRODUCED),
    long(
        "delete.retention.ms",
        "86400000",
        Unit::Milliseconds,
        "How long a compacted topic keeps the mark of a deleted key.",
    ),
    long(
        "errors.deadletterqueue.group.enable",
        "false",
        Unit::None,
        "Whether share groups may write their dead letters to the topic (errors.deadletterqueue.topic.name of a group).",
    )
    .kind(ConfigKind::Boolean)
    .values(Values::Boolean),
    long(
        "file.delete.delay.ms",
        "60000",
        Unit::Milliseconds,
        "How long a file is kept after its records were deleted.",
    )
    .fixed(NO_SEGMENTS),
    long(
        "flush.messages",
        "9223372036854775807",
        Unit::None,
        "After how many records the log is synced to disk before they are acknowledged, also where acks asks for less. \
         acks=all is always synced first.",
    )
    .values(Values::Whole(1, i64::MAX)),
    long("flush.ms", "9223372036854775807", Unit::Milliseconds, "After how much time the log is synced to disk.")
        .fixed(AS_ACKS_SAY),
    long(
        "follower.replication.throttled.replicas",
        "",
        Unit::None,
        "Replicas whose copying is slowed down on the side of the follower.",
    )
    .kind(ConfigKind::List)
    .values(Values::Text)
    .fixed(ONE_NODE),
    long(
        "index.interval.bytes",
        "4096",
        Unit::Bytes,
        "How many bytes of records stand between two entries of the index.",
    )
    .kind(ConfigKind::Int)
    .values(Values::Whole(0, i32::MAX as i64))
    .fixed("every batch is in the index"),
    long(
        "leader.replication.throttled.replicas",
        "",
        Unit::None,
        "Replicas whose copying is slowed down on the side of the leader.",
    )
    .kind(ConfigKind::List)
    .values(Values::Text)
    .fixed(ONE_NODE),
    long(
        "local.retention.bytes",
        "-2",
        Unit::Bytes,
        "How many bytes stay on this disk when older ones are in tiered storage; -2 means as retention.bytes says.",
    )
    .values(Values::Whole(-2, i64::MAX))
    .fixed(NO_TIERS),
    long(
        "local.retention.ms",
        "-2",
        Unit::Milliseconds,
        "How long records stay on this disk when older ones are in tiered storage; -2 means as retention.ms says.",
    )
    .values(Values::Whole(-2, i64::MAX))
    .fixed(NO_TIERS),
    long(
        "max.compaction.lag.ms",
        "9223372036854775807",
        Unit::Milliseconds,
        "How long a record may stay without being compacted.",
    )
    .values(Values::Whole(1, i64::MAX)),
    long(
        "max.message.bytes",
        "1048588",
        Unit::Bytes,
        "Largest record batch that the topic takes, after compression. A larger one is refused with \
         MESSAGE_TOO_LARGE.",
    )
    .kind(ConfigKind::Int)
    .values(Values::Whole(0, i32::MAX as i64)),
    long(
        "message.timestamp.after.max.ms",
        "3600000",
        Unit::Milliseconds,
        "How far a record's own timestamp may lie in the future. A later one is refused with INVALID_TIMESTAMP.",
    ),
    long(
        "message.timestamp.before.max.ms",
        "9223372036854775807",
        Unit::Milliseconds,
        "How far a record's own timestamp may lie in the past. An earlier one is refused with INVALID_TIMESTAMP.",
    ),
    long(
        "message.timestamp.type",
        "CreateTime",
        Unit::None,
        "Whose time a record carries: CreateTime is the producer's, LogAppendTime is that of the broker when it \
         stores the record.",
    )
    .kind(ConfigKind::String)
    .values(Values::OneOf(&["CreateTime", "LogAppendTime"])),
    long(
        "millpond.delete.acknowledged",
        "false",
        Unit::None,
        "Makes the topic a classic queue: what its only share group has finished is deleted, from the beginning up to the \
         first unfinished record. Other groups are refused. Not a setting of Kafka.",
    )
    .kind(ConfigKind::Boolean)
    .values(Values::Boolean),
    long(
        "min.cleanable.dirty.ratio",
        "0.5",
        Unit::None,
        "What share of a log must be uncompacted before it is compacted.",
    )
    .kind(ConfigKind::Double)
    .values(Values::Fraction(0.0, 1.0)),
    long("min.compaction.lag.ms", "0", Unit::Milliseconds, "How long a record stays uncompacted at least."),
    long(
        "min.insync.replicas",
        "1",
        Unit::None,
        "How many replicas must have a record before acks=all is answered. More than a partition has are never asked \
         for, and here it has one.",
    )
    .kind(ConfigKind::Int)
    .values(Values::Whole(1, i32::MAX as i64)),
    long("preallocate", "false", Unit::None, "Whether files are made in their full size at once.")
        .kind(ConfigKind::Boolean)
        .values(Values::Boolean)
        .fixed(NO_SEGMENTS),
    long("remote.log.copy.disable", "false", Unit::None, "Whether tiered storage gets no more records.")
        .kind(ConfigKind::Boolean)
        .values(Values::Boolean)
        .fixed(NO_TIERS),
    long(
        "remote.log.delete.on.disable",
        "false",
        Unit::None,
        "Whether the records in tiered storage are deleted when it is switched off.",
    )
    .kind(ConfigKind::Boolean)
    .values(Values::Boolean)
    .fixed(NO_TIERS),
    long("remote.storage.enable", "false", Unit::None, "Whether old records move to tiered storage.")
        .kind(ConfigKind::Boolean)
        .values(Values::Boolean)
        .fixed(NO_TIERS),
    long(
        "retention.bytes",
        "-1",
        Unit::Bytes,
        "How large a partition may grow before its oldest records are deleted; -1 means without limit. It counts for \
         each partition on its own.",
    )
    .values(Values::Whole(-1, i64::MAX)),
    long(
        "retention.ms",
        "604800000",
        Unit::Milliseconds,
        "How long records are kept before they are deleted; -1 means for ever. The age is that of the record's \
         timestamp.",
    )
    .values(Values::Whole(-1, i64::MAX)),
    long(
        "segment.bytes",
        "1073741824",
        Unit::Bytes,
        "Size of a segment. A partition is one file and deletes batch by batch; what counts here is that compaction \
         leaves the newest segment alone.",
    )
    .kind(ConfigKind::Int)
    .values(Values::Whole(1_048_576, i32::MAX as i64)),
    long("segment.index.bytes", "10485760", Unit::Bytes, "Size of the index of a segment.")
        .kind(ConfigKind::Int)
        .values(Values::Whole(4, i32::MAX as i64))
        .fixed(NO_SEGMENTS),
    long("segment.jitter.ms", "0", Unit::Milliseconds, "By how much the end of a segment is put off at random.")
        .fixed(NO_SEGMENTS),
    long(
        "segment.ms",
        "604800000",
        Unit::Milliseconds,
        "After how much time a new segment begins, however small the last one is. Compaction leaves the newest segment \
         alone.",
    )
    .values(Values::Whole(1, i64::MAX)),
    long(
        "unclean.leader.election.enable",
        "false",
        Unit::None,
        "Whether a replica that lacks records may become leader.",
    )
    .kind(ConfigKind::Boolean)
    .values(Values::Boolean)
    .fixed(ONE_NODE),
];

#[cfg(test)]
mod tests {
    use super::{super::check, *};

    #[test]
    fn every_default_is_allowed_and_names_are_sorted() {
        for setting in SETTINGS {
            assert_eq!(check(setting.name, setting.default), Ok(setting), "{}", setting.name);
            assert!(!setting.documentation.is_empty());
        }
        assert!(SETTINGS.is_sorted_by(|a, b| a.name < b.name));
    }
}
