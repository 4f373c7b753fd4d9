//! Consumer groups seen from outside: list, describe, delete.

use std::sync::Arc;

use super::{Client, ClientError};
use crate::model::{GroupState, TopicPartition};

/// A group in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    pub id: String,
    pub state: GroupState,
    /// "consumer" for consumer groups; empty for groups that only hold offsets.
    pub protocol_type: String,
    /// "Classic", "Consumer" or "Share"; empty where the broker does not tell.
    pub group_type: String,
}

/// A group in detail.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupInfo {
    pub id: String,
    pub state: GroupState,
    pub protocol_type: String,
    /// The assignor in use.
    pub protocol: String,
    pub members: Vec<MemberInfo>,
    /// Set when the coordinator could not describe this group.
    pub error: Option<ClientError>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberInfo {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    /// Topics it subscribed to; empty where its metadata cannot be read.
    pub topics: Vec<Arc<str>>,
    /// Partitions it owns, ascending.
    pub assignment: Vec<TopicPartition>,
}

impl Client {
    /// All groups of all nodes, by id.
    pub async fn groups(&self) -> Result<Vec<GroupListing>, ClientError> {
        todo!()
    }

    /// Describes groups, in the order asked.
    pub async fn describe_groups(&self, _ids: &[&str]) -> Result<Vec<GroupInfo>, ClientError> {
        todo!()
    }

    /// Describes one group; a group that does not exist is `Dead` and has no members.
    pub async fn describe_group(&self, _id: &str) -> Result<GroupInfo, ClientError> {
        todo!()
    }

    /// Deletes groups without members, with their committed offsets; one outcome a group.
    pub async fn delete_groups(&self, _ids: &[&str]) -> Result<Vec<(String, Result<(), ClientError>)>, ClientError> {
        todo!()
    }
}
