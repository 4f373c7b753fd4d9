//! The task that keeps a session with each leader: one request at a time goes to each, and takes along what is to be said.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use uuid::Uuid;

use super::{
    Acknowledged, ShareConsumerEventKind,
    request::{self, Acked, Brought, SessionStep},
    shared::{Said, Shared},
};
use crate::{
    client::{BoxFuture, ClientError},
    model::{TimestampMillis, TopicPartition},
};

/// How long a broker may wait for records to come.
const MAX_WAIT: Duration = Duration::from_millis(500);
/// Wait after a failure before the same node is asked again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(250);
/// Epochs of a session: the first request, and the last.
pub(super) const OPEN: i32 = 0;
pub(super) const CLOSE: i32 = -1;

/// Something to be said at once.
pub(super) struct Order {
    pub node: i32,
    pub said: Said,
    pub purpose: Purpose,
    pub reply: oneshot::Sender<Replied>,
}

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Acknowledge,
    /// The locks run from anew.
    Renew,
    /// And the session ends.
    Close,
}

/// What came of an order.
pub(super) struct Replied {
    pub outcomes: Vec<Acked>,
    /// Until when locks run that were renewed, where it is told.
    pub lock_until: Option<TimestampMillis>,
}

/// Sessions of one consumer, until it is aborted.
pub(super) struct Links {
    shared: Arc<Shared>,
    nodes: BTreeMap<i32, Node>,
}

/// One leader.
#[derive(Default)]
struct Node {
    /// Of the next request.
    epoch: i32,
    /// Partitions that the session has, with the ids of their topics.
    known: BTreeMap<TopicPartition, Uuid>,
    busy: bool,
    orders: VecDeque<Order>,
    not_before: Option<Instant>,
}

/// A request that was answered, or was not.
enum Done {
    Fetched { node: i32, wanted: BTreeMap<TopicPartition, Uuid>, said: Said, brought: Result<Brought, ClientError> },
    Said { order: Order, answer: Result<Replied, ClientError> },
}

impl Links {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, nodes: BTreeMap::new() }
    }

    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut under_way: FuturesUnordered<BoxFuture<'static, Done>> = FuturesUnordered::new();
        loop {
            self.carry_out(&mut under_way);
            let wake = self.fetch(&mut under_way).await;
            tokio::select! {
                biased;
                Some(done) = under_way.next(), if !under_way.is_empty() => self.finish(done),
                order = orders.recv() => match order {
                    Some(order) => self.nodes.entry(order.node).or_default().orders.push_back(order),
                    None => return,
                },
                () = self.shared.work.notified() => {}
                () = until(wake) => {}
            }
        }
    }

    /// Says what is to be said at once, to each node that has nothing else to answer.
    fn carry_out(&mut self, under_way: &mut FuturesUnordered<BoxFuture<'static, Done>>) {
        for (id, node) in &mut self.nodes {
            if node.busy {
                continue;
            }
            if node.orders.is_empty() && self.shared.inner.lock().should_flush(*id) {
                node.orders.push_back(order_without_reply(&self.shared, *id));
            }
            while let Some(order) = node.orders.pop_front() {
                if node.epoch == OPEN {
                    // No session: the broker has taken all locks back already.
                    answer_without_session(order);
                    continue;
                }
                node.busy = true;
                let epoch = if order.purpose == Purpose::Close { CLOSE } else { node.epoch };
                let (shared, ids) = (Arc::clone(&self.shared), ids_of(&node.known, &order.said));
                under_way.push(Box::pin(async move {
                    let answer = request::acknowledge(&shared, &order, epoch, ids).await;
                    Done::Said { order, answer }
                }));
                break;
            }
        }
    }

    /// Fetches from each leader while a poll waits; answers when to look again although nothing happens.
    async fn fetch(&mut self, under_way: &mut FuturesUnordered<BoxFuture<'static, Done>>) -> Option<Instant> {
        let deadline = self.shared.inner.lock().wants_records()?;
        let (leaders, mut wake) = self.leaders().await;
        let now = Instant::now();
        for (id, node) in &mut self.nodes {
            // It leads nothing of ours any more: what is still to be said to it goes without a fetch.
            let said = !leaders.contains_key(id) && self.shared.inner.lock().is_pending(*id);
            if said {
                node.orders.push_back(order_without_reply(&self.shared, *id));
                wake = Some(now);
            }
        }
        for (id, wanted) in leaders {
            let node = self.nodes.entry(id).or_default();
            if node.busy {
                continue;
            }
            if let Some(moment) = node.not_before.filter(|moment| *moment > now) {
                wake = earlier(wake, Some(moment));
                continue;
            }
            let mut said = self.shared.take_pending_of(id);
            if node.epoch == OPEN && !said.is_empty() {
                // A session that opens takes none, and with the last one all locks went.
                said.clear();
            }
            let known: BTreeSet<_> = node.known.keys().cloned().collect();
            let step = SessionStep {
                node: id,
                epoch: node.epoch,
                added: wanted.iter().filter(|(tp, _)| !known.contains(*tp)).map(|(tp, id)| (tp.clone(), *id)).collect(),
                // What is still to be said about a partition goes first; it is forgotten with the next request.
                forgotten: node
                    .known
                    .iter()
                    .filter(|(tp, _)| !wanted.contains_key(*tp) && !said.contains_key(*tp))
                    .map(|(tp, id)| (tp.clone(), *id))
                    .collect(),
                known: node.known.clone(),
                max_wait: deadline.saturating_duration_since(now).min(MAX_WAIT),
            };
            node.busy = true;
            let shared = Arc::clone(&self.shared);
            under_way.push(Box::pin(async move {
                let brought = request::fetch(&shared, &step, &said).await;
                Done::Fetched { node: id, wanted, said, brought }
            }));
        }
        wake
    }

    /// The partitions to read, by leader; nodes that lead none any more but have a session are left to its end.
    async fn leaders(&self) -> (BTreeMap<i32, BTreeMap<TopicPartition, Uuid>>, Option<Instant>) {
        let assignment = self.shared.inner.lock().assignment.clone();
        let mut leaders: BTreeMap<i32, BTreeMap<TopicPartition, Uuid>> = BTreeMap::new();
        let mut wake = None;
        for (tp, id) in assignment {
            match self.shared.client.leader(&tp).await {
                Ok(node) => {
                    leaders.entry(node).or_default().insert(tp, id);
                }
                Err(error) => {
                    wake = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                    self.shared.tell(ShareConsumerEventKind::Problem(error));
                }
            }
        }
        (leaders, wake)
    }

    fn finish(&mut self, done: Done) {
        match done {
            Done::Fetched { node, wanted, said, brought } => self.finish_fetch(node, wanted, said, brought),
            Done::Said { order, answer } => self.finish_order(order, answer),
        }
    }

    fn finish_fetch(
        &mut self,
        id: i32,
        wanted: BTreeMap<TopicPartition, Uuid>,
        said: Said,
        brought: Result<Brought, ClientError>,
    ) {
        let node = self.nodes.entry(id).or_default();
        node.busy = false;
        match brought {
            Ok(brought) => {
                let kept = node.known.iter().filter(|(tp, _)| said.contains_key(*tp));
                let kept: Vec<_> = kept.map(|(tp, id)| (tp.clone(), *id)).collect();
                node.known = wanted;
                node.known.extend(kept);
                node.step_on();
                self.shared.inner.lock().sessions.insert(id);
                if !brought.problems.is_empty() {
                    node.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                }
                self.shared.tell_acknowledged(told(brought.acked));
                for (tp, error) in brought.problems {
                    self.partition_problem(&tp, error);
                }
                self.shared.store(id, brought.records, brought.said);
            }
            Err(error) => {
                self.shared.tell_acknowledged(told(request::refused(&said, &error)));
                self.lose_session(id, error);
            }
        }
    }

    fn finish_order(&mut self, order: Order, answer: Result<Replied, ClientError>) {
        let node = self.nodes.entry(order.node).or_default();
        node.busy = false;
        let replied = match answer {
            Ok(replied) => {
                node.step_on();
                if order.purpose == Purpose::Close {
                    *node = Node::default();
                    self.shared.lose_session(order.node, "the session was closed");
                }
                replied
            }
            Err(error) => {
                let outcomes = request::refused(&order.said, &error);
                self.lose_session(order.node, error);
                Replied { outcomes, lock_until: None }
            }
        };
        if let Err(Replied { outcomes, .. }) = order.reply.send(replied) {
            // Nobody waits for it: told like what a poll sent along.
            self.shared.tell_acknowledged(told(outcomes));
        }
    }

    /// The session is gone; the next fetch opens another.
    fn lose_session(&mut self, id: i32, error: ClientError) {
        let node = self.nodes.entry(id).or_default();
        node.epoch = OPEN;
        node.known.clear();
        node.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
        self.shared.lose_session(id, &error.why());
        // Its leader may be another by now.
        let topics = self.shared.assignment();
        if error.is_stale_metadata() {
            topics.iter().for_each(|tp| self.shared.client.metadata_cache().forget_topic(&tp.topic));
        }
        if error.is_retriable() || request::is_session_end(&error) {
            self.shared.tell(ShareConsumerEventKind::Problem(error));
        } else {
            self.shared.fault(error);
        }
    }

    fn partition_problem(&self, tp: &TopicPartition, error: ClientError) {
        if error.is_stale_metadata() {
            self.shared.client.metadata_cache().forget_topic(&tp.topic);
        }
        if error.is_retriable() || matches!(error, ClientError::Batch { .. }) {
            self.shared.tell(ShareConsumerEventKind::Problem(error));
        } else {
            self.shared.fault(error);
        }
    }
}

impl Node {
    /// The epoch of the next request; after the largest comes 1.
    fn step_on(&mut self) {
        self.epoch = self.epoch.checked_add(1).unwrap_or(1);
    }
}

/// What is to be said to a node, with nobody who waits for the outcome.
fn order_without_reply(shared: &Shared, node: i32) -> Order {
    let (reply, _) = oneshot::channel();
    Order { node, said: shared.take_pending_of(node), purpose: Purpose::Acknowledge, reply }
}

fn answer_without_session(order: Order) {
    let outcomes = request::refused(&order.said, &request::no_session());
    // Who does not wait any more does not hear it.
    let _ = order.reply.send(Replied { outcomes, lock_until: None });
}

fn ids_of(known: &BTreeMap<TopicPartition, Uuid>, said: &Said) -> BTreeMap<TopicPartition, Uuid> {
    known.iter().filter(|(tp, _)| said.contains_key(*tp)).map(|(tp, id)| (tp.clone(), *id)).collect()
}

/// What the user said, of what was said.
pub(super) fn told(acked: Vec<Acked>) -> Vec<Acknowledged> {
    acked.into_iter().filter_map(Acked::told).collect()
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
