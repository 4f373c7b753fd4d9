//! DescribeCluster: the one node.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{DescribeClusterRequest, DescribeClusterResponse, describe_cluster_response::DescribeClusterBroker},
};

use super::{node, operations, text};
use crate::{broker::inner::Inner, model::Role};

/// Endpoints of brokers, as opposed to those of controllers.
const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

pub fn answer(
    broker: &Arc<Inner>,
    role: Role,
    version: i16,
    request: DescribeClusterRequest,
) -> DescribeClusterResponse {
    if version >= 1 && request.endpoint_type != BROKERS {
        let (error, message) = match request.endpoint_type {
            CONTROLLERS => {
                (ResponseError::MismatchedEndpointType, "the node is a broker; ask for the endpoints of brokers (1)")
            }
            0 => (ResponseError::InvalidRequest, "0 is no type of endpoint; ask for the endpoints of brokers (1)"),
            _ => (ResponseError::UnsupportedEndpointType, "there are endpoints of brokers (1) and of controllers (2)"),
        };
        return DescribeClusterResponse::default()
            .with_error_code(error.code())
            .with_error_message(Some(text(message)));
    }
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    let me = DescribeClusterBroker::default().with_broker_id(node()).with_host(text(host)).with_port(i32::from(*port));
    let mut response = DescribeClusterResponse::default()
        .with_error_message(None)
        .with_cluster_id(text(&broker.cluster_id))
        .with_controller_id(node())
        .with_brokers(vec![me]);
    if request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = operations::cluster(role);
    }
    response
}
