//! The one table of APIs that Millpond serves, with their version ranges: what ApiVersions answers and what the client
//! may choose from.
//!
//! The maxima are what the structs of kafka-protocol 0.18 really encode. Its own `valid_versions` also names versions
//! that are unstable and that it cannot encode (OffsetCommit 10, OffsetFetch 10), so it is never asked.

use kafka_protocol::messages::{ApiKey, RequestKind};

/// One API and the versions of it that are served, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Api {
    pub key: ApiKey,
    pub min: i16,
    pub max: i16,
}

const fn api(key: ApiKey, min: i16, max: i16) -> Api {
    Api { key, min, max }
}

/// Every served API, by key.
pub const SERVED: &[Api] = &[
    api(ApiKey::Produce, 3, 13),
    api(ApiKey::Fetch, 4, 18),
    api(ApiKey::ListOffsets, 1, 10),
    api(ApiKey::Metadata, 0, 13),
    api(ApiKey::OffsetCommit, 2, 9),
    api(ApiKey::OffsetFetch, 1, 9),
    api(ApiKey::FindCoordinator, 0, 6),
    api(ApiKey::JoinGroup, 0, 9),
    api(ApiKey::Heartbeat, 0, 4),
    api(ApiKey::LeaveGroup, 0, 5),
    api(ApiKey::SyncGroup, 0, 5),
    api(ApiKey::DescribeGroups, 0, 6),
    api(ApiKey::ListGroups, 0, 5),
    api(ApiKey::SaslHandshake, 0, 1),
    api(ApiKey::ApiVersions, 0, 4),
    api(ApiKey::CreateTopics, 2, 7),
    api(ApiKey::DeleteTopics, 1, 6),
    api(ApiKey::DeleteRecords, 0, 2),
    api(ApiKey::InitProducerId, 0, 5),
    api(ApiKey::OffsetForLeaderEpoch, 2, 4),
    api(ApiKey::AddPartitionsToTxn, 0, 5),
    api(ApiKey::AddOffsetsToTxn, 0, 4),
    api(ApiKey::EndTxn, 0, 5),
    api(ApiKey::WriteTxnMarkers, 1, 1),
    api(ApiKey::TxnOffsetCommit, 0, 5),
    api(ApiKey::DescribeAcls, 1, 3),
    api(ApiKey::CreateAcls, 1, 3),
    api(ApiKey::DeleteAcls, 1, 3),
    api(ApiKey::DescribeConfigs, 1, 4),
    api(ApiKey::AlterConfigs, 0, 2),
    api(ApiKey::AlterReplicaLogDirs, 1, 2),
    api(ApiKey::DescribeLogDirs, 1, 4),
    api(ApiKey::SaslAuthenticate, 0, 2),
    api(ApiKey::CreatePartitions, 0, 3),
    api(ApiKey::DeleteGroups, 0, 2),
    api(ApiKey::ElectLeaders, 0, 2),
    api(ApiKey::IncrementalAlterConfigs, 0, 1),
    api(ApiKey::AlterPartitionReassignments, 0, 1),
    api(ApiKey::ListPartitionReassignments, 0, 0),
    api(ApiKey::OffsetDelete, 0, 0),
    api(ApiKey::DescribeClientQuotas, 0, 1),
    api(ApiKey::AlterClientQuotas, 0, 1),
    api(ApiKey::DescribeUserScramCredentials, 0, 0),
    api(ApiKey::AlterUserScramCredentials, 0, 0),
    api(ApiKey::DescribeQuorum, 0, 2),
    api(ApiKey::UpdateFeatures, 0, 2),
    api(ApiKey::DescribeCluster, 0, 2),
    api(ApiKey::DescribeProducers, 0, 0),
    api(ApiKey::DescribeTransactions, 0, 0),
    api(ApiKey::ListTransactions, 0, 2),
    api(ApiKey::ConsumerGroupHeartbeat, 0, 1),
    api(ApiKey::ConsumerGroupDescribe, 0, 1),
    api(ApiKey::GetTelemetrySubscriptions, 0, 0),
    api(ApiKey::PushTelemetry, 0, 0),
    api(ApiKey::ListConfigResources, 0, 1),
    api(ApiKey::DescribeTopicPartitions, 0, 0),
    api(ApiKey::ShareGroupHeartbeat, 1, 1),
    api(ApiKey::ShareGroupDescribe, 1, 1),
    api(ApiKey::ShareFetch, 1, 2),
    api(ApiKey::ShareAcknowledge, 1, 2),
    api(ApiKey::DescribeShareGroupOffsets, 0, 1),
    api(ApiKey::AlterShareGroupOffsets, 0, 0),
    api(ApiKey::DeleteShareGroupOffsets, 0, 0),
];

/// The row of an API; `None` where it is not served.
pub fn served(key: ApiKey) -> Option<Api> {
    SERVED.iter().copied().find(|api| api.key == key)
}

/// The key of a request that clients send; `None` for what only brokers and controllers send each other, and for
/// delegation tokens.
pub fn key_of(request: &RequestKind) -> Option<ApiKey> {
    macro_rules! keys {
        ($($api:ident),* $(,)?) => { match request { $(RequestKind::$api(_) => Some(ApiKey::$api),)* _ => None } };
    }
    keys! {
        Produce, Fetch, ListOffsets, Metadata, OffsetCommit, OffsetFetch, FindCoordinator, JoinGroup, Heartbeat,
        LeaveGroup, SyncGroup, DescribeGroups, ListGroups, SaslHandshake, ApiVersions, CreateTopics, DeleteTopics,
        DeleteRecords, InitProducerId, OffsetForLeaderEpoch, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn,
        WriteTxnMarkers, TxnOffsetCommit, DescribeAcls, CreateAcls, DeleteAcls, DescribeConfigs, AlterConfigs,
        AlterReplicaLogDirs, DescribeLogDirs, SaslAuthenticate, CreatePartitions, DeleteGroups, ElectLeaders,
        IncrementalAlterConfigs, AlterPartitionReassignments, ListPartitionReassignments, OffsetDelete,
        DescribeClientQuotas, AlterClientQuotas, DescribeUserScramCredentials, AlterUserScramCredentials,
        DescribeQuorum, UpdateFeatures, DescribeCluster, DescribeProducers, DescribeTransactions, ListTransactions,
        ConsumerGroupHeartbeat, ConsumerGroupDescribe, GetTelemetrySubscriptions, PushTelemetry, ListConfigResources,
        DescribeTopicPartitions, ShareGroupHeartbeat, ShareGroupDescribe, ShareFetch, ShareAcknowledge,
        DescribeShareGroupOffsets, AlterShareGroupOffsets, DeleteShareGroupOffsets,
    }
}

/// The highest version that both this table and a peer's range (both ends included) know; `None` where there is none.
pub fn choose(key: ApiKey, peer_min: i16, peer_max: i16) -> Option<i16> {
    let ours = served(key)?;
    let version = ours.max.min(peer_max);
    (version >= ours.min && version >= peer_min).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_chosen_from_what_both_sides_know() {
        assert_eq!(choose(ApiKey::Fetch, 0, 12), Some(12));
        assert_eq!(choose(ApiKey::Fetch, 0, 99), Some(18));
        assert_eq!(choose(ApiKey::Fetch, 0, 3), None);
        assert_eq!(choose(ApiKey::Fetch, 19, 20), None);
        assert_eq!(choose(ApiKey::OffsetFetch, 0, 10), Some(9));
        assert_eq!(choose(ApiKey::Vote, 0, 1), None);
        assert!(SERVED.is_sorted_by_key(|api| api.key as i16));
    }
}
