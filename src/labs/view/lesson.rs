//! How far a learner is.

use std::sync::Arc;

use crate::labs::file::{LabFile, Text};

/// A lesson while it is taken.
#[derive(Debug, Clone)]
pub struct LessonView {
    /// Its texts.
    pub file: Arc<LabFile>,
    /// The step that is shown.
    pub step: usize,
    /// One for each step of the file.
    pub steps: Vec<StepState>,
    pub counters: Vec<CounterView>,
    /// All steps are done.
    pub finished: bool,
}

/// A step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepState {
    /// One for each task.
    pub tasks: Vec<TaskView>,
    pub answer: Option<AnswerView>,
    /// All tasks are done and the question, if there is one, is answered right.
    pub done: bool,
}

/// A task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskView {
    /// Its check has held.
    pub done: bool,
}

/// What was answered last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerView {
    /// From 1.
    pub choice: usize,
    pub right: bool,
}

/// A large number.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterView {
    pub label: Text,
    /// The value as it stands: a number where it is one.
    pub number: Option<f64>,
    pub text: String,
    pub note: Text,
    /// Stands before the note.
    pub note_value: String,
    pub warn: bool,
}
