//! What is known about the cluster, kept for a while: leaders, partitions, controller.

mod cache;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tokio::time::Instant;

pub(super) use cache::MetadataCache;
use kafka_protocol::{
    ResponseError,
    messages::{
        BrokerId, MetadataRequest, MetadataResponse, metadata_request::MetadataRequestTopic,
        metadata_response::MetadataResponseTopic,
    },
};

use super::{
    Client, ClientError, ClusterInfo, NodeInfo, PartitionInfo, TopicInfo,
    routing::ANSWER_WAIT_MILLIS,
    wire::{owned, topic_name},
};
use crate::model::{NodeIds, PartitionId, TopicPartition};

/// Topics asked about in one request.
const TOPICS_ASKED_MAX: usize = 5_000;

impl Client {
    /// Asks for metadata of `names` (`None`: all topics) and remembers it.
    pub(super) async fn ask_metadata(
        &self,
        names: Option<&[&str]>,
        asked: &str,
    ) -> Result<(ClusterInfo, Vec<TopicInfo>), ClientError> {
        self.metadata_from(None, names, asked).await
    }

    /// The nodes, and all topics too where these are wanted, as this node (`None`: any) knows them.
    pub async fn list(
        &self,
        node: Option<i32>,
        with_topics: bool,
    ) -> Result<(ClusterInfo, Vec<TopicInfo>), ClientError> {
        match with_topics {
            true => self.metadata_from(node, None, "list the topics").await,
            false => self.metadata_from(node, Some(&[]), "look at the cluster").await,
        }
    }

    async fn metadata_from(
        &self,
        node: Option<i32>,
        names: Option<&[&str]>,
        asked: &str,
    ) -> Result<(ClusterInfo, Vec<TopicInfo>), ClientError> {
        let build = |_| {
            let topics = names.map(|names| {
                names.iter().map(|name| MetadataRequestTopic::default().with_name(Some(topic_name(name)))).collect()
            });
            // Looking must not make a topic, even where the cluster would.
            MetadataRequest::default().with_topics(topics).with_allow_auto_topic_creation(false)
        };
        let (answer, _) = self.retrying(|| self.ask_node(node, asked, ANSWER_WAIT_MILLIS, build)).await?;
        let (cluster, topics) = read_metadata(answer);
        if !cluster.nodes.is_empty() {
            self.peers().listed(cluster.nodes.iter().map(|node| node.id));
        }
        let mut cache = self.metadata_cache();
        cache.set_controller(cluster.controller);
        cache.remember(&topics, Instant::now());
        drop(cache);
        Ok((cluster, topics))
    }

    pub(super) async fn refresh_cluster(&self) -> Result<ClusterInfo, ClientError> {
        Ok(self.ask_metadata(Some(&[]), "look at the cluster").await?.0)
    }

    /// A topic, from memory while that is fresh.
    pub(super) async fn known_topic(&self, name: &str) -> Result<Arc<TopicInfo>, ClientError> {
        if let Some(topic) = self.metadata_cache().topic(name, Instant::now()) {
            return Ok(topic);
        }
        let told = Arc::new(self.topic(name).await?);
        // As remembered, which is newer where the broker that told lags behind.
        Ok(self.metadata_cache().topic(name, Instant::now()).unwrap_or(told))
    }

    /// Asks about all of these topics that are not known at once, rather than one by one. What cannot be had is asked
    /// again by who needs it.
    pub(super) async fn know_topics(&self, partitions: impl Iterator<Item = &TopicPartition>) {
        let names: BTreeSet<Arc<str>> = partitions.map(|tp| Arc::clone(&tp.topic)).collect();
        let unknown: Vec<&str> = {
            let (cache, now) = (self.metadata_cache(), Instant::now());
            names.iter().filter(|name| cache.topic(name, now).is_none()).map(|name| &**name).collect()
        };
        if unknown.len() < 2 {
            return;
        }
        for part in unknown.chunks(TOPICS_ASKED_MAX) {
            if self.ask_metadata(Some(part), "look at topics").await.is_err() {
                return;
            }
        }
    }

    /// Number of partitions of a topic, from memory while that is fresh.
    pub(super) async fn partition_count(&self, name: &str) -> Result<PartitionId, ClientError> {
        let topic = self.known_topic(name).await?;
        Ok(topic.partitions.last().map_or(0, |last| last.id + 1))
    }

    /// Node id of a partition's leader, from memory while that is fresh.
    pub(super) async fn leader(&self, tp: &TopicPartition) -> Result<i32, ClientError> {
        let topic = self.known_topic(&tp.topic).await?;
        let found = topic.partitions.iter().find(|partition| partition.id == tp.partition);
        let error = match found {
            Some(PartitionInfo { leader: Some(leader), .. }) => return Ok(*leader),
            Some(_) => ResponseError::LeaderNotAvailable,
            None => ResponseError::UnknownTopicOrPartition,
        };
        self.metadata_cache().forget_topic(&tp.topic);
        Err(ClientError::kafka(error, format!("find the leader of {tp}"), None))
    }
}

fn read_metadata(answer: MetadataResponse) -> (ClusterInfo, Vec<TopicInfo>) {
    let nodes = answer.brokers.iter().map(|node| NodeInfo {
        id: node.node_id.0,
        host: node.host.to_string(),
        port: node.port,
        rack: owned(&node.rack),
    });
    let controller = (answer.controller_id.0 >= 0).then_some(answer.controller_id.0);
    let cluster = ClusterInfo { cluster_id: owned(&answer.cluster_id), controller, nodes: nodes.collect() };
    let mut lists = NodeLists::default();
    let mut topics: Vec<_> = answer.topics.iter().map(|topic| read_topic(topic, &mut lists)).collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    (cluster, topics)
}

/// Lists of nodes that were told before: a hundred thousand partitions have a few hundred different ones.
#[derive(Default)]
struct NodeLists(HashMap<Vec<i32>, NodeIds>);

impl NodeLists {
    fn of(&mut self, nodes: &[BrokerId]) -> NodeIds {
        let ids: Vec<i32> = nodes.iter().map(|node| node.0).collect();
        if let Some(known) = self.0.get(&ids) {
            return Arc::clone(known);
        }
        let list: NodeIds = ids.as_slice().into();
        self.0.insert(ids, Arc::clone(&list));
        list
    }
}

fn read_topic(topic: &MetadataResponseTopic, lists: &mut NodeLists) -> TopicInfo {
    let name: Arc<str> = topic.name.as_ref().map_or("", |name| name.as_str()).into();
    let mut partitions: Vec<_> = topic
        .partitions
        .iter()
        .map(|partition| PartitionInfo {
            id: partition.partition_index,
            leader: (partition.leader_id.0 >= 0).then_some(partition.leader_id.0),
            leader_epoch: partition.leader_epoch,
            replicas: lists.of(&partition.replica_nodes),
            isr: lists.of(&partition.isr_nodes),
            offline: lists.of(&partition.offline_replicas),
        })
        .collect();
    partitions.sort_by_key(|partition| partition.id);
    let error = ResponseError::try_from_code(topic.error_code)
        .map(|error| ClientError::kafka(error, format!("look at topic {name}"), None));
    TopicInfo { name, id: topic.topic_id, internal: topic.is_internal, partitions, error }
}
