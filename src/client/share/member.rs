//! The task that keeps a share consumer in its group: heartbeats, and what they bring to read (KIP-932).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use kafka_protocol::{
    ResponseError as E,
    messages::{ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, share_group_heartbeat_response::Assignment},
};
use uuid::Uuid;

use super::{ShareConsumerEventKind, shared::Shared};
use crate::{
    client::{
        ClientError, ConsumerState,
        routing::{ANSWER_WAIT_MILLIS, Target},
        wire::{group_id, text, topic_name},
    },
    model::TopicPartition,
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

/// The membership of one share consumer.
pub(super) struct Member {
    shared: Arc<Shared>,
    group: String,
    epoch: i32,
    /// The assignment names a topic that we do not know yet.
    unresolved: Option<Assignment>,
}

impl Member {
    pub fn new(shared: Arc<Shared>) -> Self {
        let group = shared.options.group.clone();
        Self { shared, group, epoch: JOIN, unresolved: None }
    }

    pub async fn run(mut self) {
        let mut failures = 0;
        self.shared.tell(ShareConsumerEventKind::Joining { reason: "it starts".to_owned() });
        loop {
            let wait = match self.beat().await {
                Ok(wait) => {
                    failures = 0;
                    wait
                }
                Err(error) => {
                    failures += 1;
                    if failures > FAILURES_MAX || !self.take(error.clone()) {
                        self.shared.fail(error);
                        return;
                    }
                    self.shared.client.backoff(failures)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// One heartbeat; answers when the next one is due.
    async fn beat(&mut self) -> Result<Duration, ClientError> {
        let answer = self.shared.send_heartbeat(self.epoch).await?;
        self.epoch = answer.member_epoch;
        {
            let mut inner = self.shared.inner.lock();
            inner.member_epoch = answer.member_epoch;
            inner.state = ConsumerState::Stable;
        }
        if let Some(assignment) = answer.assignment.or(self.unresolved.take()) {
            self.apply(assignment).await?;
        }
        let asked = u64::try_from(answer.heartbeat_interval_ms).unwrap_or(0);
        let millis = self.shared.options.heartbeat_interval_ms.unwrap_or(asked);
        Ok(Duration::from_millis(millis.clamp(INTERVAL_MILLIS_MIN, INTERVAL_MILLIS_MAX)))
    }

    /// Goes from what it reads to what it is to read.
    async fn apply(&mut self, assignment: Assignment) -> Result<(), ClientError> {
        let names = self.names(&assignment).await?;
        let mut wanted = BTreeMap::new();
        for topic in &assignment.topic_partitions {
            match names.get(&topic.topic_id) {
                Some(name) => {
                    let partitions = topic.partitions.iter().map(|n| TopicPartition::new(Arc::clone(name), *n));
                    wanted.extend(partitions.map(|tp| (tp, topic.topic_id)));
                }
                // Created or made anew just now: the next heartbeat looks again.
                None => self.unresolved = Some(assignment.clone()),
            }
        }
        let before = std::mem::replace(&mut self.shared.inner.lock().assignment, wanted.clone());
        let only = |these: &BTreeMap<TopicPartition, Uuid>, others: &BTreeMap<TopicPartition, Uuid>| {
            these.keys().filter(|tp| !others.contains_key(*tp)).cloned().collect()
        };
        self.shared.tell(ShareConsumerEventKind::Assigned {
            epoch: self.epoch,
            added: only(&wanted, &before),
            removed: only(&before, &wanted),
            assignment: wanted.into_keys().collect(),
        });
        self.shared.work.notify_one();
        Ok(())
    }

    /// The names of the topics of an assignment: those that it subscribed to, asked afresh where one is not known.
    async fn names(&self, assignment: &Assignment) -> Result<BTreeMap<Uuid, Arc<str>>, ClientError> {
        let client = &self.shared.client;
        let topics: Vec<&str> = self.shared.options.topics.iter().map(String::as_str).collect();
        let wanted: BTreeSet<Uuid> = assignment.topic_partitions.iter().map(|topic| topic.topic_id).collect();
        let mut names = BTreeMap::new();
        for topic in &topics {
            // A topic that does not exist yet has no partitions to read.
            if let Ok(topic) = client.known_topic(topic).await {
                names.insert(topic.id, Arc::clone(&topic.name));
            }
        }
        if !wanted.iter().all(|id| names.contains_key(id)) {
            let asked = format!("look at the topics of group {}", self.group);
            let (_, fresh) = client.ask_metadata(Some(&topics), &asked).await?;
            names.extend(fresh.into_iter().filter(|topic| topic.error.is_none()).map(|topic| (topic.id, topic.name)));
        }
        Ok(names)
    }

    /// Reacts to a failure; `false` when there is no going on.
    fn take(&mut self, error: ClientError) -> bool {
        match error.code() {
            // The group has gone on without it; the same member joins again.
            Some(E::UnknownMemberId | E::FencedMemberEpoch) => self.rejoin(&error),
            Some(E::GroupIdNotFound) if self.epoch != JOIN => self.rejoin(&error),
            _ if error.is_retriable() => {
                self.shared.client.forget(Target::Coordinator(&self.group));
                self.shared.tell(ShareConsumerEventKind::Problem(error));
            }
            _ => return false,
        }
        true
    }

    fn rejoin(&mut self, error: &ClientError) {
        self.epoch = JOIN;
        self.unresolved = None;
        self.shared.set_state(ConsumerState::Joining);
        self.shared.tell(ShareConsumerEventKind::Joining { reason: error.why() });
    }
}

impl Shared {
    /// One heartbeat, which joins with epoch 0 and leaves with -1.
    async fn send_heartbeat(&self, epoch: i32) -> Result<ShareGroupHeartbeatResponse, ClientError> {
        let group = &self.options.group;
        let asked = match epoch {
            JOIN => format!("join share group {group}"),
            LEAVE => format!("leave share group {group}"),
            _ => format!("heartbeat in share group {group}"),
        };
        let topics = || self.options.topics.iter().map(|topic| topic_name(topic)).collect();
        let build = |_| {
            ShareGroupHeartbeatRequest::default()
                .with_group_id(group_id(group))
                .with_member_id(text(&self.member_id))
                .with_member_epoch(epoch)
                // Told once; afterwards nothing means that it is as it was.
                .with_subscribed_topic_names((epoch == JOIN).then(topics))
        };
        let (answer, _) = self.client.ask_once(Target::Coordinator(group), &asked, ANSWER_WAIT_MILLIS, build).await?;
        ClientError::check(answer.error_code, || asked, answer.error_message.as_deref())?;
        Ok(answer)
    }

    /// Tells the group that this member goes.
    pub async fn send_leave(&self) -> Result<(), ClientError> {
        self.send_heartbeat(LEAVE).await.map(|_| ())
    }
}
