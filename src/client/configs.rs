//! Settings of topics, groups and brokers: describe and change.

mod explain;

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeConfigsRequest, IncrementalAlterConfigsRequest,
        describe_configs_request::DescribeConfigsResource,
        describe_configs_response::DescribeConfigsResourceResult,
        incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig},
    },
};

use super::{
    Client, ClientError,
    routing::Target,
    topics::left_out,
    wire::{owned, text},
};
use crate::model::{ConfigEntry, ConfigKind, ConfigSource, ConfigSynonym};

/// Resource type of a topic (Kafka: `ConfigResource.Type.TOPIC`).
const RESOURCE_TOPIC: i8 = 2;
/// Resource type of a broker (`ConfigResource.Type.BROKER`); without a name it is every broker of the cluster.
const RESOURCE_BROKER: i8 = 4;
/// Resource type of a group (`ConfigResource.Type.GROUP`, KIP-848).
const RESOURCE_GROUP: i8 = 32;
/// Operations of IncrementalAlterConfigs (Kafka: `AlterConfigOp.OpType`).
const OPERATION_SET: i8 = 0;
const OPERATION_DELETE: i8 = 1;
/// Source of a synonym that is Kafka's built-in default (`ConfigSource.DEFAULT_CONFIG`).
const SOURCE_DEFAULT: i8 = 5;

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
        self.describe_configs(Target::Any, RESOURCE_TOPIC, name, format!("read the settings of topic {name}")).await
    }

    /// The same, or `None` where this user may not look at them: who produces or consumes needs no right to do so.
    pub async fn readable_topic_configs(&self, name: &str) -> Result<Option<Vec<ConfigEntry>>, ClientError> {
        match self.describe_topic_configs(name).await {
            Err(error) if error.code() == Some(ResponseError::TopicAuthorizationFailed) => Ok(None),
            configs => configs.map(Some),
        }
    }

    /// All settings of a group, in the same way; a group need not exist to have some.
    pub async fn describe_group_configs(&self, group: &str) -> Result<Vec<ConfigEntry>, ClientError> {
        self.describe_configs(Target::Any, RESOURCE_GROUP, group, format!("read the settings of group {group}")).await
    }

    /// All settings of a broker; only itself knows them.
    pub async fn describe_broker_configs(&self, node: i32) -> Result<Vec<ConfigEntry>, ClientError> {
        let asked = format!("read the settings of broker {node}");
        self.find_broker(node, &asked).await?;
        self.describe_configs(Target::Node(node), RESOURCE_BROKER, &node.to_string(), asked).await
    }

    /// What is set for every broker of the cluster, and only that.
    pub async fn describe_cluster_configs(&self) -> Result<Vec<ConfigEntry>, ClientError> {
        let asked = "read the settings of all brokers".to_owned();
        self.describe_configs(Target::Any, RESOURCE_BROKER, "", asked).await
    }

    async fn describe_configs(
        &self,
        target: Target<'_>,
        kind: i8,
        name: &str,
        asked: String,
    ) -> Result<Vec<ConfigEntry>, ClientError> {
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
        self.ask(target, &asked, build, read).await
    }

    /// Changes some settings of a topic and leaves the others alone (IncrementalAlterConfigs).
    pub async fn alter_topic_configs(&self, name: &str, changes: Vec<ConfigChange>) -> Result<(), ClientError> {
        let asked = format!("change the settings of topic {name}");
        self.alter_configs(Target::Controller, RESOURCE_TOPIC, name, changes, asked).await
    }

    /// Changes some settings of a group in the same way.
    pub async fn alter_group_configs(&self, group: &str, changes: Vec<ConfigChange>) -> Result<(), ClientError> {
        let asked = format!("change the settings of group {group}");
        self.alter_configs(Target::Controller, RESOURCE_GROUP, group, changes, asked).await
    }

    /// Changes some settings of a broker while it runs (KIP-226); `None`: of all of them. The broker itself is asked, as
    /// it alone can say whether it can go by them.
    ///
    /// # Errors
    /// INVALID_REQUEST where a setting needs a restart.
    pub async fn alter_broker_configs(&self, node: Option<i32>, changes: Vec<ConfigChange>) -> Result<(), ClientError> {
        let (target, name, asked) = match node {
            Some(node) => (Target::Node(node), node.to_string(), format!("change the settings of broker {node}")),
            None => (Target::Controller, String::new(), "change the settings of all brokers".to_owned()),
        };
        if let Some(node) = node {
            self.find_broker(node, &asked).await?;
        }
        self.alter_configs(target, RESOURCE_BROKER, &name, changes, asked).await
    }

    async fn alter_configs(
        &self,
        target: Target<'_>,
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
        self.ask(target, &asked, build, |answer, _| {
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
    let synonyms = entry.synonyms.iter().map(|synonym| ConfigSynonym {
        name: synonym.name.to_string(),
        value: owned(&synonym.value),
        source: source_of(synonym.source),
    });
    ConfigEntry {
        name: entry.name.to_string(),
        value: if entry.is_sensitive { None } else { owned(&entry.value) },
        source: source_of(entry.config_source),
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
        documentation: entry.documentation.as_deref().map(|told| explain::plain(told).into()),
        default: default.and_then(owned),
        sensitive: entry.is_sensitive,
        synonyms: synonyms.collect(),
    }
}

/// Kafka: `ConfigSource`.
fn source_of(number: i8) -> ConfigSource {
    match number {
        1 => ConfigSource::Topic,
        2 => ConfigSource::Broker,
        3 => ConfigSource::Cluster,
        4 => ConfigSource::File,
        SOURCE_DEFAULT => ConfigSource::Default,
        8 => ConfigSource::Group,
        _ => ConfigSource::Unknown,
    }
}
