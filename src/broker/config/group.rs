//! The settings of a group (resource type 32): Kafka's `GroupConfig` of 4.3, as far as there are such groups here.

use std::collections::BTreeMap;

use super::{
    check::ConfigError,
    table::{Effect, Setting, Unit, Values},
    topic::ConfigOperation,
};
use crate::model::ConfigKind;

const SESSION_TIMEOUT: &str = "consumer.session.timeout.ms";
const HEARTBEAT_INTERVAL: &str = "consumer.heartbeat.interval.ms";

/// `group.consumer.session.timeout.ms`
pub const SESSION_TIMEOUT_MS_DEFAULT: i32 = 45_000;
/// `group.consumer.heartbeat.interval.ms`
pub const HEARTBEAT_INTERVAL_MS_DEFAULT: i32 = 5_000;
/// `group.consumer.min.session.timeout.ms` and `group.consumer.max.session.timeout.ms`
pub const SESSION_TIMEOUT_MS: (i64, i64) = (45_000, 60_000);
/// `group.consumer.min.heartbeat.interval.ms` and `group.consumer.max.heartbeat.interval.ms`
pub const HEARTBEAT_INTERVAL_MS: (i64, i64) = (5_000, 15_000);

const fn millis(name: &'static str, default: &'static str, bounds: (i64, i64), documentation: &'static str) -> Setting {
    Setting {
        name,
        kind: ConfigKind::Int,
        default,
        unit: Unit::Milliseconds,
        values: Values::Whole(bounds.0, bounds.1),
        effect: Effect::Honoured,
        documentation,
    }
}

/// All group settings, by name.
pub const GROUP_SETTINGS: &[Setting] = &[
    millis(
        HEARTBEAT_INTERVAL,
        "5000",
        HEARTBEAT_INTERVAL_MS,
        "How often members of the consumer protocol are told to send heartbeats.",
    ),
    millis(
        SESSION_TIMEOUT,
        "45000",
        SESSION_TIMEOUT_MS,
        "How long a member of the consumer protocol may be silent before it counts as gone.",
    ),
];

/// The group setting of that name; `None` where there is none.
pub fn group_setting(name: &str) -> Option<&'static Setting> {
    GROUP_SETTINGS.iter().find(|setting| setting.name == name)
}

/// What a group has set, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupConfig {
    overrides: BTreeMap<String, String>,
    pub session_timeout_ms: i32,
    pub heartbeat_interval_ms: i32,
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
        let number = |name: &str, default| overrides.get(name).and_then(|value| value.parse().ok()).unwrap_or(default);
        Self {
            session_timeout_ms: number(SESSION_TIMEOUT, SESSION_TIMEOUT_MS_DEFAULT),
            heartbeat_interval_ms: number(HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL_MS_DEFAULT),
            overrides,
        }
    }
}

fn check(name: &str, value: &str) -> Result<(), ConfigError> {
    let setting = group_setting(name).ok_or_else(|| ConfigError::UnknownOfGroup { name: name.to_owned() })?;
    let Values::Whole(min, max) = setting.values else { return Ok(()) };
    match value.trim().parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(()),
        _ => Err(ConfigError::Value {
            name: setting.name,
            value: value.to_owned(),
            wanted: format!("a whole number from {min} to {max}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_settings_have_kafkas_bounds() {
        let change = |name: &str, value: &str| {
            GroupConfig::default().changed(&[(name.to_owned(), ConfigOperation::Set(value.to_owned()))])
        };
        assert_eq!(change(SESSION_TIMEOUT, "50000").unwrap().session_timeout_ms, 50_000);
        assert!(change(SESSION_TIMEOUT, "44999").is_err());
        assert!(change(HEARTBEAT_INTERVAL, "15001").is_err());
        assert!(matches!(change("retention.ms", "1"), Err(ConfigError::UnknownOfGroup { .. })));
    }
}
