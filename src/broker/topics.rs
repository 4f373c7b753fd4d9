//! The topics of the workspace and their partitions.

mod change;
mod leftovers;
mod slot;
mod topic;

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use arc_swap::ArcSwap;
use parking_lot::RwLock;
use uuid::Uuid;

pub use change::{ChangeError, NewTopic};
pub use leftovers::{clean, rebuild};
pub use slot::{Slot, SlotError};
pub use topic::Topic;

use super::config::TopicDefaults;

/// Name of the folder of all topics.
pub const TOPICS_FOLDER: &str = "topics";

/// The topics, found by name and by id.
pub struct Topics {
    folder: PathBuf,
    index: RwLock<Index>,
    /// What the broker says where a topic says nothing.
    defaults: ArcSwap<TopicDefaults>,
    /// Goes up when a topic comes, goes or grows.
    version: AtomicU64,
    /// One change at a time; reads go on meanwhile.
    changing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Index {
    by_name: BTreeMap<Arc<str>, Arc<Topic>>,
    by_id: HashMap<Uuid, Arc<Topic>>,
}

impl Topics {
    /// The topics of a workspace.
    pub fn new(workspace: &Path, topics: Vec<Arc<Topic>>, defaults: TopicDefaults) -> Self {
        let mut index = Index::default();
        let defaults = Arc::new(defaults);
        for topic in topics {
            topic.set_config(topic.config().with_defaults(defaults.clone()));
            index.insert(topic);
        }
        Self {
            folder: workspace.join(TOPICS_FOLDER),
            index: RwLock::new(index),
            defaults: ArcSwap::new(defaults),
            version: AtomicU64::new(1),
            changing: tokio::sync::Mutex::new(()),
        }
    }

    /// A number that is higher after a topic came, went or got more partitions.
    pub fn version(&self) -> u64 {
        self.version.load(SeqCst)
    }

    pub fn by_name(&self, name: &str) -> Option<Arc<Topic>> {
        self.index.read().by_name.get(name).cloned()
    }

    pub fn by_id(&self, id: Uuid) -> Option<Arc<Topic>> {
        self.index.read().by_id.get(&id).cloned()
    }

    /// All topics, by name.
    pub fn all(&self) -> Vec<Arc<Topic>> {
        self.index.read().by_name.values().cloned().collect()
    }

    /// Kafka keeps `.` and `_` apart in names but not in its metrics, and so refuses a name that differs only there.
    fn collision(&self, name: &str) -> Option<Arc<str>> {
        let plain = |name: &str| name.replace('.', "_");
        if !name.contains(['.', '_']) {
            return None;
        }
        let wanted = plain(name);
        self.index.read().by_name.keys().find(|other| ***other != *name && plain(other) == wanted).cloned()
    }
}

impl Index {
    fn insert(&mut self, topic: Arc<Topic>) {
        self.by_name.insert(topic.name.clone(), topic.clone());
        self.by_id.insert(topic.id, topic);
    }

    fn remove(&mut self, topic: &Topic) {
        self.by_name.remove(&topic.name);
        self.by_id.remove(&topic.id);
    }
}
