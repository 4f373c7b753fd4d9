//! Round robin (Kafka: `RoundRobinAssignor`): all partitions of all topics are dealt out in a circle.

use std::{collections::BTreeMap, sync::Arc};

use super::MemberSubscription;
use crate::model::{PartitionId, TopicPartition};

/// Partitions for each of `members`, which stand in order.
pub(super) fn share(
    members: &[&MemberSubscription],
    topics: &BTreeMap<Arc<str>, PartitionId>,
) -> Vec<Vec<TopicPartition>> {
    let mut shares = vec![Vec::new(); members.len()];
    let mut turn = 0;
    for (topic, &count) in topics {
        let subscribed = |at: usize| members[at].topics.iter().any(|t| t == topic);
        for partition in 0..count {
            // The next in the circle that wants this topic; those passed over wait for their next turn.
            let Some(member) = (turn..turn + members.len()).map(|at| at % members.len()).find(|&at| subscribed(at))
            else {
                break;
            };
            shares[member].push(TopicPartition::new(Arc::clone(topic), partition));
            turn = member + 1;
        }
    }
    shares
}
