//! DescribeConfigs: every setting with its value, where that comes from, its default and its explanation.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        DescribeConfigsRequest, DescribeConfigsResponse,
        describe_configs_request::DescribeConfigsResource,
        describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym},
    },
};
use uuid::Uuid;

use super::{Fault, find_topic, text};
use crate::{
    broker::{
        NODE_ID,
        config::{Effect, SETTINGS, Setting, TopicConfig, Unit, broker_settings},
        inner::Inner,
    },
    model::ConfigKind,
};

/// Numbers of the resource types.
pub(super) const TOPIC: i8 = 2;
pub(super) const BROKER: i8 = 4;

const SET_ON_TOPIC: i8 = 1;
const SET_ON_BROKER: i8 = 4;
const DEFAULT: i8 = 5;

pub fn answer(broker: &Arc<Inner>, version: i16, request: DescribeConfigsRequest) -> DescribeConfigsResponse {
    let ask = Ask {
        synonyms: request.include_synonyms,
        documentation: request.include_documentation && version >= 3,
        kinds: version >= 3,
    };
    let results = request.resources.iter().map(|resource| {
        let result = DescribeConfigsResult::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone());
        match describe(broker, resource, &ask) {
            Ok(configs) => result.with_error_message(None).with_configs(configs),
            Err(fault) => result.with_error_code(fault.code()).with_error_message(fault.text()),
        }
    });
    DescribeConfigsResponse::default().with_results(results.collect())
}

/// Where the value in force comes from, as the number on the wire.
pub(super) fn source(setting: &Setting, config: &TopicConfig) -> i8 {
    if config.overrides().contains_key(setting.name) { SET_ON_TOPIC } else { DEFAULT }
}

pub(super) fn is_read_only(setting: &Setting) -> bool {
    matches!(setting.effect, Effect::Fixed(_))
}

struct Ask {
    synonyms: bool,
    documentation: bool,
    kinds: bool,
}

fn describe(
    broker: &Arc<Inner>,
    resource: &DescribeConfigsResource,
    ask: &Ask,
) -> Result<Vec<DescribeConfigsResourceResult>, Fault> {
    let wanted = |name: &str| {
        let keys = resource.configuration_keys.as_ref();
        keys.is_none_or(|keys| keys.is_empty() || keys.iter().any(|key| key.as_str() == name))
    };
    let name = resource.resource_name.as_str();
    match resource.resource_type {
        TOPIC => {
            let config = find_topic(broker, name, Uuid::nil(), false)?.config();
            let settings = SETTINGS.iter().filter(|setting| wanted(setting.name));
            Ok(settings.map(|setting| topic_setting(setting, &config, ask)).collect())
        }
        BROKER if name.is_empty() || name == NODE_ID.to_string() => {
            let settings = broker_settings(&broker.options).into_iter().filter(|setting| wanted(setting.name));
            Ok(settings
                .map(|setting| {
                    let value = Some(text(&setting.value));
                    let synonym = DescribeConfigsSynonym::default()
                        .with_name(text(setting.name))
                        .with_value(value.clone())
                        .with_source(SET_ON_BROKER);
                    let mut result = DescribeConfigsResourceResult::default()
                        .with_name(text(setting.name))
                        .with_value(value)
                        .with_read_only(true)
                        .with_config_source(SET_ON_BROKER);
                    if ask.synonyms {
                        result.synonyms = vec![synonym];
                    }
                    finish(result, setting.kind, setting.documentation.to_owned(), ask)
                })
                .collect())
        }
        BROKER => {
            let message = format!("there is no node {name}; the only one is {NODE_ID}");
            Err(Fault::new(ResponseError::InvalidRequest, message))
        }
        other => {
            let message =
                format!("resources of type {other} have no settings here; ask for a topic (2) or a broker (4)");
            Err(Fault::new(ResponseError::InvalidRequest, message))
        }
    }
}

fn topic_setting(setting: &Setting, config: &TopicConfig, ask: &Ask) -> DescribeConfigsResourceResult {
    let mut result = DescribeConfigsResourceResult::default()
        .with_name(text(setting.name))
        .with_value(Some(text(config.value(setting))))
        .with_read_only(is_read_only(setting))
        .with_config_source(source(setting, config));
    if ask.synonyms {
        let synonym = |value: &str, source| {
            DescribeConfigsSynonym::default()
                .with_name(text(setting.name))
                .with_value(Some(text(value)))
                .with_source(source)
        };
        let own = config.overrides().get(setting.name).map(|value| synonym(value, SET_ON_TOPIC));
        result.synonyms = own.into_iter().chain([synonym(setting.default, DEFAULT)]).collect();
    }
    let unit = match setting.unit {
        Unit::None => "",
        Unit::Milliseconds => " In milliseconds.",
        Unit::Bytes => " In bytes.",
    };
    let documentation = match setting.effect {
        Effect::Honoured => format!("{}{unit}", setting.documentation),
        Effect::Fixed(why) => format!("{}{unit} It cannot be changed here: {why}.", setting.documentation),
    };
    finish(result, setting.kind, documentation, ask)
}

fn finish(
    mut result: DescribeConfigsResourceResult,
    kind: ConfigKind,
    documentation: String,
    ask: &Ask,
) -> DescribeConfigsResourceResult {
    if ask.kinds {
        result.config_type = kind_number(kind);
    }
    result.documentation = ask.documentation.then(|| text(&documentation));
    result
}

fn kind_number(kind: ConfigKind) -> i8 {
    match kind {
        ConfigKind::Unknown => 0,
        ConfigKind::Boolean => 1,
        ConfigKind::String => 2,
        ConfigKind::Int => 3,
        ConfigKind::Short => 4,
        ConfigKind::Long => 5,
        ConfigKind::Double => 6,
        ConfigKind::List => 7,
    }
}
