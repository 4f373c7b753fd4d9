//! FindCoordinator: the one node, for every group.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{FindCoordinatorRequest, FindCoordinatorResponse, find_coordinator_response::Coordinator},
    protocol::StrBytes,
};

use super::{Fault, node, text};
use crate::broker::inner::Inner;

/// First version that asks for several keys at once.
const BATCHED_FROM: i16 = 4;
const GROUP: i8 = 0;

pub fn answer(broker: &Arc<Inner>, version: i16, request: FindCoordinatorRequest) -> FindCoordinatorResponse {
    let fault = (request.key_type != GROUP).then(|| {
        let message = "there are no transactions and no share groups yet; only groups have a coordinator";
        Fault::new(ResponseError::InvalidRequest, message)
    });
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    if version >= BATCHED_FROM {
        let coordinators = request.coordinator_keys.into_iter().map(|key| one(key, fault.as_ref(), host, *port));
        return FindCoordinatorResponse::default().with_coordinators(coordinators.collect());
    }
    let one = one(request.key, fault.as_ref(), host, *port);
    let response = FindCoordinatorResponse::default()
        .with_error_code(one.error_code)
        .with_node_id(one.node_id)
        .with_host(one.host)
        .with_port(one.port);
    if version >= 1 { response.with_error_message(one.error_message) } else { response }
}

fn one(key: StrBytes, fault: Option<&Fault>, host: &str, port: u16) -> Coordinator {
    let coordinator = Coordinator::default().with_key(key);
    match fault {
        Some(fault) => coordinator
            .with_node_id((-1).into())
            .with_port(-1)
            .with_error_code(fault.code())
            .with_error_message(fault.text()),
        None => {
            coordinator.with_node_id(node()).with_host(text(host)).with_port(i32::from(port)).with_error_message(None)
        }
    }
}
