//! A partition that a Fetch asks for, and where it is.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use kafka_protocol::{
    ResponseError,
    messages::{FetchRequest, TopicName, fetch_request::FetchPartition},
};
use uuid::Uuid;

use crate::{
    broker::topics::{Slot, Topic, Topics},
    model::{Offset, PartitionId},
};

/// What a request calls a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TopicKey {
    Name(TopicName),
    Id(Uuid),
}

impl TopicKey {
    /// As the request has it.
    pub fn of(name: &TopicName, id: Uuid, by_id: bool) -> Self {
        if by_id { Self::Id(id) } else { Self::Name(name.clone()) }
    }

    /// A copy that does not keep the request's bytes in memory.
    pub fn detached(&self) -> Self {
        match self {
            Self::Name(name) => Self::Name(TopicName(super::super::text(name))),
            Self::Id(id) => Self::Id(*id),
        }
    }

    /// Finds the partition.
    pub fn find(&self, topics: &Topics, partition: PartitionId) -> Result<Place, ResponseError> {
        let topic = match self {
            Self::Name(name) => topics.by_name(name).ok_or(ResponseError::UnknownTopicOrPartition)?,
            Self::Id(id) => topics.by_id(*id).ok_or(ResponseError::UnknownTopicId)?,
        };
        let slot = topic.slot(partition).ok_or(ResponseError::UnknownTopicOrPartition)?;
        Ok(Place { topic, slot })
    }
}

/// Where a partition is.
#[derive(Clone)]
pub struct Place {
    pub topic: Arc<Topic>,
    pub slot: Arc<Slot>,
}

/// From where to read how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    pub offset: Offset,
    pub max_bytes: usize,
    /// Negative: not told, not checked.
    pub leader_epoch: i32,
    /// Epoch of the record before `offset`; negative: not told, not checked.
    pub last_fetched_epoch: i32,
}

impl From<&FetchPartition> for Ask {
    fn from(asked: &FetchPartition) -> Self {
        Self {
            offset: asked.fetch_offset,
            max_bytes: usize::try_from(asked.partition_max_bytes).unwrap_or(0),
            leader_epoch: asked.current_leader_epoch,
            last_fetched_epoch: asked.last_fetched_epoch,
        }
    }
}

/// One partition of a request.
#[derive(Clone)]
pub struct Wanted {
    pub key: TopicKey,
    pub partition: PartitionId,
    pub ask: Ask,
    pub place: Result<Place, ResponseError>,
    /// Its number in the session.
    pub number: u64,
}

/// The partitions that a request without a running session names, each once: of one that is named twice the later counts,
/// in the place of the earlier, as in Kafka.
pub fn all_of(topics: &Topics, request: &FetchRequest, by_id: bool) -> Vec<Wanted> {
    let count = request.topics.iter().map(|topic| topic.partitions.len()).sum();
    let mut all = Vec::with_capacity(count);
    for asked in &request.topics {
        let key = TopicKey::of(&asked.topic, asked.topic_id, by_id);
        all.extend(asked.partitions.iter().map(|partition| Wanted {
            key: key.clone(),
            partition: partition.partition,
            ask: partition.into(),
            place: key.find(topics, partition.partition),
            number: 0,
        }));
    }
    if may_repeat(request) {
        let mut places = HashMap::with_capacity(all.len());
        let mut kept = Vec::with_capacity(all.len());
        for wanted in all {
            match places.entry((wanted.key.clone(), wanted.partition)) {
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(wanted);
                }
                Entry::Occupied(place) => kept[*place.get()] = wanted,
            }
        }
        return kept;
    }
    all
}

/// Whether something could be named twice. One topic with its partitions in order, the usual request, is looked at no
/// further.
fn may_repeat(request: &FetchRequest) -> bool {
    match &*request.topics {
        [] => false,
        [topic] => !topic.partitions.is_sorted_by(|a, b| a.partition < b.partition),
        _ => true,
    }
}
