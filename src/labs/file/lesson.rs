//! What makes a stage a lesson: steps with tasks and questions, charts, counters, switches.

use serde::{Deserialize, Serialize};

use super::{Actions, Text, is_default};

/// How long a check may take to hold after its actions, in seconds of the stage, where the task says nothing.
fn within_s() -> f64 {
    60.0
}

/// A chart over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartSpec {
    pub title: Text,
    /// Names as in [`super::SERIES`], with `:` and an actor, topic or group where only that one is meant.
    pub series: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub unit: Text,
}

/// A large number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterSpec {
    pub label: Text,
    /// An expression over the facts.
    pub value: String,
    /// What stands below.
    #[serde(default, skip_serializing_if = "is_default")]
    pub note: Text,
    /// An expression whose value stands before the note.
    #[serde(default, skip_serializing_if = "is_default")]
    pub note_value: String,
    /// An expression; while it holds, the number is drawn as a warning.
    #[serde(default, skip_serializing_if = "is_default")]
    pub warn: String,
}

/// A slider on a field of an actor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliderSpec {
    pub actor: String,
    pub field: String,
    pub min: f64,
    pub max: f64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub label: Text,
}

/// A switch: "what if ...".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    pub label: Text,
    pub action: Actions,
}

/// A step of a lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    pub title: Text,
    pub text: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
}

/// Something that the learner is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub id: String,
    pub text: Text,
    /// The words on the button that does it; none: it is done by hand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub button: Text,
    /// What fulfils it: the button's action, and what a headless run does.
    #[serde(default, skip_serializing_if = "Actions::is_empty")]
    pub action: Actions,
    /// An expression over the facts; once it holds, the task is done.
    pub check: String,
    /// How long a headless run waits for the check, in seconds of the stage.
    #[serde(default = "within_s")]
    pub within_s: f64,
}

/// A question with its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub text: Text,
    pub choices: Vec<Choice>,
}

impl Question {
    /// The number of the right choice, from 1.
    pub fn right_choice(&self) -> Option<usize> {
        self.choices.iter().position(|choice| choice.right).map(|at| at + 1)
    }
}

/// One answer to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub text: Text,
    #[serde(default, skip_serializing_if = "is_default")]
    pub right: bool,
    /// Why it is right, or wrong.
    pub why: Text,
}
