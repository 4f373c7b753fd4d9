//! Versions: what is served, and what happens to the rest.

use kafka_protocol::{
    ResponseError as E,
    messages::{ApiVersionsRequest, InitProducerIdRequest, MetadataRequest, RequestKind, ResponseKind},
    protocol::{Decodable as _, Encodable as _},
};
use millpond::codec::apis::SERVED;

use super::stage::{Stage, ask, context};

#[tokio::test]
async fn api_versions_tells_the_table() {
    let stage = Stage::new().await;
    for version in 0..=4 {
        let answer = ask!(stage, ApiVersions, version, ApiVersionsRequest::default());
        assert_eq!((answer.error_code, answer.api_keys.len()), (0, SERVED.len()));
    }
}

#[tokio::test]
async fn what_is_not_served_gets_the_table_and_an_error() {
    let stage = Stage::new().await;
    let requests = [
        (99, RequestKind::ApiVersions(ApiVersionsRequest::default())),
        (99, RequestKind::Metadata(MetadataRequest::default())),
        (-1, RequestKind::Metadata(MetadataRequest::default())),
        (4, RequestKind::InitProducerId(InitProducerIdRequest::default())),
    ];
    for (version, request) in requests {
        let answer = stage.broker.call(&context(), version, request).await;
        let ResponseKind::ApiVersions(answer) = answer else { panic!("another answer: {answer:?}") };
        assert_eq!(answer.error_code, E::UnsupportedVersion.code());
        assert_eq!(answer.api_keys.len(), SERVED.len());
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
    }
}
