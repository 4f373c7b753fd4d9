//! Settings of groups, as DescribeConfigs and IncrementalAlterConfigs see them (resource type 32).

use std::sync::Arc;

use kafka_protocol::{ResponseError, messages::describe_configs_response::DescribeConfigsResourceResult};

use super::Fault;
use crate::broker::{inner::Inner, settings::SettingsChange};

/// The settings of a group, whether it exists or not.
pub fn describe(_broker: &Inner, _group: &str) -> Result<Vec<DescribeConfigsResourceResult>, Fault> {
    Ok(Vec::new())
}

/// Changes the settings of a group.
pub async fn change(
    _broker: &Arc<Inner>,
    group: &str,
    _change: SettingsChange,
    _validate_only: bool,
) -> Result<(), Fault> {
    let message = format!("the group {group:?} has no settings of its own yet");
    Err(Fault::new(ResponseError::InvalidRequest, message))
}

/// Groups that have settings of their own.
pub fn names(_broker: &Inner) -> Vec<String> {
    Vec::new()
}
