//! Looking at groups and deleting them.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use kafka_protocol::ResponseError;

use super::{Coordinator, offsets::CommitError};
use crate::{
    broker::{groups::AnyGroup, meta},
    codec::consumer_protocol::Subscription,
    model::GroupState,
};

/// A group in a list.
#[derive(Debug, Clone)]
pub struct GroupSummary {
    pub id: Arc<str>,
    pub state: GroupState,
    /// Empty where only offsets were ever committed.
    pub protocol_type: String,
    /// `classic`, `consumer` or `share`.
    pub group_type: &'static str,
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
                group_type: entry.group.type_word(),
            })
            .collect()
    }

    /// One classic group; `None` where there is no such.
    pub fn describe(&self, group: &str) -> Option<GroupDescription> {
        let inner = self.inner.lock();
        let AnyGroup::Classic(group) = &inner.groups.get(group)?.group else { return None };
        let is_stable = group.state() == GroupState::Stable;
        // While they rebalance, what members told does not hold; what they were given is told on, as in Kafka.
        let protocol = group.protocol().filter(|_| is_stable).unwrap_or_default();
        let members = group.members().iter().map(|member| MemberDescription {
            id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            metadata: member.metadata(protocol),
            assignment: member.assignment.clone(),
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
        let write = {
            let mut inner = self.inner.lock();
            let refused = |error| Err(CommitError::Refused(error));
            match inner.groups.get(group) {
                None => return refused(ResponseError::GroupIdNotFound),
                Some(entry) if !entry.group.is_vacant() => return refused(ResponseError::NonEmptyGroup),
                Some(_) => {}
            }
            inner.groups.remove(group);
            meta::delete_group(group.into(), inner.last_commit)
        };
        Ok(self.meta.write(write).await?)
    }

    /// Which of `topics` the group's members are subscribed to: their offsets must not be deleted. An error where the
    /// group is unknown, or its members speak another protocol than consumers do.
    pub fn subscribed<'a>(
        &self,
        group: &str,
        topics: impl Iterator<Item = &'a str>,
    ) -> Result<HashSet<String>, ResponseError> {
        let inner = self.inner.lock();
        let group = match &inner.groups.get(group).ok_or(ResponseError::GroupIdNotFound)?.group {
            AnyGroup::Consumer(group) => {
                return Ok(topics.filter(|topic| group.reads(topic)).map(str::to_owned).collect());
            }
            AnyGroup::Classic(group) => group,
            // What it has read is no committed offset; DeleteShareGroupOffsets is for that.
            AnyGroup::Share(_) => return Err(ResponseError::GroupIdNotFound),
        };
        let mut read = HashSet::new();
        let Some(protocol) = group.protocol() else {
            return if group.members().is_empty() { Ok(read) } else { Err(ResponseError::NonEmptyGroup) };
        };
        for member in group.members() {
            let subscription = Subscription::decode(&member.metadata(protocol)).ok_or(ResponseError::NonEmptyGroup)?;
            read.extend(subscription.topics.iter().map(|topic| topic.to_string()));
        }
        Ok(read)
    }
}
