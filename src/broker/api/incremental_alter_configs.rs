//! IncrementalAlterConfigs: changes settings of topics, all of a topic's or none.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
        incremental_alter_configs_request::AlterConfigsResource,
        incremental_alter_configs_response::AlterConfigsResourceResponse,
    },
};
use uuid::Uuid;

use super::{
    Fault,
    describe_configs::{BROKER, TOPIC},
    find_topic,
};
use crate::broker::{config::ConfigOperation, inner::Inner, topics::ChangeError};

pub async fn answer(broker: &Arc<Inner>, request: IncrementalAlterConfigsRequest) -> IncrementalAlterConfigsResponse {
    let mut responses = Vec::with_capacity(request.resources.len());
    for resource in request.resources {
        let response = AlterConfigsResourceResponse::default()
            .with_resource_type(resource.resource_type)
            .with_resource_name(resource.resource_name.clone());
        responses.push(match change(broker, &resource, request.validate_only).await {
            Ok(()) => response.with_error_message(None),
            Err(fault) => response.with_error_code(fault.code()).with_error_message(fault.text()),
        });
    }
    IncrementalAlterConfigsResponse::default().with_responses(responses)
}

async fn change(broker: &Arc<Inner>, resource: &AlterConfigsResource, validate_only: bool) -> Result<(), Fault> {
    match resource.resource_type {
        TOPIC => {}
        BROKER => {
            let message = "the broker's settings are chosen when its workspace is opened and cannot be changed";
            return Err(Fault::new(ResponseError::InvalidRequest, message));
        }
        other => {
            let message = format!("resources of type {other} have no settings here; only topics (2) have");
            return Err(Fault::new(ResponseError::InvalidRequest, message));
        }
    }
    let topic = find_topic(broker, &resource.resource_name, Uuid::nil(), false)?;
    let mut changes = Vec::with_capacity(resource.configs.len());
    for entry in &resource.configs {
        let operation = ConfigOperation::from_wire(entry.config_operation, &entry.name, entry.value.as_deref())
            .map_err(ChangeError::from)?;
        changes.push((entry.name.to_string(), operation));
    }
    Ok(broker.topics.configure(&broker.meta, &topic, &changes, validate_only).await?)
}
