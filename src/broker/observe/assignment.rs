//! What members of groups own, read from their assignments.

use std::sync::Arc;

use kafka_protocol::messages::{
    consumer_group_heartbeat_response::Assignment, share_group_heartbeat_response::Assignment as ShareAssignment,
};

use crate::broker::topics::Topics;

/// Topics with their partitions.
pub type Owned = Vec<(Arc<str>, Vec<i32>)>;

/// The assignment of a classic member, as its leader wrote it (`ConsumerProtocolAssignment`, all versions). What is cut or
/// of another protocol type gives what could be read.
///
/// Read by hand and not by the protocol crate, which reserves memory for whatever count the bytes claim: they come from
/// a client and no broker ever checks them.
pub fn classic(assignment: &[u8]) -> Owned {
    let mut owned = Vec::new();
    let mut reader = Reader(assignment);
    let (Some(_version), Some(topics)) = (reader.short(), reader.int()) else { return owned };
    for _ in 0..topics {
        let Some(topic) = reader.topic() else { break };
        owned.push(topic);
    }
    owned
}

/// The assignment of a member of the newer protocol.
pub fn newer(topics: &Topics, assignment: &Assignment) -> Owned {
    let named = assignment.topic_partitions.iter().filter_map(|one| Some((topics.by_id(one.topic_id)?, one)));
    named.map(|(topic, one)| (topic.name.clone(), one.partitions.clone())).collect()
}

/// The assignment of a member of a share group.
pub fn share(topics: &Topics, assignment: &ShareAssignment) -> Owned {
    let named = assignment.topic_partitions.iter().filter_map(|one| Some((topics.by_id(one.topic_id)?, one)));
    named.map(|(topic, one)| (topic.name.clone(), one.partitions.clone())).collect()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<i16> {
        self.take(2)?.try_into().ok().map(i16::from_be_bytes)
    }

    fn int(&mut self) -> Option<i32> {
        self.take(4)?.try_into().ok().map(i32::from_be_bytes)
    }

    fn topic(&mut self) -> Option<(Arc<str>, Vec<i32>)> {
        let length = usize::try_from(self.short()?).ok()?;
        let name = std::str::from_utf8(self.take(length)?).ok()?.into();
        let count = usize::try_from(self.int()?).ok()?;
        let partitions = self.take(count.checked_mul(4)?)?.chunks_exact(4);
        let partitions = partitions.filter_map(|bytes| bytes.try_into().ok().map(i32::from_be_bytes));
        Some((name, partitions.collect()))
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::{
        messages::{ConsumerProtocolAssignment, TopicName, consumer_protocol_assignment::TopicPartition},
        protocol::{Encodable, StrBytes},
    };

    use super::*;

    #[test]
    fn an_assignment_is_read_and_a_lying_one_costs_nothing() {
        let topic = TopicPartition::default()
            .with_topic(TopicName(StrBytes::from_static_str("orders")))
            .with_partitions(vec![1, 3]);
        let mut bytes = BytesMut::from(&[0, 1][..]);
        ConsumerProtocolAssignment::default().with_assigned_partitions(vec![topic]).encode(&mut bytes, 1).unwrap();
        assert_eq!(classic(&bytes), [("orders".into(), vec![1, 3])]);
        assert!(classic(&[]).is_empty());
        assert!(classic(&[0, 1, 0x7f, 0xff, 0xff, 0xff, 0, 1, b'a', 0x7f, 0xff, 0xff, 0xff, 0]).is_empty());
    }
}
