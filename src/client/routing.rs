//! [`Client`]: which node is asked, in which version, how often.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use futures_util::future::join_all;
use kafka_protocol::messages::FindCoordinatorRequest;
use parking_lot::Mutex;

use super::{
    ClientError, Health, Timeouts,
    connection::{BoxFuture, Transport},
    idempotence::Idempotence,
    metadata::MetadataCache,
    peers::{Peers, Tries, within},
    retry,
    wire::{Ask, text},
};
use crate::model::{Clock, TimestampMillis, TopicPartition};

/// How long an answer may take when nothing longer was asked for, in milliseconds: the default of `request.timeout.ms`.
pub(super) const ANSWER_WAIT_MILLIS: u64 = 30_000;
/// How long a broker may take for an administrative request, in milliseconds (`timeout_ms` of the request).
pub(super) const ADMIN_TIMEOUT_MILLIS: i32 = 20_000;
/// What a coordinator is looked for: `key_type` of FindCoordinator.
const OF_GROUP: i8 = 0;
const OF_TRANSACTION: i8 = 1;
/// Coordinators remembered; beyond, all are forgotten and asked again.
const COORDINATORS_MAX: usize = 10_000;

/// A Kafka client. Cheap to clone; all clones share connections and what is known about the cluster.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// What all attempts of one operation may take together, in milliseconds; `None`: as the settings say.
    patience_ms: Option<u64>,
}

struct Inner {
    peers: Peers,
    client_id: String,
    clock: Arc<dyn Clock>,
    metadata: Mutex<MetadataCache>,
    coordinators: Mutex<HashMap<(i8, String), i32>>,
    idempotence: Idempotence,
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
            peers: Peers::new(transport),
            client_id: client_id.into(),
            clock,
            metadata: Mutex::default(),
            coordinators: Mutex::default(),
            idempotence: Idempotence::default(),
        };
        Self { inner: Arc::new(inner), patience_ms: None }
    }

    /// The same client for who would rather hear soon that something fails: all attempts of one operation take about
    /// `millis` together, besides the time that a broker takes to answer.
    pub fn with_patience_ms(&self, millis: u64) -> Self {
        Self { inner: Arc::clone(&self.inner), patience_ms: Some(millis) }
    }

    /// How the client gets on with the nodes of its cluster, as of now.
    pub fn health(&self) -> Health {
        self.inner.peers.health()
    }

    /// How long it waits for what.
    pub fn timeouts(&self) -> &Timeouts {
        self.inner.peers.timeouts()
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
        let mut tries = self.tries();
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let Some(wait) = tries.wait_after(&error) else { return Err(error) };
            tries.pause(wait).await;
        }
    }

    /// For an operation that begins now and may take the usual time.
    pub(super) fn tries(&self) -> Tries<'_> {
        Tries::new(&self.inner.peers, self.patience_ms.unwrap_or(self.timeouts().api))
    }

    /// The same for records that are to be delivered.
    pub(super) fn delivery_tries(&self) -> Tries<'_> {
        Tries::new(&self.inner.peers, self.patience_ms.unwrap_or(self.timeouts().delivery))
    }

    /// The sequences of what all clones produce, where they ask for it.
    pub(super) fn idempotence(&self) -> &Idempotence {
        &self.inner.idempotence
    }

    /// The wait after so many failures in a row, for what goes on by itself.
    pub(super) fn backoff(&self, failures: u32) -> Duration {
        retry::backoff(failures, self.timeouts(), self.inner.peers.chance())
    }

    pub(super) fn peers(&self) -> &Peers {
        &self.inner.peers
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
        self.inner.peers.of(Some(node), asked).await?.version_of::<R>(asked, i16::MAX)
    }

    /// Asks this node (`None`: any) once. `wait_millis` is how long that may take where `request.timeout.ms` has its
    /// default of [`ANSWER_WAIT_MILLIS`]; another setting moves it by the difference.
    pub(super) async fn ask_node<R: Ask>(
        &self,
        node: Option<i32>,
        asked: &str,
        wait_millis: u64,
        build: impl Fn(i16) -> R + Send + Sync,
    ) -> Result<(R::Response, i16), ClientError> {
        self.ask_node_up_to(node, asked, wait_millis, i16::MAX, build).await
    }

    /// Like [`Client::ask_node`], in a version of at most `version_max`.
    pub(super) async fn ask_node_up_to<R: Ask>(
        &self,
        node: Option<i32>,
        asked: &str,
        wait_millis: u64,
        version_max: i16,
        build: impl Fn(i16) -> R + Send + Sync,
    ) -> Result<(R::Response, i16), ClientError> {
        let peers = &self.inner.peers;
        let peer = peers.of(node, asked).await?;
        let version = peer.version_of::<R>(asked, version_max)?;
        peers.wait_out_throttle(&peer).await;
        let wait_millis = wait_millis.saturating_add(self.timeouts().request).saturating_sub(ANSWER_WAIT_MILLIS).max(1);
        let call = peer.connection.call(version, build(version).into());
        let answer = match within(wait_millis, asked, call).await {
            Ok(answer) => answer,
            Err(error) => {
                let error = error.during(asked);
                peers.lost(node, &peer, &error);
                return Err(error);
            }
        };
        let answer = R::answer(answer).ok_or_else(|| ClientError::BadAnswer {
            asked: asked.to_owned(),
            why: "it belongs to another request".to_owned(),
        })?;
        peers.throttle(&peer, R::throttle_ms(&answer));
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
        self.remember(kind, node, [name]);
        Ok(node)
    }

    /// These groups were told by the node that coordinates them.
    pub(super) fn remember_coordinators<'a>(&self, node: i32, groups: impl IntoIterator<Item = &'a str>) {
        self.remember(OF_GROUP, node, groups);
    }

    fn remember<'a>(&self, kind: i8, node: i32, names: impl IntoIterator<Item = &'a str>) {
        let mut known = self.inner.coordinators.lock();
        for name in names {
            if known.len() >= COORDINATORS_MAX {
                known.clear();
            }
            known.insert((kind, name.to_owned()), node);
        }
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
        let mut tries = self.tries();
        loop {
            self.know_topics(pending.iter().map(|&at| &items[at].0)).await;
            let mut parts: HashMap<i32, Vec<usize>> = HashMap::new();
            for &at in &pending {
                match self.leader(&items[at].0).await {
                    Ok(node) => parts.entry(node).or_default().push(at),
                    Err(error) => outcomes[at] = Some(Err(error)),
                }
            }
            let answers = join_all(parts.into_iter().map(|(node, at)| {
                let answer = call(node, at.iter().map(|&i| items[i].clone()).collect());
                async move { (node, at, answer.await) }
            }))
            .await;
            for (node, at, answer) in answers {
                settle(&items, &at, answer, &mut outcomes);
                self.forget_leaders(node, &items, &at, &outcomes);
            }
            let (again, wait) = to_repeat(&pending, &outcomes, &tries);
            let Some(wait) = wait else { break };
            pending = again;
            tries.pause(wait).await;
        }
        let missing = |tp: &TopicPartition| ClientError::BadAnswer {
            asked: format!("ask about {tp}"),
            why: "the answer leaves the partition out".to_owned(),
        };
        let settled = items.into_iter().zip(outcomes);
        settled.map(|((tp, _), outcome)| (tp.clone(), outcome.unwrap_or_else(|| Err(missing(&tp))))).collect()
    }

    /// Of what one node has refused because it does not lead it, somebody else is the leader.
    fn forget_leaders<T, O>(
        &self,
        node: i32,
        items: &[(TopicPartition, T)],
        part: &[usize],
        outcomes: &[Option<Result<O, ClientError>>],
    ) {
        let mut cache = self.metadata_cache();
        for &at in part {
            if let Some(Err(error)) = &outcomes[at]
                && error.is_stale_metadata()
            {
                cache.forget_leader(&items[at].0, node);
            }
        }
    }
}

/// Which of `pending` are worth another attempt, and after which wait.
fn to_repeat<O>(
    pending: &[usize],
    outcomes: &[Option<Result<O, ClientError>>],
    tries: &Tries<'_>,
) -> (Vec<usize>, Option<Duration>) {
    let mut again = Vec::new();
    let mut longest = None;
    for &at in pending {
        let Some(Err(error)) = &outcomes[at] else { continue };
        if let Some(wait) = tries.wait_after(error) {
            again.push(at);
            longest = longest.max(Some(wait));
        }
    }
    (again, longest)
}

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
