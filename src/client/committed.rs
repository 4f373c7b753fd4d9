//! Committed offsets of a group: read, set as administrator, delete.

use kafka_protocol::{
    ResponseError,
    messages::{
        OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest, OffsetFetchResponse,
        offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
        offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics},
    },
};

use super::{
    Client, ClientError,
    routing::{PartitionOutcomes, Target},
    wire::{by_topic, group_id, owned, text, topic_name},
};
use crate::model::{Offset, TopicPartition};

/// A committed offset: the next record the group will read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    pub offset: Offset,
    /// -1 where not told.
    pub leader_epoch: i32,
    /// The note that the committer left; usually empty.
    pub metadata: String,
}

/// Who commits: a member of a generation, or an administrator from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Committer {
    pub member_id: String,
    pub generation: i32,
    pub instance_id: Option<String>,
}

impl Committer {
    /// Kafka's "simple consumer": generation -1 and no member id; accepted only for groups without members.
    fn admin() -> Self {
        Self { member_id: String::new(), generation: -1, instance_id: None }
    }
}

impl Client {
    /// All committed offsets of a group, by topic and partition; empty for a group that does not exist.
    pub async fn committed(&self, group: &str) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
        self.committed_of(group, None).await
    }

    /// Committed offsets of some partitions (`None`: all that there are); those without one are left out.
    pub(super) async fn committed_of(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
        let asked = format!("read the committed offsets of group {group}");
        let build = |version| offset_fetch(version, group, partitions);
        let read = |answer, _| read_committed(answer, &asked);
        let mut committed = self.ask(Target::Coordinator(group), &asked, build, read).await?;
        committed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(committed)
    }

    /// Sets committed offsets from outside the group. The broker refuses with UNKNOWN_MEMBER_ID while members are active;
    /// the error says so. One outcome a partition.
    pub async fn commit_as_admin(
        &self,
        group: &str,
        offsets: Vec<(TopicPartition, Offset)>,
    ) -> Result<Vec<(TopicPartition, Result<(), ClientError>)>, ClientError> {
        let offsets = offsets.into_iter().map(|(tp, offset)| (tp, offset, String::new())).collect();
        self.commit_with_notes(group, offsets).await
    }

    /// As [`Client::commit_as_admin`], each offset with a note (at most `offset.metadata.max.bytes`, by default 4,096),
    /// which [`Client::committed`] tells again.
    pub async fn commit_with_notes(
        &self,
        group: &str,
        offsets: Vec<(TopicPartition, Offset, String)>,
    ) -> Result<Vec<(TopicPartition, Result<(), ClientError>)>, ClientError> {
        let mut outcomes = self.commit(group, &Committer::admin(), &offsets).await?;
        for (_, outcome) in &mut outcomes {
            if let Err(ClientError::Kafka { error, asked, why }) = outcome
                && matches!(error, ResponseError::UnknownMemberId | ResponseError::RebalanceInProgress)
            {
                // Said in the words of the person who asks: it is not a member that is unknown, but members that are there.
                *error = ResponseError::NonEmptyGroup;
                *asked = format!("set committed offsets of group {group}");
                *why = "the group has active members, and they would overwrite it".to_owned();
            }
        }
        Ok(outcomes)
    }

    /// Commits as `committer`; one outcome a partition.
    pub(super) async fn commit_as(
        &self,
        group: &str,
        committer: &Committer,
        offsets: Vec<(TopicPartition, Offset)>,
    ) -> Result<PartitionOutcomes<()>, ClientError> {
        let offsets: Vec<_> = offsets.into_iter().map(|(tp, offset)| (tp, offset, String::new())).collect();
        self.commit(group, committer, &offsets).await
    }

    async fn commit(
        &self,
        group: &str,
        committer: &Committer,
        offsets: &[(TopicPartition, Offset, String)],
    ) -> Result<PartitionOutcomes<()>, ClientError> {
        let asked = format!("commit offsets of group {group}");
        let build = |version| offset_commit(version, group, committer, offsets);
        self.ask(Target::Coordinator(group), &asked, build, |answer, _| {
            let mut outcomes = Vec::new();
            for topic in &answer.topics {
                for partition in &topic.partitions {
                    let tp = TopicPartition::new(topic.name.as_str(), partition.partition_index);
                    let checked = ClientError::check(partition.error_code, || format!("{asked} at {tp}"), None);
                    if let Err(error) = &checked
                        && error.is_retriable()
                        && error.code() != Some(ResponseError::UnknownTopicOrPartition)
                    {
                        return Err(error.clone());
                    }
                    outcomes.push((tp, checked));
                }
            }
            Ok(outcomes)
        })
        .await
    }

    /// Forgets committed offsets; refused for topics that active members are subscribed to. One outcome a partition.
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: Vec<TopicPartition>,
    ) -> Result<Vec<(TopicPartition, Result<(), ClientError>)>, ClientError> {
        let asked = format!("forget committed offsets of group {group}");
        let build = |_| {
            let topics =
                by_topic(partitions.iter().map(|tp| (tp.clone(), ()))).into_iter().map(|(name, partitions)| {
                    let partitions = partitions
                        .into_iter()
                        .map(|(partition, ())| OffsetDeleteRequestPartition::default().with_partition_index(partition));
                    OffsetDeleteRequestTopic::default()
                        .with_name(topic_name(&name))
                        .with_partitions(partitions.collect())
                });
            OffsetDeleteRequest::default().with_group_id(group_id(group)).with_topics(topics.collect())
        };
        self.ask(Target::Coordinator(group), &asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.clone(), None)?;
            let mut outcomes = Vec::new();
            for topic in &answer.topics {
                for partition in &topic.partitions {
                    let tp = TopicPartition::new(topic.name.as_str(), partition.partition_index);
                    outcomes.push((tp, ClientError::check(partition.error_code, || asked.clone(), None)));
                }
            }
            Ok(outcomes)
        })
        .await
    }
}

fn offset_fetch(version: i16, group: &str, partitions: Option<&[TopicPartition]>) -> OffsetFetchRequest {
    let topics = partitions.map(|partitions| by_topic(partitions.iter().map(|tp| (tp.clone(), ()))));
    let numbers = |partitions: Vec<(i32, ())>| partitions.into_iter().map(|(partition, ())| partition).collect();
    if version >= 8 {
        let topics = topics.map(|topics| {
            let topic = |(name, partitions): (std::sync::Arc<str>, _)| {
                OffsetFetchRequestTopics::default()
                    .with_name(topic_name(&name))
                    .with_partition_indexes(numbers(partitions))
            };
            topics.into_iter().map(topic).collect()
        });
        let group = OffsetFetchRequestGroup::default().with_group_id(group_id(group)).with_topics(topics);
        // Member epoch -1 and no member id: asked from outside, or by the classic protocol.
        return OffsetFetchRequest::default().with_groups(vec![group.with_member_epoch(-1)]);
    }
    let topics = topics.map(|topics| {
        let topic = |(name, partitions): (std::sync::Arc<str>, _)| {
            OffsetFetchRequestTopic::default().with_name(topic_name(&name)).with_partition_indexes(numbers(partitions))
        };
        topics.into_iter().map(topic).collect()
    });
    OffsetFetchRequest::default().with_group_id(group_id(group)).with_topics(topics)
}

fn read_committed(
    answer: OffsetFetchResponse,
    asked: &str,
) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
    ClientError::check(answer.error_code, || asked.to_owned(), None)?;
    let mut committed = Vec::new();
    let mut keep = |topic: &str, partition, code, offset, leader_epoch, metadata: Option<String>| {
        ClientError::check(code, || asked.to_owned(), None)?;
        if offset >= 0 {
            let metadata = metadata.unwrap_or_default();
            committed.push((TopicPartition::new(topic, partition), CommittedOffset { offset, leader_epoch, metadata }));
        }
        Ok(())
    };
    for topic in &answer.topics {
        for p in &topic.partitions {
            let (epoch, note) = (p.committed_leader_epoch, owned(&p.metadata));
            keep(&topic.name, p.partition_index, p.error_code, p.committed_offset, epoch, note)?;
        }
    }
    for group in &answer.groups {
        ClientError::check(group.error_code, || asked.to_owned(), None)?;
        for topic in &group.topics {
            for p in &topic.partitions {
                let (epoch, note) = (p.committed_leader_epoch, owned(&p.metadata));
                keep(&topic.name, p.partition_index, p.error_code, p.committed_offset, epoch, note)?;
            }
        }
    }
    Ok(committed)
}

fn offset_commit(
    version: i16,
    group: &str,
    committer: &Committer,
    offsets: &[(TopicPartition, Offset, String)],
) -> OffsetCommitRequest {
    let offsets = offsets.iter().map(|(tp, offset, note)| (tp.clone(), (*offset, note)));
    let topics = by_topic(offsets).into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(partition, (offset, note))| {
            OffsetCommitRequestPartition::default()
                .with_partition_index(partition)
                .with_committed_offset(offset)
                .with_committed_leader_epoch(-1)
                .with_committed_metadata(Some(text(note)))
        });
        OffsetCommitRequestTopic::default().with_name(topic_name(&name)).with_partitions(partitions.collect())
    });
    let instance = if version >= 7 { committer.instance_id.as_deref().map(text) } else { None };
    OffsetCommitRequest::default()
        .with_group_id(group_id(group))
        .with_generation_id_or_member_epoch(committer.generation)
        .with_member_id(text(&committer.member_id))
        .with_group_instance_id(instance)
        .with_retention_time_ms(-1)
        .with_topics(topics.collect())
}
