//! The broker settings that are changed while the broker runs, and what follows from them for topics.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;

use super::{
    config::{ConfigError, ConfigOperation, DynamicSettings, Scope},
    meta::{self, Meta},
    topics::{ChangeError, Topics},
};

/// The settings in force. One change at a time; reads go on meanwhile.
#[derive(Default)]
pub struct Settings {
    current: ArcSwap<DynamicSettings>,
    changing: tokio::sync::Mutex<()>,
}

impl Settings {
    /// As they were stored.
    pub fn new(stored: DynamicSettings) -> Self {
        Self { current: ArcSwap::from_pointee(stored), changing: tokio::sync::Mutex::default() }
    }

    pub fn current(&self) -> Arc<DynamicSettings> {
        self.current.load_full()
    }

    /// Changes the settings of a scope; durable, and in force for all topics, when this returns.
    pub async fn change(
        &self,
        (meta, topics): (&Meta, &Topics),
        scope: Scope,
        change: SettingsChange,
        validate_only: bool,
    ) -> Result<(), ChangeError> {
        let _one = self.changing.lock().await;
        let current = self.current();
        let settings = change.apply(&current, scope)?;
        if !validate_only {
            let changed = current.with(scope, settings.clone());
            meta.write(meta::set_broker_settings(scope, settings)).await?;
            let defaults = changed.topic_defaults();
            self.current.store(Arc::new(changed));
            topics.set_defaults(defaults).await;
        }
        Ok(())
    }
}

/// What becomes of the settings of a scope.
#[derive(Debug)]
pub enum SettingsChange {
    /// These change, the others stay.
    Edit(Vec<(String, ConfigOperation)>),
    /// These are all there are.
    Replace(BTreeMap<String, String>),
}

impl SettingsChange {
    fn apply(self, current: &DynamicSettings, scope: Scope) -> Result<BTreeMap<String, String>, ConfigError> {
        match self {
            Self::Edit(changes) => current.changed(scope, &changes),
            Self::Replace(all) => {
                let sets: Vec<_> = all.into_iter().map(|(name, value)| (name, ConfigOperation::Set(value))).collect();
                DynamicSettings::default().changed(scope, &sets)
            }
        }
    }
}
