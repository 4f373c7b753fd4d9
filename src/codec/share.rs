//! What newer versions of the share group APIs say beyond the message crate's structs: ShareFetch 2 and ShareAcknowledge 2
//! (KIP-1206: how strictly a number of records is meant; KIP-1222: renewed locks), DescribeShareGroupOffsets 1 (KIP-1226:
//! lag).
//!
//! The crate ends at the version before. What is missing travels inside of the structs, under a tag of ours among the
//! tagged fields, so that [`RequestKind`](kafka_protocol::messages::RequestKind) stays the one form of a request, on a
//! connection as in this process. The tag never stands on the wire: `frame::share` puts its bytes where Kafka has them,
//! and drops it in versions that cannot say it.

use std::collections::BTreeMap;

use bytes::{Buf as _, Bytes};
use kafka_protocol::messages::{
    ShareAcknowledgeRequest, ShareAcknowledgeResponse, ShareFetchRequest,
    describe_share_group_offsets_response::DescribeShareGroupOffsetsResponsePartition,
};

/// Where the additions are kept; Kafka numbers its tags from zero.
pub(super) const TAG: i32 = -1;

/// `ShareAcquireMode` of ShareFetch: batches are handed out whole, the number of records is a wish.
pub const BATCH_OPTIMIZED: i8 = 0;
/// `ShareAcquireMode` of ShareFetch: never more records than were asked for.
pub const RECORD_LIMIT: i8 = 1;

/// The acknowledgement of a gap: an offset without a record for a consumer, as of a transaction's marker.
pub const ACK_GAP: i8 = 0;
/// The record is done with.
pub const ACK_ACCEPT: i8 = 1;
/// Somebody may try it again.
pub const ACK_RELEASE: i8 = 2;
/// Nobody should try it again.
pub const ACK_REJECT: i8 = 3;
/// The lock on the record runs from anew; only where the request says that it renews.
pub const ACK_RENEW: i8 = 4;

/// What ShareFetch 2 adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FetchAdditions {
    /// [`BATCH_OPTIMIZED`] or [`RECORD_LIMIT`], as it stands on the wire.
    pub acquire_mode: i8,
    /// The request renews locks and fetches nothing; acknowledgements may be [`ACK_RENEW`].
    pub is_renew_ack: bool,
}

impl FetchAdditions {
    /// Of a request; what version 1 means where it says nothing.
    pub fn of(request: &ShareFetchRequest) -> Self {
        match request.unknown_tagged_fields.get(&TAG).map(|bytes| &bytes[..]) {
            Some([mode, renews]) => Self { acquire_mode: *mode as i8, is_renew_ack: *renews != 0 },
            _ => Self::default(),
        }
    }

    /// Puts them into a request.
    pub fn put(self, request: &mut ShareFetchRequest) {
        let bytes = vec![self.acquire_mode as u8, u8::from(self.is_renew_ack)];
        request.unknown_tagged_fields.insert(TAG, bytes.into());
    }
}

/// Whether a ShareAcknowledge request renews locks (version 2).
pub fn is_renew_ack(request: &ShareAcknowledgeRequest) -> bool {
    request.unknown_tagged_fields.get(&TAG).is_some_and(|bytes| bytes[..] == [1])
}

/// Says so.
pub fn set_renew_ack(request: &mut ShareAcknowledgeRequest, renews: bool) {
    request.unknown_tagged_fields.insert(TAG, vec![u8::from(renews)].into());
}

/// How long acquired records are locked, in milliseconds, as the answer to ShareAcknowledge says from version 2 on.
pub fn lock_timeout_ms(answer: &ShareAcknowledgeResponse) -> Option<i32> {
    let mut bytes = answer.unknown_tagged_fields.get(&TAG)?.clone();
    bytes.try_get_i32().ok()
}

/// Says how long.
pub fn set_lock_timeout_ms(answer: &mut ShareAcknowledgeResponse, millis: i32) {
    answer.unknown_tagged_fields.insert(TAG, Bytes::copy_from_slice(&millis.to_be_bytes()));
}

/// Records that the group has still to finish in a partition, as the answer to DescribeShareGroupOffsets says from version
/// 1 on; `None` where it is not known (-1 on the wire).
pub fn lag(partition: &DescribeShareGroupOffsetsResponsePartition) -> Option<u64> {
    let mut bytes = partition.unknown_tagged_fields.get(&TAG)?.clone();
    bytes.try_get_i64().ok().and_then(|lag| u64::try_from(lag).ok())
}

/// Says how many.
pub fn set_lag(partition: &mut DescribeShareGroupOffsetsResponsePartition, lag: Option<u64>) {
    let lag = lag.map_or(-1, |lag| i64::try_from(lag).unwrap_or(i64::MAX));
    partition.unknown_tagged_fields.insert(TAG, Bytes::copy_from_slice(&lag.to_be_bytes()));
}

/// Takes the additions out of a message's tagged fields; `otherwise` where it has none, or of another length.
pub(super) fn take(fields: &mut BTreeMap<i32, Bytes>, otherwise: &'static [u8]) -> Bytes {
    fields.remove(&TAG).filter(|bytes| bytes.len() == otherwise.len()).unwrap_or(Bytes::from_static(otherwise))
}
