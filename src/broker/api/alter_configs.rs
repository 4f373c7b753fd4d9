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
    AlterConfigsResponse::default().with_responses(responses.collect())
}

fn change(resource: &AlterConfigsResource) -> Result<SettingsChange, Fault> {
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
    Ok(SettingsChange::Replace(all))
}
