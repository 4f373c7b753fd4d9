//! One topic.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use uuid::Uuid;

use super::slot::Slot;
use crate::{
    broker::{TopicCounters, config::TopicConfig, meta::TopicRow},
    model::PartitionId,
};

/// A topic with its partitions.
pub struct Topic {
    pub name: Arc<str>,
    pub id: Uuid,
    /// Its folder.
    pub folder: PathBuf,
    /// Rung after each append and when the topic goes: wakes long polls.
    pub changed: Notify,
    pub tally: Tally,
    slots: ArcSwap<Vec<Arc<Slot>>>,
    config: ArcSwap<TopicConfig>,
}

impl Topic {
    /// The topic as `meta.sqlite` has it; opens no file.
    pub fn from_row(row: &TopicRow, topics_folder: &std::path::Path) -> Self {
        let folder = topics_folder.join(&row.folder);
        let mut has_file = vec![false; usize::try_from(row.partitions).unwrap_or(0)];
        for partition in &row.files {
            if let Some(has) = usize::try_from(*partition).ok().and_then(|index| has_file.get_mut(index)) {
                *has = true;
            }
        }
        let slots = (0..).zip(has_file).map(|(id, has)| Arc::new(Slot::new(id, &folder, has))).collect();
        Self {
            name: row.name.as_str().into(),
            id: row.id,
            changed: Notify::new(),
            tally: Tally::default(),
            slots: ArcSwap::from_pointee(slots),
            config: ArcSwap::from_pointee(TopicConfig::from_stored(row.configs.clone())),
            folder,
        }
    }

    /// Its partitions, by number.
    pub fn slots(&self) -> Arc<Vec<Arc<Slot>>> {
        self.slots.load_full()
    }

    /// One partition.
    pub fn slot(&self, partition: PartitionId) -> Option<Arc<Slot>> {
        self.slots.load().get(usize::try_from(partition).ok()?).cloned()
    }

    pub fn partition_count(&self) -> i32 {
        i32::try_from(self.slots.load().len()).unwrap_or(i32::MAX)
    }

    pub fn config(&self) -> Arc<TopicConfig> {
        self.config.load_full()
    }

    pub(super) fn set_config(&self, config: TopicConfig) {
        self.config.store(Arc::new(config));
    }

    /// Adds partitions until there are `count`.
    pub(super) fn grow(&self, count: i32) {
        let mut slots = self.slots.load().as_ref().clone();
        let from = i32::try_from(slots.len()).unwrap_or(i32::MAX);
        slots.extend((from..count).map(|id| Arc::new(Slot::new(id, &self.folder, false))));
        self.slots.store(Arc::new(slots));
    }
}

/// What went in and out of a topic since the broker was opened.
#[derive(Debug, Default)]
pub struct Tally {
    records_in: AtomicU64,
    bytes_in: AtomicU64,
    records_out: AtomicU64,
    bytes_out: AtomicU64,
}

impl Tally {
    pub fn add_in(&self, records: u64, bytes: u64) {
        self.records_in.fetch_add(records, Relaxed);
        self.bytes_in.fetch_add(bytes, Relaxed);
    }

    pub fn add_out(&self, records: u64, bytes: u64) {
        self.records_out.fetch_add(records, Relaxed);
        self.bytes_out.fetch_add(bytes, Relaxed);
    }

    pub fn read(&self) -> TopicCounters {
        TopicCounters {
            records_in: self.records_in.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            records_out: self.records_out.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
        }
    }
}
