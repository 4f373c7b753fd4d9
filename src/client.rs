//! The room `client`: a Kafka client over [`Connection`], for the embedded broker and for any Kafka cluster alike.
//!
//! Entry points: [`Client`] asks (administration, produce, fetch), [`Producer`] batches records that arrive one by one,
//! [`Reader`] scans bounded ranges of partitions without joining a group, [`Consumer`] is a member of a consumer group,
//! [`ShareConsumer`] one of a share group.
//! Every request goes to the node that must answer it (leader, coordinator, controller), in a version that both sides
//! speak, with a bounded number of attempts; what fails is a [`ClientError`] that says what was asked, why it failed and
//! what to do.

mod acls;
pub mod assignor;
mod brokers;
mod committed;
mod configs;
mod connection;
mod consumer;
mod error;
mod exact;
mod fetch;
mod fetch_session;
mod groups;
mod health;
mod idempotence;
mod log_dirs;
mod metadata;
mod offsets;
mod partitioner;
mod peers;
mod produce;
mod producer;
mod quotas;
mod read_only;
mod reader;
mod reassign;
mod retry;
mod routing;
mod security;
mod share;
mod share_admin;
mod tcp;
mod timeouts;
mod topics;
mod transactional;
mod transactions;
mod users;
mod versions;
mod wire;

pub use committed::CommittedOffset;
pub use configs::ConfigChange;
pub use connection::{BoxFuture, Connection, Transport};
pub use consumer::{
    AutoOffsetReset, Consumer, ConsumerEvent, ConsumerEventKind, ConsumerOptions, ConsumerProtocol, ConsumerState,
    Polled,
};
pub use error::ClientError;
pub use exact::ProducerPlace;
pub use fetch::{FetchOptions, Fetched, records_from};
pub use groups::{GroupEpochs, GroupInfo, GroupListing, MemberInfo};
pub use health::{Health, HealthState, NodeHealth, NodeState};
pub use offsets::{ListedOffset, OffsetSpec};
pub use partitioner::{Partitioner, murmur2, partition_for_key};
pub use produce::{ProduceOptions, Produced};
pub use producer::{Delivery, Producer, ProducerOptions, ProducerStats};
pub use read_only::ReadOnly;
pub use reader::{Piece, ReadOrder, ReadRange, Reader, ReaderOptions};
pub use reassign::{PartitionResults, ReplicaMove, THROTTLE_BROKER_CONFIGS, THROTTLE_TOPIC_CONFIGS};
pub use routing::Client;
pub use security::{
    Authorities, OAUTHBEARER, Password, Sasl, SaslMechanism, Security, SecurityError, Tls, TlsOptions, TokenEndpoint,
    TokenSource,
};
pub use share::{
    AckMode, AckType, Acknowledged, ShareConsumer, ShareConsumerEvent, ShareConsumerEventKind, ShareConsumerOptions,
    ShareRecord,
};
pub use share_admin::{ShareOffset, ShareStart};
pub use tcp::{Encrypted, Probe, ReachCause, ReachFault, Reached, TcpTransport};
pub use timeouts::Timeouts;
pub use topics::{ClusterInfo, NewTopic, NodeInfo, PartitionInfo, TopicInfo};
pub use transactional::TransactionalProducer;
pub use transactions::{Aborted, BatchState, Isolation};
pub use users::UserInfo;
