//! IncrementalAlterConfigs: changes settings, all of a resource's or none.

use std::sync::Arc;

use kafka_protocol::messages::{
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
    incremental_alter_configs_request::AlterConfigsResource,
    incremental_alter_configs_response::AlterConfigsResourceResponse,
};

use super::{Fault, alter_settings};
use crate::broker::{config::ConfigOperation, inner::Inner, settings::SettingsChange, topics::ChangeError};

pub async fn answer(broker: &Arc<Inner>, request: IncrementalAlterConfigsRequest) -> IncrementalAlterConfigsResponse {
    let wanted = request.resources.iter().map(|one| (one.resource_type, one.resource_name.as_str(), change(one)));
    let outcomes = alter_settings::change_all(broker, wanted.collect(), request.validate_only).await;
    let responses = request.resources.iter().zip(outcomes).map(|(resource, outcome)| {
        let response = AlterConfigsResourceResponse::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone());
        match outcome {
            Ok(()) => response.with_error_message(None),
            Err(fault) => response.with_error_code(fault.code()).with_error_message(fault.text()),
        }
    });
    IncrementalAlterConfigsResponse::default().with_responses(responses.collect())
}

fn change(resource: &AlterConfigsResource) -> Result<SettingsChange, Fault> {
    let mut changes = Vec::with_capacity(resource.configs.len());
    for entry in &resource.configs {
        let operation = ConfigOperation::from_wire(entry.config_operation, &entry.name, entry.value.as_deref())
            .map_err(ChangeError::from)?;
        changes.push((entry.name.to_string(), operation));
    }
    Ok(SettingsChange::Edit(changes))
}
