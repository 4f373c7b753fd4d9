//! Moving replicas between brokers: planned and shown first, then throttled, followed and, if wanted, taken back.

mod elect;
mod follow;
mod plan;

pub use self::plan::{MovePlan, PlanNode, PlanPartition, PlanRefused, PlanWish, plan_moves};

use std::sync::Arc;

use super::{JobId, JobKind, JobState, JobUnit, JobView, Loadable, Phrase, PhraseArg, Problem, Session};
/// What the plan is made of.
pub use crate::client::ReplicaMove;
use crate::{
    client::THROTTLE_TOPIC_CONFIGS,
    model::{EligibleLeaders, Reassignment, TopicPartition},
};

/// What a job that moves replicas is called, and the word in it that tells of which topic.
const MOVE_TITLE: &str = "job-move";
const MOVE_TOPIC: &str = "topic";

/// What is going on with the replicas of a topic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicMoves {
    /// The partitions that are being moved now.
    pub going_on: Vec<Reassignment>,
    /// Out of sync and yet eligible to lead without loss; empty where the cluster does not tell.
    pub eligible: Vec<EligibleLeaders>,
    /// A throttle of replication is set on the topic.
    pub throttled: bool,
}

impl TopicMoves {
    /// The move of a partition, while it goes on.
    pub fn of(&self, partition: i32) -> Option<&Reassignment> {
        self.going_on.iter().find(|one| one.tp.partition == partition)
    }
}

impl Session {
    /// Loads what is going on with the replicas of a topic. A cluster that cannot tell a part of it tells the rest.
    pub fn load_topic_moves(&self, topic: String, slot: &Loadable<TopicMoves>) {
        let (client, facts) = (self.client().clone(), self.facts());
        self.load(slot, async move {
            let partitions = facts.topic(&topic).map(|t| Arc::clone(&t.partitions)).unwrap_or_default();
            let name: Arc<str> = topic.as_str().into();
            let tps: Vec<_> = partitions.iter().map(|p| TopicPartition::new(Arc::clone(&name), p.id)).collect();
            // Before Kafka 2.4 there is no such list, and without the right to it the tab shows what it knows.
            let going_on = client.reassignments(Some(&tps)).await.unwrap_or_default();
            let eligible = client.eligible_leaders(&topic).await.unwrap_or_default();
            let configs = client.describe_topic_configs(&topic).await.unwrap_or_default();
            let is_throttle = |name: &str| THROTTLE_TOPIC_CONFIGS.contains(&name);
            let throttled = configs.iter().any(|config| is_throttle(&config.name) && config.source.is_own());
            Ok(TopicMoves { going_on, eligible, throttled })
        });
    }

    /// Carries moves of one topic out: sets the throttle (bytes a second), begins, follows until all data is copied, and takes the
    /// throttle off. A cancelled job takes back what is not done. When the window is closed meanwhile the cluster goes
    /// on by itself; only the throttle then stays, and the topic's partitions say so.
    pub fn move_replicas(
        &self,
        moves: Vec<ReplicaMove>,
        throttle: Option<u64>,
        copy_bytes: Option<u64>,
    ) -> Option<JobId> {
        let first = &moves.first()?.tp;
        let title = Phrase::new(MOVE_TITLE)
            .with("count", moves.len() as u64)
            .with("partition", first.to_string())
            .with(MOVE_TOPIC, &*first.topic);
        let unit = if copy_bytes.is_some_and(|bytes| bytes > 0) { JobUnit::Bytes } else { JobUnit::Steps };
        let session = self.clone();
        let what = title.clone();
        self.start_job(JobKind::Topic, title, unit, move |job| async move {
            follow::Moving::new(&session, job, moves, throttle, copy_bytes, what).run().await
        })
    }

    /// Takes back moves that go on, whoever began them: the replicas stay where they were.
    pub fn take_moves_back(&self, of: Vec<TopicPartition>) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-move-back").with("count", of.len() as u64);
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let count = of.len() as u64;
            follow::take_back(&client, of, &title).await?;
            Ok(Phrase::new("done-move-back").with("count", count))
        })
    }

    /// Takes a throttle of replication off a topic and off every broker in service.
    pub fn remove_throttle(&self, topic: String) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-unthrottle").with("topic", topic.as_str());
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let nodes = follow::nodes_in_service(&client, &title).await?;
            let done = client.unthrottle_replication(&[topic.as_str()].into(), &nodes).await;
            done.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-unthrottle").with("topic", topic))
        })
    }
}

/// Whether a job moves replicas of this topic now.
pub fn moves_replicas_of(job: &JobView, topic: &str) -> bool {
    let is_of = |(name, value): &(&str, PhraseArg)| *name == MOVE_TOPIC && *value == PhraseArg::from(topic);
    job.title.id == MOVE_TITLE && job.state == JobState::Running && job.title.args.iter().any(is_of)
}

/// How many replicas are copied in all.
fn plan_copies(moves: &[ReplicaMove]) -> usize {
    moves.iter().map(|one| one.adding().count()).sum()
}
