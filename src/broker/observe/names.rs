//! Kafka's names of the APIs.

use kafka_protocol::messages::{ApiKey, RequestKind};

/// Answers key and name of a request, for every API that the protocol crate knows.
macro_rules! apis {
    ($($name:ident)*) => {
        /// Key and Kafka's name of a request's API.
        pub fn api(request: &RequestKind) -> (i16, &'static str) {
            match request {
                $(RequestKind::$name(_) => (ApiKey::$name as i16, stringify!($name)),)*
                // The crate leaves room for more; the list below has all of this release.
                _ => (-1, "Unknown"),
            }
        }

        /// Kafka's name of an API; `None` for a key that nobody knows.
        pub fn api_name(key: i16) -> Option<&'static str> {
            $(
                if key == ApiKey::$name as i16 {
                    return Some(stringify!($name));
                }
            )*
            None
        }
    };
}

apis! {
    Produce Fetch ListOffsets Metadata OffsetCommit OffsetFetch FindCoordinator JoinGroup Heartbeat LeaveGroup
    SyncGroup DescribeGroups ListGroups SaslHandshake ApiVersions CreateTopics DeleteTopics DeleteRecords
    InitProducerId OffsetForLeaderEpoch AddPartitionsToTxn AddOffsetsToTxn EndTxn WriteTxnMarkers TxnOffsetCommit
    DescribeAcls CreateAcls DeleteAcls DescribeConfigs AlterConfigs AlterReplicaLogDirs DescribeLogDirs
    SaslAuthenticate CreatePartitions CreateDelegationToken RenewDelegationToken ExpireDelegationToken
    DescribeDelegationToken DeleteGroups ElectLeaders IncrementalAlterConfigs AlterPartitionReassignments
    ListPartitionReassignments OffsetDelete DescribeClientQuotas AlterClientQuotas DescribeUserScramCredentials
    AlterUserScramCredentials Vote BeginQuorumEpoch EndQuorumEpoch DescribeQuorum AlterPartition UpdateFeatures
    Envelope FetchSnapshot DescribeCluster DescribeProducers BrokerRegistration BrokerHeartbeat UnregisterBroker
    DescribeTransactions ListTransactions AllocateProducerIds ConsumerGroupHeartbeat ConsumerGroupDescribe
    ControllerRegistration GetTelemetrySubscriptions PushTelemetry AssignReplicasToDirs ListConfigResources
    DescribeTopicPartitions ShareGroupHeartbeat ShareGroupDescribe ShareFetch ShareAcknowledge AddRaftVoter
    RemoveRaftVoter UpdateRaftVoter InitializeShareGroupState ReadShareGroupState WriteShareGroupState
    DeleteShareGroupState ReadShareGroupStateSummary DescribeShareGroupOffsets AlterShareGroupOffsets
    DeleteShareGroupOffsets
}
