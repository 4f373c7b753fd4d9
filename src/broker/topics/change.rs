//! Creating, growing, changing and deleting topics.
//!
//! A topic's folder and its row in `meta.sqlite` cannot change in one step. So that a crash in between is recognised, a
//! folder is made as `<name>.new`, renamed once the row is stored, and renamed to `<name>.deleted` before the row goes.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, atomic::Ordering::SeqCst},
};

use uuid::Uuid;

use super::{Topic, Topics, leftovers};
use crate::{
    broker::{
        blocking,
        config::{ConfigError, TopicConfig, TopicDefaults},
        meta::{self, Meta, MetaError, TopicRow},
    },
    model::{NameError, check_topic_name},
};

/// Most partitions that a topic may have. Kafka has no limit of its own; each may become a file here.
pub const TOPIC_PARTITIONS_MAX: i32 = 10_000;
/// The log of Kafka's controllers, which no topic may be called.
const CLUSTER_METADATA: &str = "__cluster_metadata";
/// Bytes of a topic's name that go into the name of its folder: with the id it must fit 255.
const FOLDER_NAME_BYTES_MAX: usize = 200;

/// A topic to be made.
#[derive(Debug, Clone)]
pub struct NewTopic {
    pub name: String,
    pub partitions: i32,
    pub configs: BTreeMap<String, String>,
}

/// Why a topic was not changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ChangeError {
    #[error("the topic name {name:?} is not allowed: {why}")]
    Name { name: String, why: NameError },
    #[error("the topic name {name} is the cluster's own and cannot be given to a topic; choose another name")]
    Reserved { name: String },
    #[error("Topic '{name}' already exists; choose another name")]
    Exists { name: String },
    #[error("the topic name {name} collides with {other}: names must differ in more than \".\" and \"_\"")]
    Collision { name: String, other: Arc<str> },
    #[error("a topic has 1 to {TOPIC_PARTITIONS_MAX} partitions, {partitions} were asked for")]
    Partitions { partitions: i32 },
    #[error("the topic {name} has {have} partitions; their number can only grow, {wanted} is no more than that")]
    NotMore { name: Arc<str>, have: i32, wanted: i32 },
    #[error("the topic {name} was deleted meanwhile")]
    Deleted { name: Arc<str> },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Meta(#[from] MetaError),
    #[error("could not {doing}: {why}. Check that the disk is not full and may be written: {}", path.display())]
    Io { doing: &'static str, why: String, path: PathBuf },
}

impl Topics {
    /// Checks a new topic without making it.
    pub fn check_new(&self, new: &NewTopic) -> Result<TopicConfig, ChangeError> {
        check_topic_name(&new.name).map_err(|why| ChangeError::Name { name: new.name.clone(), why })?;
        if new.name == CLUSTER_METADATA {
            return Err(ChangeError::Reserved { name: new.name.clone() });
        }
        if self.by_name(&new.name).is_some() {
            return Err(ChangeError::Exists { name: new.name.clone() });
        }
        if let Some(other) = self.collision(&new.name) {
            return Err(ChangeError::Collision { name: new.name.clone(), other });
        }
        check_partition_count(new.partitions)?;
        Ok(TopicConfig::new(new.configs.clone())?.with_defaults(self.defaults.load_full()))
    }

    /// Makes a topic; it is durable when this returns.
    pub async fn create(&self, meta: &Meta, new: NewTopic) -> Result<Arc<Topic>, ChangeError> {
        let _one = self.changing.lock().await;
        let config = self.check_new(&new)?;
        let id = Uuid::new_v4();
        let row = TopicRow {
            id,
            folder: folder_name(&new.name, id),
            name: new.name,
            partitions: new.partitions,
            configs: new.configs,
            files: Vec::new(),
        };
        let topic = Arc::new(Topic::from_row(&row, &self.folder));
        topic.set_config(config);
        let (folder, fresh) = (topic.folder.clone(), leftovers::fresh(&topic.folder));
        let made = fresh.clone();
        on_disk("make the folder of the topic", fresh.clone(), move || fs::create_dir_all(&made)).await?;
        if let Err(error) = meta.write(row.insert()).await {
            // The next opening removes what is left of it.
            let _ = blocking(move || fs::remove_dir(&fresh)).await;
            return Err(error.into());
        }
        on_disk("name the folder of the topic", folder.clone(), move || fs::rename(&fresh, &folder)).await?;
        self.index.write().insert(topic.clone());
        self.version.fetch_add(1, SeqCst);
        Ok(topic)
    }

    /// Deletes a topic with all records; it does not come back after a crash once this returns.
    pub async fn delete(&self, meta: &Meta, topic: &Arc<Topic>) -> Result<(), ChangeError> {
        let _one = self.changing.lock().await;
        self.still_there(topic)?;
        self.index.write().remove(topic);
        self.version.fetch_add(1, SeqCst);
        let open: Vec<_> = topic.slots().iter().filter_map(|slot| slot.retire()).collect();
        topic.changed.notify_waiters();
        let (folder, doomed) = (topic.folder.clone(), leftovers::doomed(&topic.folder));
        let moved = on_disk("put away the folder of the topic", folder.clone(), {
            let doomed = doomed.clone();
            move || {
                for partition in open {
                    // The files go all the same; closing first lets Windows rename their folder.
                    let _ = partition.close();
                }
                if folder.exists() { fs::rename(&folder, &doomed) } else { fs::create_dir_all(&doomed) }
            }
        })
        .await;
        meta.write(meta::delete_topic(topic.id, topic.name.clone())).await?;
        moved?;
        on_disk("delete the files of the topic", doomed.clone(), move || fs::remove_dir_all(&doomed)).await
    }

    /// Raises the number of partitions to `count`.
    pub async fn grow(
        &self,
        meta: &Meta,
        topic: &Arc<Topic>,
        count: i32,
        validate_only: bool,
    ) -> Result<(), ChangeError> {
        let _one = self.changing.lock().await;
        self.still_there(topic)?;
        check_partition_count(count)?;
        let have = topic.partition_count();
        if count <= have {
            return Err(ChangeError::NotMore { name: topic.name.clone(), have, wanted: count });
        }
        if !validate_only {
            meta.write(meta::set_partitions(topic.id, count)).await?;
            topic.grow(count);
            self.version.fetch_add(1, SeqCst);
        }
        Ok(())
    }

    /// Gives the topic the settings that `change` makes of its own, or changes nothing.
    pub async fn configure(
        &self,
        meta: &Meta,
        topic: &Arc<Topic>,
        change: impl FnOnce(&TopicConfig) -> Result<TopicConfig, ConfigError> + Send,
        validate_only: bool,
    ) -> Result<(), ChangeError> {
        let _one = self.changing.lock().await;
        self.still_there(topic)?;
        let config = change(&topic.config())?;
        if !validate_only {
            meta.write(meta::set_configs(topic.id, config.overrides().clone())).await?;
            topic.set_config(config);
        }
        Ok(())
    }

    /// Changes what counts for topics that do not say otherwise.
    pub async fn set_defaults(&self, defaults: TopicDefaults) {
        let _one = self.changing.lock().await;
        let defaults = Arc::new(defaults);
        self.defaults.store(defaults.clone());
        for topic in self.all() {
            topic.set_config(topic.config().with_defaults(defaults.clone()));
        }
    }

    fn still_there(&self, topic: &Topic) -> Result<(), ChangeError> {
        match self.by_id(topic.id) {
            Some(_) => Ok(()),
            None => Err(ChangeError::Deleted { name: topic.name.clone() }),
        }
    }
}

fn check_partition_count(partitions: i32) -> Result<(), ChangeError> {
    if (1..=TOPIC_PARTITIONS_MAX).contains(&partitions) { Ok(()) } else { Err(ChangeError::Partitions { partitions }) }
}

fn folder_name(topic: &str, id: Uuid) -> String {
    // Topic names are ASCII, so any byte is a boundary.
    let name = topic.get(..FOLDER_NAME_BYTES_MAX).unwrap_or(topic);
    format!("{name}-{id}")
}

async fn on_disk(
    doing: &'static str,
    path: PathBuf,
    work: impl FnOnce() -> std::io::Result<()> + Send + 'static,
) -> Result<(), ChangeError> {
    blocking(work).await.map_err(|error| ChangeError::Io { doing, why: error.to_string(), path })
}
