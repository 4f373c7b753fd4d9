//! The task that finds out where to start in each partition and keeps the buffers filled.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use kafka_protocol::ResponseError;
use tokio::time::Instant;

use super::{
    AutoOffsetReset, ConsumerEventKind,
    shared::Shared,
    slot::{Decoded, Slot},
};
use crate::{
    client::{
        BoxFuture, ClientError, FetchOptions, Fetched, Isolation, OffsetSpec,
        fetch::header_of,
        fetch_session::{FetchSession, is_session_fault},
        records_from,
        routing::PartitionOutcomes,
    },
    codec::DECOMPRESSED_BYTES_MAX_DEFAULT,
    model::{Offset, Record, TopicPartition},
};

/// Bytes asked for from one partition at once (Kafka's `max.partition.fetch.bytes`).
const PARTITION_BYTES: usize = 1024 * 1024;
/// Bytes that one partition may have waiting before no more is asked for: while some are decoded and handed over, the
/// next are on their way.
const PARTITION_WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long the broker may wait for records to come.
const MAX_WAIT_MILLIS: u32 = 500;
/// Wait after a failure before the same is tried again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(250);
/// Leaders are asked one request each; so many at once.
const NODES_AT_ONCE_MAX: usize = 64;

/// Fetches for one consumer until it is aborted.
pub(super) struct Fetcher {
    shared: Arc<Shared>,
}

/// The answer of one leader.
struct Answer {
    node: i32,
    plan: u64,
    session: FetchSession,
    asked: Vec<(TopicPartition, Offset)>,
    outcomes: Result<PartitionOutcomes<Fetched>, ClientError>,
}

/// What has come of one partition and is to be decoded.
struct Arrived {
    partition: TopicPartition,
    asked: Range<Offset>,
    fetched: Fetched,
}

/// Requests that wait for their answer.
#[derive(Default)]
struct UnderWay<'a> {
    answers: FuturesUnordered<BoxFuture<'a, Answer>>,
    /// An answer that was there before anybody waited for it.
    early: Option<Answer>,
    busy: HashSet<i32>,
    sessions: HashMap<i32, FetchSession>,
    plan: u64,
}

impl UnderWay<'_> {
    /// Long polls may wait for partitions that are not ours any more, and know nothing of new ones.
    fn renew(&mut self, plan: u64) {
        if plan != self.plan {
            self.plan = plan;
            self.answers.clear();
            self.early = None;
            // What these have said is not known: they begin anew.
            self.busy.drain().for_each(|node| _ = self.sessions.insert(node, FetchSession::default()));
        }
    }

    async fn next(&mut self) -> Option<Answer> {
        match self.early.take() {
            Some(answer) => Some(answer),
            None => self.answers.next().await,
        }
    }

    fn is_empty(&self) -> bool {
        self.early.is_none() && self.answers.is_empty()
    }
}

impl Fetcher {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    pub async fn run(self) {
        let mut under_way = UnderWay::default();
        loop {
            under_way.renew(self.shared.inner.lock().plan);
            if !self.find_starts().await {
                continue;
            }
            let wake = self.ask(&mut under_way).await;
            let nobody = under_way.is_empty();
            tokio::select! {
                biased;
                Some(answer) = under_way.next(), if !nobody => {
                    under_way.busy.remove(&answer.node);
                    let (node, (session, arrived)) = (answer.node, self.take_in(answer));
                    under_way.sessions.insert(node, session);
                    // While this is decoded the next is on its way. What must be waited for first is asked for in the
                    // next turn.
                    let _ = self.ask(&mut under_way).now_or_never();
                    under_way.early = under_way.answers.next().now_or_never().flatten();
                    arrived.into_iter().for_each(|arrived| self.store(arrived));
                }
                () = self.shared.fetch.notified() => {}
                () = until(wake) => {}
            }
        }
    }

    /// Asks leaders that owe no answer for what there is room for; tells when to look again although nothing happens.
    async fn ask<'a>(&'a self, under_way: &mut UnderWay<'a>) -> Option<Instant> {
        let (requests, wake) = self.requests(&under_way.busy).await;
        let most = NODES_AT_ONCE_MAX.saturating_sub(under_way.busy.len());
        for (node, from) in requests.into_iter().take(most) {
            under_way.busy.insert(node);
            let session = under_way.sessions.remove(&node).unwrap_or_default();
            under_way.answers.push(Box::pin(self.fetch(session, node, under_way.plan, from)));
        }
        wake
    }

    async fn fetch(
        &self,
        mut session: FetchSession,
        node: i32,
        plan: u64,
        from: Vec<(TopicPartition, Offset)>,
    ) -> Answer {
        let options = FetchOptions {
            max_bytes: self.shared.options.buffer_bytes.clamp(1, PARTITION_BYTES * 8),
            max_wait_ms: MAX_WAIT_MILLIS,
            min_bytes: 1,
            isolation: self.shared.options.isolation,
        };
        let asked = from.clone();
        let outcomes = self.shared.client.fetch_in(&mut session, node, from, options, PARTITION_BYTES).await;
        Answer { node, plan, session, asked, outcomes }
    }

    /// What to ask which leader, and when to look again although nothing happens.
    async fn requests(&self, busy: &HashSet<i32>) -> (HashMap<i32, Vec<(TopicPartition, Offset)>>, Option<Instant>) {
        let now = Instant::now();
        let (wanted, mut wake) = {
            let inner = self.shared.inner.lock();
            let full = inner.waiting_bytes() >= self.shared.options.buffer_bytes;
            let fetchable = |(tp, slot): (&TopicPartition, &Slot)| {
                Some((tp.clone(), slot.fetchable(PARTITION_WAITING_BYTES_MAX, now)?))
            };
            let wanted: Vec<_> = if full { Vec::new() } else { inner.owned.iter().filter_map(fetchable).collect() };
            let wake = inner.owned.values().filter_map(|slot| slot.not_before).filter(|at| *at > now).min();
            (wanted, wake)
        };
        let mut requests: HashMap<i32, Vec<(TopicPartition, Offset)>> = HashMap::new();
        for (tp, from) in wanted {
            match self.shared.client.leader(&tp).await {
                Ok(node) if busy.contains(&node) => {}
                Ok(node) => requests.entry(node).or_default().push((tp, from)),
                Err(error) => {
                    self.put_off(&tp, error);
                    wake = Some(now + PAUSE_AFTER_FAILURE);
                }
            }
        }
        (requests, wake)
    }

    /// Goes on behind what an answer brought, before that is decoded; gives its session back.
    fn take_in(&self, answer: Answer) -> (FetchSession, Vec<Arrived>) {
        let outcomes = match answer.outcomes {
            Ok(outcomes) => outcomes,
            // The next request begins another session, and nothing is lost.
            Err(error) if error.code().is_some_and(is_session_fault) => return (answer.session, Vec::new()),
            Err(error) => answer.asked.iter().map(|(tp, _)| (tp.clone(), Err(error.clone()))).collect(),
        };
        let asked: HashMap<TopicPartition, Offset> = answer.asked.into_iter().collect();
        let mut arrived = Vec::new();
        for (tp, outcome) in outcomes {
            match outcome {
                Ok(fetched) => {
                    let Some(from) = asked.get(&tp).copied() else { continue };
                    let (asked, bytes) = (from..fetched.next, fetched.batches.iter().map(Bytes::len).sum());
                    if self.slot(&tp, answer.plan, |slot| slot.arrive(&asked, bytes)) == Some(true) {
                        arrived.push(Arrived { partition: tp, asked, fetched });
                    }
                }
                Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => {
                    self.start_again(&tp, answer.plan)
                }
                Err(error @ ClientError::Batch { .. }) => self.block(&tp, answer.plan, error),
                Err(error) => {
                    if error.is_stale_metadata() {
                        self.shared.client.metadata_cache().forget_leader(&tp, answer.node);
                    }
                    self.put_off(&tp, error);
                }
            }
        }
        (answer.session, arrived)
    }

    /// Decodes batch by batch: what stands before a damaged batch is still handed over.
    fn store(&self, Arrived { partition: tp, asked, fetched }: Arrived) {
        let from = asked.start;
        let mut records: Vec<Record> = Vec::new();
        let mut to = from;
        let mut damage = None;
        let committed = self.shared.options.isolation == Isolation::ReadCommitted;
        let states = if committed { fetched.states() } else { Vec::new() };
        for (index, batch) in fetched.batches.iter().enumerate() {
            let visible = states.get(index).is_none_or(|state| state.is_visible());
            match self.decode(&tp, batch, from, visible) {
                Ok((found, after)) => {
                    records.extend(found);
                    to = to.max(after);
                }
                Err(error) => {
                    damage = Some(error);
                    break;
                }
            }
        }
        if let Some(slot) = self.shared.inner.lock().owned.get_mut(&tp) {
            slot.store(Decoded { asked, to, records, damage });
        }
        if to != from || fetched.batches.is_empty() {
            self.shared.delivered.notify_one();
        }
    }

    /// The records of a batch, none where it is passed over, and the offset after it.
    fn decode(
        &self,
        tp: &TopicPartition,
        batch: &Bytes,
        from: Offset,
        visible: bool,
    ) -> Result<(Vec<Record>, Offset), ClientError> {
        let after = header_of(tp, batch, from)?.last_offset() + 1;
        if !visible {
            return Ok((Vec::new(), after));
        }
        let records = records_from(tp, std::slice::from_ref(batch), from, DECOMPRESSED_BYTES_MAX_DEFAULT)?;
        Ok((records, after))
    }

    /// Changes a slot, unless partitions have changed since `plan`.
    fn slot<T>(&self, tp: &TopicPartition, plan: u64, change: impl FnOnce(&mut Slot) -> T) -> Option<T> {
        let mut inner = self.shared.inner.lock();
        if inner.plan != plan {
            return None;
        }
        inner.owned.get_mut(tp).map(change)
    }

    fn start_again(&self, tp: &TopicPartition, plan: u64) {
        self.slot(tp, plan, |slot| {
            slot.reset = true;
            slot.fetch_at = None;
        });
    }

    fn block(&self, tp: &TopicPartition, plan: u64, error: ClientError) {
        self.slot(tp, plan, |slot| slot.blocked = Some(error));
        self.shared.delivered.notify_one();
    }

    fn put_off(&self, tp: &TopicPartition, error: ClientError) {
        let mut inner = self.shared.inner.lock();
        if let Some(slot) = inner.owned.get_mut(tp) {
            slot.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
        }
        drop(inner);
        self.shared.tell(ConsumerEventKind::Problem(error));
    }

    /// Finds the start of partitions that have none: what the group committed, else by `auto_offset_reset`. `false` when
    /// that failed and should be tried again (a wait has passed then).
    async fn find_starts(&self) -> bool {
        let (plan, unknown, gone) = {
            let inner = self.shared.inner.lock();
            let now = Instant::now();
            let open = inner.owned.iter().filter(|(_, slot)| slot.needs_start(now));
            let (gone, unknown): (Vec<_>, Vec<_>) = open.partition(|(_, slot)| slot.reset);
            let names = |slots: Vec<(&TopicPartition, &Slot)>| slots.into_iter().map(|(tp, _)| tp.clone()).collect();
            let names: [Vec<TopicPartition>; 2] = [names(unknown), names(gone)];
            let [unknown, gone] = names;
            (inner.plan, unknown, gone)
        };
        let mut to_reset = gone;
        if !unknown.is_empty() {
            let committed = match self.shared.client.committed_of(&self.shared.options.group, Some(&unknown)).await {
                Ok(committed) => committed,
                Err(error) => return self.later(error).await,
            };
            let committed: HashMap<_, _> = committed.into_iter().collect();
            for tp in unknown {
                match committed.get(&tp) {
                    Some(committed) => self.start_at(&tp, plan, committed.offset, Some(committed.offset)),
                    None => to_reset.push(tp),
                }
            }
        }
        to_reset.is_empty() || self.reset(plan, to_reset).await
    }

    async fn reset(&self, plan: u64, partitions: Vec<TopicPartition>) -> bool {
        let spec = match self.shared.options.auto_offset_reset {
            AutoOffsetReset::Earliest => OffsetSpec::Earliest,
            AutoOffsetReset::Latest if self.shared.options.isolation == Isolation::ReadCommitted => {
                OffsetSpec::LastStable
            }
            AutoOffsetReset::Latest => OffsetSpec::Latest,
            AutoOffsetReset::None => {
                for tp in partitions {
                    self.slot(&tp, plan, |slot| slot.undecided = true);
                    self.shared.fault(no_start(&self.shared.options.group, &tp));
                }
                return true;
            }
        };
        let asked = partitions.into_iter().map(|tp| (tp, spec)).collect();
        let found = match self.shared.client.offsets(asked).await {
            Ok(found) => found,
            Err(error) => return self.later(error).await,
        };
        for (tp, outcome) in found {
            match outcome {
                Ok(listed) => {
                    let to = listed.offset.unwrap_or(0);
                    self.start_at(&tp, plan, to, None);
                    self.shared.tell(ConsumerEventKind::OffsetReset { partition: tp, to });
                }
                // One partition that cannot be read does not hold up the others.
                Err(error) => self.put_off(&tp, error),
            }
        }
        true
    }

    fn start_at(&self, tp: &TopicPartition, plan: u64, offset: Offset, committed: Option<Offset>) {
        self.slot(tp, plan, |slot| {
            slot.start_at(offset);
            slot.reset = false;
            slot.committed = committed.or(slot.committed);
        });
    }

    async fn later(&self, error: ClientError) -> bool {
        self.shared.tell(ConsumerEventKind::Problem(error));
        tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
        false
    }
}

fn no_start(group: &str, tp: &TopicPartition) -> ClientError {
    ClientError::Invalid {
        asked: format!("consume {tp}"),
        why: format!("group {group} has no committed offset that still exists there, and auto.offset.reset is none"),
        hint: "seek to an offset, or reset the group's offsets".to_owned(),
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
