//! AddOffsetsToTxn: the offsets of a group will be committed with a transaction.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse},
};

use crate::{
    broker::{
        inner::Inner,
        transactions::{Flow, ProducerId},
    },
    model::check_group_name,
};

/// First version that knows PRODUCER_FENCED.
const FENCED_FROM: i16 = 2;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: AddOffsetsToTxnRequest) -> AddOffsetsToTxnResponse {
    let producer = ProducerId { id: *request.producer_id, epoch: request.producer_epoch };
    let (id, group) = (request.transactional_id.as_str(), request.group_id.as_str());
    let outcome = match check_group_name(group) {
        Err(_) => Err(ResponseError::InvalidGroupId),
        Ok(_) => {
            let groups = vec![group.into()];
            broker.transactions.add(broker, id, producer, Vec::new(), groups, Flow::Explicit).await.map(drop)
        }
    };
    let outcome = outcome.map_err(|error| super::fenced(error, version, FENCED_FROM));
    AddOffsetsToTxnResponse::default().with_error_code(super::code(outcome))
}
