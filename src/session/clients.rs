//! The clients of the embedded broker: who is connected, what they asked, who produces, and the life of a record.
//!
//! The list of clients is part of [`Facts`](super::Facts). The rest is asked for by the screen that shows it, off the
//! thread that draws. A remote cluster tells nothing of all this: [`Session::inspector`] is then `None`, and what is
//! loaded is empty.

#[cfg(test)]
mod tests;

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use super::{GroupFacts, Loadable, Problem, Session};
pub use crate::broker::observe::{
    AckClass, Advice, BatchFactsSeen, ClientState, CommitPart, CommitSeen, ConnectionId, ConnectionView,
    FAILED_KEPT_MAX, FetchPart, FetchedBy, Field, Life, LifeStep, LifeStepKind, Membership, Origin, ProducePart,
    ProducerPartition, ProducerView, REQUESTS_KEPT_MAX, RequestDetail, RequestErrors, RequestFilter, RequestId,
    RequestView, Said, Software, TransactionEnd, Who, WhyAgain, api_name,
};
pub use crate::broker::{LastCompaction, PartitionCompaction};
use crate::{
    broker::Inspector,
    model::{Lag, Offset, PartitionId, TimestampMillis},
};

/// A group that falls behind has records that wait for longer than this …
const BEHIND_MILLIS: i64 = 5_000;
/// … and gets further behind by at least so many records a second.
const BEHIND_PER_SECOND: f64 = 0.5;

/// One client: a Kafka client opens several connections, which are told together.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientFacts {
    /// Of its first connection, with its library where any of them told it.
    pub who: Arc<Who>,
    /// Its oldest first.
    pub connections: Vec<ConnectionView>,
    /// When the oldest was made.
    pub since: TimestampMillis,
    /// When the newest request of any came.
    pub last_active: TimestampMillis,
    pub requests: u64,
    pub errors: u64,
    pub requests_per_second: f64,
    /// Without requests that only waited.
    pub working_per_second: f64,
    pub bytes_in_per_second: f64,
    pub bytes_out_per_second: f64,
    /// Topics that it produced to, newest use first.
    pub writes: Vec<Arc<str>>,
    /// Topics that it fetched from, newest use first.
    pub reads: Vec<Arc<str>>,
    pub groups: Vec<Membership>,
    pub state: ClientState,
    pub advice: Vec<Advice>,
    /// The connection that made it a client of its own.
    first: ConnectionId,
}

/// The clients as they are now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientsFacts {
    /// By their first connection, oldest first. Clients from outside and those started inside this process by hand; what
    /// the window itself asks is left out.
    pub clients: Arc<[ClientFacts]>,
    /// Connections that ended a short while ago, newest end first.
    pub departed: Arc<[ConnectionView]>,
}

impl ClientsFacts {
    /// Looks at the broker. `groups` tell who falls behind.
    pub(super) fn look(inspector: &dyn Inspector, groups: &[GroupFacts]) -> Self {
        let mut clients = together(inspector.connections(false));
        for client in &mut clients {
            client.fall_behind(groups);
        }
        Self { clients: clients.into(), departed: inspector.departed().into() }
    }

    /// Clients from outside.
    pub fn outside(&self) -> impl Iterator<Item = &ClientFacts> {
        self.clients.iter().filter(|client| client.who.origin.is_outside())
    }

    /// The client that a connection belongs to.
    pub fn of_connection(&self, id: ConnectionId) -> Option<&ClientFacts> {
        self.clients.iter().find(|client| client.connections.iter().any(|one| one.who.connection == id))
    }

    /// Whether a list of them would look the same, but for rates and counters.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        let same = |(one, two): (&ClientFacts, &ClientFacts)| {
            one.who == two.who
                && one.connections.len() == two.connections.len()
                && one.groups == two.groups
                && one.writes == two.writes
                && one.reads == two.reads
                && std::mem::discriminant(&one.state) == std::mem::discriminant(&two.state)
        };
        let newest = |facts: &Self| facts.departed.first().map(|one| one.who.connection);
        self.clients.len() == other.clients.len()
            && self.clients.iter().zip(other.clients.iter()).all(same)
            && newest(self) == newest(other)
    }
}

impl ClientFacts {
    fn new(first: ConnectionView) -> Self {
        Self {
            first: first.who.connection,
            who: first.who.clone(),
            since: first.since,
            last_active: first.last_active,
            requests: first.requests,
            errors: first.errors,
            requests_per_second: first.requests_per_second,
            working_per_second: first.working_per_second,
            bytes_in_per_second: first.bytes_in_per_second,
            bytes_out_per_second: first.bytes_out_per_second,
            writes: first.writes.clone(),
            reads: first.reads.clone(),
            groups: first.groups.clone(),
            state: first.state.clone(),
            advice: first.advice.clone(),
            connections: vec![first],
        }
    }

    /// Whether a connection under the same name may be one of this client's; one that says no name is alone.
    fn may_have(&self, who: &Who) -> bool {
        let software = &self.who.software;
        !who.client_id.is_empty() && (software.is_none() || who.software.is_none() || *software == who.software)
    }

    /// One more connection of the same client.
    fn take(&mut self, other: ConnectionView) {
        if self.who.software.is_none() && other.who.software.is_some() {
            self.who = Arc::new(Who { software: other.who.software.clone(), ..Who::clone(&self.who) });
        }
        self.since = self.since.min(other.since);
        self.last_active = self.last_active.max(other.last_active);
        self.requests += other.requests;
        self.errors += other.errors;
        self.requests_per_second += other.requests_per_second;
        self.working_per_second += other.working_per_second;
        self.bytes_in_per_second += other.bytes_in_per_second;
        self.bytes_out_per_second += other.bytes_out_per_second;
        add_new(&mut self.writes, &other.writes, |one, two| one == two);
        add_new(&mut self.reads, &other.reads, |one, two| one == two);
        add_new(&mut self.groups, &other.groups, |one, two| one.group == two.group && one.member == two.member);
        add_new(&mut self.advice, &other.advice, |one, two| one == two);
        if rank(&other.state) > rank(&self.state) {
            self.state = other.state.clone();
        }
        self.connections.push(other);
    }

    /// Errors come first; otherwise the worst of its groups that gets further behind.
    fn fall_behind(&mut self, groups: &[GroupFacts]) {
        if matches!(self.state, ClientState::Erring { .. }) {
            return;
        }
        let lag = |group: &GroupFacts| match group.lag {
            Lag::Records(records) => records,
            Lag::Unknown => 0,
        };
        let behind = groups.iter().filter(|group| {
            group.lag_per_second.is_some_and(|rate| rate >= BEHIND_PER_SECOND)
                && group.behind_millis.is_some_and(|millis| millis > BEHIND_MILLIS)
                && self.groups.iter().any(|member| member.group == group.id)
        });
        if let Some(group) = behind.max_by_key(|group| lag(group)) {
            self.state = ClientState::FallingBehind { group: group.id.clone(), records: lag(group) };
        }
    }
}

/// What is worst about a client counts.
fn rank(state: &ClientState) -> u8 {
    match state {
        ClientState::Idle => 0,
        ClientState::Healthy => 1,
        ClientState::FallingBehind { .. } => 2,
        ClientState::Erring { .. } => 3,
    }
}

fn add_new<T: Clone>(into: &mut Vec<T>, from: &[T], same: fn(&T, &T) -> bool) {
    for one in from {
        if !into.iter().any(|other| same(other, one)) {
            into.push(one.clone());
        }
    }
}

/// Puts the connections of each client together: the same id, host and library. Several programs may run under one id;
/// each member of a group is then a client of its own, and takes the connections that were made nearest in time.
fn together(connections: Vec<ConnectionView>) -> Vec<ClientFacts> {
    let mut clients: Vec<ClientFacts> = Vec::new();
    let mut by_name: HashMap<(Arc<str>, Option<IpAddr>), Vec<usize>> = HashMap::new();
    let (members, others): (Vec<_>, Vec<_>) =
        connections.into_iter().partition(|one| one.groups.iter().any(|group| group.same_connection));
    for one in members {
        by_name.entry(name_of(&one.who)).or_default().push(clients.len());
        clients.push(ClientFacts::new(one));
    }
    for one in others {
        let id = one.who.connection;
        let same_name = by_name.entry(name_of(&one.who)).or_default();
        // The first connection alone counts for nearness, or a chain of them would join what is far apart.
        let first = |index: &&usize| clients.get(**index).map_or(u64::MAX, |client| client.first.abs_diff(id));
        let same =
            same_name.iter().filter(|index| clients.get(**index).is_some_and(|client| client.may_have(&one.who)));
        match same.min_by_key(first).and_then(|index| clients.get_mut(*index)) {
            Some(client) => client.take(one),
            None => {
                same_name.push(clients.len());
                clients.push(ClientFacts::new(one));
            }
        }
    }
    for client in &mut clients {
        client.connections.sort_by_key(|one| one.who.connection);
    }
    clients.sort_by_key(|client| client.connections.first().map(|one| one.who.connection));
    clients
}

fn name_of(who: &Who) -> (Arc<str>, Option<IpAddr>) {
    (who.client_id.clone(), who.peer().map(|peer| peer.ip()))
}

impl Session {
    /// Loads the requests with an id above `after` that pass the filter, newest first.
    pub fn load_requests(
        &self,
        after: RequestId,
        filter: RequestFilter,
        limit: usize,
        slot: &Loadable<Vec<RequestView>>,
    ) {
        self.look_inside(slot, move |inspector| inspector.requests(after, &filter, limit));
    }

    /// Opens a request; `None` where it is no longer kept.
    pub fn load_request(&self, id: RequestId, slot: &Loadable<Option<RequestDetail>>) {
        self.look_inside(slot, move |inspector| inspector.request(id));
    }

    /// Loads the producers of a topic, newest send first.
    pub fn load_producers(&self, topic: Arc<str>, slot: &Loadable<Vec<ProducerView>>) {
        self.look_inside(slot, move |inspector| inspector.producers(&topic));
    }

    /// Loads how far each partition of a topic is compacted; `None` where it keeps everything.
    pub fn load_compaction(&self, topic: Arc<str>, slot: &Loadable<Option<Vec<PartitionCompaction>>>) {
        self.look_inside(slot, move |inspector| inspector.compaction(&topic));
    }

    /// Loads what is known of the life of a record; `None` where there is no such topic or partition.
    pub fn load_life(&self, topic: Arc<str>, partition: PartitionId, offset: Offset, slot: &Loadable<Option<Life>>) {
        self.look_inside(slot, move |inspector| inspector.life(&topic, partition, offset));
    }

    fn look_inside<T: Default + Send + Sync + 'static>(
        &self,
        slot: &Loadable<T>,
        look: impl FnOnce(&dyn Inspector) -> T + Send + 'static,
    ) {
        let inspector = self.inspector();
        self.load(slot, async move {
            let Some(inspector) = inspector else { return Ok(T::default()) };
            let looked = tokio::task::spawn_blocking(move || look(&*inspector)).await;
            looked.map_err(|error| Problem::new(super::Phrase::new("problem-cluster-look"), error.to_string()))
        });
    }
}
