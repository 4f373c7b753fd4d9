//! The task that keeps a consumer in a group whose broker assigns (KIP-848): one request, ConsumerGroupHeartbeat, joins,
//! stays, tells what it holds, and brings what it may hold. What it must give back it gives back inside of a poll; the
//! broker gives it to another member only when it has heard so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use kafka_protocol::{
    ResponseError as E,
    messages::{
        ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
        consumer_group_heartbeat_request::TopicPartitions, consumer_group_heartbeat_response::Assignment,
    },
};
use uuid::Uuid;

use super::{ConsumerEventKind, ConsumerState, shared::Shared};
use crate::{
    client::{
        ClientError,
        routing::{ANSWER_WAIT_MILLIS, Target},
        wire::{group_id, text, topic_name},
    },
    model::{Assignor, TopicPartition},
};

/// Member epoch of who asks to join.
const JOIN: i32 = 0;
/// Member epoch of who leaves.
const LEAVE: i32 = -1;
/// Failures in a row, of a kind that may pass, before the consumer gives up.
const FAILURES_MAX: u32 = 60;
/// Shortest and longest wait between two heartbeats, whatever the group asks for.
const INTERVAL_MILLIS_MIN: u64 = 10;
const INTERVAL_MILLIS_MAX: u64 = 60_000;

/// The membership of one consumer.
pub(super) struct AssignedMember {
    shared: Arc<Shared>,
    epoch: i32,
    interval: Duration,
    /// What the broker wants it to hold, while it is not there yet.
    wanted: Option<BTreeSet<TopicPartition>>,
    /// An assignment with a topic that we do not know yet.
    unresolved: Option<Assignment>,
    topics: BTreeMap<Uuid, Arc<str>>,
    /// What it has told that it holds.
    told: Option<BTreeSet<TopicPartition>>,
}

impl AssignedMember {
    pub fn new(shared: Arc<Shared>) -> Self {
        let interval = Duration::from_millis(shared.options.heartbeat_interval_ms.max(INTERVAL_MILLIS_MIN));
        let (wanted, unresolved, topics, told) = (None, None, BTreeMap::new(), None);
        Self { shared, epoch: JOIN, interval, wanted, unresolved, topics, told }
    }

    pub async fn run(mut self) {
        {
            let mut inner = self.shared.inner.lock();
            inner.member_id = self.shared.options.member_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        }
        self.shared.tell(ConsumerEventKind::Joining { reason: "it starts".to_owned() });
        let mut failures = 0;
        loop {
            match self.turn().await {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures += 1;
                    if failures > FAILURES_MAX || !self.take(error.clone()) {
                        return self.shared.fail(error);
                    }
                    tokio::time::sleep(self.shared.client.backoff(failures)).await;
                }
            }
        }
    }

    /// One heartbeat and what follows from it.
    async fn turn(&mut self) -> Result<(), ClientError> {
        self.beat().await?;
        if self.wanted.is_some() {
            self.move_on().await?;
            // The others wait for what was given back, and the broker for word of what was taken.
            return Ok(());
        }
        tokio::time::sleep(self.interval).await;
        if self.shared.not_polled_for_long() {
            self.step_aside().await;
        }
        Ok(())
    }

    async fn beat(&mut self) -> Result<(), ClientError> {
        let holds: BTreeSet<TopicPartition> = self.shared.assignment().into_iter().collect();
        let news = self.told.as_ref() != Some(&holds);
        let answer = self.shared.send_member_heartbeat(self.epoch, news.then(|| self.by_id(&holds))).await?;
        self.told = Some(holds);
        self.epoch = answer.member_epoch;
        let millis = u64::try_from(answer.heartbeat_interval_ms).unwrap_or(0);
        self.interval = Duration::from_millis(millis.clamp(INTERVAL_MILLIS_MIN, INTERVAL_MILLIS_MAX));
        {
            let mut inner = self.shared.inner.lock();
            inner.generation = answer.member_epoch;
            if inner.state == ConsumerState::Joining {
                inner.state = ConsumerState::Stable;
            }
        }
        let Some(assignment) = answer.assignment.or(self.unresolved.take()) else { return Ok(()) };
        self.learn(&assignment).await?;
        let mut wanted = BTreeSet::new();
        for topic in &assignment.topic_partitions {
            match self.topics.get(&topic.topic_id) {
                Some(name) => wanted.extend(topic.partitions.iter().map(|n| TopicPartition::new(Arc::clone(name), *n))),
                // Made just now: the next heartbeat looks again.
                None => self.unresolved = Some(assignment.clone()),
            }
        }
        self.wanted = Some(wanted);
        Ok(())
    }

    fn by_id(&self, holds: &BTreeSet<TopicPartition>) -> Vec<TopicPartitions> {
        let of = |name: &Arc<str>| holds.iter().filter(|tp| tp.topic == *name).map(|tp| tp.partition).collect();
        let topics = self.topics.iter().map(|(id, name)| (id, of(name)));
        topics
            .filter(|(_, partitions): &(_, Vec<i32>)| !partitions.is_empty())
            .map(|(id, partitions)| TopicPartitions::default().with_topic_id(*id).with_partitions(partitions))
            .collect()
    }

    /// Finds the names of the topics of an assignment.
    async fn learn(&mut self, assignment: &Assignment) -> Result<(), ClientError> {
        if assignment.topic_partitions.iter().all(|topic| self.topics.contains_key(&topic.topic_id)) {
            return Ok(());
        }
        let names: Vec<&str> = self.shared.options.topics.iter().map(String::as_str).collect();
        let asked = format!("look at the topics of group {}", self.shared.options.group);
        let (_, topics) = self.shared.client.ask_metadata(Some(&names), &asked).await?;
        self.topics
            .extend(topics.into_iter().filter(|topic| topic.error.is_none()).map(|topic| (topic.id, topic.name)));
        Ok(())
    }

    /// Goes from what it holds to what it may hold.
    async fn move_on(&mut self) -> Result<(), ClientError> {
        let Some(wanted) = self.wanted.take() else { return Ok(()) };
        let holds: BTreeSet<TopicPartition> = self.shared.assignment().into_iter().collect();
        let back: BTreeSet<TopicPartition> = holds.difference(&wanted).cloned().collect();
        let added: Vec<TopicPartition> = wanted.difference(&holds).cloned().collect();
        self.give_back(&back).await?;
        self.shared.own(&added);
        self.shared.set_state(ConsumerState::Stable);
        let (generation, leader) = (self.epoch, false);
        let assignment = self.shared.assignment();
        self.shared.tell(ConsumerEventKind::Assigned { generation, leader, added, assignment });
        Ok(())
    }

    /// Gives partitions back when what was handed over from them is processed: inside of a poll. Heartbeats go on.
    async fn give_back(&mut self, partitions: &BTreeSet<TopicPartition>) -> Result<(), ClientError> {
        if partitions.is_empty() {
            return Ok(());
        }
        self.shared.set_state(ConsumerState::Rebalancing);
        self.shared.inner.lock().wanted_back = Some(partitions.clone());
        let outcome = loop {
            {
                let mut inner = self.shared.inner.lock();
                if inner.given_back.is_none() && inner.polling() {
                    inner.given_back = Some(inner.disown(partitions));
                }
                if inner.given_back.is_some() {
                    break Ok(());
                }
            }
            tokio::select! {
                biased;
                () = self.shared.polled.notified() => {}
                () = tokio::time::sleep(self.interval) => {
                    // Says only that it lives; what it is assigned by now is told again after the giving back.
                    match self.shared.send_member_heartbeat(self.epoch, None).await {
                        Ok(answer) => self.unresolved = answer.assignment.or(self.unresolved.take()),
                        Err(error) => break Err(error),
                    }
                }
            }
        };
        self.shared.end_giving_back();
        outcome
    }

    /// Leaves a group whose caller does not poll, and comes back when it does (KIP-62).
    async fn step_aside(&mut self) {
        // If this does not arrive, the session runs out.
        let _ = self.shared.send_member_heartbeat(LEAVE, None).await;
        self.lose(&format!("it was not polled for {} ms", self.shared.options.max_poll_interval_ms));
        while !self.shared.inner.lock().polling() {
            self.shared.polled.notified().await;
        }
    }

    /// Reacts to a failure; `false` when there is no going on.
    fn take(&mut self, error: ClientError) -> bool {
        match error.code() {
            // The group has gone on without it; the same member joins again.
            Some(E::UnknownMemberId | E::FencedMemberEpoch) => self.lose(&error.why()),
            _ if error.is_retriable() => {
                self.shared.client.forget(Target::Coordinator(&self.shared.options.group));
                self.shared.tell(ConsumerEventKind::Problem(error));
            }
            _ => return false,
        }
        true
    }

    fn lose(&mut self, why: &str) {
        (self.epoch, self.wanted, self.unresolved, self.told) = (JOIN, None, None, None);
        let all = self.shared.assignment().into_iter().collect();
        let partitions = self.shared.disown(&all);
        {
            let mut inner = self.shared.inner.lock();
            inner.generation = -1;
            inner.losses += 1;
            inner.state = ConsumerState::Joining;
        }
        self.shared.fetch.notify_one();
        if !partitions.is_empty() {
            self.shared.tell(ConsumerEventKind::Lost { partitions, why: why.to_owned() });
        }
        self.shared.tell(ConsumerEventKind::Joining { reason: why.to_owned() });
    }
}

impl Shared {
    /// One heartbeat, which joins with epoch 0 and leaves with -1. `holds` is told where it has changed.
    async fn send_member_heartbeat(
        &self,
        epoch: i32,
        holds: Option<Vec<TopicPartitions>>,
    ) -> Result<ConsumerGroupHeartbeatResponse, ClientError> {
        let options = &self.options;
        let group = &options.group;
        let asked = match epoch {
            JOIN => format!("join group {group}"),
            LEAVE => format!("leave group {group}"),
            _ => format!("heartbeat in group {group}"),
        };
        let joins = epoch == JOIN;
        let (member_id, _) = self.identity();
        let topics = || options.topics.iter().map(|topic| topic_name(topic)).collect();
        let assignor = (options.assignor == Assignor::Range).then(|| text("range"));
        let build = |_| {
            ConsumerGroupHeartbeatRequest::default()
                .with_group_id(group_id(group))
                .with_member_id(text(&member_id))
                .with_member_epoch(epoch)
                .with_instance_id(options.instance_id.as_deref().map(text))
                // Told once; afterwards nothing means that it is as it was.
                .with_rebalance_timeout_ms(if joins { options.rebalance_timeout_ms } else { -1 })
                .with_subscribed_topic_names(joins.then(topics))
                .with_server_assignor(assignor.clone().filter(|_| joins))
                .with_topic_partitions(if joins { Some(Vec::new()) } else { holds.clone() })
        };
        let (answer, _) = self.client.ask_once(Target::Coordinator(group), &asked, ANSWER_WAIT_MILLIS, build).await?;
        ClientError::check(answer.error_code, || asked, answer.error_message.as_deref())?;
        Ok(answer)
    }

    /// Tells the group that this member goes.
    pub(super) async fn send_member_leave(&self) -> Result<(), ClientError> {
        self.send_member_heartbeat(LEAVE, None).await.map(|_| ())
    }
}
