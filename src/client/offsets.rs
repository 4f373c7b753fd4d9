//! ListOffsets: where a partition starts and ends, and which offset belongs to a time.

use kafka_protocol::messages::{
    BrokerId, ListOffsetsRequest,
    list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
};

use super::{
    Client, ClientError, Isolation,
    routing::{ANSWER_WAIT_MILLIS, Target},
    topics::left_out,
    wire::{by_topic, topic_name},
};
use crate::model::{Offset, TimestampMillis, TopicPartition};

/// What offset is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The start of the log.
    Earliest,
    /// The high watermark: the offset that the next record will get.
    Latest,
    /// The last stable offset: where the first open transaction begins, or the high watermark. Must not be asked for
    /// together with the others.
    LastStable,
    /// The record with the largest timestamp.
    MaxTimestamp,
    /// The first record at or after this time.
    At(TimestampMillis),
}

/// An answer of ListOffsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedOffset {
    /// `None` where there is no such record (empty log, time beyond the last record).
    pub offset: Option<Offset>,
    /// Timestamp of the record; -1 for earliest and latest.
    pub timestamp: TimestampMillis,
    /// -1 where not told.
    pub leader_epoch: i32,
}

impl Client {
    /// Looks offsets up; one outcome an entry, in the order asked. At most one entry a partition.
    pub async fn offsets(
        &self,
        asked: Vec<(TopicPartition, OffsetSpec)>,
    ) -> Result<Vec<(TopicPartition, Result<ListedOffset, ClientError>)>, ClientError> {
        Ok(self.by_leader(asked, |node, part| Box::pin(self.offsets_on(node, part))).await)
    }

    /// One offset of one partition; `None` where there is no such record.
    pub async fn offset(&self, partition: &TopicPartition, spec: OffsetSpec) -> Result<Option<Offset>, ClientError> {
        let mut outcomes = self.offsets(vec![(partition.clone(), spec)]).await?;
        match outcomes.pop() {
            Some((_, outcome)) => outcome.map(|listed| listed.offset),
            None => Err(left_out(&format!("look up an offset of {partition}"))),
        }
    }

    /// Looks offsets of partitions up at the node that leads them, once; at most one entry a partition.
    pub async fn offsets_on(
        &self,
        node: i32,
        part: Vec<(TopicPartition, OffsetSpec)>,
    ) -> Result<Vec<(TopicPartition, Result<ListedOffset, ClientError>)>, ClientError> {
        let build = |_| {
            let topics = by_topic(part.iter().cloned()).into_iter().map(|(name, partitions)| {
                let partitions = partitions.into_iter().map(|(partition, spec)| {
                    ListOffsetsPartition::default().with_partition_index(partition).with_timestamp(spec.as_wire())
                });
                ListOffsetsTopic::default().with_name(topic_name(&name)).with_partitions(partitions.collect())
            });
            let stable = part.iter().any(|(_, spec)| *spec == OffsetSpec::LastStable);
            let isolation = if stable { Isolation::ReadCommitted } else { Isolation::ReadUncommitted };
            ListOffsetsRequest::default()
                .with_replica_id(BrokerId(-1))
                .with_isolation_level(isolation.as_wire())
                .with_topics(topics.collect())
        };
        let (answer, version) = self.ask_once(Target::Node(node), "look up offsets", ANSWER_WAIT_MILLIS, build).await?;
        if version < MAX_TIMESTAMP_VERSION && part.iter().any(|(_, spec)| *spec == OffsetSpec::MaxTimestamp) {
            return Err(ClientError::Unsupported {
                asked: "look up the newest timestamp".to_owned(),
                ours: format!("{MAX_TIMESTAMP_VERSION} and later"),
                peer: format!("up to {version}"),
            });
        }
        let mut outcomes = Vec::new();
        for topic in &answer.topics {
            for listed in &topic.partitions {
                let tp = TopicPartition::new(topic.name.as_str(), listed.partition_index);
                let checked = ClientError::check(listed.error_code, || format!("look up an offset of {tp}"), None);
                let found = ListedOffset {
                    offset: (listed.offset >= 0).then_some(listed.offset),
                    timestamp: listed.timestamp,
                    leader_epoch: listed.leader_epoch,
                };
                outcomes.push((tp, checked.map(|()| found)));
            }
        }
        Ok(outcomes)
    }
}

/// The first version of ListOffsets that knows the largest timestamp (KIP-734).
const MAX_TIMESTAMP_VERSION: i16 = 7;

impl OffsetSpec {
    /// The timestamp that stands for it on the wire.
    fn as_wire(self) -> i64 {
        match self {
            Self::Earliest => -2,
            Self::Latest | Self::LastStable => -1,
            Self::MaxTimestamp => -3,
            // Negative times would be read as one of the marks above.
            Self::At(timestamp) => timestamp.max(0),
        }
    }
}
