//! The broker: topics, their settings, consumer groups, and [`Broker::call`], which answers Kafka requests.
//!
//! A request enters as a typed struct, is answered by the file of its API in `api/`, and leaves as a typed struct. What
//! Kafka's protocol cannot say goes through [`Inspector`]. Everything durable is in the workspace folder:
//!
//! ```text
//! <workspace>/
//!   owner.lock                         held while a process has the workspace open; says who
//!   meta.sqlite                        topics, their ids and settings, groups, committed offsets, users
//!   topics/<topic>-<id>/<n>.sqlite     one partition each, the room `log`'s
//!   tls/                               the listener's own certificate and key, where it has been asked for
//! ```

mod context;
mod error;
mod inspector;

mod api;
mod authorize;
pub mod config;
mod coordinator;
pub mod groups;
mod inner;
mod inspect;
mod lock;
mod maintenance;
mod meta;
pub mod observe;
mod on_the_spot;
mod open;
mod queued;
mod settings;
mod share;
mod topics;
pub mod transactions;
mod users;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use kafka_protocol::messages::{ProduceRequest, RequestKind, ResponseKind};

pub use context::CallContext;
pub use error::OpenError;
pub use inspector::{
    Compactions, Counters, Damage, Inspector, LastCompaction, PartitionCompaction, PartitionSize, PartitionSpan,
    RebalanceEvent, RebalanceReason, ShareChanging, TopicCounters,
};
pub use lock::OwnerAccess;
pub use on_the_spot::wait_on_the_spot;
pub use queued::Queued;
pub use share::{
    ArchiveReason, SHARE_CELLS_MAX, SHARE_EVENTS_KEPT_MAX, ShareCell, ShareChange, ShareChangeError, ShareEvent,
    ShareEventKind, SharePartitionView,
};
pub use users::{LOCAL_ADMIN, USER_NAME_BYTES_MAX, User, Users};

use self::{
    inner::Inner,
    observe::{Connection, ConnectionInfo, RequestId},
};
use crate::{log::Sync, model::Clock};

/// The id of the one node. Node id, leader and leader epoch are there from the start, so that a cluster of several
/// nodes changes nothing that is stored.
pub const NODE_ID: i32 = 1;

/// The leader epoch of every partition: the one node has led from the start.
const LEADER_EPOCH: i32 = 0;
/// Most members of a group (`group.max.size`, which Kafka leaves open).
const GROUP_MEMBERS_MAX: usize = 1_000;
/// Longest note that a commit may carry (`offset.metadata.max.bytes`).
const OFFSET_METADATA_BYTES_MAX: usize = 4_096;
/// How long the offsets of a group without members are kept (`offsets.retention.minutes`, seven days).
const OFFSETS_RETENTION_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// Longest time that a transaction may ask for (`transaction.max.timeout.ms`, 15 minutes).
const TRANSACTION_TIMEOUT_MAX_MS: i32 = 15 * 60 * 1_000;
/// How long a producer that does not write is remembered (`producer.id.expiration.ms`, one day).
const PRODUCER_ID_EXPIRATION_MS: i64 = 24 * 60 * 60 * 1_000;
/// How often retention is applied. Kafka's five minutes are long for who has just changed a setting and watches.
const RETENTION_INTERVAL_MS: u64 = 30_000;
/// How often it is looked whether a compacted topic is due (`log.cleaner.backoff.ms`).
const COMPACTION_INTERVAL_MS: u64 = 15_000;

/// What one Fetch is given at most, in bytes, beyond a first batch that is larger (`fetch.max.bytes`). Kafka sends from its
/// files and allows 55 MiB; here an answer is in memory until its reader has taken it, and some readers never do.
const FETCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Fetch sessions at a time (`max.incremental.fetch.session.cache.slots`). Who finds no room fetches in full each time.
const FETCH_SESSIONS_MAX: usize = 1_000;
/// A fetch session that rested so long gives its room to another (`min.incremental.fetch.session.eviction.ms`).
const FETCH_SESSION_EVICTION_MS: i64 = 120_000;
/// Most partitions in one answer to DescribeTopicPartitions (`max.request.partition.size.limit`).
const PAGE_PARTITIONS_MAX: i32 = 2_000;

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
    /// Shortest session timeout that a member may ask for (`group.min.session.timeout.ms`).
    pub session_timeout_min_ms: i32,
    /// Longest session timeout that a member may ask for (`group.max.session.timeout.ms`).
    pub session_timeout_max_ms: i32,
    /// Host and port that Metadata tells clients until [`Broker::advertise`]; port 0 while nothing listens.
    pub advertised: (String, u16),
    /// Largest number of pages of a partition's file; lets tests fill a disk.
    pub partition_pages_max: Option<u32>,
    /// Whether what is acknowledged is synced to disk where it should be. Not for a workspace that goes away with this
    /// process anyway: there nothing but time would be won.
    pub is_durable: bool,
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
            session_timeout_min_ms: 6_000,
            session_timeout_max_ms: 1_800_000,
            advertised: ("127.0.0.1".to_owned(), 0),
            partition_pages_max: None,
            is_durable: true,
        }
    }

    /// When an append is acknowledged that asks for so much.
    fn sync(&self, asked: Sync) -> Sync {
        if asked == Sync::Disk && !self.is_durable { Sync::Wal } else { asked }
    }
}

/// A running broker. Cheap to clone; all clones are the same broker.
#[derive(Clone)]
pub struct Broker {
    inner: Arc<Inner>,
}

impl Broker {
    /// Opens the workspace, or makes it. Needs a tokio runtime, on which its timers then run.
    ///
    /// A damaged partition does not fail the opening: it is set aside, answers KAFKA_STORAGE_ERROR and is listed by
    /// [`Inspector::damage`].
    pub async fn open(options: BrokerOptions) -> Result<Self, OpenError> {
        Ok(Self { inner: open::open(options).await? })
    }

    /// Answers one request of version `version`. Errors are Kafka error codes inside the response.
    ///
    /// A request that the broker does not serve, or not in this version, is answered with an
    /// [`ApiVersionsResponse`](kafka_protocol::messages::ApiVersionsResponse) that holds UNSUPPORTED_VERSION and what is
    /// served; a server of TCP connections closes the connection then, as Kafka does.
    pub async fn call(&self, context: &CallContext, version: i16, request: RequestKind) -> ResponseKind {
        self.call_noted(context, version, request, None).await.0
    }

    /// The same for a request of `request_bytes` bytes on the wire; also returns the number under which the request is
    /// noted, for [`Connection::answered`].
    pub async fn call_framed(
        &self,
        context: &CallContext,
        version: i16,
        request: RequestKind,
        request_bytes: usize,
    ) -> (ResponseKind, RequestId) {
        let bytes = u32::try_from(request_bytes).unwrap_or(u32::MAX);
        self.call_noted(context, version, request, Some(bytes)).await
    }

    /// Lists a connection while what is returned lives; its calls are made with [`Connection::context`].
    pub fn connect(&self, info: ConnectionInfo) -> Connection {
        self.inner.observer.connect(info)
    }

    async fn call_noted(
        &self,
        context: &CallContext,
        version: i16,
        request: RequestKind,
        request_bytes: Option<u32>,
    ) -> (ResponseKind, RequestId) {
        let inner = self.inner.clone();
        let noting = inner.observer.came(&inner.topics, context, version, &request, request_bytes);
        if !api::must_finish(&request) {
            return noted(&inner, noting, api::answer(&inner, context, version, request)).await;
        }
        // A caller may stop waiting at any moment; a change half way, stored but not yet known in memory, must not be
        // what it leaves behind.
        let context = context.clone();
        let answer = async move { noted(&inner, noting, api::answer(&inner, &context, version, request)).await };
        finished(tokio::spawn(answer)).await
    }

    /// Answers a Produce request and tells `queued` when its batches have their places in the log. The caller promises to
    /// wait for the answer: unlike with [`Broker::call`] no task of its own brings it to its end. `request_bytes` and the
    /// number returned are those of [`Broker::call_framed`].
    pub async fn produce(
        &self,
        context: &CallContext,
        version: i16,
        request: ProduceRequest,
        queued: &Queued,
        request_bytes: usize,
    ) -> (ResponseKind, RequestId) {
        let inner = &self.inner;
        let bytes = u32::try_from(request_bytes).unwrap_or(u32::MAX);
        let noting = inner.observer.produce_came(&inner.topics, context, version, &request, Some(bytes));
        noted(inner, noting, api::produce(inner, context, version, request, queued)).await
    }

    /// Host and port that Metadata, FindCoordinator and DescribeCluster tell clients from now on; port 0 means that
    /// nothing listens.
    pub fn advertise(&self, host: &str, port: u16) {
        self.inner.advertised.store(Arc::new((host.to_owned(), port)));
    }

    /// What the setting `listeners` tells from now on: Kafka's name for what is spoken, and the address; `None` when
    /// nothing listens any more.
    pub fn bound(&self, listener: Option<(&'static str, SocketAddr)>) {
        self.inner.bound.store(listener.map(Arc::new));
    }

    /// Writes into the workspace where its owner listens and how to get in, for a second process that wants to open it;
    /// `None` when it no longer does. Blocks on disk for a moment.
    pub fn tell_address(&self, address: Option<(&str, &OwnerAccess)>) -> std::io::Result<()> {
        self.inner.lock.lock().as_ref().map_or(Ok(()), |lock| lock.tell(address))
    }

    /// Lets [`LOCAL_ADMIN`] in with the password returned, until [`Broker::close_local`]: who may read the workspace's
    /// files gets the password from there, see [`Broker::tell_address`]. Takes milliseconds.
    pub fn open_local(&self) -> String {
        self.inner.users.open_local()
    }

    /// Nobody gets in as [`LOCAL_ADMIN`] from now on.
    pub fn close_local(&self) {
        self.inner.users.close_local();
    }

    /// The workspace folder.
    pub fn data_dir(&self) -> &Path {
        &self.inner.options.data_dir
    }

    /// Who may connect where authentication is asked for. They are changed by AlterUserScramCredentials.
    pub fn users(&self) -> &Users {
        &self.inner.users
    }

    /// The second door: what Kafka's protocol cannot say.
    pub fn inspector(&self) -> Arc<dyn Inspector> {
        Arc::new(inspect::BrokerInspector::new(&self.inner))
    }

    /// Lets the time of groups, shared records and transactions pass at once. Only who steps the clock by hand needs it:
    /// with a running clock the broker's own timers do.
    pub async fn tick(&self) {
        self.inner.coordinator.tick().await;
        self.inner.shares.tick(&self.inner).await;
        self.inner.transactions.tick(&self.inner).await;
    }

    /// Applies retention at once, as the broker does by itself from time to time; returns how many batches went.
    pub async fn retain(&self) -> u64 {
        maintenance::retain(&self.inner).await
    }

    /// Compacts the partitions of one compacted topic at once, whatever `min.cleanable.dirty.ratio` says; returns what was
    /// done. The broker does so by itself when it is time to.
    pub async fn compact(&self, topic: &str) -> Compactions {
        maintenance::compact_now(&self.inner, topic).await
    }

    /// Ends the timers, finishes what was accepted, closes the files and gives the workspace free. Requests that come
    /// later are answered with errors. Calling it again does nothing.
    pub async fn shutdown(&self) {
        self.inner.shutdown().await;
    }
}

/// Waits for an answer and notes it.
async fn noted(
    inner: &Arc<Inner>,
    noting: observe::Noting,
    answer: impl Future<Output = ResponseKind>,
) -> (ResponseKind, RequestId) {
    let (response, told) = observe::listening(answer).await;
    let id = inner.observer.went(&inner.topics, noting, &response, &told);
    (response, id)
}

/// Runs what blocks on disk away from the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    if on_the_spot::is_on_the_spot() {
        return work();
    }
    finished(tokio::task::spawn_blocking(work)).await
}

/// What a task returned; its panic goes on here.
async fn finished<T>(task: tokio::task::JoinHandle<T>) -> T {
    match task.await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and with it the one who waits here.
            Err(_) => std::future::pending().await,
        },
    }
}
