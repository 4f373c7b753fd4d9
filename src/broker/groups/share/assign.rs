//! The assignor of share groups: every partition is read by as many members as any other, everybody reads something, and
//! nobody loses what it has without need (KIP-932, "SimpleAssignor"). With more members than partitions each partition has
//! several readers, so that what one of them lets fall is taken up by another.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{broker::groups::Partitions, model::PartitionId};

/// Kafka's name of the assignor.
pub const SHARE_ASSIGNOR: &str = "simple";

type Key = (Uuid, PartitionId);

/// A member as the assignor sees it.
pub(super) struct Subject<'a> {
    /// Topics that it subscribed to, with their numbers of partitions.
    pub topics: BTreeMap<Uuid, i32>,
    pub had: &'a Partitions,
}

impl Subject<'_> {
    fn may_read(&self, (topic, partition): Key) -> bool {
        self.topics.get(&topic).is_some_and(|count| (0..*count).contains(&partition))
    }

    fn had(&self) -> impl Iterator<Item = Key> {
        let keys = self.had.iter().flat_map(|(topic, ids)| ids.iter().map(|id| (*topic, *id)));
        keys.filter(|key| self.may_read(*key))
    }
}

/// What each member is to read, in the order of `members`.
pub(super) fn assign(members: &[Subject<'_>]) -> Vec<Partitions> {
    let mut readers = BTreeMap::<Key, usize>::new();
    for member in members {
        let all = member.topics.iter().flat_map(|(topic, count)| (0..*count).map(|id| (*topic, id)));
        readers.extend(all.map(|key| (key, 0)));
    }
    let mut given = vec![BTreeSet::<Key>::new(); members.len()];
    if members.is_empty() {
        return Vec::new();
    }
    let shared = members.len().div_ceil(readers.len().max(1));
    let fair = (readers.len() * shared).div_ceil(members.len());
    // What a member had it keeps, as long as that is fair.
    for (member, given) in members.iter().zip(&mut given) {
        for key in member.had() {
            if given.len() < fair && readers.get(&key).is_some_and(|count| *count < shared) {
                give(&mut readers, given, key);
            }
        }
    }
    // What has too few readers goes to who has least of those who may; first what has none.
    for wanted in 1..=shared {
        let left: Vec<Key> = readers.iter().filter(|(_, count)| **count < wanted).map(|(key, _)| *key).collect();
        for key in left {
            let may = |index: &usize| members[*index].may_read(key) && !given[*index].contains(&key);
            if let Some(index) = (0..members.len()).filter(may).min_by_key(|index| given[*index].len()) {
                give(&mut readers, &mut given[index], key);
            }
        }
    }
    // Who has nothing although others read all that it may: what has fewest readers.
    for (member, given) in members.iter().zip(&mut given).filter(|(_, given)| given.is_empty()) {
        let fewest = readers.iter().filter(|(key, _)| member.may_read(**key)).min_by_key(|(_, count)| **count);
        if let Some((key, _)) = fewest.map(|(key, count)| (*key, *count)) {
            give(&mut readers, given, key);
        }
    }
    given.into_iter().map(by_topic).collect()
}

fn give(readers: &mut BTreeMap<Key, usize>, given: &mut BTreeSet<Key>, key: Key) {
    if given.insert(key) {
        *readers.entry(key).or_default() += 1;
    }
}

fn by_topic(keys: BTreeSet<Key>) -> Partitions {
    let mut partitions = Partitions::new();
    for (topic, partition) in keys {
        partitions.entry(topic).or_default().insert(partition);
    }
    partitions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(members: usize, partitions: i32, had: &[Partitions]) -> Vec<Partitions> {
        let none = Partitions::new();
        let topics = BTreeMap::from([(Uuid::from_u128(1), partitions)]);
        let subjects: Vec<_> = (0..members)
            .map(|index| Subject { topics: topics.clone(), had: had.get(index).unwrap_or(&none) })
            .collect();
        assign(&subjects)
    }

    fn sizes(given: &[Partitions]) -> Vec<usize> {
        given.iter().map(|given| given.values().map(BTreeSet::len).sum()).collect()
    }

    #[test]
    fn everybody_reads_something_and_everything_is_read() {
        assert_eq!(sizes(&spread(2, 4, &[])), [2, 2]);
        assert_eq!(sizes(&spread(3, 4, &[])).iter().sum::<usize>(), 4);
        let two = spread(2, 2, &[]);
        let three = spread(3, 2, &two);
        assert_eq!(sizes(&three), [2, 1, 1], "both partitions have two readers");
        assert_eq!(three[1], two[1], "who has something keeps it");
        let four = spread(4, 2, &three);
        assert_eq!(sizes(&four), [1; 4]);
        assert_eq!(four[1..3], three[1..]);
        assert_eq!(four.iter().filter(|given| **given == four[0]).count(), 2, "both partitions have two readers");
        assert_eq!(sizes(&spread(5, 1, &[])), [1; 5]);
        assert_eq!(sizes(&spread(2, 0, &[])), [0, 0]);
        // A member more takes only what is more than fair.
        let one = spread(1, 3, &[]);
        let grown = spread(2, 3, &one);
        assert_eq!(sizes(&grown), [2, 1]);
    }
}
