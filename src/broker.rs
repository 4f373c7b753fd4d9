//! The broker: topics, their settings, consumer groups, and [`Broker::call`], which answers Kafka requests.
//!
//! A request enters as a typed struct, is answered by the file of its API in `api/`, and leaves as a typed struct. What
//! Kafka's protocol cannot say goes through [`Inspector`]. Everything durable is in the workspace folder:
//!
//! ```text
//! <workspace>/
//!   owner.lock                         held while a process has the workspace open; says who
//!   meta.sqlite                        topics, their ids and settings, groups, committed offsets
//!   topics/<topic>-<id>/<n>.sqlite     one partition each, the room `log`'s
//! ```

mod context;
mod error;
mod inspector;

use std::{path::PathBuf, sync::Arc};

use kafka_protocol::messages::{RequestKind, ResponseKind};

pub use context::CallContext;
pub use error::OpenError;
pub use inspector::{
    Counters, Damage, Inspector, PartitionSize, PartitionSpan, RebalanceEvent, RebalanceReason, TopicCounters,
};

use crate::model::Clock;

/// The id of the one node. Node id, leader and leader epoch are there from the start, so that a cluster of several
/// nodes changes nothing that is stored.
pub const NODE_ID: i32 = 1;

/// What a broker needs to open its workspace.
#[derive(Clone)]
pub struct BrokerOptions {
    /// The workspace folder; made when it does not exist.
    pub data_dir: PathBuf,
    /// Time, for timestamps, retention and the timers of groups.
    pub clock: Arc<dyn Clock>,
    /// Whether Metadata may create a topic that a client asks for (`auto.create.topics.enable`).
    pub auto_create_topics: bool,
    /// Partitions of a topic that does not say how many (`num.partitions`).
    pub default_partitions: i32,
    /// How long a new group waits for more members before its first rebalance ends
    /// (`group.initial.rebalance.delay.ms`); Kafka's 3 s serve a cluster, not a laptop.
    pub initial_rebalance_delay_ms: i64,
    /// Host and port that Metadata tells clients; port 0 while nothing listens.
    pub advertised: (String, u16),
}

impl BrokerOptions {
    /// The usual choices for a workspace in `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self {
            data_dir: data_dir.into(),
            clock,
            auto_create_topics: true,
            default_partitions: 4,
            initial_rebalance_delay_ms: 0,
            advertised: ("127.0.0.1".to_owned(), 0),
        }
    }
}

/// A running broker. Cheap to clone; all clones are the same broker.
#[derive(Clone)]
pub struct Broker {
    shared: Arc<BrokerOptions>,
}

impl Broker {
    /// Opens the workspace, or makes it. Needs a tokio runtime, on which its timers then run.
    ///
    /// A damaged partition does not fail the opening: it is set aside, answers KAFKA_STORAGE_ERROR and is listed by
    /// [`Inspector::damage`].
    pub async fn open(options: BrokerOptions) -> Result<Self, OpenError> {
        Ok(Self { shared: Arc::new(options) })
    }

    /// Answers one request of version `version`. Errors are Kafka error codes inside the response.
    ///
    /// A request that the broker does not serve, or not in this version, is answered with an
    /// [`ApiVersionsResponse`](kafka_protocol::messages::ApiVersionsResponse) that holds UNSUPPORTED_VERSION and what is
    /// served; a server of TCP connections closes the connection then, as Kafka does.
    pub async fn call(&self, _context: &CallContext, _version: i16, _request: RequestKind) -> ResponseKind {
        todo!("{}", self.shared.data_dir.display())
    }

    /// The second door: what Kafka's protocol cannot say.
    pub fn inspector(&self) -> Arc<dyn Inspector> {
        todo!()
    }

    /// Ends the timers, finishes what was accepted, closes the files and gives the workspace free. Requests that come
    /// later are answered with errors. Calling it again does nothing.
    pub async fn shutdown(&self) {
        todo!()
    }
}
