//! The nodes of a cluster, which of them controls, and what each serves.

use kafka_protocol::messages::{
    ApiVersionsRequest, DescribeClusterRequest, DescribeQuorumRequest, DescribeTopicPartitionsRequest,
    describe_quorum_request::{PartitionData as AskedPartition, TopicData as AskedTopic},
    describe_quorum_response::ReplicaState,
    describe_topic_partitions_request::{Cursor, TopicRequest},
};

use super::{
    Client, ClientError,
    routing::{ANSWER_WAIT_MILLIS, Target},
    topics::left_out,
    wire::{owned, text, topic_name},
};
use crate::model::{BrokerNode, EligibleLeaders, FeatureLevels, NodeVersions, Quorum, QuorumReplica, TopicPartition};

/// First version of DescribeCluster that also tells nodes which are out of service (KIP-1073).
const FENCED_FROM: i16 = 2;
/// What the log of the controllers is called; it has one partition.
const QUORUM_LOG: &str = "__cluster_metadata";
/// Partitions told in one answer of DescribeTopicPartitions at most.
const PARTITIONS_AN_ANSWER: i32 = 2_000;
/// Answers asked for one topic at most, so that a broker which always names a next one cannot hold us.
const ANSWERS_MAX: usize = 1_000;
/// Level by which ApiVersions says that a feature's levels are not known.
const EPOCH_UNKNOWN: i64 = -1;

impl Client {
    /// All registered nodes by id, also those out of service where the cluster tells them (from Kafka 4.0 on).
    pub async fn brokers(&self) -> Result<Vec<BrokerNode>, ClientError> {
        let build =
            |version: i16| DescribeClusterRequest::default().with_include_fenced_brokers(version >= FENCED_FROM);
        let asked = "list the brokers";
        let told = self
            .ask(Target::Any, asked, build, |answer, _| {
                ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
                let nodes = answer.brokers.iter().map(|node| BrokerNode {
                    id: node.broker_id.0,
                    host: node.host.to_string(),
                    port: node.port,
                    rack: owned(&node.rack),
                    fenced: node.is_fenced,
                });
                Ok(nodes.collect::<Vec<_>>())
            })
            .await;
        let mut nodes = match told {
            // Before Kafka 2.8.
            Err(ClientError::Unsupported { .. }) => {
                let nodes = self.cluster().await?.nodes.into_iter();
                let node = |n: super::NodeInfo| BrokerNode {
                    id: n.id,
                    host: n.host,
                    port: n.port,
                    rack: n.rack,
                    fenced: false,
                };
                nodes.map(node).collect()
            }
            told => told?,
        };
        nodes.sort_by_key(|node| node.id);
        Ok(nodes)
    }

    /// Makes sure that a broker somebody named can be asked: who has just begun knows none yet.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] where the cluster has no such broker in service.
    pub(super) async fn find_broker(&self, node: i32, asked: &str) -> Result<(), ClientError> {
        if self.peers().has(node) {
            return Ok(());
        }
        let cluster = self.refresh_cluster().await.map_err(|error| error.during(asked))?;
        if cluster.nodes.iter().any(|known| known.id == node) {
            return Ok(());
        }
        let known: Vec<String> = cluster.nodes.iter().map(|known| known.id.to_string()).collect();
        Err(ClientError::Invalid {
            asked: asked.to_owned(),
            why: format!("the cluster has no broker {node} in service"),
            hint: format!("those in service are {}", known.join(", ")),
        })
    }

    /// What a node serves: its features and their levels.
    pub async fn node_versions(&self, node: i32) -> Result<NodeVersions, ClientError> {
        let build = |version: i16| match version {
            3.. => ApiVersionsRequest::default()
                .with_client_software_name(text("millpond"))
                .with_client_software_version(text(env!("CARGO_PKG_VERSION"))),
            _ => ApiVersionsRequest::default(),
        };
        let asked = format!("ask broker {node} what it serves");
        let (answer, _) = self.ask_node(Some(node), &asked, ANSWER_WAIT_MILLIS, build).await?;
        ClientError::check(answer.error_code, || asked, None)?;
        let level = |name: &str| {
            let found = answer.finalized_features.iter().find(|feature| feature.name.as_str() == name);
            found.filter(|_| answer.finalized_features_epoch != EPOCH_UNKNOWN).map(|feature| feature.max_version_level)
        };
        let mut features: Vec<_> = answer
            .supported_features
            .iter()
            .map(|feature| FeatureLevels {
                name: feature.name.to_string(),
                supported: (feature.min_version, feature.max_version),
                finalized: level(feature.name.as_str()),
            })
            .collect();
        features.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(NodeVersions { features })
    }

    /// How the controllers stand; UNSUPPORTED_VERSION from clusters that have none of KRaft.
    pub async fn quorum(&self) -> Result<Quorum, ClientError> {
        let asked = "look at the controllers";
        let build = |_| {
            let topic = AskedTopic::default()
                .with_topic_name(topic_name(QUORUM_LOG))
                .with_partitions(vec![AskedPartition::default().with_partition_index(0)]);
            DescribeQuorumRequest::default().with_topics(vec![topic])
        };
        self.ask(Target::Any, asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
            let log = answer.topics.first().and_then(|topic| topic.partitions.first());
            let log = log.ok_or_else(|| left_out(asked))?;
            ClientError::check(log.error_code, || asked.to_owned(), log.error_message.as_deref())?;
            Ok(Quorum {
                leader: (log.leader_id.0 >= 0).then_some(log.leader_id.0),
                epoch: log.leader_epoch,
                high_watermark: log.high_watermark,
                voters: log.current_voters.iter().map(replica).collect(),
                observers: log.observers.iter().map(replica).collect(),
            })
        })
        .await
    }

    /// Which replicas of a topic's partitions may lead without loss although they are not in sync (KIP-966); empty where
    /// the cluster does not know such, which is before Kafka 4.0.
    pub async fn eligible_leaders(&self, topic: &str) -> Result<Vec<EligibleLeaders>, ClientError> {
        let asked = format!("look at the replicas of topic {topic}");
        let (mut found, mut from) = (Vec::new(), 0);
        for _ in 0..ANSWERS_MAX {
            let build = |_| {
                let cursor = Cursor::default().with_topic_name(topic_name(topic)).with_partition_index(from);
                DescribeTopicPartitionsRequest::default()
                    .with_topics(vec![TopicRequest::default().with_name(topic_name(topic))])
                    .with_response_partition_limit(PARTITIONS_AN_ANSWER)
                    .with_cursor((from > 0).then_some(cursor))
            };
            let answer = match self.ask(Target::Any, &asked, build, |answer, _| Ok(answer)).await {
                Err(ClientError::Unsupported { .. }) => return Ok(found),
                answer => answer?,
            };
            let told = answer.topics.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(told.error_code, || asked.clone(), None)?;
            let ids = |nodes: &Option<Vec<kafka_protocol::messages::BrokerId>>| {
                nodes.iter().flatten().map(|node| node.0).collect::<Vec<_>>()
            };
            found.extend(told.partitions.iter().map(|partition| EligibleLeaders {
                tp: TopicPartition::new(topic, partition.partition_index),
                eligible: ids(&partition.eligible_leader_replicas),
                last_known: ids(&partition.last_known_elr),
            }));
            match answer.next_cursor {
                Some(next) if next.partition_index > from => from = next.partition_index,
                _ => break,
            }
        }
        Ok(found)
    }
}

fn replica(state: &ReplicaState) -> QuorumReplica {
    QuorumReplica {
        id: state.replica_id.0,
        log_end: state.log_end_offset,
        caught_up_at: (state.last_caught_up_timestamp >= 0).then_some(state.last_caught_up_timestamp),
    }
}
