//! What a task, a "what if" or a hand does to the stage.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{ActorSpec, is_default};

/// Actions that one task may hold.
const ACTIONS_MAX: usize = 32;

/// One thing that is done to the stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// An actor begins, or goes on after [`Action::Stop`].
    Start {
        actor: String,
    },
    /// An actor ends in order: a consumer leaves its group.
    Stop {
        actor: String,
    },
    /// An actor vanishes in the middle of what it does.
    Crash {
        actor: String,
    },
    /// A crashed or stopped actor begins anew.
    Restart {
        actor: String,
    },
    /// An actor rests; a consumer stays in its group.
    Pause {
        actor: String,
    },
    Resume {
        actor: String,
    },
    /// Changes a field of an actor, such as `rate` or `processing_ms`.
    Set {
        actor: String,
        field: String,
        value: Setting,
    },
    AddActor {
        actor: Box<ActorSpec>,
    },
    RemoveActor {
        actor: String,
    },
    /// Somebody sends by hand.
    Produce {
        topic: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// A template; without it the message tells its number. An empty text is a null value where `tombstone` is set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// A null value: deletes the key of a compacted topic.
        #[serde(default, skip_serializing_if = "is_default")]
        tombstone: bool,
        #[serde(default = "once", skip_serializing_if = "is_once")]
        times: u32,
    },
    /// Asks the broker for an old message; the outcome is the fact `read["<topic>"]`: `found` or `gone`.
    Read {
        topic: String,
        #[serde(default, skip_serializing_if = "is_default")]
        partition: i32,
        offset: i64,
    },
    CreateTopic {
        topic: String,
        #[serde(default = "one_partition")]
        partitions: i32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        config: BTreeMap<String, String>,
    },
    /// A topic has so many partitions from now on.
    AddPartitions {
        topic: String,
        partitions: i32,
    },
    /// Changes settings of a topic or of a group.
    Configure {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        config: BTreeMap<String, String>,
    },
    Compact {
        topic: String,
    },
    /// A group reads from another place; its members must have gone. In a queue all waiting records come again.
    ResetOffsets {
        group: String,
        topic: String,
        to: ResetTo,
    },
    DeleteRecords {
        topic: String,
        #[serde(default, skip_serializing_if = "is_default")]
        partition: i32,
        before: i64,
    },
    /// A service changes to `sequence` or `queue`.
    Mode {
        actor: String,
        value: super::ServiceMode,
    },
    /// Lets hours pass in a moment.
    Jump {
        hours: f64,
    },
    /// Lets seconds pass before the actions that follow it in a list; where somebody watches, at the stage's speed.
    Run {
        seconds: f64,
    },
    /// Answers the question of the step; the choices count from 1.
    Answer {
        choice: usize,
    },
    /// Ends the open transaction of a producer.
    Abort {
        actor: String,
    },
    Commit {
        actor: String,
    },
}

fn once() -> u32 {
    1
}

fn is_once(times: &u32) -> bool {
    *times == 1
}

fn one_partition() -> i32 {
    1
}

impl Action {
    /// The actor that it is about, where it names one that must be there.
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Start { actor }
            | Self::Stop { actor }
            | Self::Crash { actor }
            | Self::Restart { actor }
            | Self::Pause { actor }
            | Self::Resume { actor }
            | Self::Set { actor, .. }
            | Self::RemoveActor { actor }
            | Self::Mode { actor, .. }
            | Self::Abort { actor }
            | Self::Commit { actor } => Some(actor),
            _ => None,
        }
    }

    /// The topic that it is about, where it names one that must be there.
    pub fn topic(&self) -> Option<&str> {
        match self {
            Self::Produce { topic, .. }
            | Self::Read { topic, .. }
            | Self::AddPartitions { topic, .. }
            | Self::Compact { topic }
            | Self::ResetOffsets { topic, .. }
            | Self::DeleteRecords { topic, .. } => Some(topic),
            Self::Configure { topic, .. } => topic.as_deref(),
            _ => None,
        }
    }
}

/// The value of a setting of an actor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    Flag(bool),
    Number(f64),
    Word(String),
    Words(Vec<String>),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
            Self::Words(words) => f.write_str(&words.join(", ")),
        }
    }
}

/// Where a group is set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ResetTo {
    /// `earliest` or `latest`.
    Word(super::From),
    Offset(i64),
}

/// What a button does: nothing, one action, or several in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Actions(pub Vec<Action>);

impl Actions {
    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Actions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;
        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = Actions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action such as { do = \"start\", actor = \"anna\" }, or a list of actions")
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Actions, M::Error> {
                Ok(Actions(vec![Action::deserialize(MapAccessDeserializer::new(map))?]))
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Actions, S::Error> {
                let mut actions = Vec::new();
                while let Some(action) = seq.next_element()? {
                    if actions.len() == ACTIONS_MAX {
                        return Err(de::Error::custom(format!("a task has at most {ACTIONS_MAX} actions")));
                    }
                    actions.push(action);
                }
                Ok(Actions(actions))
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}
