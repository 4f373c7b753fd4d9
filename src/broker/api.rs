//! The Kafka APIs, a file each: typed request in, typed response out.
//!
//! [`answer`] checks the version against the one table in `codec::apis` and picks the file.

mod acls;
mod add_offsets_to_txn;
mod add_partitions_to_txn;
mod alter_configs;
mod alter_replica_log_dirs;
mod alter_settings;
mod alter_share_group_offsets;
mod api_versions;
mod consumer_group_describe;
mod consumer_group_heartbeat;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_share_group_offsets;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_share_group_offsets;
mod describe_topic_partitions;
mod describe_transactions;
mod elect_leaders;
mod end_txn;
mod features;
mod fetch;
mod find_coordinator;
mod group_settings;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_config_resources;
mod list_groups;
mod list_offsets;
mod list_transactions;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod operations;
mod produce;
mod quotas;
mod reassignments;
mod resources;
mod sasl;
mod scram;
mod share_acknowledge;
mod share_acks;
mod share_fetch;
mod share_group_describe;
mod share_group_heartbeat;
mod sync_group;
mod telemetry;
mod txn_offset_commit;
mod update_features;
mod write_txn_markers;

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{ApiKey, BrokerId, ProduceRequest, RequestKind, ResponseKind},
    protocol::StrBytes,
};
use uuid::Uuid;

pub use self::fetch::FetchSessions;

use super::{
    CallContext, LEADER_EPOCH, NODE_ID, Queued, authorize,
    config::ConfigError,
    coordinator::CommitError,
    inner::Inner,
    topics::{ChangeError, SlotError, Topic},
};
use crate::{
    codec::apis,
    log::{LogError, ProducerError},
    model::Role,
};

/// Answers a request.
pub async fn answer(broker: &Arc<Inner>, context: &CallContext, version: i16, request: RequestKind) -> ResponseKind {
    if !apis::key_of(&request).is_some_and(|key| is_served(key, version)) {
        return api_versions::unsupported(&request).into();
    }
    if let Some(refused) = authorize::refuse(context.role, version, &request) {
        return refused;
    }
    let role = context.role;
    match request {
        RequestKind::ApiVersions(request) => api_versions::answer(version, &request).into(),
        RequestKind::Metadata(request) => metadata::answer(broker, role, version, request).await.into(),
        RequestKind::Produce(request) => produce::answer(broker, version, request, &Queued::nobody()).await.into(),
        RequestKind::Fetch(request) => fetch::answer(broker, version, request).await.into(),
        RequestKind::OffsetForLeaderEpoch(request) => offset_for_leader_epoch::answer(broker, request).await.into(),
        RequestKind::ListOffsets(request) => list_offsets::answer(broker, version, request).await.into(),
        RequestKind::CreateTopics(request) => create_topics::answer(broker, version, request).await.into(),
        RequestKind::DeleteTopics(request) => delete_topics::answer(broker, version, request).await.into(),
        RequestKind::CreatePartitions(request) => create_partitions::answer(broker, request).await.into(),
        RequestKind::DeleteRecords(request) => delete_records::answer(broker, request).await.into(),
        RequestKind::DescribeConfigs(request) => describe_configs::answer(broker, version, request).into(),
        RequestKind::IncrementalAlterConfigs(request) => {
            incremental_alter_configs::answer(broker, request).await.into()
        }
        RequestKind::FindCoordinator(request) => find_coordinator::answer(broker, version, request).into(),
        RequestKind::JoinGroup(request) => join_group::answer(broker, context, version, request).await.into(),
        RequestKind::SyncGroup(request) => sync_group::answer(broker, version, request).await.into(),
        RequestKind::Heartbeat(request) => heartbeat::answer(broker, request).into(),
        RequestKind::LeaveGroup(request) => leave_group::answer(broker, version, request).await.into(),
        RequestKind::OffsetCommit(request) => offset_commit::answer(broker, version, request).await.into(),
        RequestKind::OffsetFetch(request) => offset_fetch::answer(broker, version, request).into(),
        RequestKind::OffsetDelete(request) => offset_delete::answer(broker, request).await.into(),
        RequestKind::ListGroups(request) => list_groups::answer(broker, version, request).into(),
        RequestKind::DescribeGroups(request) => describe_groups::answer(broker, role, version, request).into(),
        RequestKind::ConsumerGroupHeartbeat(request) => {
            consumer_group_heartbeat::answer(broker, context, version, request).await.into()
        }
        RequestKind::ConsumerGroupDescribe(request) => {
            consumer_group_describe::answer(broker, role, version, request).into()
        }
        // In boxes: what the end of a record can bring with it (dead letters, a trimmed log) would make all answers large.
        RequestKind::ShareGroupHeartbeat(request) => {
            Box::pin(share_group_heartbeat::answer(broker, context, request)).await.into()
        }
        RequestKind::ShareGroupDescribe(request) => share_group_describe::answer(broker, role, request).into(),
        RequestKind::ShareFetch(request) => Box::pin(share_fetch::answer(broker, context, request)).await.into(),
        RequestKind::ShareAcknowledge(request) => {
            Box::pin(share_acknowledge::answer(broker, context, version, request)).await.into()
        }
        RequestKind::DescribeShareGroupOffsets(request) => {
            Box::pin(describe_share_group_offsets::answer(broker, version, request)).await.into()
        }
        RequestKind::AlterShareGroupOffsets(request) => {
            Box::pin(alter_share_group_offsets::answer(broker, request)).await.into()
        }
        RequestKind::DeleteShareGroupOffsets(request) => {
            Box::pin(delete_share_group_offsets::answer(broker, request)).await.into()
        }
        RequestKind::DeleteGroups(request) => delete_groups::answer(broker, request).await.into(),
        RequestKind::DescribeLogDirs(request) => describe_log_dirs::answer(broker, request).await.into(),
        RequestKind::DescribeTopicPartitions(request) => {
            describe_topic_partitions::answer(broker, role, request).into()
        }
        RequestKind::DescribeQuorum(request) => describe_quorum::answer(broker, version, request).into(),
        RequestKind::DescribeCluster(request) => describe_cluster::answer(broker, role, version, request).into(),
        RequestKind::InitProducerId(request) => init_producer_id::answer(broker, version, request).await.into(),
        RequestKind::AddPartitionsToTxn(request) => {
            add_partitions_to_txn::answer(broker, version, request).await.into()
        }
        RequestKind::AddOffsetsToTxn(request) => add_offsets_to_txn::answer(broker, version, request).await.into(),
        RequestKind::EndTxn(request) => end_txn::answer(broker, version, request).await.into(),
        RequestKind::WriteTxnMarkers(request) => write_txn_markers::answer(broker, request).await.into(),
        RequestKind::TxnOffsetCommit(request) => txn_offset_commit::answer(broker, version, request).await.into(),
        RequestKind::DescribeProducers(request) => describe_producers::answer(broker, request).await.into(),
        RequestKind::DescribeTransactions(request) => describe_transactions::answer(broker, request).into(),
        RequestKind::ListTransactions(request) => list_transactions::answer(broker, request).into(),
        RequestKind::AlterConfigs(request) => alter_configs::answer(broker, request).await.into(),
        RequestKind::ListConfigResources(request) => list_config_resources::answer(broker, version, &request).into(),
        RequestKind::ElectLeaders(request) => elect_leaders::answer(broker, version, request).into(),
        RequestKind::AlterPartitionReassignments(request) => reassignments::alter(broker, version, request).into(),
        RequestKind::ListPartitionReassignments(_) => reassignments::list().into(),
        RequestKind::AlterReplicaLogDirs(request) => alter_replica_log_dirs::answer(broker, request).into(),
        RequestKind::UpdateFeatures(request) => update_features::answer(version, request).into(),
        RequestKind::DescribeClientQuotas(request) => quotas::describe(&request).into(),
        RequestKind::AlterClientQuotas(request) => quotas::alter(request).into(),
        RequestKind::GetTelemetrySubscriptions(request) => telemetry::subscriptions(&request).into(),
        RequestKind::PushTelemetry(request) => telemetry::push(&request).into(),
        RequestKind::DescribeAcls(request) => acls::describe(broker, &request).into(),
        RequestKind::CreateAcls(request) => acls::create(broker, &request).into(),
        RequestKind::DeleteAcls(request) => acls::delete(broker, &request).into(),
        RequestKind::DescribeUserScramCredentials(request) => scram::describe(broker, request).into(),
        RequestKind::AlterUserScramCredentials(request) => scram::alter(broker, request).await.into(),
        RequestKind::SaslHandshake(_) => sasl::handshake().into(),
        RequestKind::SaslAuthenticate(_) => sasl::authenticate().into(),
        other => api_versions::unsupported(&other).into(),
    }
}

/// Answers a Produce, and tells when it has its place in the log.
pub async fn produce(
    broker: &Arc<Inner>,
    context: &CallContext,
    version: i16,
    request: ProduceRequest,
    queued: &Queued,
) -> ResponseKind {
    if !is_served(ApiKey::Produce, version) {
        return api_versions::unsupported(&RequestKind::Produce(request)).into();
    }
    // Only who may not produce pays for the request being packed and unpacked.
    let request = if context.role < Role::Write {
        let request = RequestKind::Produce(request);
        match (authorize::refuse(context.role, version, &request), request) {
            (Some(refused), _) => return refused,
            (None, RequestKind::Produce(request)) => request,
            (None, other) => return api_versions::unsupported(&other).into(),
        }
    } else {
        request
    };
    produce::answer(broker, version, request, queued).await.into()
}

fn is_served(key: ApiKey, version: i16) -> bool {
    apis::served(key).is_some_and(|api| (api.min..=api.max).contains(&version))
}

/// Whether a request changes what is stored, and so must come to its end even if nobody waits for the answer.
pub fn must_finish(request: &RequestKind) -> bool {
    matches!(
        request,
        RequestKind::Produce(_)
            | RequestKind::Metadata(_)
            | RequestKind::CreateTopics(_)
            | RequestKind::DeleteTopics(_)
            | RequestKind::CreatePartitions(_)
            | RequestKind::DeleteRecords(_)
            | RequestKind::AlterConfigs(_)
            | RequestKind::IncrementalAlterConfigs(_)
            | RequestKind::OffsetCommit(_)
            | RequestKind::OffsetDelete(_)
            | RequestKind::DeleteGroups(_)
            | RequestKind::LeaveGroup(_)
            | RequestKind::ConsumerGroupHeartbeat(_)
            | RequestKind::ShareGroupHeartbeat(_)
            | RequestKind::ShareAcknowledge(_)
            | RequestKind::AlterShareGroupOffsets(_)
            | RequestKind::DeleteShareGroupOffsets(_)
            | RequestKind::InitProducerId(_)
            | RequestKind::AddPartitionsToTxn(_)
            | RequestKind::AddOffsetsToTxn(_)
            | RequestKind::EndTxn(_)
            | RequestKind::WriteTxnMarkers(_)
            | RequestKind::TxnOffsetCommit(_)
            | RequestKind::AlterUserScramCredentials(_)
    )
}

/// A Kafka error with the words that go with it.
#[derive(Debug, Clone)]
struct Fault {
    error: ResponseError,
    message: String,
}

impl Fault {
    fn new(error: ResponseError, message: impl Into<String>) -> Self {
        Self { error, message: message.into() }
    }

    fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ResponseError::InvalidRequest, message)
    }

    /// Why the offsets of a share group were not changed.
    fn of_share_group(group: &str, error: CommitError) -> Self {
        let (error, why) = match error {
            CommitError::Refused(error @ ResponseError::NonEmptyGroup) => {
                (error, format!("The group {group} has members; stop them first."))
            }
            CommitError::Refused(error) => (error, format!("Group {group} is not a share group.")),
            CommitError::Meta(error) => (ResponseError::KafkaStorageError, error.to_string()),
        };
        Self::new(error, why)
    }

    fn unknown_topic(name: &str) -> Self {
        let message = format!("there is no topic {name:?}; create it, or check the spelling");
        Self::new(ResponseError::UnknownTopicOrPartition, message)
    }

    /// Kafka's own topics are written by Kafka alone.
    fn internal_topic(name: &str) -> Self {
        let message = format!(
            "{name} is a topic of the broker's own, to which no client writes; commit offsets and end transactions through \
             their requests, and write to a topic of another name"
        );
        Self::new(ResponseError::InvalidTopicException, message)
    }

    fn unknown_partition(topic: &Topic, partition: i32) -> Self {
        let message = format!(
            "the topic {} has {} partitions, there is no partition {partition}",
            topic.name,
            topic.partition_count()
        );
        Self::new(ResponseError::UnknownTopicOrPartition, message)
    }

    fn code(&self) -> i16 {
        self.error.code()
    }

    fn text(&self) -> Option<StrBytes> {
        Some(StrBytes::from_string(self.message.clone()))
    }
}

impl From<SlotError> for Fault {
    fn from(error: SlotError) -> Self {
        match error {
            SlotError::Log(error) => error.into(),
            // The client asks for the metadata again and learns which of both it is.
            SlotError::Gone => Self::new(ResponseError::NotLeaderOrFollower, error.to_string()),
            SlotError::Damaged(_) | SlotError::Meta(_) => {
                Self::new(ResponseError::KafkaStorageError, error.to_string())
            }
        }
    }
}

impl From<LogError> for Fault {
    fn from(error: LogError) -> Self {
        let kafka = match &error {
            LogError::OutOfRange { .. } => ResponseError::OffsetOutOfRange,
            LogError::Batch(_) => ResponseError::CorruptMessage,
            // The client tries again, which is right: the disk only has to catch up.
            LogError::Busy { .. } => ResponseError::RequestTimedOut,
            LogError::Closed { .. } => ResponseError::NotLeaderOrFollower,
            LogError::Producer(error) => producer_error(error),
            _ => ResponseError::KafkaStorageError,
        };
        Self::new(kafka, error.to_string())
    }
}

fn producer_error(error: &ProducerError) -> ResponseError {
    match error {
        ProducerError::OutOfOrder { .. } => ResponseError::OutOfOrderSequenceNumber,
        ProducerError::StaleEpoch { .. } => ResponseError::InvalidProducerEpoch,
        ProducerError::OutsideTransaction { .. } => ResponseError::InvalidTxnState,
        ProducerError::StaleCoordinator { .. } => ResponseError::TransactionCoordinatorFenced,
        ProducerError::SeveralBatches { .. } => ResponseError::InvalidRecord,
    }
}

impl From<ChangeError> for Fault {
    fn from(error: ChangeError) -> Self {
        let kafka = match &error {
            ChangeError::Name { .. } | ChangeError::Collision { .. } => ResponseError::InvalidTopicException,
            ChangeError::Reserved { .. } => ResponseError::InvalidRequest,
            ChangeError::Exists { .. } => ResponseError::TopicAlreadyExists,
            ChangeError::Partitions { .. } | ChangeError::NotMore { .. } => ResponseError::InvalidPartitions,
            ChangeError::Deleted { .. } => ResponseError::UnknownTopicOrPartition,
            // Not the settings are wrong, but how they are asked for.
            ChangeError::Config(
                ConfigError::NoValue { .. }
                | ConfigError::Operation { .. }
                | ConfigError::Twice { .. }
                | ConfigError::NotDynamic { .. },
            ) => ResponseError::InvalidRequest,
            ChangeError::Config(_) => ResponseError::InvalidConfig,
            ChangeError::Meta(_) | ChangeError::Io { .. } => ResponseError::KafkaStorageError,
        };
        Self::new(kafka, error.to_string())
    }
}

/// The topic of a request that names it, or, in newer versions, gives its id.
fn find_topic(broker: &Inner, name: &str, id: Uuid, by_id: bool) -> Result<Arc<Topic>, Fault> {
    if by_id {
        let message = || format!("there is no topic with the id {id}; it was deleted, ask for the metadata again");
        broker.topics.by_id(id).ok_or_else(|| Fault::new(ResponseError::UnknownTopicId, message()))
    } else {
        broker.topics.by_name(name).ok_or_else(|| Fault::unknown_topic(name))
    }
}

/// Fences a client whose idea of the leader is older, or newer, than ours. -1 does not ask.
fn check_leader_epoch(epoch: i32) -> Result<(), Fault> {
    match epoch {
        ..0 | LEADER_EPOCH => Ok(()),
        _ if epoch < LEADER_EPOCH => {
            Err(Fault::new(ResponseError::FencedLeaderEpoch, "the leader epoch is old; ask for the metadata again"))
        }
        _ => Err(Fault::new(ResponseError::UnknownLeaderEpoch, "the leader epoch is newer than the leader's own")),
    }
}

/// PRODUCER_FENCED as clients knew it before a version of theirs had a word for it.
fn fenced(error: ResponseError, version: i16, known_from: i16) -> ResponseError {
    match error {
        ResponseError::ProducerFenced if version < known_from => ResponseError::InvalidProducerEpoch,
        other => other,
    }
}

fn text(words: &str) -> StrBytes {
    StrBytes::from_string(words.to_owned())
}

fn code(result: Result<(), ResponseError>) -> i16 {
    result.err().map_or(0, |error| error.code())
}

fn node() -> BrokerId {
    BrokerId(NODE_ID)
}
