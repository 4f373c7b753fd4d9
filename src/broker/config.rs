//! Settings of topics and of the broker, with Kafka's names, defaults and rules.

mod broker_settings;
mod check;
mod dynamic;
mod group;
mod synonyms;
mod table;
mod topic;

pub use broker_settings::{BrokerSetting, BrokerSource, Listeners, broker_settings, default_values};
pub use check::{ConfigError, check};
pub use dynamic::{DynamicSettings, Scope, TopicDefaults};
pub use group::{GROUP_SETTINGS, GroupConfig, ShareConfig, StartReset};
pub use synonyms::on_broker;
pub use table::{Effect, SETTINGS, Setting, Unit, Values, setting};
pub use topic::{Compaction, ConfigOperation, TopicConfig};
