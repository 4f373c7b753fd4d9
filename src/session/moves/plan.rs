//! Where replicas should go: a pure plan that can be looked at before anything is done.
//!
//! The rules, in this order: each partition gets as many replicas as wished, on different nodes, in as many racks as there
//! are; what lies well already stays where it is; new copies go to the nodes with the fewest. Only where an even spread is
//! wished are further replicas moved, and preferred leaders spread, until no node has two more than another.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{client::ReplicaMove, model::TopicPartition};

/// A node that may have replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanNode {
    pub id: i32,
    pub rack: Option<String>,
    /// Replicas that it has of other topics: decides between nodes that are equal otherwise.
    pub other_replicas: usize,
}

/// A partition to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPartition {
    pub tp: TopicPartition,
    /// The preferred leader first.
    pub replicas: Vec<i32>,
    /// Bytes of one replica.
    pub size_bytes: Option<u64>,
}

/// What is wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanWish {
    /// Nodes that may have replicas; all others are left.
    pub nodes: Vec<PlanNode>,
    pub replication_factor: usize,
    /// Spread replicas and preferred leaders evenly, at the price of more to copy.
    pub spread: bool,
}

/// What would be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovePlan {
    /// The partitions that change, in the order given.
    pub moves: Vec<ReplicaMove>,
    /// Replicas that are copied.
    pub copies: usize,
    /// Bytes that are copied; `None` where a size is not known.
    pub copy_bytes: Option<u64>,
    /// Of these, what the node gets that gets most: a throttle counts for each node.
    pub busiest_bytes: Option<u64>,
    /// Replicas a node would have, by node, of the partitions that were planned.
    pub replicas: BTreeMap<i32, usize>,
    /// Partitions it would be preferred to lead.
    pub leaders: BTreeMap<i32, usize>,
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefused {
    #[error("a partition needs at least one replica")]
    NoReplicas,
    #[error("{factor} replicas need as many brokers, and {nodes} are chosen")]
    TooFewNodes { nodes: usize, factor: usize },
}

/// Works a plan out.
///
/// # Errors
/// Where there are fewer nodes than replicas wished.
pub fn plan_moves(partitions: &[PlanPartition], wish: &PlanWish) -> Result<MovePlan, PlanRefused> {
    let factor = wish.replication_factor;
    if factor == 0 {
        return Err(PlanRefused::NoReplicas);
    }
    let distinct: HashSet<i32> = wish.nodes.iter().map(|node| node.id).collect();
    if distinct.len() < factor {
        return Err(PlanRefused::TooFewNodes { nodes: distinct.len(), factor });
    }
    let mut planner = Planner::new(partitions, wish);
    for index in 0..partitions.len() {
        planner.place(index, factor);
    }
    if wish.spread {
        planner.spread_replicas();
        planner.spread_leaders();
    }
    Ok(planner.plan())
}

struct Planner<'a> {
    partitions: &'a [PlanPartition],
    nodes: BTreeMap<i32, Node>,
    /// What each partition will have.
    to: Vec<Vec<i32>>,
}

struct Node {
    /// Its rack by number; a node without one is a rack of its own.
    rack: usize,
    other: usize,
    /// Replicas of what is planned.
    load: usize,
}

impl<'a> Planner<'a> {
    fn new(partitions: &'a [PlanPartition], wish: &PlanWish) -> Self {
        let mut racks: HashMap<Option<&str>, usize> = HashMap::new();
        let mut nodes = BTreeMap::new();
        for (number, node) in wish.nodes.iter().enumerate() {
            let rack = match node.rack.as_deref() {
                Some(rack) => *racks.entry(Some(rack)).or_insert(number),
                None => number,
            };
            nodes.insert(node.id, Node { rack, other: node.other_replicas, load: 0 });
        }
        let mut planner = Self { partitions, nodes, to: Vec::with_capacity(partitions.len()) };
        for partition in partitions {
            let mut kept = Vec::new();
            for node in &partition.replicas {
                if planner.nodes.contains_key(node) && !kept.contains(node) {
                    kept.push(*node);
                    planner.add_load(*node, 1);
                }
            }
            planner.to.push(kept);
        }
        planner
    }

    fn add_load(&mut self, node: i32, by: isize) {
        if let Some(node) = self.nodes.get_mut(&node) {
            node.load = node.load.saturating_add_signed(by);
        }
    }

    fn rack(&self, node: i32) -> usize {
        self.nodes.get(&node).map_or(usize::MAX, |node| node.rack)
    }

    fn load(&self, node: i32) -> usize {
        self.nodes.get(&node).map_or(0, |node| node.load)
    }

    /// How many others of the partition are in the rack of this one.
    fn neighbours(&self, replicas: &[i32], node: i32) -> usize {
        replicas.iter().filter(|other| **other != node && self.rack(**other) == self.rack(node)).count()
    }

    /// The node that is best to get a replica besides `replicas`: in a rack of its own, then with the least, then the
    /// next one after the leader (`index`th where there is none), so that the copies of many leaders do not meet.
    fn best_new(&self, replicas: &[i32], index: usize) -> Option<i32> {
        let count = self.nodes.len();
        let leader = replicas.first().and_then(|first| self.nodes.keys().position(|id| id == first));
        let next = leader.map_or(index % count.max(1), |at| at + 1);
        let free = self.nodes.iter().enumerate().filter(|(_, (id, _))| !replicas.contains(id));
        let cost = |(at, (id, node)): &(usize, (&i32, &Node))| {
            (self.neighbours(replicas, **id), node.load, node.other, (at + 2 * count - next) % count)
        };
        free.min_by_key(cost).map(|(_, (id, _))| *id)
    }

    /// Brings one partition to `factor` replicas in as many racks as possible.
    fn place(&mut self, index: usize, factor: usize) {
        let mut replicas = std::mem::take(&mut self.to[index]);
        while replicas.len() > factor {
            // Who shares a rack goes first, then who has most; the leader last.
            let cost = |(at, node): &(usize, &i32)| (self.neighbours(&replicas, **node), self.load(**node), *at);
            let worst = |(at, _): &(usize, &i32)| *at > 0 || replicas.len() == 1;
            let Some((at, node)) = replicas.iter().enumerate().filter(worst).max_by_key(cost) else { break };
            let node = *node;
            replicas.remove(at);
            self.add_load(node, -1);
        }
        while replicas.len() < factor {
            let Some(node) = self.best_new(&replicas, index) else { break };
            replicas.push(node);
            self.add_load(node, 1);
        }
        // Two in a rack while another rack has none.
        for _ in 0..replicas.len() {
            let shared = replicas.iter().enumerate().rev().filter(|(_, node)| self.neighbours(&replicas, **node) > 0);
            let Some((at, old)) = shared.max_by_key(|(at, node)| (self.load(**node), *at)).map(|(at, n)| (at, *n))
            else {
                break;
            };
            match self.best_new(&replicas, index) {
                Some(new) if self.neighbours(&replicas, new) == 0 => {
                    replicas[at] = new;
                    self.add_load(old, -1);
                    self.add_load(new, 1);
                }
                _ => break,
            }
        }
        self.to[index] = replicas;
    }

    /// Moves replicas from those with most to those with least, until nothing is gained. Each step makes the sum of the
    /// squares of the loads smaller, so it ends.
    fn spread_replicas(&mut self) {
        while let Some((index, at, to)) = self.next_step() {
            let from = std::mem::replace(&mut self.to[index][at], to);
            self.add_load(from, -1);
            self.add_load(to, 1);
        }
    }

    fn next_step(&self) -> Option<(usize, usize, i32)> {
        let mut by_load: Vec<(usize, i32)> = self.nodes.iter().map(|(id, node)| (node.load, *id)).collect();
        by_load.sort_unstable();
        for (most, from) in by_load.iter().rev() {
            for (least, to) in &by_load {
                if *most < least + 2 {
                    break;
                }
                let candidates = self.to.iter().enumerate().filter_map(|(index, replicas)| {
                    let at = replicas.iter().position(|node| node == from)?;
                    let allowed = !replicas.contains(to) && self.keeps_racks(replicas, *from, *to);
                    allowed.then_some((index, at))
                });
                // First what is to be copied anyway, then what is small, then followers.
                let cost = |(index, at): &(usize, usize)| {
                    let partition = &self.partitions[*index];
                    let is_copied = !partition.replicas.contains(from);
                    (!is_copied, partition.size_bytes.unwrap_or(0), *at == 0, *index)
                };
                if let Some((index, at)) = candidates.min_by_key(cost) {
                    return Some((index, at, *to));
                }
            }
        }
        None
    }

    /// Whether the partition stays in as many racks when `from` gives way to `to`.
    fn keeps_racks(&self, replicas: &[i32], from: i32, to: i32) -> bool {
        let shares =
            |node: i32| replicas.iter().any(|one| *one != from && *one != node && self.rack(*one) == self.rack(node));
        !shares(to) || shares(from)
    }

    /// Lets each node be preferred to lead about as many; this copies nothing.
    fn spread_leaders(&mut self) {
        let mut leads: BTreeMap<i32, usize> = self.nodes.keys().map(|id| (*id, 0)).collect();
        for leader in self.to.iter().filter_map(|replicas| replicas.first()) {
            *leads.entry(*leader).or_default() += 1;
        }
        loop {
            let of = |node: i32| leads.get(&node).copied().unwrap_or(0);
            let step = self.to.iter().enumerate().find_map(|(index, replicas)| {
                let first = *replicas.first()?;
                let (at, least) = replicas.iter().enumerate().skip(1).min_by_key(|(_, node)| of(**node))?;
                (of(first) >= of(*least) + 2).then_some((index, at, first, *least))
            });
            let Some((index, at, first, least)) = step else { return };
            self.to[index].swap(0, at);
            *leads.entry(first).or_default() -= 1;
            *leads.entry(least).or_default() += 1;
        }
    }

    fn plan(self) -> MovePlan {
        let mut plan = MovePlan { copy_bytes: Some(0), ..MovePlan::default() };
        let mut incoming: BTreeMap<i32, u64> = BTreeMap::new();
        plan.leaders = self.nodes.keys().map(|id| (*id, 0)).collect();
        for leader in self.to.iter().filter_map(|replicas| replicas.first()) {
            *plan.leaders.entry(*leader).or_default() += 1;
        }
        plan.replicas = self.nodes.iter().map(|(id, node)| (*id, node.load)).collect();
        for (partition, to) in self.partitions.iter().zip(self.to) {
            if partition.replicas == to {
                continue;
            }
            let one = ReplicaMove { tp: partition.tp.clone(), from: partition.replicas.clone(), to };
            for node in one.adding() {
                plan.copies += 1;
                plan.copy_bytes = plan.copy_bytes.zip(partition.size_bytes).map(|(sum, more)| sum + more);
                *incoming.entry(node).or_default() += partition.size_bytes.unwrap_or(0);
            }
            plan.moves.push(one);
        }
        plan.busiest_bytes = plan.copy_bytes.map(|_| incoming.into_values().max().unwrap_or(0));
        plan
    }
}

#[cfg(test)]
mod tests;
