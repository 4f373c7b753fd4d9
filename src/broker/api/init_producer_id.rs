//! InitProducerId: an id for an idempotent producer; for a transactional one its id with a new epoch, which fences whoever
//! had it before.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{InitProducerIdRequest, InitProducerIdResponse, ProducerId},
};

use crate::broker::inner::Inner;

pub async fn answer(broker: &Arc<Inner>, _version: i16, request: InitProducerIdRequest) -> InitProducerIdResponse {
    let outcome = match request.transactional_id {
        None => broker.producer_ids.next().await.map(|id| (id, 0)).map_err(|error| {
            tracing::warn!("no producer id could be given out: {error}");
            ResponseError::CoordinatorNotAvailable
        }),
        Some(_) => Err(ResponseError::CoordinatorNotAvailable),
    };
    let response = InitProducerIdResponse::default();
    match outcome {
        Ok((id, epoch)) => response.with_producer_id(ProducerId(id)).with_producer_epoch(epoch),
        Err(error) => response.with_error_code(error.code()).with_producer_id(ProducerId(-1)).with_producer_epoch(-1),
    }
}
