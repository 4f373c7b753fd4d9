//! What of a group survives a restart, and its form in `meta.sqlite`: JSON, with bytes as base64.

use serde::{Deserialize, Serialize};

use super::{
    group::{Group, Member, Rebalance},
    types::GroupLimits,
};
use crate::{
    broker::RebalanceReason,
    model::{GroupState, TimestampMillis},
};

/// A classic group as it is stored: its members and what they were assigned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredGroup {
    generation: i32,
    protocol_type: Option<String>,
    protocol: Option<String>,
    leader: Option<String>,
    /// Whether the members have their assignments; otherwise a rebalance was under way.
    stable: bool,
    members: Vec<Member>,
}

impl Group {
    /// What must survive a restart.
    pub fn stored(&self) -> StoredGroup {
        StoredGroup {
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            stable: self.state == GroupState::Stable,
            members: self.members.clone(),
        }
    }

    /// The group as it was stored. Every member gets a fresh session; a rebalance that was under way begins anew under
    /// the same members, so that the generation that some of them may have heard of is never given out twice.
    pub fn restored(
        limits: GroupLimits,
        stored: StoredGroup,
        empty_since: Option<TimestampMillis>,
        now: TimestampMillis,
    ) -> Self {
        let mut group = Self::vacant(limits, stored.generation, stored.protocol_type, empty_since.unwrap_or(now));
        if stored.members.is_empty() {
            return group;
        }
        group.protocol = stored.protocol;
        group.leader = stored.leader;
        group.members = stored.members;
        group.empty_since = None;
        for member in &mut group.members {
            member.synced = true;
            member.touch(now);
        }
        if stored.stable {
            group.state = GroupState::Stable;
        } else {
            group.state = GroupState::PreparingRebalance;
            let timeout = group.members.iter().map(|member| i64::from(member.rebalance_timeout_ms)).max().unwrap_or(0);
            group.rebalance = Some(Rebalance {
                began: now,
                reason: RebalanceReason::BrokerRestarted,
                deadline: now + timeout.max(0),
                initial_remaining_ms: None,
                newcomers: false,
            });
        }
        group
    }
}

/// Bytes as base64.
pub(super) mod bytes_text {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use bytes::Bytes;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
    }
}

/// Assignors with their bytes, in order.
pub(super) mod named_bytes {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Named(String, #[serde(with = "super::bytes_text")] Bytes);

    pub fn serialize<S: Serializer>(all: &[(String, Bytes)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(all.iter().map(|(name, bytes)| Named(name.clone(), bytes.clone())))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Bytes)>, D::Error> {
        let all = Vec::<Named>::deserialize(deserializer)?;
        Ok(all.into_iter().map(|Named(name, bytes)| (name, bytes)).collect())
    }
}
