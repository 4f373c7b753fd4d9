//! [`Client`]: which node is asked, in which version, how often.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use futures_util::future::join_all;
use kafka_protocol::messages::{ApiVersionsRequest, FindCoordinatorRequest};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use super::{
    ClientError,
    connection::{BoxFuture, Connection, Transport},
    metadata::MetadataCache,
    retry,
    versions::PeerVersions,
    wire::{Ask, text},
};
use crate::model::{Clock, TimestampMillis, TopicPartition};

/// How long an answer may take when nothing longer was asked for, in milliseconds.
pub(super) const ANSWER_WAIT_MILLIS: u64 = 30_000;
/// How long a broker may take for an administrative request, in milliseconds (`timeout_ms` of the request).
pub(super) const ADMIN_TIMEOUT_MILLIS: i32 = 20_000;
/// What a coordinator is looked for: `key_type` of FindCoordinator.
const OF_GROUP: i8 = 0;
const OF_TRANSACTION: i8 = 1;
/// Coordinators remembered; beyond, all are forgotten and asked again.
const COORDINATORS_MAX: usize = 10_000;
/// API version for ApiVersions itself; a peer that does not know it answers in version 0.
const API_VERSIONS_VERSION: i16 = 3;

/// A Kafka client. Cheap to clone; all clones share connections and what is known about the cluster.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    client_id: String,
    clock: Arc<dyn Clock>,
    peers: Mutex<HashMap<Option<i32>, Arc<OnceCell<Peer>>>>,
    metadata: Mutex<MetadataCache>,
    coordinators: Mutex<HashMap<(i8, String), i32>>,
}

/// A connected node and what it speaks.
#[derive(Clone)]
struct Peer {
    connection: Arc<dyn Connection>,
    versions: PeerVersions,
}

impl Peer {
    /// The version in which it is asked.
    fn version_of<R: Ask>(&self, asked: &str) -> Result<i16, ClientError> {
        let chosen = self.versions.choose(R::KEY);
        chosen.map_err(|none| ClientError::Unsupported { asked: asked.to_owned(), ours: none.ours, peer: none.peer })
    }
}

/// Which node must answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// Any.
    Any,
    /// This one.
    Node(i32),
    /// The controller, or any node where it is not known: brokers of Kafka 3 and later forward.
    Controller,
    /// The coordinator of a group.
    Coordinator(&'a str),
    /// The coordinator of a transactional id.
    Transactions(&'a str),
}

/// The outcome of each partition of a request that went to several leaders.
pub(super) type PartitionOutcomes<O> = Vec<(TopicPartition, Result<O, ClientError>)>;

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> TimestampMillis {
        chrono::Utc::now().timestamp_millis()
    }
}

impl Client {
    /// A client that reaches its cluster by `transport`; nothing is asked yet. Records without a timestamp get the
    /// system's time.
    pub fn new(transport: Arc<dyn Transport>, client_id: impl Into<String>) -> Self {
        Self::with_clock(transport, client_id, Arc::new(SystemClock))
    }

    /// Like [`Client::new`], with another source of time for records and events.
    pub fn with_clock(transport: Arc<dyn Transport>, client_id: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            transport,
            client_id: client_id.into(),
            clock,
            peers: Mutex::default(),
            metadata: Mutex::default(),
            coordinators: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The name under which brokers list this client.
    pub fn client_id(&self) -> &str {
        &self.inner.client_id
    }

    /// Now, by this client's clock.
    pub fn now(&self) -> TimestampMillis {
        self.inner.clock.now()
    }

    pub(super) fn metadata_cache(&self) -> parking_lot::MutexGuard<'_, MetadataCache> {
        self.inner.metadata.lock()
    }

    /// Asks, and tries again while that makes sense. `read` turns the answer into the result, so that error codes inside
    /// the answer are seen here; it gets the version that was spoken.
    pub(super) async fn ask<R: Ask, T>(
        &self,
        target: Target<'_>,
        asked: &str,
        build: impl Fn(i16) -> R + Send + Sync,
        read: impl Fn(R::Response, i16) -> Result<T, ClientError> + Send + Sync,
    ) -> Result<T, ClientError> {
        self.retrying(|| async {
            let (answer, version) = self.ask_once(target, asked, ANSWER_WAIT_MILLIS, &build).await?;
            let result = read(answer, version);
            if let Err(error) = &result
                && error.is_stale_metadata()
            {
                self.forget(target);
            }
            result
        })
        .await
    }

    /// Repeats `attempt` while its error is worth it.
    pub(super) async fn retrying<T, F>(&self, attempt: impl Fn() -> F + Send + Sync) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>> + Send,
    {
        let mut number = 1;
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let Some(wait) = retry::wait_after(&error, number) else { return Err(error) };
            tokio::time::sleep(wait).await;
            number += 1;
        }
    }

    /// Asks once.
    pub(super) async fn ask_once<R: Ask>(
        &self,
        target: Target<'_>,
        asked: &str,
        wait_millis: u64,
        build: impl Fn(i16) -> R + Send + Sync,
    ) -> Result<(R::Response, i16), ClientError> {
        let node = self.node_for(target).await.map_err(|error| error.during(asked))?;
        let answer = self.ask_node(node, asked, wait_millis, build).await;
        if answer.as_ref().is_err_and(ClientError::is_stale_metadata) {
            self.forget(target);
        }
        answer
    }

    /// The version in which this node is asked.
    pub(super) async fn version_of<R: Ask>(&self, node: i32, asked: &str) -> Result<i16, ClientError> {
        let peer = self.peer(Some(node), asked).await?;
        peer.version_of::<R>(asked)
    }

    /// Asks this node (`None`: any) once.
    pub(super) async fn ask_node<R: Ask>(
        &self,
        node: Option<i32>,
        asked: &str,
        wait_millis: u64,
        build: impl Fn(i16) -> R + Send + Sync,
    ) -> Result<(R::Response, i16), ClientError> {
        let peer = self.peer(node, asked).await?;
        let version = peer.version_of::<R>(asked)?;
        let call = peer.connection.call(version, build(version).into());
        let answer = match within(wait_millis, asked, call).await {
            Ok(answer) => answer,
            Err(error) => {
                self.inner.peers.lock().remove(&node);
                return Err(error.during(asked));
            }
        };
        let answer = R::answer(answer).ok_or_else(|| ClientError::BadAnswer {
            asked: asked.to_owned(),
            why: "it belongs to another request".to_owned(),
        })?;
        Ok((answer, version))
    }

    async fn node_for(&self, target: Target<'_>) -> Result<Option<i32>, ClientError> {
        match target {
            Target::Any => Ok(None),
            Target::Node(node) => Ok(Some(node)),
            Target::Controller => {
                if self.metadata_cache().controller().is_none() {
                    self.refresh_cluster().await?;
                }
                Ok(self.metadata_cache().controller())
            }
            Target::Coordinator(group) => self.coordinator(group, OF_GROUP).await.map(Some),
            Target::Transactions(id) => self.coordinator(id, OF_TRANSACTION).await.map(Some),
        }
    }

    /// Forgets who answers for `target`: it has moved or is gone.
    pub(super) fn forget(&self, target: Target<'_>) {
        match target {
            Target::Coordinator(group) => {
                self.inner.coordinators.lock().remove(&(OF_GROUP, group.to_owned()));
            }
            Target::Transactions(id) => {
                self.inner.coordinators.lock().remove(&(OF_TRANSACTION, id.to_owned()));
            }
            Target::Controller => self.metadata_cache().forget_controller(),
            Target::Any | Target::Node(_) => {}
        }
    }

    async fn peer(&self, node: Option<i32>, asked: &str) -> Result<Peer, ClientError> {
        let cell = Arc::clone(self.inner.peers.lock().entry(node).or_default());
        let peer = cell.get_or_try_init(|| self.connect(node, asked)).await?;
        Ok(peer.clone())
    }

    async fn connect(&self, node: Option<i32>, asked: &str) -> Result<Peer, ClientError> {
        let connection = within(ANSWER_WAIT_MILLIS, asked, self.inner.transport.connect(node)).await?;
        let mut version = API_VERSIONS_VERSION;
        loop {
            let request = ApiVersionsRequest::default()
                .with_client_software_name(text("millpond"))
                .with_client_software_version(text(env!("CARGO_PKG_VERSION")));
            let answer = within(ANSWER_WAIT_MILLIS, asked, connection.call(version, request.into())).await?;
            let answer = ApiVersionsRequest::answer(answer).ok_or_else(|| ClientError::BadAnswer {
                asked: asked.to_owned(),
                why: "ApiVersions was answered with something else".to_owned(),
            })?;
            // KIP-511: a peer that does not know the version says so in version 0.
            if answer.error_code == UNSUPPORTED_VERSION && version > 0 {
                version = 0;
                continue;
            }
            ClientError::check(answer.error_code, || asked.to_owned(), None)?;
            return Ok(Peer { versions: PeerVersions::of(&answer), connection });
        }
    }

    /// Node id of the coordinator of a group or a transactional id, from memory or asked.
    async fn coordinator(&self, name: &str, kind: i8) -> Result<i32, ClientError> {
        if let Some(node) = self.inner.coordinators.lock().get(&(kind, name.to_owned())) {
            return Ok(*node);
        }
        let what = if kind == OF_GROUP { "group" } else { "transactional id" };
        let asked = format!("find the coordinator of {what} {name}");
        let build = |version: i16| {
            let request = FindCoordinatorRequest::default().with_key_type(kind);
            if version >= 4 { request.with_coordinator_keys(vec![text(name)]) } else { request.with_key(text(name)) }
        };
        let (answer, version) = self.ask_node(None, &asked, ANSWER_WAIT_MILLIS, build).await?;
        let (code, message, node) = match answer.coordinators.first() {
            Some(found) if version >= 4 => (found.error_code, found.error_message.clone(), found.node_id.0),
            _ => (answer.error_code, answer.error_message.clone(), answer.node_id.0),
        };
        ClientError::check(code, || asked, message.as_deref())?;
        let mut known = self.inner.coordinators.lock();
        if known.len() >= COORDINATORS_MAX {
            known.clear();
        }
        known.insert((kind, name.to_owned()), node);
        Ok(node)
    }

    /// Sends each partition's part to its leader and tries parts again that failed for a passing reason. `call` gets the
    /// node and the part of the request that belongs there; outcomes come in the order of `items`.
    pub(super) async fn by_leader<'a, T, O, C>(
        &'a self,
        items: Vec<(TopicPartition, T)>,
        call: C,
    ) -> PartitionOutcomes<O>
    where
        T: Clone + Send + Sync,
        O: Send,
        C: Fn(i32, Vec<(TopicPartition, T)>) -> BoxFuture<'a, Result<PartitionOutcomes<O>, ClientError>> + Send + Sync,
    {
        let mut outcomes: Vec<Option<Result<O, ClientError>>> = items.iter().map(|_| None).collect();
        let mut pending: Vec<usize> = (0..items.len()).collect();
        for attempt in 1.. {
            let mut parts: HashMap<i32, Vec<usize>> = HashMap::new();
            for &at in &pending {
                match self.leader(&items[at].0).await {
                    Ok(node) => parts.entry(node).or_default().push(at),
                    Err(error) => outcomes[at] = Some(Err(error)),
                }
            }
            let answers = join_all(parts.into_iter().map(|(node, at)| {
                let answer = call(node, at.iter().map(|&i| items[i].clone()).collect());
                async move { (at, answer.await) }
            }))
            .await;
            for (at, answer) in answers {
                settle(&items, &at, answer, &mut outcomes);
            }
            let (again, wait) = self.to_repeat(&items, &pending, &outcomes, attempt);
            let Some(wait) = wait else { break };
            pending = again;
            tokio::time::sleep(wait).await;
        }
        let missing = |tp: &TopicPartition| ClientError::BadAnswer {
            asked: format!("ask about {tp}"),
            why: "the answer leaves the partition out".to_owned(),
        };
        let settled = items.into_iter().zip(outcomes);
        settled.map(|((tp, _), outcome)| (tp.clone(), outcome.unwrap_or_else(|| Err(missing(&tp))))).collect()
    }

    /// Which of `pending` are worth another attempt, and after which wait; forgets leaders that have moved.
    fn to_repeat<T, O>(
        &self,
        items: &[(TopicPartition, T)],
        pending: &[usize],
        outcomes: &[Option<Result<O, ClientError>>],
        attempt: u32,
    ) -> (Vec<usize>, Option<Duration>) {
        let mut again = Vec::new();
        let mut longest = None;
        for &at in pending {
            let Some(Err(error)) = &outcomes[at] else { continue };
            if error.is_stale_metadata() {
                self.metadata_cache().forget_topic(&items[at].0.topic);
            }
            if let Some(wait) = retry::wait_after(error, attempt) {
                again.push(at);
                longest = longest.max(Some(wait));
            }
        }
        (again, longest)
    }
}

/// Error code of ApiVersions for a version that the peer does not know.
const UNSUPPORTED_VERSION: i16 = 35;

/// Puts the answer of one node where its partitions' outcomes are kept.
fn settle<T, O>(
    items: &[(TopicPartition, T)],
    part: &[usize],
    answer: Result<PartitionOutcomes<O>, ClientError>,
    outcomes: &mut [Option<Result<O, ClientError>>],
) {
    match answer {
        Ok(answer) => {
            let mut by_partition: HashMap<TopicPartition, Result<O, ClientError>> = answer.into_iter().collect();
            for &at in part {
                outcomes[at] = by_partition.remove(&items[at].0);
            }
        }
        Err(error) => part.iter().for_each(|&at| outcomes[at] = Some(Err(error.clone()))),
    }
}

/// Waits for an answer, but not for ever.
async fn within<T>(
    millis: u64,
    asked: &str,
    answer: impl Future<Output = Result<T, ClientError>>,
) -> Result<T, ClientError> {
    match tokio::time::timeout(Duration::from_millis(millis), answer).await {
        Ok(answer) => answer,
        Err(_) => Err(ClientError::TimedOut { asked: asked.to_owned(), millis }),
    }
}
