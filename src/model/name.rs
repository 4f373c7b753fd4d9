//! Names and the rules that Kafka has for them.

use std::sync::Arc;

use super::PartitionId;

/// Longest topic name in bytes (Kafka: `Topic.MAX_NAME_LENGTH`; a folder name of topic, dash and partition must fit 255).
pub const TOPIC_NAME_BYTES_MAX: usize = 249;
/// Longest group id in bytes that Millpond takes; Kafka's own bound is that of a protocol string.
pub const GROUP_NAME_BYTES_MAX: usize = 32_767;

/// One partition of one topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    pub topic: Arc<str>,
    pub partition: PartitionId,
}

impl TopicPartition {
    pub fn new(topic: impl Into<Arc<str>>, partition: PartitionId) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name needs at least one character")]
    Empty,
    #[error("\".\" and \"..\" are names of folders; choose another name")]
    Dots,
    #[error("the name has {bytes} bytes, at most {max} are allowed")]
    TooLong { bytes: usize, max: usize },
    #[error("the character {character:?} is not allowed in a topic name; use letters, digits, \".\", \"_\" and \"-\"")]
    Character { character: char },
}

/// Kafka's rule for topic names: 1 to 249 of `[a-zA-Z0-9._-]`, and neither `.` nor `..`.
pub fn check_topic_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name == "." || name == ".." {
        return Err(NameError::Dots);
    }
    if let Some(character) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))) {
        return Err(NameError::Character { character });
    }
    if name.len() > TOPIC_NAME_BYTES_MAX {
        return Err(NameError::TooLong { bytes: name.len(), max: TOPIC_NAME_BYTES_MAX });
    }
    Ok(())
}

/// A group id may be any text that is not empty.
pub fn check_group_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > GROUP_NAME_BYTES_MAX {
        return Err(NameError::TooLong { bytes: name.len(), max: GROUP_NAME_BYTES_MAX });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_names_follow_kafkas_rule() {
        for good in ["a", "orders.dlq", "A_b-9", "...", &"x".repeat(249)] {
            assert_eq!(check_topic_name(good), Ok(()), "{good}");
        }
        assert_eq!(check_topic_name(""), Err(NameError::Empty));
        assert_eq!(check_topic_name(".."), Err(NameError::Dots));
        assert_eq!(check_topic_name("a b"), Err(NameError::Character { character: ' ' }));
        assert_eq!(check_topic_name("订单"), Err(NameError::Character { character: '订' }));
        assert_eq!(check_topic_name(&"x".repeat(250)), Err(NameError::TooLong { bytes: 250, max: 249 }));
    }
}
