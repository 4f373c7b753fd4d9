//! What ConsumerGroupDescribe tells.

use std::sync::Arc;

use super::{ConsumerGroup, Partitions, ServerAssignor, member::plain};
use crate::model::GroupState;

/// A group of the newer protocol in full.
#[derive(Debug, Clone)]
pub struct ConsumerDescription {
    pub state: GroupState,
    pub epoch: i32,
    pub assignment_epoch: i32,
    pub assignor: ServerAssignor,
    pub members: Vec<ConsumerMemberDescription>,
}

/// One of its members.
#[derive(Debug, Clone)]
pub struct ConsumerMemberDescription {
    pub id: String,
    pub instance_id: Option<String>,
    pub rack_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub epoch: i32,
    pub names: Vec<Arc<str>>,
    pub regex: Option<String>,
    pub assigned: Partitions,
    pub target: Partitions,
    /// Whether it speaks the classic protocol.
    pub is_classic: bool,
}

impl ConsumerGroup {
    /// The group as it is now.
    pub fn describe(&self) -> ConsumerDescription {
        let members = self.members.values().map(|member| ConsumerMemberDescription {
            id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            rack_id: member.rack_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            epoch: member.epoch,
            names: member.names.iter().cloned().collect(),
            regex: member.regex.clone(),
            assigned: plain(&member.assigned),
            target: member.target.clone(),
            is_classic: member.classic.is_some(),
        });
        ConsumerDescription {
            state: self.state(),
            epoch: self.epoch,
            assignment_epoch: self.assignment_epoch,
            assignor: self.assignor,
            members: members.collect(),
        }
    }
}
