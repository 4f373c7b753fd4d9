//! What ShareGroupDescribe tells.

use std::sync::Arc;

use super::ShareGroup;
use crate::{broker::groups::Partitions, model::GroupState};

/// A share group in full.
#[derive(Debug, Clone)]
pub struct ShareDescription {
    pub state: GroupState,
    pub epoch: i32,
    pub members: Vec<ShareMemberDescription>,
}

/// One of its members.
#[derive(Debug, Clone)]
pub struct ShareMemberDescription {
    pub id: String,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub epoch: i32,
    pub names: Vec<Arc<str>>,
    pub assigned: Partitions,
}

impl ShareGroup {
    /// The group as it is now.
    pub fn describe(&self) -> ShareDescription {
        let members = self.members().map(|member| ShareMemberDescription {
            id: member.id.clone(),
            rack_id: member.rack_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            epoch: member.epoch,
            names: member.names.iter().cloned().collect(),
            assigned: member.target.clone(),
        });
        ShareDescription { state: self.state(), epoch: self.epoch(), members: members.collect() }
    }
}
