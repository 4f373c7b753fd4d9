//! AlterConfigs: gives a resource its settings anew; what is not in the request goes back to its default.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterConfigsRequest, AlterConfigsResponse, alter_configs_request::AlterConfigsResource,
        alter_configs_response::AlterConfigsResourceResponse,
    },
};

use super::{Fault, alter_settings};
use crate::broker::{config::ConfigError, inner::Inner, settings::SettingsChange, topics::ChangeError};

pub async fn answer(broker: &Arc<Inner>, request: AlterConfigsRequest) -> AlterConfigsResponse {
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
    AlterConfigsResponse::default().with_responses(responses)
}

async fn change(broker: &Arc<Inner>, resource: &AlterConfigsResource, validate_only: bool) -> Result<(), Fault> {
    let mut all = BTreeMap::new();
    for entry in &resource.configs {
        let name = entry.name.to_string();
        let Some(value) = &entry.value else {
            let error = ConfigError::NoValue { name };
            return Err(Fault::new(ResponseError::InvalidRequest, error.to_string()));
        };
        if all.insert(name.clone(), value.to_string()).is_some() {
            return Err(ChangeError::from(ConfigError::Twice { name }).into());
        }
    }
    let (kind, name) = (resource.resource_type, resource.resource_name.as_str());
    alter_settings::change(broker, kind, name, SettingsChange::Replace(all), validate_only).await
}
