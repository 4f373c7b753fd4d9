//! What the broker saw of its clients: who is connected, what they ask, who produces where, and the life of a record.
//!
//! Everything here is noted at one place, around [`Broker::call`](super::Broker::call), from the request that came and
//! the answer that goes; nothing of it is stored, and every list has a limit. A request costs about a microsecond: no
//! record is looked at (the headers of their batches are), no text is put together for Produce and Fetch, and bytes of
//! records are never kept alive.

mod advice;
mod answer;
mod asked;
mod assignment;
mod book;
mod commits;
mod connection;
mod detail;
mod errors;
mod life;
mod list;
mod members;
mod names;
mod noting;
mod producers;
mod requests;
mod said;
mod seen;
mod told;
mod trace;
mod tree;
mod view;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use parking_lot::Mutex;
use tokio::sync::Notify;

pub use connection::{Connection, ConnectionInfo, ConnectionState, Origin, Software, Who};
pub use life::{
    AckClass, BatchFactsSeen, CommitSeen, FetchedBy, Life, LifeStep, LifeStepKind, ProducerPartition, ProducerView,
    TransactionEnd, WhyAgain,
};
pub use names::api_name;
pub use noting::Noting;
pub use requests::{FAILED_KEPT_MAX, REQUESTS_KEPT_MAX, RequestLog, WINDOW_REQUESTS_KEPT_MAX};
pub use said::{CommitPart, FetchPart, ProducePart, Said};
pub use told::{Read, StoredAt, listening, read, stored, wait};
pub use view::{
    Advice, ClientState, ConnectionView, Field, Membership, RequestDetail, RequestErrors, RequestFilter, RequestView,
};

use self::book::{Book, Moment};
use crate::model::{Clock, TimestampMillis};

/// Tells connections apart; counts up from 1 since the broker was opened.
pub type ConnectionId = u64;

/// Tells requests apart; counts up from 1 since the broker was opened.
pub type RequestId = u64;

/// Connections that ended and are still told of.
const DEPARTED_MAX: usize = 64;

/// Keeps what the broker saw of its clients.
pub struct Observer {
    clock: Arc<dyn Clock>,
    opened_at: TimestampMillis,
    opened: Instant,
    last_connection: AtomicU64,
    last_request: AtomicU64,
    /// Goes up with every change of who is a member of what and owns what.
    membership: AtomicU64,
    /// Rung when a connection has ended.
    pub ended: Notify,
    /// By id.
    connections: Mutex<Vec<Arc<ConnectionState>>>,
    /// Connections of members, by host and client id.
    members: Mutex<members::Index>,
    /// The newest last.
    departed: Mutex<VecDeque<ConnectionView>>,
    pub requests: RequestLog,
    /// What happened to the newest records.
    pub book: Book,
    /// Commits that wait for the end of their transaction.
    in_transactions: Mutex<commits::Pending>,
    /// The newest last.
    ended_transactions: Mutex<VecDeque<commits::End>>,
}

impl Observer {
    /// Nobody was seen yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            opened_at: clock.now(),
            opened: Instant::now(),
            clock,
            last_connection: AtomicU64::new(0),
            last_request: AtomicU64::new(0),
            membership: AtomicU64::new(0),
            ended: Notify::new(),
            connections: Mutex::default(),
            members: Mutex::default(),
            departed: Mutex::default(),
            requests: RequestLog::default(),
            book: Book::default(),
            in_transactions: Mutex::default(),
            ended_transactions: Mutex::default(),
        }
    }

    /// A connection begins.
    pub fn connect(self: &Arc<Self>, info: ConnectionInfo) -> Connection {
        let id = self.last_connection.fetch_add(1, Relaxed) + 1;
        let state = Arc::new(ConnectionState::new(id, self.now(), info));
        let mut connections = self.connections.lock();
        let at = connections.partition_point(|other| other.id < id);
        connections.insert(at, state.clone());
        drop(connections);
        Connection::new(state, self.clone())
    }

    /// A connection ended.
    fn closed(&self, state: &ConnectionState) {
        let now = self.now();
        let view = ConnectionView { closed_at: Some(now), ..self.view(state, now) };
        let mut connections = self.connections.lock();
        if let Ok(at) = connections.binary_search_by_key(&state.id, |other| other.id) {
            connections.remove(at);
        }
        drop(connections);
        self.ended.notify_one();
        self.no_member(state);
        if state.origin != Origin::Window {
            let mut departed = self.departed.lock();
            if departed.len() == DEPARTED_MAX {
                departed.pop_front();
            }
            departed.push_back(view);
        }
    }

    /// Whether a connection is there still.
    pub fn is_open(&self, connection: ConnectionId) -> bool {
        self.connections.lock().binary_search_by_key(&connection, |other| other.id).is_ok()
    }

    /// Connections that ended, newest end first; at most some dozens.
    pub fn departed(&self) -> Vec<ConnectionView> {
        self.departed.lock().iter().rev().cloned().collect()
    }

    fn now(&self) -> TimestampMillis {
        self.clock.now()
    }

    /// Now, for what must be put in order within a millisecond.
    fn moment(&self) -> Moment {
        Moment { at: self.now(), micros: self.micros_of(Instant::now()) }
    }

    /// Microseconds since the broker was opened.
    fn micros_of(&self, instant: Instant) -> u64 {
        u64::try_from(instant.saturating_duration_since(self.opened).as_micros()).unwrap_or(u64::MAX)
    }

    fn next_request(&self) -> RequestId {
        self.last_request.fetch_add(1, Relaxed) + 1
    }
}

/// A request that did nothing but wait: it came back empty, or it waited for the other members of a group.
fn nothing_but_waited(said: &Said, waited_micros: u64) -> bool {
    match said {
        Said::Fetch { records, max_wait_ms, .. } => *records == 0 && *max_wait_ms > 0,
        _ => waited_micros > 0,
    }
}
