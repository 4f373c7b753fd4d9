//! Where everything of the picture stands: producers left, partitions in the middle, consumers right, lane under lane.
//! Pure: from what is to be shown and the width that is there.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::calls;
use crate::labs::{
    file::{GroupProtocol, LaneSpec},
    view::{ActorView, ActorViewKind, StageView, TopicView},
};

/// Before a strip, for the number of its partition, in points.
pub(super) const NUMBER: f32 = 22.0;
/// At the left of services, for the people in front of them, in points.
const PEOPLE: f32 = 64.0;
/// A database under its service, in points.
const DATABASE: f32 = 30.0;
const DATABASE_GAP: f32 = 14.0;
/// Over a service that calls another one, for the arc between them and its words, in points.
const CALL: f32 = 36.0;
/// Height of the head of a lane, in points.
const LANE_HEAD: f32 = 26.0;
/// Height of a topic's words over its partitions, with room for the flag of the high watermark, in points.
const TOPIC_HEAD: f32 = 29.0;
/// Between two topics, in points.
const TOPIC_GAP: f32 = 6.0;
/// Under a strip without marks, in points.
const STRIP_GAP: f32 = 9.0;
/// From so many partitions in the lane on strips are lower.
const MANY: usize = 4;
/// Narrowest and widest box of an actor, in points.
const SIDE: std::ops::RangeInclusive<f32> = 116.0..=184.0;

/// Heights and distances, in points: close where much is to be shown, airy where there is room.
#[derive(Debug, Clone, Copy)]
struct Measure {
    actor: f32,
    actor_gap: f32,
    cell: f32,
    cell_of_many: f32,
    /// Under a strip, for the marks of groups and the bar of their lag.
    marks: f32,
    /// Between two lanes; the hairline lies in the middle.
    lane_gap: f32,
    /// Above and below everything.
    around: f32,
    /// Between boxes and strips, where the curves are.
    left_gap: f32,
    right_gap: f32,
}

impl Measure {
    /// `air` goes from 0, as close as can be read, to 1.
    fn with(air: f32, width: f32) -> Self {
        let between = |close: f32, airy: f32| close + (airy - close) * air;
        // The curves take their part of a wide window.
        let wide = ((width - 720.0) / 700.0).clamp(0.0, 1.0);
        Self {
            actor: between(42.0, 48.0),
            actor_gap: between(10.0, 18.0),
            cell: between(30.0, 42.0),
            cell_of_many: between(24.0, 34.0),
            marks: between(32.0, 38.0),
            lane_gap: between(28.0, 44.0),
            around: between(0.0, 18.0),
            left_gap: 58.0 + 40.0 * wide,
            right_gap: 72.0 + 48.0 * wide,
        }
    }
}

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
    /// Places everything in that width, with as much air as `room` has for the height; never closer than can be read.
    pub fn of(view: &StageView, width: f32, room: f32) -> Self {
        let close = Self::measured(view, width, &Measure::with(0.0, width));
        let airy = Self::measured(view, width, &Measure::with(1.0, width));
        let air = (room - close.size.y) / (airy.size.y - close.size.y).max(1.0);
        Self::measured(view, width, &Measure::with(air.clamp(0.0, 1.0), width))
    }

    fn measured(view: &StageView, width: f32, measure: &Measure) -> Self {
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
        let mut y = measure.around;
        for (index, lane) in lanes.iter().enumerate() {
            let members = members(view, *lane, index == 0);
            if index > 0 {
                y += measure.lane_gap;
            }
            let rule = (index > 0).then_some(y - measure.lane_gap / 2.0);
            layout.lanes.push(LaneBox { lane: *lane, at: pos2(0.0, y), rule });
            if lane.is_some() {
                y += LANE_HEAD;
            }
            if members.left.iter().any(|at| calls(view, &view.actors[*at].id).is_some()) {
                y += CALL;
            }
            y = layout.lane(view, &members, y, measure);
        }
        layout.size.y = y + measure.around;
        layout
    }

    /// Places one lane from that height on; answers where it ends.
    fn lane(&mut self, view: &StageView, members: &Members, top: f32, measure: &Measure) -> f32 {
        let width = self.size.x;
        let side = (width * 0.18).clamp(*SIDE.start(), *SIDE.end());
        let partitions: usize = members.topics.iter().map(|at| view.topics[*at].partitions.len()).sum();
        let cell = if partitions >= MANY { measure.cell_of_many } else { measure.cell };
        let under = |topic: &TopicView| if is_marked(view, topic) { measure.marks } else { STRIP_GAP };
        let of_topic = |topic: &TopicView| TOPIC_HEAD + topic.partitions.len() as f32 * (cell + under(topic));
        let middle: f32 = members.topics.iter().map(|at| of_topic(&view.topics[*at])).sum::<f32>()
            + TOPIC_GAP * members.topics.len().saturating_sub(1) as f32;
        let serves = |at: &usize| view.actors[*at].service.is_some();
        let own = |at: &usize| measure.actor + if serves(at) { DATABASE_GAP + DATABASE } else { 0.0 };
        let stack = |column: &[usize]| {
            let gaps = measure.actor_gap * column.len().saturating_sub(1) as f32;
            column.iter().map(own).sum::<f32>() + gaps
        };
        // The boxes stand beside the strips, not beside the words over them.
        let last = members.topics.last().map_or(0.0, |at| under(&view.topics[*at]));
        let head = if members.topics.is_empty() { 0.0 } else { TOPIC_HEAD };
        let beside = (head + middle - last) / 2.0;
        let half = stack(&members.left).max(stack(&members.right)).max(measure.actor) / 2.0;
        let (above, below) = (beside.max(half), (middle - beside).max(half));
        let people = if members.left.iter().any(serves) { PEOPLE } else { 0.0 };
        for (column, x) in [(&members.left, people), (&members.right, width - side)] {
            let mut y = top + above - stack(column) / 2.0;
            for actor in column.iter() {
                self.actors[*actor] = Some(Rect::from_min_size(pos2(x, y), vec2(side, measure.actor)));
                if serves(actor) {
                    self.people.push((*actor, Rect::from_min_size(pos2(0.0, y), vec2(28.0, measure.actor))));
                    let at = pos2(x + 12.0, y + measure.actor + DATABASE_GAP);
                    self.databases.push((*actor, Rect::from_min_size(at, vec2(side - 24.0, DATABASE))));
                }
                y += own(actor) + measure.actor_gap;
            }
        }
        let numbers = if partitions > 1 { NUMBER } else { 0.0 };
        let left = if members.left.is_empty() { 0.0 } else { people + side + measure.left_gap } + numbers;
        let right = if members.right.is_empty() { width } else { width - side - measure.right_gap };
        let mut y = top + above - beside;
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
            y += TOPIC_GAP;
        }
        top + above + below
    }

    /// The strip of that topic's partition.
    pub fn strip(&self, view: &StageView, topic: &str, partition: crate::model::PartitionId) -> Option<&Strip> {
        self.strips.iter().find(|strip| {
            let of = &view.topics[strip.topic];
            *of.name == *topic && of.partitions[strip.partition].id == partition
        })
    }
}

/// Whether groups leave their marks under it: known before the first of them reads, so that nothing moves then.
fn is_marked(view: &StageView, topic: &TopicView) -> bool {
    let reads = |actor: &ActorView| match &actor.kind {
        ActorViewKind::Consumer { protocol, .. } => *protocol != GroupProtocol::Share,
        _ => false,
    };
    topic.partitions.iter().any(|part| !part.markers.is_empty())
        || view.actors.iter().any(|actor| reads(actor) && actor.topics.contains(&topic.name))
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
