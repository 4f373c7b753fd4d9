//! DescribeAcls, CreateAcls, DeleteAcls: users have roles and no lists. What a role amounts to is listed as the rules that
//! Kafka would have for it; they change with the role alone. Without users nothing is asked, and each answer says so, as
//! Kafka's does without an authorizer.

use kafka_protocol::{
    ResponseError,
    messages::{
        CreateAclsRequest, CreateAclsResponse, DeleteAclsRequest, DeleteAclsResponse, DescribeAclsRequest,
        DescribeAclsResponse,
        create_acls_response::AclCreationResult,
        delete_acls_response::DeleteAclsFilterResult,
        describe_acls_response::{AclDescription, DescribeAclsResource},
    },
};

use super::{Fault, operations, text};
use crate::{broker::inner::Inner, model::Role};

/// Stands for everything in a filter, and for nothing in its place.
const ANY: i8 = 1;
const UNKNOWN: i8 = 0;
/// Of patterns: whatever fits the name.
const MATCH: i8 = 2;
const LITERAL: i8 = 3;
const ALLOW: i8 = 3;
/// As the name of a resource: every one; as a host: from everywhere.
const EVERY: &str = "*";
/// The name of the one resource of the type cluster.
const CLUSTER: &str = "kafka-cluster";

/// The operations of a role, a bit each.
type Operations = fn(Role) -> i32;
/// Resource type, resource name, and what a role may do with it.
const RESOURCES: [(i8, &str, Operations); 4] = [
    (2, EVERY, operations::topic),
    (3, EVERY, operations::group),
    (4, CLUSTER, operations::cluster),
    (5, EVERY, operations::transactional_id),
];

/// Lists what the roles of all users amount to, as far as the filter asks.
pub fn describe(broker: &Inner, asked: &DescribeAclsRequest) -> DescribeAclsResponse {
    let kinds = [asked.resource_type_filter, asked.pattern_type_filter, asked.operation, asked.permission_type];
    let fault = if broker.users.is_empty() {
        Some(disabled())
    } else if kinds.contains(&UNKNOWN) {
        Some(Fault::new(ResponseError::InvalidRequest, "a filter may not ask for what is not known; 1 asks for any"))
    } else {
        None
    };
    if let Some(fault) = fault {
        return DescribeAclsResponse::default().with_error_code(fault.code()).with_error_message(fault.text());
    }
    let users = broker.users.all();
    let resources = RESOURCES.iter().filter(|(kind, name, _)| is_asked(asked, *kind, name));
    let described = resources.map(|(kind, name, of)| {
        let rules = users.iter().flat_map(|(user, known)| rules(&format!("User:{user}"), of(known.role)));
        DescribeAclsResource::default()
            .with_resource_type(*kind)
            .with_resource_name(text(name))
            .with_pattern_type(LITERAL)
            .with_acls(rules.filter(|rule| wants(asked, rule)).collect())
    });
    let described = described.filter(|resource| !resource.acls.is_empty());
    DescribeAclsResponse::default().with_error_message(None).with_resources(described.collect())
}

fn is_asked(asked: &DescribeAclsRequest, kind: i8, name: &str) -> bool {
    let is_named = match asked.resource_name_filter.as_deref() {
        None => true,
        Some(wanted) => wanted == name || (asked.pattern_type_filter == MATCH && name == EVERY),
    };
    is_named
        && matches!(asked.pattern_type_filter, ANY | MATCH | LITERAL)
        && (asked.resource_type_filter == ANY || asked.resource_type_filter == kind)
}

fn wants(asked: &DescribeAclsRequest, rule: &AclDescription) -> bool {
    asked.principal_filter.as_ref().is_none_or(|wanted| *wanted == rule.principal)
        && asked.host_filter.as_ref().is_none_or(|wanted| *wanted == rule.host)
        && (asked.operation == ANY || asked.operation == rule.operation)
        && (asked.permission_type == ANY || asked.permission_type == rule.permission_type)
}

/// A rule for each operation; the number of an operation is that of its bit.
fn rules(principal: &str, operations: i32) -> impl Iterator<Item = AclDescription> + use<> {
    let rule = AclDescription::default().with_principal(text(principal)).with_host(text(EVERY));
    let rule = rule.with_permission_type(ALLOW);
    let numbers = (0..31_i8).filter(move |number| operations >> number & 1 == 1);
    numbers.map(move |number| rule.clone().with_operation(number))
}

pub fn create(broker: &Inner, request: &CreateAclsRequest) -> CreateAclsResponse {
    let fault = refused(broker);
    let result = AclCreationResult::default().with_error_code(fault.code()).with_error_message(fault.text());
    CreateAclsResponse::default().with_results(vec![result; request.creations.len()])
}

pub fn delete(broker: &Inner, request: &DeleteAclsRequest) -> DeleteAclsResponse {
    let fault = refused(broker);
    let result = DeleteAclsFilterResult::default().with_error_code(fault.code()).with_error_message(fault.text());
    DeleteAclsResponse::default().with_filter_results(vec![result; request.filters.len()])
}

fn refused(broker: &Inner) -> Fault {
    if broker.users.is_empty() {
        return disabled();
    }
    let message = "what a user may do is its role, read, write or admin, for all topics and groups; give it another one \
                   with `millpond users set-role` or in Settings";
    Fault::new(ResponseError::InvalidRequest, message)
}

fn disabled() -> Fault {
    let message = "No Authorizer is configured: there are no users, so everybody may do everything; make users with \
                   `millpond users add` or in Settings, and what each may do is its role";
    Fault::new(ResponseError::SecurityDisabled, message)
}
