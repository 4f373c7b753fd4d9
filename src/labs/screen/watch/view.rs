//! The picture's plain data made from what the session knows of a topic: programs that write at the left, members of
//! groups at the right, what moved since the last look as dots on their way.

use std::{collections::HashMap, sync::Arc, time::Instant};

use crate::{
    labs::{
        file::{GroupProtocol, GroupType, Text},
        view::{
            ActorState, ActorView, ActorViewKind, Cell, CellState, GroupView, Marker, MemberView, PartitionView, Place,
            StageView, TopicView, Travel, TravelKind,
        },
    },
    model::{Offset, PartitionId, ShareRecordState},
    session::{
        GroupFacts,
        watch::{SharePartitionView, WatchedPartition, WatchedTopic},
    },
    ui::Ctx,
};

/// How long a dot is on its way, in milliseconds.
const TRAVEL_MILLIS: i64 = 700;
/// Dots that one look sends off, for each way.
const DOTS_A_LOOK_MAX: Offset = 4;
/// Dots under way at once.
const DOTS_MAX: usize = 60;
/// Actors on each side of the picture; more would not be readable.
const ACTORS_MAX: usize = 12;
/// Characters of a key that stand in a cell.
const LABEL_CHARS_MAX: usize = 6;

/// What has moved: kept between looks.
pub(super) struct Flow {
    began: Instant,
    ends: HashMap<PartitionId, Offset>,
    committed: HashMap<(Arc<str>, PartitionId), Offset>,
    travels: Vec<Travel>,
}

impl Default for Flow {
    fn default() -> Self {
        Self { began: Instant::now(), ends: HashMap::new(), committed: HashMap::new(), travels: Vec::new() }
    }
}

impl Flow {
    /// The topic as the picture wants it.
    pub(super) fn view(&mut self, ctx: &Ctx<'_>, topic: &str, watched: &WatchedTopic) -> StageView {
        let now_ms = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        // Locks end by the wall clock; the picture counts from its own beginning.
        let epoch_ms = ctx.now - now_ms;
        let mut actors = writers(ctx, topic);
        let mut groups = Vec::new();
        for group in ctx.facts.groups_of(topic) {
            groups.push(members(group, topic, &mut actors));
        }
        let partitions = watched.partitions.iter().map(|part| partition(ctx, topic, part, watched, epoch_ms)).collect();
        let name: Arc<str> = topic.into();
        let is_queue = groups.iter().any(|group| group.kind == GroupType::Share);
        let shown = TopicView { name, lane: None, partitions, config: Vec::new(), is_queue };
        self.move_on(now_ms, topic, &shown, &actors);
        StageView {
            now_ms,
            epoch_ms,
            actors,
            topics: vec![shown],
            groups,
            travels: self.travels.clone(),
            ..StageView::default()
        }
    }

    /// Sends dots off for what is new since the last look.
    fn move_on(&mut self, now: i64, topic: &str, shown: &TopicView, actors: &[ActorView]) {
        self.travels.retain(|travel| travel.arrives_ms > now);
        let writer = actors.iter().find(|actor| actor.kind == ActorViewKind::Producer);
        for part in &shown.partitions {
            let place = Place::Partition { topic: topic.into(), partition: part.id };
            let before = self.ends.insert(part.id, part.end).unwrap_or(part.end);
            if let Some(writer) = writer {
                let from = Place::Actor(Arc::clone(&writer.id));
                self.send(now, from, &place, before, part.end, TravelKind::Produce);
            }
            for marker in &part.markers {
                let Some(to) = marker.committed else { continue };
                let key = (Arc::clone(&marker.group), part.id);
                let before = self.committed.insert(key, to).unwrap_or(to);
                let reader = actors.iter().find(|actor| reads(actor, &marker.group, topic, part.id));
                if let Some(reader) = reader {
                    let end = Place::Actor(Arc::clone(&reader.id));
                    self.send_to(now, &place, end, before, to);
                }
            }
        }
    }

    fn send(&mut self, now: i64, from: Place, to: &Place, first: Offset, end: Offset, kind: TravelKind) {
        for (nth, offset) in (first.max(end - DOTS_A_LOOK_MAX)..end).enumerate() {
            if self.travels.len() >= DOTS_MAX {
                return;
            }
            let started_ms = now + nth as i64 * 90;
            self.travels.push(Travel {
                from: from.clone(),
                to: to.clone(),
                label: offset.to_string().into(),
                started_ms,
                arrives_ms: started_ms + TRAVEL_MILLIS,
                kind,
                count: 1,
            });
        }
    }

    fn send_to(&mut self, now: i64, from: &Place, to: Place, first: Offset, end: Offset) {
        self.send(now, from.clone(), &to, first, end, TravelKind::Deliver);
    }
}

fn reads(actor: &ActorView, group: &str, topic: &str, partition: PartitionId) -> bool {
    let of_group = matches!(&actor.kind, ActorViewKind::Consumer { group: of, .. } if **of == *group);
    of_group && actor.owns.iter().any(|(of, part)| **of == *topic && *part == partition)
}

/// The clients that have produced to the topic.
fn writers(ctx: &Ctx<'_>, topic: &str) -> Vec<ActorView> {
    let clients = ctx.facts.clients.clients.iter();
    let writing = clients.filter(|client| client.writes.iter().any(|name| **name == *topic));
    writing
        .take(ACTORS_MAX)
        .map(|client| {
            let id: Arc<str> = format!("client-{}", client.who.connection).into();
            let name = client.who.client_id.clone();
            actor(id, &name, ActorViewKind::Producer, topic)
        })
        .collect()
}

fn actor(id: Arc<str>, name: &str, kind: ActorViewKind, topic: &str) -> ActorView {
    ActorView {
        id,
        name: Text::same(name),
        kind,
        state: ActorState::Running,
        lane: None,
        topics: vec![topic.into()],
        sent: 0,
        received: 0,
        processed: 0,
        failed: 0,
        duplicates: 0,
        owns: Vec::new(),
        rate: 0.0,
        processing_ms: 0.0,
        failure_percent: 0.0,
        settings: Vec::new(),
        service: None,
    }
}

/// The members of a group become actors; a group without members becomes one that is stopped.
fn members(group: &GroupFacts, topic: &str, actors: &mut Vec<ActorView>) -> GroupView {
    let protocol = match (group.is_queue(), group.epochs) {
        (true, _) => GroupProtocol::Share,
        (_, Some(_)) => GroupProtocol::Consumer,
        _ => GroupProtocol::Classic,
    };
    let kind = || ActorViewKind::Consumer { group: Arc::clone(&group.id), protocol };
    let mut views = Vec::new();
    for member in group.members.iter().take(ACTORS_MAX) {
        let owns: Vec<_> = member
            .assignment
            .iter()
            .filter(|tp| *tp.topic == *topic)
            .map(|tp| (Arc::clone(&tp.topic), tp.partition))
            .collect();
        let id: Arc<str> = member.id.as_str().into();
        let name = if member.client_id.is_empty() { &member.id } else { &member.client_id };
        let state =
            if owns.is_empty() && protocol != GroupProtocol::Share { ActorState::Waiting } else { ActorState::Running };
        let mut shown = actor(Arc::clone(&id), name, kind(), topic);
        shown.owns.clone_from(&owns);
        actors.push(ActorView { state, ..shown });
        views.push(MemberView { actor: Arc::clone(&id), member_id: id, owns });
    }
    if group.members.is_empty() {
        let id: Arc<str> = format!("group-{}", group.id).into();
        actors.push(ActorView { state: ActorState::Stopped, ..actor(id, &group.id, kind(), topic) });
    }
    GroupView {
        id: Arc::clone(&group.id),
        kind: match protocol {
            GroupProtocol::Share => GroupType::Share,
            GroupProtocol::Consumer => GroupType::Consumer,
            GroupProtocol::Classic => GroupType::Classic,
        },
        state: group.state,
        topics: vec![topic.into()],
        members: views,
        lag: 0,
        lag_max: 0,
        committed: 0,
        lag_ms: group.behind_millis.unwrap_or(0),
        caught_up_in_ms: None,
        rebalances: group.rebalances.len() as u64,
        last_rebalance_ms: None,
        stood_still_ms: 0,
        put_down: 0,
        owned: Vec::new(),
        acquired: 0,
        acknowledged: 0,
        archived: 0,
        redelivered: 0,
        deletes: false,
    }
}

fn partition(
    ctx: &Ctx<'_>,
    topic: &str,
    part: &WatchedPartition,
    watched: &WatchedTopic,
    epoch_ms: i64,
) -> PartitionView {
    let queue = watched.queues.iter().flat_map(|(_, parts)| parts).find(|queue| queue.partition == part.id);
    let cells = part.records.iter().map(|record| Cell {
        offset: record.offset,
        key: record.key.clone(),
        label: record.key.as_deref().map(short).unwrap_or_default(),
        value_preview: Arc::clone(&record.value),
        state: queue.map_or(CellState::Stored, |queue| held(queue, record.offset, epoch_ms)),
        delivery_count: queue.map_or(0, |queue| deliveries(queue, record.offset)),
        timestamp: record.timestamp,
    });
    let groups = ctx.facts.groups_of(topic).filter(|group| !group.is_queue());
    let markers = groups.filter_map(|group| {
        let mut parts = group.partitions.iter();
        let of = parts.find(|of| *of.tp.topic == *topic && of.tp.partition == part.id)?;
        Some(Marker { group: Arc::clone(&group.id), committed: of.committed, position: None, lag: None })
    });
    let facts = ctx.facts.topic(topic).and_then(|facts| facts.partitions.iter().find(|facts| facts.id == part.id));
    PartitionView {
        id: part.id,
        leader: facts.and_then(|facts| facts.leader).unwrap_or(0),
        start: part.start,
        end: part.end,
        high_watermark: part.end,
        last_stable: part.end,
        cells: cells.collect(),
        markers: markers.collect(),
    }
}

/// The start of a key, for a cell.
fn short(key: &str) -> Arc<str> {
    key.chars().take(LABEL_CHARS_MAX).collect::<String>().into()
}

/// How a queue's record stands.
fn held(queue: &SharePartitionView, offset: Offset, epoch_ms: i64) -> CellState {
    if offset < queue.start_offset {
        return CellState::Acknowledged;
    }
    let Ok(at) = queue.cells.binary_search_by_key(&offset, |cell| cell.offset) else { return CellState::Waiting };
    let cell = &queue.cells[at];
    match cell.state {
        ShareRecordState::Available => CellState::Waiting,
        ShareRecordState::Acquired => CellState::Acquired {
            by: cell.member.clone().unwrap_or_default(),
            lock_until_ms: cell.lock_until.unwrap_or(epoch_ms) - epoch_ms,
        },
        ShareRecordState::Acknowledged => CellState::Acknowledged,
        ShareRecordState::Archived => CellState::Archived,
    }
}

fn deliveries(queue: &SharePartitionView, offset: Offset) -> u16 {
    let at = queue.cells.binary_search_by_key(&offset, |cell| cell.offset);
    at.map_or(0, |at| queue.cells[at].delivery_count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_since_the_last_look_travels_and_no_more_than_can_be_seen() {
        let mut flow = Flow::default();
        let writer = actor("w".into(), "shop", ActorViewKind::Producer, "orders");
        let shown = |end| TopicView {
            name: "orders".into(),
            lane: None,
            partitions: vec![PartitionView { end, ..PartitionView::default() }],
            config: Vec::new(),
            is_queue: false,
        };
        flow.move_on(0, "orders", &shown(100), std::slice::from_ref(&writer));
        assert!(flow.travels.is_empty(), "what was there before does not travel");
        flow.move_on(0, "orders", &shown(102), std::slice::from_ref(&writer));
        assert_eq!(flow.travels.iter().map(|travel| &*travel.label).collect::<Vec<_>>(), ["100", "101"]);
        flow.move_on(TRAVEL_MILLIS * 2, "orders", &shown(50_000), std::slice::from_ref(&writer));
        assert_eq!(flow.travels.len(), DOTS_A_LOOK_MAX as usize);
    }
}
