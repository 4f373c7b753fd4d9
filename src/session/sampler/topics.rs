//! What the sampler remembers of topics between its looks.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use kafka_protocol::ResponseError;

use super::{asking::NodeOffsets, marks::Marks, window::Window};
use crate::{
    broker::{Counters, Damage, TopicCounters},
    client::{ClientError, ListedOffset, OffsetSpec, TopicInfo},
    model::{Lag, Offset, PartitionId, TimestampMillis, TopicPartition},
    session::{Old, PartitionFacts, Phrase, Problem, TopicFacts},
};

/// Without an inspector all topics are asked for their offsets and sizes while they have so many partitions together at
/// most; of more only those that are looked at and those that groups read.
const ASK_ALL_PARTITIONS_MAX: usize = 2_000;
/// Where Kafka keeps what groups have committed. Who leads one of its partitions coordinates the groups in it.
pub(super) const GROUP_OFFSETS_TOPIC: &str = "__consumer_offsets";
/// Rates on screen are means over this long.
const RATE_SPAN_MILLIS: i64 = 4_000;

/// Whether a topic's figures are wanted.
pub(super) type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// All topics as last seen.
#[derive(Default)]
pub(super) struct TopicsWatch {
    topics: BTreeMap<Arc<str>, TopicWatch>,
    /// When the list was taken last; a topic that is new since then had no records at that time.
    listed_at: Option<TimestampMillis>,
    /// When figures were asked for last.
    asked_at: TimestampMillis,
    told_by_inspector: bool,
}

struct TopicWatch {
    facts: TopicFacts,
    marks: HashMap<PartitionId, Marks>,
    counters: Option<TopicCounters>,
    produced: Window,
    consumed: Window,
    /// Why the cluster does not tell about it.
    refused: Option<String>,
    /// Was never asked for its offsets.
    fresh: bool,
    /// Its offsets were asked for in this look, or are known not to have moved.
    asked: bool,
}

/// What one look brought for the whole cluster.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    pub records_in: i64,
    pub records_out: i64,
}

impl TopicsWatch {
    /// A look begins.
    pub(super) fn begin(&mut self, at: TimestampMillis, told_by_inspector: bool) {
        (self.asked_at, self.told_by_inspector) = (at, told_by_inspector);
        for watch in self.topics.values_mut() {
            watch.asked = told_by_inspector || watch.facts.partitions.is_empty();
        }
    }

    /// Whether figures are asked for only of what is wanted: nobody tells what moved, and there is much.
    pub(super) fn is_large(&self) -> bool {
        self.partitions() > ASK_ALL_PARTITIONS_MAX
    }

    /// All partitions together.
    fn partitions(&self) -> usize {
        self.topics.values().map(|watch| watch.facts.partitions.len()).sum()
    }

    /// These are asked for now.
    pub(super) fn note_asked(&mut self, asked: &[TopicPartition]) {
        for tp in asked {
            if let Some(watch) = self.topics.get_mut(&tp.topic) {
                watch.asked = true;
            }
        }
    }

    /// Takes in what a node told; true when it does not lead all of what it was asked for.
    pub(super) fn take_offsets(&mut self, news: NodeOffsets, node: i32) -> bool {
        let mut others_lead = false;
        let since = self.asked_at;
        if let Some(error) = &news.failed {
            let old = old_of_node(node, error, since);
            news.asked.iter().for_each(|tp| self.mark_old(tp, &old));
        }
        for (spec, tp, outcome) in news.told {
            match outcome {
                Ok(listed) => self.take_offset(&tp, spec, listed),
                // No record, or a broker that cannot tell: the others say how it stands.
                Err(_) if spec == OffsetSpec::MaxTimestamp => {}
                Err(error) => {
                    others_lead |= error.is_stale_metadata();
                    self.mark_old(&tp, &old_of_node(node, &error, since));
                }
            }
        }
        others_lead
    }

    fn mark_old(&mut self, tp: &TopicPartition, old: &Arc<Old>) {
        if let Some(watch) = self.topics.get_mut(&tp.topic) {
            watch.fresh = false;
            if let Some(partition) = watch.partition_mut(tp.partition) {
                partition.old.get_or_insert_with(|| Arc::clone(old));
            }
        }
    }

    /// A node does not answer any more, which makes old what it leads, or does again.
    pub(super) fn note_node(&mut self, node: i32, failed: Option<&ClientError>) {
        let old = failed.map(|error| old_of_node(node, error, self.asked_at));
        for watch in self.topics.values_mut() {
            if watch.facts.partitions.iter().any(|p| p.leader == Some(node)) {
                let partitions = Arc::make_mut(&mut watch.facts.partitions).iter_mut();
                for partition in partitions.filter(|p| p.leader == Some(node)) {
                    match &old {
                        Some(old) => _ = partition.old.get_or_insert_with(|| Arc::clone(old)),
                        None => partition.old = None,
                    }
                }
            }
        }
    }

    /// Whether somebody leads the partition and answers.
    pub(super) fn can_be_read(&self, tp: &TopicPartition) -> bool {
        let partition = self.topics.get(&tp.topic).and_then(|watch| watch.partition(tp.partition));
        partition.is_some_and(|p| p.leader.is_some() && p.old.is_none())
    }

    /// The partitions of topics that are `wanted`, by the node that leads them: whose disks to ask for their sizes.
    pub(super) fn by_leader(&self, wanted: Wanted<'_>) -> BTreeMap<i32, Vec<TopicPartition>> {
        let is_large = self.is_large();
        let mut found: BTreeMap<i32, Vec<TopicPartition>> = BTreeMap::new();
        for (name, watch) in self.topics.iter().filter(|(name, _)| !is_large || wanted(name)) {
            for partition in watch.facts.partitions.iter() {
                if let Some(leader) = partition.leader {
                    found.entry(leader).or_default().push(TopicPartition::new(Arc::clone(name), partition.id));
                }
            }
        }
        found
    }

    /// Sizes of partitions; read from the inspector off the runtime, as it may touch a disk.
    pub(super) fn take_sizes(&mut self, sizes: Vec<crate::broker::PartitionSize>) {
        for size in sizes {
            let Some(watch) = self.topics.get_mut(&size.topic) else { continue };
            if let Some(partition) = watch.partition_mut(size.partition) {
                partition.size_bytes = Some(size.size_bytes);
            }
        }
        for watch in self.topics.values_mut() {
            let known: Vec<u64> = watch.facts.partitions.iter().filter_map(|p| p.size_bytes).collect();
            watch.facts.size_bytes = (!known.is_empty()).then(|| known.iter().sum());
        }
    }

    /// The facts, by name, with what groups say of each topic.
    pub(super) fn facts(&self, lags: &HashMap<Arc<str>, (u32, Lag)>) -> Arc<[TopicFacts]> {
        let facts = self.topics.values().map(|watch| {
            let (groups, worst_lag) = lags.get(&watch.facts.name).copied().unwrap_or((0, Lag::Unknown));
            TopicFacts { groups, worst_lag, ..watch.facts.clone() }
        });
        facts.collect()
    }

    /// Start and end of a partition, where known.
    pub(super) fn bounds(&self, tp: &TopicPartition) -> (Option<Offset>, Option<Offset>) {
        let partition = self.topics.get(&tp.topic).and_then(|watch| watch.partition(tp.partition));
        partition.map_or((None, None), |p| (p.start, p.end))
    }

    /// The partition in which Kafka keeps what a group has committed, with its leader, who coordinates the group; `None`
    /// where there is no such topic, or nobody tells of it.
    pub(super) fn offsets_of_group(&self, id: &str) -> Option<(TopicPartition, Option<i32>)> {
        let watch = self.topics.get(GROUP_OFFSETS_TOPIC)?;
        let partition = watch.partition(partition_of_group(id, watch.facts.partitions.len())?)?;
        Some((TopicPartition::new(Arc::clone(&watch.facts.name), partition.id), partition.leader))
    }

    /// The first partition of commits that nobody leads.
    pub(super) fn offsets_without_leader(&self) -> Option<TopicPartition> {
        let watch = self.topics.get(GROUP_OFFSETS_TOPIC)?;
        let partition = watch.facts.partitions.iter().find(|partition| partition.leader.is_none())?;
        Some(TopicPartition::new(Arc::clone(&watch.facts.name), partition.id))
    }

    /// Whether one of these was looked at just once, so that nobody knows yet what flows.
    pub(super) fn awaits_second_look(&self, in_sight: &HashSet<Arc<str>>) -> bool {
        let is_first = |name| self.topics.get(name).is_some_and(|watch: &TopicWatch| watch.produced.is_first());
        in_sight.iter().any(is_first)
    }

    /// When the record at `offset` was appended, if that was watched.
    pub(super) fn appended_at(&self, tp: &TopicPartition, offset: Offset) -> Option<TimestampMillis> {
        self.topics.get(&tp.topic)?.marks.get(&tp.partition)?.appended_at(offset)
    }

    /// True while any topic had records in the last `span_millis`: its sparkline moves.
    pub(super) fn any_moves(&self, now: TimestampMillis, span_millis: i64) -> bool {
        self.topics.values().any(|watch| !watch.facts.history.is_quiet(now, span_millis))
    }

    /// Takes in the list of topics; true when it tells something new.
    pub(super) fn take_list(&mut self, infos: Vec<TopicInfo>, at: TimestampMillis) -> bool {
        let mut before = std::mem::take(&mut self.topics);
        let mut is_new = infos.len() != before.len();
        for info in infos {
            let known = before.remove(&info.name).filter(|watch| watch.facts.id == id_of(&info));
            is_new |= known.is_none();
            let mut watch = known.unwrap_or_else(|| TopicWatch::new(&info, self.listed_at));
            is_new |= watch.take_info(&info, at);
            self.topics.insert(Arc::clone(&info.name), watch);
        }
        self.listed_at = Some(at);
        is_new
    }

    /// What is to be asked for, by the node that leads it: offsets where something moved (`full`: everywhere). Without
    /// an inspector nobody tells what moved: of a small cluster everything, of a large one what is `wanted`.
    pub(super) fn to_ask(
        &self,
        counters: Option<&Counters>,
        full: bool,
        wanted: Wanted<'_>,
    ) -> BTreeMap<i32, Vec<TopicPartition>> {
        let is_picked = counters.is_none() && self.is_large();
        let mut asked: BTreeMap<i32, Vec<TopicPartition>> = BTreeMap::new();
        for (name, watch) in self.topics.iter().filter(|(name, _)| !is_picked || wanted(name)) {
            let counted = counters.map(|counters| counters.topics.get(name).copied().unwrap_or_default());
            let moved = counted.is_none() || counted.map(|c| c.records_in) != watch.counters.map(|c| c.records_in);
            if !(full || watch.fresh || moved) {
                continue;
            }
            for partition in watch.facts.partitions.iter().filter(|p| p.damage.is_none()) {
                if let Some(leader) = partition.leader {
                    asked.entry(leader).or_default().push(TopicPartition::new(Arc::clone(name), partition.id));
                }
            }
        }
        asked
    }

    fn take_offset(&mut self, tp: &TopicPartition, spec: OffsetSpec, listed: ListedOffset) {
        let Some(watch) = self.topics.get_mut(&tp.topic) else { return };
        (watch.fresh, watch.facts.known) = (false, true);
        if spec == OffsetSpec::MaxTimestamp {
            let newest = (listed.offset.is_some() && listed.timestamp >= 0).then_some(listed.timestamp);
            watch.facts.last_record_at = watch.facts.last_record_at.max(newest);
            return;
        }
        // The first of a topic's answers: what is asked anew starts from nothing.
        if spec == OffsetSpec::Earliest && watch.facts.partitions.first().is_some_and(|p| p.id == tp.partition) {
            watch.facts.last_record_at = None;
        }
        let Some(partition) = watch.partition_mut(tp.partition) else { return };
        partition.old = None;
        match spec {
            OffsetSpec::Earliest => partition.start = listed.offset,
            _ => partition.end = listed.offset,
        }
    }

    pub(super) fn take_damage(&mut self, damage: Vec<Damage>) {
        for watch in self.topics.values_mut() {
            watch.facts.damage = None;
        }
        for Damage { topic, partition, why, .. } in damage {
            let Some(watch) = self.topics.get_mut(&topic) else { continue };
            if let Some(partition) = watch.partition_mut(partition) {
                partition.damage = Some(why.clone());
            }
            watch.facts.damage = Some(why);
        }
    }

    /// Works out what flowed, when all has come that will.
    pub(super) fn note_rates(&mut self, at: TimestampMillis, counters: Option<&Counters>) -> Flow {
        let (mut flow, is_told) = (Flow::default(), self.told_by_inspector);
        for (name, watch) in &mut self.topics {
            watch.counters = counters.map(|counters| counters.topics.get(name).copied().unwrap_or_default());
            let step = watch.note(at, is_told);
            flow.records_in += step.records_in;
            flow.records_out += step.records_out;
        }
        flow
    }
}

impl TopicWatch {
    /// `empty_at`: when the topic did not exist yet, so that its first records count as produced since then.
    fn new(info: &TopicInfo, empty_at: Option<TimestampMillis>) -> Self {
        let facts = TopicFacts::new(Arc::clone(&info.name), id_of(info), info.internal);
        let (mut produced, mut consumed) = (Window::new(RATE_SPAN_MILLIS), Window::new(RATE_SPAN_MILLIS));
        if let Some(at) = empty_at {
            produced.look(at, 0);
            consumed.look(at, 0);
        }
        Self {
            facts,
            marks: HashMap::new(),
            counters: None,
            produced,
            consumed,
            refused: None,
            fresh: true,
            asked: false,
        }
    }

    /// True when it tells something new.
    fn take_info(&mut self, info: &TopicInfo, at: TimestampMillis) -> bool {
        self.facts.internal = info.internal;
        let refused = info.error.as_ref().map(ToString::to_string);
        let mut is_new = self.refused != refused;
        if is_new {
            self.facts.damage.clone_from(&refused);
            self.refused = refused;
        }
        let same = self.facts.partitions.len() == info.partitions.len()
            && self.facts.partitions.iter().zip(&info.partitions).all(|(known, told)| {
                (known.id, known.leader, known.leader_epoch, &known.replicas, &known.isr, &known.offline)
                    == (told.id, told.leader, told.leader_epoch, &told.replicas, &told.isr, &told.offline)
            });
        if same {
            return is_new;
        }
        is_new = true;
        // What follows a leader copies from it: only who leads decides where a partition is asked and what it answers.
        let is_led_alike = self.facts.partitions.len() == info.partitions.len()
            && self.facts.partitions.iter().zip(&info.partitions).all(|(known, told)| {
                (known.id, known.leader, known.leader_epoch) == (told.id, told.leader, told.leader_epoch)
            });
        self.fresh |= !is_led_alike;
        let partitions = info.partitions.iter().map(|told| {
            let known = self.partition(told.id).cloned();
            PartitionFacts {
                id: told.id,
                leader: told.leader,
                leader_epoch: told.leader_epoch,
                replicas: Arc::clone(&told.replicas),
                isr: Arc::clone(&told.isr),
                offline: Arc::clone(&told.offline),
                start: known.as_ref().and_then(|p| p.start),
                end: known.as_ref().and_then(|p| p.end),
                size_bytes: known.as_ref().and_then(|p| p.size_bytes),
                old: match told.leader {
                    None => Some(no_leader(known.as_ref().and_then(|p| p.old.as_ref()), at)),
                    leader => known.as_ref().filter(|p| p.leader == leader).and_then(|p| p.old.clone()),
                },
                damage: known.and_then(|p| p.damage),
            }
        });
        self.facts.partitions = partitions.collect();
        is_new
    }

    fn partition(&self, id: PartitionId) -> Option<&PartitionFacts> {
        self.facts.partitions.iter().find(|p| p.id == id)
    }

    fn partition_mut(&mut self, id: PartitionId) -> Option<&mut PartitionFacts> {
        Arc::make_mut(&mut self.facts.partitions).iter_mut().find(|p| p.id == id)
    }

    fn note(&mut self, at: TimestampMillis, is_told: bool) -> Flow {
        let is_current = self.asked && (is_told || self.facts.partitions.iter().all(|p| p.old.is_none()));
        let known = |p: &PartitionFacts| Some((p.start?, p.end?));
        self.facts.records =
            self.facts.partitions.iter().filter_map(known).map(|(start, end)| (end - start).max(0) as u64).sum();
        for partition in self.facts.partitions.iter().filter(|p| self.asked && p.old.is_none()) {
            if let Some(end) = partition.end {
                self.marks.entry(partition.id).or_default().note(at, end);
            }
        }
        let mut flow = Flow::default();
        let ends: Option<i64> = self.facts.partitions.iter().map(|p| p.end).sum();
        match ends.filter(|_| !self.fresh && is_current) {
            Some(ends) => {
                if let Some((amount, millis)) = self.produced.look(at, ends) {
                    flow.records_in = amount.max(0);
                    self.facts.history.note(at, millis, flow.records_in as f64);
                }
            }
            // A partition cannot be or was not asked: its share is unknown, and so is the sum.
            None => self.produced.forget(),
        }
        if let Some(counters) = self.counters
            && let Some((amount, _)) = self.consumed.look(at, i64::try_from(counters.records_out).unwrap_or(i64::MAX))
        {
            flow.records_out = amount.max(0);
        }
        self.facts.in_per_second = self.produced.per_second().map(|rate| rate.max(0.0));
        self.facts.out_per_second = self.consumed.per_second().map(|rate| rate.max(0.0));
        flow
    }
}

/// What a node leads is as it was then.
pub(super) fn old_of_node(node: i32, error: &ClientError, since: TimestampMillis) -> Arc<Old> {
    let what = Phrase::new("old-broker").with("broker", node.to_string());
    Arc::new(Old { since, problem: Problem::from_client(what, error) })
}

/// Nobody can be asked. What was old before is so since then.
fn no_leader(before: Option<&Arc<Old>>, at: TimestampMillis) -> Arc<Old> {
    let error = ClientError::kafka(ResponseError::LeaderNotAvailable, "look up offsets", None);
    let since = before.map_or(at, |old| old.since);
    Arc::new(Old { since, problem: Problem::from_client(Phrase::new("old-no-leader"), &error) })
}

fn id_of(info: &TopicInfo) -> Option<uuid::Uuid> {
    (!info.id.is_nil()).then_some(info.id)
}

/// Which of the partitions of [`GROUP_OFFSETS_TOPIC`] is a group's: the hash of a string in Java decides.
fn partition_of_group(id: &str, partitions: usize) -> Option<PartitionId> {
    let hash = id.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    // Where there is no positive counterpart Kafka takes 0.
    hash.checked_abs().unwrap_or(0).checked_rem(i32::try_from(partitions).ok()?)
}

#[cfg(test)]
mod tests {
    use super::partition_of_group;

    #[test]
    fn a_group_lies_where_kafka_puts_it() {
        // As kafka-consumer-groups tells the coordinators, and kafka-topics who leads which of six partitions.
        let known = [("billing", 1), ("audit", 1), ("fraud", 2), ("mail", 5), ("reports", 3), ("search", 4)];
        known.iter().for_each(|(id, partition)| assert_eq!(partition_of_group(id, 6), Some(*partition), "{id}"));
        // A hash that has no positive counterpart.
        assert_eq!(partition_of_group("polygenelubricants", 50), Some(0));
        assert_eq!(partition_of_group("billing", 0), None);
    }
}
