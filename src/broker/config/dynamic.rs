//! Broker settings that are changed while the broker runs: defaults for all topics, for the node or for every node of
//! the cluster.

use std::collections::BTreeMap;

use super::{
    check::{ConfigError, check},
    synonyms::{SYNONYMS, on_topic},
    table::setting,
    topic::{ConfigOperation, edit_list, tidy},
};

/// What the defaults of topic settings are, where they are not Kafka's.
pub type TopicDefaults = BTreeMap<&'static str, String>;

/// For whom a broker setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The node itself (`kafka-configs --entity-name 1`).
    Node,
    /// Every node that has no own value (`--entity-default`).
    Cluster,
}

/// The settings that were changed, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DynamicSettings {
    pub node: BTreeMap<String, String>,
    pub cluster: BTreeMap<String, String>,
}

impl DynamicSettings {
    /// What is set for a scope.
    pub fn of(&self, scope: Scope) -> &BTreeMap<String, String> {
        match scope {
            Scope::Node => &self.node,
            Scope::Cluster => &self.cluster,
        }
    }

    /// The same with other settings for a scope.
    pub fn with(&self, scope: Scope, settings: BTreeMap<String, String>) -> Self {
        let mut changed = self.clone();
        match scope {
            Scope::Node => changed.node = settings,
            Scope::Cluster => changed.cluster = settings,
        }
        changed
    }

    /// The value in force; the node's own goes first.
    pub fn value(&self, name: &str) -> Option<&String> {
        self.node.get(name).or_else(|| self.cluster.get(name))
    }

    /// What follows for topics.
    pub fn topic_defaults(&self) -> TopicDefaults {
        let known = SYNONYMS.iter().filter_map(|(topic, broker)| Some((*topic, self.value(broker)?.clone())));
        known.collect()
    }

    /// The settings of a scope after `changes`; all are allowed, or nothing changes.
    pub fn changed(
        &self,
        scope: Scope,
        changes: &[(String, ConfigOperation)],
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        let mut settings = self.of(scope).clone();
        for (index, (name, operation)) in changes.iter().enumerate() {
            if changes[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(ConfigError::Twice { name: name.clone() });
            }
            if let ConfigOperation::Delete = operation {
                // Tools take away what they never set: limits of copying, above all.
                settings.remove(name);
                continue;
            }
            let topic = on_topic(name).ok_or_else(|| ConfigError::NotDynamic { name: name.clone() })?;
            let setting = setting(topic).ok_or_else(|| ConfigError::NotDynamic { name: name.clone() })?;
            let current = settings.get(name).or_else(|| self.value(name)).map_or(setting.default, String::as_str);
            let value = match operation {
                ConfigOperation::Delete => continue,
                ConfigOperation::Set(value) => value.clone(),
                ConfigOperation::Append(words) => edit_list(setting, current, words, true)?,
                ConfigOperation::Subtract(words) => edit_list(setting, current, words, false)?,
            };
            settings.insert(name.clone(), tidy(check(topic, &value)?, &value));
        }
        Ok(settings)
    }
}
