//! A setting of a topic or a broker, as DescribeConfigs tells it.

use std::sync::Arc;

/// What type of value a setting takes (DescribeConfigs v3, `config_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigKind {
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Unknown,
}

/// Where a setting's value comes from (DescribeConfigs, `config_source`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigSource {
    /// Set on this topic.
    Topic,
    /// Set on this group.
    Group,
    /// Set on this broker while it runs (`DYNAMIC_BROKER_CONFIG`).
    Broker,
    /// Set for every broker of the cluster while they run (`DYNAMIC_DEFAULT_BROKER_CONFIG`).
    Cluster,
    /// In the file that the broker was started with (`STATIC_BROKER_CONFIG`).
    File,
    /// Kafka's default.
    Default,
    Unknown,
}

impl ConfigSource {
    /// Set on the very topic or group that was asked for.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Topic | Self::Group)
    }

    /// Somebody has set it, wherever.
    pub fn is_set(self) -> bool {
        !matches!(self, Self::Default | Self::Unknown)
    }
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    pub name: String,
    /// `None` where the broker keeps it secret or it has no value.
    pub value: Option<String>,
    pub source: ConfigSource,
    pub kind: ConfigKind,
    pub read_only: bool,
    /// The broker's own words on what it does, without the tags that Kafka writes; `None` where it gives none.
    pub documentation: Option<Arc<str>>,
    /// The value it falls back to, from the synonyms; `None` where not told.
    pub default: Option<String>,
    /// The broker does not tell its value: it is a password or the like.
    pub sensitive: bool,
    /// Every place in which it, or what it falls back to, is set: the first one counts.
    pub synonyms: Vec<ConfigSynonym>,
}

/// A place in which a setting has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    /// Another setting's name where that one is fallen back to (`log.retention.hours` for `log.retention.ms`).
    pub name: String,
    pub value: Option<String>,
    pub source: ConfigSource,
}
