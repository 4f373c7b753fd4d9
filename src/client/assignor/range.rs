//! Range (Kafka: `RangeAssignor`): for each topic, its subscribers get neighbouring partitions, the first ones one more.
//! Partitions of the same number of several topics meet at the same member, which joins need.

use std::{collections::BTreeMap, sync::Arc};

use super::{MemberSubscription, subscribers};
use crate::model::{PartitionId, TopicPartition};

/// Partitions for each of `members`, which stand in order.
pub(super) fn share(
    members: &[&MemberSubscription],
    topics: &BTreeMap<Arc<str>, PartitionId>,
) -> Vec<Vec<TopicPartition>> {
    let mut shares = vec![Vec::new(); members.len()];
    for (topic, &count) in topics {
        let subscribers = subscribers(members, topic);
        let mut next = 0;
        for (nth, &member) in subscribers.iter().enumerate() {
            let remaining = (subscribers.len() - nth) as PartitionId;
            // Rounded up, so that the first ones get what does not divide.
            let take = (count - next + remaining - 1) / remaining;
            let mine = (next..next + take).map(|partition| TopicPartition::new(Arc::clone(topic), partition));
            shares[member].extend(mine);
            next += take;
        }
    }
    shares
}
