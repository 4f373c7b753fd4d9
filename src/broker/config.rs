//! Settings of topics and of the broker, with Kafka's names, defaults and rules.

mod broker_settings;
mod check;
mod table;
mod topic;

pub use broker_settings::broker_settings;
pub use check::{ConfigError, check};
pub use table::{Effect, SETTINGS, Setting, Unit, Values, setting};
pub use topic::{ConfigOperation, TopicConfig};
