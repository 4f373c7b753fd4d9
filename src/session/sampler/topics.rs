//! What the sampler remembers of topics between its looks.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{marks::Marks, window::Window};
use crate::{
    broker::{Counters, Damage, Inspector, TopicCounters},
    client::{Client, ClientError, ListedOffset, OffsetSpec, TopicInfo},
    model::{Lag, Offset, PartitionId, TimestampMillis, TopicPartition},
    session::{PartitionFacts, TopicFacts},
};

/// Without an inspector all topics are asked for their offsets and sizes while they have so many partitions together at
/// most; of more only those that are looked at and those that groups read.
const ASK_ALL_PARTITIONS_MAX: usize = 2_000;
/// Offsets asked for in one call at most; more go in further calls.
const OFFSETS_ASKED_MAX: usize = 6_000;
/// Rates on screen are means over this long.
const RATE_SPAN_MILLIS: i64 = 4_000;

/// Whether a topic's figures are wanted.
pub(super) type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// All topics as last seen.
#[derive(Default)]
pub(super) struct TopicsWatch {
    topics: BTreeMap<Arc<str>, TopicWatch>,
    /// When the list was taken last; a topic that is new since then had no records at that time.
    looked_at: Option<TimestampMillis>,
}

struct TopicWatch {
    facts: TopicFacts,
    marks: HashMap<PartitionId, Marks>,
    counters: Option<TopicCounters>,
    produced: Window,
    consumed: Window,
    /// Was never asked for its offsets.
    fresh: bool,
    /// Its offsets are as of now: they were asked for in this look, or are known not to have moved.
    is_current: bool,
}

/// What one look brought for the whole cluster.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    pub records_in: i64,
    pub records_out: i64,
}

impl TopicsWatch {
    /// Looks at all topics: their list, and their offsets where something moved (`full`: everywhere). Without an
    /// inspector nobody tells what moved: a small cluster is asked for everything, of a large one what is `wanted`, and
    /// for the list only in a full look.
    pub(super) async fn look(
        &mut self,
        client: &Client,
        inspector: Option<&Arc<dyn Inspector>>,
        at: TimestampMillis,
        full: bool,
        wanted: Wanted<'_>,
    ) -> Result<Flow, ClientError> {
        let is_large = inspector.is_none() && self.partitions() > ASK_ALL_PARTITIONS_MAX;
        if full || !is_large {
            self.take_list(client.topics().await?);
        }
        let is_large = inspector.is_none() && self.partitions() > ASK_ALL_PARTITIONS_MAX;
        let counters = inspector.map(|inspector| inspector.counters());
        let asked = match is_large {
            true => self.to_ask(None, true, wanted),
            false => self.to_ask(counters.as_ref(), full, &|_| true),
        };
        self.note_current(inspector.is_some(), &asked);
        // A request may name a partition once, so each kind of offset is a question of its own.
        for spec in [OffsetSpec::Earliest, OffsetSpec::Latest, OffsetSpec::MaxTimestamp] {
            for chunk in asked.chunks(OFFSETS_ASKED_MAX) {
                let answers = client.offsets(chunk.iter().map(|tp| (tp.clone(), spec)).collect()).await?;
                for (tp, answer) in answers {
                    self.take_offset(&tp, spec, answer.ok());
                }
            }
        }
        if full && let Some(inspector) = inspector {
            self.take_damage(inspector.damage());
        }
        self.looked_at = Some(at);
        Ok(self.note_rates(at, counters.as_ref()))
    }

    /// All partitions together.
    fn partitions(&self) -> usize {
        self.topics.values().map(|watch| watch.facts.partitions.len()).sum()
    }

    fn note_current(&mut self, told_by_inspector: bool, asked: &[TopicPartition]) {
        for watch in self.topics.values_mut() {
            watch.is_current = told_by_inspector || watch.facts.partitions.is_empty();
        }
        for tp in asked {
            if let Some(watch) = self.topics.get_mut(&tp.topic) {
                watch.is_current = true;
            }
        }
    }

    /// The partitions of topics that are `wanted`, by the node that leads them: whose disks to ask for their sizes.
    pub(super) fn by_leader(&self, wanted: Wanted<'_>) -> BTreeMap<i32, Vec<TopicPartition>> {
        let is_small = self.partitions() <= ASK_ALL_PARTITIONS_MAX;
        let mut found: BTreeMap<i32, Vec<TopicPartition>> = BTreeMap::new();
        for (name, watch) in self.topics.iter().filter(|(name, _)| is_small || wanted(name)) {
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

    /// When the record at `offset` was appended, if that was watched.
    pub(super) fn appended_at(&self, tp: &TopicPartition, offset: Offset) -> Option<TimestampMillis> {
        self.topics.get(&tp.topic)?.marks.get(&tp.partition)?.appended_at(offset)
    }

    /// True while any topic had records in the last `span_millis`: its sparkline moves.
    pub(super) fn any_moves(&self, now: TimestampMillis, span_millis: i64) -> bool {
        self.topics.values().any(|watch| !watch.facts.history.is_quiet(now, span_millis))
    }

    fn take_list(&mut self, infos: Vec<TopicInfo>) {
        let mut before = std::mem::take(&mut self.topics);
        for info in infos {
            let known = before.remove(&info.name).filter(|watch| watch.facts.id == id_of(&info));
            let mut watch = known.unwrap_or_else(|| TopicWatch::new(&info, self.looked_at));
            watch.take_info(&info);
            self.topics.insert(Arc::clone(&info.name), watch);
        }
    }

    fn to_ask(&self, counters: Option<&Counters>, full: bool, wanted: Wanted<'_>) -> Vec<TopicPartition> {
        let mut asked = Vec::new();
        for (name, watch) in self.topics.iter().filter(|(name, _)| wanted(name)) {
            let counted = counters.map(|counters| counters.topics.get(name).copied().unwrap_or_default());
            let moved = counted.is_none() || counted.map(|c| c.records_in) != watch.counters.map(|c| c.records_in);
            if !(full || watch.fresh || moved) {
                continue;
            }
            for partition in watch.facts.partitions.iter().filter(|p| p.leader.is_some() && p.damage.is_none()) {
                asked.push(TopicPartition::new(Arc::clone(name), partition.id));
            }
        }
        asked
    }

    fn take_offset(&mut self, tp: &TopicPartition, spec: OffsetSpec, answer: Option<ListedOffset>) {
        let Some(watch) = self.topics.get_mut(&tp.topic) else { return };
        (watch.fresh, watch.facts.known) = (false, true);
        match spec {
            OffsetSpec::MaxTimestamp => {
                let newest = answer.filter(|a| a.offset.is_some() && a.timestamp >= 0).map(|a| a.timestamp);
                watch.facts.last_record_at = watch.facts.last_record_at.max(newest);
            }
            OffsetSpec::Earliest => {
                // The first of a topic's answers: what is asked anew starts from nothing.
                if watch.facts.partitions.first().is_some_and(|p| p.id == tp.partition) {
                    watch.facts.last_record_at = None;
                }
                if let Some(partition) = watch.partition_mut(tp.partition) {
                    partition.start = answer.and_then(|a| a.offset);
                }
            }
            _ => {
                if let Some(partition) = watch.partition_mut(tp.partition) {
                    partition.end = answer.and_then(|a| a.offset);
                }
            }
        }
    }

    fn take_damage(&mut self, damage: Vec<Damage>) {
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

    fn note_rates(&mut self, at: TimestampMillis, counters: Option<&Counters>) -> Flow {
        let mut flow = Flow::default();
        for (name, watch) in &mut self.topics {
            watch.counters = counters.map(|counters| counters.topics.get(name).copied().unwrap_or_default());
            let step = watch.note(at);
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
        Self { facts, marks: HashMap::new(), counters: None, produced, consumed, fresh: true, is_current: false }
    }

    fn take_info(&mut self, info: &TopicInfo) {
        self.facts.internal = info.internal;
        if let Some(error) = &info.error {
            self.facts.damage = Some(error.to_string());
        }
        let same = self.facts.partitions.len() == info.partitions.len()
            && self.facts.partitions.iter().zip(&info.partitions).all(|(known, told)| {
                (known.id, known.leader, known.leader_epoch, &known.replicas, &known.isr, &known.offline)
                    == (told.id, told.leader, told.leader_epoch, &told.replicas, &told.isr, &told.offline)
            });
        if same {
            return;
        }
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
                damage: known.and_then(|p| p.damage),
            }
        });
        self.facts.partitions = partitions.collect();
    }

    fn partition(&self, id: PartitionId) -> Option<&PartitionFacts> {
        self.facts.partitions.iter().find(|p| p.id == id)
    }

    fn partition_mut(&mut self, id: PartitionId) -> Option<&mut PartitionFacts> {
        Arc::make_mut(&mut self.facts.partitions).iter_mut().find(|p| p.id == id)
    }

    fn note(&mut self, at: TimestampMillis) -> Flow {
        let known = |p: &PartitionFacts| Some((p.start?, p.end?));
        self.facts.records =
            self.facts.partitions.iter().filter_map(known).map(|(start, end)| (end - start).max(0) as u64).sum();
        for partition in self.facts.partitions.iter().filter(|_| self.is_current) {
            if let Some(end) = partition.end {
                self.marks.entry(partition.id).or_default().note(at, end);
            }
        }
        let mut flow = Flow::default();
        let ends: Option<i64> = self.facts.partitions.iter().map(|p| p.end).sum();
        match ends.filter(|_| !self.fresh && self.is_current) {
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

fn id_of(info: &TopicInfo) -> Option<uuid::Uuid> {
    (!info.id.is_nil()).then_some(info.id)
}
