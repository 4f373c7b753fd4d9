//! Which connection reads for which group.
//!
//! Clients fetch over one connection and are members of their group through another, so a Fetch does not say for whom it
//! is. A member of the same client (same id, same host) that owns the partition is who it is for; where several fit,
//! the one whose connection was made nearest in time.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use kafka_protocol::messages::{ConsumerGroupHeartbeatResponse, ShareGroupHeartbeatResponse};

use super::{ConnectionState, Observer, Said, Who, assignment, book::Reader, noting::Noting, seen::Member};
use crate::broker::topics::Topics;

/// Connections of members, by host and client id.
pub type Index = HashMap<(Arc<str>, Arc<str>), Vec<Arc<ConnectionState>>>;

/// What a heartbeat and its answer said of a member.
struct Beat {
    error: i16,
    leaves: bool,
    member: Arc<str>,
    epoch: i32,
}

impl Observer {
    /// The connection is one of a member.
    pub fn is_member(&self, noting: &Noting, group: &str, member: &str, generation: i32) {
        let Some(connection) = &noting.connection else { return };
        let mut seen = connection.seen.lock();
        let known = |one: &Member| *one.group == *group && *one.member == *member;
        let news = !seen.memberships.iter().any(known);
        seen.member(group, member, generation);
        drop(seen);
        if news {
            self.index(connection, &noting.who);
        }
    }

    /// The member was assigned partitions.
    pub fn owns(&self, noting: &Noting, group: &str, member: &str, generation: i32, owned: &assignment::Owned) {
        let Some(connection) = &noting.connection else { return };
        connection.seen.lock().member(group, member, generation).owned = Some(owned.clone());
        self.index(connection, &noting.who);
    }

    /// Members left.
    pub fn has_left(&self, noting: &Noting, group: &str, members: &[Arc<str>]) {
        let Some(connection) = &noting.connection else { return };
        let mut seen = connection.seen.lock();
        // An administrator sends others away; that is no end of a membership of its own.
        if seen.memberships.iter().any(|one| *one.group == *group && members.contains(&one.member)) {
            seen.left(group);
            drop(seen);
            self.membership.fetch_add(1, Ordering::Release);
        }
    }

    /// A heartbeat of the newer protocol: joining, staying and leaving in one.
    pub fn consumer_heartbeat(
        &self,
        topics: &Topics,
        noting: &Noting,
        group: &Arc<str>,
        epoch: i32,
        response: &ConsumerGroupHeartbeatResponse,
    ) -> Said {
        let owned = response.assignment.as_ref().map(|assignment| assignment::newer(topics, assignment));
        let beat = Beat {
            error: response.error_code,
            leaves: epoch < 0,
            member: response.member_id.as_ref().map_or_else(|| "".into(), |id| (**id).into()),
            epoch: response.member_epoch,
        };
        self.heartbeat(noting, group, beat, owned)
    }

    /// A heartbeat of a member of a share group.
    pub fn share_heartbeat(
        &self,
        topics: &Topics,
        noting: &Noting,
        group: &Arc<str>,
        epoch: i32,
        response: &ShareGroupHeartbeatResponse,
    ) -> Said {
        let owned = response.assignment.as_ref().map(|assignment| assignment::share(topics, assignment));
        let beat = Beat {
            error: response.error_code,
            leaves: epoch < 0,
            member: response.member_id.as_ref().map_or_else(|| "".into(), |id| (**id).into()),
            epoch: response.member_epoch,
        };
        self.heartbeat(noting, group, beat, owned)
    }

    fn heartbeat(&self, noting: &Noting, group: &Arc<str>, beat: Beat, owned: Option<assignment::Owned>) -> Said {
        let Beat { error, leaves, member, epoch } = beat;
        let count = owned.as_ref().map(|owned| owned.iter().map(|(_, ids)| ids.len()).sum::<usize>());
        if error == 0 && leaves {
            self.has_left(noting, group, std::slice::from_ref(&member));
        } else if error == 0 {
            match &owned {
                Some(owned) => self.owns(noting, group, &member, epoch, owned),
                None => self.is_member(noting, group, &member, epoch),
            }
        }
        let owned = count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Said::Heartbeat { group: group.clone(), member, generation: epoch, owned }
    }

    /// Finds the connection by its client from now on; whoever reads for it looks again.
    fn index(&self, connection: &Arc<ConnectionState>, who: &Who) {
        let mut members = self.members.lock();
        let same = members.entry((connection.host.clone(), who.client_id.clone())).or_default();
        if !same.iter().any(|other| other.id == connection.id) {
            same.push(connection.clone());
        }
        drop(members);
        self.membership.fetch_add(1, Ordering::Release);
    }

    /// The connection ended, and what it was a member through with it.
    pub fn no_member(&self, connection: &ConnectionState) {
        if connection.seen.lock().memberships.is_empty() {
            return;
        }
        self.members.lock().retain(|_, same| {
            same.retain(|other| other.id != connection.id);
            !same.is_empty()
        });
        self.membership.fetch_add(1, Ordering::Release);
    }

    /// Who a connection reads for, remembered until some membership changes.
    pub fn readers(&self, connection: Option<&ConnectionState>) -> Arc<[Member]> {
        let Some(connection) = connection else { return Arc::new([]) };
        let stamp = self.membership.load(Ordering::Acquire);
        if let Some((known, readers)) = &connection.seen.lock().readers
            && *known == stamp
        {
            return readers.clone();
        }
        let readers: Arc<[Member]> = self.reads_for(connection).into_iter().map(|(member, _)| member).collect();
        connection.seen.lock().readers = Some((stamp, readers.clone()));
        readers
    }

    /// For which members a connection reads: its own memberships, or those of other connections of the same client.
    pub fn reads_for(&self, connection: &ConnectionState) -> Vec<(Member, bool)> {
        let (own, client_id) = {
            let seen = connection.seen.lock();
            (seen.memberships.clone(), seen.who.client_id.clone())
        };
        if !own.is_empty() {
            return own.into_iter().map(|member| (member, true)).collect();
        }
        let key = (connection.host.clone(), client_id);
        let members = self.members.lock().get(&key).cloned().unwrap_or_default();
        let mut found = Vec::new();
        for other in members.iter().filter(|other| other.id != connection.id) {
            let distance = other.id.abs_diff(connection.id);
            found.extend(other.seen.lock().memberships.iter().map(|member| (distance, member.clone())));
        }
        found.sort_by_key(|(distance, _)| *distance);
        found.into_iter().map(|(_, member)| (member, false)).collect()
    }
}

/// The member for whom a partition was fetched: the one that owns it; while none is known to, the nearest.
pub fn reader(readers: &[Member], topic: &str, partition: i32) -> Option<Reader> {
    let owner = readers.iter().find(|member| member.owns(topic, partition)).or(readers.first())?;
    Some(Reader { group: owner.group.clone(), member: owner.member.clone() })
}
