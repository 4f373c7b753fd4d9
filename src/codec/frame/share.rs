//! ShareFetch 2, ShareAcknowledge 2 and DescribeShareGroupOffsets 1 on the wire: the message crate's version below, with
//! the additions of `codec::share` cut out before it reads and put in after it has written.
//!
//! The source is the definitions of these messages in Apache Kafka 4.2: `ShareAcquireMode` (int8) and `IsRenewAck` (bool)
//! after `BatchSize`; `IsRenewAck` after `ShareSessionEpoch`; `AcquisitionLockTimeoutMs` (int32) after the answer's
//! `ErrorMessage`; `Lag` (int64) after `LeaderEpoch`.

use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::messages::{
    ApiKey, DescribeShareGroupOffsetsResponse, RequestKind, ResponseKind,
    describe_share_group_offsets_response::DescribeShareGroupOffsetsResponsePartition,
};

use crate::codec::share::{TAG, take};

/// Bytes of the additions, as they are where nothing is known.
const FETCH_NONE: &[u8] = &[0, 0];
const ACK_NONE: &[u8] = &[0];
const LOCK_NONE: &[u8] = &[0; 4];
const LAG_NONE: &[u8] = &[0xff; 8];

/// Bytes between the member id and the additions: five numbers of ShareFetch and the session's epoch, or that alone.
const FETCH_NUMBERS_BYTES: usize = 6 * 4;
const EPOCH_BYTES: usize = 4;
/// Throttle time and error code of an answer.
const ANSWER_HEAD_BYTES: usize = 6;

/// The version that the message crate is asked for.
pub fn crate_version(key: ApiKey, version: i16) -> i16 {
    match key {
        ApiKey::ShareFetch | ApiKey::ShareAcknowledge => version.min(1),
        ApiKey::DescribeShareGroupOffsets => version.min(0),
        _ => version,
    }
}

/// Cuts the additions out of a request's body.
///
/// # Errors
/// When the body ends before them.
pub fn cut_request(key: ApiKey, version: i16, body: Bytes) -> Result<(Bytes, Vec<Bytes>), String> {
    match (key, version) {
        (ApiKey::ShareFetch, 2..) => cut(body, |body| after_ids(body, FETCH_NUMBERS_BYTES), FETCH_NONE.len()),
        (ApiKey::ShareAcknowledge, 2..) => cut(body, |body| after_ids(body, EPOCH_BYTES), ACK_NONE.len()),
        _ => Ok((body, Vec::new())),
    }
}

/// Cuts the additions out of the body of an answer.
///
/// # Errors
/// When the body ends before them.
pub fn cut_response(key: ApiKey, version: i16, body: Bytes) -> Result<(Bytes, Vec<Bytes>), String> {
    match (key, version) {
        (ApiKey::ShareAcknowledge, 2..) => cut(body, after_error, LOCK_NONE.len()),
        (ApiKey::DescribeShareGroupOffsets, 1..) => cut(body, |body| lag_places(body, LAG_NONE.len()), LAG_NONE.len()),
        _ => Ok((body, Vec::new())),
    }
}

/// Puts what was cut out into the request; a tag of ours that came over the wire goes.
pub fn join_request(mut request: RequestKind, additions: Vec<Bytes>) -> RequestKind {
    let fields = match &mut request {
        RequestKind::ShareFetch(request) => &mut request.unknown_tagged_fields,
        RequestKind::ShareAcknowledge(request) => &mut request.unknown_tagged_fields,
        _ => return request,
    };
    fields.remove(&TAG);
    fields.extend(additions.into_iter().next().map(|bytes| (TAG, bytes)));
    request
}

/// Puts what was cut out into the answer.
pub fn join_response(mut response: ResponseKind, additions: Vec<Bytes>) -> ResponseKind {
    let mut additions = additions.into_iter();
    match &mut response {
        ResponseKind::ShareAcknowledge(answer) => {
            answer.unknown_tagged_fields.remove(&TAG);
            answer.unknown_tagged_fields.extend(additions.next().map(|bytes| (TAG, bytes)));
        }
        ResponseKind::DescribeShareGroupOffsets(answer) => {
            for partition in partitions_of(answer) {
                partition.unknown_tagged_fields.remove(&TAG);
                partition.unknown_tagged_fields.extend(additions.next().map(|bytes| (TAG, bytes)));
            }
        }
        _ => {}
    }
    response
}

/// Writes a request of these APIs in any version; `None` for all others.
pub fn encode_request(request: &RequestKind, version: i16, out: &mut BytesMut) -> Option<anyhow::Result<()>> {
    let mut request = request_of_ours(request)?;
    let (fields, none, numbers_bytes, key) = match &mut request {
        RequestKind::ShareFetch(r) => {
            (&mut r.unknown_tagged_fields, FETCH_NONE, FETCH_NUMBERS_BYTES, ApiKey::ShareFetch)
        }
        RequestKind::ShareAcknowledge(r) => {
            (&mut r.unknown_tagged_fields, ACK_NONE, EPOCH_BYTES, ApiKey::ShareAcknowledge)
        }
        _ => return None,
    };
    let addition = take(fields, none);
    let mut body = BytesMut::new();
    if let Err(error) = request.encode(&mut body, crate_version(key, version)) {
        return Some(Err(error));
    }
    let additions = if version >= 2 { vec![addition] } else { Vec::new() };
    Some(insert(&body, |body| after_ids(body, numbers_bytes), &additions, out))
}

/// A copy that can be changed: requests are written from a reference.
fn request_of_ours(request: &RequestKind) -> Option<RequestKind> {
    matches!(request, RequestKind::ShareFetch(_) | RequestKind::ShareAcknowledge(_)).then(|| request.clone())
}

/// Writes an answer of these APIs in any version; gives all others back.
///
/// # Errors
/// The answer itself, where it is of another API.
pub fn encode_response(
    response: ResponseKind,
    version: i16,
    out: &mut BytesMut,
) -> Result<anyhow::Result<()>, Box<ResponseKind>> {
    let mut body = BytesMut::new();
    match response {
        ResponseKind::ShareFetch(mut answer) => {
            answer.unknown_tagged_fields.remove(&TAG);
            Ok(ResponseKind::ShareFetch(answer).encode(out, version.min(1)))
        }
        ResponseKind::ShareAcknowledge(mut answer) => {
            let addition = take(&mut answer.unknown_tagged_fields, LOCK_NONE);
            let written = ResponseKind::ShareAcknowledge(answer).encode(&mut body, version.min(1));
            let additions = if version >= 2 { vec![addition] } else { Vec::new() };
            Ok(written.and_then(|()| insert(&body, after_error, &additions, out)))
        }
        ResponseKind::DescribeShareGroupOffsets(mut answer) => {
            let lags = partitions_of(&mut answer).map(|p| take(&mut p.unknown_tagged_fields, LAG_NONE));
            let lags: Vec<Bytes> = lags.collect();
            let written = ResponseKind::DescribeShareGroupOffsets(answer).encode(&mut body, 0);
            let additions = if version >= 1 { lags } else { Vec::new() };
            Ok(written.and_then(|()| insert(&body, |body| lag_places(body, 0), &additions, out)))
        }
        other => Err(Box::new(other)),
    }
}

fn partitions_of(
    answer: &mut DescribeShareGroupOffsetsResponse,
) -> impl Iterator<Item = &mut DescribeShareGroupOffsetsResponsePartition> {
    answer.groups.iter_mut().flat_map(|group| &mut group.topics).flat_map(|topic| &mut topic.partitions)
}

/// Takes `length` bytes out at each place that `places` finds.
fn cut(
    body: Bytes,
    places: impl Fn(&[u8]) -> Option<Vec<usize>>,
    length: usize,
) -> Result<(Bytes, Vec<Bytes>), String> {
    let short = || "it ends before what its version adds".to_owned();
    let places = places(&body).ok_or_else(short)?;
    let mut rest = BytesMut::with_capacity(body.len());
    let mut additions = Vec::with_capacity(places.len());
    let mut from = 0;
    for at in places {
        rest.extend_from_slice(body.get(from..at).ok_or_else(short)?);
        let addition = body.get(at..at + length).ok_or_else(short)?;
        additions.push(Bytes::copy_from_slice(addition));
        from = at + length;
    }
    rest.extend_from_slice(body.get(from..).ok_or_else(short)?);
    Ok((rest.freeze(), additions))
}

/// Appends `body` with the additions put in at the places that `places` finds.
fn insert(
    body: &[u8],
    places: impl Fn(&[u8]) -> Option<Vec<usize>>,
    additions: &[Bytes],
    out: &mut BytesMut,
) -> anyhow::Result<()> {
    let places = places(body).ok_or_else(|| anyhow::anyhow!("the body ends before what its version adds"))?;
    let mut from = 0;
    for (at, addition) in places.into_iter().zip(additions) {
        out.extend_from_slice(&body[from..at]);
        out.extend_from_slice(addition);
        from = at;
    }
    out.extend_from_slice(&body[from..]);
    Ok(())
}

/// After group id, member id and so many bytes of numbers.
fn after_ids(body: &[u8], numbers_bytes: usize) -> Option<Vec<usize>> {
    let mut walk = Walk(body);
    walk.string()?;
    walk.string()?;
    walk.skip(numbers_bytes)?;
    Some(vec![body.len() - walk.0.len()])
}

/// After the head and the error message of an answer.
fn after_error(body: &[u8]) -> Option<Vec<usize>> {
    let mut walk = Walk(body);
    walk.skip(ANSWER_HEAD_BYTES)?;
    walk.string()?;
    Some(vec![body.len() - walk.0.len()])
}

/// Where the lag of each partition stands, each `lag_bytes` long: 0 where it is still to be put in.
fn lag_places(body: &[u8], lag_bytes: usize) -> Option<Vec<usize>> {
    let mut walk = Walk(body);
    let mut places = Vec::new();
    walk.skip(4)?;
    for _ in 0..walk.count()? {
        walk.string()?;
        for _ in 0..walk.count()? {
            walk.string()?;
            walk.skip(16)?;
            for _ in 0..walk.count()? {
                walk.skip(4 + 8 + 4)?;
                places.push(body.len() - walk.0.len());
                walk.skip(lag_bytes + 2)?;
                walk.string()?;
                walk.tags()?;
            }
            walk.tags()?;
        }
        walk.skip(2)?;
        walk.string()?;
        walk.tags()?;
    }
    Some(places)
}

/// What is left of a body. Each step takes at least a byte or ends the walk, so a count that lies is found out soon.
struct Walk<'a>(&'a [u8]);

impl Walk<'_> {
    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<usize> {
        let mut value = 0_u32;
        for index in 0..5 {
            let byte = self.0.try_get_u8().ok()?;
            value |= u32::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                break;
            }
        }
        usize::try_from(value).ok()
    }

    /// Elements of a compact array; none where it is null.
    fn count(&mut self) -> Option<usize> {
        Some(self.varint()?.saturating_sub(1))
    }

    /// A compact string, which may be null.
    fn string(&mut self) -> Option<()> {
        let bytes = self.count()?;
        self.skip(bytes)
    }

    fn tags(&mut self) -> Option<()> {
        for _ in 0..self.varint()? {
            self.varint()?;
            let bytes = self.varint()?;
            self.skip(bytes)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut as _;
    use kafka_protocol::{
        messages::{
            ShareAcknowledgeRequest, ShareAcknowledgeResponse, ShareFetchRequest, ShareFetchResponse,
            describe_share_group_offsets_response::{
                DescribeShareGroupOffsetsResponseGroup, DescribeShareGroupOffsetsResponseTopic,
            },
            share_fetch_request::{AcknowledgementBatch, FetchPartition, FetchTopic},
        },
        protocol::StrBytes,
    };

    use super::*;
    use crate::codec::{frame::guard, share};

    fn id(text: &'static str) -> StrBytes {
        StrBytes::from_static_str(text)
    }

    fn fetch() -> ShareFetchRequest {
        let ack =
            AcknowledgementBatch::default().with_first_offset(3).with_last_offset(9).with_acknowledge_types(vec![4]);
        let partition = FetchPartition::default().with_partition_index(2).with_acknowledgement_batches(vec![ack]);
        let mut fetch = ShareFetchRequest::default()
            .with_group_id(Some(id("mail").into()))
            .with_member_id(Some(id("m")))
            .with_share_session_epoch(7)
            .with_max_records(500)
            .with_batch_size(400)
            .with_topics(vec![FetchTopic::default().with_partitions(vec![partition])]);
        share::FetchAdditions { acquire_mode: share::RECORD_LIMIT, is_renew_ack: true }.put(&mut fetch);
        fetch
    }

    fn written(request: &RequestKind, version: i16) -> Bytes {
        let mut out = BytesMut::new();
        encode_request(request, version, &mut out).unwrap().unwrap();
        out.freeze()
    }

    #[test]
    fn share_fetch_2_stands_on_the_wire_as_kafka_has_it() {
        let request = RequestKind::ShareFetch(fetch());
        let bytes = written(&request, 2);
        let head = [&[5][..], b"mail", &[2], b"m", &7_i32.to_be_bytes()].concat();
        assert_eq!(bytes[..head.len()], head);
        // Wait, least and most bytes, then 500 records in batches of 400, the mode, whether it renews, one topic.
        let numbers = [&500_i32.to_be_bytes()[..], &400_i32.to_be_bytes(), &[1, 1, 2]].concat();
        assert_eq!(bytes[head.len() + 12..][..numbers.len()], numbers);
        assert_eq!(guard::decode_request(ApiKey::ShareFetch, 2, bytes).unwrap(), request);
        let older = guard::decode_request(ApiKey::ShareFetch, 1, written(&request, 1)).unwrap();
        let RequestKind::ShareFetch(older) = older else { panic!("another request") };
        assert_eq!(share::FetchAdditions::of(&older), share::FetchAdditions::default());
        assert!(older.unknown_tagged_fields.is_empty());
    }

    #[test]
    fn share_acknowledge_2_and_its_answer_come_as_they_went() {
        let mut request = ShareAcknowledgeRequest::default().with_group_id(None).with_share_session_epoch(-1);
        share::set_renew_ack(&mut request, true);
        let kind = RequestKind::ShareAcknowledge(request);
        assert_eq!(written(&kind, 2)[..], [0, 1, 0xff, 0xff, 0xff, 0xff, 1, 1, 0]);
        assert_eq!(guard::decode_request(ApiKey::ShareAcknowledge, 2, written(&kind, 2)).unwrap(), kind);
        let mut answer = ShareAcknowledgeResponse::default().with_error_message(Some(id("late")));
        share::set_lock_timeout_ms(&mut answer, 30_000);
        let mut out = BytesMut::new();
        encode_response(answer.clone().into(), 2, &mut out).unwrap().unwrap();
        assert_eq!(out[6..15], [&[5][..], b"late", &30_000_i32.to_be_bytes()].concat());
        let read = guard::decode_response(ApiKey::ShareAcknowledge, 2, out.freeze()).unwrap();
        assert_eq!(read, ResponseKind::ShareAcknowledge(answer));
        let answer = ResponseKind::ShareFetch(ShareFetchResponse::default().with_acquisition_lock_timeout_ms(9));
        let mut out = BytesMut::new();
        encode_response(answer.clone(), 2, &mut out).unwrap().unwrap();
        assert_eq!(guard::decode_response(ApiKey::ShareFetch, 2, out.freeze()).unwrap(), answer);
    }

    #[test]
    fn each_partition_keeps_its_own_lag() {
        let partition = |index: i32| {
            let mut partition = DescribeShareGroupOffsetsResponsePartition::default()
                .with_partition_index(index)
                .with_start_offset(40)
                .with_error_message((index == 1).then(|| id("no")));
            share::set_lag(&mut partition, (index != 1).then_some(1_000 + index as u64));
            partition
        };
        let topic = |name, partitions| {
            DescribeShareGroupOffsetsResponseTopic::default()
                .with_topic_name(id(name).into())
                .with_partitions(partitions)
        };
        let group = |topics| DescribeShareGroupOffsetsResponseGroup::default().with_topics(topics);
        let topics = vec![topic("a", vec![partition(0), partition(1)]), topic("b", vec![partition(2)])];
        let answer = DescribeShareGroupOffsetsResponse::default().with_groups(vec![group(vec![]), group(topics)]);
        for version in [0, 1] {
            let mut out = BytesMut::new();
            encode_response(answer.clone().into(), version, &mut out).unwrap().unwrap();
            let read = guard::decode_response(ApiKey::DescribeShareGroupOffsets, version, out.freeze()).unwrap();
            let ResponseKind::DescribeShareGroupOffsets(mut read) = read else { panic!("another answer") };
            let lags: Vec<_> = partitions_of(&mut read).map(|partition| share::lag(partition)).collect();
            assert_eq!(lags, if version == 0 { [None; 3] } else { [Some(1_000), None, Some(1_002)] });
        }
    }

    #[test]
    fn what_ends_early_or_brings_our_tag_is_no_trouble() {
        let whole = written(&RequestKind::ShareFetch(fetch()), 2);
        for length in 0..whole.len() {
            assert!(guard::decode_request(ApiKey::ShareFetch, 2, whole.slice(..length)).is_err(), "{length}");
        }
        // A peer that sends the tag itself: 2^32 - 1, two bytes.
        let mut body = BytesMut::from(&written(&RequestKind::ShareFetch(fetch()), 1)[..]);
        body.truncate(body.len() - 1);
        body.put_slice(&[1, 0xff, 0xff, 0xff, 0xff, 0x0f, 2, 1, 1]);
        if let Ok(RequestKind::ShareFetch(read)) = guard::decode_request(ApiKey::ShareFetch, 1, body.freeze()) {
            assert_eq!(share::FetchAdditions::of(&read), share::FetchAdditions::default());
        }
        assert_eq!(lag_places(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f], 8), None);
    }
}
