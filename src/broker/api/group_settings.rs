//! Settings of groups, as DescribeConfigs and IncrementalAlterConfigs see them (resource type 32).

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsSynonym},
};

use super::{Fault, describe_configs::unit_words, text};
use crate::{
    broker::{
        config::{ConfigOperation, GROUP_SETTINGS, GroupConfig, Setting},
        coordinator::GroupConfigError,
        inner::Inner,
        settings::SettingsChange,
        topics::ChangeError,
    },
    model::ConfigKind,
};

/// Where a value comes from, as the number on the wire.
const DEFAULT: i8 = 5;
const SET_ON_GROUP: i8 = 8;

/// The settings of a group, whether it exists or not, each with what type of value it takes.
pub fn describe(broker: &Inner, group: &str) -> Result<Vec<(ConfigKind, DescribeConfigsResourceResult)>, Fault> {
    let config = broker.coordinator.config(group);
    Ok(GROUP_SETTINGS.iter().map(|setting| (setting.kind, described(setting, &config))).collect())
}

fn described(setting: &Setting, config: &GroupConfig) -> DescribeConfigsResourceResult {
    let synonym = |name: &str, value: &str, source| {
        DescribeConfigsSynonym::default().with_name(text(name)).with_value(Some(text(value))).with_source(source)
    };
    let own = config.overrides().get(setting.name);
    // The broker's setting has the same name behind `group.`.
    let default = synonym(&format!("group.{}", setting.name), setting.default, DEFAULT);
    DescribeConfigsResourceResult::default()
        .with_name(text(setting.name))
        .with_value(Some(text(config.value(setting))))
        .with_config_source(if own.is_some() { SET_ON_GROUP } else { DEFAULT })
        .with_synonyms(
            own.map(|value| synonym(setting.name, value, SET_ON_GROUP)).into_iter().chain([default]).collect(),
        )
        .with_documentation(Some(text(&format!("{}{}", setting.documentation, unit_words(setting.unit)))))
}

/// Changes the settings of a group.
pub async fn change(
    broker: &Arc<Inner>,
    group: &str,
    change: SettingsChange,
    validate_only: bool,
) -> Result<(), Fault> {
    if group.is_empty() {
        return Err(Fault::new(ResponseError::InvalidRequest, "the settings of a group need its name, which is empty"));
    }
    let changes: Vec<_> = match change {
        SettingsChange::Edit(changes) => changes,
        SettingsChange::Replace(all) => {
            let now = broker.coordinator.config(group);
            let gone = now.overrides().keys().filter(|name| !all.contains_key(*name)).cloned().collect::<Vec<_>>();
            let gone = gone.into_iter().map(|name| (name, ConfigOperation::Delete));
            all.into_iter().map(|(name, value)| (name, ConfigOperation::Set(value))).chain(gone).collect()
        }
    };
    broker.coordinator.configure(group, &changes, validate_only).await.map_err(|error| match error {
        GroupConfigError::Config(error) => ChangeError::from(error).into(),
        GroupConfigError::Meta(error) => ChangeError::from(error).into(),
    })
}

/// Groups that have settings of their own.
pub fn names(broker: &Inner) -> Vec<String> {
    broker.coordinator.configured().iter().map(|group| group.to_string()).collect()
}
