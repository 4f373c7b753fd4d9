//! The answers to requests that somebody may not make: Kafka's codes, where Kafka puts them.

use kafka_protocol::{
    ResponseError,
    messages::{
        AddOffsetsToTxnResponse, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, AlterClientQuotasRequest,
        AlterClientQuotasResponse, AlterConfigsResponse, AlterPartitionReassignmentsRequest,
        AlterPartitionReassignmentsResponse, AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse,
        AlterShareGroupOffsetsResponse, AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse,
        ApiVersionsResponse, CreateAclsResponse, CreatePartitionsResponse, CreateTopicsRequest, CreateTopicsResponse,
        DeleteAclsResponse, DeleteGroupsResponse, DeleteRecordsRequest, DeleteRecordsResponse,
        DeleteShareGroupOffsetsResponse, DeleteTopicsRequest, DeleteTopicsResponse, DescribeAclsResponse,
        DescribeUserScramCredentialsResponse, ElectLeadersRequest, ElectLeadersResponse, EndTxnResponse,
        IncrementalAlterConfigsResponse, InitProducerIdResponse, OffsetDeleteResponse, ProduceRequest, ProduceResponse,
        ProducerId, RequestKind, ResponseKind, TxnOffsetCommitRequest, TxnOffsetCommitResponse, UpdateFeaturesResponse,
        WriteTxnMarkersRequest, WriteTxnMarkersResponse,
        add_partitions_to_txn_response::{AddPartitionsToTxnPartitionResult, AddPartitionsToTxnTopicResult},
        alter_client_quotas_response::{EntityData, EntryData},
        alter_configs_response::AlterConfigsResourceResponse as Altered,
        alter_partition_reassignments_response::{ReassignablePartitionResponse, ReassignableTopicResponse},
        alter_replica_log_dirs_response::{AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult},
        alter_user_scram_credentials_response::AlterUserScramCredentialsResult,
        create_acls_response::AclCreationResult,
        create_partitions_response::CreatePartitionsTopicResult,
        create_topics_response::CreatableTopicResult,
        delete_acls_response::DeleteAclsFilterResult,
        delete_groups_response::DeletableGroupResult,
        delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult},
        delete_topics_response::DeletableTopicResult,
        elect_leaders_response::{PartitionResult, ReplicaElectionResult},
        incremental_alter_configs_response::AlterConfigsResourceResponse as IncrementallyAltered,
        produce_response::{PartitionProduceResponse, TopicProduceResponse},
        txn_offset_commit_response::{TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic},
        write_txn_markers_response::{
            WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
        },
    },
    protocol::StrBytes,
};

/// Resource types of AlterConfigs.
const TOPIC: i8 = 2;
const GROUP: i8 = 32;

const NO_TOPIC: i16 = ResponseError::TopicAuthorizationFailed.code();
const NO_GROUP: i16 = ResponseError::GroupAuthorizationFailed.code();
const NO_CLUSTER: i16 = ResponseError::ClusterAuthorizationFailed.code();
const NO_TRANSACTION: i16 = ResponseError::TransactionalIdAuthorizationFailed.code();

/// The words that Kafka puts beside a code.
fn words(code: i16) -> Option<StrBytes> {
    Some(StrBytes::from_static_str(match code {
        NO_TOPIC => "Topic authorization failed.",
        NO_GROUP => "Group authorization failed.",
        NO_TRANSACTION => "Transactional Id authorization failed.",
        _ => "Cluster authorization failed.",
    }))
}

/// The answer to a request that the caller may not make. What nobody can be refused is answered as what is not served.
pub fn answer(version: i16, request: &RequestKind) -> ResponseKind {
    match request {
        RequestKind::Produce(request) => produce(version, request).into(),
        RequestKind::InitProducerId(request) => {
            let code = if request.transactional_id.is_some() { NO_TRANSACTION } else { NO_CLUSTER };
            let none = InitProducerIdResponse::default().with_producer_id(ProducerId(-1)).with_producer_epoch(-1);
            none.with_error_code(code).into()
        }
        RequestKind::AddPartitionsToTxn(request) => add_partitions(version, request).into(),
        RequestKind::AddOffsetsToTxn(_) => AddOffsetsToTxnResponse::default().with_error_code(NO_TRANSACTION).into(),
        RequestKind::TxnOffsetCommit(request) => txn_offset_commit(request).into(),
        RequestKind::EndTxn(_) => {
            let none = EndTxnResponse::default().with_producer_id(ProducerId(-1)).with_producer_epoch(-1);
            none.with_error_code(NO_TRANSACTION).into()
        }
        RequestKind::WriteTxnMarkers(request) => write_markers(request).into(),
        RequestKind::CreateTopics(request) => create_topics(request).into(),
        RequestKind::DeleteTopics(request) => delete_topics(version, request).into(),
        RequestKind::DeleteRecords(request) => delete_records(request).into(),
        RequestKind::CreatePartitions(request) => {
            let results = request.topics.iter().map(|topic| {
                CreatePartitionsTopicResult::default()
                    .with_name(topic.name.clone())
                    .with_error_code(NO_TOPIC)
                    .with_error_message(words(NO_TOPIC))
            });
            CreatePartitionsResponse::default().with_results(results.collect()).into()
        }
        RequestKind::DeleteGroups(request) => {
            let none = |group: &_| DeletableGroupResult::default().with_group_id(Clone::clone(group));
            let results = request.groups_names.iter().map(|group| none(group).with_error_code(NO_GROUP));
            DeleteGroupsResponse::default().with_results(results.collect()).into()
        }
        RequestKind::OffsetDelete(_) => OffsetDeleteResponse::default().with_error_code(NO_GROUP).into(),
        RequestKind::AlterShareGroupOffsets(_) => {
            let none = AlterShareGroupOffsetsResponse::default().with_error_code(NO_GROUP);
            none.with_error_message(words(NO_GROUP)).into()
        }
        RequestKind::DeleteShareGroupOffsets(_) => {
            let none = DeleteShareGroupOffsetsResponse::default().with_error_code(NO_GROUP);
            none.with_error_message(words(NO_GROUP)).into()
        }
        other => of_cluster(version, other),
    }
}

/// What changes the cluster, its settings or its users.
fn of_cluster(version: i16, request: &RequestKind) -> ResponseKind {
    let said = words(NO_CLUSTER);
    match request {
        RequestKind::AlterConfigs(request) => {
            let results = request.resources.iter().map(|one| {
                let code = of_resource(one.resource_type);
                let result = Altered::default().with_resource_type(one.resource_type).with_error_code(code);
                result.with_resource_name(one.resource_name.clone()).with_error_message(words(code))
            });
            AlterConfigsResponse::default().with_responses(results.collect()).into()
        }
        RequestKind::IncrementalAlterConfigs(request) => {
            let results = request.resources.iter().map(|one| {
                let code = of_resource(one.resource_type);
                let result = IncrementallyAltered::default().with_resource_type(one.resource_type);
                let result = result.with_error_code(code).with_error_message(words(code));
                result.with_resource_name(one.resource_name.clone())
            });
            IncrementalAlterConfigsResponse::default().with_responses(results.collect()).into()
        }
        RequestKind::AlterReplicaLogDirs(request) => alter_replica_log_dirs(request).into(),
        RequestKind::ElectLeaders(request) => elect_leaders(version, request).into(),
        RequestKind::AlterPartitionReassignments(request) => reassign(request).into(),
        RequestKind::AlterClientQuotas(request) => alter_quotas(request).into(),
        RequestKind::UpdateFeatures(_) => {
            UpdateFeaturesResponse::default().with_error_code(NO_CLUSTER).with_error_message(said).into()
        }
        RequestKind::DescribeAcls(_) => {
            DescribeAclsResponse::default().with_error_code(NO_CLUSTER).with_error_message(said).into()
        }
        RequestKind::CreateAcls(request) => {
            let result = AclCreationResult::default().with_error_code(NO_CLUSTER).with_error_message(said);
            CreateAclsResponse::default().with_results(vec![result; request.creations.len()]).into()
        }
        RequestKind::DeleteAcls(request) => {
            let result = DeleteAclsFilterResult::default().with_error_code(NO_CLUSTER).with_error_message(said);
            DeleteAclsResponse::default().with_filter_results(vec![result; request.filters.len()]).into()
        }
        RequestKind::DescribeUserScramCredentials(_) => {
            DescribeUserScramCredentialsResponse::default().with_error_code(NO_CLUSTER).with_error_message(said).into()
        }
        RequestKind::AlterUserScramCredentials(request) => alter_users(request).into(),
        _ => ApiVersionsResponse::default().with_error_code(ResponseError::UnsupportedVersion.code()).into(),
    }
}

fn of_resource(resource_type: i8) -> i16 {
    match resource_type {
        TOPIC => NO_TOPIC,
        GROUP => NO_GROUP,
        _ => NO_CLUSTER,
    }
}

fn produce(version: i16, request: &ProduceRequest) -> ProduceResponse {
    let code = if request.transactional_id.is_some() { NO_TRANSACTION } else { NO_TOPIC };
    let topics = request.topic_data.iter().map(|topic| {
        let partitions = topic.partition_data.iter().map(|partition| {
            let failed = PartitionProduceResponse::default()
                .with_index(partition.index)
                .with_error_code(code)
                .with_base_offset(-1)
                .with_log_append_time_ms(-1);
            if version >= 8 { failed.with_error_message(words(code)) } else { failed }
        });
        TopicProduceResponse::default()
            .with_name(topic.name.clone())
            .with_topic_id(topic.topic_id)
            .with_partition_responses(partitions.collect())
    });
    ProduceResponse::default().with_responses(topics.collect())
}

/// Kafka lets only brokers send the versions with several transactions.
fn add_partitions(version: i16, request: &AddPartitionsToTxnRequest) -> AddPartitionsToTxnResponse {
    if version >= super::ADD_PARTITIONS_OF_BROKERS_FROM {
        return AddPartitionsToTxnResponse::default().with_error_code(NO_CLUSTER);
    }
    let topics = request.v3_and_below_topics.iter().map(|topic| {
        let results = topic.partitions.iter().map(|partition| {
            AddPartitionsToTxnPartitionResult::default()
                .with_partition_index(*partition)
                .with_partition_error_code(NO_TRANSACTION)
        });
        let results = results.collect();
        AddPartitionsToTxnTopicResult::default().with_name(topic.name.clone()).with_results_by_partition(results)
    });
    AddPartitionsToTxnResponse::default().with_results_by_topic_v3_and_below(topics.collect())
}

fn txn_offset_commit(request: &TxnOffsetCommitRequest) -> TxnOffsetCommitResponse {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            TxnOffsetCommitResponsePartition::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(NO_TRANSACTION)
        });
        let partitions = partitions.collect();
        TxnOffsetCommitResponseTopic::default().with_name(topic.name.clone()).with_partitions(partitions)
    });
    TxnOffsetCommitResponse::default().with_topics(topics.collect())
}

fn write_markers(request: &WriteTxnMarkersRequest) -> WriteTxnMarkersResponse {
    let markers = request.markers.iter().map(|marker| {
        let topics = marker.topics.iter().map(|topic| {
            let partitions = topic.partition_indexes.iter().map(|partition| {
                WritableTxnMarkerPartitionResult::default().with_partition_index(*partition).with_error_code(NO_CLUSTER)
            });
            let partitions = partitions.collect();
            WritableTxnMarkerTopicResult::default().with_name(topic.name.clone()).with_partitions(partitions)
        });
        WritableTxnMarkerResult::default().with_producer_id(marker.producer_id).with_topics(topics.collect())
    });
    WriteTxnMarkersResponse::default().with_markers(markers.collect())
}

fn create_topics(request: &CreateTopicsRequest) -> CreateTopicsResponse {
    let topics = request.topics.iter().map(|topic| {
        CreatableTopicResult::default()
            .with_name(topic.name.clone())
            .with_error_code(NO_TOPIC)
            .with_error_message(words(NO_TOPIC))
    });
    CreateTopicsResponse::default().with_topics(topics.collect())
}

fn delete_topics(version: i16, request: &DeleteTopicsRequest) -> DeleteTopicsResponse {
    let result = || {
        let result = DeletableTopicResult::default().with_error_code(NO_TOPIC);
        result.with_error_message(words(NO_TOPIC).filter(|_| version >= 5))
    };
    let names = request.topic_names.iter().map(|name| result().with_name(Some(name.clone())));
    let both = request.topics.iter().map(|one| result().with_name(one.name.clone()).with_topic_id(one.topic_id));
    DeleteTopicsResponse::default().with_responses(names.chain(both).collect())
}

fn delete_records(request: &DeleteRecordsRequest) -> DeleteRecordsResponse {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            DeleteRecordsPartitionResult::default()
                .with_partition_index(partition.partition_index)
                .with_low_watermark(-1)
                .with_error_code(NO_TOPIC)
        });
        DeleteRecordsTopicResult::default().with_name(topic.name.clone()).with_partitions(partitions.collect())
    });
    DeleteRecordsResponse::default().with_topics(topics.collect())
}

fn alter_replica_log_dirs(request: &AlterReplicaLogDirsRequest) -> AlterReplicaLogDirsResponse {
    let topics = request.dirs.iter().flat_map(|folder| &folder.topics).map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            AlterReplicaLogDirPartitionResult::default().with_partition_index(*partition).with_error_code(NO_CLUSTER)
        });
        let partitions = partitions.collect();
        AlterReplicaLogDirTopicResult::default().with_topic_name(topic.name.clone()).with_partitions(partitions)
    });
    AlterReplicaLogDirsResponse::default().with_results(topics.collect())
}

fn elect_leaders(version: i16, request: &ElectLeadersRequest) -> ElectLeadersResponse {
    let topics = request.topic_partitions.iter().flatten().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            PartitionResult::default()
                .with_partition_id(*partition)
                .with_error_code(NO_CLUSTER)
                .with_error_message(words(NO_CLUSTER))
        });
        let partitions = partitions.collect();
        ReplicaElectionResult::default().with_topic(topic.topic.clone()).with_partition_result(partitions)
    });
    let answer = ElectLeadersResponse::default().with_replica_election_results(topics.collect());
    if version >= 1 { answer.with_error_code(NO_CLUSTER) } else { answer }
}

fn reassign(request: &AlterPartitionReassignmentsRequest) -> AlterPartitionReassignmentsResponse {
    let said = words(NO_CLUSTER);
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            ReassignablePartitionResponse::default()
                .with_partition_index(partition.partition_index)
                .with_error_code(NO_CLUSTER)
                .with_error_message(said.clone())
        });
        ReassignableTopicResponse::default().with_name(topic.name.clone()).with_partitions(partitions.collect())
    });
    AlterPartitionReassignmentsResponse::default()
        .with_error_code(NO_CLUSTER)
        .with_error_message(said.clone())
        .with_responses(topics.collect())
}

fn alter_quotas(request: &AlterClientQuotasRequest) -> AlterClientQuotasResponse {
    let entries = request.entries.iter().map(|entry| {
        let entity = entry.entity.iter().map(|part| {
            EntityData::default().with_entity_type(part.entity_type.clone()).with_entity_name(part.entity_name.clone())
        });
        EntryData::default()
            .with_entity(entity.collect())
            .with_error_code(NO_CLUSTER)
            .with_error_message(words(NO_CLUSTER))
    });
    AlterClientQuotasResponse::default().with_entries(entries.collect())
}

fn alter_users(request: &AlterUserScramCredentialsRequest) -> AlterUserScramCredentialsResponse {
    let mut names: Vec<_> = request.deletions.iter().map(|one| &one.name).collect();
    names.extend(request.upsertions.iter().map(|one| &one.name));
    names.dedup();
    let results = names.into_iter().map(|user| {
        AlterUserScramCredentialsResult::default()
            .with_user(user.clone())
            .with_error_code(NO_CLUSTER)
            .with_error_message(words(NO_CLUSTER))
    });
    AlterUserScramCredentialsResponse::default().with_results(results.collect())
}
