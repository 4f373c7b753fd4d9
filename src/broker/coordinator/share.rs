//! Share groups (KIP-932): who is a member. What becomes of records is in `broker::share`.

use std::sync::Arc;

use kafka_protocol::ResponseError;

use super::{CommitError, Coordinator, Entry};
use crate::{
    broker::{
        groups::{
            AnyGroup, Catalog, JOIN_EPOCH, JoinRequest, Refusal,
            share::{ShareDescription, ShareGroup, ShareHeartbeat, ShareHeartbeatAnswer, ShareWorld},
        },
        share::refuse_others,
    },
    codec::consumer_protocol::{PROTOCOL_TYPE, Subscription},
};

impl Coordinator {
    /// ShareGroupHeartbeat: durable, as far as it changed something, when this returns.
    pub async fn share_heartbeat(&self, group: &str, request: ShareHeartbeat) -> Result<ShareHeartbeatAnswer, Refusal> {
        let now = self.clock.steady();
        let catalog = self.catalog();
        let world = self.share_world(group, &catalog);
        let (answer, outcome) = {
            let mut inner = self.inner.lock();
            if inner.closed {
                return Err(Refusal::new(ResponseError::CoordinatorNotAvailable, "the broker is shutting down"));
            }
            let id: Arc<str> = inner.groups.get_key_value(group).map_or_else(|| group.into(), |(id, _)| id.clone());
            let (answer, effects) = match inner.groups.get_mut(&id) {
                Some(Entry { group: AnyGroup::Share(shares), .. }) => shares.heartbeat(request, world, now)?,
                other => {
                    let may_begin = other.is_none_or(|entry| entry.is_unused()) && request.epoch == JOIN_EPOCH;
                    if !may_begin {
                        return Err(no_share_group(group));
                    }
                    let mut fresh = ShareGroup::new(now);
                    let answer = fresh.heartbeat(request, world, now)?;
                    inner.groups.insert(id.clone(), Entry::new(AnyGroup::Share(fresh)));
                    answer
                }
            };
            (answer, self.carry_out(&mut inner, &id, effects))
        };
        self.settle(outcome).await;
        Ok(answer)
    }

    /// Makes a share group without members where there is no group of that name, for who sets its offsets before anybody
    /// reads. Durable when this returns.
    pub async fn begin_share_group(&self, group: &str) -> Result<(), CommitError> {
        let now = self.clock.steady();
        let row = {
            let mut inner = self.inner.lock();
            match inner.groups.get(group) {
                Some(Entry { group: AnyGroup::Share(_), .. }) => return Ok(()),
                Some(entry) if !entry.is_unused() => {
                    return Err(CommitError::Refused(ResponseError::GroupIdNotFound));
                }
                _ => {}
            }
            let id: Arc<str> = group.into();
            let fresh = AnyGroup::Share(ShareGroup::new(now));
            inner.last_store += 1;
            let row = super::row(&id, &fresh, inner.last_store, self.ahead());
            inner.groups.insert(id, Entry::new(fresh));
            row
        };
        Ok(self.meta.write(row.put()).await?)
    }

    /// One share group with the topics it may name; `None` where there is no such group.
    pub fn describe_share(&self, group: &str) -> Option<(ShareDescription, Arc<Catalog>)> {
        let catalog = self.catalog();
        match &self.inner.lock().groups.get(group)?.group {
            AnyGroup::Share(shares) => Some((shares.describe(), catalog)),
            AnyGroup::Classic(_) | AnyGroup::Consumer(_) => None,
        }
    }

    /// Whether there is a share group of that name.
    pub fn is_share_group(&self, group: &str) -> bool {
        matches!(self.inner.lock().groups.get(group), Some(Entry { group: AnyGroup::Share(_), .. }))
    }

    /// Whether members of a share group are there: its offsets must not be changed then. An error where there is no such
    /// group.
    pub fn check_vacant_share(&self, group: &str) -> Result<(), ResponseError> {
        match self.inner.lock().groups.get(group) {
            Some(Entry { group: group @ AnyGroup::Share(_), .. }) if group.is_vacant() => Ok(()),
            Some(Entry { group: AnyGroup::Share(_), .. }) => Err(ResponseError::NonEmptyGroup),
            _ => Err(ResponseError::GroupIdNotFound),
        }
    }

    /// The share groups whose members are subscribed to a topic.
    pub fn share_readers(&self, topic: &str) -> Vec<Arc<str>> {
        let inner = self.inner.lock();
        let reads = |entry: &Entry| matches!(&entry.group, AnyGroup::Share(group) if group.reads(topic));
        inner.groups.iter().filter(|(_, entry)| reads(entry)).map(|(id, _)| id.clone()).collect()
    }

    /// Whether who joins wants to read a topic that only a share group may (`millpond.delete.acknowledged`). JoinGroup has
    /// no room for the reason, so it is logged.
    pub(super) fn is_refused(&self, request: &JoinRequest) -> bool {
        let subscription = match request.protocols.first() {
            Some((_, metadata)) if request.protocol_type == PROTOCOL_TYPE => Subscription::decode(metadata),
            _ => None,
        };
        let Some(subscription) = subscription else { return false };
        let why = refuse_others(&self.topics, subscription.topics.iter().map(|name| &**name));
        if let Some(why) = &why {
            tracing::warn!("{} may not join: {why}", request.client_id);
        }
        why.is_some()
    }

    pub(super) fn share_world<'a>(&self, group: &str, catalog: &'a Catalog) -> ShareWorld<'a> {
        let config = self.config(group).share;
        ShareWorld {
            catalog,
            session_timeout_ms: config.session_timeout_ms,
            heartbeat_interval_ms: config.heartbeat_interval_ms,
        }
    }
}

impl Entry {
    /// Whether nothing would be lost if the group became one of another type.
    fn is_unused(&self) -> bool {
        self.group.is_vacant() && self.offsets.is_empty() && self.pending.is_empty()
    }
}

fn no_share_group(group: &str) -> Refusal {
    Refusal::new(ResponseError::GroupIdNotFound, format!("Group {group} is not a share group."))
}
