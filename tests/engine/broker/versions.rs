//! Versions: what is served, and what happens to the rest.

use kafka_protocol::{
    ResponseError as E,
    messages::{ApiVersionsRequest, MetadataRequest, ProduceRequest, RequestKind, ResponseKind, VoteRequest},
    protocol::{Decodable as _, Encodable as _},
};
use millpond::codec::apis::SERVED;

use super::stage::{Stage, ask, context, text};

/// Rows that are told: the two APIs of telemetry are served and not told, so that no client asks (KIP-714).
const TOLD: usize = SERVED.len() - 2;

fn asked_by(name: &str, version: &str) -> ApiVersionsRequest {
    ApiVersionsRequest::default().with_client_software_name(text(name)).with_client_software_version(text(version))
}

#[tokio::test]
async fn api_versions_tells_the_table() {
    let stage = Stage::new().await;
    for version in 0..=4 {
        let answer = ask!(stage, ApiVersions, version, asked_by("test", "1.0-rc1"));
        assert_eq!((answer.error_code, answer.api_keys.len()), (0, TOLD));
        assert!(!answer.api_keys.iter().any(|row| row.api_key == 71 || row.api_key == 72));
        let produce = &answer.api_keys[0];
        assert_eq!((produce.api_key, produce.min_version, produce.max_version), (0, 0, 13), "librdkafka wants 0");
        let told = |name: &str| answer.finalized_features.iter().find(|feature| *feature.name == *name);
        assert_eq!(told("group.version").map(|feature| feature.max_version_level), (version >= 3).then_some(1));
        let level_zero = answer.supported_features.iter().any(|feature| feature.min_version == 0);
        assert_eq!(level_zero, version >= 4, "clients of version 3 fail on it");
    }
}

#[tokio::test]
async fn a_client_without_a_proper_name_is_refused_from_version_3_on() {
    let stage = Stage::new().await;
    for (name, version) in [("", "1"), ("a", ""), ("a b", "1"), ("-a", "1"), ("a", "1."), ("\u{e9}", "1")] {
        let answer = ask!(stage, ApiVersions, 3, asked_by(name, version));
        assert_eq!((answer.error_code, answer.api_keys.len()), (E::InvalidRequest.code(), 0), "{name:?} {version:?}");
        assert_eq!(ask!(stage, ApiVersions, 2, ApiVersionsRequest::default()).error_code, 0);
    }
}

#[tokio::test]
async fn what_is_not_served_is_refused_and_api_versions_says_which_to_ask() {
    let stage = Stage::new().await;
    let requests = [
        (99, RequestKind::ApiVersions(ApiVersionsRequest::default()), 1),
        (99, RequestKind::Metadata(MetadataRequest::default()), TOLD),
        (-1, RequestKind::Metadata(MetadataRequest::default()), TOLD),
        (2, RequestKind::Produce(ProduceRequest::default()), TOLD),
        (0, RequestKind::Vote(VoteRequest::default()), TOLD),
    ];
    for (version, request, rows) in requests {
        let answer = stage.broker.call(&context(), version, request).await;
        let ResponseKind::ApiVersions(answer) = answer else { panic!("another answer: {answer:?}") };
        assert_eq!((answer.error_code, answer.api_keys.len()), (E::UnsupportedVersion.code(), rows));
        if rows == 1 {
            let row = &answer.api_keys[0];
            assert_eq!((row.api_key, row.min_version, row.max_version), (18, 0, 4));
        }
    }
}

/// An empty request of each API in each version: answered in that version, and never a panic.
#[tokio::test]
async fn an_empty_request_of_every_api_and_version_is_answered() {
    let stage = Stage::new().await;
    macro_rules! every_version {
        ($($api:ident: $request:ident),* $(,)?) => {$(
            let row = SERVED.iter().find(|api| api.key == kafka_protocol::messages::ApiKey::$api).unwrap();
            for version in row.min..=row.max {
                // Through bytes where there are some to it, so that defaults are those of the version.
                let mut bytes = bytes::BytesMut::new();
                let request = kafka_protocol::messages::$request::default();
                let request = match request.encode(&mut bytes, version) {
                    Ok(()) => kafka_protocol::messages::$request::decode(&mut bytes.freeze(), version).unwrap(),
                    Err(_) => request,
                };
                ask!(stage, $api, version, request);
            }
        )*};
    }
    every_version! {
        Produce: ProduceRequest, Fetch: FetchRequest, ListOffsets: ListOffsetsRequest, Metadata: MetadataRequest,
        OffsetCommit: OffsetCommitRequest, OffsetFetch: OffsetFetchRequest,
        FindCoordinator: FindCoordinatorRequest, JoinGroup: JoinGroupRequest, Heartbeat: HeartbeatRequest,
        LeaveGroup: LeaveGroupRequest, SyncGroup: SyncGroupRequest, DescribeGroups: DescribeGroupsRequest,
        ListGroups: ListGroupsRequest, ApiVersions: ApiVersionsRequest, CreateTopics: CreateTopicsRequest,
        DeleteTopics: DeleteTopicsRequest, DeleteRecords: DeleteRecordsRequest,
        DescribeConfigs: DescribeConfigsRequest, CreatePartitions: CreatePartitionsRequest,
        DeleteGroups: DeleteGroupsRequest, IncrementalAlterConfigs: IncrementalAlterConfigsRequest,
        OffsetDelete: OffsetDeleteRequest, DescribeCluster: DescribeClusterRequest,
        DescribeQuorum: DescribeQuorumRequest,
        OffsetForLeaderEpoch: OffsetForLeaderEpochRequest, DescribeLogDirs: DescribeLogDirsRequest,
        DescribeTopicPartitions: DescribeTopicPartitionsRequest, InitProducerId: InitProducerIdRequest,
        AddPartitionsToTxn: AddPartitionsToTxnRequest, AddOffsetsToTxn: AddOffsetsToTxnRequest,
        EndTxn: EndTxnRequest, WriteTxnMarkers: WriteTxnMarkersRequest, TxnOffsetCommit: TxnOffsetCommitRequest,
        DescribeProducers: DescribeProducersRequest, DescribeTransactions: DescribeTransactionsRequest,
        ListTransactions: ListTransactionsRequest, ConsumerGroupHeartbeat: ConsumerGroupHeartbeatRequest,
        ConsumerGroupDescribe: ConsumerGroupDescribeRequest,
        DescribeTopicPartitions: DescribeTopicPartitionsRequest, DescribeAcls: DescribeAclsRequest,
        CreateAcls: CreateAclsRequest, DeleteAcls: DeleteAclsRequest, AlterConfigs: AlterConfigsRequest,
        AlterReplicaLogDirs: AlterReplicaLogDirsRequest, ElectLeaders: ElectLeadersRequest,
        AlterPartitionReassignments: AlterPartitionReassignmentsRequest,
        ListPartitionReassignments: ListPartitionReassignmentsRequest,
        DescribeClientQuotas: DescribeClientQuotasRequest, AlterClientQuotas: AlterClientQuotasRequest,
        DescribeUserScramCredentials: DescribeUserScramCredentialsRequest,
        AlterUserScramCredentials: AlterUserScramCredentialsRequest, UpdateFeatures: UpdateFeaturesRequest,
        GetTelemetrySubscriptions: GetTelemetrySubscriptionsRequest, PushTelemetry: PushTelemetryRequest,
        ListConfigResources: ListConfigResourcesRequest, SaslHandshake: SaslHandshakeRequest,
        SaslAuthenticate: SaslAuthenticateRequest,
    }
}
