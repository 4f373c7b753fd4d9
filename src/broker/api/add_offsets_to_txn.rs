//! AddOffsetsToTxn: the offsets of a group will be committed with a transaction.

use std::sync::Arc;

use kafka_protocol::messages::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse};

use crate::broker::{
    inner::Inner,
    transactions::{Flow, ProducerId},
};

/// First version that knows PRODUCER_FENCED.
const FENCED_FROM: i16 = 2;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: AddOffsetsToTxnRequest) -> AddOffsetsToTxnResponse {
    let producer = ProducerId { id: *request.producer_id, epoch: request.producer_epoch };
    let (id, group) = (request.transactional_id.as_str(), request.group_id.as_str());
    // Whether a group may have this name is looked at when it commits, as in Kafka.
    let groups = vec![group.into()];
    let outcome = broker.transactions.add(broker, id, producer, Vec::new(), groups, Flow::Explicit).await;
    let outcome = outcome.map(drop).map_err(|error| super::fenced(error, version, FENCED_FROM));
    AddOffsetsToTxnResponse::default().with_error_code(super::code(outcome))
}
