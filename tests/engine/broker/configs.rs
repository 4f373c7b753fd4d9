//! Settings: described, changed, refused.

use kafka_protocol::{
    ResponseError as E,
    messages::{
        DescribeConfigsRequest, IncrementalAlterConfigsRequest,
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
        assert!(config.value.is_some() && config.config_type > 0 && !config.synonyms.is_empty());
        assert!(config.documentation.as_ref().is_some_and(|words| words.len() > 20));
    }
    let retention = setting(&stage, "t", "retention.ms").await;
    assert_eq!((retention.value, retention.config_source, retention.config_type), (Some(text("1000")), 1, 5));
    assert_eq!(retention.synonyms[1].value, Some(text("604800000")));
    let policy = setting(&stage, "t", "cleanup.policy").await;
    assert_eq!((policy.value, policy.config_source, policy.read_only), (Some(text("delete")), 5, false));
    assert!(setting(&stage, "t", "segment.bytes").await.read_only);
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
        ("cleanup.policy", SET, Some("compact"), "compaction does not exist yet"),
        ("cleanup.policy", APPEND, Some("compact"), "compaction does not exist yet"),
        ("retention.ms", APPEND, Some("5"), "no list"),
        ("retention.ms", SET, None, "needs a value"),
        ("retention.ms", SET, Some("-2"), "-2"),
        ("retention.ms", 9, Some("1"), "no operation"),
        ("retention.minutes", SET, Some("1"), "no topic setting"),
        ("segment.ms", SET, Some("1"), "without segments"),
        ("min.insync.replicas", SET, Some("2"), "one node"),
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
    assert_eq!(alter(&stage, TOPIC, "t", &twice).await.0, E::InvalidConfig.code());
    let one = [("retention.ms", SET, Some("1"))];
    assert_eq!(alter_with(&stage, TOPIC, "t", &one, true).await.0, 0);
    assert_eq!(setting(&stage, "t", "retention.ms").await.config_source, 5, "validated only");
    assert_eq!(alter(&stage, BROKER, "1", &one).await.0, E::InvalidRequest.code());
    assert_eq!(alter(&stage, TOPIC, "no", &one).await.0, E::UnknownTopicOrPartition.code());
}
