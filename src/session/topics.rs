//! What can be done to topics: each as a job with an outcome that is told.

use std::sync::Arc;

use super::{JobHandle, JobId, JobKind, JobUnit, Loadable, Phrase, Problem, Session};
use crate::{
    client::{Client, ClientError, ConfigChange, NewTopic, OffsetSpec},
    model::{ConfigEntry, Offset, PartitionId, TimestampMillis, TopicPartition},
};

/// "Everything there is" in DeleteRecords.
const HIGH_WATERMARK: Offset = -1;
/// Topics sent in one request at most, so that progress shows and a cancel is heard.
const TOPICS_A_REQUEST_MAX: usize = 16;

/// Where each partition stood at a time: for "delete records before".
pub type OffsetsAt = Vec<(PartitionId, Option<Offset>)>;

impl Session {
    /// Creates a topic.
    pub fn create_topic(&self, topic: NewTopic) -> Option<JobId> {
        let client = self.client().clone();
        let name = topic.name.clone();
        let title = Phrase::new("job-create-topic").with("topic", name.as_str());
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            client.create_topic(&topic).await.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-create-topic").with("topic", name))
        })
    }

    /// Creates a topic with the partitions and the own settings of another.
    pub fn clone_topic(&self, from: String, name: String) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-clone-topic").with("topic", name.as_str()).with("from", from.as_str());
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let cloned = clone_settings(&client, &from, &name).await;
            cloned.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-create-topic").with("topic", name))
        })
    }

    /// Adds partitions until there are `total`.
    pub fn add_partitions(&self, topic: String, total: PartitionId) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-add-partitions").with("topic", topic.as_str());
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            client.add_partitions(&topic, total).await.map_err(|error| Problem::from_client(title, &error))?;
            let total = u64::try_from(total).unwrap_or_default();
            Ok(Phrase::new("done-add-partitions").with("topic", topic).with("count", total))
        })
    }

    /// Loads the settings of a topic.
    pub fn load_topic_configs(&self, topic: String, slot: &Loadable<Vec<ConfigEntry>>) {
        let client = self.client().clone();
        self.load(slot, async move {
            let what = Phrase::new("problem-topic-configs").with("topic", topic.as_str());
            client.describe_topic_configs(&topic).await.map_err(|error| Problem::from_client(what, &error))
        });
    }

    /// Changes settings and then loads all of them anew into `slot`.
    pub fn change_topic_configs(
        &self,
        topic: String,
        changes: Vec<ConfigChange>,
        slot: Loadable<Vec<ConfigEntry>>,
    ) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let title = Phrase::new("job-change-configs").with("topic", topic.as_str());
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let count = changes.len() as u64;
            let changed = client.alter_topic_configs(&topic, changes).await;
            changed.map_err(|error| Problem::from_client(title, &error))?;
            session.load_topic_configs(topic.clone(), &slot);
            Ok(Phrase::new("done-change-configs").with("topic", topic).with("count", count))
        })
    }

    /// Deletes topics with all of their records.
    pub fn delete_topics(&self, names: Vec<String>) -> Option<JobId> {
        let client = self.client().clone();
        let title = about("job-delete-topics", &names);
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |job| async move {
            job.set_total(Some(names.len() as u64));
            for chunk in names.chunks(TOPICS_A_REQUEST_MAX) {
                stop_if_cancelled(&job, &title)?;
                let asked: Vec<&str> = chunk.iter().map(String::as_str).collect();
                let outcomes =
                    client.delete_topics(&asked).await.map_err(|e| Problem::from_client(title.clone(), &e))?;
                for (name, outcome) in outcomes {
                    let what = || Phrase::new("problem-delete-topic").with("topic", name.as_str());
                    outcome.map_err(|error| Problem::from_client(what(), &error))?;
                    job.advance(1);
                }
            }
            Ok(about("done-delete-topics", &names))
        })
    }

    /// Deletes all records of topics; the topics stay.
    pub fn empty_topics(&self, names: Vec<String>) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let title = about("job-empty-topics", &names);
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |job| async move {
            job.set_total(Some(names.len() as u64));
            for name in &names {
                stop_if_cancelled(&job, &title)?;
                let facts = session.facts();
                let partitions = facts.topic(name).map(|t| Arc::clone(&t.partitions)).unwrap_or_default();
                let topic: Arc<str> = name.as_str().into();
                let before = partitions.iter().map(|p| (TopicPartition::new(Arc::clone(&topic), p.id), HIGH_WATERMARK));
                delete_records(&client, before.collect(), &title).await?;
                job.advance(1);
            }
            Ok(about("done-empty-topics", &names))
        })
    }

    /// Deletes the records below an offset of each partition.
    pub fn delete_records_before(&self, topic: String, before: Vec<(PartitionId, Offset)>) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-delete-records").with("topic", topic.as_str());
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let name: Arc<str> = topic.as_str().into();
            let before = before.into_iter().map(|(id, offset)| (TopicPartition::new(Arc::clone(&name), id), offset));
            delete_records(&client, before.collect(), &title).await?;
            Ok(Phrase::new("done-delete-records").with("topic", topic))
        })
    }

    /// Compacts a topic at once; does nothing where the cluster offers no such door.
    pub fn compact_topic(&self, topic: Arc<str>) -> Option<JobId> {
        let inspector = self.inspector()?;
        let title = Phrase::new("job-compact-topic").with("topic", &*topic);
        self.start_job(JobKind::Topic, title.clone(), JobUnit::Steps, move |_| async move {
            let mut records = 0;
            for (_, outcome) in inspector.compact(Arc::clone(&topic)).await {
                records += outcome.map_err(|e| Problem::new(title.clone(), e.to_string()))?.records_removed;
            }
            let done = if records == 0 { "done-compact-topic-nothing" } else { "done-compact-topic" };
            Ok(Phrase::new(done).with("topic", &*topic).with("count", records))
        })
    }

    /// Loads the first offset at or after a time for each partition; `None` where all records are older.
    pub fn load_offsets_at(&self, topic: String, at: TimestampMillis, slot: &Loadable<OffsetsAt>) {
        let (client, facts) = (self.client().clone(), self.facts());
        self.load(slot, async move {
            let what = Phrase::new("problem-offsets-at").with("topic", topic.as_str());
            let partitions = facts.topic(&topic).map(|t| Arc::clone(&t.partitions)).unwrap_or_default();
            let name: Arc<str> = topic.as_str().into();
            let asked = partitions.iter().map(|p| (TopicPartition::new(Arc::clone(&name), p.id), OffsetSpec::At(at)));
            let answers = client.offsets(asked.collect()).await;
            let answers = answers.map_err(|error| Problem::from_client(what.clone(), &error))?;
            let one = |(tp, answer): (TopicPartition, Result<_, ClientError>)| {
                let listed: crate::client::ListedOffset = answer?;
                Ok((tp.partition, listed.offset))
            };
            let offsets: Result<OffsetsAt, ClientError> = answers.into_iter().map(one).collect();
            offsets.map_err(|error| Problem::from_client(what, &error))
        });
    }
}

async fn clone_settings(client: &Client, from: &str, name: &str) -> Result<(), ClientError> {
    let partitions = client.topic(from).await?.partitions.len();
    let configs = client.describe_topic_configs(from).await?;
    let own = configs.into_iter().filter(|c| c.source == crate::model::ConfigSource::Topic && !c.read_only);
    let configs = own.filter_map(|c| Some((c.name, c.value?))).collect();
    let partitions = PartitionId::try_from(partitions).ok();
    client.create_topic(&NewTopic { name: name.to_owned(), partitions, configs }).await
}

async fn delete_records(client: &Client, before: Vec<(TopicPartition, Offset)>, title: &Phrase) -> Result<(), Problem> {
    let outcomes = client.delete_records(before).await.map_err(|e| Problem::from_client(title.clone(), &e))?;
    for (tp, outcome) in outcomes {
        let what = || Phrase::new("problem-delete-records").with("partition", tp.to_string());
        outcome.map_err(|error| Problem::from_client(what(), &error))?;
    }
    Ok(())
}

/// A phrase about one topic by its name, or about several by their number.
fn about(id: &'static str, names: &[String]) -> Phrase {
    let first = names.first().map_or("", String::as_str);
    Phrase::new(id).with("count", names.len() as u64).with("topic", first)
}

pub(super) fn stop_if_cancelled(job: &JobHandle, title: &Phrase) -> Result<(), Problem> {
    match job.is_cancelled() {
        true => Err(Problem::new(title.clone(), "cancelled")),
        false => Ok(()),
    }
}
