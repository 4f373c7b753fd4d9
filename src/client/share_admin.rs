//! Share groups seen from outside: create, describe, where they start in each partition.

use std::sync::Arc;

use futures_util::future::join_all;
use kafka_protocol::{
    ResponseError,
    messages::{
        AlterShareGroupOffsetsRequest, DeleteShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequest,
        DescribeShareGroupOffsetsResponse, ShareGroupDescribeRequest,
        alter_share_group_offsets_request::{
            AlterShareGroupOffsetsRequestPartition, AlterShareGroupOffsetsRequestTopic,
        },
        delete_share_group_offsets_request::DeleteShareGroupOffsetsRequestTopic,
        delete_share_group_offsets_response::DeleteShareGroupOffsetsResponseTopic,
        describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup,
        share_group_describe_response::{Assignment, DescribedGroup},
    },
};

use super::{
    Client, ClientError, ConfigChange, GroupEpochs, GroupInfo, MemberInfo, OffsetSpec,
    routing::{PartitionOutcomes, Target},
    topics::left_out,
    wire::{by_topic, group_id, topic_name},
};
use crate::{
    codec::share,
    model::{GroupKind, GroupState, Offset, TopicPartition},
};

/// The setting that says where a share group starts in a partition that is new to it.
const AUTO_OFFSET_RESET: &str = "share.auto.offset.reset";
/// Protocol type of a share group in the list of groups.
const PROTOCOL_TYPE: &str = "share";

/// Where a new share group starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShareStart {
    /// With the oldest record.
    Earliest,
    /// With records that come from now on; Kafka's default.
    #[default]
    Latest,
}

/// A share group's place in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareOffset {
    /// All records below are finished; `None` where the group has not begun with the partition.
    pub start: Option<Offset>,
    /// -1 where not told.
    pub leader_epoch: i32,
    /// Records that are still to be finished, those in flight included; `None` where the broker does not tell (before
    /// Kafka 4.2).
    pub lag: Option<u64>,
}

impl Client {
    /// Makes a share group before it has members: sets where it starts in partitions that come later, and puts it at the
    /// start or the end of those that there are.
    ///
    /// # Errors
    /// NON_EMPTY_GROUP where the group has members, GROUP_ID_NOT_FOUND where its name belongs to a group of another type.
    pub async fn create_share_group(&self, group: &str, topics: &[&str], start: ShareStart) -> Result<(), ClientError> {
        let (word, spec) = match start {
            ShareStart::Earliest => ("earliest", OffsetSpec::Earliest),
            ShareStart::Latest => ("latest", OffsetSpec::Latest),
        };
        let mut wanted = Vec::new();
        for topic in topics {
            let topic = self.topic(topic).await?;
            wanted.extend(topic.partitions.iter().map(|p| (TopicPartition::new(Arc::clone(&topic.name), p.id), spec)));
        }
        let mut offsets = Vec::with_capacity(wanted.len());
        for (tp, listed) in self.offsets(wanted).await? {
            offsets.push((tp, listed?.offset.unwrap_or(0)));
        }
        self.alter_group_configs(group, vec![ConfigChange::Set(AUTO_OFFSET_RESET.to_owned(), word.to_owned())]).await?;
        let outcomes = self.alter_share_group_offsets(group, offsets).await?;
        outcomes.into_iter().try_for_each(|(_, outcome)| outcome)
    }

    /// Makes a share group unless a group of this name exists, of whichever type.
    ///
    /// # Errors
    /// As [`Client::create_share_group`].
    pub async fn share_group_or_new(&self, group: &str, topics: &[&str], start: ShareStart) -> Result<(), ClientError> {
        if self.describe_group(group).await?.state != GroupState::Dead {
            return Ok(());
        }
        match self.create_share_group(group, topics, start).await {
            // Somebody was quicker, and has members already.
            Err(error) if error.code() == Some(ResponseError::NonEmptyGroup) => Ok(()),
            made => made,
        }
    }

    /// Describes share groups, in the order asked; `state` is `Dead` where there is none.
    pub async fn describe_share_groups(&self, ids: &[&str]) -> Result<Vec<GroupInfo>, ClientError> {
        let described = join_all(ids.iter().map(|id| self.describe_share_group(id))).await;
        ids.iter().zip(described).map(|(id, group)| Ok(group?.unwrap_or_else(|| no_group(id)))).collect()
    }

    /// A share group; `None` where there is no such group.
    pub(super) async fn describe_share_group(&self, id: &str) -> Result<Option<GroupInfo>, ClientError> {
        let asked = format!("describe share group {id}");
        let build = |_| ShareGroupDescribeRequest::default().with_group_ids(vec![group_id(id)]);
        self.ask(Target::Coordinator(id), &asked, build, |answer, _| {
            let group = answer.groups.into_iter().next().ok_or_else(|| left_out(&asked))?;
            if group.error_code == ResponseError::GroupIdNotFound.code() {
                return Ok(None);
            }
            ClientError::check(group.error_code, || asked.clone(), group.error_message.as_deref())?;
            let group = read_group(group);
            Ok((group.state != GroupState::Dead).then_some(group))
        })
        .await
    }

    /// Where a share group stands in all partitions that it has begun with, by topic and partition.
    ///
    /// # Errors
    /// GROUP_ID_NOT_FOUND where there is no such share group.
    pub async fn share_group_offsets(&self, group: &str) -> Result<Vec<(TopicPartition, ShareOffset)>, ClientError> {
        let asked = format!("read the offsets of share group {group}");
        let build = |_| {
            let group = DescribeShareGroupOffsetsRequestGroup::default().with_group_id(group_id(group));
            DescribeShareGroupOffsetsRequest::default().with_groups(vec![group.with_topics(None)])
        };
        let read = |answer, _| read_offsets(answer, &asked);
        let mut offsets = self.ask(Target::Coordinator(group), &asked, build, read).await?;
        offsets.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(offsets)
    }

    /// Puts a share group to other offsets: what lies below is finished, what lies above is handed out (again). Refused
    /// with NON_EMPTY_GROUP while it has members. One outcome a partition.
    pub async fn alter_share_group_offsets(
        &self,
        group: &str,
        offsets: Vec<(TopicPartition, Offset)>,
    ) -> Result<Vec<(TopicPartition, Result<(), ClientError>)>, ClientError> {
        let asked = format!("set the offsets of share group {group}");
        let build = |_| {
            let topics = by_topic(offsets.iter().cloned()).into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, offset)| {
                    AlterShareGroupOffsetsRequestPartition::default()
                        .with_partition_index(partition)
                        .with_start_offset(offset)
                });
                AlterShareGroupOffsetsRequestTopic::default()
                    .with_topic_name(topic_name(&name))
                    .with_partitions(partitions.collect())
            });
            AlterShareGroupOffsetsRequest::default().with_group_id(group_id(group)).with_topics(topics.collect())
        };
        self.ask(Target::Coordinator(group), &asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.clone(), answer.error_message.as_deref())?;
            let mut outcomes: PartitionOutcomes<()> = Vec::new();
            for topic in &answer.responses {
                for partition in &topic.partitions {
                    let tp = TopicPartition::new(topic.topic_name.as_str(), partition.partition_index);
                    let about = || format!("{asked} in {tp}");
                    let outcome = ClientError::check(partition.error_code, about, partition.error_message.as_deref());
                    outcomes.push((tp, outcome));
                }
            }
            Ok(outcomes)
        })
        .await
    }

    /// Lets a share group forget topics: it begins with them anew, where `share.auto.offset.reset` says. Refused with
    /// NON_EMPTY_GROUP while it has members. One outcome a topic.
    pub async fn delete_share_group_offsets(
        &self,
        group: &str,
        topics: &[&str],
    ) -> Result<Vec<(String, Result<(), ClientError>)>, ClientError> {
        let asked = format!("delete offsets of share group {group}");
        let build = |_| {
            let topic = |name: &&str| DeleteShareGroupOffsetsRequestTopic::default().with_topic_name(topic_name(name));
            DeleteShareGroupOffsetsRequest::default()
                .with_group_id(group_id(group))
                .with_topics(topics.iter().map(topic).collect())
        };
        self.ask(Target::Coordinator(group), &asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.clone(), answer.error_message.as_deref())?;
            let outcome = |topic: &DeleteShareGroupOffsetsResponseTopic| {
                let about = || format!("{asked} in {}", topic.topic_name.as_str());
                let outcome = ClientError::check(topic.error_code, about, topic.error_message.as_deref());
                (topic.topic_name.to_string(), outcome)
            };
            Ok(answer.responses.iter().map(outcome).collect())
        })
        .await
    }
}

fn no_group(id: &str) -> GroupInfo {
    GroupInfo {
        id: id.to_owned(),
        state: GroupState::Dead,
        protocol_type: PROTOCOL_TYPE.to_owned(),
        protocol: String::new(),
        kind: GroupKind::Share,
        epochs: None,
        members: Vec::new(),
        error: None,
    }
}

fn read_group(group: DescribedGroup) -> GroupInfo {
    let members = group.members.iter().map(|member| MemberInfo {
        id: member.member_id.to_string(),
        instance_id: None,
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        topics: member.subscribed_topic_names.iter().map(|name| Arc::from(name.as_str())).collect(),
        assignment: partitions_of(&member.assignment),
        target: None,
    });
    GroupInfo {
        state: GroupState::from_wire(&group.group_state),
        protocol: group.assignor_name.to_string(),
        epochs: Some(GroupEpochs { group: group.group_epoch, assignment: group.assignment_epoch }),
        members: members.collect(),
        ..no_group(group.group_id.as_str())
    }
}

fn partitions_of(assignment: &Assignment) -> Vec<TopicPartition> {
    let mut partitions = Vec::new();
    for topic in &assignment.topic_partitions {
        let name: Arc<str> = topic.topic_name.as_str().into();
        partitions.extend(topic.partitions.iter().map(|n| TopicPartition::new(Arc::clone(&name), *n)));
    }
    partitions.sort();
    partitions
}

fn read_offsets(
    answer: DescribeShareGroupOffsetsResponse,
    asked: &str,
) -> Result<Vec<(TopicPartition, ShareOffset)>, ClientError> {
    let group = answer.groups.into_iter().next().ok_or_else(|| left_out(asked))?;
    ClientError::check(group.error_code, || asked.to_owned(), group.error_message.as_deref())?;
    let mut offsets = Vec::new();
    for topic in &group.topics {
        let name: Arc<str> = topic.topic_name.as_str().into();
        for partition in &topic.partitions {
            let tp = TopicPartition::new(Arc::clone(&name), partition.partition_index);
            let about = || format!("{asked} in {tp}");
            ClientError::check(partition.error_code, about, partition.error_message.as_deref())?;
            let start = (partition.start_offset >= 0).then_some(partition.start_offset);
            offsets.push((tp, ShareOffset { start, leader_epoch: partition.leader_epoch, lag: share::lag(partition) }));
        }
    }
    Ok(offsets)
}
