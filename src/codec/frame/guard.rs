//! What stands between the bytes of a peer and the message structs.
//!
//! The message crate reserves memory for an array from the count on the wire before it has seen an element, so a frame of
//! twenty bytes could ask for hundreds of gigabytes, which ends the process. Here a body is first read through [`Watch`],
//! which knows how many bytes are left: a count above that is a lie, because no element takes less than a byte. Even a true
//! count of elements of a byte each asks for a hundred times the memory of the frame, so arrays have a limit, too.

use std::collections::BTreeSet;

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::{
    messages::{self, ApiKey, RequestKind, ResponseKind},
    protocol::{Decodable, buf::ByteBuf},
};

use super::share;

/// Bytes that the body of any request but Produce may have: none carries records.
pub const OTHER_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Elements that one array of a message may have. The structs of elements have up to some hundred bytes, so that even the
/// memory for this many stays below the largest frame.
pub const ARRAY_ELEMENTS_MAX: usize = 256 * 1024;
/// Lengths above [`ARRAY_ELEMENTS_MAX`] in one body: as many as the largest frame can hold of them.
const LONG_LENGTHS_MAX: usize = super::FRAME_BYTES_MAX_DEFAULT / ARRAY_ELEMENTS_MAX;
/// Counts up to this are let through, however short the body is: the number of an unknown tagged field (KIP-482) is read
/// like a count, and memory for so many elements is harmless.
const COUNT_ALWAYS_ALLOWED: usize = 1 << 15;
/// Bytes of the longest variable-length integer of 32 bits.
const VARINT_BYTES_MAX: usize = 5;

/// Decodes the body of a request, and never reserves memory for more elements than the body has bytes, nor for more than
/// [`ARRAY_ELEMENTS_MAX`].
///
/// # Errors
/// Why the body does not decode, in words.
pub fn decode_request(key: ApiKey, version: i16, body: Bytes) -> Result<RequestKind, String> {
    if key != ApiKey::Produce && body.len() > OTHER_BODY_BYTES_MAX {
        return Err(format!("{} bytes are more than the {OTHER_BODY_BYTES_MAX} that it may have", body.len()));
    }
    let (body, additions) = share::cut_request(key, version, body)?;
    let version = share::crate_version(key, version);
    let request = check(&body, |watch| request_from(key, version, watch))?
        .map_or_else(|| request_from(key, version, &mut body.clone()), Ok)?;
    Ok(share::join_request(request, additions))
}

/// Decodes the body of a response with the same care.
///
/// # Errors
/// Why the body does not decode, in words.
pub fn decode_response(key: ApiKey, version: i16, body: Bytes) -> Result<ResponseKind, String> {
    let (body, additions) = share::cut_response(key, version, body)?;
    let version = share::crate_version(key, version);
    let response = check(&body, |watch| response_from(key, version, watch))?
        .map_or_else(|| response_from(key, version, &mut body.clone()), Ok)?;
    Ok(share::join_response(response, additions))
}

/// Reads a body in which nothing can ask for too much memory; `None` where it is sound, but is to be read once more
/// because numbers or bytes were kept back.
fn check<T>(body: &Bytes, decode: impl Fn(&mut Watch<'_>) -> Result<T, String>) -> Result<Option<T>, String> {
    let mut lengths = BTreeSet::new();
    loop {
        let mut watch = Watch::new(body.clone(), &lengths);
        let decoded = decode(&mut watch);
        let Watch { masked, doubtful, refused, kept_back, .. } = watch;
        match (decoded, masked) {
            (Ok(_), _) if refused || kept_back.is_some() => {
                return Err(format!("a list has more than the {ARRAY_ELEMENTS_MAX} entries that it may have"));
            }
            // Each number that was replaced is a plain field: as a count it would have failed. Nothing but counts decides
            // how a body goes on, so the same lists come again.
            (Ok(message), _) => return Ok((!doubtful).then_some(message)),
            // The last number that was replaced is no plain field; it may be the length of large bytes, as of records.
            (Err(_), Some(at)) if lengths.len() < LONG_LENGTHS_MAX => lengths.insert(at),
            (Err(why), _) => return Err(why),
        };
    }
}

/// As [`RequestKind::decode`] and [`ResponseKind::decode`], which read from [`Bytes`] alone, for every API of
/// [`super::super::apis::SERVED`].
macro_rules! decoders {
    ($($api:ident $request:ident $response:ident,)*) => {
        fn request_from<B: ByteBuf>(key: ApiKey, version: i16, bytes: &mut B) -> Result<RequestKind, String> {
            let decoded = match key {
                $(ApiKey::$api => messages::$request::decode(bytes, version).map(RequestKind::$api),)*
                other => return Err(format!("{other:?} is not served")),
            };
            decoded.map_err(|error| error.root_cause().to_string())
        }

        fn response_from<B: ByteBuf>(key: ApiKey, version: i16, bytes: &mut B) -> Result<ResponseKind, String> {
            let decoded = match key {
                $(ApiKey::$api => messages::$response::decode(bytes, version).map(ResponseKind::$api),)*
                other => return Err(format!("{other:?} is not asked")),
            };
            decoded.map_err(|error| error.root_cause().to_string())
        }
    };
}

decoders! {
    Produce ProduceRequest ProduceResponse,
    Fetch FetchRequest FetchResponse,
    ListOffsets ListOffsetsRequest ListOffsetsResponse,
    Metadata MetadataRequest MetadataResponse,
    OffsetCommit OffsetCommitRequest OffsetCommitResponse,
    OffsetFetch OffsetFetchRequest OffsetFetchResponse,
    FindCoordinator FindCoordinatorRequest FindCoordinatorResponse,
    JoinGroup JoinGroupRequest JoinGroupResponse,
    Heartbeat HeartbeatRequest HeartbeatResponse,
    LeaveGroup LeaveGroupRequest LeaveGroupResponse,
    SyncGroup SyncGroupRequest SyncGroupResponse,
    DescribeGroups DescribeGroupsRequest DescribeGroupsResponse,
    ListGroups ListGroupsRequest ListGroupsResponse,
    SaslHandshake SaslHandshakeRequest SaslHandshakeResponse,
    ApiVersions ApiVersionsRequest ApiVersionsResponse,
    CreateTopics CreateTopicsRequest CreateTopicsResponse,
    DeleteTopics DeleteTopicsRequest DeleteTopicsResponse,
    DeleteRecords DeleteRecordsRequest DeleteRecordsResponse,
    InitProducerId InitProducerIdRequest InitProducerIdResponse,
    OffsetForLeaderEpoch OffsetForLeaderEpochRequest OffsetForLeaderEpochResponse,
    AddPartitionsToTxn AddPartitionsToTxnRequest AddPartitionsToTxnResponse,
    AddOffsetsToTxn AddOffsetsToTxnRequest AddOffsetsToTxnResponse,
    EndTxn EndTxnRequest EndTxnResponse,
    WriteTxnMarkers WriteTxnMarkersRequest WriteTxnMarkersResponse,
    TxnOffsetCommit TxnOffsetCommitRequest TxnOffsetCommitResponse,
    DescribeAcls DescribeAclsRequest DescribeAclsResponse,
    CreateAcls CreateAclsRequest CreateAclsResponse,
    DeleteAcls DeleteAclsRequest DeleteAclsResponse,
    DescribeConfigs DescribeConfigsRequest DescribeConfigsResponse,
    AlterConfigs AlterConfigsRequest AlterConfigsResponse,
    AlterReplicaLogDirs AlterReplicaLogDirsRequest AlterReplicaLogDirsResponse,
    DescribeLogDirs DescribeLogDirsRequest DescribeLogDirsResponse,
    CreatePartitions CreatePartitionsRequest CreatePartitionsResponse,
    DeleteGroups DeleteGroupsRequest DeleteGroupsResponse,
    ElectLeaders ElectLeadersRequest ElectLeadersResponse,
    IncrementalAlterConfigs IncrementalAlterConfigsRequest IncrementalAlterConfigsResponse,
    AlterPartitionReassignments AlterPartitionReassignmentsRequest AlterPartitionReassignmentsResponse,
    ListPartitionReassignments ListPartitionReassignmentsRequest ListPartitionReassignmentsResponse,
    OffsetDelete OffsetDeleteRequest OffsetDeleteResponse,
    DescribeClientQuotas DescribeClientQuotasRequest DescribeClientQuotasResponse,
    AlterClientQuotas AlterClientQuotasRequest AlterClientQuotasResponse,
    DescribeUserScramCredentials DescribeUserScramCredentialsRequest DescribeUserScramCredentialsResponse,
    AlterUserScramCredentials AlterUserScramCredentialsRequest AlterUserScramCredentialsResponse,
    DescribeQuorum DescribeQuorumRequest DescribeQuorumResponse,
    UpdateFeatures UpdateFeaturesRequest UpdateFeaturesResponse,
    DescribeCluster DescribeClusterRequest DescribeClusterResponse,
    DescribeProducers DescribeProducersRequest DescribeProducersResponse,
    DescribeTransactions DescribeTransactionsRequest DescribeTransactionsResponse,
    ListTransactions ListTransactionsRequest ListTransactionsResponse,
    ConsumerGroupHeartbeat ConsumerGroupHeartbeatRequest ConsumerGroupHeartbeatResponse,
    ConsumerGroupDescribe ConsumerGroupDescribeRequest ConsumerGroupDescribeResponse,
    GetTelemetrySubscriptions GetTelemetrySubscriptionsRequest GetTelemetrySubscriptionsResponse,
    PushTelemetry PushTelemetryRequest PushTelemetryResponse,
    ListConfigResources ListConfigResourcesRequest ListConfigResourcesResponse,
    DescribeTopicPartitions DescribeTopicPartitionsRequest DescribeTopicPartitionsResponse,
    ShareGroupHeartbeat ShareGroupHeartbeatRequest ShareGroupHeartbeatResponse,
    ShareGroupDescribe ShareGroupDescribeRequest ShareGroupDescribeResponse,
    ShareFetch ShareFetchRequest ShareFetchResponse,
    ShareAcknowledge ShareAcknowledgeRequest ShareAcknowledgeResponse,
    DescribeShareGroupOffsets DescribeShareGroupOffsetsRequest DescribeShareGroupOffsetsResponse,
    AlterShareGroupOffsets AlterShareGroupOffsetsRequest AlterShareGroupOffsetsResponse,
    DeleteShareGroupOffsets DeleteShareGroupOffsetsRequest DeleteShareGroupOffsetsResponse,
    SaslAuthenticate SaslAuthenticateRequest SaslAuthenticateResponse,
}

/// The bytes of a body, and what is suspicious about its numbers.
struct Watch<'a> {
    bytes: Bytes,
    whole: usize,
    /// Where large numbers stand that were found to be lengths of bytes.
    lengths: &'a BTreeSet<usize>,
    /// Where a large number stood that was replaced by one that no count can be, while nothing was read since.
    masked: Option<usize>,
    /// So many bytes come next and were told to be none: only who reads bytes may go on.
    kept_back: Option<usize>,
    /// Somebody went on who did not read bytes: it was a count.
    refused: bool,
    /// What was read is not all that is there.
    doubtful: bool,
}

impl<'a> Watch<'a> {
    fn new(bytes: Bytes, lengths: &'a BTreeSet<usize>) -> Self {
        let whole = bytes.len();
        Self { bytes, whole, lengths, masked: None, kept_back: None, refused: false, doubtful: false }
    }

    /// The variable-length integer that begins here, and its own length. Read in its middle, or over a boolean, it is
    /// smaller than what is really there, so a true count is never refused.
    fn varint(&self) -> (usize, usize) {
        let mut value = 0_u32;
        for (index, byte) in self.bytes.iter().take(VARINT_BYTES_MAX).enumerate() {
            value |= u32::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                return (value as usize, index + 1);
            }
        }
        (value as usize, VARINT_BYTES_MAX.min(self.bytes.len()))
    }

    fn missing(&self, requested: usize) -> TryGetError {
        TryGetError { requested, available: self.bytes.len() }
    }

    /// Something is read that is not the bytes that were kept back.
    fn touch(&mut self) {
        self.masked = None;
        self.refused |= self.kept_back.take().is_some();
    }
}

impl Buf for Watch<'_> {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.touch();
        self.bytes.advance(count);
    }

    /// Counts of versions with compact lengths are read byte by byte; they stand for one less than their value.
    fn try_get_u8(&mut self) -> Result<u8, TryGetError> {
        let (value, length) = self.varint();
        let count = value.saturating_sub(1);
        self.touch();
        if count > self.bytes.len().max(COUNT_ALWAYS_ALLOWED) {
            return Err(self.missing(count));
        }
        if count > ARRAY_ELEMENTS_MAX {
            self.bytes.advance(length);
            (self.kept_back, self.doubtful) = (Some(count), true);
            return Ok(1);
        }
        self.bytes.try_get_u8()
    }

    /// A count, a length or a plain number: which of them, only the message knows.
    fn try_get_i32(&mut self) -> Result<i32, TryGetError> {
        let at = self.whole - self.bytes.len();
        self.touch();
        let number = self.bytes.try_get_i32()?;
        let left = self.bytes.len();
        let Ok(count) = usize::try_from(number) else { return Ok(number) };
        if count <= left.min(ARRAY_ELEMENTS_MAX) {
            return Ok(number);
        }
        self.doubtful = true;
        if self.lengths.contains(&at) {
            self.kept_back = Some(count);
            return Ok(0);
        }
        // More than there are bytes is nothing but a plain number; below -1, which stands for null, no count is allowed.
        self.masked = (count <= left).then_some(at);
        Ok(i32::MIN)
    }
}

impl ByteBuf for Watch<'_> {
    fn peek_bytes(&mut self, range: std::ops::Range<usize>) -> Bytes {
        self.touch();
        self.bytes.slice(range)
    }

    fn get_bytes(&mut self, size: usize) -> Bytes {
        if size == 0
            && let Some(kept_back) = self.kept_back.take_if(|kept_back| *kept_back <= self.bytes.len())
        {
            self.masked = None;
            self.bytes.advance(kept_back);
            return Bytes::new();
        }
        self.touch();
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
                        let _ = decode_request(api.key, version, body.clone().into());
                        let _ = decode_response(api.key, version, body.into());
                    }
                }
            }
        }
        let huge = [&[0, 0][..], &2_000_000_000_i32.to_be_bytes()[..]].concat();
        assert!(decode_request(ApiKey::DeleteGroups, 0, huge[2..].to_vec().into()).is_err());
    }

    #[test]
    fn a_plain_number_may_be_larger_than_the_body() {
        use kafka_protocol::messages::FetchRequest;
        use kafka_protocol::protocol::Encodable as _;
        for version in 4..=18 {
            let mut body = bytes::BytesMut::new();
            let request = FetchRequest::default().with_max_bytes(i32::MAX).with_min_bytes(1).with_max_wait_ms(500);
            request.encode(&mut body, version).unwrap();
            let decoded = decode_request(ApiKey::Fetch, version, body.freeze()).unwrap();
            assert_eq!(decoded, RequestKind::Fetch(request));
        }
    }

    #[test]
    fn unknown_tagged_fields_are_skipped() {
        // ListGroups: no states, no types, one tagged field with the number 99, 9999 or 26700 and three bytes.
        for number in [&[99][..], &[0x8f, 0x4e], &[0xcc, 0xd0, 0x01]] {
            let body = [&[1, 1, 1][..], number, &[3, 1, 2, 3]].concat();
            assert!(
                matches!(decode_request(ApiKey::ListGroups, 5, body.into()), Ok(RequestKind::ListGroups(_))),
                "{number:?}"
            );
        }
    }

    #[test]
    fn every_served_api_is_known_here() {
        for api in apis::SERVED {
            let error = decode_request(api.key, api.max, Bytes::new()).err().unwrap_or_default();
            assert!(!error.contains("is not served"), "{:?}", api.key);
        }
    }

    #[test]
    fn large_bytes_are_read_and_long_lists_are_not() {
        use kafka_protocol::messages::{
            FetchResponse, ProduceRequest,
            fetch_response::{FetchableTopicResponse, PartitionData},
            produce_request::{PartitionProduceData, TopicProduceData},
        };
        use kafka_protocol::protocol::Encodable as _;
        let large = Bytes::from(vec![7; ARRAY_ELEMENTS_MAX + 1]);
        for version in 3..=13 {
            let data = |index| PartitionProduceData::default().with_index(index).with_records(Some(large.clone()));
            let topic = TopicProduceData::default().with_partition_data(vec![data(0), data(i32::MAX), data(300_000)]);
            let request = ProduceRequest::default().with_timeout_ms(500_000).with_topic_data(vec![topic]);
            let mut body = bytes::BytesMut::new();
            request.encode(&mut body, version).unwrap();
            let decoded = decode_request(ApiKey::Produce, version, body.freeze()).unwrap();
            assert_eq!(decoded, RequestKind::Produce(request), "version {version}");
        }
        for version in 4..=18 {
            let data = |index| PartitionData::default().with_partition_index(index).with_records(Some(large.clone()));
            let topic = FetchableTopicResponse::default().with_partitions(vec![data(0), data(300_000)]);
            let answer = FetchResponse::default().with_throttle_time_ms(400_000).with_responses(vec![topic]);
            let mut body = bytes::BytesMut::new();
            answer.encode(&mut body, version).unwrap();
            let decoded = decode_response(ApiKey::Fetch, version, body.freeze()).unwrap();
            let ResponseKind::Fetch(decoded) = decoded else { panic!("another answer") };
            assert_eq!(decoded.responses[0].partitions[1].records, Some(large.clone()), "version {version}");
        }
        // As many empty strings as there are bytes: true counts, and too many of them.
        let names = |count: usize| [&(count as i32).to_be_bytes()[..], &vec![0; 2 * count]].concat().into();
        assert!(decode_request(ApiKey::DeleteGroups, 0, names(ARRAY_ELEMENTS_MAX)).is_ok());
        assert!(decode_request(ApiKey::DeleteGroups, 0, names(ARRAY_ELEMENTS_MAX + 1)).is_err());
        let compact = |mut count: u32| {
            let mut body = Vec::new();
            let entries = vec![1; count as usize];
            count += 1;
            while count >= 0x80 {
                body.push(count as u8 | 0x80);
                count >>= 7;
            }
            body.push(count as u8);
            Bytes::from([&body[..], &entries, &[0; 100]].concat())
        };
        assert!(decode_request(ApiKey::DeleteGroups, 2, compact(ARRAY_ELEMENTS_MAX as u32)).is_ok());
        assert!(decode_request(ApiKey::DeleteGroups, 2, compact(ARRAY_ELEMENTS_MAX as u32 + 1)).is_err());
    }
}
