//! DescribeUserScramCredentials and AlterUserScramCredentials (KIP-554): the users of the workspace. A tagged field that
//! other brokers skip carries their roles (`codec::roles`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, DescribeUserScramCredentialsRequest,
        DescribeUserScramCredentialsResponse,
        alter_user_scram_credentials_request::{ScramCredentialDeletion, ScramCredentialUpsertion},
        alter_user_scram_credentials_response::AlterUserScramCredentialsResult,
        describe_user_scram_credentials_response::{CredentialInfo, DescribeUserScramCredentialsResult},
    },
    protocol::StrBytes,
};

use super::{Fault, text};
use crate::{
    broker::{
        LOCAL_ADMIN, USER_NAME_BYTES_MAX, User,
        inner::Inner,
        users::{USERS_MAX, UserChange},
    },
    codec::{
        roles::{self, Roles},
        scram::{Credential, ITERATIONS_MAX, ITERATIONS_MIN, Mechanism},
    },
    model::Role,
};

/// Longest salt that is kept, in bytes.
const SALT_BYTES_MAX: usize = 1024;

type Everybody = BTreeMap<Arc<str>, User>;

pub fn describe(broker: &Inner, request: DescribeUserScramCredentialsRequest) -> DescribeUserScramCredentialsResponse {
    let users = broker.users.all();
    let asked = request.users.unwrap_or_default();
    let results: Vec<_> = if asked.is_empty() {
        users.iter().map(|(name, user)| found(text(name), user)).collect()
    } else {
        in_order(asked.into_iter().map(|user| user.name))
            .into_iter()
            .map(|(name, times)| one(&users, name, times))
            .collect()
    };
    let told = |name: &str| users.get(name).map(|user| (name.to_owned(), user.role));
    let roles: Roles = results.iter().filter_map(|result| told(&result.user)).collect();
    let mut response = DescribeUserScramCredentialsResponse::default().with_error_message(None).with_results(results);
    // Where there is nobody, the answer is Kafka's to the byte.
    if !roles.is_empty() {
        roles::put(&roles, &mut response.unknown_tagged_fields);
    }
    response
}

/// Names in the order in which they come first, each with how often it comes.
fn in_order(names: impl Iterator<Item = StrBytes>) -> Vec<(StrBytes, usize)> {
    let mut order: Vec<(StrBytes, usize)> = Vec::new();
    let mut at: HashMap<StrBytes, usize> = HashMap::new();
    for name in names {
        let index = *at.entry(name.clone()).or_insert(order.len());
        match order.get_mut(index) {
            Some((_, times)) => *times += 1,
            None => order.push((name, 1)),
        }
    }
    order
}

fn one(users: &Everybody, name: StrBytes, times: usize) -> DescribeUserScramCredentialsResult {
    let fault = match users.get(name.as_str()) {
        _ if times > 1 => {
            Fault::new(ResponseError::DuplicateResource, format!("the user {name} is asked for more than once"))
        }
        Some(user) => return found(name, user),
        None => unknown(&name),
    };
    DescribeUserScramCredentialsResult::default()
        .with_user(name)
        .with_error_code(fault.code())
        .with_error_message(fault.text())
}

fn found(name: StrBytes, user: &User) -> DescribeUserScramCredentialsResult {
    let infos = user.credentials.iter().map(|credential| {
        let iterations = i32::try_from(credential.iterations).unwrap_or(i32::MAX);
        CredentialInfo::default().with_mechanism(credential.mechanism.number()).with_iterations(iterations)
    });
    DescribeUserScramCredentialsResult::default()
        .with_user(name)
        .with_error_message(None)
        .with_credential_infos(infos.collect())
}

fn unknown(user: &str) -> Fault {
    Fault::new(ResponseError::ResourceNotFound, format!("there are no SCRAM credentials of a user {user:?}"))
}

pub async fn alter(broker: &Inner, request: AlterUserScramCredentialsRequest) -> AlterUserScramCredentialsResponse {
    let roles = match roles::take(&request.unknown_tagged_fields) {
        Ok(roles) => roles.unwrap_or_default(),
        Err(why) => {
            let fault = Fault::new(ResponseError::InvalidRequest, format!("the roles cannot be read: {why}"));
            let results = named(&request, &Roles::new()).into_iter().map(|name| result(name, Some(&fault)));
            return AlterUserScramCredentialsResponse::default().with_results(results.collect());
        }
    };
    let names = named(&request, &roles);
    let changed = broker.users.change(&broker.meta, |users| plan(users, &request, &roles, &names)).await;
    let results = match changed {
        Ok(faults) => names.into_iter().map(|name| (faults.get(&name).cloned(), name)).collect::<Vec<_>>(),
        Err(error) => {
            let fault = Fault::new(ResponseError::KafkaStorageError, error.to_string());
            names.into_iter().map(|name| (Some(fault.clone()), name)).collect()
        }
    };
    let results = results.into_iter().map(|(fault, name)| result(name, fault.as_ref()));
    AlterUserScramCredentialsResponse::default().with_results(results.collect())
}

/// Whom the request is about, each once.
fn named(request: &AlterUserScramCredentialsRequest, roles: &Roles) -> Vec<StrBytes> {
    let deletions = request.deletions.iter().map(|one| one.name.clone());
    let upsertions = request.upsertions.iter().map(|one| one.name.clone());
    let roles = roles.keys().map(|name| text(name));
    in_order(deletions.chain(upsertions).chain(roles)).into_iter().map(|(name, _)| name).collect()
}

/// What becomes of the users that are named, and why some stay as they are: a user changes as a whole or not at all.
fn plan(
    users: &Everybody,
    request: &AlterUserScramCredentialsRequest,
    roles: &Roles,
    names: &[StrBytes],
) -> (Vec<UserChange>, HashMap<StrBytes, Fault>) {
    let mut faults = HashMap::new();
    let mut changes = Vec::new();
    let mut count = users.len();
    for name in names {
        let deletions = request.deletions.iter().filter(|one| one.name == *name).collect::<Vec<_>>();
        let upsertions = request.upsertions.iter().filter(|one| one.name == *name).collect::<Vec<_>>();
        let before = users.get(name.as_str());
        match changed(before, name, &deletions, &upsertions, roles.get(name.as_str()).copied()) {
            Ok(Some(_)) if before.is_none() && count >= USERS_MAX => {
                let message = format!("there are {USERS_MAX} users, and no more can be kept");
                faults.insert(name.clone(), Fault::new(ResponseError::PolicyViolation, message));
            }
            Ok(user) => {
                count += usize::from(before.is_none());
                changes.push((name.as_str().into(), user));
            }
            Err(fault) => {
                faults.insert(name.clone(), fault);
            }
        }
    }
    (changes, faults)
}

/// A user as it will be; `None` where its last credential goes, and it with it.
fn changed(
    before: Option<&User>,
    name: &str,
    deletions: &[&ScramCredentialDeletion],
    upsertions: &[&ScramCredentialUpsertion],
    role: Option<Role>,
) -> Result<Option<User>, Fault> {
    let unacceptable = |why: String| Fault::new(ResponseError::UnacceptableCredential, why);
    if name.is_empty() {
        return Err(unacceptable("Username must not be empty".to_owned()));
    }
    if name.len() > USER_NAME_BYTES_MAX || name.contains('\0') || name == LOCAL_ADMIN {
        let message = format!("{name:?} cannot be the name of a user; use up to {USER_NAME_BYTES_MAX} bytes of text");
        return Err(unacceptable(message));
    }
    let mut seen = BTreeSet::new();
    let numbers = deletions.iter().map(|one| one.mechanism).chain(upsertions.iter().map(|one| one.mechanism));
    for number in numbers {
        let mechanism = Mechanism::by_number(number)
            .ok_or_else(|| Fault::new(ResponseError::UnsupportedSaslMechanism, "Unknown SCRAM mechanism"))?;
        if !seen.insert(mechanism) {
            let message = "A user credential cannot be altered twice in the same request";
            return Err(Fault::new(ResponseError::DuplicateResource, message));
        }
    }
    let mut user = before.cloned().unwrap_or(User { role: Role::default(), credentials: Vec::new() });
    for deletion in deletions {
        let before = user.credentials.len();
        user.credentials.retain(|one| one.mechanism.number() != deletion.mechanism);
        if user.credentials.len() == before {
            let message = "Attempt to delete a user credential that does not exist";
            return Err(Fault::new(ResponseError::ResourceNotFound, message));
        }
    }
    for upsertion in upsertions {
        let credential = credential(upsertion)?;
        user.credentials.retain(|one| one.mechanism != credential.mechanism);
        user.credentials.push(credential);
    }
    user.credentials.sort_by_key(|one| one.mechanism);
    if user.credentials.is_empty() {
        // Only a role was given, to a user that does not exist.
        return if deletions.is_empty() { Err(unknown(name)) } else { Ok(None) };
    }
    user.role = role.unwrap_or(user.role);
    Ok(Some(user))
}

fn credential(upsertion: &ScramCredentialUpsertion) -> Result<Credential, Fault> {
    let unacceptable = |why: &str| Fault::new(ResponseError::UnacceptableCredential, why);
    let mechanism = Mechanism::by_number(upsertion.mechanism)
        .ok_or_else(|| Fault::new(ResponseError::UnsupportedSaslMechanism, "Unknown SCRAM mechanism"))?;
    let iterations = u32::try_from(upsertion.iterations).unwrap_or(0);
    if iterations < ITERATIONS_MIN {
        return Err(unacceptable("Too few iterations"));
    }
    if iterations > ITERATIONS_MAX {
        return Err(unacceptable("Too many iterations"));
    }
    if upsertion.salt.is_empty() || upsertion.salt.len() > SALT_BYTES_MAX {
        return Err(unacceptable("the salt is empty or too long"));
    }
    if upsertion.salted_password.len() != mechanism.key_bytes() {
        return Err(unacceptable("the salted password has not as many bytes as the hash of the mechanism"));
    }
    Ok(Credential::from_salted_password(mechanism, &upsertion.salted_password, &upsertion.salt, iterations))
}

fn result(user: StrBytes, fault: Option<&Fault>) -> AlterUserScramCredentialsResult {
    AlterUserScramCredentialsResult::default()
        .with_user(user)
        .with_error_code(fault.map_or(0, Fault::code))
        .with_error_message(fault.and_then(Fault::text))
}
