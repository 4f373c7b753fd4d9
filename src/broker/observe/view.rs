//! What is told of connections and requests.

use std::sync::Arc;

use super::{ConnectionId, RequestId, Said, Who};
use crate::model::TimestampMillis;

/// One connection of a client. A Kafka client often has several: one to each node and one for its group.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionView {
    pub who: Arc<Who>,
    /// When it was made.
    pub since: TimestampMillis,
    /// When it ended; `None` while it is open.
    pub closed_at: Option<TimestampMillis>,
    /// When its newest request came.
    pub last_active: TimestampMillis,
    pub requests: u64,
    /// Requests that were answered with an error, routine ones aside (see [`RequestErrors::is_routine`]).
    pub errors: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// Means over the last few whole seconds.
    pub requests_per_second: f64,
    /// The same without requests that only waited: a Fetch that came back empty, JoinGroup, SyncGroup.
    pub working_per_second: f64,
    pub bytes_in_per_second: f64,
    pub bytes_out_per_second: f64,
    /// The newest error that is not routine.
    pub last_error: Option<(i16, TimestampMillis)>,
    /// Topics that it produced to, newest use first.
    pub writes: Vec<Arc<str>>,
    /// Topics that it fetched from, newest use first.
    pub reads: Vec<Arc<str>>,
    /// Groups that it is a member of, or that another connection of the same client reads for.
    pub groups: Vec<Membership>,
    pub state: ClientState,
    pub advice: Vec<Advice>,
}

/// A member of a group, as its connection told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub group: Arc<str>,
    pub member: Arc<str>,
    /// Generation, or the member's epoch in a group of the newer protocol.
    pub generation: i32,
    /// Partitions that it owns; 0 while that is not known.
    pub owned: u32,
    /// False where it was found by the client's id and host, because a client fetches over another connection than the
    /// one that it is a member through.
    pub same_connection: bool,
}

/// How a client is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientState {
    Healthy,
    /// No request within the last half minute.
    Idle,
    /// An error within the last ten seconds: its Kafka code.
    Erring {
        code: i16,
    },
    /// The lag of a group it belongs to grows. Only the session can tell, so the broker never answers it.
    FallingBehind {
        group: Arc<str>,
        records: u64,
    },
}

/// A setting of a client that deserves a second thought; each was truly seen, none is guessed.
#[derive(Debug, Clone, PartialEq)]
pub enum Advice {
    /// `acks=0`: what was lost is never noticed.
    AcksNone,
    /// `acks=1`: acknowledged before it is synced to disk.
    AcksLeader,
    /// Batches without a producer id: a retry may store them twice.
    NotIdempotent,
    /// Few records in a batch although many batches are sent: `linger.ms` is 0 or close to it.
    TinyBatches { records_per_batch: f64, batches_per_second: f64 },
    /// Large batches that are not compressed.
    NotCompressed { bytes_per_batch: u64 },
    /// Commits that often; every commit is a write that is synced.
    CommitsOften { per_second: f64 },
    /// Empty answers that often: `fetch.min.bytes` or `fetch.max.wait.ms` lets it poll without a pause.
    BusyPolling { empty_per_second: f64, max_wait_ms: i32 },
    /// `session.timeout.ms` is so short that a pause of the garbage collector costs a rebalance.
    ShortSession { session_timeout_ms: i32 },
    /// A member over the classic protocol; `group.protocol=consumer` would rebalance without stopping everybody.
    ClassicProtocol { group: Arc<str> },
    /// Speaks an old version of an API; a newer release of the library speaks a newer one.
    OldVersion { api: &'static str, version: i16, newest: i16 },
}

/// Error codes that an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestErrors {
    /// The first of them: a Kafka error code, see [`crate::model::kafka_error_name`].
    pub first: i16,
    /// How many places of the answer hold one.
    pub count: u32,
}

impl RequestErrors {
    /// Part of the ordinary course of the protocol: a member that is to come again with its id, a rebalance that is told
    /// to members, a fetch session that is to be made anew.
    pub fn is_routine(self) -> bool {
        matches!(self.first, 27 | 70 | 71 | 79)
    }
}

/// Which requests to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    pub connection: Option<ConnectionId>,
    /// Part of the client's id, whatever the case; empty: any.
    pub client: String,
    /// Key of the API; `None`: any.
    pub api: Option<i16>,
    pub errors_only: bool,
    /// Also what the window itself asks.
    pub window_too: bool,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestView {
    pub id: RequestId,
    /// When it came.
    pub at: TimestampMillis,
    pub who: Arc<Who>,
    pub api_key: i16,
    /// Kafka's name of the API, such as `OffsetCommit`.
    pub api: &'static str,
    pub version: i16,
    /// Bytes on the wire; `None` inside the process, where nothing is encoded.
    pub request_bytes: Option<u32>,
    pub response_bytes: Option<u32>,
    /// From the request to the answer, waiting included. `None` while it is not answered.
    pub took_micros: u64,
    /// How much of it the broker waited on purpose: for records, for members.
    pub waited_micros: u64,
    pub errors: Option<RequestErrors>,
    /// What the answer says about its first error, where the API has room for words.
    pub message: Option<Arc<str>>,
    pub said: Said,
}

/// A request opened.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestDetail {
    pub view: RequestView,
    /// Fields of the request; empty where they are no longer kept or never were (passwords).
    pub request: Vec<Field>,
    /// Fields of the answer.
    pub response: Vec<Field>,
    /// Fields were left out, because there were too many.
    pub cut: bool,
}

/// A field with its value, or with fields of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// Kafka's name, such as `max_wait_ms`; the index, such as `0`, in a list.
    pub name: String,
    /// Empty where it has fields of its own.
    pub value: String,
    pub fields: Vec<Field>,
}
