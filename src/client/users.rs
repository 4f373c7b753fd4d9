//! The users of a cluster: their SCRAM credentials (KIP-554) and, where the broker tells them, their roles.
//!
//! Passwords never travel: the client stretches them and sends what SCRAM keeps.

use kafka_protocol::{
    ResponseError,
    messages::{
        AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, DescribeUserScramCredentialsRequest,
        alter_user_scram_credentials_request::{ScramCredentialDeletion, ScramCredentialUpsertion},
    },
};

use super::{Client, ClientError, routing::Target, topics::left_out, wire::text};
use crate::{
    codec::{
        roles::{self, Roles},
        scram::{ITERATIONS_MIN, Mechanism, SALT_BYTES, salt_password},
    },
    model::Role,
};

/// A user, as the broker tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    pub name: String,
    /// `None` where the broker knows no roles: it is not a Millpond.
    pub role: Option<Role>,
    /// By which it can log in, in the order of their numbers.
    pub mechanisms: Vec<Mechanism>,
}

impl Client {
    /// All users, by name.
    pub async fn users(&self) -> Result<Vec<UserInfo>, ClientError> {
        let asked = "list users";
        let build = |_| DescribeUserScramCredentialsRequest::default().with_users(None);
        self.ask(Target::Any, asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
            let roles = roles::take(&answer.unknown_tagged_fields)
                .map_err(|why| ClientError::BadAnswer { asked: asked.to_owned(), why })?;
            let mut users: Vec<_> = answer
                .results
                .iter()
                .map(|result| UserInfo {
                    name: result.user.to_string(),
                    role: roles.as_ref().and_then(|roles| roles.get(result.user.as_str()).copied()),
                    mechanisms: Mechanism::ALL
                        .into_iter()
                        .filter(|one| result.credential_infos.iter().any(|info| info.mechanism == one.number()))
                        .collect(),
                })
                .collect();
            users.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(users)
        })
        .await
    }

    /// Makes a user that can log in by every mechanism. A broker that is not a Millpond knows no roles and ignores `role`.
    ///
    /// # Errors
    /// When there is a user of this name already, or the broker refuses.
    pub async fn add_user(&self, name: &str, password: &str, role: Role) -> Result<(), ClientError> {
        if self.users().await?.iter().any(|user| user.name == name) {
            return Err(ClientError::Invalid {
                asked: format!("add user {name}"),
                why: "there is a user of this name already".to_owned(),
                hint: "choose another name, or set the password or the role of this one".to_owned(),
            });
        }
        self.put_password(&format!("add user {name}"), name, password, Some(role)).await
    }

    /// Gives a user another password, for every mechanism.
    ///
    /// # Errors
    /// When there is no such user, or the broker refuses.
    pub async fn set_user_password(&self, name: &str, password: &str) -> Result<(), ClientError> {
        let asked = format!("set the password of user {name}");
        self.known_user(&asked, name).await?;
        self.put_password(&asked, name, password, None).await
    }

    /// Gives a user another role.
    ///
    /// # Errors
    /// When there is no such user, or the broker knows no roles.
    pub async fn set_user_role(&self, name: &str, role: Role) -> Result<(), ClientError> {
        let asked = format!("set the role of user {name}");
        if self.known_user(&asked, name).await?.role.is_none() {
            return Err(ClientError::Invalid {
                asked,
                why: "this cluster knows no roles".to_owned(),
                hint: "it is not a Millpond; use access control lists (kafka-acls)".to_owned(),
            });
        }
        self.alter_users(&asked, name, Vec::new(), Vec::new(), Some(role)).await
    }

    /// Removes a user. Its connections end with their next request.
    ///
    /// # Errors
    /// When there is no such user, or the broker refuses.
    pub async fn remove_user(&self, name: &str) -> Result<(), ClientError> {
        let asked = format!("remove user {name}");
        let user = self.known_user(&asked, name).await?;
        let deletion = |mechanism: &Mechanism| {
            ScramCredentialDeletion::default().with_name(text(name)).with_mechanism(mechanism.number())
        };
        let all = user.mechanisms.iter().map(deletion).collect::<Vec<_>>();
        match self.alter_users(&asked, name, all.clone(), Vec::new(), None).await {
            Err(error) if error.code() == Some(ResponseError::DuplicateResource) => {
                for one in all {
                    self.alter_users(&asked, name, vec![one], Vec::new(), None).await?;
                }
                Ok(())
            }
            done => done,
        }
    }

    async fn known_user(&self, asked: &str, name: &str) -> Result<UserInfo, ClientError> {
        let found = self.users().await?.into_iter().find(|user| user.name == name);
        found.ok_or_else(|| ClientError::Invalid {
            asked: asked.to_owned(),
            why: "there is no such user".to_owned(),
            hint: "check the spelling".to_owned(),
        })
    }

    /// All mechanisms in one request, so that they change together; Kafka takes only one at a time for a user, and gets
    /// them one by one.
    async fn put_password(
        &self,
        asked: &str,
        name: &str,
        password: &str,
        role: Option<Role>,
    ) -> Result<(), ClientError> {
        if password.is_empty() {
            return Err(ClientError::Invalid {
                asked: asked.to_owned(),
                why: "the password is empty".to_owned(),
                hint: "give one".to_owned(),
            });
        }
        let (name_too, secret) = (name.to_owned(), password.to_owned());
        let stretched = tokio::task::spawn_blocking(move || upsertions(&name_too, &secret)).await;
        let all = stretched.map_err(|_| ClientError::Closed { asked: asked.to_owned() })?;
        match self.alter_users(asked, name, Vec::new(), all.clone(), role).await {
            Err(error) if error.code() == Some(ResponseError::DuplicateResource) => {
                for one in all {
                    self.alter_users(asked, name, Vec::new(), vec![one], role).await?;
                }
                Ok(())
            }
            done => done,
        }
    }

    async fn alter_users(
        &self,
        asked: &str,
        name: &str,
        deletions: Vec<ScramCredentialDeletion>,
        upsertions: Vec<ScramCredentialUpsertion>,
        role: Option<Role>,
    ) -> Result<(), ClientError> {
        let build = |_| {
            let mut request = AlterUserScramCredentialsRequest::default()
                .with_deletions(deletions.clone())
                .with_upsertions(upsertions.clone());
            if let Some(role) = role {
                roles::put(&Roles::from([(name.to_owned(), role)]), &mut request.unknown_tagged_fields);
            }
            request
        };
        let read = |answer: AlterUserScramCredentialsResponse, _| {
            let result = answer.results.first().ok_or_else(|| left_out(asked))?;
            ClientError::check(result.error_code, || asked.to_owned(), result.error_message.as_deref())
        };
        self.ask(Target::Controller, asked, build, read).await
    }
}

fn upsertions(name: &str, password: &str) -> Vec<ScramCredentialUpsertion> {
    let upsertion = |mechanism: Mechanism| {
        let salt: [u8; SALT_BYTES] = rand::random();
        ScramCredentialUpsertion::default()
            .with_name(text(name))
            .with_mechanism(mechanism.number())
            .with_iterations(ITERATIONS_MIN.cast_signed())
            .with_salt(salt.to_vec().into())
            .with_salted_password(salt_password(mechanism, password, &salt, ITERATIONS_MIN).into())
    };
    Mechanism::ALL.map(upsertion).into()
}
