//! DescribeClientQuotas and AlterClientQuotas: nobody is slowed down, so there are none, and none can be set.

use std::collections::HashSet;

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterClientQuotasRequest, AlterClientQuotasResponse, DescribeClientQuotasRequest, DescribeClientQuotasResponse,
        alter_client_quotas_request, alter_client_quotas_response,
    },
};

use super::Fault;

/// What quotas can be set for.
const ENTITY_TYPES: &[&str] = &["user", "client-id", "ip"];
/// Ways in which a component of a filter matches: by name, the default, any.
const MATCH_TYPES: std::ops::RangeInclusive<i8> = 0..=2;

pub fn describe(request: &DescribeClientQuotasRequest) -> DescribeClientQuotasResponse {
    match check_filter(request) {
        Ok(()) => DescribeClientQuotasResponse::default().with_error_message(None).with_entries(Some(Vec::new())),
        Err(fault) => DescribeClientQuotasResponse::default()
            .with_error_code(fault.code())
            .with_error_message(fault.text())
            .with_entries(None),
    }
}

fn check_filter(request: &DescribeClientQuotasRequest) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for component in &request.components {
        check_entity_type(&component.entity_type)?;
        if !seen.insert(&component.entity_type) {
            let message = format!("the entity type {} is in the filter more than once", component.entity_type);
            return Err(Fault::new(ResponseError::InvalidRequest, message));
        }
        if !MATCH_TYPES.contains(&component.match_type) {
            let message = format!("{} is no type of match; there are 0 exact, 1 default, 2 any", component.match_type);
            return Err(Fault::new(ResponseError::InvalidRequest, message));
        }
    }
    Ok(())
}

pub fn alter(request: AlterClientQuotasRequest) -> AlterClientQuotasResponse {
    let entries = request.entries.into_iter().map(|entry| {
        let outcome = check_change(&entry);
        let entity = entry.entity.into_iter().map(|part| {
            alter_client_quotas_response::EntityData::default()
                .with_entity_type(part.entity_type)
                .with_entity_name(part.entity_name)
        });
        let answer = alter_client_quotas_response::EntryData::default().with_entity(entity.collect());
        match outcome {
            Ok(()) => answer.with_error_message(None),
            Err(fault) => answer.with_error_code(fault.code()).with_error_message(fault.text()),
        }
    });
    AlterClientQuotasResponse::default().with_entries(entries.collect())
}

fn check_change(entry: &alter_client_quotas_request::EntryData) -> Result<(), Fault> {
    if entry.entity.is_empty() {
        return Err(Fault::new(ResponseError::InvalidRequest, "a quota needs an entity: a user, a client-id or an ip"));
    }
    for part in &entry.entity {
        check_entity_type(&part.entity_type)?;
    }
    match entry.ops.iter().find(|op| !op.remove) {
        // What is not there is gone already.
        None => Ok(()),
        Some(op) => {
            let message = format!("{} cannot be set: this broker slows no client down and keeps no quotas", op.key);
            Err(Fault::new(ResponseError::InvalidRequest, message))
        }
    }
}

fn check_entity_type(kind: &str) -> Result<(), Fault> {
    match kind {
        "" => Err(Fault::new(ResponseError::InvalidRequest, "the entity type is empty")),
        kind if ENTITY_TYPES.contains(&kind) => Ok(()),
        kind => {
            let message = format!("{kind:?} is no entity type; there are {}", ENTITY_TYPES.join(", "));
            Err(Fault::new(ResponseError::UnsupportedVersion, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_types_are_kafkas() {
        assert!(check_entity_type("user").is_ok());
        assert_eq!(check_entity_type("group").unwrap_err().error, ResponseError::UnsupportedVersion);
        assert_eq!(check_entity_type("").unwrap_err().error, ResponseError::InvalidRequest);
    }
}
