//! How the leader of a classic group shares partitions among members; pure functions, the same result for the same input.

mod range;
mod round_robin;
mod sticky;

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

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

/// Partitions by member id; every member has an entry, ascending.
pub type Assignment = BTreeMap<String, Vec<TopicPartition>>;

/// Shares the partitions of `topics` (name -> number of partitions) among `members`. Every partition of a topic that some
/// member subscribed to goes to exactly one of its subscribers; with [`Assignor::CooperativeSticky`], a partition that
/// moves goes to nobody yet while its owner still has it (KIP-429: it is given back first, and the next rebalance hands it
/// over).
pub fn assign(
    assignor: Assignor,
    members: &[MemberSubscription],
    topics: &BTreeMap<Arc<str>, PartitionId>,
) -> Assignment {
    let mut members: Vec<&MemberSubscription> = members.iter().collect();
    members.sort_by(|a, b| member_order(a, b));
    let mut shares: Vec<Vec<TopicPartition>> = match assignor {
        Assignor::Range => range::share(&members, topics),
        Assignor::RoundRobin => round_robin::share(&members, topics),
        Assignor::Sticky => sticky::share(&members, topics),
        Assignor::CooperativeSticky => {
            let mut shares = sticky::share(&members, topics);
            sticky::withhold_moving(&members, &mut shares);
            shares
        }
    };
    shares.iter_mut().for_each(|share| share.sort());
    members.iter().map(|member| member.member_id.clone()).zip(shares).collect()
}

/// Kafka's order of members: static ones first, by instance id; the others by member id.
fn member_order(a: &MemberSubscription, b: &MemberSubscription) -> Ordering {
    match (&a.instance_id, &b.instance_id) {
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.member_id.cmp(&b.member_id),
    }
}

/// Positions in `members` of those subscribed to `topic`.
fn subscribers(members: &[&MemberSubscription], topic: &str) -> Vec<usize> {
    let subscribed = |member: &MemberSubscription| member.topics.iter().any(|t| **t == *topic);
    (0..members.len()).filter(|&at| subscribed(members[at])).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn member(id: usize, topics: &[&str]) -> MemberSubscription {
        MemberSubscription {
            member_id: format!("member-{id}"),
            instance_id: None,
            topics: topics.iter().map(|topic| Arc::from(*topic)).collect(),
            owned: Vec::new(),
            generation: -1,
        }
    }

    fn topics(counts: &[(&str, i32)]) -> BTreeMap<Arc<str>, i32> {
        counts.iter().map(|(name, count)| (Arc::from(*name), *count)).collect()
    }

    fn sizes(assignment: &Assignment) -> Vec<usize> {
        assignment.values().map(Vec::len).collect()
    }

    fn wanted(members: &[MemberSubscription], topics: &BTreeMap<Arc<str>, i32>) -> BTreeSet<TopicPartition> {
        let names: BTreeSet<_> = members.iter().flat_map(|m| m.topics.iter().cloned()).collect();
        let count = |name: &Arc<str>| topics.get(name).copied().unwrap_or(0);
        names.iter().flat_map(|n| (0..count(n)).map(|p| TopicPartition::new(Arc::clone(n), p))).collect()
    }

    /// The group goes on from `assignment`: members own what they were given.
    fn owning(members: &[MemberSubscription], assignment: &Assignment, generation: i32) -> Vec<MemberSubscription> {
        let owned = |m: &MemberSubscription| assignment.get(&m.member_id).cloned().unwrap_or_default();
        members.iter().map(|m| MemberSubscription { owned: owned(m), generation, ..m.clone() }).collect()
    }

    fn check(members: &[MemberSubscription], topics: &BTreeMap<Arc<str>, i32>, assignment: &Assignment) {
        let mut seen = BTreeSet::new();
        for (id, partitions) in assignment {
            let member = members.iter().find(|m| m.member_id == *id).unwrap();
            for tp in partitions {
                assert!(member.topics.contains(&tp.topic), "{id} is not subscribed to {tp}");
                assert!(seen.insert(tp.clone()), "{tp} twice");
            }
        }
        assert_eq!(seen, wanted(members, topics));
        assert_eq!(assignment.len(), members.len());
    }

    #[test]
    fn range_gives_neighbours_and_round_robin_deals_out() {
        let members = [member(0, &["a", "b"]), member(1, &["a", "b"])];
        let topics = topics(&[("a", 3), ("b", 3)]);
        let names = |assignment: &Assignment, id: &str| {
            assignment[id].iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let range = assign(Assignor::Range, &members, &topics);
        assert_eq!(names(&range, "member-0"), "a-0 a-1 b-0 b-1");
        assert_eq!(names(&range, "member-1"), "a-2 b-2");
        let dealt = assign(Assignor::RoundRobin, &members, &topics);
        assert_eq!(names(&dealt, "member-0"), "a-0 a-2 b-1");
        assert_eq!(names(&dealt, "member-1"), "a-1 b-0 b-2");
    }

    #[test]
    fn static_members_keep_their_order_whatever_their_member_id() {
        let mut members = [member(0, &["a"]), member(1, &["a"])];
        members[0].instance_id = Some("z".into());
        members[1].instance_id = Some("a".into());
        let range = assign(Assignor::Range, &members, &topics(&[("a", 3)]));
        assert_eq!(range["member-1"].len(), 2);
    }

    #[test]
    fn cooperative_gives_a_moving_partition_back_before_another_gets_it() {
        let topics = topics(&[("a", 4)]);
        let alone = [member(0, &["a"])];
        let first = assign(Assignor::CooperativeSticky, &alone, &topics);
        assert_eq!(sizes(&first), [4]);
        let two = [owning(&alone, &first, 1), vec![member(1, &["a"])]].concat();
        let second = assign(Assignor::CooperativeSticky, &two, &topics);
        assert_eq!(sizes(&second), [2, 0]);
        let third = assign(Assignor::CooperativeSticky, &owning(&two, &second, 2), &topics);
        assert_eq!(sizes(&third), [2, 2]);
        assert_eq!(third["member-0"], second["member-0"]);
    }

    #[test]
    fn an_old_claim_loses_against_a_newer_one() {
        let mut members = [member(0, &["a"]), member(1, &["a"])];
        let all: Vec<_> = (0..2).map(|p| TopicPartition::new("a", p)).collect();
        (members[0].owned, members[0].generation) = (all.clone(), 3);
        (members[1].owned, members[1].generation) = (all[1..].to_vec(), 4);
        let assignment = assign(Assignor::Sticky, &members, &topics(&[("a", 2)]));
        assert_eq!(assignment["member-1"], all[1..]);
        assert_eq!(assignment["member-0"], all[..1]);
    }

    const NAMES: [&str; 4] = ["a", "b", "c", "d"];

    /// Topics with their sizes, and for each member the topics that it subscribed to.
    fn groups() -> impl Strategy<Value = (Vec<i32>, Vec<Vec<bool>>)> {
        (prop::collection::vec(0..20i32, 4), prop::collection::vec(prop::collection::vec(any::<bool>(), 4), 1..8))
    }

    fn build(counts: &[i32], subscriptions: &[Vec<bool>]) -> (Vec<MemberSubscription>, BTreeMap<Arc<str>, i32>) {
        let chosen =
            |mask: &Vec<bool>| NAMES.iter().zip(mask).filter(|(_, on)| **on).map(|(n, _)| *n).collect::<Vec<_>>();
        let members = subscriptions.iter().enumerate().map(|(at, mask)| member(at, &chosen(mask))).collect();
        (members, NAMES.iter().zip(counts).map(|(n, c)| (Arc::from(*n), *c)).collect())
    }

    proptest! {
        #[test]
        fn every_partition_goes_to_exactly_one_subscriber((counts, subscriptions) in groups()) {
            let (members, topics) = build(&counts, &subscriptions);
            for assignor in Assignor::ALL {
                check(&members, &topics, &assign(assignor, &members, &topics));
            }
        }

        #[test]
        fn equal_subscriptions_are_balanced(count in 0..60i32, members in 1..9usize) {
            let members: Vec<_> = (0..members).map(|at| member(at, &["a"])).collect();
            let topics = topics(&[("a", count)]);
            for assignor in Assignor::ALL {
                let sizes = sizes(&assign(assignor, &members, &topics));
                prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
            }
        }

        #[test]
        fn sticky_moves_only_what_must_move(counts in prop::collection::vec(0..20i32, 4), size in 2..8usize, leaver in 0..8usize) {
            let all = vec![vec![true; 4]; size];
            let (members, topics) = build(&counts, &all);
            let before = assign(Assignor::Sticky, &members, &topics);
            let mut rest = owning(&members, &before, 1);
            let gone = rest.remove(leaver % size);
            let after = assign(Assignor::Sticky, &rest, &topics);
            check(&rest, &topics, &after);
            for member in &rest {
                prop_assert!(member.owned.iter().all(|tp| after[&member.member_id].contains(tp)), "{gone:?} left");
            }
            // And when it comes back, nobody but it gets anything new.
            let mut joined = owning(&rest, &after, 2);
            joined.push(MemberSubscription { owned: Vec::new(), generation: -1, ..gone.clone() });
            let last = assign(Assignor::Sticky, &joined, &topics);
            check(&joined, &topics, &last);
            for member in joined.iter().filter(|m| m.member_id != gone.member_id) {
                prop_assert!(last[&member.member_id].iter().all(|tp| member.owned.contains(tp)));
            }
            let sizes = sizes(&last);
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
        }

        #[test]
        fn cooperative_rounds_end_at_a_full_assignment((counts, subscriptions) in groups(), old in groups()) {
            let (members, topics) = build(&counts, &subscriptions);
            // An arbitrary earlier group owned the partitions that there are now.
            let (earlier, _) = build(&counts, &old.1);
            let before = assign(Assignor::RoundRobin, &earlier, &topics);
            let mut members = owning(&members, &before, 1);
            for generation in 2.. {
                let round = assign(Assignor::CooperativeSticky, &members, &topics);
                let next = owning(&members, &round, generation);
                let stable = members.iter().zip(&next).all(|(a, b)| a.owned == b.owned);
                // Nobody gets what another still has.
                for (a, b) in members.iter().flat_map(|a| next.iter().map(move |b| (a, b))) {
                    prop_assert!(a.member_id == b.member_id || !b.owned.iter().any(|tp| a.owned.contains(tp)));
                }
                members = next;
                if stable {
                    check(&members, &topics, &round);
                    break;
                }
                prop_assert!(generation < 6, "no end");
            }
        }
    }
}
