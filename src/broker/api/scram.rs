//! DescribeUserScramCredentials and AlterUserScramCredentials: there are no users yet.

use std::collections::HashMap;

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, DescribeUserScramCredentialsRequest,
        DescribeUserScramCredentialsResponse, alter_user_scram_credentials_response::AlterUserScramCredentialsResult,
        describe_user_scram_credentials_response::DescribeUserScramCredentialsResult,
    },
    protocol::StrBytes,
};

use super::Fault;

pub fn describe(request: DescribeUserScramCredentialsRequest) -> DescribeUserScramCredentialsResponse {
    let mut asked: Vec<(StrBytes, usize)> = Vec::new();
    let mut at: HashMap<StrBytes, usize> = HashMap::new();
    for user in request.users.unwrap_or_default() {
        let index = *at.entry(user.name.clone()).or_insert(asked.len());
        match asked.get_mut(index) {
            Some((_, times)) => *times += 1,
            None => asked.push((user.name, 1)),
        }
    }
    let results = asked.into_iter().map(|(user, times)| {
        let fault = if times > 1 {
            Fault::new(ResponseError::DuplicateResource, format!("the user {user} is asked for more than once"))
        } else {
            unknown(&user)
        };
        DescribeUserScramCredentialsResult::default()
            .with_user(user)
            .with_error_code(fault.code())
            .with_error_message(fault.text())
    });
    DescribeUserScramCredentialsResponse::default().with_error_message(None).with_results(results.collect())
}

pub fn alter(request: AlterUserScramCredentialsRequest) -> AlterUserScramCredentialsResponse {
    let deletions = request.deletions.into_iter().map(|deletion| (unknown(&deletion.name), deletion.name));
    let upsertions = request.upsertions.into_iter().map(|upsertion| {
        let message = "users cannot be kept yet; connect without authentication";
        (Fault::new(ResponseError::SecurityDisabled, message), upsertion.name)
    });
    let results = deletions.chain(upsertions).map(|(fault, user)| {
        AlterUserScramCredentialsResult::default()
            .with_user(user)
            .with_error_code(fault.code())
            .with_error_message(fault.text())
    });
    AlterUserScramCredentialsResponse::default().with_results(results.collect())
}

fn unknown(user: &str) -> Fault {
    Fault::new(ResponseError::ResourceNotFound, format!("there are no SCRAM credentials of a user {user:?}"))
}
