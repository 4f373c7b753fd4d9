//! The bytes that members of a classic consumer group exchange: subscription and assignment.
//!
//! Written here and not taken from the protocol crate, because they come from other members by way of the broker: its
//! decoder reserves room for as many elements as the bytes claim, ours for what is there.

use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::model::{PartitionId, TopicPartition};

/// Protocol type of consumers in JoinGroup.
pub const PROTOCOL_TYPE: &str = "consumer";
/// Version written: 2 has owned partitions and the generation in which they were owned.
const SUBSCRIPTION_VERSION: i16 = 2;
const ASSIGNMENT_VERSION: i16 = 0;

/// What a member says about itself (`ConsumerProtocolSubscription`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscription {
    pub topics: Vec<Arc<str>>,
    /// What the assignor of the member wants to remember.
    pub user_data: Option<Bytes>,
    /// What it held when it wrote this.
    pub owned: Vec<TopicPartition>,
    /// -1 where not told.
    pub generation: i32,
}

impl Subscription {
    /// The bytes for JoinGroup.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_i16(SUBSCRIPTION_VERSION);
        out.put_i32(self.topics.len() as i32);
        self.topics.iter().for_each(|topic| put_string(&mut out, topic));
        put_bytes(&mut out, self.user_data.as_ref());
        put_partitions(&mut out, &self.owned);
        out.put_i32(self.generation);
        out.freeze()
    }

    /// `None` for bytes that are not a subscription. Later versions only add at the end.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let version = rest.try_get_i16().ok()?;
        let mut topics = Vec::new();
        for _ in 0..rest.try_get_i32().ok()? {
            topics.push(take_string(&mut rest)?);
        }
        let user_data = take_bytes(&mut rest)?;
        let owned = if version >= 1 { take_partitions(&mut rest)? } else { Vec::new() };
        let generation = if version >= 2 { rest.try_get_i32().ok()? } else { -1 };
        Some(Self { topics, user_data, owned, generation })
    }
}

/// The bytes of an assignment (`ConsumerProtocolAssignment`).
pub fn encode_assignment(partitions: &[TopicPartition]) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(ASSIGNMENT_VERSION);
    put_partitions(&mut out, partitions);
    put_bytes(&mut out, None);
    out.freeze()
}

/// The partitions of an assignment, ascending; `None` for bytes that are none. No bytes at all are no partitions.
pub fn decode_assignment(bytes: &[u8]) -> Option<Vec<TopicPartition>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let mut rest = bytes;
    rest.try_get_i16().ok()?;
    let mut partitions = take_partitions(&mut rest)?;
    partitions.sort();
    Some(partitions)
}

/// What the sticky assignor remembers in `user_data` (Kafka: `StickyAssignorUserData` version 1), because an eager member
/// owns nothing any more when it joins again.
pub fn encode_sticky_memory(owned: &[TopicPartition], generation: i32) -> Bytes {
    let mut out = BytesMut::new();
    put_partitions(&mut out, owned);
    out.put_i32(generation);
    out.freeze()
}

/// Previous partitions and their generation; `None` for bytes that are none.
pub fn decode_sticky_memory(bytes: &[u8]) -> Option<(Vec<TopicPartition>, i32)> {
    let mut rest = bytes;
    let owned = take_partitions(&mut rest)?;
    // Version 0 has no generation.
    Some((owned, rest.try_get_i32().unwrap_or(-1)))
}

fn put_string(out: &mut BytesMut, s: &str) {
    out.put_i16(s.len() as i16);
    out.put_slice(s.as_bytes());
}

fn put_bytes(out: &mut BytesMut, bytes: Option<&Bytes>) {
    match bytes {
        None => out.put_i32(-1),
        Some(bytes) => {
            out.put_i32(bytes.len() as i32);
            out.put_slice(bytes);
        }
    }
}

fn put_partitions(out: &mut BytesMut, partitions: &[TopicPartition]) {
    let mut topics = Vec::<(&Arc<str>, Vec<PartitionId>)>::new();
    for tp in partitions {
        match topics.iter_mut().find(|(name, _)| **name == tp.topic) {
            Some((_, numbers)) => numbers.push(tp.partition),
            None => topics.push((&tp.topic, vec![tp.partition])),
        }
    }
    out.put_i32(topics.len() as i32);
    for (name, numbers) in topics {
        put_string(out, name);
        out.put_i32(numbers.len() as i32);
        numbers.iter().for_each(|number| out.put_i32(*number));
    }
}

fn take_string(rest: &mut &[u8]) -> Option<Arc<str>> {
    let length = usize::try_from(rest.try_get_i16().ok()?).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok().map(Arc::from)
}

/// The outer `None` is damage, the inner one null.
#[allow(clippy::option_option)]
fn take_bytes(rest: &mut &[u8]) -> Option<Option<Bytes>> {
    let length = rest.try_get_i32().ok()?;
    if length < 0 {
        return Some(None);
    }
    let (bytes, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(Some(Bytes::copy_from_slice(bytes)))
}

fn take_partitions(rest: &mut &[u8]) -> Option<Vec<TopicPartition>> {
    let mut partitions = Vec::new();
    for _ in 0..rest.try_get_i32().ok()? {
        let topic = take_string(rest)?;
        for _ in 0..rest.try_get_i32().ok()? {
            partitions.push(TopicPartition::new(Arc::clone(&topic), rest.try_get_i32().ok()?));
        }
    }
    Some(partitions)
}

#[cfg(test)]
mod tests {
    use kafka_protocol::{
        messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription},
        protocol::Decodable,
    };

    use super::*;

    fn sample() -> Subscription {
        let owned = [("a", 0), ("a", 2), ("b", 1)].map(|(topic, n)| TopicPartition::new(topic, n)).to_vec();
        let user_data = Some(encode_sticky_memory(&owned, 7));
        Subscription { topics: vec!["a".into(), "订单".into()], user_data, owned, generation: 7 }
    }

    #[test]
    fn a_subscription_comes_back_and_kafkas_schema_reads_it() {
        let sample = sample();
        let bytes = sample.encode();
        assert_eq!(Subscription::decode(&bytes), Some(sample.clone()));
        let mut rest = bytes.slice(2..);
        let theirs = ConsumerProtocolSubscription::decode(&mut rest, 2).unwrap();
        assert_eq!(theirs.topics.len(), 2);
        assert_eq!(theirs.owned_partitions[0].partitions, [0, 2]);
        assert_eq!(theirs.generation_id, 7);
        assert!(rest.is_empty());
        let memory = sample.user_data.unwrap();
        assert_eq!(decode_sticky_memory(&memory), Some((sample.owned, 7)));
    }

    #[test]
    fn an_assignment_comes_back_and_kafkas_schema_reads_it() {
        let owned = sample().owned;
        let bytes = encode_assignment(&owned);
        assert_eq!(decode_assignment(&bytes), Some(owned));
        let theirs = ConsumerProtocolAssignment::decode(&mut bytes.slice(2..), 0).unwrap();
        assert_eq!(theirs.assigned_partitions.len(), 2);
        assert_eq!(decode_assignment(&[]), Some(Vec::new()));
    }

    #[test]
    fn damaged_bytes_are_refused_without_reserving_what_they_claim() {
        let bytes = sample().encode();
        for end in 0..bytes.len() {
            assert_eq!(Subscription::decode(&bytes[..end]), None, "{end}");
        }
        let huge = [0, 2, 0x7f, 0xff, 0xff, 0xff];
        assert_eq!(Subscription::decode(&huge), None);
        assert_eq!(decode_assignment(&huge), None);
    }
}
