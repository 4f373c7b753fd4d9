//! Settings of topics and groups: describe and change.

use kafka_protocol::messages::{
    DescribeConfigsRequest, IncrementalAlterConfigsRequest,
    describe_configs_request::DescribeConfigsResource,
    describe_configs_response::DescribeConfigsResourceResult,
    incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig},
};

use super::{
    Client, ClientError,
    routing::Target,
    topics::left_out,
    wire::{owned, text},
};
use crate::model::{ConfigEntry, ConfigKind, ConfigSource};

/// Resource type of a topic (Kafka: `ConfigResource.Type.TOPIC`).
const RESOURCE_TOPIC: i8 = 2;
/// Resource type of a group (`ConfigResource.Type.GROUP`, KIP-848).
const RESOURCE_GROUP: i8 = 32;
/// Operations of IncrementalAlterConfigs (Kafka: `AlterConfigOp.OpType`).
const OPERATION_SET: i8 = 0;
const OPERATION_DELETE: i8 = 1;
/// Source of a synonym that is Kafka's built-in default (`ConfigSource.DEFAULT_CONFIG`).
const SOURCE_DEFAULT: i8 = 5;
/// Source of a value that is set on the group (`ConfigSource.GROUP_CONFIG`).
const SOURCE_GROUP: i8 = 8;

/// A change of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// Sets it.
    Set(String, String),
    /// Takes its own value away, so that the default counts again.
    Reset(String),
}

impl Client {
    /// All settings of a topic, by name, with default, source, type and explanation.
    pub async fn describe_topic_configs(&self, name: &str) -> Result<Vec<ConfigEntry>, ClientError> {
        self.describe_configs(RESOURCE_TOPIC, name, format!("read the settings of topic {name}")).await
    }

    /// All settings of a group, in the same way; a group need not exist to have some.
    pub async fn describe_group_configs(&self, group: &str) -> Result<Vec<ConfigEntry>, ClientError> {
        self.describe_configs(RESOURCE_GROUP, group, format!("read the settings of group {group}")).await
    }

    async fn describe_configs(&self, kind: i8, name: &str, asked: String) -> Result<Vec<ConfigEntry>, ClientError> {
        let build = |version| {
            let resource = DescribeConfigsResource::default()
                .with_resource_type(kind)
                .with_resource_name(text(name))
                .with_configuration_keys(None);
            DescribeConfigsRequest::default()
                .with_resources(vec![resource])
                .with_include_synonyms(true)
                .with_include_documentation(version >= 3)
        };
        let read = |answer: kafka_protocol::messages::DescribeConfigsResponse, _| {
            let result = answer.results.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(result.error_code, || asked.clone(), result.error_message.as_deref())?;
            let mut entries: Vec<_> = result.configs.iter().map(read_entry).collect();
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(entries)
        };
        self.ask(Target::Any, &asked, build, read).await
    }

    /// Changes some settings of a topic and leaves the others alone (IncrementalAlterConfigs).
    pub async fn alter_topic_configs(&self, name: &str, changes: Vec<ConfigChange>) -> Result<(), ClientError> {
        self.alter_configs(RESOURCE_TOPIC, name, changes, format!("change the settings of topic {name}")).await
    }

    /// Changes some settings of a group in the same way.
    pub async fn alter_group_configs(&self, group: &str, changes: Vec<ConfigChange>) -> Result<(), ClientError> {
        self.alter_configs(RESOURCE_GROUP, group, changes, format!("change the settings of group {group}")).await
    }

    async fn alter_configs(
        &self,
        kind: i8,
        name: &str,
        changes: Vec<ConfigChange>,
        asked: String,
    ) -> Result<(), ClientError> {
        let build = |_| {
            let configs = changes.iter().map(|change| match change {
                ConfigChange::Set(name, value) => AlterableConfig::default()
                    .with_name(text(name))
                    .with_config_operation(OPERATION_SET)
                    .with_value(Some(text(value))),
                ConfigChange::Reset(name) => AlterableConfig::default()
                    .with_name(text(name))
                    .with_config_operation(OPERATION_DELETE)
                    .with_value(None),
            });
            let resource = AlterConfigsResource::default()
                .with_resource_type(kind)
                .with_resource_name(text(name))
                .with_configs(configs.collect());
            IncrementalAlterConfigsRequest::default().with_resources(vec![resource])
        };
        self.ask(Target::Controller, &asked, build, |answer, _| {
            let result = answer.responses.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(result.error_code, || asked.clone(), result.error_message.as_deref())
        })
        .await
    }
}

fn read_entry(entry: &DescribeConfigsResourceResult) -> ConfigEntry {
    // Where nothing was set the value is the default, also where the broker tells no synonyms.
    let default = entry.synonyms.iter().find(|synonym| synonym.source == SOURCE_DEFAULT).map(|synonym| &synonym.value);
    let default = default.or((entry.config_source == SOURCE_DEFAULT).then_some(&entry.value));
    ConfigEntry {
        name: entry.name.to_string(),
        value: if entry.is_sensitive { None } else { owned(&entry.value) },
        source: match entry.config_source {
            1 => ConfigSource::Topic,
            SOURCE_GROUP => ConfigSource::Group,
            2..=4 => ConfigSource::Broker,
            SOURCE_DEFAULT => ConfigSource::Default,
            _ => ConfigSource::Unknown,
        },
        kind: match entry.config_type {
            1 => ConfigKind::Boolean,
            2 => ConfigKind::String,
            3 => ConfigKind::Int,
            4 => ConfigKind::Short,
            5 => ConfigKind::Long,
            6 => ConfigKind::Double,
            7 => ConfigKind::List,
            _ => ConfigKind::Unknown,
        },
        read_only: entry.read_only,
        documentation: owned(&entry.documentation),
        default: default.and_then(owned),
    }
}
