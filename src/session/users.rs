//! The users of the workspace, as the window lists and changes them; and how a process that does not own the workspace gets
//! in at the one that does.

use super::{JobId, JobKind, JobUnit, Loadable, Phrase, Problem, Session};
use crate::{
    broker::{LOCAL_ADMIN, OwnerAccess},
    client::{Client, ClientError, Password, Sasl, SaslMechanism, Security, SecurityError, Tls, UserInfo},
    codec::scram::Mechanism,
    model::Role,
};

/// The users by name, loaded anew after each change.
pub type UserList = Loadable<Vec<UserInfo>>;

/// A change of the users.
#[derive(Debug, Clone)]
pub enum UserChange {
    Add { name: String, password: Password, role: Role },
    Password { name: String, password: Password },
    Role { name: String, role: Role },
    Remove { name: String },
}

impl UserChange {
    fn name(&self) -> &str {
        match self {
            Self::Add { name, .. } | Self::Password { name, .. } | Self::Role { name, .. } | Self::Remove { name } => {
                name
            }
        }
    }

    /// What it is called while it is done, and when it is.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Add { .. } => ("job-add-user", "done-add-user"),
            Self::Password { .. } => ("job-user-password", "done-user-password"),
            Self::Role { .. } => ("job-user-role", "done-user-role"),
            Self::Remove { .. } => ("job-remove-user", "done-remove-user"),
        }
    }

    async fn make(&self, client: &Client) -> Result<(), ClientError> {
        match self {
            Self::Add { name, password, role } => client.add_user(name, password.reveal(), *role).await,
            Self::Password { name, password } => client.set_user_password(name, password.reveal()).await,
            Self::Role { name, role } => client.set_user_role(name, *role).await,
            Self::Remove { name } => client.remove_user(name).await,
        }
    }
}

impl Session {
    /// Loads all users.
    pub fn load_users(&self, slot: &UserList) {
        self.load(slot, listed(self.client().clone()));
    }

    /// Makes a change, then loads all users anew into `slot`.
    pub fn change_users(&self, change: UserChange, slot: UserList) -> Option<JobId> {
        let client = self.client().clone();
        let (title, done) = change.words();
        let title = Phrase::new(title).with("user", change.name());
        self.start_job(JobKind::Other, title.clone(), JobUnit::Steps, move |_| async move {
            let ticket = slot.begin();
            let made = change.make(&client).await;
            ticket.finish(listed(client).await);
            made.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new(done).with("user", change.name()))
        })
    }
}

async fn listed(client: Client) -> Result<Vec<UserInfo>, Problem> {
    client.users().await.map_err(|error| Problem::from_client(Phrase::new("problem-users"), &error))
}

/// How a process of the same account gets in at the owner of a workspace: its listener's own certificate is believed, and
/// the password of this run logs in.
///
/// # Errors
/// When the certificate that the owner names cannot be read.
pub fn owner_security(access: Option<&OwnerAccess>) -> Result<Security, SecurityError> {
    let Some(OwnerAccess { password, certificate }) = access else { return Ok(Security::default()) };
    let sasl = password.clone().map(|password| Sasl::Password {
        mechanism: SaslMechanism::Scram(Mechanism::Sha512),
        user: LOCAL_ADMIN.to_owned(),
        password: password.into(),
    });
    let tls = certificate.as_deref().map(Tls::only_server).transpose()?;
    Ok(Security { tls, sasl })
}
