//! Looking at groups and deleting them.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::{Coordinator, Entry, offsets::CommitError};
use crate::{broker::meta, model::GroupState};

/// A group in a list.
#[derive(Debug, Clone)]
pub struct GroupSummary {
    pub id: Arc<str>,
    pub state: GroupState,
    /// Empty where only offsets were ever committed.
    pub protocol_type: String,
}

/// A group in full.
#[derive(Debug, Clone)]
pub struct GroupDescription {
    pub state: GroupState,
    pub protocol_type: String,
    /// The assignor; empty while there is none.
    pub protocol: String,
    pub members: Vec<MemberDescription>,
}

/// A member of a group.
#[derive(Debug, Clone)]
pub struct MemberDescription {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    /// Its subscription, in the format of the protocol type.
    pub metadata: Bytes,
    pub assignment: Bytes,
}

impl Coordinator {
    /// All groups, by id.
    pub fn list(&self) -> Vec<GroupSummary> {
        let inner = self.inner.lock();
        inner
            .groups
            .iter()
            .map(|(id, entry)| GroupSummary {
                id: id.clone(),
                state: entry.group.state(),
                protocol_type: entry.group.protocol_type().unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// One group; `None` where nobody knows it.
    pub fn describe(&self, group: &str) -> Option<GroupDescription> {
        let inner = self.inner.lock();
        let group = &inner.groups.get(group)?.group;
        let is_stable = group.state() == GroupState::Stable;
        // While they rebalance, what members told and were given does not hold (as in Kafka).
        let protocol = group.protocol().filter(|_| is_stable).unwrap_or_default();
        let members = group.members().iter().map(|member| MemberDescription {
            id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: member.metadata(protocol),
            assignment: if is_stable { member.assignment.clone() } else { Bytes::new() },
        });
        Some(GroupDescription {
            state: group.state(),
            protocol_type: group.protocol_type().unwrap_or_default().to_owned(),
            protocol: protocol.to_owned(),
            members: members.collect(),
        })
    }

    /// Deletes a group without members and all that it committed; durable when this returns.
    pub async fn delete(&self, group: &str) -> Result<(), CommitError> {
        let id: Arc<str> = {
            let mut inner = self.inner.lock();
            let refused = |error| Err(CommitError::Refused(error));
            match inner.groups.get(group) {
                None => return refused(ResponseError::GroupIdNotFound),
                Some(entry) if !entry.group.is_vacant() => return refused(ResponseError::NonEmptyGroup),
                Some(_) => {}
            }
            inner.groups.remove(group);
            group.into()
        };
        Ok(self.meta.write(meta::delete_group(id)).await?)
    }

    /// Which of `topics` the group's members are subscribed to: their offsets must not be deleted. An error where the
    /// group is unknown, or its members speak another protocol than consumers do.
    pub fn subscribed(
        &self,
        group: &str,
        subscription: impl Fn(&Bytes) -> Option<Vec<String>>,
    ) -> Result<HashSet<String>, ResponseError> {
        let inner = self.inner.lock();
        let Entry { group, .. } = inner.groups.get(group).ok_or(ResponseError::GroupIdNotFound)?;
        let mut topics = HashSet::new();
        let Some(protocol) = group.protocol() else {
            return if group.members().is_empty() { Ok(topics) } else { Err(ResponseError::NonEmptyGroup) };
        };
        for member in group.members() {
            topics.extend(subscription(&member.metadata(protocol)).ok_or(ResponseError::NonEmptyGroup)?);
        }
        Ok(topics)
    }
}
