//! The programs that are or were just connected, as a list of clients shows them.
//!
//! [`ClientsFacts`] tells who is connected now; a short program, such as one that produces a few records, is gone before
//! anybody looks. It therefore stays in the list for a while after its last connection ended.

use std::sync::Arc;

use super::clients::{
    Advice, ClientFacts, ClientState, ClientsFacts, ConnectionId, ConnectionView, Membership, Origin, Software,
};
use crate::model::TimestampMillis;

/// A program that has left stays in the list for this long, in milliseconds.
const LEFT_SHOWN_MILLIS: i64 = 60_000;

/// One program, with all its connections.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// Tells it from others, also in the next picture.
    pub key: String,
    /// The client id; empty where it gives none.
    pub id: Arc<str>,
    /// `None` where no connection of it told.
    pub software: Option<Software>,
    pub origin: Origin,
    pub connections: Vec<ConnectionView>,
    /// When its oldest connection of these was made.
    pub since: TimestampMillis,
    /// When its last connection ended; `None` while one is open.
    pub left_at: Option<TimestampMillis>,
    pub requests: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub requests_per_second: f64,
    /// Without requests that only waited.
    pub working_per_second: f64,
    pub bytes_per_second: f64,
    pub writes: Vec<Arc<str>>,
    pub reads: Vec<Arc<str>>,
    pub groups: Vec<Membership>,
    pub state: ClientState,
    pub advice: Vec<Advice>,
}

impl Program {
    /// From outside this process.
    pub fn is_outside(&self) -> bool {
        self.origin.is_outside()
    }

    /// Whether one of its connections has this number.
    pub fn has(&self, connection: ConnectionId) -> bool {
        self.connections.iter().any(|view| view.who.connection == connection)
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.connections.iter().filter(|view| view.closed_at.is_none()).count()
    }
}

/// Those from outside first, then by id; who has left comes after who is here.
pub fn programs_of(facts: &ClientsFacts, now: TimestampMillis) -> Vec<Program> {
    let mut programs: Vec<Program> = facts.clients.iter().map(present).collect();
    for view in facts.departed.iter() {
        let recent = view.closed_at.is_some_and(|at| now - at < LEFT_SHOWN_MILLIS);
        let known = programs.iter_mut().find(|program| program.key == key(view));
        match known {
            Some(program) if program.left_at.is_some() => program.add_departed(view),
            None if recent && view.who.origin != Origin::Window => programs.push(departed(view)),
            _ => {}
        }
    }
    programs.sort_by(|a, b| {
        let order = |p: &Program| (!p.is_outside(), p.left_at.is_some());
        order(a).cmp(&order(b)).then_with(|| a.id.cmp(&b.id)).then_with(|| a.since.cmp(&b.since))
    });
    number_same(&mut programs);
    programs
}

fn present(client: &ClientFacts) -> Program {
    let sum = |of: fn(&ConnectionView) -> u64| client.connections.iter().map(of).sum();
    Program {
        key: client.connections.first().map(key).unwrap_or_default(),
        id: Arc::clone(&client.who.client_id),
        software: client.who.software.clone(),
        origin: client.who.origin,
        since: client.since,
        left_at: None,
        requests: client.requests,
        bytes_in: sum(|view| view.bytes_in),
        bytes_out: sum(|view| view.bytes_out),
        requests_per_second: client.requests_per_second,
        working_per_second: client.working_per_second,
        bytes_per_second: client.bytes_in_per_second + client.bytes_out_per_second,
        writes: client.writes.clone(),
        reads: client.reads.clone(),
        groups: client.groups.clone(),
        state: client.state.clone(),
        advice: client.advice.clone(),
        connections: client.connections.clone(),
    }
}

fn departed(view: &ConnectionView) -> Program {
    Program {
        key: key(view),
        id: Arc::clone(&view.who.client_id),
        software: view.who.software.clone(),
        origin: view.who.origin,
        since: view.since,
        left_at: view.closed_at,
        requests: view.requests,
        bytes_in: view.bytes_in,
        bytes_out: view.bytes_out,
        requests_per_second: 0.0,
        working_per_second: 0.0,
        bytes_per_second: 0.0,
        writes: view.writes.clone(),
        reads: view.reads.clone(),
        groups: view.groups.clone(),
        state: ClientState::Idle,
        advice: view.advice.clone(),
        connections: vec![view.clone()],
    }
}

impl Program {
    /// One more connection of a program that has left.
    fn add_departed(&mut self, view: &ConnectionView) {
        self.since = self.since.min(view.since);
        self.left_at = self.left_at.max(view.closed_at);
        self.software = self.software.take().or_else(|| view.who.software.clone());
        self.requests += view.requests;
        self.bytes_in += view.bytes_in;
        self.bytes_out += view.bytes_out;
        add_new(&mut self.writes, &view.writes);
        add_new(&mut self.reads, &view.reads);
        add_new(&mut self.groups, &view.groups);
        add_new(&mut self.advice, &view.advice);
        self.connections.push(view.clone());
    }
}

fn add_new<T: Clone + PartialEq>(into: &mut Vec<T>, from: &[T]) {
    for one in from {
        if !into.contains(one) {
            into.push(one.clone());
        }
    }
}

/// By id and host: the library may not be told yet.
fn key(view: &ConnectionView) -> String {
    let host = match view.who.origin {
        Origin::Tcp { peer, .. } => peer.ip().to_string(),
        Origin::Window => "window".to_owned(),
        Origin::InProcess => "process".to_owned(),
    };
    format!("{}@{host}", view.who.client_id)
}

/// Several members may run under one id on one host: each has a key of its own.
fn number_same(programs: &mut [Program]) {
    for index in 1..programs.len() {
        let same = programs[..index].iter().filter(|p| p.id == programs[index].id && p.origin_is(&programs[index]));
        let count = same.count();
        if count > 0 {
            programs[index].key.push_str(&format!("#{}", count + 1));
        }
    }
}

impl Program {
    fn origin_is(&self, other: &Self) -> bool {
        let base = |program: &Self| program.key.split('#').next().map(str::to_owned);
        base(self) == base(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::clients::Who;

    fn view(connection: u64, id: &str, closed_at: Option<i64>) -> ConnectionView {
        let address = |port: u64| ([127, 0, 0, 1], u16::try_from(port).unwrap()).into();
        let who = Who {
            connection,
            client_id: id.into(),
            software: None,
            origin: Origin::Tcp { peer: address(51_000 + connection), listener: address(9_092), encrypted: false },
            principal: "User:ANONYMOUS".into(),
        };
        ConnectionView {
            who: Arc::new(who),
            since: connection as i64,
            closed_at,
            last_active: 0,
            requests: 1,
            errors: 0,
            bytes_in: 10,
            bytes_out: 20,
            requests_per_second: 0.0,
            working_per_second: 0.0,
            bytes_in_per_second: 0.0,
            bytes_out_per_second: 0.0,
            last_error: None,
            writes: vec!["orders".into()],
            reads: Vec::new(),
            groups: Vec::new(),
            state: ClientState::Healthy,
            advice: vec![Advice::AcksNone],
        }
    }

    #[test]
    fn a_short_program_stays_for_a_while_after_it_left() {
        let departed = [view(3, "kcat", Some(90_000)), view(2, "kcat", Some(80_000)), view(1, "old", Some(10_000))];
        let facts = ClientsFacts { clients: Arc::default(), departed: departed.into() };
        let programs = programs_of(&facts, 100_000);
        assert_eq!(programs.len(), 1);
        let kcat = &programs[0];
        assert_eq!((&*kcat.id, kcat.connections.len(), kcat.left_at, kcat.since), ("kcat", 2, Some(90_000), 2));
        assert_eq!((kcat.requests, kcat.writes.len(), kcat.open()), (2, 1, 0));
        assert!(programs_of(&facts, 200_000).is_empty());
    }
}
