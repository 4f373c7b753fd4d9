//! The answer to a Fetch, written around its records.
//!
//! The message crate copies records into its buffer. Here it writes every part with empty records and empty lists, and the
//! lengths of these are put in their places; the parts themselves, with all their versions, stay the crate's business.

use bytes::{BufMut as _, Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        FetchResponse,
        fetch_response::{FetchableTopicResponse, PartitionData},
    },
    protocol::Encodable,
};

use super::Outbox;

/// First version with compact lengths and tagged fields.
const COMPACT_FROM: i16 = 12;
/// First version with an error and a session before the list of topics.
const SESSION_FROM: i16 = 7;

type Records = Vec<(usize, Bytes)>;

/// Appends the answer without its large records; answers these, each with its place in the buffer.
pub fn encode(mut answer: FetchResponse, version: i16, buffer: &mut BytesMut) -> anyhow::Result<Records> {
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions);
    let large = partitions.filter(|data| data.records.as_ref().is_some_and(|records| Outbox::is_piece(records)));
    let mut records = Vec::with_capacity(large.count());
    if records.capacity() == 0 {
        answer.encode(buffer, version)?;
        return Ok(records);
    }
    let topics = std::mem::take(&mut answer.responses);
    let head_bytes = if version >= SESSION_FROM { 10 } else { 4 };
    let (start, mut end) = (buffer.len(), BytesMut::new());
    answer.encode(&mut end, version)?;
    buffer.put_slice(&end.split_to(head_bytes));
    put_count(buffer, topics.len(), version);
    let end = end.split_off(length_bytes(version));
    for topic in topics {
        encode_topic(topic, version, buffer, &mut records)?;
    }
    buffer.put_slice(&end);
    debug_assert!(records.iter().all(|(at, _)| *at > start));
    Ok(records)
}

fn encode_topic(
    mut topic: FetchableTopicResponse,
    version: i16,
    buffer: &mut BytesMut,
    records: &mut Records,
) -> anyhow::Result<()> {
    let partitions = std::mem::take(&mut topic.partitions);
    topic.encode(buffer, version)?;
    // Ends with an empty list and, where there are tagged fields, with none of them.
    let tags = usize::from(version >= COMPACT_FROM);
    buffer.truncate(buffer.len() - tags - length_bytes(version));
    put_count(buffer, partitions.len(), version);
    for mut data in partitions {
        match data.records.take_if(|records| Outbox::is_piece(records)) {
            None => data.encode(buffer, version)?,
            Some(bytes) => encode_partition(data, bytes, version, buffer, records)?,
        }
    }
    buffer.put_bytes(0, tags);
    Ok(())
}

/// `data` has no records any more; `bytes` are they.
fn encode_partition(
    data: PartitionData,
    bytes: Bytes,
    version: i16,
    buffer: &mut BytesMut,
    records: &mut Records,
) -> anyhow::Result<()> {
    let start = buffer.len();
    data.encode(buffer, version)?;
    let tags = tagged_bytes(data, buffer.len() - start, version)?;
    let tags = buffer.split_off(buffer.len() - tags);
    buffer.truncate(buffer.len() - length_bytes(version));
    if version >= COMPACT_FROM {
        put_varint(buffer, bytes.len() + 1);
    } else {
        buffer.put_i32(i32::try_from(bytes.len())?);
    }
    records.push((buffer.len(), bytes));
    buffer.put_slice(&tags);
    Ok(())
}

/// Bytes of the tagged fields at the end of a partition that takes `whole` bytes with them.
fn tagged_bytes(mut data: PartitionData, whole: usize, version: i16) -> anyhow::Result<usize> {
    if version < COMPACT_FROM {
        return Ok(0);
    }
    data.diverging_epoch = Default::default();
    data.current_leader = Default::default();
    data.snapshot_id = Default::default();
    data.unknown_tagged_fields.clear();
    // What is left ends with the count of tagged fields, which is one byte for none.
    Ok(whole - data.compute_size(version)? + 1)
}

/// Bytes of the length of an empty list, and of records that are null.
fn length_bytes(version: i16) -> usize {
    if version >= COMPACT_FROM { 1 } else { 4 }
}

fn put_count(buffer: &mut BytesMut, count: usize, version: i16) {
    if version >= COMPACT_FROM {
        put_varint(buffer, count + 1);
    } else {
        // A request of fewer bytes than that asked for them.
        buffer.put_i32(i32::try_from(count).unwrap_or(i32::MAX));
    }
}

fn put_varint(buffer: &mut BytesMut, mut value: usize) {
    while value >= 0x80 {
        buffer.put_u8((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    buffer.put_u8(value as u8);
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use kafka_protocol::messages::{
        ApiKey, ResponseKind, TopicName,
        fetch_response::{AbortedTransaction, EpochEndOffset, LeaderIdAndEpoch},
    };

    use super::*;
    use crate::codec::frame::encode_response;

    fn answer(version: i16) -> FetchResponse {
        let partition = |index: i32, records: Option<usize>| {
            let mut data = PartitionData::default()
                .with_partition_index(index)
                .with_high_watermark(7)
                .with_records(records.map(|length| Bytes::from(vec![index as u8; length])));
            if version >= COMPACT_FROM && index % 2 == 1 {
                data.diverging_epoch = EpochEndOffset::default().with_epoch(3).with_end_offset(9);
                data.current_leader = LeaderIdAndEpoch::default().with_leader_id(1.into()).with_leader_epoch(2);
            }
            let aborted = AbortedTransaction::default().with_producer_id(4.into()).with_first_offset(5);
            data.with_aborted_transactions(Some(vec![aborted]))
        };
        let topic = |sizes: &[Option<usize>]| {
            let partitions = sizes.iter().enumerate().map(|(index, size)| partition(index as i32, *size));
            let topic = FetchableTopicResponse::default().with_partitions(partitions.collect());
            if version >= 13 {
                topic.with_topic_id(uuid::Uuid::from_u128(7))
            } else {
                topic.with_topic(TopicName::from(kafka_protocol::protocol::StrBytes::from_static_str("orders")))
            }
        };
        let many = vec![Some(5_000); 200];
        FetchResponse::default().with_throttle_time_ms(0).with_responses(vec![
            topic(&[None, Some(0), Some(100_000), Some(3_000_000)]),
            topic(&[]),
            topic(&many),
        ])
    }

    #[test]
    fn the_bytes_are_those_of_the_message_crate() {
        for version in 4..=18 {
            let mut expected = BytesMut::new();
            answer(version).encode(&mut expected, version).unwrap();
            let mut out = Outbox::default();
            let written =
                encode_response(ApiKey::Fetch, version, 42, ResponseKind::Fetch(answer(version)), &mut out).unwrap();
            let mut bytes = Vec::new();
            while !out.is_empty() {
                let mut slices = [IoSlice::new(&[]); 16];
                let count = out.slices(&mut slices);
                let now = slices[..count].concat_all();
                out.advance(now.len());
                bytes.extend_from_slice(&now);
            }
            let head = if version >= 12 { 5 } else { 4 };
            assert_eq!(bytes[..4], (written as i32).to_be_bytes());
            assert_eq!(bytes.len(), written + 4);
            assert!(bytes[4 + head..] == expected[..], "version {version}");
        }
    }

    trait ConcatAll {
        fn concat_all(&self) -> Vec<u8>;
    }

    impl ConcatAll for [IoSlice<'_>] {
        fn concat_all(&self) -> Vec<u8> {
            self.iter().flat_map(|slice| slice.iter().copied()).collect()
        }
    }
}
