//! Making a group before anybody reads in it: as a queue or as a subscription, with where it starts.

use std::sync::Arc;

use super::{JobId, JobKind, JobUnit, Loadable, Phrase, Problem, Session, consumers::StartAt, queues::partitions_of};
use crate::{
    client::{Client, ClientError, ConfigChange, OffsetSpec, ShareStart},
    model::{ConfigEntry, Offset, TopicPartition},
};

/// A group to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    pub id: String,
    /// Share group; else a consumer group with committed offsets.
    pub queue: bool,
    pub topics: Vec<Arc<str>>,
    pub start: StartAt,
}

impl Session {
    /// Makes a group with no members: others may join it under its name.
    pub fn create_group(&self, new: NewGroup) -> Option<JobId> {
        let (client, facts) = (self.client().clone(), self.facts());
        let title = Phrase::new("job-create-group").with("group", new.id.as_str());
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |_| async move {
            let count = |topic: &Arc<str>| facts.topic(topic).map_or(0, |t| t.partitions.len());
            let partitions = new.topics.iter().flat_map(|topic| partitions_of(topic, count(topic))).collect();
            let made = make(&client, &new, partitions).await;
            made.map_err(|error| Problem::from_client(title, &error))?;
            let done = if new.queue { "done-create-queue" } else { "done-create-subscription" };
            Ok(Phrase::new(done).with("group", new.id))
        })
    }

    /// Loads the settings of a group.
    pub fn load_group_configs(&self, group: String, slot: &Loadable<Vec<ConfigEntry>>) {
        let client = self.client().clone();
        self.load(slot, async move {
            let what = Phrase::new("problem-group-configs").with("group", group.as_str());
            client.describe_group_configs(&group).await.map_err(|error| Problem::from_client(what, &error))
        });
    }

    /// Changes settings of a group and then loads all of them anew into `slot`.
    pub fn change_group_configs(
        &self,
        group: String,
        changes: Vec<ConfigChange>,
        slot: Loadable<Vec<ConfigEntry>>,
    ) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let title = Phrase::new("job-change-configs").with("topic", group.as_str());
        self.start_job(JobKind::Group, title.clone(), JobUnit::Steps, move |_| async move {
            let count = changes.len() as u64;
            let changed = client.alter_group_configs(&group, changes).await;
            changed.map_err(|error| Problem::from_client(title, &error))?;
            session.load_group_configs(group.clone(), &slot);
            Ok(Phrase::new("done-change-configs").with("topic", group).with("count", count))
        })
    }
}

async fn make(client: &Client, new: &NewGroup, partitions: Vec<TopicPartition>) -> Result<(), ClientError> {
    if new.queue {
        let topics: Vec<&str> = new.topics.iter().map(|topic| &**topic).collect();
        let start = match new.start {
            StartAt::Earliest => ShareStart::Earliest,
            StartAt::Latest => ShareStart::Latest,
        };
        return client.create_share_group(&new.id, &topics, start).await;
    }
    let spec = match new.start {
        StartAt::Earliest => OffsetSpec::Earliest,
        StartAt::Latest => OffsetSpec::Latest,
    };
    let asked = partitions.into_iter().map(|tp| (tp, spec)).collect();
    let mut offsets: Vec<(TopicPartition, Offset)> = Vec::new();
    for (tp, answer) in client.offsets(asked).await? {
        offsets.push((tp, answer?.offset.unwrap_or_default()));
    }
    for (_, outcome) in client.commit_as_admin(&new.id, offsets).await? {
        outcome?;
    }
    Ok(())
}
