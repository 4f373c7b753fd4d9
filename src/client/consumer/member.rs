//! The task that keeps a consumer in its group: join, sync, heartbeats, rebalances.

mod join;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use kafka_protocol::{ResponseError, messages::HeartbeatRequest};
use tokio::time::Instant;

use super::{ConsumerEventKind, ConsumerState, shared::Shared};
use crate::{
    client::{
        ClientError,
        routing::{ANSWER_WAIT_MILLIS, Target},
        wire::{group_id, text},
    },
    model::{Assignor, PartitionId, TopicPartition},
};

/// Failures in a row, of a kind that may pass, before the consumer gives up.
const FAILURES_MAX: u32 = 60;

/// The membership of one consumer.
pub(super) struct Member {
    shared: Arc<Shared>,
    group: String,
    /// Why it joins (again), for the events and the coordinator's log.
    reason: String,
    /// As leader: the topics of all members and how many partitions they had when it shared them out.
    shared_out: Option<BTreeMap<Arc<str>, PartitionId>>,
    /// What it owned in which generation, which the plain sticky assignor remembers across an eager rebalance.
    memory: (Vec<TopicPartition>, i32),
}

/// Why the member does not go on as it was.
enum Turn {
    /// Join again.
    Rejoin(String),
    /// `max_poll_interval_ms` ran out.
    NotPolled,
}

impl Member {
    pub fn new(shared: Arc<Shared>) -> Self {
        let group = shared.options.group.clone();
        Self { shared, group, reason: "it starts".to_owned(), shared_out: None, memory: (Vec::new(), -1) }
    }

    pub async fn run(mut self) {
        let mut failures = 0;
        loop {
            let error = match self.turn().await {
                Ok(Turn::Rejoin(reason)) => {
                    self.reason = reason;
                    failures = 0;
                    continue;
                }
                Ok(Turn::NotPolled) => {
                    self.step_aside().await;
                    continue;
                }
                Err(error) => error,
            };
            failures += 1;
            if !self.take(&error) || failures > FAILURES_MAX {
                self.shared.fail(error);
                return;
            }
            self.reason = error.why();
            if !is_group_move(&error) {
                self.shared.tell(ConsumerEventKind::Problem(error));
                tokio::time::sleep(self.shared.client.backoff(failures)).await;
            }
        }
    }

    /// One generation: join, get an assignment, stay until something changes.
    async fn turn(&mut self) -> Result<Turn, ClientError> {
        if !self.cooperative() {
            // Eager: everything is given back before joining, and given out anew after.
            let all: BTreeSet<_> = self.shared.assignment().into_iter().collect();
            if let Some(turn) = self.give_back(&all).await? {
                return Ok(turn);
            }
        }
        self.shared.tell(ConsumerEventKind::Joining { reason: self.reason.clone() });
        self.shared.set_state(ConsumerState::Rebalancing);
        if self.shared.identity().0.is_empty() {
            self.shared.set_state(ConsumerState::Joining);
        }
        let joined = self.join().await?;
        let leader = joined.leader == joined.member_id;
        let shares = if leader && !joined.skip_assignment { self.share_out(&joined).await? } else { Vec::new() };
        let assigned = self.sync(&joined, shares).await?;
        if let Some(turn) = self.apply(assigned, leader).await? {
            return Ok(turn);
        }
        self.stay().await
    }

    fn cooperative(&self) -> bool {
        self.shared.options.assignor == Assignor::CooperativeSticky
    }

    /// Goes from what it owns to what it is assigned. A cooperative member that has to give something back joins again
    /// after that, so that another can get it.
    async fn apply(&mut self, assigned: BTreeSet<TopicPartition>, leader: bool) -> Result<Option<Turn>, ClientError> {
        let owned: BTreeSet<_> = self.shared.assignment().into_iter().collect();
        let revoked: BTreeSet<_> = owned.difference(&assigned).cloned().collect();
        let added: Vec<_> = assigned.difference(&owned).cloned().collect();
        let (_, generation) = self.shared.identity();
        if !leader {
            self.shared_out = None;
        }
        self.memory = (assigned.iter().cloned().collect(), generation);
        self.shared.own(&added);
        self.shared.set_state(ConsumerState::Stable);
        let assignment = assigned.into_iter().collect();
        self.shared.tell(ConsumerEventKind::Assigned { generation, leader, added, assignment });
        if revoked.is_empty() {
            return Ok(None);
        }
        if let Some(turn) = self.give_back(&revoked).await? {
            return Ok(Some(turn));
        }
        Ok(Some(Turn::Rejoin("it has given partitions back for others".to_owned())))
    }

    /// Gives partitions back inside of a poll, that is, when what was handed over from them is processed. Heartbeats go on
    /// meanwhile.
    async fn give_back(&mut self, partitions: &BTreeSet<TopicPartition>) -> Result<Option<Turn>, ClientError> {
        if partitions.is_empty() {
            return Ok(None);
        }
        self.shared.set_state(ConsumerState::Rebalancing);
        self.shared.inner.lock().wanted_back = Some(partitions.clone());
        let outcome = self.until_given_back(partitions).await;
        self.shared.end_giving_back();
        outcome
    }

    async fn until_given_back(&mut self, partitions: &BTreeSet<TopicPartition>) -> Result<Option<Turn>, ClientError> {
        loop {
            {
                let mut inner = self.shared.inner.lock();
                // A poll that began before the wish is still under way.
                if inner.given_back.is_none() && inner.polling() {
                    let given = inner.disown(partitions);
                    inner.given_back = Some(given);
                }
                if inner.given_back.is_some() {
                    return Ok(None);
                }
            }
            if self.shared.not_polled_for_long() {
                return Ok(Some(Turn::NotPolled));
            }
            tokio::select! {
                biased;
                () = self.shared.polled.notified() => {}
                () = tokio::time::sleep(self.heartbeat_interval()) => {
                    // That the group rebalances is known; anything else is news.
                    match self.heartbeat().await {
                        Err(error) if error.code() != Some(ResponseError::RebalanceInProgress) => self.keep_on(error)?,
                        _ => {}
                    }
                }
            }
        }
    }

    /// Heartbeats until the group or its topics change.
    async fn stay(&mut self) -> Result<Turn, ClientError> {
        let mut look_at_topics = Instant::now() + self.metadata_interval();
        loop {
            tokio::time::sleep(self.heartbeat_interval()).await;
            match self.heartbeat().await {
                Ok(()) => {}
                Err(error) if error.code() == Some(ResponseError::RebalanceInProgress) => {
                    return Ok(Turn::Rejoin("the group is rebalancing".to_owned()));
                }
                Err(error) => self.keep_on(error)?,
            }
            if self.shared.not_polled_for_long() {
                return Ok(Turn::NotPolled);
            }
            if Instant::now() >= look_at_topics {
                look_at_topics = Instant::now() + self.metadata_interval();
                if self.topics_changed().await {
                    return Ok(Turn::Rejoin("topics have got other partitions".to_owned()));
                }
            }
        }
    }

    async fn heartbeat(&self) -> Result<(), ClientError> {
        let asked = format!("heartbeat in group {}", self.group);
        let (member_id, generation) = self.shared.identity();
        let build = |version| {
            let request = HeartbeatRequest::default()
                .with_group_id(group_id(&self.group))
                .with_generation_id(generation)
                .with_member_id(text(&member_id));
            let instance = self.shared.options.instance_id.as_deref().map(text);
            if version >= 3 { request.with_group_instance_id(instance) } else { request }
        };
        let wait = u64::try_from(self.shared.options.session_timeout_ms).unwrap_or(ANSWER_WAIT_MILLIS).max(1);
        let (answer, _) = self.shared.client.ask_once(Target::Coordinator(&self.group), &asked, wait, build).await?;
        ClientError::check(answer.error_code, || asked, None)
    }

    /// A heartbeat that fails for a passing reason is followed by the next one; the coordinator decides when it was too
    /// long.
    fn keep_on(&self, error: ClientError) -> Result<(), ClientError> {
        if !error.is_retriable() {
            return Err(error);
        }
        self.shared.client.forget(Target::Coordinator(&self.group));
        self.shared.tell(ConsumerEventKind::Problem(error));
        Ok(())
    }

    fn heartbeat_interval(&self) -> Duration {
        Duration::from_millis(self.shared.options.heartbeat_interval_ms.max(1))
    }

    fn metadata_interval(&self) -> Duration {
        Duration::from_millis(self.shared.options.metadata_interval_ms.max(1))
    }

    async fn topics_changed(&self) -> bool {
        let Some(before) = &self.shared_out else { return false };
        let names = before.keys().cloned().collect();
        // A look that fails changes nothing; the next one follows.
        self.partition_counts(&names).await.is_ok_and(|now| now != *before)
    }

    /// Leaves a group whose caller does not poll, and comes back when it does (KIP-62).
    async fn step_aside(&mut self) {
        let (member_id, _) = self.shared.identity();
        let why = format!("it was not polled for {} ms", self.shared.options.max_poll_interval_ms);
        // If this does not arrive, the session runs out.
        let _ = self.shared.send_leave(&member_id).await;
        self.lose(&why, true);
        while !self.shared.inner.lock().polling() {
            self.shared.polled.notified().await;
        }
        self.reason = "it is polled again".to_owned();
    }

    /// Loses everything: the group has gone on without it.
    fn lose(&mut self, why: &str, forget_id: bool) {
        let all = self.shared.assignment().into_iter().collect();
        let partitions = self.shared.disown(&all);
        {
            let mut inner = self.shared.inner.lock();
            inner.generation = -1;
            inner.losses += 1;
            inner.state = ConsumerState::Joining;
            if forget_id {
                inner.member_id.clear();
            }
        }
        self.shared_out = None;
        self.shared.fetch.notify_one();
        if !partitions.is_empty() {
            self.shared.tell(ConsumerEventKind::Lost { partitions, why: why.to_owned() });
        }
    }

    /// Reacts to a failure; `false` when there is no going on.
    fn take(&mut self, error: &ClientError) -> bool {
        use ResponseError as E;
        match error.code() {
            Some(E::UnknownMemberId) => self.lose(&error.why(), true),
            Some(E::IllegalGeneration) => self.lose(&error.why(), false),
            Some(E::RebalanceInProgress | E::UnknownServerError) => {}
            _ => return error.is_retriable(),
        }
        true
    }
}

/// The group went on; joining again is all there is to do, at once.
fn is_group_move(error: &ClientError) -> bool {
    use ResponseError as E;
    matches!(error.code(), Some(E::UnknownMemberId | E::IllegalGeneration | E::RebalanceInProgress))
}
