//! The topics of the broker as groups see them: names, ids and numbers of partitions at one moment.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::PartitionId;

/// A topic that members may be given partitions of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogTopic {
    pub id: Uuid,
    pub partitions: i32,
}

/// All topics at one moment.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Differs between catalogs that differ.
    version: u64,
    topics: BTreeMap<Arc<str>, CatalogTopic>,
    names: HashMap<Uuid, Arc<str>>,
}

impl Catalog {
    /// The catalog with these topics.
    pub fn new(version: u64, topics: impl IntoIterator<Item = (Arc<str>, CatalogTopic)>) -> Self {
        let topics: BTreeMap<_, _> = topics.into_iter().collect();
        let names = topics.iter().map(|(name, topic)| (topic.id, name.clone())).collect();
        Self { version, topics, names }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.topics.keys()
    }

    pub fn topic(&self, name: &str) -> Option<CatalogTopic> {
        self.topics.get(name).copied()
    }

    /// The name of a topic; `None` once it is deleted.
    pub fn name(&self, id: Uuid) -> Option<&Arc<str>> {
        self.names.get(&id)
    }

    /// The id of a partition's topic, with the partition.
    pub fn key(&self, topic: &str, partition: PartitionId) -> Option<(Uuid, PartitionId)> {
        Some((self.topic(topic)?.id, partition))
    }
}
