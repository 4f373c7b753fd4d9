//! What a copy will do, before it does anything: pure, from [`Facts`] of both sides.

use std::{fmt, sync::Arc};

use uuid::Uuid;

use super::{job::left, mark::Mark};
use crate::client::NewTopic;
use crate::model::{ConfigEntry, Offset, PartitionId};

/// Replicas of a topic that is made, where the cluster has as many brokers: what production uses.
const REPLICAS_WANTED: usize = 3;
/// Settings that differ only because brokers fill them in.
const NOT_COMPARED: [&str; 2] = ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"];

/// What is known of both sides.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub topics: Vec<TopicPair>,
    /// Nodes of the target.
    pub brokers: usize,
    /// The group that holds the marks at the target.
    pub group: String,
    /// Both sides are one cluster.
    pub same_cluster: bool,
    /// Groups of the source that stand in these topics.
    pub groups: Vec<String>,
    /// Number of the slice that is asked for.
    pub slice: u64,
}

/// A topic on both sides.
#[derive(Debug, Clone)]
pub struct TopicPair {
    pub source: Arc<str>,
    pub target: Arc<str>,
    /// `None`: there is none.
    pub at_source: Option<SourceTopic>,
    pub at_target: Option<TargetTopic>,
    /// Settings that the target does not take, of a topic that must be made.
    pub settings_refused: Vec<String>,
    /// Why the target would not make the topic at all.
    pub create_refused: Option<String>,
}

/// A topic of the source.
#[derive(Debug, Clone)]
pub struct SourceTopic {
    pub id: Uuid,
    pub internal: bool,
    pub partitions: Vec<SourcePartition>,
    /// `None`: whoever copies may not look at them.
    pub configs: Option<Vec<ConfigEntry>>,
}

/// A partition of the source.
#[derive(Debug, Clone, Copy)]
pub struct SourcePartition {
    pub id: PartitionId,
    /// Where the log begins and where the slice does.
    pub start: Offset,
    pub from: Offset,
    /// Up to where everything is decided (last stable offset), and the end.
    pub stable: Offset,
    pub end: Offset,
}

/// A topic of the target.
#[derive(Debug, Clone)]
pub struct TargetTopic {
    pub id: Uuid,
    /// Number, start and end, and the mark of a copy from this source.
    pub partitions: Vec<(PartitionId, Offset, Offset, Option<Mark>)>,
    /// `None`: whoever copies may not look at them.
    pub configs: Option<Vec<ConfigEntry>>,
}

/// How a copy begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Begin {
    /// Into topics that are not there, or empty.
    #[default]
    New,
    /// Goes on with one that has begun, also with what came to the source since.
    Resume,
    /// Begins behind the records that are there.
    Append,
}

/// A copy as it will be.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub topics: Vec<TopicPlan>,
    /// The group that holds the marks at the target.
    pub group: String,
    /// Groups of the source that stand in these topics.
    pub groups: Vec<String>,
}

/// A topic of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicPlan {
    pub source: Arc<str>,
    pub target: Arc<str>,
    pub source_id: Uuid,
    pub make: Make,
    pub partitions: Vec<PartitionPlan>,
    pub notes: Vec<PlanNote>,
    pub refusal: Option<Refusal>,
}

/// What is made before records are copied.
#[derive(Debug, Clone, PartialEq)]
pub enum Make {
    Nothing,
    Create { topic: NewTopic, replicas: Option<i16> },
    AddPartitions { from: PartitionId, to: PartitionId },
}

/// A partition of a plan: offsets `from..to` of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionPlan {
    pub id: PartitionId,
    pub from: Offset,
    pub to: Offset,
    /// Of a copy that is resumed.
    pub mark: Option<Mark>,
}

/// What is worth knowing before: what differs and what cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanNote {
    /// So many records are there already.
    Resumes {
        records: u64,
    },
    /// Offsets change, as the target has records already.
    OffsetsAppended {
        records: u64,
    },
    /// Offsets change, as the source does not begin at 0 (any more), or only a part of it is carried.
    OffsetsShifted {
        by: Offset,
    },
    /// Offsets change where compaction left holes.
    OffsetsCompacted,
    /// The target stamps records with the time of arrival.
    TimestampsReplaced,
    SettingNotKept {
        name: String,
        value: String,
    },
    SettingDiffers {
        name: String,
        source: String,
        target: String,
    },
    /// Whoever copies may not look at the settings of one side.
    SettingsHidden {
        at_source: bool,
    },
    /// Keys go to other partitions from now on.
    MorePartitions {
        source: usize,
        target: usize,
    },
    /// Records of a transaction that is open, and those behind it, stay until it ends.
    OpenTransaction {
        partition: PartitionId,
        offsets: u64,
    },
}

/// Why a topic cannot be copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the source has no such topic")]
    NoTopic,
    #[error("it belongs to the cluster itself")]
    Internal,
    #[error("source and target are the same topic")]
    SameTopic,
    #[error("it has {records} records at the target already; resume the copy that brought them, or append")]
    HasRecords { records: u64 },
    #[error("it was copied before, up to {records} records; resume that copy")]
    CopiedBefore { records: u64 },
    #[error("partition {partition} has records at the target, and nothing is known there of a copy that brought them")]
    NoMark { partition: PartitionId },
    #[error("a copy was begun with another choice of records or rules; resume with the same, or take another topic")]
    OtherSlice,
    #[error("the topic was made anew since the copy began; delete it at the target and begin again")]
    OtherTopic,
    #[error("the target does not make it: {why}")]
    NotMade { why: String },
}

/// Replicas for a topic that is made in a cluster of so many brokers.
pub fn replicas_for(brokers: usize) -> i16 {
    i16::try_from(brokers.clamp(1, REPLICAS_WANTED)).unwrap_or(1)
}

/// Settings that the source's topic has of its own.
pub fn own_settings(topic: &SourceTopic) -> impl Iterator<Item = (&str, &str)> {
    let own = topic
        .configs
        .iter()
        .flatten()
        .filter(|config| config.source.is_own() && !NOT_COMPARED.contains(&&*config.name));
    own.filter_map(|config| Some((config.name.as_str(), config.value.as_deref()?)))
}

/// What a copy will do.
pub fn plan(facts: &Facts, begin: Begin) -> Plan {
    let topics = facts.topics.iter().map(|pair| plan_topic(facts, pair, begin)).collect();
    Plan { topics, group: facts.group.clone(), groups: facts.groups.clone() }
}

impl Plan {
    /// Topics that cannot be copied, and why.
    pub fn refused(&self) -> impl Iterator<Item = (&TopicPlan, &Refusal)> {
        self.topics.iter().filter_map(|topic| Some((topic, topic.refusal.as_ref()?)))
    }

    /// Offsets of the source that are to be read.
    pub fn offsets(&self) -> u64 {
        self.topics.iter().map(TopicPlan::offsets).sum()
    }
}

impl TopicPlan {
    /// Offsets of the source that are to be read.
    pub fn offsets(&self) -> u64 {
        self.partitions.iter().map(left).sum()
    }
}

fn plan_topic(facts: &Facts, pair: &TopicPair, begin: Begin) -> TopicPlan {
    let mut plan = TopicPlan {
        source: Arc::clone(&pair.source),
        target: Arc::clone(&pair.target),
        source_id: Uuid::nil(),
        make: Make::Nothing,
        partitions: Vec::new(),
        notes: Vec::new(),
        refusal: None,
    };
    let Some(source) = &pair.at_source else {
        plan.refusal = Some(Refusal::NoTopic);
        return plan;
    };
    plan.source_id = source.id;
    plan.partitions = source.partitions.iter().map(|p| partition(p, pair, begin)).collect();
    plan.refusal = refusal(facts, pair, source, begin);
    match &pair.at_target {
        None => make(&mut plan, facts, pair, source),
        Some(target) => beside(&mut plan, source, target, begin),
    }
    note_losses(&mut plan, source);
    plan
}

fn partition(p: &SourcePartition, pair: &TopicPair, begin: Begin) -> PartitionPlan {
    let mark = match (&pair.at_target, begin) {
        (Some(target), Begin::Resume) => target.mark(p.id).cloned(),
        _ => None,
    };
    PartitionPlan { id: p.id, from: p.from, to: p.stable.max(p.from), mark }
}

fn refusal(facts: &Facts, pair: &TopicPair, source: &SourceTopic, begin: Begin) -> Option<Refusal> {
    if source.internal {
        return Some(Refusal::Internal);
    }
    if facts.same_cluster && pair.source == pair.target {
        return Some(Refusal::SameTopic);
    }
    if let Some(why) = &pair.create_refused {
        return Some(Refusal::NotMade { why: why.clone() });
    }
    let target = pair.at_target.as_ref()?;
    let marks = || target.partitions.iter().filter_map(|(.., mark)| mark.as_ref());
    let records: u64 = target.partitions.iter().map(|(_, start, end, _)| (end - start).unsigned_abs()).sum();
    match begin {
        Begin::New if marks().any(|mark| mark.target_topic == target.id) => {
            Some(Refusal::CopiedBefore { records: marks().map(brought).sum() })
        }
        Begin::New if records > 0 => Some(Refusal::HasRecords { records }),
        Begin::New | Begin::Append => None,
        Begin::Resume if marks().any(|mark| mark.target_topic != target.id || mark.source_topic != source.id) => {
            Some(Refusal::OtherTopic)
        }
        Begin::Resume if marks().any(|mark| mark.slice != facts.slice) => Some(Refusal::OtherSlice),
        Begin::Resume => {
            // Before anything is sent to a partition it has a mark: records without one are somebody else's, or the mark
            // was forgotten with the offsets of a group that nobody uses (offsets.retention.minutes).
            let foreign = target.partitions.iter().find(|(.., end, mark)| *end > 0 && mark.is_none());
            foreign.map(|(partition, ..)| Refusal::NoMark { partition: *partition })
        }
    }
}

fn brought(mark: &Mark) -> u64 {
    (mark.at - mark.began.1).unsigned_abs()
}

fn make(plan: &mut TopicPlan, facts: &Facts, pair: &TopicPair, source: &SourceTopic) {
    let replicas = replicas_for(facts.brokers);
    let mut topic = NewTopic::new(&*pair.target, i32::try_from(source.partitions.len()).unwrap_or(i32::MAX));
    for (name, value) in own_settings(source) {
        // With fewer replicas than must be in sync nothing could be stored.
        let too_many = name == "min.insync.replicas" && value.parse::<i16>().is_ok_and(|wanted| wanted > replicas);
        if too_many || pair.settings_refused.iter().any(|refused| refused == name) {
            plan.notes.push(PlanNote::SettingNotKept { name: name.to_owned(), value: value.to_owned() });
        } else {
            topic = topic.with_config(name, value);
        }
    }
    if topic.configs.iter().any(|(name, value)| name == "message.timestamp.type" && value == "LogAppendTime") {
        plan.notes.push(PlanNote::TimestampsReplaced);
    }
    plan.make = Make::Create { topic, replicas: Some(replicas) };
}

fn beside(plan: &mut TopicPlan, source: &SourceTopic, target: &TargetTopic, begin: Begin) {
    let (here, there) = (source.partitions.len(), target.partitions.len());
    if there < here {
        let count = |n| i32::try_from(n).unwrap_or(i32::MAX);
        plan.make = Make::AddPartitions { from: count(there), to: count(here) };
    } else if there > here {
        plan.notes.push(PlanNote::MorePartitions { source: here, target: there });
    }
    differing_settings(plan, source, target);
    let timestamps = target.configs.iter().flatten().find(|config| config.name == "message.timestamp.type");
    if timestamps.is_some_and(|config| config.value.as_deref() == Some("LogAppendTime")) {
        plan.notes.push(PlanNote::TimestampsReplaced);
    }
    let records = target.partitions.iter().map(|(_, start, end, _)| (end - start).unsigned_abs()).sum();
    match begin {
        Begin::Append if records > 0 => plan.notes.push(PlanNote::OffsetsAppended { records }),
        Begin::Resume => {
            let marks = target.partitions.iter().filter_map(|(_, _, end, mark)| Some((end, mark.as_ref()?)));
            let records = marks.map(|(end, mark)| u64::try_from(end - mark.began.1).unwrap_or(0)).sum();
            if records > 0 {
                plan.notes.push(PlanNote::Resumes { records });
            }
        }
        _ => {}
    }
}

fn differing_settings(plan: &mut TopicPlan, source: &SourceTopic, target: &TargetTopic) {
    let (Some(at_source), Some(at_target)) = (&source.configs, &target.configs) else {
        if source.configs.is_some() {
            plan.notes.push(PlanNote::SettingsHidden { at_source: false });
        }
        return;
    };
    let value = |configs: &[ConfigEntry], name: &str| configs.iter().find(|c| c.name == name)?.value.clone();
    let mut names: Vec<&str> = own_settings(source).map(|(name, _)| name).collect();
    let own_there = at_target.iter().filter(|config| config.source.is_own()).map(|config| config.name.as_str());
    names.extend(own_there.filter(|name| !NOT_COMPARED.contains(name)));
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (here, there) = (value(at_source, name), value(at_target, name));
        if here == there {
            continue;
        }
        plan.notes.push(match (here, there) {
            (Some(value), None) => PlanNote::SettingNotKept { name: name.to_owned(), value },
            (here, there) => PlanNote::SettingDiffers {
                name: name.to_owned(),
                source: here.unwrap_or_default(),
                target: there.unwrap_or_default(),
            },
        });
    }
}

fn note_losses(plan: &mut TopicPlan, source: &SourceTopic) {
    let shift = source.partitions.iter().map(|p| p.from).max().unwrap_or(0);
    if shift > 0 && plan.partitions.iter().all(|p| p.mark.is_none()) {
        plan.notes.push(PlanNote::OffsetsShifted { by: shift });
    }
    let compacted = |config: &ConfigEntry| {
        config.name == "cleanup.policy" && config.value.as_ref().is_some_and(|value| value.contains("compact"))
    };
    if source.configs.is_none() {
        plan.notes.push(PlanNote::SettingsHidden { at_source: true });
    }
    if source.configs.iter().flatten().any(compacted) {
        plan.notes.push(PlanNote::OffsetsCompacted);
    }
    for p in source.partitions.iter().filter(|p| p.stable < p.end) {
        let offsets = (p.end - p.stable).unsigned_abs();
        plan.notes.push(PlanNote::OpenTransaction { partition: p.id, offsets });
    }
}

impl TargetTopic {
    fn mark(&self, id: PartitionId) -> Option<&Mark> {
        self.partitions.iter().find(|(partition, ..)| *partition == id).and_then(|(.., mark)| mark.as_ref())
    }
}

impl fmt::Display for PlanNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resumes { records } => write!(f, "goes on; {records} records are there"),
            Self::OffsetsAppended { records } => {
                write!(f, "offsets are not kept: {records} records are there before them")
            }
            Self::OffsetsShifted { by } => {
                write!(f, "offsets are not kept: what is carried begins at offset {by} at the source")
            }
            Self::OffsetsCompacted => f.write_str("offsets are not kept where compaction left holes"),
            Self::TimestampsReplaced => {
                f.write_str("timestamps are not kept: message.timestamp.type=LogAppendTime at the target")
            }
            Self::SettingNotKept { name, value } => write!(f, "{name}={value} is not kept: not possible at the target"),
            Self::SettingDiffers { name, source, target } => {
                write!(f, "{name} is {source:?} at the source and {target:?} at the target, and stays so")
            }
            Self::SettingsHidden { at_source: true } => {
                f.write_str("the topic's settings are not kept: this user may not read them at the source")
            }
            Self::SettingsHidden { at_source: false } => {
                f.write_str("whether settings differ is not known: this user may not read them at the target")
            }
            Self::MorePartitions { source, target } => {
                write!(f, "{source} partitions at the source, {target} at the target: new keys go to other partitions")
            }
            Self::OpenTransaction { partition, offsets } => {
                write!(f, "partition {partition}: {offsets} offsets stay until an open transaction ends; resume then")
            }
        }
    }
}

#[cfg(test)]
mod tests;
