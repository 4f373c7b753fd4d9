//! FindCoordinator: the one node, for every group and every transaction.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kafka_protocol::{
    ResponseError,
    messages::{FindCoordinatorRequest, FindCoordinatorResponse, find_coordinator_response::Coordinator},
    protocol::StrBytes,
};

use super::{Fault, node, text};
use crate::broker::inner::Inner;

/// First version that asks for several keys at once.
const BATCHED_FROM: i16 = 4;
/// First version that asks for the coordinator of a share group's partition.
const SHARE_FROM: i16 = 6;
/// Kinds of keys.
const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const SHARE: i8 = 2;

pub fn answer(broker: &Arc<Inner>, version: i16, request: FindCoordinatorRequest) -> FindCoordinatorResponse {
    let advertised = broker.advertised.load();
    let (host, port) = &**advertised;
    if version >= BATCHED_FROM {
        let coordinators = request.coordinator_keys.into_iter().map(|key| {
            let fault = check(request.key_type, &key, version).err();
            one(key, fault.as_ref(), host, *port)
        });
        return FindCoordinatorResponse::default().with_coordinators(coordinators.collect());
    }
    // Version 0 knows groups only.
    let key_type = if version >= 1 { request.key_type } else { GROUP };
    let fault = check(key_type, &request.key, version).err();
    let one = one(request.key, fault.as_ref(), host, *port);
    let response = FindCoordinatorResponse::default()
        .with_error_code(one.error_code)
        .with_node_id(one.node_id)
        .with_host(one.host)
        .with_port(one.port);
    if version >= 1 { response.with_error_message(one.error_message) } else { response }
}

fn check(key_type: i8, key: &str, version: i16) -> Result<(), Fault> {
    let refused = |message: String| Err(Fault::new(ResponseError::InvalidRequest, message));
    match key_type {
        GROUP | TRANSACTION => Ok(()),
        SHARE if version < SHARE_FROM => {
            refused(format!("a share group's coordinator is found with version {SHARE_FROM} or above"))
        }
        SHARE if is_share_key(key) => Ok(()),
        SHARE => refused(format!("{key:?} is no share partition: it is group:topic id:partition")),
        other => {
            refused(format!("there is no coordinator of kind {other}; Kafka knows 0 group, 1 transaction, 2 share"))
        }
    }
}

/// `group:topic id:partition`, where the group may hold colons itself. Kafka writes ids in URL-safe base64.
fn is_share_key(key: &str) -> bool {
    const ID_BYTES: usize = 16;
    let mut parts = key.rsplitn(3, ':');
    let partition = parts.next().and_then(|partition| partition.parse::<i32>().ok());
    let id = parts.next().and_then(|id| URL_SAFE_NO_PAD.decode(id).ok());
    let group = parts.next().is_some_and(|group| !group.is_empty());
    group && partition.is_some_and(|partition| partition >= 0) && id.is_some_and(|id| id.len() == ID_BYTES)
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
