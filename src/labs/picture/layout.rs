//! Where everything of the picture stands: producers left, partitions in the middle, consumers right, lane under lane.
//! Pure: from what is to be shown and the width that is there.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::labs::{
    file::LaneSpec,
    view::{ActorView, ActorViewKind, StageView, TopicView},
};

/// Height of an actor's box, in points.
pub(super) const BOX: f32 = 42.0;
const BOX_GAP: f32 = 10.0;
/// A database under its service, in points.
const DATABASE: f32 = 30.0;
const DATABASE_GAP: f32 = 14.0;
/// At the left of services, for the people in front of them, in points.
const PEOPLE: f32 = 64.0;
/// Height of the head of a lane, in points.
const LANE_HEAD: f32 = 26.0;
/// Between two lanes, in points; the hairline lies in the middle.
const LANE_GAP: f32 = 28.0;
/// Height of a topic's words over its partitions, in points.
pub(super) const TOPIC_HEAD: f32 = 20.0;
/// Under a strip, for the marks of groups and the bar of their lag, in points.
const MARKS: f32 = 28.0;
const STRIP_GAP: f32 = 6.0;
/// Between the boxes and the strips, where the curves are, in points.
const LEFT_GAP: f32 = 58.0;
const RIGHT_GAP: f32 = 72.0;
/// Before a strip, for the number of its partition, in points.
pub(super) const NUMBER: f32 = 22.0;
/// From so many partitions in the lane on strips are lower.
const MANY: usize = 4;

/// The picture, measured from its own corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub size: Vec2,
    pub lanes: Vec<LaneBox>,
    /// As the actors of the view; `None` for one that stands in no lane that is shown.
    pub actors: Vec<Option<Rect>>,
    /// The database of a service, by the service's index.
    pub databases: Vec<(usize, Rect)>,
    /// The people who use a service, by its index.
    pub people: Vec<(usize, Rect)>,
    pub strips: Vec<Strip>,
    /// Topic (index) and where its words begin.
    pub heads: Vec<(usize, Pos2)>,
}

/// The head of a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneBox {
    /// Index among the lanes of the view; `None` where the lesson names none.
    pub lane: Option<usize>,
    pub at: Pos2,
    /// Where the hairline above it is; none above the first.
    pub rule: Option<f32>,
}

/// One partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Index among the topics of the view.
    pub topic: usize,
    /// Index among the topic's partitions.
    pub partition: usize,
    /// All its cells together.
    pub rect: Rect,
    /// The same with its number before it: where curves begin and end.
    pub whole: Rect,
}

/// What stands in one lane, by index.
#[derive(Default)]
struct Members {
    left: Vec<usize>,
    topics: Vec<usize>,
    right: Vec<usize>,
}

impl Layout {
    /// Places everything in that width.
    pub fn of(view: &StageView, width: f32) -> Self {
        let mut layout = Self {
            size: vec2(width, 0.0),
            lanes: Vec::new(),
            actors: vec![None; view.actors.len()],
            databases: Vec::new(),
            people: Vec::new(),
            strips: Vec::new(),
            heads: Vec::new(),
        };
        let lanes: Vec<Option<usize>> =
            if specs(view).is_empty() { vec![None] } else { (0..specs(view).len()).map(Some).collect() };
        let mut y = 0.0;
        for (index, lane) in lanes.iter().enumerate() {
            let members = members(view, *lane, index == 0);
            if index > 0 {
                y += LANE_GAP;
            }
            let rule = (index > 0).then_some(y - LANE_GAP / 2.0);
            layout.lanes.push(LaneBox { lane: *lane, at: pos2(0.0, y), rule });
            if lane.is_some() {
                y += LANE_HEAD;
            }
            y = layout.lane(view, &members, y);
        }
        layout.size.y = y;
        layout
    }

    /// Places one lane from that height on; answers where it ends.
    fn lane(&mut self, view: &StageView, members: &Members, top: f32) -> f32 {
        let width = self.size.x;
        let side = (width * 0.18).clamp(116.0, 176.0);
        let marked = |topic: &TopicView| topic.partitions.iter().any(|part| !part.markers.is_empty());
        let partitions: usize = members.topics.iter().map(|at| view.topics[*at].partitions.len()).sum();
        let cell = if partitions >= MANY { 24.0 } else { 30.0 };
        let under = |topic: &TopicView| if marked(topic) { MARKS } else { STRIP_GAP };
        let of_topic = |topic: &TopicView| TOPIC_HEAD + topic.partitions.len() as f32 * (cell + under(topic));
        let middle: f32 = members.topics.iter().map(|at| of_topic(&view.topics[*at])).sum::<f32>()
            + 8.0 * members.topics.len().saturating_sub(1) as f32;
        let serves = |at: &usize| view.actors[*at].service.is_some();
        let own = |at: &usize| BOX + if serves(at) { DATABASE_GAP + DATABASE } else { 0.0 };
        let stack =
            |column: &[usize]| (column.iter().map(own).sum::<f32>() + BOX_GAP * column.len() as f32 - BOX_GAP).max(0.0);
        let height = middle.max(stack(&members.left)).max(stack(&members.right)).max(BOX);
        let people = if members.left.iter().any(serves) { PEOPLE } else { 0.0 };
        for (column, x) in [(&members.left, people), (&members.right, width - side)] {
            let mut y = top + (height - stack(column)) / 2.0;
            for actor in column.iter() {
                self.actors[*actor] = Some(Rect::from_min_size(pos2(x, y), vec2(side, BOX)));
                if serves(actor) {
                    self.people.push((*actor, Rect::from_min_size(pos2(0.0, y), vec2(28.0, BOX))));
                    let at = pos2(x + 12.0, y + BOX + DATABASE_GAP);
                    self.databases.push((*actor, Rect::from_min_size(at, vec2(side - 24.0, DATABASE))));
                }
                y += own(actor) + BOX_GAP;
            }
        }
        let numbers = if partitions > 1 { NUMBER } else { 0.0 };
        let left = if members.left.is_empty() { 0.0 } else { people + side + LEFT_GAP } + numbers;
        let right = if members.right.is_empty() { width } else { width - side - RIGHT_GAP };
        let mut y = top + (height - middle) / 2.0;
        for at in &members.topics {
            let topic = &view.topics[*at];
            self.heads.push((*at, pos2(left, y)));
            y += TOPIC_HEAD;
            for partition in 0..topic.partitions.len() {
                let rect = Rect::from_min_max(pos2(left, y), pos2(right.max(left + cell), y + cell));
                let number = if topic.partitions.len() > 1 { NUMBER } else { 0.0 };
                let whole = rect.with_min_x(rect.left() - number);
                self.strips.push(Strip { topic: *at, partition, rect, whole });
                y += cell + under(topic);
            }
            y += 8.0;
        }
        top + height
    }

    /// The strip of that topic's partition.
    pub fn strip(&self, view: &StageView, topic: &str, partition: crate::model::PartitionId) -> Option<&Strip> {
        self.strips.iter().find(|strip| {
            let of = &view.topics[strip.topic];
            *of.name == *topic && of.partitions[strip.partition].id == partition
        })
    }
}

/// Who stands in that lane. What names no lane stands in the first one.
fn members(view: &StageView, lane: Option<usize>, first: bool) -> Members {
    let specs = specs(view);
    let here = |name: Option<&str>| match lane.and_then(|lane| specs.get(lane)) {
        None => true,
        Some(spec) => name == Some(&*spec.id) || (first && !specs.iter().any(|one| name == Some(&*one.id))),
    };
    let mut members = Members::default();
    for (index, actor) in view.actors.iter().enumerate() {
        if here(actor.lane.as_deref()) {
            if is_left(actor) { &mut members.left } else { &mut members.right }.push(index);
        }
    }
    for (index, topic) in view.topics.iter().enumerate() {
        if here(topic.lane.as_deref()) {
            members.topics.push(index);
        }
    }
    members
}

/// The lanes that the lesson names.
pub(super) fn specs(view: &StageView) -> &[LaneSpec] {
    view.lesson.as_ref().map_or(&[], |lesson| &lesson.file.lanes)
}

/// Whether it stands on the side where records come from.
pub(super) fn is_left(actor: &ActorView) -> bool {
    match actor.kind {
        ActorViewKind::Producer | ActorViewKind::Service => true,
        ActorViewKind::Consumer { .. } => false,
        // A program of one's own stands where its records come from, or go to.
        ActorViewKind::Program => actor.owns.is_empty() && actor.received == 0,
    }
}
