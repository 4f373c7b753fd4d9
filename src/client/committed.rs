//! Committed offsets of a group: read, set as administrator, delete.

use super::{Client, ClientError};
use crate::model::{Offset, TopicPartition};

/// A committed offset: the next record the group will read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    pub offset: Offset,
    /// -1 where not told.
    pub leader_epoch: i32,
    /// The note that the committer left; usually empty.
    pub metadata: String,
}

impl Client {
    /// All committed offsets of a group, by topic and partition; empty for a group that does not exist.
    pub async fn committed(&self, _group: &str) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
        todo!()
    }

    /// Sets committed offsets from outside the group. The broker refuses with UNKNOWN_MEMBER_ID while members are active;
    /// the error says so. One outcome a partition.
    pub async fn commit_as_admin(
        &self,
        _group: &str,
        _offsets: Vec<(TopicPartition, Offset)>,
    ) -> Result<Vec<(TopicPartition, Result<(), ClientError>)>, ClientError> {
        todo!()
    }

    /// Forgets committed offsets; refused for topics that active members are subscribed to. One outcome a partition.
    pub async fn delete_group_offsets(
        &self,
        _group: &str,
        _partitions: Vec<TopicPartition>,
    ) -> Result<Vec<(TopicPartition, Result<(), ClientError>)>, ClientError> {
        todo!()
    }
}
