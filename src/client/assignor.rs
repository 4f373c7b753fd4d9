//! How the leader of a classic group shares partitions among members; pure functions, the same result for the same input.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Assignor, PartitionId, TopicPartition};

/// What a member says about itself when it joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSubscription {
    pub member_id: String,
    pub instance_id: Option<String>,
    pub topics: Vec<Arc<str>>,
    /// What it owned before this rebalance (for the sticky assignors).
    pub owned: Vec<TopicPartition>,
    /// The generation in which it owned that; the newest claim wins. -1 where not known.
    pub generation: i32,
}

/// Partitions by member id; every member has an entry.
pub type Assignment = BTreeMap<String, Vec<TopicPartition>>;

/// Shares the partitions of `topics` (name -> number of partitions) among `members`.
pub fn assign(
    _assignor: Assignor,
    _members: &[MemberSubscription],
    _topics: &BTreeMap<Arc<str>, PartitionId>,
) -> Assignment {
    todo!()
}
