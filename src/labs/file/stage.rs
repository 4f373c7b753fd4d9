//! What stands on a stage before anybody acts: lanes, topics, groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Text, is_default};

/// How the picture is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Producers, topic, consumers, from left to right.
    #[default]
    Lane,
    /// Two of them, one above the other, for comparing.
    TwoLanes,
    /// A form, a service, its database and what follows.
    SignUp,
    /// Counters and charts above all.
    Chart,
}

/// A strip of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneSpec {
    pub id: String,
    pub title: Text,
    #[serde(default, skip_serializing_if = "is_default")]
    pub note: Text,
}

/// A topic that is there from the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicSpec {
    pub name: String,
    #[serde(default = "one")]
    pub partitions: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// Kafka's topic settings, such as `retention.ms`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
}

fn one() -> i32 {
    1
}

/// How the members of a group divide the records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupType {
    /// Each partition to one member; members agree among themselves (JoinGroup, SyncGroup).
    #[default]
    Classic,
    /// The same, told by the broker in heartbeats (KIP-848).
    Consumer,
    /// Each record to one member: a queue (KIP-932).
    Share,
}

impl GroupType {
    /// Kafka's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
        }
    }
}

/// A group that is there from the start, with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    pub id: String,
    #[serde(rename = "type", default)]
    pub kind: GroupType,
    /// What of it a queue has: groups that subscribe need none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Kafka's group settings, such as `share.record.lock.duration.ms`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
}
