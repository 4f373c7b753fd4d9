//! What a request asks, as far as it is needed when its answer is there: the request itself is gone by then.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::messages::{FetchRequest, ProduceRequest, RequestKind, ResponseKind, TopicName};
use uuid::Uuid;

use super::{
    BatchFactsSeen,
    commits::{self, AskedCommits},
    detail::FetchDetail,
    said::PARTS_MAX,
};
use crate::{
    broker::topics::{Topic, Topics},
    codec::BatchHeader,
    model::PartitionId,
};

/// First version of Produce and Fetch that names topics by id.
const BY_ID_FROM: i16 = 13;
/// Batches looked at in one records field; more than one is rare.
const BATCHES_MAX: usize = 1_000;

/// What a request asks.
pub enum Asked {
    Produce(AskedProduce),
    Fetch(FetchDetail),
    ShareFetch { max_wait_ms: i32, min_bytes: i32 },
    Commit(AskedCommits),
    Join { group: Arc<str>, session_timeout_ms: i32, consumer: bool },
    Sync { group: Arc<str>, member: Arc<str>, generation: i32 },
    Heartbeat { group: Arc<str>, member: Arc<str>, generation: i32 },
    ConsumerHeartbeat { group: Arc<str>, member: Arc<str>, epoch: i32 },
    Leave { group: Arc<str>, members: Box<[Arc<str>]> },
    Library { name: Arc<str>, version: Arc<str> },
    OffsetFetch { group: Arc<str>, partitions: u32 },
    Topics { names: Box<[Arc<str>]>, count: u32 },
    Groups { names: Box<[Arc<str>]>, count: u32 },
    Transaction { transactional_id: Arc<str>, producer_id: i64, epoch: i16, commit: Option<bool> },
    Other,
}

pub struct AskedProduce {
    pub acks: i16,
    pub timeout_ms: i32,
    pub transactional_id: Option<Arc<str>>,
    pub parts: Vec<AskedBatch>,
}

/// The records for one partition.
pub struct AskedBatch {
    pub topic: Arc<str>,
    pub topic_id: Uuid,
    pub partition: PartitionId,
    pub bytes: u32,
    pub records: u32,
    /// Offsets that they take: more than records only where a batch has gaps.
    pub offsets: i64,
    /// Of the first batch; `None` where it is no batch.
    pub header: Option<BatchHeader>,
}

impl Asked {
    /// Bytes of records that come with it.
    pub fn record_bytes(&self) -> u64 {
        match self {
            Self::Produce(produce) => produce.parts.iter().map(|part| u64::from(part.bytes)).sum(),
            _ => 0,
        }
    }
}

/// Looks at a request.
pub fn look(topics: &Topics, version: i16, request: &RequestKind) -> Asked {
    match request {
        RequestKind::Produce(request) => Asked::Produce(produce(topics, version, request)),
        RequestKind::Fetch(request) => Asked::Fetch(fetch(request)),
        RequestKind::OffsetCommit(request) => Asked::Commit(commits::look(topics, request)),
        RequestKind::TxnOffsetCommit(request) => Asked::Commit(commits::look_in_transaction(topics, request)),
        RequestKind::JoinGroup(request) => {
            let consumer = *request.protocol_type == *"consumer";
            let session_timeout_ms = request.session_timeout_ms;
            Asked::Join { group: arc(&request.group_id), session_timeout_ms, consumer }
        }
        RequestKind::SyncGroup(request) => Asked::Sync {
            group: arc(&request.group_id),
            member: arc(&request.member_id),
            generation: request.generation_id,
        },
        RequestKind::Heartbeat(request) => Asked::Heartbeat {
            group: arc(&request.group_id),
            member: arc(&request.member_id),
            generation: request.generation_id,
        },
        RequestKind::ConsumerGroupHeartbeat(request) => Asked::ConsumerHeartbeat {
            group: arc(&request.group_id),
            member: arc(&request.member_id),
            epoch: request.member_epoch,
        },
        RequestKind::ShareGroupHeartbeat(request) => Asked::ConsumerHeartbeat {
            group: arc(&request.group_id),
            member: arc(&request.member_id),
            epoch: request.member_epoch,
        },
        RequestKind::ShareFetch(request) => {
            Asked::ShareFetch { max_wait_ms: request.max_wait_ms, min_bytes: request.min_bytes }
        }
        RequestKind::LeaveGroup(request) => {
            // Up to version 2 there is one member, and it stands outside the list.
            let one = (!request.member_id.is_empty()).then(|| arc(&request.member_id));
            let members = request.members.iter().map(|member| arc(&member.member_id));
            Asked::Leave {
                group: arc(&request.group_id),
                members: one.into_iter().chain(members).take(PARTS_MAX).collect(),
            }
        }
        RequestKind::ApiVersions(request) => {
            Asked::Library { name: arc(&request.client_software_name), version: arc(&request.client_software_version) }
        }
        RequestKind::OffsetFetch(request) => {
            let newer = request.groups.first();
            let group = newer.map_or(&request.group_id, |group| &group.group_id);
            let older = request.topics.iter().flatten().map(|topic| topic.partition_indexes.len());
            let in_groups = request.groups.iter().flat_map(|group| group.topics.iter().flatten());
            let partitions = older.chain(in_groups.map(|topic| topic.partition_indexes.len())).sum::<usize>();
            Asked::OffsetFetch { group: arc(group), partitions: count(partitions) }
        }
        _ => names(request),
    }
}

fn names(request: &RequestKind) -> Asked {
    let of = |names: &mut dyn Iterator<Item = &TopicName>| {
        let first: Box<[Arc<str>]> = names.take(PARTS_MAX).map(|name| arc(name)).collect();
        let count = count(first.len() + names.count());
        Asked::Topics { names: first, count }
    };
    match request {
        RequestKind::Metadata(request) => {
            of(&mut request.topics.iter().flatten().filter_map(|topic| topic.name.as_ref()))
        }
        RequestKind::CreateTopics(request) => of(&mut request.topics.iter().map(|topic| &topic.name)),
        RequestKind::DeleteTopics(request) => {
            of(&mut request.topic_names.iter().chain(request.topics.iter().filter_map(|topic| topic.name.as_ref())))
        }
        RequestKind::CreatePartitions(request) => of(&mut request.topics.iter().map(|topic| &topic.name)),
        RequestKind::DeleteRecords(request) => of(&mut request.topics.iter().map(|topic| &topic.name)),
        RequestKind::ListOffsets(request) => of(&mut request.topics.iter().map(|topic| &topic.name)),
        RequestKind::OffsetForLeaderEpoch(request) => of(&mut request.topics.iter().map(|topic| &topic.topic)),
        RequestKind::DescribeGroups(request) => groups(&mut request.groups.iter().map(|group| &***group)),
        RequestKind::ConsumerGroupDescribe(request) => groups(&mut request.group_ids.iter().map(|group| &***group)),
        RequestKind::ShareGroupDescribe(request) => groups(&mut request.group_ids.iter().map(|group| &***group)),
        RequestKind::ShareAcknowledge(request) => groups(&mut request.group_id.iter().map(|group| &***group)),
        RequestKind::DescribeShareGroupOffsets(request) => {
            groups(&mut request.groups.iter().map(|group| &**group.group_id))
        }
        RequestKind::AlterShareGroupOffsets(request) => groups(&mut std::iter::once(&**request.group_id)),
        RequestKind::DeleteShareGroupOffsets(request) => groups(&mut std::iter::once(&**request.group_id)),
        RequestKind::DeleteGroups(request) => groups(&mut request.groups_names.iter().map(|group| &***group)),
        // Key type 0 asks for the coordinator of a group, 1 for that of a transactional id.
        RequestKind::FindCoordinator(request) if request.key_type == 0 => {
            let one = (!request.key.is_empty()).then_some(&*request.key);
            groups(&mut one.into_iter().chain(request.coordinator_keys.iter().map(|key| &**key)))
        }
        RequestKind::InitProducerId(request) => Asked::Transaction {
            transactional_id: request.transactional_id.as_ref().map_or_else(|| "".into(), |id| arc(id)),
            producer_id: request.producer_id.0,
            epoch: request.producer_epoch,
            commit: None,
        },
        RequestKind::EndTxn(request) => Asked::Transaction {
            transactional_id: arc(&request.transactional_id),
            producer_id: request.producer_id.0,
            epoch: request.producer_epoch,
            commit: Some(request.committed),
        },
        RequestKind::AddOffsetsToTxn(request) => Asked::Transaction {
            transactional_id: arc(&request.transactional_id),
            producer_id: request.producer_id.0,
            epoch: request.producer_epoch,
            commit: None,
        },
        RequestKind::AddPartitionsToTxn(request) => Asked::Transaction {
            transactional_id: arc(&request.v3_and_below_transactional_id),
            producer_id: request.v3_and_below_producer_id.0,
            epoch: request.v3_and_below_producer_epoch,
            commit: None,
        },
        _ => Asked::Other,
    }
}

fn groups(names: &mut dyn Iterator<Item = &str>) -> Asked {
    let first: Box<[Arc<str>]> = names.take(PARTS_MAX).map(arc).collect();
    let count = count(first.len() + names.count());
    Asked::Groups { names: first, count }
}

/// Looks at a Produce.
pub fn produce(topics: &Topics, version: i16, request: &ProduceRequest) -> AskedProduce {
    let mut parts = Vec::with_capacity(request.topic_data.iter().map(|data| data.partition_data.len()).sum());
    for data in &request.topic_data {
        let topic = find(topics, &data.name, data.topic_id, version >= BY_ID_FROM);
        for part in &data.partition_data {
            let mut asked = AskedBatch {
                topic: topic.as_ref().map_or_else(|| arc(&data.name), |topic| topic.name.clone()),
                topic_id: topic.as_ref().map_or(data.topic_id, |topic| topic.id),
                partition: part.index,
                bytes: 0,
                records: 0,
                offsets: 0,
                header: None,
            };
            asked.look_at(part.records.as_ref());
            parts.push(asked);
        }
    }
    let transactional_id = request.transactional_id.as_ref().map(|id| arc(id));
    AskedProduce { acks: request.acks, timeout_ms: request.timeout_ms, transactional_id, parts }
}

impl AskedBatch {
    /// What the headers say; `None` where the bytes are no batch. The base offset is not known yet.
    pub fn facts(&self) -> Option<BatchFactsSeen> {
        let header = self.header?;
        Some(BatchFactsSeen {
            base_offset: -1,
            records: self.records,
            bytes: self.bytes,
            compression: header.compression().unwrap_or_default(),
            producer_id: header.producer_id,
            producer_epoch: header.producer_epoch,
            base_sequence: header.base_sequence,
            transactional: header.is_transactional(),
        })
    }

    /// Reads the headers; the records stay as they are, and nothing holds on to them.
    fn look_at(&mut self, records: Option<&Bytes>) {
        let Some(records) = records else { return };
        self.bytes = count(records.len());
        let mut rest = &records[..];
        for _ in 0..BATCHES_MAX {
            let Ok(header) = BatchHeader::parse(rest) else { return };
            self.records = self.records.saturating_add(header.record_count.unsigned_abs());
            self.offsets += i64::from(header.last_offset_delta) + 1;
            rest = rest.get(header.batch_bytes..).unwrap_or_default();
            self.header.get_or_insert(header);
            if rest.is_empty() {
                return;
            }
        }
    }
}

fn fetch(request: &FetchRequest) -> FetchDetail {
    FetchDetail {
        max_wait_ms: request.max_wait_ms,
        min_bytes: request.min_bytes,
        max_bytes: request.max_bytes,
        isolation_level: request.isolation_level,
        session_id: request.session_id,
        session_epoch: request.session_epoch,
        partitions: count(request.topics.iter().map(|topic| topic.partitions.len()).sum()),
        forgotten: count(request.forgotten_topics_data.iter().map(|topic| topic.partitions.len()).sum()),
        answered_session_id: 0,
        answered_error: 0,
        answered_partitions: 0,
    }
}

/// The topic of a request that names it or, in newer versions, gives its id.
fn find(topics: &Topics, name: &TopicName, id: Uuid, by_id: bool) -> Option<Arc<Topic>> {
    if by_id { topics.by_id(id) } else { topics.by_name(name) }
}

/// Whether all fields may be kept: not of Produce and Fetch, which are too many, and never what proves who somebody is.
pub fn may_be_printed(request: &RequestKind) -> bool {
    !matches!(
        request,
        RequestKind::Produce(_)
            | RequestKind::Fetch(_)
            | RequestKind::ShareFetch(_)
            | RequestKind::SaslAuthenticate(_)
            | RequestKind::AlterUserScramCredentials(_)
            | RequestKind::CreateDelegationToken(_)
            | RequestKind::RenewDelegationToken(_)
            | RequestKind::ExpireDelegationToken(_)
            | RequestKind::PushTelemetry(_)
    )
}

/// The same of the answer.
pub fn answer_may_be_printed(response: &ResponseKind) -> bool {
    !matches!(
        response,
        ResponseKind::Produce(_)
            | ResponseKind::Fetch(_)
            | ResponseKind::ShareFetch(_)
            | ResponseKind::SaslAuthenticate(_)
            | ResponseKind::CreateDelegationToken(_)
            | ResponseKind::DescribeDelegationToken(_)
    )
}

fn arc(words: &str) -> Arc<str> {
    words.into()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
