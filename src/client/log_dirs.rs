//! DescribeLogDirs: what lies on a node's disks (KIP-113), and how full they are (KIP-827).

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeLogDirsRequest, describe_log_dirs_request::DescribableLogDirTopic,
        describe_log_dirs_response::DescribeLogDirsResult,
    },
};

use super::{
    Client, ClientError,
    routing::Target,
    wire::{by_topic, topic_name},
};
use crate::model::{LogDir, ReplicaOnDisk, TopicPartition, kafka_error_label};

/// First version that says in the answer itself that asking failed.
const ERROR_FROM: i16 = 3;

impl Client {
    /// The folders of a node with the replicas in them; `None` asks for all of its partitions.
    ///
    /// # Errors
    /// CLUSTER_AUTHORIZATION_FAILED for who may not describe the cluster.
    pub async fn log_dirs(&self, node: i32, of: Option<&[TopicPartition]>) -> Result<Vec<LogDir>, ClientError> {
        let asked = format!("look at the disks of broker {node}");
        let build = |_| {
            let topics = of.map(|of| {
                let topics = by_topic(of.iter().map(|tp| (tp.clone(), ()))).into_iter();
                let topic = |(name, partitions): (std::sync::Arc<str>, Vec<(i32, ())>)| {
                    let partitions = partitions.into_iter().map(|(partition, ())| partition).collect();
                    DescribableLogDirTopic::default().with_topic(topic_name(&name)).with_partitions(partitions)
                };
                topics.map(topic).collect()
            });
            DescribeLogDirsRequest::default().with_topics(topics)
        };
        self.ask(Target::Node(node), &asked, build, |answer, version| {
            let failed = if version >= ERROR_FROM { answer.error_code } else { 0 };
            ClientError::check(failed, || asked.clone(), None)?;
            // Older brokers answer those who may not ask with nothing at all.
            if version < ERROR_FROM && answer.results.is_empty() {
                let error = ResponseError::ClusterAuthorizationFailed;
                return Err(ClientError::kafka(error, asked.clone(), None));
            }
            Ok(answer.results.iter().map(read_dir).collect())
        })
        .await
    }
}

fn read_dir(dir: &DescribeLogDirsResult) -> LogDir {
    let mut replicas = Vec::new();
    for topic in &dir.topics {
        let name: std::sync::Arc<str> = topic.name.as_str().into();
        replicas.extend(topic.partitions.iter().map(|partition| ReplicaOnDisk {
            tp: TopicPartition::new(name.clone(), partition.partition_index),
            size_bytes: u64::try_from(partition.partition_size).unwrap_or(0),
            offset_lag: u64::try_from(partition.offset_lag).unwrap_or(0),
            is_future: partition.is_future_key,
        }));
    }
    LogDir {
        path: dir.log_dir.to_string(),
        error: (dir.error_code != 0).then(|| kafka_error_label(dir.error_code).into_owned()),
        total_bytes: u64::try_from(dir.total_bytes).ok(),
        usable_bytes: u64::try_from(dir.usable_bytes).ok(),
        replicas,
    }
}
