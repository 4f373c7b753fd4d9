//! Administration of topics and the picture of the cluster.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        CreatePartitionsRequest, CreateTopicsRequest, DeleteRecordsRequest, DeleteTopicsRequest, DeleteTopicsResponse,
        create_partitions_request::CreatePartitionsTopic,
        create_topics_request::{CreatableTopic, CreatableTopicConfig},
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
        delete_topics_request::DeleteTopicState,
        delete_topics_response::DeletableTopicResult,
    },
};
use uuid::Uuid;

use super::{
    Client, ClientError,
    routing::{ADMIN_TIMEOUT_MILLIS, ANSWER_WAIT_MILLIS, PartitionOutcomes, Target},
    wire::{by_topic, text, topic_name},
};
use crate::model::{NodeIds, Offset, PartitionId, TopicPartition};

/// A cluster as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterInfo {
    pub cluster_id: Option<String>,
    /// Node id of the controller; `None` where there is none at the moment.
    pub controller: Option<i32>,
    pub nodes: Vec<NodeInfo>,
}

/// A node of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    pub id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
}

/// A topic as Metadata tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicInfo {
    pub name: Arc<str>,
    /// Nil where the cluster has no topic ids.
    pub id: Uuid,
    pub internal: bool,
    /// In ascending order.
    pub partitions: Vec<PartitionInfo>,
    /// Set when the cluster could not describe this topic; `partitions` may be empty then.
    pub error: Option<ClientError>,
}

/// A partition as Metadata tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    pub id: PartitionId,
    /// Node id; `None` while there is no leader.
    pub leader: Option<i32>,
    /// -1 where not told.
    pub leader_epoch: i32,
    /// The nodes that have it, the preferred leader first.
    pub replicas: NodeIds,
    /// Those of them that have all of it.
    pub isr: NodeIds,
    /// Those of them that are out of reach.
    pub offline: NodeIds,
}

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    /// `None` leaves it to the broker (`num.partitions`).
    pub partitions: Option<PartitionId>,
    /// Settings that differ from the defaults.
    pub configs: Vec<(String, String)>,
}

impl NewTopic {
    /// A topic with default settings.
    pub fn new(name: impl Into<String>, partitions: PartitionId) -> Self {
        Self { name: name.into(), partitions: Some(partitions), configs: Vec::new() }
    }

    /// With a setting.
    pub fn with_config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.push((name.into(), value.into()));
        self
    }
}

impl Client {
    /// The cluster: id, controller, nodes.
    pub async fn cluster(&self) -> Result<ClusterInfo, ClientError> {
        self.refresh_cluster().await
    }

    /// All topics, by name.
    pub async fn topics(&self) -> Result<Vec<TopicInfo>, ClientError> {
        Ok(self.list(None, true).await?.1)
    }

    /// One topic, asked afresh.
    ///
    /// # Errors
    /// UNKNOWN_TOPIC_OR_PARTITION where there is none.
    pub async fn topic(&self, name: &str) -> Result<TopicInfo, ClientError> {
        let asked = format!("look at topic {name}");
        let (_, topics) = self.ask_metadata(Some(&[name]), &asked).await?;
        let Some(topic) = topics.into_iter().find(|topic| *topic.name == *name) else {
            return Err(ClientError::kafka(ResponseError::UnknownTopicOrPartition, asked, None));
        };
        match topic.error {
            Some(error) => Err(error),
            None => Ok(topic),
        }
    }

    /// Creates a topic.
    pub async fn create_topic(&self, topic: &NewTopic) -> Result<(), ClientError> {
        self.create_topic_with(topic, None, false).await
    }

    /// Creates a topic with so many replicas (`None`: the cluster's default); with `only_check` it asks whether the
    /// cluster would, and nothing changes.
    pub async fn create_topic_with(
        &self,
        topic: &NewTopic,
        replicas: Option<i16>,
        only_check: bool,
    ) -> Result<(), ClientError> {
        let asked = format!("create topic {}", topic.name);
        let configs = topic
            .configs
            .iter()
            .map(|(name, value)| CreatableTopicConfig::default().with_name(text(name)).with_value(Some(text(value))));
        let creatable = CreatableTopic::default()
            .with_name(topic_name(&topic.name))
            .with_num_partitions(topic.partitions.unwrap_or(-1))
            .with_configs(configs.collect());
        let build = |version| {
            // Before version 4 the broker had no default for the number of replicas.
            let replicas = replicas.unwrap_or(if version >= 4 { -1 } else { 1 });
            CreateTopicsRequest::default()
                .with_validate_only(only_check)
                .with_topics(vec![creatable.clone().with_replication_factor(replicas)])
                .with_timeout_ms(ADMIN_TIMEOUT_MILLIS)
        };
        self.ask(Target::Controller, &asked, build, |answer, _| {
            let result = answer.topics.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(result.error_code, || asked.clone(), result.error_message.as_deref())
        })
        .await?;
        self.metadata_cache().forget_topic(&topic.name);
        self.wait_for_topic(&topic.name).await;
        Ok(())
    }

    /// The brokers of a cluster learn of a new topic a moment after its controller made it: until then, whoever uses it
    /// would be told that there is none.
    async fn wait_for_topic(&self, name: &str) {
        for attempt in 1..=VISIBLE_ATTEMPTS_MAX {
            match self.topic(name).await {
                Ok(topic) if topic.partitions.iter().all(|partition| partition.leader.is_some()) => return,
                Ok(_) | Err(ClientError::Kafka { error: ResponseError::UnknownTopicOrPartition, .. }) => {}
                // It is made all the same.
                Err(_) => return,
            }
            tokio::time::sleep(self.backoff(attempt)).await;
        }
    }

    /// Deletes topics with all of their records; one outcome a topic.
    pub async fn delete_topics(&self, names: &[&str]) -> Result<Vec<(String, Result<(), ClientError>)>, ClientError> {
        let build = |version| {
            let request = DeleteTopicsRequest::default().with_timeout_ms(ADMIN_TIMEOUT_MILLIS);
            if version >= 6 {
                let states = names.iter().map(|name| DeleteTopicState::default().with_name(Some(topic_name(name))));
                request.with_topics(states.collect())
            } else {
                request.with_topic_names(names.iter().map(|name| topic_name(name)).collect())
            }
        };
        let read = |answer: DeleteTopicsResponse, _| {
            let outcome = |name: &str| {
                let asked = format!("delete topic {name}");
                let named = |result: &&DeletableTopicResult| result.name.as_ref().is_some_and(|n| n.as_str() == name);
                let result = answer.responses.iter().find(named).ok_or_else(|| left_out(&asked))?;
                ClientError::check(result.error_code, || asked, result.error_message.as_deref())
            };
            Ok(names.iter().map(|name| ((*name).to_owned(), outcome(name))).collect())
        };
        let outcomes = self.ask(Target::Controller, "delete topics", build, read).await;
        names.iter().for_each(|name| self.metadata_cache().forget_topic(name));
        outcomes
    }

    /// Deletes one topic.
    pub async fn delete_topic(&self, name: &str) -> Result<(), ClientError> {
        let mut outcomes = self.delete_topics(&[name]).await?;
        outcomes.pop().map_or_else(|| Err(left_out(&format!("delete topic {name}"))), |(_, outcome)| outcome)
    }

    /// Adds partitions until the topic has `total`.
    pub async fn add_partitions(&self, name: &str, total: PartitionId) -> Result<(), ClientError> {
        let asked = format!("give topic {name} {total} partitions");
        let build = |_| {
            let topic =
                CreatePartitionsTopic::default().with_name(topic_name(name)).with_count(total).with_assignments(None);
            CreatePartitionsRequest::default().with_topics(vec![topic]).with_timeout_ms(ADMIN_TIMEOUT_MILLIS)
        };
        self.ask(Target::Controller, &asked, build, |answer, _| {
            let result = answer.results.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(result.error_code, || asked.clone(), result.error_message.as_deref())
        })
        .await?;
        self.metadata_cache().forget_topic(name);
        Ok(())
    }

    /// Deletes all records below the given offsets (-1: all there are); answers the new log start of each partition.
    pub async fn delete_records(
        &self,
        before: Vec<(TopicPartition, Offset)>,
    ) -> Result<Vec<(TopicPartition, Result<Offset, ClientError>)>, ClientError> {
        let outcomes = self.by_leader(before, |node, part| Box::pin(self.delete_records_on(node, part))).await;
        Ok(outcomes)
    }

    async fn delete_records_on(
        &self,
        node: i32,
        part: Vec<(TopicPartition, Offset)>,
    ) -> Result<PartitionOutcomes<Offset>, ClientError> {
        let build = |_| {
            let topics = by_topic(part.iter().cloned()).into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, offset)| {
                    DeleteRecordsPartition::default().with_partition_index(partition).with_offset(offset)
                });
                DeleteRecordsTopic::default().with_name(topic_name(&name)).with_partitions(partitions.collect())
            });
            DeleteRecordsRequest::default().with_topics(topics.collect()).with_timeout_ms(ADMIN_TIMEOUT_MILLIS)
        };
        let asked = "delete records";
        let (answer, _) = self.ask_once(Target::Node(node), asked, ANSWER_WAIT_MILLIS, build).await?;
        let mut outcomes = Vec::new();
        for topic in &answer.topics {
            for result in &topic.partitions {
                let tp = TopicPartition::new(topic.name.as_str(), result.partition_index);
                let checked = ClientError::check(result.error_code, || format!("delete records of {tp}"), None);
                outcomes.push((tp, checked.map(|()| result.low_watermark)));
            }
        }
        Ok(outcomes)
    }
}

/// Looks for a topic that was just made; with the waits between them some seconds.
const VISIBLE_ATTEMPTS_MAX: u32 = 8;

/// The answer does not mention what was asked about.
pub(super) fn left_out(asked: &str) -> ClientError {
    ClientError::BadAnswer { asked: asked.to_owned(), why: "it leaves out what was asked for".to_owned() }
}
