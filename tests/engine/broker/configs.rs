//! Settings: described, changed, refused.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        AlterConfigsRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest, ListConfigResourcesRequest,
        alter_configs_request,
        describe_configs_request::DescribeConfigsResource,
        describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult},
        incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig},
    },
};

use super::stage::{Stage, ask, batch, text};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;
const LOGGER: i8 = 8;
const CLIENT_METRICS: i8 = 16;

async fn describe(stage: &Stage, kind: i8, name: &str) -> DescribeConfigsResult {
    let resource = DescribeConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configuration_keys(None);
    let request = DescribeConfigsRequest::default()
        .with_resources(vec![resource])
        .with_include_synonyms(true)
        .with_include_documentation(true);
    ask!(stage, DescribeConfigs, 4, request).results.remove(0)
}

async fn setting(stage: &Stage, topic: &str, name: &str) -> DescribeConfigsResourceResult {
    describe(stage, TOPIC, topic).await.configs.into_iter().find(|config| *config.name == *name).unwrap()
}

/// Error code and message.
async fn alter(stage: &Stage, kind: i8, name: &str, changes: &[(&str, i8, Option<&str>)]) -> (i16, String) {
    alter_with(stage, kind, name, changes, false).await
}

async fn alter_with(
    stage: &Stage,
    kind: i8,
    name: &str,
    changes: &[(&str, i8, Option<&str>)],
    validate_only: bool,
) -> (i16, String) {
    let configs = changes.iter().map(|(name, operation, value)| {
        AlterableConfig::default().with_name(text(name)).with_config_operation(*operation).with_value(value.map(text))
    });
    let resource = AlterConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configs(configs.collect());
    let request =
        IncrementalAlterConfigsRequest::default().with_resources(vec![resource]).with_validate_only(validate_only);
    let response = ask!(stage, IncrementalAlterConfigs, 1, request).responses.remove(0);
    (response.error_code, response.error_message.unwrap_or_default().to_string())
}

#[tokio::test]
async fn every_setting_is_told_with_default_source_kind_and_explanation() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("retention.ms", "1000")]).await;
    let configs = describe(&stage, TOPIC, "t").await.configs;
    assert!(configs.len() >= 30);
    for config in &configs {
        assert!(config.value.is_some() && config.config_type > 0);
        assert!(config.documentation.as_ref().is_some_and(|words| words.len() > 20));
    }
    let retention = setting(&stage, "t", "retention.ms").await;
    assert_eq!((retention.value, retention.config_source, retention.config_type), (Some(text("1000")), 1, 5));
    assert_eq!(retention.synonyms[1].value, Some(text("604800000")));
    let policy = setting(&stage, "t", "cleanup.policy").await;
    assert_eq!((&*policy.synonyms[0].name, policy.synonyms[0].source), ("log.cleanup.policy", 5));
    assert!(setting(&stage, "t", "remote.storage.enable").await.synonyms.is_empty(), "the broker has no such setting");
    assert_eq!((policy.value, policy.config_source, policy.read_only), (Some(text("delete")), 5, false));
    assert!(setting(&stage, "t", "preallocate").await.read_only);
    let broker = describe(&stage, BROKER, "1").await;
    assert!(broker.configs.iter().any(|config| *config.name == *"num.partitions" && config.read_only));
    assert_eq!(describe(&stage, TOPIC, "no").await.error_code, E::UnknownTopicOrPartition.code());
    assert_eq!(describe(&stage, BROKER, "9").await.error_code, E::InvalidRequest.code());
}

#[tokio::test]
async fn changes_take_effect_at_once_and_survive() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let large = batch(&[&"x".repeat(5_000)]);
    assert_eq!(stage.produce("t", 0, large.clone()).await.error_code, 0);
    assert_eq!(alter(&stage, TOPIC, "t", &[("max.message.bytes", SET, Some("1000"))]).await.0, 0);
    assert_eq!(stage.produce("t", 0, large.clone()).await.error_code, E::MessageTooLarge.code());
    let stage = stage.reopen().await;
    assert_eq!(stage.produce("t", 0, large.clone()).await.error_code, E::MessageTooLarge.code());
    assert_eq!(alter(&stage, TOPIC, "t", &[("max.message.bytes", DELETE, None)]).await.0, 0);
    assert_eq!(stage.produce("t", 0, large).await.error_code, 0);
    assert_eq!(setting(&stage, "t", "max.message.bytes").await.config_source, 5);
}

#[tokio::test]
async fn a_change_is_taken_whole_or_refused_with_a_reason() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let cases: &[(&str, i8, Option<&str>, &str)] = &[
        ("cleanup.policy", SET, Some("compress"), "some of delete, compact"),
        ("cleanup.policy", APPEND, Some("compress"), "some of delete, compact"),
        ("retention.ms", APPEND, Some("5"), "no list"),
        ("retention.ms", SET, Some("-2"), "-2"),
        ("retention.minutes", SET, Some("1"), "no topic setting"),
        ("segment.index.bytes", SET, Some("1000"), "without segments"),
        ("segment.bytes", SET, Some("1000"), "1048576"),
        ("unclean.leader.election.enable", SET, Some("true"), "one node"),
        ("compression.type", SET, Some("zstd"), "as the producer sent"),
    ];
    for (name, operation, value, reason) in cases {
        let good = ("retention.bytes", SET, Some("77"));
        let (code, message) = alter(&stage, TOPIC, "t", &[good, (name, *operation, *value)]).await;
        assert_eq!(code, E::InvalidConfig.code(), "{name}: {message}");
        assert!(message.contains(reason), "{message:?} does not say {reason:?}");
    }
    assert_eq!(setting(&stage, "t", "retention.bytes").await.config_source, 5, "nothing was changed");
    let twice = [("retention.ms", SET, Some("1")), ("retention.ms", SET, Some("2"))];
    assert_eq!(alter(&stage, TOPIC, "t", &twice).await.0, E::InvalidRequest.code());
    for odd in [("retention.ms", SET, None), ("retention.ms", 9, Some("1"))] {
        assert_eq!(alter(&stage, TOPIC, "t", &[odd]).await.0, E::InvalidRequest.code(), "{odd:?}");
    }
    assert_eq!(alter(&stage, TOPIC, "", &[]).await.0, E::InvalidRequest.code());
    assert_eq!(alter(&stage, TOPIC, "not a name", &[]).await.0, E::InvalidTopicException.code());
    let one = [("retention.ms", SET, Some("1"))];
    assert_eq!(alter_with(&stage, TOPIC, "t", &one, true).await.0, 0);
    assert_eq!(setting(&stage, "t", "retention.ms").await.config_source, 5, "validated only");
    assert_eq!(alter(&stage, BROKER, "1", &one).await.0, E::InvalidRequest.code());
    assert_eq!(alter(&stage, TOPIC, "no", &one).await.0, E::UnknownTopicOrPartition.code());
}

async fn replace(stage: &Stage, kind: i8, name: &str, all: &[(&str, Option<&str>)]) -> i16 {
    let configs = all.iter().map(|(name, value)| {
        alter_configs_request::AlterableConfig::default().with_name(text(name)).with_value(value.map(text))
    });
    let resource = alter_configs_request::AlterConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configs(configs.collect());
    ask!(stage, AlterConfigs, 2, AlterConfigsRequest::default().with_resources(vec![resource])).responses[0].error_code
}

/// Value and source of a broker setting.
async fn of_broker(stage: &Stage, node: &str, name: &str) -> Option<(String, i8)> {
    let found = describe(stage, BROKER, node).await.configs.into_iter().find(|config| *config.name == *name)?;
    Some((found.value.unwrap().to_string(), found.config_source))
}

#[tokio::test]
async fn alter_configs_replaces_all_that_a_topic_has_set() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("retention.ms", "1000"), ("max.message.bytes", "2000")]).await;
    assert_eq!(replace(&stage, TOPIC, "t", &[("retention.ms", Some("5000"))]).await, 0);
    assert_eq!(setting(&stage, "t", "retention.ms").await.value, Some(text("5000")));
    assert_eq!(setting(&stage, "t", "max.message.bytes").await.config_source, 5, "back to its default");
    assert_eq!(replace(&stage, TOPIC, "t", &[("retention.ms", None)]).await, E::InvalidRequest.code());
    assert_eq!(replace(&stage, TOPIC, "t", &[("retention.msec", Some("1"))]).await, E::InvalidConfig.code());
    // All that DescribeConfigs tells can be written back as it is.
    let all = describe(&stage, TOPIC, "t").await.configs;
    let all: Vec<_> = all.iter().map(|config| (config.name.as_str(), config.value.as_deref())).collect();
    assert_eq!(replace(&stage, TOPIC, "t", &all).await, 0);
    assert_eq!(setting(&stage, "t", "retention.ms").await.value, Some(text("5000")));
}

#[tokio::test]
async fn a_resource_may_be_in_a_request_only_once() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let resource = AlterConfigsResource::default().with_resource_type(TOPIC).with_resource_name(text("t"));
    let request = IncrementalAlterConfigsRequest::default().with_resources(vec![resource.clone(), resource]);
    let responses = ask!(stage, IncrementalAlterConfigs, 1, request).responses;
    assert!(responses.iter().all(|response| response.error_code == E::InvalidRequest.code()));
}

#[tokio::test]
async fn the_brokers_defaults_count_for_topics_that_say_nothing() {
    let stage = Stage::new().await;
    stage.create("says", 1, &[("retention.ms", "1000")]).await;
    stage.create("silent", 1, &[]).await;
    let seven_days = ("604800000".to_owned(), 5);
    assert_eq!(of_broker(&stage, "1", "log.retention.ms").await, Some(seven_days.clone()));
    assert_eq!(alter(&stage, BROKER, "", &[("log.retention.ms", SET, Some("2000"))]).await, (0, String::new()));
    assert_eq!(alter(&stage, BROKER, "1", &[("log.retention.ms", SET, Some("3000"))]).await.0, 0);
    assert_eq!(of_broker(&stage, "1", "log.retention.ms").await, Some(("3000".to_owned(), 2)));
    assert_eq!(of_broker(&stage, "", "log.retention.ms").await, Some(("2000".to_owned(), 3)));
    assert_eq!(describe(&stage, BROKER, "").await.configs.len(), 1, "only what is set for every node");
    let stage = stage.reopen().await;
    stage.create("young", 1, &[]).await;
    for topic in ["silent", "young"] {
        let inherited = setting(&stage, topic, "retention.ms").await;
        assert_eq!((inherited.value, inherited.config_source), (Some(text("3000")), 2), "{topic}");
        let sources: Vec<_> = inherited.synonyms.iter().map(|synonym| synonym.source).collect();
        assert_eq!(sources, [2, 3, 5]);
        assert_eq!(*inherited.synonyms[0].name, *"log.retention.ms");
    }
    assert_eq!(setting(&stage, "says", "retention.ms").await.value, Some(text("1000")));
    stage.produce("silent", 0, batch(&["old"])).await;
    stage.clock.step(3_001);
    stage.broker.retain().await;
    assert_eq!(stage.offset("silent", 0, -2).await.offset, 1, "the broker's default is applied");
    assert_eq!(alter(&stage, BROKER, "1", &[("log.retention.ms", DELETE, None)]).await.0, 0);
    assert_eq!(of_broker(&stage, "1", "log.retention.ms").await, Some(("2000".to_owned(), 3)));
    assert_eq!(replace(&stage, BROKER, "", &[]).await, 0);
    assert_eq!(of_broker(&stage, "1", "log.retention.ms").await, Some(seven_days));
}

#[tokio::test]
async fn what_cannot_be_changed_on_the_broker_is_refused() {
    let stage = Stage::new().await;
    let cases = [
        ("1", "num.partitions", SET, Some("9"), E::InvalidRequest),
        ("1", "no.such.setting", SET, Some("9"), E::InvalidRequest),
        ("9", "log.retention.ms", SET, Some("9"), E::InvalidRequest),
        ("one", "log.retention.ms", SET, Some("9"), E::InvalidRequest),
        ("1", "log.retention.ms", SET, Some("soon"), E::InvalidConfig),
        ("1", "log.retention.ms", APPEND, Some("1"), E::InvalidConfig),
        ("", "log.preallocate", SET, Some("true"), E::InvalidConfig),
    ];
    for (node, name, operation, value, error) in cases {
        let (code, message) = alter(&stage, BROKER, node, &[(name, operation, value)]).await;
        assert_eq!(code, error.code(), "{name}: {message}");
    }
    assert_eq!(
        alter(&stage, BROKER, "1", &[("log.cleanup.policy", SUBTRACT, Some("delete"))]).await.0,
        0,
        "no cleaning"
    );
    // What was never set can be taken away: tools do that.
    assert_eq!(alter(&stage, BROKER, "1", &[("leader.replication.throttled.rate", DELETE, None)]).await.0, 0);
    for kind in [LOGGER, CLIENT_METRICS, 3, 0] {
        assert_eq!(alter(&stage, kind, "1", &[("root", SET, Some("DEBUG"))]).await.0, E::InvalidRequest.code());
    }
    let chosen = of_broker(&stage, "1", "num.partitions").await;
    assert_eq!(chosen, Some(("4".to_owned(), 4)), "not Kafka's default");
    assert_eq!(of_broker(&stage, "1", "auto.create.topics.enable").await, Some(("true".to_owned(), 5)));
    let logger = describe(&stage, LOGGER, "1").await.configs.remove(0);
    assert_eq!((&*logger.name, logger.config_source, logger.read_only), ("root", 6, true));
    assert!(describe(&stage, CLIENT_METRICS, "any").await.configs.is_empty());
    for (kind, name) in [(LOGGER, ""), (CLIENT_METRICS, ""), (BROKER, "x"), (3, "any")] {
        assert_eq!(describe(&stage, kind, name).await.error_code, E::InvalidRequest.code(), "{kind} {name:?}");
    }
}

#[tokio::test]
async fn more_replicas_than_there_are_are_not_waited_for() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[("min.insync.replicas", "2")]).await;
    for acks in [-1, 1] {
        assert_eq!(stage.produce_with("t", 0, batch(&["v"]), acks).await.error_code, 0, "acks={acks}");
    }
}

#[tokio::test]
async fn what_has_settings_is_listed() {
    let stage = Stage::new().await;
    stage.create("t", 1, &[]).await;
    let list = async |version: i16, kinds: &[i8]| {
        let request = ListConfigResourcesRequest::default().with_resource_types(kinds.to_vec());
        let told = ask!(stage, ListConfigResources, version, request);
        let names = told.config_resources.iter().map(|one| (one.resource_type, one.resource_name.to_string()));
        (told.error_code, names.collect::<Vec<_>>())
    };
    assert_eq!(list(0, &[]).await, (0, vec![]));
    let (topic, node, logger) = ((TOPIC, "t".to_owned()), (BROKER, "1".to_owned()), (LOGGER, "1".to_owned()));
    assert_eq!(list(1, &[]).await, (0, vec![topic.clone(), node, logger]));
    assert_eq!(list(1, &[TOPIC, CLIENT_METRICS]).await, (0, vec![topic]));
    assert_eq!(list(1, &[3]).await.0, E::UnsupportedVersion.code());
}

#[tokio::test]
async fn the_broker_tells_where_it_listens_and_all_of_kafkas_words_for_retention() {
    let stage = Stage::new().await;
    let told = async |name| of_broker(&stage, "1", name).await.map(|(value, _)| value);
    assert_eq!(
        (told("listeners").await, told("advertised.listeners").await),
        (Some(String::new()), Some(String::new()))
    );
    stage.broker.advertise("host.example", 1234);
    stage.broker.bound(Some(("SASL_SSL", "127.0.0.1:9092".parse().unwrap())));
    assert_eq!(told("listeners").await.as_deref(), Some("SASL_SSL://127.0.0.1:9092"));
    assert_eq!(told("advertised.listeners").await.as_deref(), Some("SASL_SSL://host.example:1234"));
    assert_eq!(told("log.retention.hours").await.as_deref(), Some("168"));
    assert_eq!(told("log.retention.ms").await.as_deref(), Some("604800000"));
    let all = describe(&stage, BROKER, "1").await.configs;
    let minutes = all.iter().find(|config| *config.name == *"log.retention.minutes").unwrap();
    assert_eq!((&minutes.value, minutes.config_source, minutes.read_only), (&None, 5, true));
}
