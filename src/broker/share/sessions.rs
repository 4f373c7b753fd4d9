//! Share sessions: which partitions a member reads, so that it need not say it each time, and in which order its requests
//! count (KIP-932, "Share sessions").

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use kafka_protocol::ResponseError;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::{broker::observe::ConnectionId, model::PartitionId};

/// Share sessions at a time (`group.share.max.share.sessions`).
pub const SHARE_SESSIONS_MAX: usize = 2_000;
/// The session epoch that opens a session.
const OPENS: i32 = 0;
/// The session epoch that closes it.
const CLOSES: i32 = -1;

/// A member's session by its group and its member id.
type ByMember = HashMap<(Arc<str>, Arc<str>), Arc<Session>>;

/// The open sessions.
#[derive(Default)]
pub struct Sessions {
    open: Mutex<ByMember>,
}

/// One member's session.
pub struct Session {
    pub group: Arc<str>,
    pub member: Arc<str>,
    pub client_id: Arc<str>,
    closed: AtomicBool,
    state: Mutex<State>,
}

struct State {
    /// The epoch that the next request must have.
    next_epoch: i32,
    /// The connection of the last request.
    connection: Option<ConnectionId>,
    /// In the order in which they were added.
    partitions: Vec<(Uuid, PartitionId)>,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub group: &'a str,
    pub member: &'a str,
    pub client_id: &'a str,
    /// `None` for a call without a connection, which cannot be lost.
    pub connection: Option<ConnectionId>,
}

/// What a request is to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Opens,
    Goes,
    Closes,
}

impl Sessions {
    /// Finds the session of a request, or opens one, and counts the request.
    pub fn step(&self, caller: Caller<'_>, epoch: i32, may_open: bool) -> Result<(Arc<Session>, Step), ResponseError> {
        let key = (Arc::from(caller.group), Arc::from(caller.member));
        let mut open = self.open.lock();
        if epoch == OPENS && may_open {
            if open.len() >= SHARE_SESSIONS_MAX && !open.contains_key(&key) {
                return Err(ResponseError::ShareSessionLimitReached);
            }
            let session = Arc::new(Session {
                group: key.0.clone(),
                member: key.1.clone(),
                client_id: caller.client_id.into(),
                closed: AtomicBool::new(false),
                state: Mutex::new(State { next_epoch: 1, connection: caller.connection, partitions: Vec::new() }),
            });
            // A member that begins anew keeps what it holds: its locks go on to run.
            open.insert(key, session.clone());
            return Ok((session, Step::Opens));
        }
        let session = open.get(&key).cloned().ok_or(ResponseError::ShareSessionNotFound)?;
        if epoch == CLOSES {
            session.closed.store(true, SeqCst);
            open.remove(&key);
            return Ok((session, Step::Closes));
        }
        let mut state = session.state.lock();
        if epoch != state.next_epoch {
            return Err(ResponseError::InvalidShareSessionEpoch);
        }
        state.next_epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        state.connection = caller.connection;
        drop(state);
        Ok((session, Step::Goes))
    }

    /// Ends the sessions whose connections are no more.
    pub fn lost(&self, is_open: impl Fn(ConnectionId) -> bool) -> Vec<Arc<Session>> {
        let mut lost = Vec::new();
        self.open.lock().retain(|_, session| {
            let stays = session.state.lock().connection.is_none_or(&is_open);
            if !stays {
                session.closed.store(true, SeqCst);
                lost.push(session.clone());
            }
            stays
        });
        lost
    }

    /// Ends the session of a member that left.
    pub fn end(&self, group: &str, member: &str) {
        if let Some(session) = self.open.lock().remove(&(Arc::from(group), Arc::from(member))) {
            session.closed.store(true, SeqCst);
        }
    }

    pub fn forget_group(&self, group: &str) {
        self.open.lock().retain(|(owner, _), session| {
            let stays = **owner != *group;
            session.closed.fetch_or(!stays, SeqCst);
            stays
        });
    }
}

impl Session {
    /// Whether it ended: nothing may be handed out to it any more.
    pub fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }

    /// Adds partitions; returns those that it had not.
    pub fn add(&self, partitions: impl Iterator<Item = (Uuid, PartitionId)>) -> Vec<(Uuid, PartitionId)> {
        let mut state = self.state.lock();
        let mut new = Vec::new();
        for key in partitions {
            if !state.partitions.contains(&key) {
                state.partitions.push(key);
                new.push(key);
            }
        }
        new
    }

    /// Takes partitions out.
    pub fn forget(&self, partitions: &[(Uuid, PartitionId)]) {
        self.state.lock().partitions.retain(|key| !partitions.contains(key));
    }

    /// What it reads; another one comes first each time, so that none is always last.
    pub fn partitions(&self) -> Vec<(Uuid, PartitionId)> {
        let state = self.state.lock();
        let mut partitions = state.partitions.clone();
        if !partitions.is_empty() {
            let first = usize::try_from(state.next_epoch).unwrap_or(0) % partitions.len();
            partitions.rotate_left(first);
        }
        partitions
    }
}
