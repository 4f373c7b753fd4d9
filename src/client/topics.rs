//! Administration of topics and the picture of the cluster.

use std::sync::Arc;

use uuid::Uuid;

use super::{Client, ClientError};
use crate::model::{Offset, PartitionId, TopicPartition};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionInfo {
    pub id: PartitionId,
    /// Node id; `None` while there is no leader.
    pub leader: Option<i32>,
    /// -1 where not told.
    pub leader_epoch: i32,
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
        todo!()
    }

    /// All topics, by name.
    pub async fn topics(&self) -> Result<Vec<TopicInfo>, ClientError> {
        todo!()
    }

    /// One topic, asked afresh.
    pub async fn topic(&self, _name: &str) -> Result<TopicInfo, ClientError> {
        todo!()
    }

    /// Creates a topic.
    pub async fn create_topic(&self, _topic: &NewTopic) -> Result<(), ClientError> {
        todo!()
    }

    /// Deletes topics with all of their records; one outcome a topic.
    pub async fn delete_topics(&self, _names: &[&str]) -> Result<Vec<(String, Result<(), ClientError>)>, ClientError> {
        todo!()
    }

    /// Deletes one topic.
    pub async fn delete_topic(&self, _name: &str) -> Result<(), ClientError> {
        todo!()
    }

    /// Adds partitions until the topic has `total`.
    pub async fn add_partitions(&self, _name: &str, _total: PartitionId) -> Result<(), ClientError> {
        todo!()
    }

    /// Deletes all records below the given offsets (-1: all there are); answers the new log start of each partition.
    pub async fn delete_records(
        &self,
        _before: Vec<(TopicPartition, Offset)>,
    ) -> Result<Vec<(TopicPartition, Result<Offset, ClientError>)>, ClientError> {
        todo!()
    }
}
