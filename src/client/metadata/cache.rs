//! Leaders and partitions as last told, which never go back to an older leader epoch.
//!
//! A broker that lags behind tells of leaders that were. Whoever believed it would ask the old leader, be refused, ask
//! for metadata, and so on in a circle; so of two tales about a partition the one with the higher epoch counts (KIP-320).

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    client::{PartitionInfo, TopicInfo},
    model::TopicPartition,
};

/// A topic is asked about again after this time (Kafka's `metadata.max.age.ms` is 5 minutes; a workbench shows changes
/// sooner).
const METADATA_AGE_MAX: Duration = Duration::from_secs(30);
/// Topics remembered; beyond, all are forgotten and asked again.
const TOPICS_REMEMBERED_MAX: usize = 20_000;

/// What is remembered of the cluster. Time comes in with each call.
#[derive(Debug, Default)]
pub struct MetadataCache {
    topics: HashMap<Arc<str>, Entry>,
    controller: Option<i32>,
}

#[derive(Debug)]
struct Entry {
    topic: Arc<TopicInfo>,
    told_at: Instant,
    /// Somebody has found it to be wrong: it is asked about again, and its epochs still count.
    stale: bool,
}

impl MetadataCache {
    pub fn controller(&self) -> Option<i32> {
        self.controller
    }

    pub fn set_controller(&mut self, node: Option<i32>) {
        self.controller = node;
    }

    pub fn forget_controller(&mut self) {
        self.controller = None;
    }

    /// What is known of a topic may be out of date.
    pub fn forget_topic(&mut self, name: &str) {
        if let Some(entry) = self.topics.get_mut(name) {
            entry.stale = true;
        }
    }

    /// Epoch of a partition's leader; -1 where it is not known.
    pub fn leader_epoch(&self, tp: &TopicPartition) -> i32 {
        let entry = self.topics.get(&tp.topic);
        let known =
            entry.and_then(|entry| entry.topic.partitions.iter().find(|partition| partition.id == tp.partition));
        known.map_or(-1, |partition| partition.leader_epoch)
    }

    /// The ids of topics; `None` unless all of them have one that is known.
    pub fn topic_ids<'a>(&self, names: impl Iterator<Item = &'a Arc<str>>) -> Option<HashMap<Arc<str>, Uuid>> {
        let known = |name: &Arc<str>| self.topics.get(name).map(|entry| entry.topic.id).filter(|id| !id.is_nil());
        let mut ids = HashMap::new();
        for name in names {
            if !ids.contains_key(name) {
                ids.insert(Arc::clone(name), known(name)?);
            }
        }
        Some(ids)
    }

    /// The node that was taken for the leader of a partition is not, or does not answer.
    pub fn forget_leader(&mut self, tp: &TopicPartition, node: i32) {
        if let Some(entry) = self.topics.get_mut(&tp.topic) {
            let known = entry.topic.partitions.iter().find(|partition| partition.id == tp.partition);
            // Who leads it instead may have been told already.
            entry.stale |= known.is_none_or(|partition| partition.leader == Some(node));
        }
    }

    /// A topic, while what is known of it is fresh.
    pub fn topic(&self, name: &str, now: Instant) -> Option<Arc<TopicInfo>> {
        let entry = self.topics.get(name)?;
        (!entry.stale && now.duration_since(entry.told_at) < METADATA_AGE_MAX).then(|| Arc::clone(&entry.topic))
    }

    /// Takes in what Metadata told.
    pub fn remember(&mut self, topics: &[TopicInfo], now: Instant) {
        if self.topics.len() + topics.len() > TOPICS_REMEMBERED_MAX {
            self.topics.clear();
        }
        for topic in topics.iter().take(TOPICS_REMEMBERED_MAX) {
            if topic.error.is_some() {
                // Also where it was deleted: a topic of the same name starts anew.
                self.topics.remove(&topic.name);
                continue;
            }
            let before = self.topics.get(&topic.name).filter(|before| before.topic.id == topic.id);
            let topic = Arc::new(before.map_or_else(|| topic.clone(), |before| newer_of(&before.topic, topic)));
            self.topics.insert(Arc::clone(&topic.name), Entry { topic, told_at: now, stale: false });
        }
    }

    /// Takes in who leads a partition, as a node said that does not (KIP-951); false where that is nothing new.
    pub fn take_leader(&mut self, tp: &TopicPartition, leader: i32, epoch: i32) -> bool {
        let Some(entry) = self.topics.get_mut(&tp.topic) else { return false };
        let known = entry.topic.partitions.iter().position(|partition| partition.id == tp.partition);
        let Some(at) = known.filter(|at| leader >= 0 && entry.topic.partitions[*at].leader_epoch < epoch) else {
            return false;
        };
        let partition = &mut Arc::make_mut(&mut entry.topic).partitions[at];
        (partition.leader, partition.leader_epoch) = (Some(leader), epoch);
        true
    }
}

/// The topic as just told, with those partitions of before that have a higher epoch.
fn newer_of(before: &TopicInfo, told: &TopicInfo) -> TopicInfo {
    let mut topic = told.clone();
    let known: HashMap<i32, &PartitionInfo> = before.partitions.iter().map(|one| (one.id, one)).collect();
    for partition in &mut topic.partitions {
        match known.get(&partition.id) {
            // -1: a broker that tells no epochs is believed.
            Some(known) if (0..known.leader_epoch).contains(&partition.leader_epoch) => {
                *partition = PartitionInfo::clone(known);
            }
            _ => {}
        }
    }
    topic
}

#[cfg(test)]
mod tests {
    use kafka_protocol::{
        messages::{
            MetadataResponse, TopicName,
            metadata_response::{MetadataResponsePartition, MetadataResponseTopic},
        },
        protocol::StrBytes,
    };

    use super::*;
    use crate::client::metadata::read_metadata;

    /// What a broker tells of topic `t`, partition 0.
    fn told(id: u128, leader: i32, epoch: i32) -> Vec<TopicInfo> {
        let partition = MetadataResponsePartition::default()
            .with_partition_index(0)
            .with_leader_id(leader.into())
            .with_leader_epoch(epoch);
        let topic = MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_static_str("t"))))
            .with_topic_id(Uuid::from_u128(id))
            .with_partitions(vec![partition]);
        read_metadata(MetadataResponse::default().with_topics(vec![topic])).1
    }

    fn leader(cache: &MetadataCache, now: Instant) -> Option<i32> {
        cache.topic("t", now)?.partitions[0].leader
    }

    #[test]
    fn an_older_epoch_never_counts_again() {
        let (mut cache, now) = (MetadataCache::default(), Instant::now());
        cache.remember(&told(1, 1, 5), now);
        cache.forget_topic("t");
        assert_eq!(leader(&cache, now), None, "it is asked about again");
        cache.remember(&told(1, 2, 4), now);
        assert_eq!(leader(&cache, now), Some(1), "a broker that lags behind told of epoch 4");
        cache.remember(&told(1, 2, 6), now);
        assert_eq!(leader(&cache, now), Some(2));
        cache.remember(&told(1, 3, -1), now);
        assert_eq!(leader(&cache, now), Some(3), "who tells no epochs is believed");
        cache.remember(&told(2, 1, 0), now);
        assert_eq!(leader(&cache, now), Some(1), "another topic of the same name begins anew");
    }

    #[test]
    fn a_node_may_say_who_leads_instead() {
        let (mut cache, now, tp) = (MetadataCache::default(), Instant::now(), TopicPartition::new("t", 0));
        cache.remember(&told(1, 1, 5), now);
        assert!(!cache.take_leader(&tp, 2, 5) && !cache.take_leader(&tp, -1, 9));
        assert!(cache.take_leader(&tp, 2, 6));
        cache.forget_leader(&tp, 1);
        assert_eq!(leader(&cache, now), Some(2), "that it is not node 1 any more is known already");
        cache.forget_leader(&tp, 2);
        assert_eq!(leader(&cache, now), None);
    }

    #[test]
    fn what_is_old_is_asked_about_again() {
        let (mut cache, now) = (MetadataCache::default(), Instant::now());
        cache.remember(&told(1, 1, 5), now);
        assert_eq!(leader(&cache, now + METADATA_AGE_MAX), None);
    }
}
