//! The answer to a request that comes where a token of SASL must come: ILLEGAL_SASL_STATE, in the request's own answer,
//! before the connection ends (Kafka's SaslServerAuthenticator does so after SaslHandshake 1, and not before).

use kafka_protocol::{
    ResponseError,
    messages::{self, MetadataResponse, RequestKind, ResponseKind, metadata_response::MetadataResponseTopic},
};

const ILLEGAL: i16 = ResponseError::IllegalSaslState.code();

/// The answer; `None` for an API whose answer has no place for an error of the whole request: there the connection just
/// ends.
pub fn answer(request: &RequestKind) -> Option<ResponseKind> {
    macro_rules! with_code {
        ($($api:ident $response:ident,)*) => {
            match request {
                $(RequestKind::$api(_) => messages::$response::default().with_error_code(ILLEGAL).into(),)*
                RequestKind::Metadata(request) => metadata(request).into(),
                _ => return None,
            }
        };
    }
    Some(with_code! {
        Fetch FetchResponse,
        FindCoordinator FindCoordinatorResponse,
        JoinGroup JoinGroupResponse,
        Heartbeat HeartbeatResponse,
        LeaveGroup LeaveGroupResponse,
        SyncGroup SyncGroupResponse,
        ListGroups ListGroupsResponse,
        SaslHandshake SaslHandshakeResponse,
        ApiVersions ApiVersionsResponse,
        InitProducerId InitProducerIdResponse,
        AddOffsetsToTxn AddOffsetsToTxnResponse,
        EndTxn EndTxnResponse,
        OffsetDelete OffsetDeleteResponse,
        DescribeAcls DescribeAclsResponse,
        DescribeClientQuotas DescribeClientQuotasResponse,
        DescribeUserScramCredentials DescribeUserScramCredentialsResponse,
        DescribeQuorum DescribeQuorumResponse,
        DescribeCluster DescribeClusterResponse,
        AlterPartitionReassignments AlterPartitionReassignmentsResponse,
        ListPartitionReassignments ListPartitionReassignmentsResponse,
        UpdateFeatures UpdateFeaturesResponse,
        ListTransactions ListTransactionsResponse,
        ConsumerGroupHeartbeat ConsumerGroupHeartbeatResponse,
        ShareGroupHeartbeat ShareGroupHeartbeatResponse,
        GetTelemetrySubscriptions GetTelemetrySubscriptionsResponse,
        PushTelemetry PushTelemetryResponse,
        ListConfigResources ListConfigResourcesResponse,
    })
}

/// At each topic that was asked for; only the newest version has a place for the whole.
fn metadata(request: &messages::MetadataRequest) -> MetadataResponse {
    let topics = request.topics.iter().flatten().map(|topic| {
        let named = MetadataResponseTopic::default().with_error_code(ILLEGAL).with_topic_id(topic.topic_id);
        named.with_name(Some(topic.name.clone().unwrap_or_default()))
    });
    MetadataResponse::default().with_topics(topics.collect()).with_error_code(ILLEGAL)
}
