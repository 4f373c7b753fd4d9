//! What DescribeConfigs tells of the broker itself. All of it is read only: it is chosen when the workspace is opened.

use crate::{
    broker::{BrokerOptions, NODE_ID},
    model::ConfigKind,
};

/// A broker setting: name, value, kind, explanation.
pub struct BrokerSetting {
    pub name: &'static str,
    pub value: String,
    pub kind: ConfigKind,
    pub documentation: &'static str,
}

/// The broker's settings, by name.
pub fn broker_settings(options: &BrokerOptions) -> Vec<BrokerSetting> {
    let row = |name, value: String, kind, documentation| BrokerSetting { name, value, kind, documentation };
    vec![
        row(
            "auto.create.topics.enable",
            options.auto_create_topics.to_string(),
            ConfigKind::Boolean,
            "Whether a topic that a client asks for is made when it does not exist.",
        ),
        row("default.replication.factor", "1".to_owned(), ConfigKind::Int, "Copies of a partition; there is one node."),
        row(
            "group.initial.rebalance.delay.ms",
            options.initial_rebalance_delay_ms.to_string(),
            ConfigKind::Int,
            "How long an empty group waits for more members after the first one.",
        ),
        row(
            "group.max.session.timeout.ms",
            options.session_timeout_max_ms.to_string(),
            ConfigKind::Int,
            "Longest session timeout that a member may ask for.",
        ),
        row(
            "group.max.size",
            crate::broker::GROUP_MEMBERS_MAX.to_string(),
            ConfigKind::Int,
            "Most members of a group.",
        ),
        row(
            "group.min.session.timeout.ms",
            options.session_timeout_min_ms.to_string(),
            ConfigKind::Int,
            "Shortest session timeout that a member may ask for.",
        ),
        row("log.dirs", options.data_dir.display().to_string(), ConfigKind::String, "The workspace folder."),
        row(
            "log.retention.check.interval.ms",
            crate::broker::RETENTION_INTERVAL_MS.to_string(),
            ConfigKind::Long,
            "How often old records are deleted.",
        ),
        row("node.id", NODE_ID.to_string(), ConfigKind::Int, "The node's number in the cluster."),
        row(
            "num.partitions",
            options.default_partitions.to_string(),
            ConfigKind::Int,
            "Partitions of a topic that does not say how many.",
        ),
        row(
            "offset.metadata.max.bytes",
            crate::broker::OFFSET_METADATA_BYTES_MAX.to_string(),
            ConfigKind::Int,
            "Longest note that a commit may carry.",
        ),
        row(
            "offsets.retention.minutes",
            (crate::broker::OFFSETS_RETENTION_MS / 60_000).to_string(),
            ConfigKind::Int,
            "How long the offsets of a group without members are kept.",
        ),
    ]
}
