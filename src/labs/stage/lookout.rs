//! What the broker itself says: the logs with their newest records, groups with their members and offsets, rebalances.
//! Asked as a client asks, and through the inspector; never taken from the file, but for what a group will read whose
//! members are not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    log_view::LogView,
    owners::{Owned, Owners},
    queues,
};
use kafka_protocol::ResponseError;

use crate::{
    broker::{Broker, Inspector, RebalanceReason},
    client::{Client, ClientError, FetchOptions, GroupInfo, TopicInfo, records_from},
    labs::{
        file::{From, GroupType, LabFile},
        story::Ledger,
        view::{GroupView, Marker, MemberView, StoryKind, TopicView},
    },
    model::{GroupState, Offset, TopicPartition},
};

/// How long a member of a stable group must be without a partition to be called idle, in milliseconds.
const IDLE_AFTER_MS: i64 = 1_000;

/// Largest batch that is looked into for the time of one message, decompressed, in bytes.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Everything that was seen at the last look.
#[derive(Default, Clone)]
pub struct Sight {
    pub topics: Vec<TopicView>,
    pub groups: Vec<GroupView>,
}

/// Looks at the broker again and again.
pub struct Lookout {
    client: Client,
    inspector: Arc<dyn Inspector>,
    logs: BTreeMap<Arc<str>, Vec<LogView>>,
    owners: Owners,
    rebalances_told: u64,
    share_events_told: u64,
    groups: BTreeMap<Arc<str>, GroupPast>,
    /// Of each partition the offset that was asked for last, and when its message was written.
    times: BTreeMap<TopicPartition, (Offset, i64)>,
}

/// What is remembered of a group.
#[derive(Default)]
struct GroupPast {
    rebalances: u64,
    last_rebalance_ms: Option<i64>,
    lag_max: u64,
    /// Their ids.
    members: BTreeSet<Arc<str>>,
    idle_since: BTreeMap<Arc<str>, i64>,
    idle_told: BTreeSet<Arc<str>>,
    /// (when, lag), the newest some seconds.
    lags: Vec<(i64, u64)>,
}

impl Lookout {
    pub fn new(client: Client, broker: &Broker) -> Self {
        Self {
            client,
            inspector: broker.inspector(),
            logs: BTreeMap::new(),
            owners: Owners::default(),
            rebalances_told: 0,
            share_events_told: 0,
            groups: BTreeMap::new(),
            times: BTreeMap::new(),
        }
    }

    /// Looks, tells the ledger what is new, and settles the story.
    pub async fn look(&mut self, file: &LabFile, ledger: &Ledger) -> Result<Sight, ClientError> {
        self.tell_rebalances(ledger);
        self.share_events_told = queues::tell_events(&*self.inspector, self.share_events_told, ledger);
        let mut topics = Vec::new();
        for info in self.client.topics().await? {
            topics.push(self.topic(&info, file, ledger).await?);
        }
        let listed = self.client.groups().await?;
        let ids: Vec<&str> = listed.iter().map(|group| group.id.as_str()).collect();
        let described = if ids.is_empty() { Vec::new() } else { self.client.describe_groups(&ids).await? };
        let mut groups = Vec::new();
        for (listing, info) in listed.iter().zip(described) {
            let kind = match listing.group_type.as_str() {
                "share" => GroupType::Share,
                "consumer" => GroupType::Consumer,
                _ => GroupType::Classic,
            };
            groups.push(self.group(kind, info, (file, &mut topics), ledger).await?);
        }
        Ok(Sight { topics, groups })
    }

    /// What has happened, for who keeps who owns what.
    pub fn heard(&mut self, event: &crate::labs::view::StoryEvent) {
        self.owners.heard(event);
    }

    fn tell_rebalances(&mut self, ledger: &Ledger) {
        for event in self.inspector.rebalances(self.rebalances_told) {
            self.rebalances_told = event.number;
            let past = self.groups.entry(Arc::clone(&event.group)).or_default();
            past.rebalances += 1;
            past.last_rebalance_ms = Some(event.duration_millis);
            let at = ledger.in_story(event.at);
            if let RebalanceReason::MemberExpired { member } = &event.reason
                && let Some(actor) = ledger.actor_of_member(member)
            {
                ledger.tell_at(at, StoryKind::Expired { actor, group: Arc::clone(&event.group) });
            }
            let members = u32::try_from(event.members.len()).unwrap_or(u32::MAX);
            let (group, generation, took_ms) = (event.group, event.generation, event.duration_millis);
            ledger.tell_at(at, StoryKind::Rebalanced { group, generation, members, took_ms });
        }
    }

    async fn topic(&mut self, info: &TopicInfo, file: &LabFile, ledger: &Ledger) -> Result<TopicView, ClientError> {
        let spec = file.topic(&info.name);
        let name = Arc::clone(&info.name);
        let compacted =
            spec.is_some_and(|spec| spec.config.get("cleanup.policy").is_some_and(|policy| policy.contains("compact")));
        let logs = self.logs.entry(Arc::clone(&name)).or_default();
        for partition in info.partitions.iter().skip(logs.len()) {
            logs.push(LogView::new(TopicPartition::new(Arc::clone(&name), partition.id)));
        }
        let mut partitions = Vec::new();
        for (log, partition) in logs.iter_mut().zip(&info.partitions) {
            let deleted = log.look(&self.client, compacted).await?;
            if let Some((before, records)) = deleted {
                let (topic, partition) = (Arc::clone(&name), partition.id);
                ledger.tell(StoryKind::Deleted { topic, partition, before, records });
            }
            partitions.push(log.view(partition.leader.unwrap_or(-1)));
        }
        let config = spec.map(|spec| spec.config.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into())).collect());
        Ok(TopicView {
            name,
            lane: spec.and_then(|spec| spec.lane.as_deref().map(Into::into)),
            partitions,
            config: config.unwrap_or_default(),
            is_queue: false,
        })
    }

    async fn group(
        &mut self,
        kind: GroupType,
        info: GroupInfo,
        (file, topics): (&LabFile, &mut [TopicView]),
        ledger: &Ledger,
    ) -> Result<GroupView, ClientError> {
        let id: Arc<str> = info.id.as_str().into();
        let now = ledger.now_ms();
        let members: Vec<MemberView> = info
            .members
            .iter()
            .map(|member| MemberView {
                actor: member.client_id.as_str().into(),
                member_id: member.id.as_str().into(),
                owns: member.assignment.iter().map(|tp| (Arc::clone(&tp.topic), tp.partition)).collect(),
            })
            .collect();
        let read: BTreeSet<Arc<str>> = info.members.iter().flat_map(|member| member.topics.iter().cloned()).collect();
        let committed: BTreeMap<TopicPartition, Offset> = match kind {
            // A queue has no offsets: it knows of each record.
            GroupType::Share => BTreeMap::new(),
            _ => self.client.committed(&info.id).await?.into_iter().map(|(tp, at)| (tp, at.offset)).collect(),
        };
        let mut names: BTreeSet<Arc<str>> = committed.keys().map(|tp| Arc::clone(&tp.topic)).collect();
        names.extend(read);
        if members.is_empty() {
            names.extend(read_from_the_beginning(file, &info.id).map(Into::into));
        }
        let (mut lag, mut lag_ms) = (0, 0);
        let reads = |topic: &&mut TopicView| kind != GroupType::Share && names.contains(&topic.name);
        for topic in topics.iter_mut().filter(reads) {
            for partition in &mut topic.partitions {
                let tp = TopicPartition::new(Arc::clone(&topic.name), partition.id);
                let at = committed.get(&tp).copied();
                let position = members.iter().find_map(|member| ledger.position(&member.actor, &tp));
                let behind = (partition.high_watermark - at.unwrap_or(0).max(partition.start)).max(0).unsigned_abs();
                lag += behind;
                if behind > 0 {
                    let oldest = at.unwrap_or(0).max(partition.start);
                    let since = match partition.cells.binary_search_by_key(&oldest, |cell| cell.offset) {
                        Ok(at) => ledger.in_story(partition.cells[at].timestamp),
                        Err(_) => self.time_of(&tp, oldest).await?.map_or(now, |time| ledger.in_story(time)),
                    };
                    lag_ms = lag_ms.max(now - since);
                }
                let group = Arc::clone(&id);
                partition.markers.push(Marker { group, committed: at, position, lag: at.map(|_| behind) });
            }
        }
        if info.state == GroupState::Stable && kind != GroupType::Share {
            self.tell_idle(&id, &members, ledger);
        }
        let there: BTreeSet<Arc<str>> = members.iter().map(|member| Arc::clone(&member.member_id)).collect();
        let past = self.groups.entry(Arc::clone(&id)).or_default();
        if !there.is_subset(&past.members) {
            self.owners.member_came(&id, now);
        }
        past.members = there;
        let Owned { stood_still_ms, put_down, spans: owned } = self.owners.of(&id, now);
        let mut view = GroupView {
            caught_up_in_ms: None,
            rebalances: 0,
            last_rebalance_ms: None,
            lag_max: 0,
            kind,
            state: info.state,
            topics: names.into_iter().collect(),
            members,
            lag,
            committed: committed.values().sum(),
            lag_ms,
            stood_still_ms,
            put_down,
            owned,
            acquired: 0,
            acknowledged: 0,
            archived: 0,
            redelivered: 0,
            deletes: false,
            id,
        };
        if kind == GroupType::Share {
            queues::add(&self.inspector.share_partitions(&info.id), &mut view, topics, ledger);
        }
        let past = self.groups.entry(Arc::clone(&view.id)).or_default();
        past.lag_max = past.lag_max.max(view.lag);
        view.lag_max = past.lag_max;
        view.caught_up_in_ms = past.caught_up_in_ms(now, view.lag);
        (view.rebalances, view.last_rebalance_ms) = (past.rebalances, past.last_rebalance_ms);
        Ok(view)
    }

    /// When the message was written that lies at an offset, or the first after it.
    async fn time_of(&mut self, tp: &TopicPartition, offset: Offset) -> Result<Option<i64>, ClientError> {
        if let Some((_, time)) = self.times.get(tp).filter(|(known, _)| *known == offset) {
            return Ok(Some(*time));
        }
        let options = FetchOptions { min_bytes: 0, max_bytes: 1, ..FetchOptions::default() };
        let fetched = match self.client.fetch(tp, offset, options).await {
            Ok(fetched) => fetched,
            // Deleted since the log was looked at: the next look sees where it begins.
            Err(error) if error.code() == Some(ResponseError::OffsetOutOfRange) => return Ok(None),
            Err(error) => return Err(error),
        };
        let first = records_from(tp, &fetched.batches, offset, BATCH_BYTES_MAX)?.first().map(|record| record.timestamp);
        if let Some(time) = first {
            self.times.insert(tp.clone(), (offset, time));
        }
        Ok(first)
    }

    fn tell_idle(&mut self, group: &Arc<str>, members: &[MemberView], ledger: &Ledger) {
        let now = ledger.now_ms();
        let past = self.groups.entry(Arc::clone(group)).or_default();
        past.idle_since.retain(|actor, _| members.iter().any(|m| m.actor == *actor && m.owns.is_empty()));
        past.idle_told.retain(|actor| past.idle_since.contains_key(actor));
        for member in members.iter().filter(|member| member.owns.is_empty()) {
            let since = *past.idle_since.entry(Arc::clone(&member.actor)).or_insert(now);
            if now - since >= IDLE_AFTER_MS && past.idle_told.insert(Arc::clone(&member.actor)) {
                let (actor, group) = (Arc::clone(&member.actor), Arc::clone(group));
                ledger.tell(StoryKind::Idle { actor, group });
            }
        }
    }
}

/// What members of a group read that begin with the oldest message: all of it waits for them, whether or not they are there.
pub fn read_from_the_beginning<'a>(file: &'a LabFile, group: &str) -> impl Iterator<Item = &'a str> {
    let members = file.actors.iter().filter(move |spec| spec.group.as_deref() == Some(group));
    let members = members.filter(|spec| spec.from == From::Earliest);
    members.flat_map(|spec| spec.topics.iter().map(String::as_str))
}

/// From how far back the pace of a lag is measured, in milliseconds.
const PACE_MS: i64 = 5_000;

impl GroupPast {
    /// When the lag is gone, at the pace of the last seconds.
    fn caught_up_in_ms(&mut self, now: i64, lag: u64) -> Option<i64> {
        self.lags.retain(|(at, _)| now - at <= PACE_MS);
        if self.lags.last().is_none_or(|(at, _)| *at < now) {
            self.lags.push((now, lag));
        }
        let (since, before) = *self.lags.first()?;
        if lag == 0 {
            return Some(0);
        }
        let (took, shrunk) = (now - since, before.saturating_sub(lag));
        (took > 0 && shrunk > 0).then(|| (lag as f64 * took as f64 / shrunk as f64) as i64)
    }
}
