//! Groups of every type seen from outside: list, describe, delete.

use std::sync::Arc;

use futures_util::future::join_all;
use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupDescribeRequest, DeleteGroupsRequest, DescribeGroupsRequest, ListGroupsRequest,
        consumer_group_describe_response, describe_groups_response::DescribedGroup, list_groups_response::ListedGroup,
    },
};

use super::{
    Client, ClientError,
    routing::Target,
    topics::left_out,
    wire::{group_id, owned},
};
use crate::{
    codec::consumer_protocol::{self, Subscription},
    model::{GroupKind, GroupState, TopicPartition},
};

/// A group in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    pub id: String,
    pub state: GroupState,
    /// "consumer" for consumer groups, "share" for share groups; empty for groups that only hold offsets.
    pub protocol_type: String,
    /// "Classic", "Consumer" or "Share"; empty where the broker does not tell.
    pub group_type: String,
}

/// A group in detail.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupInfo {
    pub id: String,
    pub state: GroupState,
    pub protocol_type: String,
    /// The assignor in use.
    pub protocol: String,
    pub kind: GroupKind,
    /// Epochs of a group of a newer protocol (KIP-848, KIP-932); `None` for a classic group.
    pub epochs: Option<GroupEpochs>,
    pub members: Vec<MemberInfo>,
    /// Set when the coordinator could not describe this group.
    pub error: Option<ClientError>,
}

/// Epochs of a group of the newer protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupEpochs {
    /// Rises when members, subscriptions or topics change.
    pub group: i32,
    /// For which of these the targets of the members were computed.
    pub assignment: i32,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberInfo {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    /// Topics it subscribed to; empty where its metadata cannot be read.
    pub topics: Vec<Arc<str>>,
    /// Partitions it owns, ascending.
    pub assignment: Vec<TopicPartition>,
    /// What it will own once the others have given it back, ascending; `None` in a classic group.
    pub target: Option<Vec<TopicPartition>>,
}

impl Client {
    /// All groups of all nodes, by id.
    pub async fn groups(&self) -> Result<Vec<GroupListing>, ClientError> {
        // A coordinator lists its own groups only, so every node is asked.
        let nodes = self.cluster().await?.nodes;
        let answers = join_all(nodes.iter().map(|node| self.groups_on(node.id))).await;
        let (mut groups, mut lost) = (Vec::new(), Vec::new());
        for (node, answer) in nodes.iter().zip(answers) {
            match answer {
                Ok(listed) => groups.extend(listed),
                Err(error @ (ClientError::Disconnected { .. } | ClientError::TimedOut { .. })) => {
                    lost.push((node.id, error));
                }
                Err(error) => return Err(error),
            }
        }
        if !lost.is_empty() {
            // When the cluster goes on without a node, the others have its groups.
            let now = self.cluster().await?.nodes;
            if let Some((_, error)) = lost.into_iter().find(|(id, _)| now.iter().any(|node| node.id == *id)) {
                return Err(error);
            }
        }
        groups.sort_by(|a: &GroupListing, b| a.id.cmp(&b.id));
        Ok(groups)
    }

    /// The groups that a node coordinates.
    pub async fn groups_on(&self, node: i32) -> Result<Vec<GroupListing>, ClientError> {
        let asked = "list the groups";
        let groups: Vec<GroupListing> = self
            .ask(
                Target::Node(node),
                asked,
                |_| ListGroupsRequest::default(),
                |answer, _| {
                    ClientError::check(answer.error_code, || asked.to_owned(), None)?;
                    let listing = |group: ListedGroup| GroupListing {
                        id: group.group_id.to_string(),
                        state: GroupState::from_wire(&group.group_state),
                        protocol_type: group.protocol_type.to_string(),
                        group_type: group.group_type.to_string(),
                    };
                    Ok(answer.groups.into_iter().map(listing).collect())
                },
            )
            .await?;
        self.remember_coordinators(node, groups.iter().map(|group| group.id.as_str()));
        Ok(groups)
    }

    /// Describes groups, in the order asked.
    pub async fn describe_groups(&self, ids: &[&str]) -> Result<Vec<GroupInfo>, ClientError> {
        // One request a group: simple, and each coordinator is asked for its own. Several are under way at once.
        // In rounds rather than as a buffered stream, whose closure the compiler cannot prove to be Send for all lifetimes.
        let mut described = Vec::with_capacity(ids.len());
        for round in ids.chunks(DESCRIBES_AT_ONCE_MAX) {
            described.extend(join_all(round.iter().map(|id| self.describe_group_or_error(id))).await);
        }
        Ok(described)
    }

    async fn describe_group_or_error(&self, id: &str) -> GroupInfo {
        self.describe_group(id).await.unwrap_or_else(|error| GroupInfo {
            id: id.to_owned(),
            state: GroupState::Unknown,
            protocol_type: String::new(),
            protocol: String::new(),
            kind: GroupKind::Classic,
            epochs: None,
            members: Vec::new(),
            error: Some(error),
        })
    }

    /// Describes one group of any type; a group that does not exist is `Dead` and has no members.
    pub async fn describe_group(&self, id: &str) -> Result<GroupInfo, ClientError> {
        let classic = self.describe_classic_group(id).await?;
        // A group of another type is dead to who asks for a classic one.
        if classic.state != GroupState::Dead {
            return Ok(classic);
        }
        for described in [self.describe_consumer_group(id).await, self.describe_share_group(id).await] {
            match described {
                Ok(Some(group)) => return Ok(group),
                // A broker that does not know such groups has none.
                Ok(None) | Err(ClientError::Unsupported { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(classic)
    }

    /// A group of the newer protocol (KIP-848); `None` where there is no such group.
    async fn describe_consumer_group(&self, id: &str) -> Result<Option<GroupInfo>, ClientError> {
        let asked = format!("describe group {id}");
        let build = |_| ConsumerGroupDescribeRequest::default().with_group_ids(vec![group_id(id)]);
        self.ask(Target::Coordinator(id), &asked, build, |answer, _| {
            let group = answer.groups.into_iter().next().ok_or_else(|| left_out(&asked))?;
            if group.error_code == ResponseError::GroupIdNotFound.code() {
                return Ok(None);
            }
            ClientError::check(group.error_code, || asked.clone(), group.error_message.as_deref())?;
            Ok(Some(read_consumer_group(group)))
        })
        .await
    }

    async fn describe_classic_group(&self, id: &str) -> Result<GroupInfo, ClientError> {
        let asked = format!("describe group {id}");
        let build = |_| DescribeGroupsRequest::default().with_groups(vec![group_id(id)]);
        self.ask(Target::Coordinator(id), &asked, build, |answer, _| {
            let group = answer.groups.into_iter().next().ok_or_else(|| left_out(&asked))?;
            // From version 6 on a group that does not exist is an error; before, a dead group.
            if group.error_code != ResponseError::GroupIdNotFound.code() {
                ClientError::check(group.error_code, || asked.clone(), group.error_message.as_deref())?;
            }
            Ok(read_group(group))
        })
        .await
    }

    /// Deletes groups without members, with their committed offsets; one outcome a group.
    pub async fn delete_groups(&self, ids: &[&str]) -> Result<Vec<(String, Result<(), ClientError>)>, ClientError> {
        let outcomes = join_all(ids.iter().map(|id| self.delete_group(id))).await;
        Ok(ids.iter().map(|id| (*id).to_owned()).zip(outcomes).collect())
    }

    /// Deletes one group without members, with its committed offsets.
    pub async fn delete_group(&self, id: &str) -> Result<(), ClientError> {
        let asked = format!("delete group {id}");
        let build = |_| DeleteGroupsRequest::default().with_groups_names(vec![group_id(id)]);
        self.ask(Target::Coordinator(id), &asked, build, |answer, _| {
            let result = answer.results.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(result.error_code, || asked.clone(), None)
        })
        .await
    }
}

/// Groups described at once.
const DESCRIBES_AT_ONCE_MAX: usize = 16;

fn read_group(group: DescribedGroup) -> GroupInfo {
    let consumers = group.protocol_type.as_str() == consumer_protocol::PROTOCOL_TYPE;
    let members = group.members.iter().map(|member| {
        let subscription = consumers.then(|| Subscription::decode(&member.member_metadata)).flatten();
        let assignment = consumers.then(|| consumer_protocol::decode_assignment(&member.member_assignment)).flatten();
        MemberInfo {
            id: member.member_id.to_string(),
            instance_id: owned(&member.group_instance_id),
            client_id: member.client_id.to_string(),
            host: member.client_host.to_string(),
            topics: subscription.map(|subscription| subscription.topics).unwrap_or_default(),
            assignment: assignment.unwrap_or_default(),
            target: None,
        }
    });
    GroupInfo {
        id: group.group_id.to_string(),
        state: GroupState::from_wire(&group.group_state),
        protocol_type: group.protocol_type.to_string(),
        protocol: group.protocol_data.to_string(),
        kind: GroupKind::Classic,
        epochs: None,
        members: members.collect(),
        error: None,
    }
}

fn read_consumer_group(group: consumer_group_describe_response::DescribedGroup) -> GroupInfo {
    let partitions = |assignment: &consumer_group_describe_response::Assignment| {
        let mut partitions: Vec<TopicPartition> = Vec::new();
        for topic in &assignment.topic_partitions {
            let name: Arc<str> = topic.topic_name.as_str().into();
            partitions.extend(topic.partitions.iter().map(|n| TopicPartition::new(Arc::clone(&name), *n)));
        }
        partitions.sort();
        partitions
    };
    let members = group.members.iter().map(|member| MemberInfo {
        id: member.member_id.to_string(),
        instance_id: owned(&member.instance_id),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        topics: member.subscribed_topic_names.iter().map(|name| Arc::from(name.as_str())).collect(),
        assignment: partitions(&member.assignment),
        target: Some(partitions(&member.target_assignment)),
    });
    GroupInfo {
        id: group.group_id.to_string(),
        state: GroupState::from_wire(&group.group_state),
        protocol_type: consumer_protocol::PROTOCOL_TYPE.to_owned(),
        protocol: group.assignor_name.to_string(),
        kind: GroupKind::Consumer,
        epochs: Some(GroupEpochs { group: group.group_epoch, assignment: group.assignment_epoch }),
        members: members.collect(),
        error: None,
    }
}
