//! How far a learner is: checks that have held, questions that were answered. Pure: facts in, progress out.

use std::{collections::BTreeMap, sync::Arc};

use minijinja::{Expression, Value};
use serde_json::json;

use super::{
    file::{self, CounterSpec, LabFile},
    view::{AnswerView, CounterView, Fact, LessonView, StepState, TaskView},
};

type Compiled = Expression<'static, 'static>;

/// A lesson while it is taken.
pub struct Lesson {
    file: Arc<LabFile>,
    checks: Vec<Vec<Option<Compiled>>>,
    counters: Vec<[Option<Compiled>; 3]>,
    steps: Vec<StepState>,
    shown: usize,
}

impl Lesson {
    /// From the beginning. Expressions that cannot be read, which the check of the file has told, never hold.
    pub fn new(file: Arc<LabFile>) -> Self {
        let compiled = |text: &str| if text.is_empty() { None } else { file::compile(text).ok() };
        let checks =
            file.steps.iter().map(|step| step.tasks.iter().map(|task| compiled(&task.check)).collect()).collect();
        let counters = file
            .counters
            .iter()
            .map(|counter| [compiled(&counter.value), compiled(&counter.note_value), compiled(&counter.warn)])
            .collect();
        let steps = file
            .steps
            .iter()
            .map(|step| StepState { tasks: vec![TaskView::default(); step.tasks.len()], answer: None, done: false })
            .collect();
        let mut lesson = Self { file, checks, counters, steps, shown: 0 };
        lesson.settle();
        lesson
    }

    pub fn file(&self) -> &Arc<LabFile> {
        &self.file
    }

    /// The step that is shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// Shows another step; the checks of that one are looked at then.
    pub fn show(&mut self, step: usize) {
        self.shown = step.min(self.steps.len().saturating_sub(1));
    }

    pub fn step(&self, step: usize) -> Option<&StepState> {
        self.steps.get(step)
    }

    /// Answers the question of a step; `choice` is from 1.
    pub fn answer(&mut self, step: usize, choice: usize) {
        let question = self.file.steps.get(step).and_then(|step| step.question.as_ref());
        let right = question.is_some_and(|question| question.right_choice() == Some(choice));
        if let Some(state) = self.steps.get_mut(step) {
            state.answer = Some(AnswerView { choice, right });
        }
        self.settle();
    }

    /// Adds what the lesson itself knows to the facts.
    pub fn add_facts(&self, facts: &mut BTreeMap<String, Fact>) {
        let steps = || self.file.steps.iter().zip(&self.steps);
        let answers: BTreeMap<&str, usize> =
            steps().filter_map(|(step, state)| Some((step.id.as_str(), state.answer?.choice))).collect();
        let tasks = steps().flat_map(|(step, state)| step.tasks.iter().zip(&state.tasks));
        let done: BTreeMap<&str, bool> = tasks.map(|(task, state)| (task.id.as_str(), state.done)).collect();
        facts.insert("answers".to_owned(), json!(answers));
        facts.insert("done".to_owned(), json!(done));
    }

    /// Looks at the checks of the step that is shown, in their order: a task is done after those before it.
    pub fn look(&mut self, facts: &Value) {
        let Some(checks) = self.checks.get(self.shown) else { return };
        let Some(state) = self.steps.get_mut(self.shown) else { return };
        for (check, task) in checks.iter().zip(&mut state.tasks) {
            if !task.done {
                // What cannot be evaluated, such as a sum of words, does not hold.
                task.done =
                    check.as_ref().and_then(|check| check.eval(facts.clone()).ok()).is_some_and(|v| v.is_true());
                if !task.done {
                    break;
                }
            }
        }
        self.settle();
    }

    fn settle(&mut self) {
        for (step, state) in self.file.steps.iter().zip(&mut self.steps) {
            let answered = step.question.is_none() || state.answer.is_some_and(|answer| answer.right);
            state.done = answered && state.tasks.iter().all(|task| task.done);
        }
    }

    /// Whether every step is done.
    pub fn finished(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.done)
    }

    pub fn view(&self, facts: &Value) -> LessonView {
        LessonView {
            file: Arc::clone(&self.file),
            step: self.shown,
            steps: self.steps.clone(),
            counters: self.file.counters.iter().zip(&self.counters).map(|(spec, c)| counter(spec, c, facts)).collect(),
            finished: self.finished(),
        }
    }
}

fn counter(spec: &CounterSpec, [value, note, warn]: &[Option<Compiled>; 3], facts: &Value) -> CounterView {
    let eval = |compiled: &Option<Compiled>| compiled.as_ref().and_then(|c| c.eval(facts.clone()).ok());
    let value = eval(value);
    CounterView {
        label: spec.label.clone(),
        number: value.clone().and_then(|value| f64::try_from(value).ok()),
        text: value.map_or_else(String::new, |value| value.to_string()),
        note: spec.note.clone(),
        note_value: eval(note).map_or_else(String::new, |note| note.to_string()),
        warn: eval(warn).is_some_and(|warn| warn.is_true()),
    }
}

#[cfg(test)]
mod tests {
    use crate::labs::view::StoryKind;

    #[test]
    fn every_kind_of_event_is_counted_from_zero() {
        let kinds = [
            StoryKind::Started { actor: "a".into() },
            StoryKind::Drained { topic: "t".into(), group: "g".into(), took_ms: 1 },
        ];
        for kind in kinds {
            assert!(crate::labs::facts::COUNTED.contains(&kind.counted_as()));
        }
        let source = include_str!("view/story.rs");
        for name in crate::labs::facts::COUNTED {
            assert!(source.contains(&format!("=> \"{name}\"")), "{name} is counted nowhere");
        }
        let counted = source.matches("{ .. } => \"").count();
        assert_eq!(counted, crate::labs::facts::COUNTED.len(), "a kind of event is not in the list");
    }
}
