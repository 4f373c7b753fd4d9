//! Who may what: the one table from APIs to roles, and the answers to who may not.
//!
//! Roles hold for all topics and groups, so a request is allowed as a whole or refused as a whole; the answer to a refused
//! one says so for every topic or group that it names, as Kafka's does. The one exception is Metadata, which everybody may
//! ask and which makes topics only for who may (`api/metadata.rs`).

mod refusal;

use kafka_protocol::messages::{ApiKey, RequestKind, ResponseKind};

use crate::{codec::apis, model::Role};

/// First version of AddPartitionsToTxn that only brokers send, who act for the cluster.
const ADD_PARTITIONS_OF_BROKERS_FROM: i16 = 4;

/// The role that an API needs; `None` for what is not served. Everybody who is let in may read.
pub fn needed(api: ApiKey, version: i16) -> Option<Role> {
    use ApiKey as K;
    let role = match api {
        K::ApiVersions | K::SaslHandshake | K::SaslAuthenticate => Role::Read,
        K::GetTelemetrySubscriptions | K::PushTelemetry => Role::Read,
        K::Fetch | K::ListOffsets | K::Metadata | K::OffsetForLeaderEpoch | K::FindCoordinator => Role::Read,
        K::JoinGroup | K::SyncGroup | K::Heartbeat | K::LeaveGroup | K::ConsumerGroupHeartbeat => Role::Read,
        K::OffsetCommit | K::OffsetFetch => Role::Read,
        K::ListGroups | K::DescribeGroups | K::ConsumerGroupDescribe => Role::Read,
        K::ShareGroupHeartbeat | K::ShareFetch | K::ShareAcknowledge => Role::Read,
        K::ShareGroupDescribe | K::DescribeShareGroupOffsets => Role::Read,
        K::DescribeConfigs | K::ListConfigResources | K::DescribeClientQuotas | K::DescribeLogDirs => Role::Read,
        K::DescribeCluster | K::DescribeQuorum | K::DescribeTopicPartitions => Role::Read,
        K::ListPartitionReassignments => Role::Read,
        K::DescribeProducers | K::DescribeTransactions | K::ListTransactions => Role::Read,

        K::AddPartitionsToTxn if version >= ADD_PARTITIONS_OF_BROKERS_FROM => Role::Admin,
        K::Produce | K::InitProducerId => Role::Write,
        K::AddPartitionsToTxn | K::AddOffsetsToTxn | K::TxnOffsetCommit | K::EndTxn => Role::Write,

        K::CreateTopics | K::DeleteTopics | K::CreatePartitions | K::DeleteRecords => Role::Admin,
        K::AlterConfigs | K::IncrementalAlterConfigs | K::AlterClientQuotas | K::UpdateFeatures => Role::Admin,
        K::ElectLeaders | K::AlterPartitionReassignments | K::AlterReplicaLogDirs => Role::Admin,
        K::DeleteGroups | K::OffsetDelete | K::WriteTxnMarkers => Role::Admin,
        K::AlterShareGroupOffsets | K::DeleteShareGroupOffsets => Role::Admin,
        K::DescribeAcls | K::CreateAcls | K::DeleteAcls => Role::Admin,
        K::DescribeUserScramCredentials | K::AlterUserScramCredentials => Role::Admin,
        _ => return None,
    };
    Some(role)
}

/// The answer to a request that `role` may not make; `None` where it may.
pub fn refuse(role: Role, version: i16, request: &RequestKind) -> Option<ResponseKind> {
    if role == Role::Admin {
        return None;
    }
    // What the table does not know is not for everybody.
    let needed = apis::key_of(request).and_then(|key| needed(key, version)).unwrap_or(Role::Admin);
    (role < needed).then(|| refusal::answer(version, request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::frame::{Outbox, encode_response};

    /// An empty request of an API.
    fn empty(key: ApiKey) -> RequestKind {
        macro_rules! by_key {
            ($($api:ident),* $(,)?) => {
                match key { $(ApiKey::$api => RequestKind::$api(Default::default()),)* other => panic!("no {other:?}") }
            };
        }
        by_key! {
            Produce, Fetch, ListOffsets, Metadata, OffsetCommit, OffsetFetch, FindCoordinator, JoinGroup, Heartbeat,
            LeaveGroup, SyncGroup, DescribeGroups, ListGroups, SaslHandshake, ApiVersions, CreateTopics, DeleteTopics,
            DeleteRecords, InitProducerId, OffsetForLeaderEpoch, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn,
            WriteTxnMarkers, TxnOffsetCommit, DescribeAcls, CreateAcls, DeleteAcls, DescribeConfigs, AlterConfigs,
            AlterReplicaLogDirs, DescribeLogDirs, SaslAuthenticate, CreatePartitions, DeleteGroups, ElectLeaders,
            IncrementalAlterConfigs, AlterPartitionReassignments, ListPartitionReassignments, OffsetDelete,
            DescribeClientQuotas, AlterClientQuotas, DescribeUserScramCredentials, AlterUserScramCredentials,
            DescribeQuorum, UpdateFeatures, DescribeCluster, DescribeProducers, DescribeTransactions, ListTransactions,
            ConsumerGroupHeartbeat, ConsumerGroupDescribe, GetTelemetrySubscriptions, PushTelemetry,
            ListConfigResources, DescribeTopicPartitions, ShareGroupHeartbeat, ShareGroupDescribe, ShareFetch,
            ShareAcknowledge, DescribeShareGroupOffsets, AlterShareGroupOffsets, DeleteShareGroupOffsets,
        }
    }

    /// A new API cannot be served before somebody has said who may use it, and how it is refused.
    #[test]
    fn every_served_api_has_a_role_and_a_refusal() {
        for api in apis::SERVED {
            for version in api.min..=api.max {
                let needed = needed(api.key, version).unwrap_or_else(|| panic!("no role for {:?}", api.key));
                let request = empty(api.key);
                assert!(refuse(Role::Admin, version, &request).is_none());
                assert_eq!(refuse(Role::Write, version, &request).is_none(), needed <= Role::Write, "{:?}", api.key);
                let refused = refuse(Role::Read, version, &request);
                assert_eq!(refused.is_some(), needed > Role::Read, "{:?}", api.key);
                if let Some(answer) = refused {
                    let is_its_own = !matches!(answer, ResponseKind::ApiVersions(_));
                    assert!(is_its_own, "{:?} is refused by closing the connection", api.key);
                    encode_response(api.key, version, 0, answer, &mut Outbox::default()).unwrap();
                }
            }
        }
        assert_eq!(needed(ApiKey::Vote, 0), None);
    }
}
