//! What a drawing of a stage reads, and the only thing it reads: plain data, made anew by the stage (or by Watch) at most
//! every 16 ms. Times are milliseconds since the beginning of the story unless they say otherwise.
//!
//! In reading order: this file (the whole), `actor`, `topic`, `story` (events), `lesson`.

mod actor;
mod lesson;
mod story;
mod topic;

use std::{collections::BTreeMap, sync::Arc};

pub use self::{
    actor::{ActorState, ActorView, ActorViewKind, CodeLine, ServiceView, SliderView, TableRow},
    lesson::{AnswerView, CounterView, LessonView, StepState, TaskView},
    story::{ArchivedWhy, RequestFailure, StoryEvent, StoryKind, Surprise, SurpriseKind},
    topic::{Cell, CellState, GroupView, Marker, MemberView, OwnedSpan, PartitionView, TopicView},
};

use super::file::LabFile;

/// What a check or a counter reads: JSON-like values by name.
pub type Fact = serde_json::Value;

/// Travels that are under way at once; beyond, the oldest are left out.
pub const TRAVELS_MAX: usize = 200;
/// Events of the story that are kept.
pub const STORY_EVENTS_MAX: usize = 500;
/// Points of one series; when they are as many, every second is left out and the distance doubles.
pub const SERIES_POINTS_MAX: usize = 600;
/// Cells of one partition, the newest.
pub const CELLS_MAX: usize = 200;

/// How fast the time of a stage passes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Speed {
    Paused,
    /// A quarter of real time.
    Quarter,
    #[default]
    Real,
    Four,
    Sixteen,
}

impl Speed {
    pub const RUNNING: [Speed; 4] = [Self::Quarter, Self::Real, Self::Four, Self::Sixteen];

    /// Stage time per real time.
    pub fn factor(self) -> f64 {
        match self {
            Self::Paused => 0.0,
            Self::Quarter => 0.25,
            Self::Real => 1.0,
            Self::Four => 4.0,
            Self::Sixteen => 16.0,
        }
    }
}

/// A stage at one moment.
#[derive(Debug, Clone, Default)]
pub struct StageView {
    /// Since the beginning of the story.
    pub now_ms: i64,
    /// What the stage's clock says at the beginning of the story, in epoch milliseconds: record timestamps are of it.
    pub epoch_ms: i64,
    pub speed: Speed,
    /// A jump, or a step to the next event, is under way.
    pub busy: bool,
    pub seed: u64,
    pub actors: Vec<ActorView>,
    pub topics: Vec<TopicView>,
    pub groups: Vec<GroupView>,
    pub travels: Vec<Travel>,
    /// Newest last, at most [`STORY_EVENTS_MAX`].
    pub story: Vec<StoryEvent>,
    pub facts: BTreeMap<String, Fact>,
    /// Something surprising has just paused the stage; until it runs again.
    pub surprise: Option<Surprise>,
    /// Whether surprises pause the stage.
    pub surprises_on: bool,
    pub series: BTreeMap<String, Series>,
    pub lesson: Option<LessonView>,
    /// The stage as a file, with what was added and changed by hand: what a free play saves.
    pub file: Option<Arc<LabFile>>,
    /// What the last order failed on, in English; until the next one.
    pub problem: Option<Arc<str>>,
}

/// One end of a travel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    Actor(Arc<str>),
    Partition {
        topic: Arc<str>,
        partition: i32,
    },
    /// A person in front of a service.
    Person,
}

/// What travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TravelKind {
    /// A record on its way into the log.
    Produce,
    /// A record on its way to a consumer.
    Deliver,
    /// A committed offset, or an acknowledgement.
    Commit,
    /// A request to a service or to its database.
    Request,
    /// The answer.
    Answer,
    /// A record that is given back, or dead.
    Return,
}

/// A dot on its way. Where it is now is for the drawing to interpolate.
#[derive(Debug, Clone, PartialEq)]
pub struct Travel {
    pub from: Place,
    pub to: Place,
    /// Offset or key.
    pub label: Arc<str>,
    pub started_ms: i64,
    pub arrives_ms: i64,
    pub kind: TravelKind,
    /// Several messages in one dot.
    pub count: u32,
}

/// A line of a chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Seconds since the beginning of the story, and the value there.
    pub points: Vec<(f64, f64)>,
    /// Seconds between two points.
    pub every_s: f64,
}
