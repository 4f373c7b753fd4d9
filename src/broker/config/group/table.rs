//! The table of group settings (Kafka's `GroupConfig` of 4.3; the dead letters of 4.4, KIP-1191).

use crate::{
    broker::config::table::{Effect, Setting, Unit, Values},
    model::ConfigKind,
};

pub const CONSUMER_SESSION_TIMEOUT: &str = "consumer.session.timeout.ms";
pub const CONSUMER_HEARTBEAT_INTERVAL: &str = "consumer.heartbeat.interval.ms";
pub const DEAD_LETTER_COPY: &str = "errors.deadletterqueue.copy.record.enable";
pub const DEAD_LETTER_TOPIC: &str = "errors.deadletterqueue.topic.name";
pub const SHARE_RESET: &str = "share.auto.offset.reset";
pub const SHARE_DELIVERY_LIMIT: &str = "share.delivery.count.limit";
pub const SHARE_HEARTBEAT_INTERVAL: &str = "share.heartbeat.interval.ms";
pub const SHARE_ISOLATION: &str = "share.isolation.level";
pub const SHARE_LOCKS_MAX: &str = "share.partition.max.record.locks";
pub const SHARE_LOCK_DURATION: &str = "share.record.lock.duration.ms";
pub const SHARE_RENEW: &str = "share.renew.acknowledge.enable";
pub const SHARE_SESSION_TIMEOUT: &str = "share.session.timeout.ms";

/// Bounds of session timeouts, in milliseconds (`group.consumer.min.session.timeout.ms` and its like).
const SESSION_TIMEOUT_MS: Values = Values::Whole(45_000, 60_000);
/// Bounds of heartbeat intervals, in milliseconds.
const HEARTBEAT_INTERVAL_MS: Values = Values::Whole(5_000, 15_000);

const fn row(name: &'static str, default: &'static str, values: Values, documentation: &'static str) -> Setting {
    let kind = match values {
        Values::Whole(..) => ConfigKind::Int,
        Values::Boolean => ConfigKind::Boolean,
        _ => ConfigKind::String,
    };
    Setting { name, kind, default, unit: Unit::None, values, effect: Effect::Honoured, documentation }
}

const fn millis(name: &'static str, default: &'static str, values: Values, documentation: &'static str) -> Setting {
    Setting { unit: Unit::Milliseconds, ..row(name, default, values, documentation) }
}

/// All group settings, by name.
pub const GROUP_SETTINGS: &[Setting] = &[
    millis(
        CONSUMER_HEARTBEAT_INTERVAL,
        "5000",
        HEARTBEAT_INTERVAL_MS,
        "How often members of the consumer protocol are told to send heartbeats.",
    ),
    millis(
        CONSUMER_SESSION_TIMEOUT,
        "45000",
        SESSION_TIMEOUT_MS,
        "How long a member of the consumer protocol may be silent before it counts as gone.",
    ),
    row(
        DEAD_LETTER_COPY,
        "false",
        Values::Boolean,
        "Whether a record in the dead-letter topic has the key, value and headers of the one that it stands for, or \
         only says where that one is.",
    ),
    row(
        DEAD_LETTER_TOPIC,
        "",
        Values::Text,
        "Topic that gets what a share group rejected or could not process in the allowed number of deliveries; its name \
         begins with dlq. and it has errors.deadletterqueue.group.enable. Empty: such records are only passed over.",
    ),
    row(
        SHARE_RESET,
        "latest",
        Values::Text,
        "Where a share group begins in a partition that it has not read yet: earliest, latest, or by_duration: with how \
         far back, as in by_duration:PT1H.",
    ),
    row(
        SHARE_DELIVERY_LIMIT,
        "5",
        Values::Whole(2, 10),
        "How often a record is delivered before a share group gives it up.",
    ),
    millis(
        SHARE_HEARTBEAT_INTERVAL,
        "5000",
        HEARTBEAT_INTERVAL_MS,
        "How often members of a share group are told to send heartbeats.",
    ),
    row(
        SHARE_ISOLATION,
        "read_uncommitted",
        Values::OneOf(&["read_committed", "read_uncommitted"]),
        "Whether a share group waits for the end of transactions and passes over the records of aborted ones.",
    ),
    row(
        SHARE_LOCKS_MAX,
        "2000",
        Values::Whole(100, 10_000),
        "How many records of a partition are in flight at most, the first unfinished one and all after it.",
    ),
    millis(
        SHARE_LOCK_DURATION,
        "30000",
        Values::Whole(15_000, 60_000),
        "How long a member of a share group may hold a record before another one gets it.",
    ),
    row(SHARE_RENEW, "true", Values::Boolean, "Whether a member of a share group may ask for more time for a record."),
    millis(
        SHARE_SESSION_TIMEOUT,
        "45000",
        SESSION_TIMEOUT_MS,
        "How long a member of a share group may be silent before it counts as gone.",
    ),
];

/// The group setting of that name; `None` where there is none.
pub fn group_setting(name: &str) -> Option<&'static Setting> {
    GROUP_SETTINGS.iter().find(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(GROUP_SETTINGS.is_sorted_by(|a, b| a.name < b.name));
    }
}
