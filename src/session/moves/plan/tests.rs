//! The planner keeps its rules for any cluster, any partitions and any wish.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn partition(index: usize, replicas: &[i32]) -> PlanPartition {
    let tp = TopicPartition::new("t", i32::try_from(index).unwrap());
    PlanPartition { tp, replicas: replicas.to_vec(), size_bytes: Some(10 + index as u64) }
}

fn node(id: i32, rack: Option<&str>) -> PlanNode {
    PlanNode { id, rack: rack.map(str::to_owned), other_replicas: 0 }
}

fn nodes(racks: &[Option<&str>]) -> Vec<PlanNode> {
    racks.iter().zip(1..).map(|(rack, id)| node(id, *rack)).collect()
}

/// Up to nine nodes in up to four racks, partitions with replicas also on nodes that are not chosen, and a wish.
fn cases() -> impl Strategy<Value = (Vec<PlanPartition>, PlanWish)> {
    let racks = proptest::collection::vec(proptest::option::of(0..4_u8), 1..10);
    racks.prop_flat_map(|racks| {
        let most = racks.len();
        let replicas = proptest::sample::subsequence((1..=12).collect::<Vec<i32>>(), 0..5).prop_shuffle();
        let partitions = proptest::collection::vec(replicas, 0..24);
        (Just(racks), partitions, 1..=most, any::<bool>()).prop_map(|(racks, partitions, factor, spread)| {
            let nodes = racks.iter().zip(1..).map(|(rack, id)| PlanNode {
                id,
                rack: rack.map(|rack| format!("r{rack}")),
                other_replicas: 0,
            });
            let partitions = partitions.iter().enumerate().map(|(at, replicas)| partition(at, replicas));
            (partitions.collect(), PlanWish { nodes: nodes.collect(), replication_factor: factor, spread })
        })
    })
}

/// Where each partition is after the plan.
fn after(partitions: &[PlanPartition], plan: &MovePlan) -> Vec<PlanPartition> {
    let moved = |partition: &PlanPartition| plan.moves.iter().find(|one| one.tp == partition.tp);
    let after = partitions.iter().map(|partition| {
        let replicas = moved(partition).map_or_else(|| partition.replicas.clone(), |one| one.to.clone());
        PlanPartition { replicas, ..partition.clone() }
    });
    after.collect()
}

fn racks_of(wish: &PlanWish, replicas: &[i32]) -> usize {
    // A node without a rack is one of its own.
    let name = |id: &i32| {
        let node = wish.nodes.iter().find(|node| node.id == *id).unwrap();
        node.rack.clone().unwrap_or_else(|| format!("node {id}"))
    };
    replicas.iter().map(name).collect::<BTreeSet<_>>().len()
}

proptest! {
    #[test]
    fn a_plan_keeps_its_rules((partitions, wish) in cases()) {
        let plan = plan_moves(&partitions, &wish).unwrap();
        let after = after(&partitions, &plan);
        let all: Vec<i32> = wish.nodes.iter().map(|node| node.id).collect();
        let most_racks = racks_of(&wish, &all).min(wish.replication_factor);
        for partition in &after {
            let distinct: BTreeSet<_> = partition.replicas.iter().collect();
            prop_assert_eq!(distinct.len(), wish.replication_factor);
            prop_assert_eq!(partition.replicas.len(), wish.replication_factor);
            prop_assert!(distinct.iter().all(|node| all.contains(node)));
            prop_assert_eq!(racks_of(&wish, &partition.replicas), most_racks);
        }
        // What is told of the end is the end.
        for node in &all {
            let replicas = after.iter().filter(|partition| partition.replicas.contains(node)).count();
            prop_assert_eq!(plan.replicas[node], replicas);
            let leads = after.iter().filter(|partition| partition.replicas.first() == Some(node)).count();
            prop_assert_eq!(plan.leaders[node], leads);
        }
        // A second plan has nothing to do.
        prop_assert_eq!(plan_moves(&after, &wish).unwrap().moves, vec![]);
    }

    #[test]
    fn without_spreading_nothing_moves_that_lies_well((partitions, wish) in cases()) {
        let wish = PlanWish { spread: false, ..wish };
        let plan = plan_moves(&partitions, &wish).unwrap();
        let all: Vec<i32> = wish.nodes.iter().map(|node| node.id).collect();
        let most_racks = racks_of(&wish, &all).min(wish.replication_factor);
        for one in &plan.moves {
            let kept: Vec<i32> = one.from.iter().copied().filter(|node| all.contains(node)).collect();
            let well = one.from.len() == wish.replication_factor
                && kept.len() == one.from.len()
                && racks_of(&wish, &kept) == most_racks;
            prop_assert!(!well, "{one:?} moves and need not");
            // Who led goes on to lead unless it is not chosen or its rack is needed by none other.
            if !kept.is_empty() && kept.first() == one.from.first() && racks_of(&wish, &kept) == kept.len().min(most_racks) {
                prop_assert_eq!(one.to.first(), one.from.first());
            }
        }
    }

    #[test]
    fn spread_replicas_differ_by_one_where_racks_do_not_bind((partitions, wish) in cases()) {
        let nodes = wish.nodes.iter().map(|node| PlanNode { rack: None, ..node.clone() }).collect();
        let plan = plan_moves(&partitions, &PlanWish { nodes, spread: true, ..wish }).unwrap();
        let (most, least) = (plan.replicas.values().max().unwrap(), plan.replicas.values().min().unwrap());
        prop_assert!(most - least <= 1, "{:?}", plan.replicas);
    }
}

#[test]
fn the_replication_factor_goes_up_with_one_copy_each_and_down_with_none() {
    let partitions = [partition(0, &[1]), partition(1, &[2]), partition(2, &[3])];
    let nodes = nodes(&[Some("a"), Some("b"), Some("c")]);
    let up = PlanWish { nodes, replication_factor: 2, spread: false };
    let plan = plan_moves(&partitions, &up).unwrap();
    assert_eq!((plan.copies, plan.copy_bytes), (3, Some(33)));
    assert!(plan.moves.iter().all(|one| one.from[0] == one.to[0]), "{plan:?}");
    assert_eq!(plan.replicas.values().copied().collect::<Vec<_>>(), [2, 2, 2]);
    let after = after(&partitions, &plan);
    let down = plan_moves(&after, &PlanWish { replication_factor: 1, ..up }).unwrap();
    assert_eq!((down.copies, down.moves.len()), (0, 3));
}

#[test]
fn a_node_is_emptied_by_leaving_it_out() {
    let partitions = [partition(0, &[1, 2]), partition(1, &[2, 3]), partition(2, &[3, 1])];
    let all = nodes(&[None, None, None, None]);
    let chosen = all.into_iter().filter(|node| node.id != 3).collect();
    let plan = plan_moves(&partitions, &PlanWish { nodes: chosen, replication_factor: 2, spread: false }).unwrap();
    assert_eq!(plan.moves.iter().map(|one| one.to.clone()).collect::<Vec<_>>(), [[2, 4], [1, 4]]);
    assert_eq!(plan.copy_bytes, Some(11 + 12));
}

#[test]
fn what_cannot_be_is_refused() {
    let wish = PlanWish { nodes: nodes(&[None]), replication_factor: 2, spread: true };
    assert_eq!(plan_moves(&[], &wish), Err(PlanRefused::TooFewNodes { nodes: 1, factor: 2 }));
    assert_eq!(plan_moves(&[], &PlanWish { replication_factor: 0, ..wish }), Err(PlanRefused::NoReplicas));
}
