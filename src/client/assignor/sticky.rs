//! Sticky (Kafka: `StickyAssignor`, `CooperativeStickyAssignor`): as even as subscriptions allow, and apart from that
//! everybody keeps what it has.
//!
//! Three steps: keep what is owned by right; give each free partition to its least loaded subscriber, those with the
//! fewest subscribers first; then move single partitions from a member to another with at least two fewer. Every such move
//! makes the sum of squared loads smaller, so the last step ends.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{MemberSubscription, subscribers};
use crate::model::{PartitionId, TopicPartition};

/// Partitions for each of `members`, which stand in order.
pub(super) fn share(
    members: &[&MemberSubscription],
    topics: &BTreeMap<Arc<str>, PartitionId>,
) -> Vec<Vec<TopicPartition>> {
    let wanted: BTreeMap<Arc<str>, Vec<usize>> =
        topics.keys().map(|topic| (Arc::clone(topic), subscribers(members, topic))).collect();
    let owners = owners(members);
    let mut shares: Vec<BTreeSet<TopicPartition>> = vec![BTreeSet::new(); members.len()];
    let mut free = Vec::new();
    for (topic, &count) in topics {
        for partition in 0..count {
            let tp = TopicPartition::new(Arc::clone(topic), partition);
            match owners.get(&tp) {
                Some(&owner) if wanted[topic].contains(&owner) => {
                    shares[owner].insert(tp);
                }
                _ if wanted[topic].is_empty() => {}
                _ => free.push(tp),
            }
        }
    }
    free.sort_by_key(|tp| wanted[&tp.topic].len());
    for tp in free {
        let least = wanted[&tp.topic].iter().copied().min_by_key(|&at| (shares[at].len(), at));
        if let Some(member) = least {
            shares[member].insert(tp);
        }
    }
    while let Some((from, to, tp)) = next_move(&shares, &wanted, &owners) {
        shares[from].remove(&tp);
        shares[to].insert(tp);
    }
    shares.into_iter().map(|share| share.into_iter().collect()).collect()
}

/// A move that makes the loads more even: from the most loaded member that has something for a member with at least two
/// fewer. Partitions that their holder did not own before go first.
fn next_move(
    shares: &[BTreeSet<TopicPartition>],
    wanted: &BTreeMap<Arc<str>, Vec<usize>>,
    owners: &HashMap<TopicPartition, usize>,
) -> Option<(usize, usize, TopicPartition)> {
    let mut by_load: Vec<usize> = (0..shares.len()).collect();
    by_load.sort_by_key(|&at| (std::cmp::Reverse(shares[at].len()), at));
    let fewest = shares[*by_load.last()?].len();
    for from in by_load {
        if shares[from].len() < fewest + 2 {
            return None;
        }
        let mut best: Option<(bool, usize, usize, &TopicPartition)> = None;
        // The highest numbers move first: what stays is then a neat block.
        for tp in shares[from].iter().rev() {
            let to = wanted[&tp.topic].iter().copied().min_by_key(|&at| (shares[at].len(), at));
            let Some(to) = to.filter(|&to| shares[to].len() + 2 <= shares[from].len()) else { continue };
            let kept = owners.get(tp) == Some(&from);
            let candidate = (kept, shares[to].len(), to, tp);
            if best.is_none_or(|best| (candidate.0, candidate.1) < (best.0, best.1)) {
                best = Some(candidate);
            }
        }
        if let Some((_, _, to, tp)) = best {
            return Some((from, to, tp.clone()));
        }
    }
    None
}

/// Who owns what by right: the claim of the newest generation; nobody when two claim it in the same one.
fn owners(members: &[&MemberSubscription]) -> HashMap<TopicPartition, usize> {
    let mut claims: HashMap<TopicPartition, (i32, Option<usize>)> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        for tp in &member.owned {
            let claim = claims.entry(tp.clone()).or_insert((member.generation, Some(at)));
            if claim.1 == Some(at) {
                continue;
            }
            match member.generation.cmp(&claim.0) {
                std::cmp::Ordering::Greater => *claim = (member.generation, Some(at)),
                std::cmp::Ordering::Equal => claim.1 = None,
                std::cmp::Ordering::Less => {}
            }
        }
    }
    claims.into_iter().filter_map(|(tp, (_, owner))| owner.map(|owner| (tp, owner))).collect()
}

/// Takes away again what another member still has: it must give it back first.
pub(super) fn withhold_moving(members: &[&MemberSubscription], shares: &mut [Vec<TopicPartition>]) {
    let mut holders: HashMap<&TopicPartition, Vec<usize>> = HashMap::new();
    let newest = members.iter().map(|member| member.generation).max().unwrap_or(-1);
    for (at, member) in members.iter().enumerate().filter(|(_, member)| member.generation == newest) {
        for tp in &member.owned {
            holders.entry(tp).or_default().push(at);
        }
    }
    for (at, share) in shares.iter_mut().enumerate() {
        share.retain(|tp| holders.get(tp).is_none_or(|holders| holders.iter().all(|&holder| holder == at)));
    }
}
