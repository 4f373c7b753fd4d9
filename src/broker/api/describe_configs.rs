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
use tracing::level_filters::LevelFilter;
use uuid::Uuid;

use super::{Fault, find_topic, group_settings, resources, text};
use crate::{
    broker::{
        NODE_ID,
        config::{
            BrokerSetting, BrokerSource, DynamicSettings, Effect, Listeners, SETTINGS, Scope, Setting, TopicConfig,
            Unit, broker_settings, default_values, on_broker,
        },
        inner::Inner,
        topics::ChangeError,
    },
    model::{ConfigKind, check_topic_name},
};

/// Numbers of the sources.
const SET_ON_TOPIC: i8 = 1;
const DEFAULT: i8 = 5;
const SET_ON_LOGGER: i8 = 6;

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
pub(super) fn source(setting: &Setting, config: &TopicConfig, dynamic: &DynamicSettings) -> i8 {
    synonyms(setting, config, dynamic).first().map_or(DEFAULT, |synonym| synonym.source)
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
    let name = resource.resource_name.as_str();
    let mut described = match resource.resource_type {
        resources::TOPIC => {
            if let Err(why) = check_topic_name(name) {
                return Err(ChangeError::Name { name: name.to_owned(), why }.into());
            }
            let config = find_topic(broker, name, Uuid::nil(), false)?.config();
            let dynamic = broker.settings.current();
            SETTINGS.iter().map(|setting| topic_setting(setting, &config, &dynamic, ask)).collect()
        }
        resources::BROKER => of_broker(broker, name, ask)?,
        resources::BROKER_LOGGER if name.is_empty() => {
            return Err(Fault::new(ResponseError::InvalidRequest, "loggers belong to a node; give its number"));
        }
        resources::BROKER_LOGGER => {
            check_node(name)?;
            vec![root_logger(ask)]
        }
        resources::CLIENT_METRICS if name.is_empty() => {
            return Err(Fault::new(ResponseError::InvalidRequest, "a subscription to client metrics has a name"));
        }
        // Nobody subscribes to the metrics of clients.
        resources::CLIENT_METRICS => Vec::new(),
        resources::GROUP if name.is_empty() => {
            return Err(Fault::new(ResponseError::InvalidRequest, "a group has a name"));
        }
        resources::GROUP => {
            let all = group_settings::describe(broker, name)?.into_iter();
            all.map(|(kind, mut setting)| {
                let documentation = setting.documentation.take().unwrap_or_default().to_string();
                let synonyms = std::mem::take(&mut setting.synonyms);
                finish(setting, synonyms, kind, documentation, ask)
            })
            .collect()
        }
        other => {
            let message = format!("there are no resources of type {other}; topics are 2, brokers 4, groups 32");
            return Err(Fault::new(ResponseError::InvalidRequest, message));
        }
    };
    if let Some(keys) = resource.configuration_keys.as_ref().filter(|keys| !keys.is_empty()) {
        described.retain(|setting| keys.contains(&setting.name));
    }
    Ok(described)
}

fn of_broker(broker: &Arc<Inner>, name: &str, ask: &Ask) -> Result<Vec<DescribeConfigsResourceResult>, Fault> {
    let dynamic = broker.settings.current();
    let mut settings = broker_settings(&broker.options, &dynamic, &listeners(broker));
    if name.is_empty() {
        // What is set for every node, and only that.
        let cluster = dynamic.of(Scope::Cluster);
        settings.retain(|setting| cluster.contains_key(setting.name));
        for setting in &mut settings {
            setting.values.retain(|(_, source)| *source == BrokerSource::DynamicCluster);
        }
    } else {
        check_node(name)?;
    }
    Ok(settings.iter().map(|setting| broker_setting(setting, ask)).collect())
}

fn listeners(broker: &Inner) -> Listeners {
    let bound = broker.bound.load_full();
    let protocol = bound.as_ref().map_or("PLAINTEXT", |bound| bound.0);
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    Listeners {
        bound: bound.as_ref().map_or_else(String::new, |bound| format!("{protocol}://{}", bound.1)),
        advertised: if *port == 0 { String::new() } else { format!("{protocol}://{host}:{port}") },
    }
}

fn check_node(name: &str) -> Result<(), Fault> {
    let message = match name.parse::<i32>() {
        Ok(NODE_ID) => return Ok(()),
        Ok(other) => format!("there is no node {other}; the only one is {NODE_ID}"),
        Err(_) => format!("{name:?} is not the number of a node"),
    };
    Err(Fault::new(ResponseError::InvalidRequest, message))
}

fn broker_setting(setting: &BrokerSetting, ask: &Ask) -> DescribeConfigsResourceResult {
    let synonyms: Vec<_> =
        setting.values.iter().map(|(value, source)| synonym(setting.name, value, number(*source))).collect();
    let result = DescribeConfigsResourceResult::default()
        .with_name(text(setting.name))
        .with_value(synonyms.first().and_then(|first| first.value.clone()))
        .with_read_only(setting.read_only)
        .with_config_source(synonyms.first().map_or(DEFAULT, |first| first.source));
    finish(result, synonyms, setting.kind, setting.documentation.clone(), ask)
}

fn topic_setting(
    setting: &Setting,
    config: &TopicConfig,
    dynamic: &DynamicSettings,
    ask: &Ask,
) -> DescribeConfigsResourceResult {
    let synonyms = synonyms(setting, config, dynamic);
    let result = DescribeConfigsResourceResult::default()
        .with_name(text(setting.name))
        .with_value(Some(text(config.value(setting))))
        .with_read_only(is_read_only(setting))
        .with_config_source(synonyms.first().map_or(DEFAULT, |first| first.source));
    let unit = unit_words(setting.unit);
    let documentation = match setting.effect {
        Effect::Honoured => format!("{}{unit}", setting.documentation),
        Effect::Fixed(why) => format!("{}{unit} It cannot be changed here: {why}.", setting.documentation),
    };
    finish(result, synonyms, setting.kind, documentation, ask)
}

/// The values of a topic setting, the one in force first: the topic's own, the broker's, the default.
fn synonyms(setting: &Setting, config: &TopicConfig, dynamic: &DynamicSettings) -> Vec<DescribeConfigsSynonym> {
    let own = config.overrides().get(setting.name).map(|value| synonym(setting.name, value, SET_ON_TOPIC));
    let on_broker = on_broker(setting.name).into_iter().flat_map(|name| {
        let values = default_values(name, setting.default, dynamic);
        values.into_iter().map(move |(value, source)| synonym(name, &value, number(source)))
    });
    own.into_iter().chain(on_broker).collect()
}

fn synonym(name: &str, value: &str, source: i8) -> DescribeConfigsSynonym {
    DescribeConfigsSynonym::default().with_name(text(name)).with_value(Some(text(value))).with_source(source)
}

fn root_logger(ask: &Ask) -> DescribeConfigsResourceResult {
    let level = match LevelFilter::current() {
        LevelFilter::OFF => "FATAL",
        LevelFilter::ERROR => "ERROR",
        LevelFilter::WARN => "WARN",
        LevelFilter::INFO => "INFO",
        LevelFilter::DEBUG => "DEBUG",
        _ => "TRACE",
    };
    let result = DescribeConfigsResourceResult::default()
        .with_name(text("root"))
        .with_value(Some(text(level)))
        .with_read_only(true)
        .with_config_source(SET_ON_LOGGER);
    let documentation = "How much Millpond logs. It is chosen with RUST_LOG when Millpond starts.".to_owned();
    finish(result, vec![synonym("root", level, SET_ON_LOGGER)], ConfigKind::String, documentation, ask)
}

fn finish(
    mut result: DescribeConfigsResourceResult,
    synonyms: Vec<DescribeConfigsSynonym>,
    kind: ConfigKind,
    documentation: String,
    ask: &Ask,
) -> DescribeConfigsResourceResult {
    if ask.synonyms {
        result.synonyms = synonyms;
    }
    if ask.kinds {
        result.config_type = kind_number(kind);
    }
    result.documentation = ask.documentation.then(|| text(&documentation));
    result
}

/// What is said of the unit of a number, behind what the setting is for.
pub(super) fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "",
        Unit::Milliseconds => " In milliseconds.",
        Unit::Bytes => " In bytes.",
    }
}

fn number(source: BrokerSource) -> i8 {
    match source {
        BrokerSource::DynamicNode => 2,
        BrokerSource::DynamicCluster => 3,
        BrokerSource::Static => 4,
        BrokerSource::Default => DEFAULT,
    }
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
