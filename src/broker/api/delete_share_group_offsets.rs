//! DeleteShareGroupOffsets: what a share group without members has read of topics is forgotten.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{
        DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse,
        delete_share_group_offsets_response::DeleteShareGroupOffsetsResponseTopic as Deleted,
    },
};
use uuid::Uuid;

use super::{Fault, find_topic};
use crate::broker::{coordinator::CommitError, inner::Inner};

pub async fn answer(broker: &Arc<Inner>, request: DeleteShareGroupOffsetsRequest) -> DeleteShareGroupOffsetsResponse {
    let group = request.group_id.to_string();
    if let Err(error) = broker.coordinator.check_vacant_share(&group) {
        let fault = Fault::of_share_group(&group, CommitError::Refused(error));
        return DeleteShareGroupOffsetsResponse::default()
            .with_error_code(fault.code())
            .with_error_message(fault.text());
    }
    let mut topics = Vec::with_capacity(request.topics.len());
    for asked in request.topics {
        let found = find_topic(broker, &asked.topic_name, Uuid::nil(), false);
        let outcome = match &found {
            Ok(topic) => {
                let forgotten = broker.shares.forget(&group, topic).await;
                forgotten.map_err(|error| Fault::new(ResponseError::KafkaStorageError, error.to_string()))
            }
            Err(fault) => Err(fault.clone()),
        };
        let id = found.map_or(Uuid::nil(), |found| found.id);
        let told = Deleted::default().with_topic_name(asked.topic_name).with_topic_id(id);
        topics.push(match outcome {
            Ok(()) => told.with_error_message(None),
            Err(fault) => told.with_error_code(fault.code()).with_error_message(fault.text()),
        });
    }
    DeleteShareGroupOffsetsResponse::default().with_error_message(None).with_responses(topics)
}
