//! ListConfigResources (KIP-1142): what has settings. Version 0 asks for subscriptions of client metrics alone.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        ListConfigResourcesRequest, ListConfigResourcesResponse, list_config_resources_response::ConfigResource,
    },
};

use super::{resources, text};
use crate::broker::{NODE_ID, inner::Inner};

/// First version that asks by type.
const TYPES_FROM: i16 = 1;

pub fn answer(broker: &Arc<Inner>, version: i16, request: &ListConfigResourcesRequest) -> ListConfigResourcesResponse {
    if version < TYPES_FROM {
        return ListConfigResourcesResponse::default();
    }
    let asked = &request.resource_types;
    if asked.iter().any(|kind| !resources::ALL.contains(kind)) {
        return ListConfigResourcesResponse::default().with_error_code(ResponseError::UnsupportedVersion.code());
    }
    let mut listed = Vec::new();
    for kind in resources::ALL.iter().filter(|kind| asked.is_empty() || asked.contains(kind)) {
        let names = match *kind {
            resources::TOPIC => broker.topics.all().iter().map(|topic| topic.name.to_string()).collect(),
            resources::BROKER | resources::BROKER_LOGGER => vec![NODE_ID.to_string()],
            resources::GROUP => super::group_settings::names(broker),
            // Nobody subscribes to the metrics of clients.
            _ => Vec::new(),
        };
        let resource =
            |name: String| ConfigResource::default().with_resource_name(text(&name)).with_resource_type(*kind);
        listed.extend(names.into_iter().map(resource));
    }
    ListConfigResourcesResponse::default().with_config_resources(listed)
}
