//! EndTxn: a transaction is committed or aborted. From version 5 on the producer gets a new epoch with it (KIP-890).

use std::sync::Arc;

use kafka_protocol::messages::{EndTxnRequest, EndTxnResponse, ProducerId as WireId};

use crate::broker::{
    inner::Inner,
    transactions::{Flow, ProducerId},
};

/// First version that answers with a new epoch.
const IMPLICIT_FROM: i16 = 5;
/// First version that knows PRODUCER_FENCED.
const FENCED_FROM: i16 = 2;

pub async fn answer(broker: &Arc<Inner>, version: i16, request: EndTxnRequest) -> EndTxnResponse {
    let producer = ProducerId { id: *request.producer_id, epoch: request.producer_epoch };
    let flow = if version < IMPLICIT_FROM { Flow::Explicit } else { Flow::Implicit };
    let outcome = broker.transactions.end(broker, &request.transactional_id, producer, request.committed, flow).await;
    let response = EndTxnResponse::default();
    match outcome {
        Ok(next) => response.with_producer_id(WireId(next.id)).with_producer_epoch(next.epoch),
        Err(error) => response
            .with_error_code(super::fenced(error, version, FENCED_FROM).code())
            .with_producer_id(WireId(-1))
            .with_producer_epoch(-1),
    }
}
