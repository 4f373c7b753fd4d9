//! What can be done to queues (share groups) by hand, and the picture of their records.
//!
//! Single records of a queue are told and changed through the broker's inspector: Kafka has no request for that.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{JobId, JobKind, JobUnit, Loadable, Phrase, Problem, Session};
use crate::{
    broker::{ShareChange, ShareChangeError, SharePartitionView},
    client::BoxFuture,
    model::{Offset, PartitionId, TopicPartition},
};

/// How the records of a queue stand, one by one.
#[derive(Debug, Clone, Default)]
pub struct QueuePicture {
    /// By topic and number.
    pub partitions: Vec<SharePartitionView>,
    /// How long the broker took to tell; who asks again should wait for a multiple of it.
    pub took: Duration,
}

/// Neighbouring records of a partition, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRange {
    pub tp: TopicPartition,
    pub first: Offset,
    pub last: Offset,
}

impl RecordRange {
    /// How many offsets it spans.
    pub fn span(&self) -> u64 {
        u64::try_from(self.last - self.first + 1).unwrap_or(0)
    }
}

impl Session {
    /// Loads the picture; true when the cluster tells it, else nothing is loaded.
    pub fn load_queue(&self, group: Arc<str>, slot: &Loadable<QueuePicture>) -> bool {
        let Some(inspector) = self.inspector() else { return false };
        self.load(slot, async move {
            let what = Phrase::new("problem-queue-picture").with("group", &*group);
            let look = move || {
                let began = Instant::now();
                let partitions = inspector.share_partitions(&group);
                QueuePicture { partitions, took: began.elapsed() }
            };
            tokio::task::spawn_blocking(look).await.map_err(|error| Problem::from_error(what, &error))
        });
        true
    }

    /// Makes records available again; whoever holds one of them loses its lock.
    pub fn redeliver_records(&self, group: Arc<str>, range: RecordRange) -> Option<JobId> {
        let change =
            self.inspector()?.share_redeliver(&group, &range.tp.topic, range.tp.partition, range.first, range.last);
        self.change_queue(("job-redeliver", "done-redeliver"), &group, &range.tp.to_string(), change)
    }

    /// Gives records up for the group.
    pub fn archive_records(&self, group: Arc<str>, range: RecordRange) -> Option<JobId> {
        let inspector = self.inspector()?;
        let change = inspector.share_archive(&group, &range.tp.topic, range.tp.partition, range.first, range.last);
        self.change_queue(("job-archive", "done-archive"), &group, &range.tp.to_string(), change)
    }

    /// Passes over all that waits in a topic.
    pub fn purge_queue(&self, group: Arc<str>, topic: Arc<str>) -> Option<JobId> {
        let change = self.inspector()?.share_purge(&group, &topic);
        self.change_queue(("job-purge", "done-purge"), &group, &topic, change)
    }

    /// Lets a queue without members forget a topic: it begins with it anew, where its setting says.
    pub fn forget_queue_topic(&self, group: String, topic: String) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-delete-offsets").with("group", group.as_str());
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |_| async move {
            let outcomes = client.delete_share_group_offsets(&group, &[&topic]).await;
            let outcomes = outcomes.map_err(|error| Problem::from_client(title.clone(), &error))?;
            for (_, outcome) in outcomes {
                outcome.map_err(|error| Problem::from_client(title.clone(), &error))?;
            }
            Ok(Phrase::new("done-forget-topic").with("group", group).with("topic", topic))
        })
    }

    fn change_queue(
        &self,
        (title, done): (&'static str, &'static str),
        group: &str,
        on: &str,
        change: BoxFuture<'static, Result<ShareChange, ShareChangeError>>,
    ) -> Option<JobId> {
        let about = |id| Phrase::new(id).with("group", group).with("on", on);
        let (title, done) = (about(title), about(done));
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |_| async move {
            let changed = change.await.map_err(|error| Problem::from_error(title, &error))?;
            Ok(done.with("count", changed.records))
        })
    }
}

/// A partition that a person names.
pub(super) fn partitions_of(topic: &Arc<str>, count: usize) -> impl Iterator<Item = TopicPartition> {
    let count = PartitionId::try_from(count).unwrap_or(PartitionId::MAX);
    let topic = Arc::clone(topic);
    (0..count).map(move |partition| TopicPartition::new(Arc::clone(&topic), partition))
}
