//! What DescribeConfigs tells of the broker itself: what is chosen when the workspace is opened (read only), and the
//! defaults for topics, which can be changed while the broker runs.

use super::{
    dynamic::DynamicSettings,
    synonyms::SYNONYMS,
    table::{Effect, setting},
};
use crate::{
    broker::{
        BrokerOptions, FETCH_BYTES_MAX, FETCH_SESSION_EVICTION_MS, FETCH_SESSIONS_MAX, GROUP_MEMBERS_MAX, NODE_ID,
        OFFSET_METADATA_BYTES_MAX, OFFSETS_RETENTION_MS, PAGE_PARTITIONS_MAX, RETENTION_INTERVAL_MS,
        TRANSACTION_TIMEOUT_MAX_MS,
    },
    model::ConfigKind,
};

/// Where a broker setting's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerSource {
    /// Changed while the broker runs, for this node.
    DynamicNode,
    /// Changed while the broker runs, for every node.
    DynamicCluster,
    /// Chosen when the workspace was opened, or by Millpond.
    Static,
    /// Kafka's default.
    Default,
}

/// A broker setting.
#[derive(Debug, Clone)]
pub struct BrokerSetting {
    pub name: &'static str,
    pub kind: ConfigKind,
    pub documentation: String,
    /// The value in force and those that it hides, down to Kafka's default. None where Kafka has none either.
    pub values: Vec<(String, BrokerSource)>,
    pub read_only: bool,
}

/// Where the broker is reached, in Kafka's notation `PROTOCOL://HOST:PORT`.
#[derive(Debug, Clone)]
pub struct Listeners {
    /// What it listens at; empty where it does not.
    pub bound: String,
    /// Where clients are sent to.
    pub advertised: String,
}

/// The broker's settings, by name.
pub fn broker_settings(
    options: &BrokerOptions,
    dynamic: &DynamicSettings,
    listeners: &Listeners,
) -> Vec<BrokerSetting> {
    let mut settings = chosen(options, listeners);
    settings.extend(SYNONYMS.iter().filter_map(|(topic, broker)| topic_default(topic, broker, dynamic)));
    settings.sort_by_key(|setting| setting.name);
    settings
}

/// The values that the default of a topic setting has on the broker, the one in force first.
pub fn default_values(name: &str, default: &str, dynamic: &DynamicSettings) -> Vec<(String, BrokerSource)> {
    let node = dynamic.node.get(name).map(|value| (value.clone(), BrokerSource::DynamicNode));
    let cluster = dynamic.cluster.get(name).map(|value| (value.clone(), BrokerSource::DynamicCluster));
    node.into_iter().chain(cluster).chain([(default.to_owned(), BrokerSource::Default)]).collect()
}

fn topic_default(topic: &str, broker: &'static str, dynamic: &DynamicSettings) -> Option<BrokerSetting> {
    let setting = setting(topic)?;
    Some(BrokerSetting {
        name: broker,
        kind: setting.kind,
        documentation: format!("The default of {topic} for topics that do not set it. {}", setting.documentation),
        values: default_values(broker, setting.default, dynamic),
        read_only: matches!(setting.effect, Effect::Fixed(_)),
    })
}

/// What is chosen when the workspace is opened, with Kafka's default where it has one.
fn chosen(options: &BrokerOptions, listeners: &Listeners) -> Vec<BrokerSetting> {
    let mut settings = of_the_node(options, listeners);
    settings.extend(of_retention());
    settings.extend(of_requests());
    settings.extend(of_groups(options));
    settings
}

fn row(
    name: &'static str,
    kind: ConfigKind,
    value: String,
    default: Option<&str>,
    documentation: &str,
) -> BrokerSetting {
    let values = with_default(value, default);
    BrokerSetting { name, kind, documentation: documentation.to_owned(), values, read_only: true }
}

/// Kafka's other words for `log.retention.ms`, which goes before them and can be changed while the broker runs.
fn of_retention() -> Vec<BrokerSetting> {
    let documentation =
        "log.retention.ms goes before this one. Change that: it counts for all topics that do not say otherwise.";
    let minutes = row("log.retention.minutes", ConfigKind::Int, String::new(), None, documentation);
    vec![
        row("log.retention.hours", ConfigKind::Int, "168".to_owned(), Some("168"), documentation),
        BrokerSetting { values: Vec::new(), ..minutes },
    ]
}

fn of_the_node(options: &BrokerOptions, listeners: &Listeners) -> Vec<BrokerSetting> {
    use ConfigKind::{Boolean, Int, List, Long};
    let (create, yes) = (options.auto_create_topics.to_string(), "true".to_owned());
    let partitions = options.default_partitions.to_string();
    vec![
        row("advertised.listeners", List, listeners.advertised.clone(), None, "Where clients are sent to."),
        row(
            "auto.create.topics.enable",
            Boolean,
            create,
            Some("true"),
            "Whether a topic that a client asks for is made when it does not exist.",
        ),
        row("broker.id", Int, NODE_ID.to_string(), Some("-1"), "The node's number in the cluster."),
        row("default.replication.factor", Int, "1".to_owned(), Some("1"), "Copies of a partition; there is one node."),
        row("delete.topic.enable", Boolean, yes, Some("true"), "Whether topics can be deleted."),
        row("listeners", List, listeners.bound.clone(), None, "Where clients are awaited; empty: nowhere."),
        row("log.dirs", List, options.data_dir.display().to_string(), None, "The workspace folder."),
        row(
            "log.retention.check.interval.ms",
            Long,
            RETENTION_INTERVAL_MS.to_string(),
            Some("300000"),
            "How often old records are deleted.",
        ),
        row("node.id", Int, NODE_ID.to_string(), None, "The node's number in the cluster."),
        row("num.partitions", Int, partitions, Some("1"), "Partitions of a topic that does not say how many."),
        row("process.roles", List, "broker,controller".to_owned(), None, "What the node does: all there is to do."),
    ]
}

fn of_requests() -> Vec<BrokerSetting> {
    use ConfigKind::Int;
    vec![
        row(
            "fetch.max.bytes",
            Int,
            FETCH_BYTES_MAX.to_string(),
            Some("57671680"),
            "Most bytes in one answer to Fetch.",
        ),
        row(
            "max.incremental.fetch.session.cache.slots",
            Int,
            FETCH_SESSIONS_MAX.to_string(),
            Some("1000"),
            "Fetch sessions at a time; who finds no room fetches in full each time.",
        ),
        row(
            "max.request.partition.size.limit",
            Int,
            PAGE_PARTITIONS_MAX.to_string(),
            Some("2000"),
            "Most partitions in one answer to DescribeTopicPartitions.",
        ),
        row(
            "min.incremental.fetch.session.eviction.ms",
            Int,
            FETCH_SESSION_EVICTION_MS.to_string(),
            Some("120000"),
            "How long a fetch session must have rested before another may take its room.",
        ),
    ]
}

fn of_groups(options: &BrokerOptions) -> Vec<BrokerSetting> {
    use ConfigKind::Int;
    let delay = options.initial_rebalance_delay_ms.to_string();
    let (shortest, longest) = (options.session_timeout_min_ms.to_string(), options.session_timeout_max_ms.to_string());
    vec![
        row(
            "group.initial.rebalance.delay.ms",
            Int,
            delay,
            Some("3000"),
            "How long an empty group waits for more members after the first one.",
        ),
        row(
            "group.max.session.timeout.ms",
            Int,
            longest,
            Some("1800000"),
            "Longest session timeout that a member may ask for.",
        ),
        row("group.max.size", Int, GROUP_MEMBERS_MAX.to_string(), Some("2147483647"), "Most members of a group."),
        row(
            "group.min.session.timeout.ms",
            Int,
            shortest,
            Some("6000"),
            "Shortest session timeout that a member may ask for.",
        ),
        row(
            "offset.metadata.max.bytes",
            Int,
            OFFSET_METADATA_BYTES_MAX.to_string(),
            Some("4096"),
            "Longest note that a commit may carry.",
        ),
        row(
            "offsets.retention.minutes",
            Int,
            (OFFSETS_RETENTION_MS / 60_000).to_string(),
            Some("10080"),
            "How long the offsets of a group without members are kept.",
        ),
        row(
            "transaction.max.timeout.ms",
            Int,
            TRANSACTION_TIMEOUT_MAX_MS.to_string(),
            Some("900000"),
            "Longest transaction timeout that a producer may ask for.",
        ),
    ]
}

fn with_default(value: String, default: Option<&str>) -> Vec<(String, BrokerSource)> {
    match default {
        Some(default) if default == value => vec![(value, BrokerSource::Default)],
        Some(default) => vec![(value, BrokerSource::Static), (default.to_owned(), BrokerSource::Default)],
        None => vec![(value, BrokerSource::Static)],
    }
}
