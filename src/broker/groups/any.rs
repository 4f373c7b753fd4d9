//! A group of any protocol, as far as they are alike.

use serde::{Deserialize, Serialize};

use super::{
    consumer::ConsumerGroup,
    group::Group,
    share::{ShareGroup, ShareWorld},
    stored::StoredGroup,
    types::{Effect, GroupLimits},
};
use crate::{
    codec::consumer_protocol::PROTOCOL_TYPE,
    model::{GroupState, TimestampMillis},
};

/// Kafka's protocol type of share groups.
const SHARE_PROTOCOL_TYPE: &str = "share";

/// How long members may be silent, as the group's settings say.
#[derive(Debug, Clone, Copy)]
pub struct SessionTimeouts {
    pub consumer_ms: i32,
    pub share_ms: i32,
}

/// A group.
#[derive(Debug, Clone)]
pub enum AnyGroup {
    Classic(Group),
    Consumer(ConsumerGroup),
    Share(ShareGroup),
}

/// A group as it is stored.
#[derive(Serialize, Deserialize)]
enum Stored {
    Classic(StoredGroup),
    Consumer(Box<ConsumerGroup>),
    Share(Box<ShareGroup>),
}

impl AnyGroup {
    /// What must survive a restart, as text.
    pub fn stored(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&match self {
            Self::Classic(group) => Stored::Classic(group.stored()),
            Self::Consumer(group) => Stored::Consumer(Box::new(group.clone())),
            Self::Share(group) => Stored::Share(Box::new(group.clone())),
        })
    }

    /// The group from that text. `timeouts` are the session timeouts of the group's settings.
    pub fn restored(
        text: &str,
        limits: &GroupLimits,
        timeouts: SessionTimeouts,
        empty_since: Option<TimestampMillis>,
        now: TimestampMillis,
    ) -> Result<Self, serde_json::Error> {
        Ok(match serde_json::from_str(text)? {
            Stored::Classic(stored) => Self::Classic(Group::restored(limits.clone(), stored, empty_since, now)),
            Stored::Consumer(group) => Self::Consumer(group.wake(timeouts.consumer_ms, empty_since, now)),
            Stored::Share(group) => Self::Share(group.wake(timeouts.share_ms, empty_since, now)),
        })
    }

    /// Kafka's word for the protocol (ListGroups v5).
    pub fn type_word(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
            Self::Consumer(_) => "consumer",
            Self::Share(_) => "share",
        }
    }

    pub fn state(&self) -> GroupState {
        match self {
            Self::Classic(group) => group.state(),
            Self::Consumer(group) => group.state(),
            Self::Share(group) => group.state(),
        }
    }

    /// Generation or group epoch: what never goes back.
    pub fn epoch(&self) -> i32 {
        match self {
            Self::Classic(group) => group.generation(),
            Self::Consumer(group) => group.epoch(),
            Self::Share(group) => group.epoch(),
        }
    }

    pub fn protocol_type(&self) -> Option<&str> {
        match self {
            Self::Classic(group) => group.protocol_type(),
            Self::Consumer(_) => Some(PROTOCOL_TYPE),
            Self::Share(_) => Some(SHARE_PROTOCOL_TYPE),
        }
    }

    /// Since when it has had no members, in epoch milliseconds.
    pub fn empty_since(&self) -> Option<TimestampMillis> {
        match self {
            Self::Classic(group) => group.empty_since(),
            Self::Consumer(group) => group.empty_since(),
            Self::Share(group) => group.empty_since(),
        }
    }

    /// Whether it may be forgotten: no members, and none on the way.
    pub fn is_vacant(&self) -> bool {
        match self {
            Self::Classic(group) => group.is_vacant(),
            Self::Consumer(group) => group.state() == GroupState::Empty,
            Self::Share(group) => group.state() == GroupState::Empty,
        }
    }

    /// When `tick` has something to do at the earliest.
    pub fn next_deadline(&self) -> Option<TimestampMillis> {
        match self {
            Self::Classic(group) => group.next_deadline(),
            Self::Consumer(group) => group.next_deadline(),
            Self::Share(group) => group.next_deadline(),
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, world: ShareWorld<'_>, now: TimestampMillis) -> Vec<Effect> {
        match self {
            Self::Classic(group) => group.tick(now),
            Self::Consumer(group) => group.tick(now),
            Self::Share(group) => group.tick(world, now),
        }
    }
}
