//! The requests of administrators for which one node has short answers.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        AlterClientQuotasRequest, AlterPartitionReassignmentsRequest, AlterReplicaLogDirsRequest,
        AlterUserScramCredentialsRequest, CreateAclsRequest, CreatePartitionsRequest, CreateTopicsRequest,
        DeleteAclsRequest, DeleteTopicsRequest, DescribeAclsRequest, DescribeClientQuotasRequest,
        DescribeQuorumRequest, DescribeUserScramCredentialsRequest, ElectLeadersRequest,
        GetTelemetrySubscriptionsRequest, ListPartitionReassignmentsRequest, PushTelemetryRequest,
        UpdateFeaturesRequest, alter_client_quotas_request as quota, alter_partition_reassignments_request as reassign,
        alter_replica_log_dirs_request::{AlterReplicaLogDir, AlterReplicaLogDirTopic},
        alter_user_scram_credentials_request::{ScramCredentialDeletion, ScramCredentialUpsertion},
        create_acls_request::AclCreation,
        create_partitions_request::CreatePartitionsTopic,
        create_topics_request::{CreatableReplicaAssignment, CreatableTopic},
        delete_acls_request::DeleteAclsFilter,
        delete_topics_request::DeleteTopicState,
        describe_client_quotas_request::ComponentData,
        describe_quorum_request::{PartitionData, TopicData},
        describe_user_scram_credentials_request::UserName,
        elect_leaders_request::TopicPartitions,
        update_features_request::FeatureUpdateKey,
    },
};
use uuid::Uuid;

use super::stage::{Stage, ask, name, text};

#[tokio::test]
async fn leaders_need_no_election() {
    let stage = Stage::new().await;
    stage.create("t", 2, &[]).await;
    let of = |topic: &str, partitions: &[i32]| {
        TopicPartitions::default().with_topic(name(topic)).with_partitions(partitions.to_vec())
    };
    let request = ElectLeadersRequest::default().with_topic_partitions(Some(vec![of("t", &[0, 7]), of("no", &[0])]));
    let told = ask!(stage, ElectLeaders, 2, request.clone());
    let codes: Vec<_> =
        told.replica_election_results.iter().flat_map(|t| &t.partition_result).map(|p| p.error_code).collect();
    let unknown = E::UnknownTopicOrPartition.code();
    assert_eq!((told.error_code, codes), (0, vec![E::ElectionNotNeeded.code(), unknown, unknown]));
    let all = ask!(stage, ElectLeaders, 2, ElectLeadersRequest::default().with_topic_partitions(None));
    let named: Vec<_> =
        all.replica_election_results.iter().map(|t| (t.topic.as_str(), t.partition_result.len())).collect();
    assert_eq!(named, [("t", 0)], "no leader changes");
    assert_eq!(ask!(stage, ElectLeaders, 1, request.with_election_type(5)).error_code, E::InvalidRequest.code());
}

#[tokio::test]
async fn partitions_stay_where_they_are() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let assign = async |topic: &str, partition: i32, replicas: Option<&[i32]>| {
        let partition = reassign::ReassignablePartition::default()
            .with_partition_index(partition)
            .with_replicas(replicas.map(|ids| ids.iter().map(|id| (*id).into()).collect()));
        let topic = reassign::ReassignableTopic::default().with_name(name(topic)).with_partitions(vec![partition]);
        let request = AlterPartitionReassignmentsRequest::default().with_topics(vec![topic]);
        ask!(stage, AlterPartitionReassignments, 1, request).responses[0].partitions[0].error_code
    };
    assert_eq!(assign("t", 0, Some(&[1])).await, 0);
    for wrong in [&[2][..], &[1, 2], &[1, 1], &[]] {
        assert_eq!(assign("t", 0, Some(wrong)).await, E::InvalidReplicaAssignment.code(), "{wrong:?}");
    }
    assert_eq!(assign("t", 0, None).await, E::NoReassignmentInProgress.code());
    assert_eq!(assign("t", 3, Some(&[1])).await, E::UnknownTopicOrPartition.code());
    assert_eq!(assign("no", 0, Some(&[1])).await, E::UnknownTopicOrPartition.code());
    let list = ListPartitionReassignmentsRequest::default().with_topics(None);
    assert!(ask!(stage, ListPartitionReassignments, 0, list).topics.is_empty());
    let folder = stage.path().display().to_string();
    let there = async |path: &str, partition: i32| {
        let topic = AlterReplicaLogDirTopic::default().with_name(name("t")).with_partitions(vec![partition]);
        let folder = AlterReplicaLogDir::default().with_path(text(path)).with_topics(vec![topic]);
        let request = AlterReplicaLogDirsRequest::default().with_dirs(vec![folder]);
        ask!(stage, AlterReplicaLogDirs, 2, request).results[0].partitions[0].error_code
    };
    assert_eq!(there(&folder, 0).await, 0);
    assert_eq!(there(&folder, 5).await, E::UnknownTopicOrPartition.code());
    assert_eq!(there("/elsewhere", 0).await, E::LogDirNotFound.code());
}

#[tokio::test]
async fn features_stay_at_their_levels() {
    let stage = Stage::new().await;
    let update = async |version: i16, feature: &str, level: i16, kind: i8| {
        let mut key = FeatureUpdateKey::default().with_feature(text(feature)).with_max_version_level(level);
        if version > 0 {
            key.upgrade_type = kind;
        }
        let told =
            ask!(stage, UpdateFeatures, version, UpdateFeaturesRequest::default().with_feature_updates(vec![key]));
        told.results.first().map_or(told.error_code, |result| result.error_code)
    };
    for version in 0..=2 {
        assert_eq!(update(version, "group.version", 1, 1).await, 0);
        assert_eq!(update(version, "group.version", 0, 2).await, E::InvalidUpdateVersion.code());
        assert_eq!(update(version, "no.such", 1, 1).await, E::InvalidUpdateVersion.code());
    }
    assert_eq!(update(1, "group.version", 1, 9).await, E::InvalidRequest.code());
}

#[tokio::test]
async fn there_are_no_quotas_and_none_can_be_set() {
    let stage = Stage::new().await;
    let describe = async |kinds: &[(&str, i8)]| {
        let parts = kinds.iter().map(|(kind, way)| {
            ComponentData::default().with_entity_type(text(kind)).with_match_type(*way).with_match(None)
        });
        let request = DescribeClientQuotasRequest::default().with_components(parts.collect());
        let told = ask!(stage, DescribeClientQuotas, 1, request);
        (told.error_code, told.entries.map(|entries| entries.len()))
    };
    assert_eq!(describe(&[]).await, (0, Some(0)));
    assert_eq!(describe(&[("user", 2), ("client-id", 1)]).await, (0, Some(0)));
    assert_eq!(describe(&[("planet", 2)]).await.0, E::UnsupportedVersion.code());
    assert_eq!(describe(&[("user", 2), ("user", 1)]).await.0, E::InvalidRequest.code());
    assert_eq!(describe(&[("user", 7)]).await.0, E::InvalidRequest.code());
    let alter = async |kind: &str, remove: bool| {
        let op = quota::OpData::default().with_key(text("producer_byte_rate")).with_value(1.0).with_remove(remove);
        let part = quota::EntityData::default().with_entity_type(text(kind)).with_entity_name(Some(text("me")));
        let entry = quota::EntryData::default().with_entity(vec![part]).with_ops(vec![op]);
        let told = ask!(stage, AlterClientQuotas, 1, AlterClientQuotasRequest::default().with_entries(vec![entry]));
        told.entries[0].error_code
    };
    assert_eq!(alter("user", true).await, 0);
    assert_eq!(alter("user", false).await, E::InvalidRequest.code());
    assert_eq!(alter("planet", true).await, E::UnsupportedVersion.code());
}

#[tokio::test]
async fn nobody_wants_the_metrics_of_clients() {
    let stage = Stage::new().await;
    let told = ask!(stage, GetTelemetrySubscriptions, 0, GetTelemetrySubscriptionsRequest::default());
    assert!(told.error_code == 0 && told.requested_metrics.is_empty() && !told.client_instance_id.is_nil());
    let push = async |id: Uuid, subscription: i32, compression: i8| {
        let request = PushTelemetryRequest::default()
            .with_client_instance_id(id)
            .with_subscription_id(subscription)
            .with_compression_type(compression);
        ask!(stage, PushTelemetry, 0, request).error_code
    };
    let (id, subscription) = (told.client_instance_id, told.subscription_id);
    assert_eq!(push(id, subscription, 0).await, 0);
    assert_eq!(push(id, subscription + 1, 0).await, E::UnknownSubscriptionId.code());
    assert_eq!(push(id, subscription, 9).await, E::UnsupportedCompressionType.code());
    assert_eq!(push(Uuid::nil(), subscription, 0).await, E::InvalidRequest.code());
}

#[tokio::test]
async fn access_control_lists_are_off_and_unknown_users_are_told() {
    let stage = Stage::new().await;
    let disabled = E::SecurityDisabled.code();
    assert_eq!(ask!(stage, DescribeAcls, 3, DescribeAclsRequest::default()).error_code, disabled);
    let two = CreateAclsRequest::default().with_creations(vec![AclCreation::default(); 2]);
    let told: Vec<_> = ask!(stage, CreateAcls, 3, two).results.iter().map(|result| result.error_code).collect();
    assert_eq!(told, [disabled, disabled]);
    let one = DeleteAclsRequest::default().with_filters(vec![DeleteAclsFilter::default()]);
    assert_eq!(ask!(stage, DeleteAcls, 3, one).filter_results[0].error_code, disabled);
    let users = ["a", "b", "a"].map(|user| UserName::default().with_name(text(user)));
    let request = DescribeUserScramCredentialsRequest::default().with_users(Some(users.to_vec()));
    let told = ask!(stage, DescribeUserScramCredentials, 0, request);
    let codes: Vec<_> = told.results.iter().map(|result| (&*result.user, result.error_code)).collect();
    assert_eq!(codes, [("a", E::DuplicateResource.code()), ("b", E::ResourceNotFound.code())]);
    let all = DescribeUserScramCredentialsRequest::default().with_users(None);
    assert!(ask!(stage, DescribeUserScramCredentials, 0, all).results.is_empty());
    let request = AlterUserScramCredentialsRequest::default()
        .with_deletions(vec![ScramCredentialDeletion::default().with_name(text("a")).with_mechanism(1)])
        .with_upsertions(vec![ScramCredentialUpsertion::default().with_name(text("b")).with_mechanism(1)]);
    let told = ask!(stage, AlterUserScramCredentials, 0, request);
    let codes: Vec<_> = told.results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [E::ResourceNotFound.code(), E::UnacceptableCredential.code()]);
}

#[tokio::test]
async fn topics_are_made_with_what_is_assigned_to_the_one_node() {
    let stage = Stage::new().await;
    let create = async |partitions: i32, replication: i16, assigned: &[(i32, &[i32])]| {
        let assignments = assigned.iter().map(|(partition, nodes)| {
            CreatableReplicaAssignment::default()
                .with_partition_index(*partition)
                .with_broker_ids(nodes.iter().map(|id| (*id).into()).collect())
        });
        let topic = CreatableTopic::default()
            .with_name(name("t"))
            .with_num_partitions(partitions)
            .with_replication_factor(replication)
            .with_assignments(assignments.collect());
        let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_validate_only(true);
        let told = ask!(stage, CreateTopics, 7, request).topics.remove(0);
        (told.error_code, told.num_partitions, told.configs.map_or(0, |configs| configs.len()) > 30)
    };
    assert_eq!(create(-1, -1, &[(0, &[1]), (1, &[1])]).await, (0, 2, true));
    assert_eq!(create(-1, -1, &[]).await, (0, 4, true));
    for wrong in [&[(0, &[2][..])][..], &[(1, &[1])], &[(0, &[1]), (0, &[1])], &[(0, &[])]] {
        assert_eq!(create(-1, -1, wrong).await.0, E::InvalidReplicaAssignment.code(), "{wrong:?}");
    }
    assert_eq!(create(1, -1, &[(0, &[1])]).await.0, E::InvalidRequest.code());
    for replication in [0, -2, 3] {
        assert_eq!(create(1, replication, &[]).await.0, E::InvalidReplicationFactor.code());
    }
}

#[tokio::test]
async fn a_topic_that_is_named_twice_is_answered_once_and_left_alone() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let refused = E::InvalidRequest.code();
    let names = vec![name("t"), name("t")];
    let told = ask!(stage, DeleteTopics, 5, DeleteTopicsRequest::default().with_topic_names(names)).responses;
    assert_eq!((told.len(), told[0].error_code), (1, refused));
    let grown = CreatePartitionsTopic::default().with_name(name("t")).with_count(2).with_assignments(None);
    let request = CreatePartitionsRequest::default().with_topics(vec![grown.clone(), grown]);
    let told = ask!(stage, CreatePartitions, 3, request).results;
    assert_eq!((told.len(), told[0].error_code), (1, refused));
    let both = DeleteTopicState::default().with_name(Some(name("t"))).with_topic_id(Uuid::from_u128(1));
    let neither = DeleteTopicState::default().with_name(None);
    for odd in [both, neither] {
        let told = ask!(stage, DeleteTopics, 6, DeleteTopicsRequest::default().with_topics(vec![odd])).responses;
        assert_eq!(told[0].error_code, refused);
    }
    assert_eq!(stage.offset("t", 0, -1).await.error_code, 0, "it is still there");
}

#[tokio::test]
async fn the_one_node_is_the_quorum() {
    let stage = Stage::new().await;
    let asked = |topic: &str, partition| {
        let partition = PartitionData::default().with_partition_index(partition);
        TopicData::default().with_topic_name(name(topic)).with_partitions(vec![partition])
    };
    for version in 0..=2 {
        let request = DescribeQuorumRequest::default().with_topics(vec![asked("__cluster_metadata", 0)]);
        let told = ask!(stage, DescribeQuorum, version, request);
        let log = &told.topics[0].partitions[0];
        assert_eq!((told.error_code, log.error_code, log.leader_id.0, log.observers.len()), (0, 0, 1, 0));
        let voter = &log.current_voters[0];
        assert_eq!((voter.replica_id.0, voter.log_end_offset, log.current_voters.len()), (1, log.high_watermark, 1));
        assert_eq!(told.nodes.len(), usize::from(version == 2));
        for (topic, partition) in [("__cluster_metadata", 1), ("orders", 0)] {
            let request = DescribeQuorumRequest::default().with_topics(vec![asked(topic, partition)]);
            let told = ask!(stage, DescribeQuorum, version, request);
            assert_eq!(told.topics[0].partitions[0].error_code, E::UnknownTopicOrPartition.code());
        }
    }
}
