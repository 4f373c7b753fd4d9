//! What groups have set, and what a group is told of the world.

use std::sync::Arc;

use super::Coordinator;
use crate::broker::{
    GROUP_MEMBERS_MAX,
    config::{ConfigError, ConfigOperation, GroupConfig},
    groups::{Catalog, CatalogTopic, ConsumerSettings, World},
    meta::{self, MetaError},
};

/// Why the settings of a group were not changed.
#[derive(Debug, thiserror::Error)]
pub enum GroupConfigError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Meta(#[from] MetaError),
}

impl Coordinator {
    /// What a group has set. A group need not exist for that.
    pub fn config(&self, group: &str) -> GroupConfig {
        self.configs.read().get(group).cloned().unwrap_or_default()
    }

    /// The groups that have set something, for ListConfigResources.
    pub fn configured(&self) -> Vec<Arc<str>> {
        self.configs
            .read()
            .iter()
            .filter(|(_, config)| !config.overrides().is_empty())
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Changes what a group has set; all of `changes` or none. Durable when this returns; members hear of it with their
    /// next heartbeat.
    pub async fn configure(
        &self,
        group: &str,
        changes: &[(String, ConfigOperation)],
        validate_only: bool,
    ) -> Result<(), GroupConfigError> {
        let config = self.config(group).changed(changes)?;
        if validate_only {
            return Ok(());
        }
        let id: Arc<str> = group.into();
        self.meta.write(meta::set_group_configs(id.clone(), config.overrides().clone())).await?;
        self.configs.write().insert(id, config);
        Ok(())
    }

    /// The topics as they are now.
    pub(super) fn catalog(&self) -> Arc<Catalog> {
        // Read before the topics are: a change in between is noticed the next time.
        let version = self.topics.version();
        let mut known = self.catalog.lock();
        if known.version() != version {
            let topics =
                self.topics.all().into_iter().map(|topic| {
                    (topic.name.clone(), CatalogTopic { id: topic.id, partitions: topic.partition_count() })
                });
            *known = Arc::new(Catalog::new(version, topics));
        }
        known.clone()
    }

    pub(super) fn world<'a>(&self, group: &str, catalog: &'a Catalog) -> World<'a> {
        let config = self.config(group);
        let settings = ConsumerSettings {
            session_timeout_ms: config.session_timeout_ms,
            heartbeat_interval_ms: config.heartbeat_interval_ms,
            members_max: GROUP_MEMBERS_MAX,
        };
        World { catalog, settings }
    }
}
