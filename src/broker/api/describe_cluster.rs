//! DescribeCluster: the one node.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{DescribeClusterRequest, DescribeClusterResponse, describe_cluster_response::DescribeClusterBroker},
};

use super::{node, text};
use crate::broker::inner::Inner;

/// Endpoints of brokers, as opposed to those of controllers.
const BROKERS: i8 = 1;

pub fn answer(broker: &Arc<Inner>, version: i16, request: DescribeClusterRequest) -> DescribeClusterResponse {
    if version >= 1 && request.endpoint_type != BROKERS {
        let message = "the node is a broker; ask for the endpoints of brokers (1)";
        return DescribeClusterResponse::default()
            .with_error_code(ResponseError::MismatchedEndpointType.code())
            .with_error_message(Some(text(message)));
    }
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    let me = DescribeClusterBroker::default().with_broker_id(node()).with_host(text(host)).with_port(i32::from(*port));
    DescribeClusterResponse::default()
        .with_error_message(None)
        .with_cluster_id(text(&broker.cluster_id))
        .with_controller_id(node())
        .with_brokers(vec![me])
}
