//! DescribeAcls, CreateAcls, DeleteAcls: users have roles and no lists, and each answer says so, as Kafka's does without an
//! authorizer.

use kafka_protocol::{
    ResponseError,
    messages::{
        CreateAclsRequest, CreateAclsResponse, DeleteAclsRequest, DeleteAclsResponse, DescribeAclsResponse,
        create_acls_response::AclCreationResult, delete_acls_response::DeleteAclsFilterResult,
    },
};

use super::text;

const DISABLED: ResponseError = ResponseError::SecurityDisabled;
const MESSAGE: &str = "No Authorizer is configured: access control lists are neither kept nor applied. What a user may do is the role of the user: read, write or admin.";

pub fn describe() -> DescribeAclsResponse {
    DescribeAclsResponse::default().with_error_code(DISABLED.code()).with_error_message(Some(text(MESSAGE)))
}

pub fn create(request: &CreateAclsRequest) -> CreateAclsResponse {
    let result = AclCreationResult::default().with_error_code(DISABLED.code()).with_error_message(Some(text(MESSAGE)));
    CreateAclsResponse::default().with_results(vec![result; request.creations.len()])
}

pub fn delete(request: &DeleteAclsRequest) -> DeleteAclsResponse {
    let result =
        DeleteAclsFilterResult::default().with_error_code(DISABLED.code()).with_error_message(Some(text(MESSAGE)));
    DeleteAclsResponse::default().with_filter_results(vec![result; request.filters.len()])
}
