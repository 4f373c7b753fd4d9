//! Kafka's nouns as plain data. No I/O, no clock, no threads, no drawing.

mod acl;
mod batch;
mod clock;
mod cluster;
mod config;
mod error_name;
mod group;
mod host_port;
mod name;
mod quota;
mod record;
mod role;

pub use acl::{
    Acl, AclOperation, AclPattern, AclPermission, AclPreset, AclResource, CLUSTER_RESOURCE, EVERY, UnknownWord,
};
pub use batch::{Acks, Compression, TimestampType};
pub use clock::{Clock, ManualClock};
pub use cluster::{
    BrokerNode, Election, EligibleLeaders, FeatureLevels, LogDir, NodeIds, NodeVersions, Quorum, QuorumReplica,
    Reassignment, ReplicaOnDisk,
};
pub use config::{ConfigEntry, ConfigKind, ConfigSource, ConfigSynonym};
pub use error_name::{kafka_error_label, kafka_error_name};
pub use group::{Assignor, GroupKind, GroupState, Lag, ShareRecordState};
pub use host_port::{BadHostPort, HostPort, is_loopback_host};
pub use name::{
    GROUP_NAME_BYTES_MAX, NameError, TOPIC_NAME_BYTES_MAX, TopicPartition, check_group_name, check_topic_name,
};
pub use quota::{QUOTA_KEYS, Quota, QuotaEntity};
pub use record::{BatchFacts, Header, NewRecord, Record, TransactionFate};
pub use role::{Role, UnknownRole};

/// Position of a record in its partition, from 0. Assigned by `log` alone.
pub type Offset = i64;
/// Number of a partition in its topic, from 0.
pub type PartitionId = i32;
/// Milliseconds since 1970-01-01T00:00:00Z; -1 where Kafka has none.
pub type TimestampMillis = i64;
