//! The settings of one topic.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    check::{ConfigError, check},
    dynamic::TopicDefaults,
    table::{Setting, setting},
};
use crate::model::{ConfigKind, TimestampMillis};

/// What a topic has set, and what follows from it, ready for use on the way of every record.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicConfig {
    overrides: BTreeMap<String, String>,
    /// What the broker says where the topic says nothing.
    defaults: Arc<TopicDefaults>,
    /// `None`: records do not age.
    pub retention_ms: Option<i64>,
    /// `None`: a partition grows without limit.
    pub retention_bytes: Option<i64>,
    pub max_message_bytes: usize,
    /// Whether the broker's time replaces the producer's.
    pub log_append_time: bool,
    pub timestamp_before_max_ms: i64,
    pub timestamp_after_max_ms: i64,
    /// After how many records the log is synced, whatever `acks` says; `None`: as `acks` says.
    pub flush_messages: Option<u64>,
    /// Whether old records are dropped by time and size.
    pub delete: bool,
    /// How it is compacted, where `cleanup.policy` says so.
    pub compact: Option<Compaction>,
    /// Whether share groups may write their dead letters here.
    pub takes_dead_letters: bool,
    /// Whether what the topic's only share group has finished is deleted (`millpond.delete.acknowledged`).
    pub delete_acknowledged: bool,
}

/// The settings of compaction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compaction {
    pub min_lag_ms: i64,
    pub max_lag_ms: i64,
    /// `min.cleanable.dirty.ratio`.
    pub dirty_ratio: f64,
    pub delete_retention_ms: i64,
}

/// A change of one setting, as IncrementalAlterConfigs has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigOperation {
    Set(String),
    /// Back to the default.
    Delete,
    /// Adds words to a list.
    Append(String),
    /// Takes words from a list.
    Subtract(String),
}

impl ConfigOperation {
    /// From the numbers on the wire.
    pub fn from_wire(operation: i8, name: &str, value: Option<&str>) -> Result<Self, ConfigError> {
        let value = || value.map(str::to_owned).ok_or_else(|| ConfigError::NoValue { name: name.to_owned() });
        match operation {
            0 => Ok(Self::Set(value()?)),
            1 => Ok(Self::Delete),
            2 => Ok(Self::Append(value()?)),
            3 => Ok(Self::Subtract(value()?)),
            _ => Err(ConfigError::Operation { operation }),
        }
    }
}

impl Default for TopicConfig {
    fn default() -> Self {
        Self::derive(BTreeMap::new(), Arc::default())
    }
}

impl TopicConfig {
    /// Checks and takes what a topic sets.
    pub fn new(mut overrides: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        for (name, value) in &mut overrides {
            *value = tidy(check(name, value)?, value);
        }
        Ok(Self::derive(overrides, Arc::default()))
    }

    /// The same where the broker has other defaults.
    pub fn with_defaults(&self, defaults: Arc<TopicDefaults>) -> Self {
        Self::derive(self.overrides.clone(), defaults)
    }

    /// As [`TopicConfig::new`], for what was stored: what this version does not allow falls back to its default instead
    /// of making the topic unusable.
    pub fn from_stored(overrides: BTreeMap<String, String>) -> Self {
        Self::derive(overrides.into_iter().filter(|(name, value)| check(name, value).is_ok()).collect(), Arc::default())
    }

    /// What the topic has set.
    pub fn overrides(&self) -> &BTreeMap<String, String> {
        &self.overrides
    }

    /// The value in force.
    pub fn value(&self, setting: &Setting) -> &str {
        let value = self.overrides.get(setting.name).or_else(|| self.defaults.get(setting.name));
        value.map_or(setting.default, String::as_str)
    }

    /// The settings after `changes`; all are allowed, or nothing changes.
    pub fn changed(&self, changes: &[(String, ConfigOperation)]) -> Result<Self, ConfigError> {
        let mut overrides = self.overrides.clone();
        for (index, (name, operation)) in changes.iter().enumerate() {
            if changes[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(ConfigError::Twice { name: name.clone() });
            }
            let setting = setting(name).ok_or_else(|| ConfigError::Unknown { name: name.clone() })?;
            let value = match operation {
                ConfigOperation::Delete => {
                    overrides.remove(name);
                    continue;
                }
                ConfigOperation::Set(value) => value.clone(),
                ConfigOperation::Append(words) => edit_list(setting, self.value(setting), words, true)?,
                ConfigOperation::Subtract(words) => edit_list(setting, self.value(setting), words, false)?,
            };
            overrides.insert(name.clone(), tidy(check(name, &value)?, &value));
        }
        Ok(Self::derive(overrides, self.defaults.clone()))
    }

    /// The settings when these are all that the topic sets.
    pub fn replaced(&self, overrides: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        Ok(Self::new(overrides)?.with_defaults(self.defaults.clone()))
    }

    /// Whether a record may carry `timestamp` when it arrives at `now`. -1 is a record without one.
    pub fn allows_timestamp(&self, timestamp: TimestampMillis, now: TimestampMillis) -> bool {
        timestamp < 0
            || self.log_append_time
            || (now.saturating_sub(timestamp) <= self.timestamp_before_max_ms
                && timestamp.saturating_sub(now) <= self.timestamp_after_max_ms)
    }

    fn derive(overrides: BTreeMap<String, String>, defaults: Arc<TopicDefaults>) -> Self {
        let text = |name: &str| {
            let value = overrides.get(name).or_else(|| defaults.get(name)).map(String::as_str);
            value.or_else(|| Some(setting(name)?.default)).unwrap_or("").trim()
        };
        let number = |name: &str| text(name).parse::<i64>().unwrap_or(-1);
        let limit = |name: &str| Some(number(name)).filter(|limit| *limit >= 0);
        Self {
            retention_ms: limit("retention.ms"),
            retention_bytes: limit("retention.bytes"),
            max_message_bytes: usize::try_from(number("max.message.bytes")).unwrap_or(0),
            log_append_time: text("message.timestamp.type") == "LogAppendTime",
            timestamp_before_max_ms: number("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: number("message.timestamp.after.max.ms"),
            flush_messages: u64::try_from(number("flush.messages")).ok().filter(|count| *count < i64::MAX as u64),
            compact: text("cleanup.policy").split(',').any(|word| word.trim() == "compact").then(|| Compaction {
                min_lag_ms: number("min.compaction.lag.ms"),
                max_lag_ms: number("max.compaction.lag.ms"),
                dirty_ratio: text("min.cleanable.dirty.ratio").parse().unwrap_or(0.5),
                delete_retention_ms: number("delete.retention.ms"),
            }),
            delete: text("cleanup.policy").split(',').any(|word| word.trim() == "delete"),
            takes_dead_letters: text("errors.deadletterqueue.group.enable") == "true",
            delete_acknowledged: text("millpond.delete.acknowledged") == "true",
            overrides,
            defaults,
        }
    }
}

/// A checked value as it is kept: each word of a list once, without spaces.
pub(super) fn tidy(setting: &Setting, value: &str) -> String {
    match setting.kind {
        ConfigKind::List => joined(words_of(value)),
        _ => value.to_owned(),
    }
}

fn words_of(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut list = Vec::new();
    words.for_each(|word| {
        if !list.contains(&word) {
            list.push(word)
        }
    });
    list.join(",")
}

pub(super) fn edit_list(
    setting: &'static Setting,
    current: &str,
    words: &str,
    add: bool,
) -> Result<String, ConfigError> {
    if setting.kind != ConfigKind::List {
        return Err(ConfigError::NoList { name: setting.name });
    }
    if !add {
        return Ok(joined(words_of(current).filter(|word| words_of(words).all(|gone| gone != *word))));
    }
    if words_of(words).next().is_none() {
        let wanted = "a word to add".to_owned();
        return Err(ConfigError::Value { name: setting.name, value: words.to_owned(), wanted });
    }
    Ok(joined(words_of(current).chain(words_of(words))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, operation: ConfigOperation) -> Result<TopicConfig, ConfigError> {
        TopicConfig::default().changed(&[(name.to_owned(), operation)])
    }

    #[test]
    fn changes_take_effect_or_are_refused_whole() {
        let config = change("retention.ms", ConfigOperation::Set("-1".into())).unwrap();
        assert_eq!(config.retention_ms, None);
        assert_eq!(config.changed(&[("retention.ms".into(), ConfigOperation::Delete)]), Ok(TopicConfig::default()));
        assert!(matches!(
            change("retention.ms", ConfigOperation::Append("1".into())),
            Err(ConfigError::NoList { name: "retention.ms" })
        ));
        let both = change("cleanup.policy", ConfigOperation::Append("compact".into())).unwrap();
        assert_eq!(both.overrides()["cleanup.policy"], "delete,compact");
        assert!(both.delete && both.compact.is_some_and(|compact| compact.dirty_ratio == 0.5));
        assert_eq!(
            change("cleanup.policy", ConfigOperation::Append("delete".into())).unwrap().overrides()["cleanup.policy"],
            "delete"
        );
        // Neither drops by age nor compacts (so does Kafka since 4.1).
        let neither = change("cleanup.policy", ConfigOperation::Subtract("delete".into())).unwrap();
        assert!(!neither.delete && neither.compact.is_none());
        assert!(change("cleanup.policy", ConfigOperation::Append(String::new())).is_err());
        let tidied = change("cleanup.policy", ConfigOperation::Set(" compact , delete,compact".into())).unwrap();
        assert_eq!(tidied.overrides()["cleanup.policy"], "compact,delete");
    }

    #[test]
    fn timestamps_have_bounds_on_both_sides() {
        let config = TopicConfig::default();
        assert!(config.allows_timestamp(0, 1_000_000_000_000));
        assert!(config.allows_timestamp(1_000 + 3_600_000, 1_000));
        assert!(!config.allows_timestamp(1_001 + 3_600_000, 1_000));
    }
}
