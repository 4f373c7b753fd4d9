//! Where replicas are and who of them leads: elections (KIP-460) and reassignments (KIP-455), and how much of the network
//! a reassignment may take.

use std::collections::BTreeSet;

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterPartitionReassignmentsRequest, BrokerId, ElectLeadersRequest, ListPartitionReassignmentsRequest,
        alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic},
        elect_leaders_request::TopicPartitions,
        list_partition_reassignments_request::ListPartitionReassignmentsTopics,
    },
};

use super::{
    Client, ClientError, ConfigChange,
    routing::{ADMIN_TIMEOUT_MILLIS, Target},
    wire::{by_topic, topic_name},
};
use crate::model::{Election, PartitionId, Reassignment, TopicPartition};

/// Settings of a broker: bytes a second that throttled replicas may send as leader and fetch as follower (KIP-73).
const LEADER_RATE: &str = "leader.replication.throttled.rate";
const FOLLOWER_RATE: &str = "follower.replication.throttled.rate";
/// Settings of a topic: which of its replicas these rates are for.
const LEADER_REPLICAS: &str = "leader.replication.throttled.replicas";
const FOLLOWER_REPLICAS: &str = "follower.replication.throttled.replicas";
/// The settings of [`Client::throttle_replication`], of brokers and of topics.
pub const THROTTLE_BROKER_CONFIGS: [&str; 2] = [LEADER_RATE, FOLLOWER_RATE];
/// See [`THROTTLE_BROKER_CONFIGS`].
pub const THROTTLE_TOPIC_CONFIGS: [&str; 2] = [LEADER_REPLICAS, FOLLOWER_REPLICAS];

/// One outcome a partition.
pub type PartitionResults = Vec<(TopicPartition, Result<(), ClientError>)>;

/// A change of where a partition's replicas are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaMove {
    pub tp: TopicPartition,
    /// Where they are now, the preferred leader first.
    pub from: Vec<i32>,
    /// Where they are to be.
    pub to: Vec<i32>,
}

impl ReplicaMove {
    /// Nodes that get a copy.
    pub fn adding(&self) -> impl Iterator<Item = i32> + '_ {
        self.to.iter().copied().filter(|node| !self.from.contains(node))
    }
}

impl Client {
    /// Elects leaders; `None`: of every partition of the cluster. One outcome a partition whose leader changed or could
    /// not; ELECTION_NOT_NEEDED is an outcome where it leads already.
    pub async fn elect_leaders(
        &self,
        election: Election,
        of: Option<&[TopicPartition]>,
    ) -> Result<PartitionResults, ClientError> {
        let asked = "elect leaders";
        let build = |version: i16| {
            let topics = of.map(|of| {
                let topics = by_topic(of.iter().map(|tp| (tp.clone(), ()))).into_iter();
                let topic = |(name, partitions): (std::sync::Arc<str>, Vec<(PartitionId, ())>)| {
                    let partitions = partitions.into_iter().map(|(partition, ())| partition).collect();
                    TopicPartitions::default().with_topic(topic_name(&name)).with_partitions(partitions)
                };
                topics.map(topic).collect()
            });
            let request =
                ElectLeadersRequest::default().with_topic_partitions(topics).with_timeout_ms(ADMIN_TIMEOUT_MILLIS);
            // Version 0 knows only the preferred one.
            let unclean = election == Election::Unclean && version >= 1;
            request.with_election_type(i8::from(unclean))
        };
        self.ask(Target::Controller, asked, build, |answer, version| {
            if version == 0 && election == Election::Unclean {
                let (asked, why) = (asked.to_owned(), "the broker knows no unclean election (before Kafka 2.4)".into());
                return Err(ClientError::Invalid { asked, why, hint: "bring a replica in sync back".into() });
            }
            ClientError::check(answer.error_code, || asked.to_owned(), None)?;
            let mut outcomes = Vec::new();
            for topic in &answer.replica_election_results {
                for result in &topic.partition_result {
                    let tp = TopicPartition::new(topic.topic.as_str(), result.partition_id);
                    let what = || format!("elect the leader of {tp}");
                    let outcome = ClientError::check(result.error_code, what, result.error_message.as_deref());
                    outcomes.push((tp, outcome));
                }
            }
            Ok(outcomes)
        })
        .await
    }

    /// Begins to bring each partition's replicas to the given nodes, the first of which is then preferred to lead; `None`
    /// takes a change back that goes on. Answers as soon as the change is noted, not when the data is copied.
    pub async fn reassign(
        &self,
        moves: Vec<(TopicPartition, Option<Vec<i32>>)>,
    ) -> Result<PartitionResults, ClientError> {
        let asked = "move replicas";
        let build = |_| {
            let topics = by_topic(moves.iter().cloned()).into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, to)| {
                    let to = to.map(|to| to.into_iter().map(BrokerId).collect());
                    ReassignablePartition::default().with_partition_index(partition).with_replicas(to)
                });
                ReassignableTopic::default().with_name(topic_name(&name)).with_partitions(partitions.collect())
            });
            AlterPartitionReassignmentsRequest::default()
                .with_timeout_ms(ADMIN_TIMEOUT_MILLIS)
                .with_topics(topics.collect())
        };
        self.ask(Target::Controller, asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
            let mut outcomes = Vec::new();
            for topic in &answer.responses {
                for result in &topic.partitions {
                    let tp = TopicPartition::new(topic.name.as_str(), result.partition_index);
                    let what = || format!("move the replicas of {tp}");
                    let outcome = ClientError::check(result.error_code, what, result.error_message.as_deref());
                    outcomes.push((tp, outcome));
                }
            }
            Ok(outcomes)
        })
        .await
    }

    /// The changes of replicas that go on, of some partitions or (`None`) of all.
    pub async fn reassignments(&self, of: Option<&[TopicPartition]>) -> Result<Vec<Reassignment>, ClientError> {
        let asked = "look which replicas move";
        let build = |_| {
            let topics = of.map(|of| {
                let topics = by_topic(of.iter().map(|tp| (tp.clone(), ()))).into_iter();
                let topic = |(name, partitions): (std::sync::Arc<str>, Vec<(PartitionId, ())>)| {
                    let partitions = partitions.into_iter().map(|(partition, ())| partition).collect();
                    ListPartitionReassignmentsTopics::default()
                        .with_name(topic_name(&name))
                        .with_partition_indexes(partitions)
                };
                topics.map(topic).collect()
            });
            ListPartitionReassignmentsRequest::default().with_timeout_ms(ADMIN_TIMEOUT_MILLIS).with_topics(topics)
        };
        self.ask(Target::Controller, asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
            let ids = |nodes: &[BrokerId]| nodes.iter().map(|node| node.0).collect::<Vec<_>>();
            let mut found = Vec::new();
            for topic in &answer.topics {
                found.extend(topic.partitions.iter().map(|partition| Reassignment {
                    tp: TopicPartition::new(topic.name.as_str(), partition.partition_index),
                    replicas: ids(&partition.replicas),
                    adding: ids(&partition.adding_replicas),
                    removing: ids(&partition.removing_replicas),
                }));
            }
            found.sort_by(|a, b| a.tp.cmp(&b.tp));
            Ok(found)
        })
        .await
    }

    /// Lets the copying of these moves take at most so many bytes a second on each node: the same settings as
    /// `kafka-reassign-partitions --throttle` makes. `nodes` are those that can be asked now.
    pub async fn throttle_replication(
        &self,
        moves: &[ReplicaMove],
        nodes: &BTreeSet<i32>,
        bytes_per_second: u64,
    ) -> Result<(), ClientError> {
        for (topic, parts) in by_topic(moves.iter().map(|one| (one.tp.clone(), one))) {
            // Those that have the data send, those that get it fetch.
            let list = |of: &dyn Fn(&ReplicaMove) -> Vec<i32>| {
                let pairs = parts
                    .iter()
                    .flat_map(|(partition, one)| of(one).into_iter().map(move |node| format!("{partition}:{node}")));
                pairs.collect::<Vec<_>>().join(",")
            };
            let changes = vec![
                ConfigChange::Set(LEADER_REPLICAS.to_owned(), list(&|one| one.from.clone())),
                ConfigChange::Set(FOLLOWER_REPLICAS.to_owned(), list(&|one| one.adding().collect())),
            ];
            self.alter_topic_configs(&topic, changes).await?;
        }
        for node in nodes {
            let rate = |name: &str| ConfigChange::Set(name.to_owned(), bytes_per_second.to_string());
            self.alter_broker_configs(Some(*node), THROTTLE_BROKER_CONFIGS.map(rate).into()).await?;
        }
        Ok(())
    }

    /// Takes the throttle off topics and nodes again. What is gone already is fine.
    pub async fn unthrottle_replication(
        &self,
        topics: &BTreeSet<&str>,
        nodes: &BTreeSet<i32>,
    ) -> Result<(), ClientError> {
        let reset = |name: &str| ConfigChange::Reset(name.to_owned());
        for topic in topics {
            let done = self.alter_topic_configs(topic, THROTTLE_TOPIC_CONFIGS.map(reset).into()).await;
            match done {
                Err(error) if error.code() == Some(ResponseError::UnknownTopicOrPartition) => {}
                done => done?,
            }
        }
        for node in nodes {
            self.alter_broker_configs(Some(*node), THROTTLE_BROKER_CONFIGS.map(reset).into()).await?;
        }
        Ok(())
    }
}
