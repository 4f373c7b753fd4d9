//! DescribeAcls, CreateAcls, DeleteAcls: the rules of the cluster's authorizer.

use kafka_protocol::messages::{
    CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest, create_acls_request::AclCreation,
    delete_acls_request::DeleteAclsFilter,
};

use super::{Client, ClientError, routing::Target, topics::left_out, wire::text};
use crate::model::{Acl, AclOperation, AclPattern, AclPermission, AclResource};

/// In a filter: any.
const ANY: i8 = 1;

impl Client {
    /// All rules, in order of resource, name and principal.
    ///
    /// # Errors
    /// SECURITY_DISABLED where the cluster has no authorizer: everybody may do everything.
    pub async fn acls(&self) -> Result<Vec<Acl>, ClientError> {
        let asked = "list the access control lists";
        let build = |_| {
            DescribeAclsRequest::default()
                .with_resource_type_filter(ANY)
                .with_resource_name_filter(None)
                .with_pattern_type_filter(ANY)
                .with_principal_filter(None)
                .with_host_filter(None)
                .with_operation(ANY)
                .with_permission_type(ANY)
        };
        self.ask(Target::Any, asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
            let mut rules = Vec::new();
            for resource in &answer.resources {
                rules.extend(resource.acls.iter().map(|rule| Acl {
                    resource: AclResource::of(resource.resource_type),
                    name: resource.resource_name.to_string(),
                    pattern: AclPattern::of(resource.pattern_type),
                    principal: rule.principal.to_string(),
                    host: rule.host.to_string(),
                    operation: AclOperation::of(rule.operation),
                    permission: AclPermission::of(rule.permission_type),
                }));
            }
            rules.sort();
            Ok(rules)
        })
        .await
    }

    /// Makes rules; one that is there already stays as it is.
    ///
    /// # Errors
    /// With the first rule that was refused; the others may have been made.
    pub async fn create_acls(&self, rules: &[Acl]) -> Result<(), ClientError> {
        let build = |_| {
            let creation = |rule: &Acl| {
                AclCreation::default()
                    .with_resource_type(rule.resource.number())
                    .with_resource_name(text(&rule.name))
                    .with_resource_pattern_type(rule.pattern.number())
                    .with_principal(text(&rule.principal))
                    .with_host(text(&rule.host))
                    .with_operation(rule.operation.number())
                    .with_permission_type(rule.permission.number())
            };
            CreateAclsRequest::default().with_creations(rules.iter().map(creation).collect())
        };
        self.ask(Target::Controller, "add rules", build, |answer, _| {
            if answer.results.len() != rules.len() {
                return Err(left_out("add rules"));
            }
            for (rule, result) in rules.iter().zip(&answer.results) {
                let what = || format!("add the rule {rule}");
                ClientError::check(result.error_code, what, result.error_message.as_deref())?;
            }
            Ok(())
        })
        .await
    }

    /// Deletes exactly these rules; answers how many there were.
    ///
    /// # Errors
    /// With the first rule that could not be deleted; others may have been.
    pub async fn delete_acls(&self, rules: &[Acl]) -> Result<usize, ClientError> {
        let build = |_| {
            let filter = |rule: &Acl| {
                DeleteAclsFilter::default()
                    .with_resource_type_filter(rule.resource.number())
                    .with_resource_name_filter(Some(text(&rule.name)))
                    .with_pattern_type_filter(rule.pattern.number())
                    .with_principal_filter(Some(text(&rule.principal)))
                    .with_host_filter(Some(text(&rule.host)))
                    .with_operation(rule.operation.number())
                    .with_permission_type(rule.permission.number())
            };
            DeleteAclsRequest::default().with_filters(rules.iter().map(filter).collect())
        };
        self.ask(Target::Controller, "delete rules", build, |answer, _| {
            let mut deleted = 0;
            for (rule, result) in rules.iter().zip(&answer.filter_results) {
                let what = || format!("delete the rule {rule}");
                ClientError::check(result.error_code, what, result.error_message.as_deref())?;
                for one in &result.matching_acls {
                    ClientError::check(one.error_code, what, one.error_message.as_deref())?;
                    deleted += 1;
                }
            }
            Ok(deleted)
        })
        .await
    }
}
