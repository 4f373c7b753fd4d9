//! What the sampler remembers of groups between its looks.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    asking::NodeGroups,
    queues::QueueWatch,
    topics::{TopicsWatch, old_of_node},
    unread::Unread,
    window::Window,
};
use crate::{
    broker::{RebalanceEvent, ShareEvent},
    client::{ClientError, CommittedOffset, GroupInfo, GroupListing},
    model::{GroupKind, GroupState, Lag, Offset, TimestampMillis, TopicPartition},
    session::{
        GroupFacts, GroupPartitionFacts, MemberFacts, Old, Phrase, Problem, RateHistory,
        lag_history::{Seen, SeriesKey},
    },
};

/// Trends of lag and of commits are means over this long: consumers commit every few seconds.
const TREND_SPAN_MILLIS: i64 = 30_000;
/// Rebalances remembered a group.
const REBALANCES_KEPT_MAX: usize = 200;

/// All groups as last seen.
#[derive(Default)]
pub(super) struct GroupsWatch {
    groups: BTreeMap<Arc<str>, GroupWatch>,
    /// Of this look: the nodes that told, and the groups that they told of.
    told: HashSet<i32>,
    seen: HashSet<Arc<str>>,
    /// Of this look: why a node refused to tell.
    refused: Option<ClientError>,
    /// Nodes that do not answer, and why.
    silent: HashMap<i32, Arc<Old>>,
    /// All that there were have been told of once: from then on what nobody tells of is old, not unknown.
    knew_all: bool,
    /// Why there may be groups that are not known.
    untold: Option<Arc<Problem>>,
    rebalances_after: u64,
    share_events_after: u64,
}

struct GroupWatch {
    facts: GroupFacts,
    /// The node that coordinates it.
    node: i32,
    committed: BTreeMap<TopicPartition, CommittedOffset>,
    asked_commits: bool,
    /// Of a share group: how its records stand.
    queue: QueueWatch,
    lag: Window,
    commits: Window,
    consumption: BTreeMap<Arc<str>, (Arc<RateHistory>, Window)>,
}

impl GroupsWatch {
    /// A look begins.
    pub(super) fn begin(&mut self) {
        self.told.clear();
        self.seen.clear();
        self.refused = None;
    }

    /// Groups without members whose commits are known.
    pub(super) fn resting(&self) -> HashSet<Arc<str>> {
        let rests = |watch: &&GroupWatch| watch.asked_commits && watch.facts.members.is_empty();
        self.groups.values().filter(rests).map(|watch| Arc::clone(&watch.facts.id)).collect()
    }

    /// Takes in what the node told of its groups.
    pub(super) fn take(&mut self, node: i32, news: NodeGroups) {
        self.told.insert(node);
        for listing in &news.listings {
            self.take_listing(node, listing);
        }
        for info in news.infos.into_iter().filter(|info| info.error.is_none()) {
            if let Some(watch) = self.groups.get_mut(info.id.as_str()) {
                watch.take_info(info);
            }
        }
        for (id, seen) in news.queues {
            if let Some(watch) = self.groups.get_mut(&id) {
                watch.queue.take(seen);
                watch.asked_commits = true;
            }
        }
        for (id, offsets) in news.committed {
            if let Some(watch) = self.groups.get_mut(&id) {
                watch.committed = offsets;
                watch.asked_commits = true;
            }
        }
    }

    /// A node did not tell. What it says with an error of Kafka's is told to all of who looks.
    pub(super) fn note_failed(&mut self, error: ClientError) -> ClientError {
        if error.code().is_some() {
            self.refused = Some(error.clone());
        }
        error
    }

    /// A node does not answer any more, which makes old what it coordinates, or does again.
    pub(super) fn note_node(&mut self, node: i32, failed: Option<&ClientError>, since: TimestampMillis) {
        let old = failed.map(|error| old_of_node(node, error, since));
        match &old {
            Some(old) => _ = self.silent.insert(node, Arc::clone(old)),
            None => _ = self.silent.remove(&node),
        }
        for watch in self.groups.values_mut().filter(|watch| watch.node == node) {
            match &old {
                // What was old before is so since then.
                Some(old) => _ = watch.facts.old.get_or_insert_with(|| Arc::clone(old)),
                None => watch.facts.old = None,
            }
        }
    }

    /// All have told that will: what nobody tells of any more is gone, unless it is one of those that did not tell. A group
    /// whose coordinator is gone without another in its place is told of by nobody, and is as it was.
    ///
    /// # Errors
    /// When a node refused to tell.
    pub(super) fn end(&mut self, nodes: &[i32], topics: &TopicsWatch, at: TimestampMillis) -> Result<(), ClientError> {
        let (told, seen) = (&self.told, &self.seen);
        let all_told = nodes.iter().all(|node| told.contains(node));
        self.groups.retain(|id, watch| {
            if seen.contains(id) {
                return true;
            }
            match topics.offsets_of_group(id) {
                Some((tp, None)) => {
                    watch.facts.old.get_or_insert_with(|| nobody_coordinates(&tp, at));
                    true
                }
                Some((_, Some(coordinator))) => !told.contains(&coordinator),
                None => !(told.contains(&watch.node) || all_told),
            }
        });
        let leaderless = topics.offsets_without_leader();
        self.knew_all |= all_told && leaderless.is_none();
        let silent = nodes.iter().find_map(|node| self.silent.get(node)).filter(|_| !self.knew_all);
        let nobody = leaderless.filter(|_| !self.knew_all).map(|tp| nobody_coordinates(&tp, at));
        self.untold = silent.or(nobody.as_ref()).map(|old| Arc::new(old.problem.clone()));
        self.refused.take().map_or(Ok(()), Err)
    }

    /// Why there may be groups that are not known: who coordinates them has not told since the window is open.
    pub(super) fn untold(&self) -> Option<Arc<Problem>> {
        self.untold.clone()
    }

    /// Adds rebalances that ended since the last look.
    pub(super) fn take_rebalances(&mut self, events: Vec<RebalanceEvent>) {
        for event in events {
            self.rebalances_after = self.rebalances_after.max(event.number);
            let Some(watch) = self.groups.get_mut(&event.group) else { continue };
            watch.facts.generation = Some(event.generation);
            let mut list = watch.facts.rebalances.to_vec();
            list.push(event);
            let extra = list.len().saturating_sub(REBALANCES_KEPT_MAX);
            watch.facts.rebalances = list.split_off(extra).into();
        }
    }

    /// Counts what became of records of queues since the last look.
    pub(super) fn take_share_events(&mut self, events: &[ShareEvent]) {
        for event in events {
            self.share_events_after = self.share_events_after.max(event.number);
            if let Some(watch) = self.groups.get_mut(&event.group) {
                watch.queue.note(event);
            }
        }
    }

    /// Events of queues up to this number are known.
    pub(super) fn share_events_after(&self) -> u64 {
        self.share_events_after
    }

    /// Rebalances up to this number are known.
    pub(super) fn rebalances_after(&self) -> u64 {
        self.rebalances_after
    }

    /// Works lag, time behind and trends out from the commits and the topics' ends.
    pub(super) fn derive(&mut self, at: TimestampMillis, topics: &TopicsWatch, unread: &mut Unread) {
        for watch in self.groups.values_mut() {
            watch.derive(at, topics, unread);
        }
    }

    /// Names the first unread records whose time will be asked for, so that they can be looked up before.
    pub(super) fn want_unread(&self, topics: &TopicsWatch, unread: &mut Unread) {
        for watch in self.groups.values() {
            for (tp, stored) in watch.read_upto() {
                if let Some(offset) = first_unread(Some(stored), topics.bounds(tp)) {
                    unread.timestamp(&watch.facts.id, tp, offset, topics);
                }
            }
        }
    }

    /// True while any group has members.
    pub(super) fn any_active(&self) -> bool {
        self.groups.values().any(|watch| !watch.facts.members.is_empty())
    }

    /// The facts, by id.
    pub(super) fn facts(&self) -> Arc<[GroupFacts]> {
        self.groups.values().map(|watch| watch.facts.clone()).collect()
    }

    /// The topics that groups read.
    pub(super) fn topics(&self) -> HashSet<Arc<str>> {
        self.groups.values().flat_map(|watch| watch.facts.topics.iter().cloned()).collect()
    }

    /// Groups of each topic and the worst lag among them.
    pub(super) fn lags(&self) -> HashMap<Arc<str>, (u32, Lag)> {
        let mut lags: HashMap<Arc<str>, (u32, Lag)> = HashMap::new();
        for watch in self.groups.values() {
            for topic in watch.facts.topics.iter() {
                let entry = lags.entry(Arc::clone(topic)).or_insert((0, Lag::Unknown));
                entry.0 += 1;
                // `Unknown` sorts below every number, so the greatest is the worst that is known.
                entry.1 = entry.1.max(watch.facts.lag_on(topic));
            }
        }
        lags
    }

    /// What goes into the lag history.
    pub(super) fn seen(&self) -> Vec<(SeriesKey, Seen)> {
        let partitions = self.groups.values().flat_map(|watch| {
            watch.facts.partitions.iter().map(|p| {
                let key = SeriesKey {
                    group: Arc::clone(&watch.facts.id),
                    topic: Arc::clone(&p.tp.topic),
                    partition: p.tp.partition,
                };
                let seen = Seen {
                    committed: p.committed,
                    end: p.end,
                    lag: p.lag.records(),
                    first_unread_at: p.first_unread_at,
                };
                (key, seen)
            })
        });
        partitions.collect()
    }

    fn take_listing(&mut self, node: i32, listing: &GroupListing) {
        let id: Arc<str> = listing.id.as_str().into();
        let watch = self.groups.entry(Arc::clone(&id)).or_insert_with(|| GroupWatch::new(Arc::clone(&id), node));
        (watch.node, watch.facts.old) = (node, None);
        watch.facts.state = listing.state;
        watch.facts.kind = GroupKind::from_wire(&listing.group_type).unwrap_or_default();
        watch.facts.protocol_type.clone_from(&listing.protocol_type);
        self.seen.insert(id);
    }
}

impl GroupWatch {
    fn new(id: Arc<str>, node: i32) -> Self {
        let facts = GroupFacts {
            id,
            kind: GroupKind::default(),
            state: GroupState::Unknown,
            protocol_type: String::new(),
            protocol: String::new(),
            generation: None,
            epochs: None,
            members: Arc::new([]),
            partitions: Arc::new([]),
            topics: Arc::new([]),
            lag: Lag::Unknown,
            lag_per_second: None,
            commit_per_second: None,
            behind_millis: None,
            consumption: Arc::new([]),
            rebalances: Arc::new([]),
            queue: None,
            old: None,
        };
        Self {
            facts,
            node,
            committed: BTreeMap::new(),
            asked_commits: false,
            queue: QueueWatch::default(),
            lag: Window::new(TREND_SPAN_MILLIS),
            commits: Window::new(TREND_SPAN_MILLIS),
            consumption: BTreeMap::new(),
        }
    }

    fn take_info(&mut self, info: GroupInfo) {
        self.facts.state = info.state;
        self.facts.protocol_type = info.protocol_type;
        self.facts.protocol = info.protocol;
        self.facts.epochs = info.epochs;
        let mut members: Vec<MemberFacts> = info
            .members
            .into_iter()
            .map(|member| MemberFacts {
                id: member.id,
                client_id: member.client_id,
                host: member.host,
                instance_id: member.instance_id,
                assignment: member.assignment,
                target: member.target,
            })
            .collect();
        members.sort_by(|a, b| (&a.client_id, &a.id).cmp(&(&b.client_id, &b.id)));
        self.facts.members = members.into();
    }

    /// The first offset of each partition that is not read: committed, or the start of a queue.
    fn read_upto(&self) -> impl Iterator<Item = (&TopicPartition, Offset)> {
        let committed = self.committed.iter().map(|(tp, stored)| (tp, stored.offset));
        committed.chain(self.queue.starts())
    }

    fn derive(&mut self, at: TimestampMillis, topics: &TopicsWatch, unread: &mut Unread) {
        let mut owners: BTreeMap<TopicPartition, Option<usize>> =
            self.read_upto().map(|(tp, _)| (tp.clone(), None)).collect();
        let is_queue = self.facts.is_queue();
        for (index, member) in self.facts.members.iter().enumerate() {
            let owner = (!is_queue).then_some(index);
            owners.extend(member.assignment.iter().map(|tp| (tp.clone(), owner)));
        }
        let partitions: Vec<GroupPartitionFacts> =
            owners.into_iter().map(|(tp, owner)| self.partition(at, tp, owner, topics, unread)).collect();
        let mut names: Vec<Arc<str>> = partitions.iter().map(|p| Arc::clone(&p.tp.topic)).collect();
        names.dedup();
        self.facts.lag = partitions.iter().map(|p| p.lag).sum();
        self.facts.queue = self.queue.counts();
        self.facts.behind_millis = partitions.iter().filter_map(|p| p.behind_millis).max();
        self.facts.topics = names.into();
        self.facts.partitions = partitions.into();
        self.note_trends(at);
    }

    fn partition(
        &self,
        at: TimestampMillis,
        tp: TopicPartition,
        owner: Option<usize>,
        topics: &TopicsWatch,
        unread: &mut Unread,
    ) -> GroupPartitionFacts {
        let stored = self.committed.get(&tp);
        let committed = self.queue.start(&tp).or(stored.map(|c| c.offset)).filter(|offset| *offset >= 0);
        let (start, end) = topics.bounds(&tp);
        let lag = match (start, end) {
            _ if self.facts.is_queue() => self.queue.backlog(&tp),
            (Some(start), Some(end)) => Lag::between(committed, start, end),
            _ => Lag::Unknown,
        };
        let first_unread = first_unread(committed, (start, end));
        let first_unread_at = first_unread.and_then(|offset| unread.timestamp(&self.facts.id, &tp, offset, topics));
        let behind_millis = match lag {
            Lag::Records(0) => Some(0),
            _ => first_unread_at.map(|first| (at - first).max(0)),
        };
        let metadata = stored.map(|c| c.metadata.clone()).unwrap_or_default();
        let queue = self.queue.partition(&tp);
        GroupPartitionFacts { tp, committed, start, end, lag, behind_millis, first_unread_at, owner, metadata, queue }
    }

    fn note_trends(&mut self, at: TimestampMillis) {
        match self.facts.lag {
            Lag::Records(lag) => {
                self.lag.look(at, i64::try_from(lag).unwrap_or(i64::MAX));
            }
            Lag::Unknown => self.lag.forget(),
        }
        let mut sums: BTreeMap<Arc<str>, i64> = BTreeMap::new();
        for partition in self.facts.partitions.iter() {
            // What a queue finished may lie beyond its start: one slow record holds that back.
            let finished = partition.queue.map(|q| q.counts.finished + q.counts.archived);
            let finished = finished.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
            *sums.entry(Arc::clone(&partition.tp.topic)).or_default() += finished.or(partition.committed).unwrap_or(0);
        }
        self.consumption.retain(|topic, _| sums.contains_key(topic));
        self.commits.look(at, sums.values().sum());
        for (topic, sum) in sums {
            let entry = self.consumption.entry(topic);
            let (history, window) = entry.or_insert_with(|| (Arc::default(), Window::new(TREND_SPAN_MILLIS)));
            if let Some((amount, millis)) = window.look(at, sum) {
                history.note(at, millis, amount.max(0) as f64);
            }
        }
        self.facts.lag_per_second = self.lag.per_second();
        self.facts.commit_per_second = self.commits.per_second().map(|rate| rate.max(0.0));
        if self.facts.consumption.len() != self.consumption.len()
            || self.facts.consumption.iter().any(|(topic, _)| !self.consumption.contains_key(topic))
        {
            let pairs = self.consumption.iter().map(|(topic, (history, _))| (Arc::clone(topic), Arc::clone(history)));
            self.facts.consumption = pairs.collect();
        }
    }
}

/// The first record that is not read; `None` when all are, or when it is not known.
fn first_unread(committed: Option<Offset>, bounds: (Option<Offset>, Option<Offset>)) -> Option<Offset> {
    let (start, end) = (bounds.0?, bounds.1?);
    let first = committed.filter(|offset| *offset >= 0)?.max(start);
    (first < end).then_some(first)
}

fn nobody_coordinates(tp: &TopicPartition, since: TimestampMillis) -> Arc<Old> {
    let why = Phrase::new("old-no-coordinator-why").with("partition", tp.to_string());
    let what = Phrase::new("old-no-coordinator");
    Arc::new(Old { since, problem: Problem { what, why, next: None, technical: None } })
}

#[cfg(test)]
mod tests {
    use super::{super::topics::GROUP_OFFSETS_TOPIC, *};
    use crate::client::{PartitionInfo, TopicInfo};

    /// Of one partition, so that the group's is known without arithmetic.
    fn offsets_led_by(topics: &mut TopicsWatch, leader: Option<i32>, epoch: i32) {
        let (replicas, isr, offline) = ([3].into(), [3].into(), [].into());
        let partition = PartitionInfo { id: 0, leader, leader_epoch: epoch, replicas, isr, offline };
        let (name, id) = (GROUP_OFFSETS_TOPIC.into(), uuid::Uuid::nil());
        topics.take_list(vec![TopicInfo { name, id, internal: true, partitions: vec![partition], error: None }], 0);
    }

    fn told(groups: &mut GroupsWatch, node: i32, ids: &[&str]) {
        let (state, protocol_type, group_type) = (GroupState::Empty, String::new(), String::new());
        let listing = |id: &&str| GroupListing {
            id: (*id).to_owned(),
            state,
            protocol_type: protocol_type.clone(),
            group_type: group_type.clone(),
        };
        groups.take(node, NodeGroups { listings: ids.iter().map(listing).collect(), ..NodeGroups::default() });
    }

    #[test]
    fn a_group_that_nobody_coordinates_stays_as_it_was() {
        let (mut groups, mut topics) = (GroupsWatch::default(), TopicsWatch::default());
        offsets_led_by(&mut topics, Some(3), 0);
        groups.begin();
        told(&mut groups, 3, &["billing"]);
        groups.end(&[1, 3], &topics, 10).unwrap();
        assert!(groups.facts()[0].old.is_none());
        // Broker 3 goes, and nobody has a copy of what it knew.
        offsets_led_by(&mut topics, None, 1);
        groups.begin();
        told(&mut groups, 1, &[]);
        groups.end(&[1], &topics, 20).unwrap();
        assert_eq!(groups.facts()[0].old.as_ref().map(|old| old.since), Some(20));
        // It comes back, and the group was deleted, or lost with its disk.
        offsets_led_by(&mut topics, Some(3), 2);
        groups.begin();
        told(&mut groups, 1, &[]);
        groups.end(&[1, 3], &topics, 30).unwrap();
        assert_eq!(groups.facts().len(), 1, "its coordinator has not told yet");
        assert_eq!(groups.untold(), None, "whatever is silent, it was told of");
        groups.begin();
        told(&mut groups, 3, &[]);
        groups.end(&[1, 3], &topics, 40).unwrap();
        assert!(groups.facts().is_empty());
    }

    #[test]
    fn groups_of_which_nobody_could_tell_yet_may_be_missing() {
        let (mut groups, mut topics) = (GroupsWatch::default(), TopicsWatch::default());
        let mut look = |groups: &mut GroupsWatch, nodes: &[i32], leader: Option<i32>| {
            offsets_led_by(&mut topics, leader, 0);
            groups.begin();
            nodes.iter().filter(|node| **node != 3).for_each(|node| told(groups, *node, &["billing"]));
            groups.end(nodes, &topics, 10).unwrap();
            groups.untold().map(|problem| problem.what.id.clone())
        };
        let silence = ClientError::TimedOut { asked: "look at broker 3".to_owned(), millis: 1 };
        groups.note_node(3, Some(&silence), 10);
        assert_eq!(look(&mut groups, &[1, 3], Some(3)).as_deref(), Some("old-broker"));
        assert_eq!(look(&mut groups, &[1], None).as_deref(), Some("old-no-coordinator"), "and it is out of the list");
        assert_eq!(look(&mut groups, &[1], Some(1)), None);
        assert_eq!(look(&mut groups, &[1, 3], Some(3)), None, "all that there were have been told of");
    }
}
