//! OffsetCommit: durable before it is answered.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        OffsetCommitRequest, OffsetCommitResponse, TopicName,
        offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic},
    },
};

use crate::{
    broker::{
        OFFSET_METADATA_BYTES_MAX,
        coordinator::{Commit, CommitError, Committer},
        groups::CommitRight,
        inner::Inner,
        topics::Topic,
    },
    model::{Offset, PartitionId, check_group_name},
};

/// First version for members of the newer protocol (KIP-848).
const EPOCHS_FROM: i16 = 9;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: OffsetCommitRequest) -> OffsetCommitResponse {
    let asked = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|wanted| Asked {
            partition: wanted.partition_index,
            offset: wanted.committed_offset,
            leader_epoch: wanted.committed_leader_epoch,
            metadata: wanted.committed_metadata.as_deref(),
        });
        (&topic.name, partitions)
    });
    let (commits, topics) = sort_out(broker, asked);
    let who = Committer {
        group: &request.group_id,
        right: CommitRight {
            member_id: &request.member_id,
            instance_id: request.group_instance_id.as_deref(),
            generation: request.generation_id_or_member_epoch,
            transactional: false,
        },
        knows_epochs: version >= EPOCHS_FROM,
    };
    // The group without a name cannot be joined, but old readers that assign themselves keep their offsets there.
    let outcome = if !request.group_id.is_empty() && check_group_name(&request.group_id).is_err() {
        Some(ResponseError::InvalidGroupId)
    } else {
        broker.coordinator.commit(who, commits).await.err().map(|error| match error {
            CommitError::Refused(error) => error,
            CommitError::Meta(error) => {
                tracing::warn!("offsets of the group {} were not committed: {error}", *request.group_id);
                ResponseError::KafkaStorageError
            }
        })
    };
    let topics = topics.into_iter().map(|(name, partitions)| {
        let partitions = partitions.into_iter().map(|(partition, error)| {
            let error = outcome.or(error);
            OffsetCommitResponsePartition::default()
                .with_partition_index(partition)
                .with_error_code(error.map_or(0, |error| error.code()))
        });
        OffsetCommitResponseTopic::default().with_name(name).with_partitions(partitions.collect())
    });
    OffsetCommitResponse::default().with_topics(topics.collect())
}

/// An offset as a request has it.
pub struct Asked<'a> {
    pub partition: i32,
    pub offset: Offset,
    pub leader_epoch: i32,
    pub metadata: Option<&'a str>,
}

/// What is wrong with each partition that was asked for, topic by topic.
type Refusals = Vec<(TopicName, Vec<(PartitionId, Option<ResponseError>)>)>;

/// What may be committed of what is asked, inside a transaction or not, and what is to be answered.
pub fn sort_out<'a, P>(broker: &Inner, topics: impl Iterator<Item = (&'a TopicName, P)>) -> (Vec<Commit>, Refusals)
where
    P: Iterator<Item = Asked<'a>>,
{
    let (mut commits, mut answered) = (Vec::new(), Vec::new());
    for (name, partitions) in topics {
        let topic = broker.topics.by_name(name);
        let check = |asked: Asked<'_>| {
            let partition = asked.partition;
            let checked = check(topic.as_deref(), asked);
            let refused = checked.as_ref().err().copied();
            commits.extend(checked);
            (partition, refused)
        };
        let partitions: Vec<_> = partitions.map(check).collect();
        // Kafka leaves out a topic of which nothing is committed.
        if !partitions.is_empty() {
            answered.push((name.clone(), partitions));
        }
    }
    (commits, answered)
}

fn check(topic: Option<&Topic>, asked: Asked<'_>) -> Result<Commit, ResponseError> {
    let topic = topic.ok_or(ResponseError::UnknownTopicOrPartition)?;
    topic.slot(asked.partition).ok_or(ResponseError::UnknownTopicOrPartition)?;
    let metadata = asked.metadata.unwrap_or_default();
    if metadata.len() > OFFSET_METADATA_BYTES_MAX {
        return Err(ResponseError::OffsetMetadataTooLarge);
    }
    Ok(Commit {
        topic: topic.name.clone(),
        partition: asked.partition,
        offset: asked.offset,
        leader_epoch: asked.leader_epoch,
        metadata: metadata.to_owned(),
    })
}
