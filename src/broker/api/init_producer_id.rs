//! InitProducerId: an id for an idempotent producer; for a transactional one its id with a new epoch, which fences whoever
//! had it before.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{InitProducerIdRequest, InitProducerIdResponse, ProducerId as WireId},
};

use crate::broker::{inner::Inner, transactions::ProducerId};

/// First version that knows PRODUCER_FENCED.
const FENCED_FROM: i16 = 4;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: InitProducerIdRequest) -> InitProducerIdResponse {
    let transactions = &broker.transactions;
    let outcome = match (&request.transactional_id, expected(&request)) {
        (_, Err(error)) => Err(error),
        (None, Ok(_)) => transactions.new_producer_id().await.map(|id| ProducerId { id, epoch: 0 }),
        (Some(id), Ok(expected)) => transactions.init(broker, id, request.transaction_timeout_ms, expected).await,
    };
    let response = InitProducerIdResponse::default();
    match outcome {
        Ok(producer) => response.with_producer_id(WireId(producer.id)).with_producer_epoch(producer.epoch),
        Err(error) => response
            .with_error_code(super::fenced(error, version, FENCED_FROM).code())
            .with_producer_id(WireId(-1))
            .with_producer_epoch(-1),
    }
}

/// What a producer that comes back had before; both or none.
fn expected(request: &InitProducerIdRequest) -> Result<Option<ProducerId>, ResponseError> {
    match (*request.producer_id, request.producer_epoch) {
        (-1, -1) => Ok(None),
        (-1, _) | (_, -1) => Err(ResponseError::InvalidRequest),
        (id, epoch) => Ok(Some(ProducerId { id, epoch })),
    }
}
