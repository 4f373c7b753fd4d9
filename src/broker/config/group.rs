//! The settings of a group (resource type 32).

mod duration;
mod share;
mod table;

use std::collections::BTreeMap;

pub use share::{ShareConfig, StartReset};
pub use table::{GROUP_SETTINGS, group_setting};

use self::table::{
    CONSUMER_HEARTBEAT_INTERVAL, CONSUMER_SESSION_TIMEOUT, DEAD_LETTER_COPY, DEAD_LETTER_TOPIC, SHARE_DELIVERY_LIMIT,
    SHARE_HEARTBEAT_INTERVAL, SHARE_ISOLATION, SHARE_LOCK_DURATION, SHARE_LOCKS_MAX, SHARE_RENEW, SHARE_RESET,
    SHARE_SESSION_TIMEOUT,
};
use super::{
    check::{ConfigError, check_value},
    table::Setting,
    topic::ConfigOperation,
};

/// What a group has set, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupConfig {
    overrides: BTreeMap<String, String>,
    /// `consumer.session.timeout.ms`
    pub session_timeout_ms: i32,
    /// `consumer.heartbeat.interval.ms`
    pub heartbeat_interval_ms: i32,
    pub share: ShareConfig,
}

impl Default for GroupConfig {
    fn default() -> Self {
        Self::derive(BTreeMap::new())
    }
}

impl GroupConfig {
    /// What was stored; what this version does not allow falls back to its default.
    pub fn from_stored(overrides: BTreeMap<String, String>) -> Self {
        Self::derive(overrides.into_iter().filter(|(name, value)| check(name, value).is_ok()).collect())
    }

    /// What the group has set.
    pub fn overrides(&self) -> &BTreeMap<String, String> {
        &self.overrides
    }

    /// The value in force.
    pub fn value(&self, setting: &Setting) -> &str {
        self.overrides.get(setting.name).map_or(setting.default, String::as_str)
    }

    /// The settings after `changes`; all are allowed, or nothing changes.
    pub fn changed(&self, changes: &[(String, ConfigOperation)]) -> Result<Self, ConfigError> {
        let mut overrides = self.overrides.clone();
        for (index, (name, operation)) in changes.iter().enumerate() {
            if changes[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(ConfigError::Twice { name: name.clone() });
            }
            let setting = group_setting(name).ok_or_else(|| ConfigError::UnknownOfGroup { name: name.clone() })?;
            match operation {
                ConfigOperation::Delete => drop(overrides.remove(name)),
                ConfigOperation::Set(value) => {
                    check(name, value)?;
                    overrides.insert(name.clone(), value.trim().to_owned());
                }
                ConfigOperation::Append(_) | ConfigOperation::Subtract(_) => {
                    return Err(ConfigError::NoList { name: setting.name });
                }
            }
        }
        Ok(Self::derive(overrides))
    }

    fn derive(overrides: BTreeMap<String, String>) -> Self {
        let text = |name: &str| match overrides.get(name) {
            Some(value) => value.as_str(),
            None => group_setting(name).map_or("", |setting| setting.default),
        };
        let number = |name: &str| text(name).parse::<i32>().unwrap_or(0);
        let share = ShareConfig {
            session_timeout_ms: number(SHARE_SESSION_TIMEOUT),
            heartbeat_interval_ms: number(SHARE_HEARTBEAT_INTERVAL),
            lock_ms: number(SHARE_LOCK_DURATION),
            delivery_limit: u16::try_from(number(SHARE_DELIVERY_LIMIT)).unwrap_or(0),
            locks_max: usize::try_from(number(SHARE_LOCKS_MAX)).unwrap_or(0),
            reset: StartReset::parse(text(SHARE_RESET)).unwrap_or(StartReset::Latest),
            committed: text(SHARE_ISOLATION) == "read_committed",
            may_renew: text(SHARE_RENEW) == "true",
            dead_letter_topic: Some(text(DEAD_LETTER_TOPIC)).filter(|name| !name.is_empty()).map(Into::into),
            dead_letter_copy: text(DEAD_LETTER_COPY) == "true",
        };
        Self {
            session_timeout_ms: number(CONSUMER_SESSION_TIMEOUT),
            heartbeat_interval_ms: number(CONSUMER_HEARTBEAT_INTERVAL),
            share,
            overrides,
        }
    }
}

fn check(name: &str, value: &str) -> Result<(), ConfigError> {
    let setting = group_setting(name).ok_or_else(|| ConfigError::UnknownOfGroup { name: name.to_owned() })?;
    let checked = match setting.name {
        SHARE_RESET => share::check_reset(value),
        DEAD_LETTER_TOPIC => share::check_dead_letter_topic(value),
        _ => check_value(setting, value),
    };
    checked.map_err(|wanted| ConfigError::Value { name: setting.name, value: value.to_owned(), wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, value: &str) -> Result<GroupConfig, ConfigError> {
        GroupConfig::default().changed(&[(name.to_owned(), ConfigOperation::Set(value.to_owned()))])
    }

    #[test]
    fn group_settings_have_kafkas_bounds() {
        assert_eq!(change(CONSUMER_SESSION_TIMEOUT, "50000").unwrap().session_timeout_ms, 50_000);
        assert!(change(CONSUMER_SESSION_TIMEOUT, "44999").is_err());
        assert!(change(CONSUMER_HEARTBEAT_INTERVAL, "15001").is_err());
        assert!(matches!(change("retention.ms", "1"), Err(ConfigError::UnknownOfGroup { .. })));
    }

    #[test]
    fn share_groups_have_kafkas_defaults_and_bounds() {
        let share = GroupConfig::default().share;
        assert_eq!((share.lock_ms, share.delivery_limit, share.locks_max), (30_000, 5, 2_000));
        assert_eq!((share.reset, share.committed, share.may_renew), (StartReset::Latest, false, true));
        assert_eq!((share.dead_letter_topic, share.dead_letter_copy), (None, false));
        assert!(change(SHARE_LOCK_DURATION, "14999").is_err());
        assert!(change(SHARE_DELIVERY_LIMIT, "11").is_err());
        assert!(change(SHARE_LOCKS_MAX, "99").is_err());
        assert!(change(SHARE_ISOLATION, "committed").is_err());
        assert_eq!(change(SHARE_RESET, "earliest").unwrap().share.reset, StartReset::Earliest);
        let hour = StartReset::ByDuration { millis: 3_600_000 };
        assert_eq!(change(SHARE_RESET, "by_duration:PT1H").unwrap().share.reset, hour);
        assert!(change(SHARE_RESET, "by_duration:1h").is_err());
        assert!(change(DEAD_LETTER_TOPIC, "orders").unwrap_err().to_string().contains("dlq."));
        assert_eq!(
            change(DEAD_LETTER_TOPIC, "dlq.orders").unwrap().share.dead_letter_topic.as_deref(),
            Some("dlq.orders")
        );
    }
}
