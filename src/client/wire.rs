//! Small conversions between our names and the protocol crate's types.

use std::sync::Arc;

use kafka_protocol::{
    messages::{self, GroupId, RequestKind, ResponseKind, TopicName},
    protocol::{Request, StrBytes},
};

use crate::model::TopicPartition;

/// A request of ours: it can be put into a [`RequestKind`] and its answer taken out of a [`ResponseKind`].
pub(super) trait Ask: Request + Into<RequestKind> + Send {
    /// `None` when the answer is that of another API.
    fn answer(kind: ResponseKind) -> Option<Self::Response>;

    /// For how long the broker asks this connection to be silent, in milliseconds (KIP-219).
    fn throttle_ms(answer: &Self::Response) -> i32;
}

macro_rules! asks {
    ($($request:ident => $kind:ident),* $(,)?) => {
        $(impl Ask for messages::$request {
            fn answer(kind: ResponseKind) -> Option<Self::Response> {
                match kind {
                    ResponseKind::$kind(answer) => Some(answer),
                    _ => None,
                }
            }

            fn throttle_ms(answer: &Self::Response) -> i32 {
                answer.throttle_time_ms
            }
        })*
    };
}

asks! {
    ApiVersionsRequest => ApiVersions,
    MetadataRequest => Metadata,
    DescribeClusterRequest => DescribeCluster,
    CreateTopicsRequest => CreateTopics,
    DeleteTopicsRequest => DeleteTopics,
    CreatePartitionsRequest => CreatePartitions,
    DeleteRecordsRequest => DeleteRecords,
    DescribeConfigsRequest => DescribeConfigs,
    IncrementalAlterConfigsRequest => IncrementalAlterConfigs,
    ListOffsetsRequest => ListOffsets,
    FindCoordinatorRequest => FindCoordinator,
    InitProducerIdRequest => InitProducerId,
    ListGroupsRequest => ListGroups,
    ConsumerGroupDescribeRequest => ConsumerGroupDescribe,
    DescribeGroupsRequest => DescribeGroups,
    DeleteGroupsRequest => DeleteGroups,
    OffsetFetchRequest => OffsetFetch,
    OffsetCommitRequest => OffsetCommit,
    OffsetDeleteRequest => OffsetDelete,
    ProduceRequest => Produce,
    FetchRequest => Fetch,
    JoinGroupRequest => JoinGroup,
    SyncGroupRequest => SyncGroup,
    HeartbeatRequest => Heartbeat,
    ConsumerGroupHeartbeatRequest => ConsumerGroupHeartbeat,
    EndTxnRequest => EndTxn,
    LeaveGroupRequest => LeaveGroup,
    ShareGroupHeartbeatRequest => ShareGroupHeartbeat,
    ShareGroupDescribeRequest => ShareGroupDescribe,
    ShareFetchRequest => ShareFetch,
    ShareAcknowledgeRequest => ShareAcknowledge,
    DescribeShareGroupOffsetsRequest => DescribeShareGroupOffsets,
    AlterShareGroupOffsetsRequest => AlterShareGroupOffsets,
    DeleteShareGroupOffsetsRequest => DeleteShareGroupOffsets,
    DescribeUserScramCredentialsRequest => DescribeUserScramCredentials,
    AlterUserScramCredentialsRequest => AlterUserScramCredentials,
    DescribeLogDirsRequest => DescribeLogDirs,
    DescribeTopicPartitionsRequest => DescribeTopicPartitions,
    ElectLeadersRequest => ElectLeaders,
    AlterPartitionReassignmentsRequest => AlterPartitionReassignments,
    ListPartitionReassignmentsRequest => ListPartitionReassignments,
    DescribeAclsRequest => DescribeAcls,
    CreateAclsRequest => CreateAcls,
    DeleteAclsRequest => DeleteAcls,
    DescribeClientQuotasRequest => DescribeClientQuotas,
    AlterClientQuotasRequest => AlterClientQuotas,
}

/// Not one of the macro's: the quorum's answer has no field for a silence that it asks for.
impl Ask for messages::DescribeQuorumRequest {
    fn answer(kind: ResponseKind) -> Option<Self::Response> {
        match kind {
            ResponseKind::DescribeQuorum(answer) => Some(answer),
            _ => None,
        }
    }

    fn throttle_ms(_: &Self::Response) -> i32 {
        0
    }
}

pub(super) fn text(s: &str) -> StrBytes {
    StrBytes::from_string(s.to_owned())
}

pub(super) fn topic_name(s: &str) -> TopicName {
    TopicName(text(s))
}

pub(super) fn group_id(s: &str) -> GroupId {
    GroupId(text(s))
}

/// Optional text of an answer, as ours.
pub(super) fn owned(s: &Option<StrBytes>) -> Option<String> {
    s.as_ref().map(|s| s.as_str().to_owned())
}

/// Topics, each with some of its partitions and something about them.
pub(super) type ByTopic<T> = Vec<(Arc<str>, Vec<(i32, T)>)>;

/// Groups entries by topic, in order of first appearance: the shape of most requests.
pub(super) fn by_topic<T>(items: impl IntoIterator<Item = (TopicPartition, T)>) -> ByTopic<T> {
    let mut topics: ByTopic<T> = Vec::new();
    let mut index = std::collections::HashMap::<Arc<str>, usize>::new();
    for (tp, item) in items {
        let at = *index.entry(Arc::clone(&tp.topic)).or_insert_with(|| {
            topics.push((Arc::clone(&tp.topic), Vec::new()));
            topics.len() - 1
        });
        topics[at].1.push((tp.partition, item));
    }
    topics
}
