//! DeleteGroups: groups without members, with all that they committed.

use std::sync::Arc;

use kafka_protocol::{
    ResponseError,
    messages::{DeleteGroupsRequest, DeleteGroupsResponse, delete_groups_response::DeletableGroupResult},
};

use crate::broker::{coordinator::CommitError, inner::Inner};

pub async fn answer(broker: &Arc<Inner>, request: DeleteGroupsRequest) -> DeleteGroupsResponse {
    let mut results = Vec::with_capacity(request.groups_names.len());
    for id in request.groups_names {
        let code = match broker.coordinator.delete(&id).await {
            Ok(()) => {
                broker.shares.forget_group(&id);
                0
            }
            Err(CommitError::Refused(error)) => error.code(),
            Err(CommitError::Meta(error)) => {
                tracing::warn!("the group {} was not deleted: {error}", *id);
                ResponseError::KafkaStorageError.code()
            }
        };
        results.push(DeletableGroupResult::default().with_group_id(id).with_error_code(code));
    }
    DeleteGroupsResponse::default().with_results(results)
}
