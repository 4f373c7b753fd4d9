//! Whether a value is allowed for a setting.

use super::table::{Effect, Setting, Values, setting};

/// Why a setting is refused (INVALID_CONFIG).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("there is no topic setting {name:?}; DescribeConfigs lists them")]
    Unknown { name: String },
    #[error("there is no group setting {name:?}; DescribeConfigs of a group lists them")]
    UnknownOfGroup { name: String },
    #[error("{name} needs a value; to return to its default, delete the setting")]
    NoValue { name: String },
    #[error("{name} must be {wanted}, {value:?} is not")]
    Value { name: &'static str, value: String, wanted: String },
    #[error("{name} stays at its default {default:?}, because {why}; leave it out")]
    Fixed { name: &'static str, default: &'static str, why: &'static str },
    #[error("{name} is no list: set it to a value instead of adding to it or taking from it")]
    NoList { name: &'static str },
    #[error("the broker setting {name:?} cannot be changed while the broker runs; DescribeConfigs tells which can")]
    NotDynamic { name: String },
    #[error("{operation} is no operation on a setting; Kafka knows 0 SET, 1 DELETE, 2 APPEND and 3 SUBTRACT")]
    Operation { operation: i8 },
    #[error("{name} is given more than once in one request")]
    Twice { name: String },
}

/// Checks one value and returns its row of the table.
pub fn check(name: &str, value: &str) -> Result<&'static Setting, ConfigError> {
    let setting = setting(name).ok_or_else(|| ConfigError::Unknown { name: name.to_owned() })?;
    if let Err(wanted) = check_value(setting, value) {
        return Err(ConfigError::Value { name: setting.name, value: value.to_owned(), wanted });
    }
    match setting.effect {
        Effect::Fixed(why) if value != setting.default => {
            Err(ConfigError::Fixed { name: setting.name, default: setting.default, why })
        }
        _ => Ok(setting),
    }
}

/// Checks a value against what its row allows; an error says what that is.
pub(super) fn check_value(setting: &Setting, value: &str) -> Result<(), String> {
    match setting.values {
        Values::Whole(min, max) => match value.trim().parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(()),
            _ => Err(format!("a whole number from {min} to {max}")),
        },
        Values::Fraction(min, max) => match value.trim().parse::<f64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(()),
            _ => Err(format!("a number from {min} to {max}")),
        },
        Values::Boolean if matches!(value, "true" | "false") => Ok(()),
        Values::Boolean => Err("true or false".to_owned()),
        Values::OneOf(words) if words.contains(&value.trim()) => Ok(()),
        Values::OneOf(words) => Err(format!("one of {}", words.join(", "))),
        Values::SomeOf(_) if value.trim().is_empty() => Ok(()),
        Values::SomeOf(words) if value.split(',').all(|word| words.contains(&word.trim())) => Ok(()),
        Values::SomeOf(words) => Err(format!("some of {}, or nothing", words.join(", "))),
        Values::Text => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_is_allowed() {
        let message = |name, value| check(name, value).unwrap_err().to_string();
        assert_eq!(
            message("retention.ms", "-2"),
            "retention.ms must be a whole number from -1 to 9223372036854775807, \"-2\" is not"
        );
        assert!(check("cleanup.policy", "compact, delete").is_ok());
        assert!(message("cleanup.policy", "compact,compress").contains("some of delete, compact"));
        assert!(message("preallocate", "true").contains("one SQLite file"));
        assert!(message("compression.type", "zstd").contains("set compression.type, and its level, on the producer"));
        assert!(message("flush.ms", "1000").contains("flush.messages=1"));
        assert!(message("retention.msec", "1").contains("no topic setting"));
        assert!(message("message.timestamp.type", "Now").contains("CreateTime, LogAppendTime"));
        assert!(check("preallocate", "false").is_ok());
    }
}
