//! The assignors of the broker: `uniform`, which is sticky and balanced, and `range`, which gives each member neighbours.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ConsumerGroup, Partitions};
use crate::model::PartitionId;

/// Passes in which partitions are moved between members whose subscriptions differ; each pass makes it more even.
const BALANCE_PASSES_MAX: usize = 32;

/// Names of the assignors, the default first.
pub const ASSIGNORS: [ServerAssignor; 2] = [ServerAssignor::Uniform, ServerAssignor::Range];

/// How the broker assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerAssignor {
    /// Everybody gets as many partitions as the others, and keeps what it had.
    #[default]
    Uniform,
    /// Of each topic, each subscriber gets partitions that are next to each other; the first ones get one more.
    Range,
}

impl ServerAssignor {
    /// Kafka's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Range => "range",
        }
    }

    /// From Kafka's name.
    pub fn from_name(name: &str) -> Option<Self> {
        ASSIGNORS.into_iter().find(|assignor| assignor.as_str() == name)
    }
}

/// A member as the assignors see it.
struct Subject {
    id: String,
    topics: BTreeSet<Uuid>,
    had: Partitions,
}

impl ConsumerGroup {
    /// Computes every member's target for the present group epoch.
    pub(super) fn assign(&mut self) {
        self.assignor = self.preferred_assignor();
        let counts: BTreeMap<Uuid, i32> = self.topics.values().map(|topic| (topic.id, topic.partitions)).collect();
        let mut members: Vec<_> = self.members.values().collect();
        // Static members first and by their instance: a new member id then changes nothing for anybody.
        members.sort_by_key(|member| (member.instance_id.is_none(), member.instance_id.clone(), member.id.clone()));
        let subject = |member: &&super::ConsumerMember| {
            let (topics, mut had) = (self.topics_of(member), member.target.clone());
            had.retain(|topic, partitions| {
                let count = counts.get(topic).copied().unwrap_or(0);
                partitions.retain(|partition| *partition < count);
                topics.contains(topic) && !partitions.is_empty()
            });
            Subject { id: member.id.clone(), topics, had }
        };
        let subjects: Vec<Subject> = members.iter().map(subject).collect();
        let alike = subjects.windows(2).all(|pair| matches!(pair, [a, b] if a.topics == b.topics));
        let targets = match self.assignor {
            ServerAssignor::Range => range(&subjects, &counts),
            ServerAssignor::Uniform if alike => uniform(&subjects, &counts),
            ServerAssignor::Uniform => uniform_unlike(&subjects, &counts),
        };
        for (subject, target) in subjects.into_iter().zip(targets) {
            if let Some(member) = self.members.get_mut(&subject.id) {
                member.target = target;
            }
        }
        self.assignment_epoch = self.epoch;
    }

    /// What most members ask for; the default where nobody asks.
    fn preferred_assignor(&self) -> ServerAssignor {
        let mut votes = BTreeMap::<ServerAssignor, usize>::new();
        for assignor in self.members.values().filter_map(|member| member.assignor) {
            *votes.entry(assignor).or_default() += 1;
        }
        let most = votes.values().copied().max();
        votes.into_iter().find(|(_, count)| Some(*count) == most).map(|(assignor, _)| assignor).unwrap_or_default()
    }
}

fn all_of(topics: &BTreeSet<Uuid>, counts: &BTreeMap<Uuid, i32>) -> Vec<(Uuid, PartitionId)> {
    let count = |topic: &Uuid| counts.get(topic).copied().unwrap_or(0);
    topics.iter().flat_map(|topic| (0..count(topic)).map(|partition| (*topic, partition))).collect()
}

fn range(subjects: &[Subject], counts: &BTreeMap<Uuid, i32>) -> Vec<Partitions> {
    let mut targets = vec![Partitions::new(); subjects.len()];
    for (topic, count) in counts {
        let readers: Vec<usize> = (0..subjects.len()).filter(|n| subjects[*n].topics.contains(topic)).collect();
        let Some(each) = usize::try_from(*count).ok().and_then(|count| count.checked_div(readers.len())) else {
            continue;
        };
        let extra = usize::try_from(*count).unwrap_or(0) % readers.len();
        let mut partitions = 0..*count;
        for (place, reader) in readers.into_iter().enumerate() {
            let share: BTreeSet<_> = partitions.by_ref().take(each + usize::from(place < extra)).collect();
            if !share.is_empty() {
                targets[reader].insert(*topic, share);
            }
        }
    }
    targets
}

/// All want the same: everybody keeps what it had up to its share, and what is over goes to who has too little.
fn uniform(subjects: &[Subject], counts: &BTreeMap<Uuid, i32>) -> Vec<Partitions> {
    let Some(first) = subjects.first() else { return Vec::new() };
    let all = all_of(&first.topics, counts);
    let (each, mut extra) = (all.len() / subjects.len(), all.len() % subjects.len());
    let size = |subject: &Subject| subject.had.values().map(BTreeSet::len).sum::<usize>();
    // Who had more than the even share keeps one more rather than handing it to somebody else.
    let mut shares = vec![each; subjects.len()];
    for place in (0..subjects.len()).filter(|n| size(&subjects[*n]) > each).chain(0..subjects.len()) {
        if extra > 0 && shares[place] == each {
            shares[place] += 1;
            extra -= 1;
        }
    }
    let mut taken = BTreeSet::new();
    let mut targets = Vec::with_capacity(subjects.len());
    for (subject, share) in subjects.iter().zip(&shares) {
        let mut target = Partitions::new();
        let had = subject.had.iter().flat_map(|(topic, partitions)| partitions.iter().map(|p| (*topic, *p)));
        for key in had.filter(|key| !taken.contains(key)).take(*share).collect::<Vec<_>>() {
            taken.insert(key);
            target.entry(key.0).or_default().insert(key.1);
        }
        targets.push(target);
    }
    let mut free = all.into_iter().filter(|key| !taken.contains(key));
    for (target, share) in targets.iter_mut().zip(shares) {
        let missing = share.saturating_sub(target.values().map(BTreeSet::len).sum());
        for (topic, partition) in free.by_ref().take(missing) {
            target.entry(topic).or_default().insert(partition);
        }
    }
    targets
}

/// Subscriptions differ: what was had stays, what is free goes to the reader with least, and then partitions move from
/// who has most to who has least as long as that makes it more even.
fn uniform_unlike(subjects: &[Subject], counts: &BTreeMap<Uuid, i32>) -> Vec<Partitions> {
    let readers: BTreeMap<Uuid, Vec<usize>> = counts
        .keys()
        .map(|topic| (*topic, (0..subjects.len()).filter(|n| subjects[*n].topics.contains(topic)).collect()))
        .collect();
    let mut owner = BTreeMap::<(Uuid, PartitionId), usize>::new();
    let mut load = vec![0_usize; subjects.len()];
    for (place, subject) in subjects.iter().enumerate() {
        for (topic, partitions) in &subject.had {
            for partition in partitions {
                owner.entry((*topic, *partition)).or_insert_with(|| {
                    load[place] += 1;
                    place
                });
            }
        }
    }
    // Topics that few read come first: they have the least choice.
    let mut topics: Vec<Uuid> = readers.iter().filter(|(_, who)| !who.is_empty()).map(|(topic, _)| *topic).collect();
    topics.sort_by_key(|topic| readers[topic].len());
    let keys: Vec<_> = topics.iter().flat_map(|topic| (0..counts[topic]).map(|p| (*topic, p))).collect();
    let least = |load: &[usize], topic: &Uuid| readers[topic].iter().copied().min_by_key(|who| load[*who]);
    for key in &keys {
        if !owner.contains_key(key)
            && let Some(who) = least(&load, &key.0)
        {
            owner.insert(*key, who);
            load[who] += 1;
        }
    }
    for _ in 0..BALANCE_PASSES_MAX {
        let mut moved = false;
        for key in &keys {
            let (Some(from), Some(to)) = (owner.get(key).copied(), least(&load, &key.0)) else { continue };
            if load[from] > load[to] + 1 {
                owner.insert(*key, to);
                load[from] -= 1;
                load[to] += 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut targets = vec![Partitions::new(); subjects.len()];
    for ((topic, partition), who) in owner {
        targets[who].entry(topic).or_default().insert(partition);
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(id: &str, topics: &[u128], had: &[(u128, &[i32])]) -> Subject {
        Subject {
            id: id.to_owned(),
            topics: topics.iter().map(|n| Uuid::from_u128(*n)).collect(),
            had: had.iter().map(|(n, p)| (Uuid::from_u128(*n), p.iter().copied().collect())).collect(),
        }
    }

    fn counts(all: &[(u128, i32)]) -> BTreeMap<Uuid, i32> {
        all.iter().map(|(n, count)| (Uuid::from_u128(*n), *count)).collect()
    }

    fn sizes(targets: &[Partitions]) -> Vec<usize> {
        targets.iter().map(|target| target.values().map(BTreeSet::len).sum()).collect()
    }

    #[test]
    fn uniform_keeps_what_members_had_and_is_even() {
        let subjects = [subject("a", &[1], &[(1, &[0, 1, 2, 3, 4])]), subject("b", &[1], &[]), subject("c", &[1], &[])];
        let targets = uniform(&subjects, &counts(&[(1, 5)]));
        assert_eq!(sizes(&targets), [2, 2, 1]);
        assert_eq!(targets[0][&Uuid::from_u128(1)], BTreeSet::from([0, 1]));
        let again = ["a", "b", "c"].iter().zip(&targets).map(|(id, target)| Subject {
            id: (*id).to_owned(),
            topics: subjects[0].topics.clone(),
            had: target.clone(),
        });
        let again: Vec<_> = again.collect();
        assert_eq!(uniform(&again, &counts(&[(1, 5)])), targets, "nothing moves without need");
    }

    #[test]
    fn the_extra_partition_stays_with_who_had_it() {
        let subjects = [subject("a", &[1], &[(1, &[0])]), subject("b", &[1], &[(1, &[1, 2])])];
        assert_eq!(sizes(&uniform(&subjects, &counts(&[(1, 3)]))), [1, 2]);
    }

    #[test]
    fn unlike_subscriptions_get_only_what_they_asked_for_and_as_even_as_can_be() {
        let subjects = [subject("a", &[1, 2], &[(1, &[0, 1]), (2, &[0, 1])]), subject("b", &[2], &[])];
        let targets = uniform_unlike(&subjects, &counts(&[(1, 2), (2, 2)]));
        assert_eq!(sizes(&targets), [2, 2]);
        assert_eq!(targets[1][&Uuid::from_u128(2)].len(), 2);
    }

    #[test]
    fn range_gives_neighbours_and_the_first_members_one_more() {
        let subjects = [subject("a", &[1], &[]), subject("b", &[1, 2], &[])];
        let targets = range(&subjects, &counts(&[(1, 3), (2, 1), (3, 4)]));
        assert_eq!(targets[0][&Uuid::from_u128(1)], BTreeSet::from([0, 1]));
        assert_eq!(targets[1][&Uuid::from_u128(1)], BTreeSet::from([2]));
        assert_eq!(targets[1][&Uuid::from_u128(2)], BTreeSet::from([0]));
    }
}
