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
    let all = request.resources.iter().map(|resource| (resource.resource_type, resource.resource_name.as_str()));
    let repeated = alter_settings::repeated(all);
    let mut responses = Vec::with_capacity(request.resources.len());
    for resource in &request.resources {
        let outcome = if repeated(resource.resource_type, &resource.resource_name) {
            Err(alter_settings::is_repeated())
        } else {
            change(broker, resource, request.validate_only).await
        };
        let response = AlterConfigsResourceResponse::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone());
        responses.push(match outcome {
            Ok(()) => response.with_error_message(None),
            Err(fault) => response.with_error_code(fault.code()).with_error_message(fault.text()),
        });
    }
    IncrementalAlterConfigsResponse::default().with_responses(responses)
}

async fn change(broker: &Arc<Inner>, resource: &AlterConfigsResource, validate_only: bool) -> Result<(), Fault> {
    let mut changes = Vec::with_capacity(resource.configs.len());
    for entry in &resource.configs {
        let operation = ConfigOperation::from_wire(entry.config_operation, &entry.name, entry.value.as_deref())
            .map_err(ChangeError::from)?;
        changes.push((entry.name.to_string(), operation));
    }
    let (kind, name) = (resource.resource_type, resource.resource_name.as_str());
    alter_settings::change(broker, kind, name, SettingsChange::Edit(changes), validate_only).await
}
