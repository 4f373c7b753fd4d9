//! Who may do what in a cluster, and how much of it: rules and quotas, as the window lists and changes them. Users are in
//! `session::users`.

use kafka_protocol::ResponseError;

use super::{JobId, JobKind, JobUnit, Loadable, Phrase, Problem, Session};
use crate::{
    client::{Client, ClientError},
    model::{Acl, Quota, QuotaEntity},
};

/// The rules of a cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AclList {
    /// Sorted.
    pub rules: Vec<Acl>,
    /// The cluster has no authorizer: everybody may do everything, and the broker's own words on it.
    pub disabled: Option<String>,
}

impl Session {
    /// Loads all rules.
    pub fn load_acls(&self, slot: &Loadable<AclList>) {
        self.load(slot, listed(self.client().clone()));
    }

    /// Adds rules, then loads all anew into `slot`.
    pub fn add_acls(&self, rules: Vec<Acl>, slot: Loadable<AclList>) -> Option<JobId> {
        let client = self.client().clone();
        let count = rules.len() as u64;
        let title = Phrase::new("job-add-acls").with("count", count);
        self.start_job(JobKind::Other, title.clone(), JobUnit::Steps, move |_| async move {
            let ticket = slot.begin();
            let made = client.create_acls(&rules).await;
            ticket.finish(listed(client).await);
            made.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-add-acls").with("count", count))
        })
    }

    /// Deletes exactly these rules, then loads all anew into `slot`.
    pub fn delete_acls(&self, rules: Vec<Acl>, slot: Loadable<AclList>) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-delete-acls").with("count", rules.len() as u64);
        self.start_job(JobKind::Other, title.clone(), JobUnit::Steps, move |_| async move {
            let ticket = slot.begin();
            let deleted = client.delete_acls(&rules).await;
            ticket.finish(listed(client).await);
            let count = deleted.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-delete-acls").with("count", count as u64))
        })
    }

    /// Loads all quotas.
    pub fn load_quotas(&self, slot: &Loadable<Vec<Quota>>) {
        self.load(slot, quotas(self.client().clone()));
    }

    /// Changes the quotas of an entity (`None` takes one away), then loads all anew into `slot`.
    pub fn change_quotas(
        &self,
        entity: QuotaEntity,
        changes: Vec<(String, Option<f64>)>,
        slot: Loadable<Vec<Quota>>,
    ) -> Option<JobId> {
        let client = self.client().clone();
        let title = Phrase::new("job-change-quotas").with("entity", entity.to_string());
        self.start_job(JobKind::Other, title.clone(), JobUnit::Steps, move |_| async move {
            let ticket = slot.begin();
            let changed = client.alter_quotas(&entity, &changes).await;
            ticket.finish(quotas(client).await);
            changed.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-change-quotas").with("entity", entity.to_string()))
        })
    }
}

async fn listed(client: Client) -> Result<AclList, Problem> {
    match client.acls().await {
        Ok(rules) => Ok(AclList { rules, disabled: None }),
        Err(ClientError::Kafka { error: ResponseError::SecurityDisabled, why, .. }) => {
            Ok(AclList { rules: Vec::new(), disabled: Some(why) })
        }
        Err(error) => Err(Problem::from_client(Phrase::new("problem-acls"), &error)),
    }
}

async fn quotas(client: Client) -> Result<Vec<Quota>, Problem> {
    client.quotas().await.map_err(|error| Problem::from_client(Phrase::new("problem-quotas"), &error))
}
