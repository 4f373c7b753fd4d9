//! A lab file: one lesson, or one free play that was saved, in TOML. [`LabFile::parse`] reads it, [`LabFile::to_toml`] writes
//! it, [`check`] tells a teacher what is wrong and in which line.
//!
//! In reading order: `text` (two languages), `stage` (topics, groups, lanes), `actor`, `action`, `lesson` (steps, tasks,
//! questions), `problem` (errors with their lines), `checks` (names that must be known, expressions that must compile).

mod action;
mod actor;
mod checks;
mod lesson;
mod problem;
mod stage;
mod text;

use serde::{Deserialize, Serialize};

pub use self::{
    action::{Action, Actions, ResetTo, Setting},
    actor::{
        AcksSpec, ActorKind, ActorSpec, CommitWhen, From, GroupProtocol, IsolationSpec, RateShape, ServiceMode,
        ShareAck,
    },
    checks::{SERIES, compile, series_parts},
    lesson::{ChartSpec, Choice, CounterSpec, Question, SliderSpec, Step, Task, WhatIf},
    problem::Problem,
    stage::{GroupSpec, GroupType, LaneSpec, Layout, TopicSpec},
    text::Text,
};

/// The one format there is.
pub const FORMAT: u32 = 1;
/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 512 * 1024;
/// Actors on a stage.
pub const ACTORS_MAX: usize = 24;
/// Topics on a stage.
pub const TOPICS_MAX: usize = 12;
/// Partitions of one topic on a stage.
pub const PARTITIONS_MAX: i32 = 16;
/// Steps of a lesson.
pub const STEPS_MAX: usize = 24;
/// Tasks of a step.
pub const TASKS_MAX: usize = 12;
/// Messages a second that a producer of a stage sends at most.
pub const RATE_MAX: f64 = 2_000.0;
/// Hours that one jump lets pass at most: thirty days.
pub const JUMP_HOURS_MAX: f64 = 720.0;
/// Seconds of stage time that one `run` or one waiting for a check takes at most.
pub const RUN_SECONDS_MAX: f64 = 3_600.0;

/// Stands in texts for the address under which the stage listens.
pub const ADDRESS: &str = "{address}";

/// What a lab file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabFile {
    /// [`FORMAT`].
    pub format: u32,
    /// Under which progress is kept.
    pub id: String,
    /// Place in the list of lessons; 0: none of ours.
    #[serde(default, skip_serializing_if = "is_default")]
    pub number: u32,
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Id of the lesson that comes after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// About how long it takes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub minutes: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: Layout,
    /// Whether the stage's broker listens on this machine, for programs of the person's own. [`ADDRESS`] in the intro and in
    /// the texts of steps and tasks becomes its address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub listen: bool,
    pub title: Text,
    #[serde(default, skip_serializing_if = "is_default")]
    pub intro: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<LaneSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<ActorSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charts: Vec<ChartSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<CounterSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sliders: Vec<SliderSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what_if: Vec<WhatIf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

fn default_seed() -> u64 {
    42
}

/// Whether a field need not be written.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl LabFile {
    /// Reads a file and checks all that can be checked without playing it.
    ///
    /// # Errors
    /// What is wrong, each with its line; never empty.
    pub fn parse(source: &str) -> Result<Self, Vec<Problem>> {
        if source.len() > FILE_BYTES_MAX {
            let why = format!("the file has {} bytes; a lab file has at most {FILE_BYTES_MAX}", source.len());
            return Err(vec![Problem { line: 1, sentence: why }]);
        }
        let file: Self = toml::from_str(source).map_err(|error| vec![Problem::of_toml(source, &error)])?;
        let problems = checks::problems(&file, source);
        if problems.is_empty() { Ok(file) } else { Err(problems) }
    }

    /// The same as a file, which [`LabFile::parse`] reads again.
    ///
    /// # Errors
    /// Only for what cannot be said in TOML, such as numbers beyond 63 bits.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// The same with the address in its texts.
    #[must_use]
    pub fn with_address(mut self, address: &str) -> Self {
        let texts = self.steps.iter_mut().flat_map(|step| {
            let tasks = step.tasks.iter_mut().map(|task| &mut task.text);
            std::iter::once(&mut step.text).chain(tasks)
        });
        for text in texts.chain(std::iter::once(&mut self.intro)) {
            text.en = text.en.replace(ADDRESS, address);
            text.zh = text.zh.replace(ADDRESS, address);
        }
        self
    }

    /// An actor by its id.
    pub fn actor(&self, id: &str) -> Option<&ActorSpec> {
        self.actors.iter().find(|actor| actor.id == id)
    }

    /// A topic by its name.
    pub fn topic(&self, name: &str) -> Option<&TopicSpec> {
        self.topics.iter().find(|topic| topic.name == name)
    }
}

/// What is wrong with a file, for who writes one; empty: nothing.
pub fn check(source: &str) -> Vec<Problem> {
    LabFile::parse(source).err().unwrap_or_default()
}
