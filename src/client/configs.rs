//! Settings of topics: describe and change.

use super::{Client, ClientError};
use crate::model::ConfigEntry;

/// A change of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// Sets it on the topic.
    Set(String, String),
    /// Takes the topic's own value away, so that the default counts again.
    Reset(String),
}

impl Client {
    /// All settings of a topic, by name, with default, source, type and explanation.
    pub async fn describe_topic_configs(&self, _name: &str) -> Result<Vec<ConfigEntry>, ClientError> {
        todo!()
    }

    /// Changes some settings of a topic and leaves the others alone (IncrementalAlterConfigs).
    pub async fn alter_topic_configs(&self, _name: &str, _changes: Vec<ConfigChange>) -> Result<(), ClientError> {
        todo!()
    }
}
