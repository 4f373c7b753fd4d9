//! The nodes of a cluster, what lies on their disks, and where replicas are and go.

use std::sync::Arc;

use super::{Offset, TimestampMillis, TopicPartition};

/// Node ids, such as the replicas of a partition; shared, as many partitions have the same.
pub type NodeIds = Arc<[i32]>;

/// A node as DescribeCluster tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerNode {
    pub id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
    /// Registered, and not in service: down, starting or shutting down (KIP-1073; told from Kafka 4.0 on).
    pub fenced: bool,
}

/// A feature of a node or of the cluster (KIP-584).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureLevels {
    pub name: String,
    /// What the node can do, both ends included.
    pub supported: (i16, i16),
    /// What is in force; `None` where it is off or not told.
    pub finalized: Option<i16>,
}

/// What a node serves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeVersions {
    /// By name; empty before Kafka 2.7 and in clusters without KRaft.
    pub features: Vec<FeatureLevels>,
}

impl NodeVersions {
    /// The release of Kafka that the node can be, told by the newest `metadata.version` it knows: "4.3"; `None` where it
    /// does not tell.
    pub fn release(&self) -> Option<&'static str> {
        self.metadata().map(|feature| release_of(feature.supported.1))
    }

    /// The release whose rules the cluster goes by: the `metadata.version` in force.
    pub fn cluster_release(&self) -> Option<&'static str> {
        self.metadata()?.finalized.map(release_of)
    }

    fn metadata(&self) -> Option<&FeatureLevels> {
        self.features.iter().find(|feature| feature.name == "metadata.version")
    }
}

/// The release that brought a level of `metadata.version` (Kafka: `MetadataVersion`).
fn release_of(level: i16) -> &'static str {
    match level {
        ..=0 => "?",
        1 => "3.0",
        2 => "3.1",
        3 => "3.2",
        4..=7 => "3.3",
        8 => "3.4",
        9..=11 => "3.5",
        12..=14 => "3.6",
        15..=19 => "3.7",
        20 => "3.8",
        21 => "3.9",
        22..=25 => "4.0",
        26..=27 => "4.1",
        28..=29 => "4.2",
        30 => "4.3",
        31.. => "≥ 4.4",
    }
}

/// A folder in which a node keeps partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDir {
    pub path: String,
    /// Kafka's name of why it cannot be used, such as `KAFKA_STORAGE_ERROR`.
    pub error: Option<String>,
    /// Of the disk (KIP-827, from Kafka 3.3 on), in bytes.
    pub total_bytes: Option<u64>,
    /// What is free of it, in bytes.
    pub usable_bytes: Option<u64>,
    pub replicas: Vec<ReplicaOnDisk>,
}

impl LogDir {
    /// What its partitions take, in bytes.
    pub fn used_bytes(&self) -> u64 {
        self.replicas.iter().map(|replica| replica.size_bytes).sum()
    }
}

/// A replica on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaOnDisk {
    pub tp: TopicPartition,
    pub size_bytes: u64,
    /// Records that it is behind the high watermark; of a replica that moves to another folder, behind the old one.
    pub offset_lag: u64,
    /// Being moved here from another folder of the same node.
    pub is_future: bool,
}

/// A partition whose replicas are being changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassignment {
    pub tp: TopicPartition,
    /// Old and new ones together while it lasts.
    pub replicas: Vec<i32>,
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
}

impl Reassignment {
    /// The replicas that it will have.
    pub fn target(&self) -> Vec<i32> {
        self.replicas.iter().copied().filter(|node| !self.removing.contains(node)).collect()
    }
}

/// Which replica is to lead (Kafka: `ElectionType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    /// The first of the replicas.
    Preferred,
    /// Any that is alive, also one that was not in sync: what it has not copied is lost.
    Unclean,
}

/// How the controllers stand (KIP-595).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quorum {
    /// Node id of the active controller; `None` while there is none.
    pub leader: Option<i32>,
    pub epoch: i32,
    pub high_watermark: Offset,
    pub voters: Vec<QuorumReplica>,
    pub observers: Vec<QuorumReplica>,
}

/// A controller, or a broker that follows the controllers' log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumReplica {
    pub id: i32,
    pub log_end: Offset,
    /// When it last had all of the log; `None` where not told.
    pub caught_up_at: Option<TimestampMillis>,
}

/// A partition's replicas in full, as DescribeTopicPartitions tells them (KIP-966).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibleLeaders {
    pub tp: TopicPartition,
    /// Out of sync, and yet known to have all that was acknowledged: may lead without loss. Empty while enough are in
    /// sync.
    pub eligible: Vec<i32>,
    /// The last that were eligible before they were lost, too.
    pub last_known: Vec<i32>,
}
