//! What stands between the bytes of a peer and the message structs.
//!
//! The message crate reserves memory for an array from the count on the wire before it has seen an element, so a frame of
//! twenty bytes could ask for hundreds of gigabytes, which ends the process. Here a body is first read through [`Watch`],
//! which knows how many bytes are left: a count above that is a lie, because no element takes less than a byte.

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::{
    messages::{self, ApiKey, RequestKind},
    protocol::{Decodable, buf::ByteBuf},
};

/// Bytes that the body of any request but Produce may have: none carries records.
pub const OTHER_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of the longest variable-length integer of 32 bits.
const VARINT_BYTES_MAX: usize = 5;

/// Decodes a body, and never reserves memory for more elements than the body has bytes.
///
/// # Errors
/// Why the body does not decode, in words.
pub fn decode(key: ApiKey, version: i16, body: Bytes) -> Result<RequestKind, String> {
    if key != ApiKey::Produce && body.len() > OTHER_BODY_BYTES_MAX {
        return Err(format!("{} bytes are more than the {OTHER_BODY_BYTES_MAX} that it may have", body.len()));
    }
    let mut watch = Watch { bytes: body.clone(), doubtful: false };
    let request = decode_from(key, version, &mut watch)?;
    if !watch.doubtful {
        return Ok(request);
    }
    // Each number that was kept back is a plain field: as the count of an array it would have failed above. Nothing but
    // counts decides how a body goes on, so the same arrays come again.
    let mut body = body;
    decode_from(key, version, &mut body)
}

/// As [`RequestKind::decode`], which reads from [`Bytes`] alone, for every API of [`super::super::apis::SERVED`].
fn decode_from<B: ByteBuf>(key: ApiKey, version: i16, bytes: &mut B) -> Result<RequestKind, String> {
    macro_rules! by_key {
        ($($api:ident $request:ident,)*) => {
            match key {
                $(ApiKey::$api => messages::$request::decode(bytes, version).map(RequestKind::$api),)*
                other => return Err(format!("{other:?} is not served")),
            }
        };
    }
    let decoded = by_key! {
        Produce ProduceRequest,
        Fetch FetchRequest,
        ListOffsets ListOffsetsRequest,
        Metadata MetadataRequest,
        OffsetCommit OffsetCommitRequest,
        OffsetFetch OffsetFetchRequest,
        FindCoordinator FindCoordinatorRequest,
        JoinGroup JoinGroupRequest,
        Heartbeat HeartbeatRequest,
        LeaveGroup LeaveGroupRequest,
        SyncGroup SyncGroupRequest,
        DescribeGroups DescribeGroupsRequest,
        ListGroups ListGroupsRequest,
        ApiVersions ApiVersionsRequest,
        CreateTopics CreateTopicsRequest,
        DeleteTopics DeleteTopicsRequest,
        DeleteRecords DeleteRecordsRequest,
        InitProducerId InitProducerIdRequest,
        OffsetForLeaderEpoch OffsetForLeaderEpochRequest,
        AddPartitionsToTxn AddPartitionsToTxnRequest,
        AddOffsetsToTxn AddOffsetsToTxnRequest,
        EndTxn EndTxnRequest,
        WriteTxnMarkers WriteTxnMarkersRequest,
        TxnOffsetCommit TxnOffsetCommitRequest,
        DescribeAcls DescribeAclsRequest,
        CreateAcls CreateAclsRequest,
        DeleteAcls DeleteAclsRequest,
        DescribeConfigs DescribeConfigsRequest,
        AlterConfigs AlterConfigsRequest,
        AlterReplicaLogDirs AlterReplicaLogDirsRequest,
        DescribeLogDirs DescribeLogDirsRequest,
        CreatePartitions CreatePartitionsRequest,
        DeleteGroups DeleteGroupsRequest,
        ElectLeaders ElectLeadersRequest,
        IncrementalAlterConfigs IncrementalAlterConfigsRequest,
        AlterPartitionReassignments AlterPartitionReassignmentsRequest,
        ListPartitionReassignments ListPartitionReassignmentsRequest,
        OffsetDelete OffsetDeleteRequest,
        DescribeClientQuotas DescribeClientQuotasRequest,
        AlterClientQuotas AlterClientQuotasRequest,
        DescribeUserScramCredentials DescribeUserScramCredentialsRequest,
        AlterUserScramCredentials AlterUserScramCredentialsRequest,
        UpdateFeatures UpdateFeaturesRequest,
        DescribeCluster DescribeClusterRequest,
        DescribeProducers DescribeProducersRequest,
        DescribeTransactions DescribeTransactionsRequest,
        ListTransactions ListTransactionsRequest,
        ConsumerGroupHeartbeat ConsumerGroupHeartbeatRequest,
        ConsumerGroupDescribe ConsumerGroupDescribeRequest,
        GetTelemetrySubscriptions GetTelemetrySubscriptionsRequest,
        PushTelemetry PushTelemetryRequest,
        ListConfigResources ListConfigResourcesRequest,
        DescribeTopicPartitions DescribeTopicPartitionsRequest,
    };
    decoded.map_err(|error| error.root_cause().to_string())
}

/// The bytes of a body, and what is suspicious about its numbers.
struct Watch {
    bytes: Bytes,
    /// A number was replaced by one that no count can be.
    doubtful: bool,
}

impl Watch {
    /// The variable-length integer that begins here. Read in its middle, or over a boolean, it is smaller than what is
    /// really there, so a true count is never refused.
    fn varint(&self) -> usize {
        let mut value = 0_u32;
        for (index, byte) in self.bytes.iter().take(VARINT_BYTES_MAX).enumerate() {
            value |= u32::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                break;
            }
        }
        value as usize
    }

    fn missing(&self, requested: usize) -> TryGetError {
        TryGetError { requested, available: self.bytes.len() }
    }
}

impl Buf for Watch {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }

    /// Counts of versions with compact lengths are read byte by byte; they stand for one less than their value.
    fn try_get_u8(&mut self) -> Result<u8, TryGetError> {
        let count = self.varint().saturating_sub(1);
        if count > self.bytes.len() {
            return Err(self.missing(count));
        }
        self.bytes.try_get_u8()
    }

    /// A count or a plain number: which of them, only the message knows.
    fn try_get_i32(&mut self) -> Result<i32, TryGetError> {
        let number = self.bytes.try_get_i32()?;
        if usize::try_from(number).is_ok_and(|count| count > self.bytes.len()) {
            self.doubtful = true;
            // Below -1, which stands for null, no count is allowed.
            return Ok(i32::MIN);
        }
        Ok(number)
    }
}

impl ByteBuf for Watch {
    fn peek_bytes(&mut self, range: std::ops::Range<usize>) -> Bytes {
        self.bytes.slice(range)
    }

    fn get_bytes(&mut self, size: usize) -> Bytes {
        self.bytes.split_to(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::apis;

    /// A body of every version of every API in which every count is as large as it can be: refused, and the process
    /// lives.
    #[test]
    fn a_count_that_the_body_cannot_hold_is_refused() {
        for api in apis::SERVED {
            for version in api.min..=api.max {
                for filler in [0x7f, 0xff] {
                    // Whatever stands before the first count, zeros or ones do for it.
                    for before in 0..24 {
                        let mut body = vec![0; before];
                        body.extend([filler, 0xff, 0xff, 0xff, 0x07, 0xff, 0xff]);
                        let _ = decode(api.key, version, body.into());
                    }
                }
            }
        }
        let huge = [&[0, 0][..], &2_000_000_000_i32.to_be_bytes()[..]].concat();
        assert!(decode(ApiKey::DeleteGroups, 0, huge[2..].to_vec().into()).is_err());
    }

    #[test]
    fn a_plain_number_may_be_larger_than_the_body() {
        use kafka_protocol::messages::FetchRequest;
        use kafka_protocol::protocol::Encodable as _;
        for version in 4..=18 {
            let mut body = bytes::BytesMut::new();
            let request = FetchRequest::default().with_max_bytes(i32::MAX).with_min_bytes(1).with_max_wait_ms(500);
            request.encode(&mut body, version).unwrap();
            let decoded = decode(ApiKey::Fetch, version, body.freeze()).unwrap();
            assert_eq!(decoded, RequestKind::Fetch(request));
        }
    }

    #[test]
    fn every_served_api_is_known_here() {
        for api in apis::SERVED {
            let error = decode(api.key, api.max, Bytes::new()).err().unwrap_or_default();
            assert!(!error.contains("is not served"), "{:?}", api.key);
        }
    }
}
