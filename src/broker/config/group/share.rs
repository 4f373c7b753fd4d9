//! The settings of a share group, ready for use.

use std::sync::Arc;

use super::duration;
use crate::model::check_topic_name;

/// How the names of dead-letter topics begin (`errors.deadletterqueue.topic.name.prefix`, KIP-1191).
pub const DEAD_LETTER_PREFIX: &str = "dlq.";
const BY_DURATION: &str = "by_duration:";

/// Settings of a share group, in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareConfig {
    /// `share.session.timeout.ms`
    pub session_timeout_ms: i32,
    /// `share.heartbeat.interval.ms`
    pub heartbeat_interval_ms: i32,
    /// `share.record.lock.duration.ms`
    pub lock_ms: i32,
    /// `share.delivery.count.limit`
    pub delivery_limit: u16,
    /// `share.partition.max.record.locks`
    pub locks_max: usize,
    /// `share.auto.offset.reset`
    pub reset: StartReset,
    /// `share.isolation.level` is `read_committed`.
    pub committed: bool,
    /// `share.renew.acknowledge.enable`
    pub may_renew: bool,
    /// `errors.deadletterqueue.topic.name`, where there is one.
    pub dead_letter_topic: Option<Arc<str>>,
    /// `errors.deadletterqueue.copy.record.enable`
    pub dead_letter_copy: bool,
}

/// Where a share group begins in a partition that it has not read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartReset {
    Earliest,
    Latest,
    /// With the first record that is not older than so many milliseconds.
    ByDuration {
        millis: i64,
    },
}

impl StartReset {
    /// From its words: `earliest`, `latest`, `by_duration:PT1H30M`; `None` for others.
    pub fn parse(words: &str) -> Option<Self> {
        match words.trim() {
            "earliest" => Some(Self::Earliest),
            "latest" => Some(Self::Latest),
            other => {
                let millis = duration::parse_millis(other.strip_prefix(BY_DURATION)?)?;
                Some(Self::ByDuration { millis })
            }
        }
    }
}

/// Checks `share.auto.offset.reset`; an error says what is allowed.
pub fn check_reset(value: &str) -> Result<(), String> {
    let wanted = || "earliest, latest, or by_duration: with an ISO 8601 duration, as in by_duration:P1DT2H".to_owned();
    StartReset::parse(value).map(|_| ()).ok_or_else(wanted)
}

/// Checks `errors.deadletterqueue.topic.name`; an error says what is allowed.
pub fn check_dead_letter_topic(value: &str) -> Result<(), String> {
    let value = value.trim();
    let named = value.starts_with(DEAD_LETTER_PREFIX) && check_topic_name(value).is_ok();
    let wanted = || format!("empty, or the name of a topic that begins with {DEAD_LETTER_PREFIX:?}");
    if value.is_empty() || named { Ok(()) } else { Err(wanted()) }
}
