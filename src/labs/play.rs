//! Playing a lab without a window: fast, performing what fulfils each step, looking whether the checks hold. A teacher's
//! test, and ours.

use std::{sync::Arc, thread};

use serde::Serialize;

use super::{
    file::LabFile,
    stage::{StageError, World},
    view::StoryEvent,
};

/// How to play.
#[derive(Debug, Clone, Default)]
pub struct PlayOptions {
    /// `None`: that of the file.
    pub seed: Option<u64>,
    /// The actions of this step are left out.
    pub skip: Option<String>,
    /// Seconds of the stage that pass before each task: a learner who reads slowly.
    pub wait_s: f64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub id: String,
    pub seed: u64,
    /// Every check held and every question had its right answer.
    pub passed: bool,
    /// How long the story was, in seconds of the stage.
    pub stage_seconds: f64,
    pub steps: Vec<StepReport>,
    /// Actions that were refused.
    pub refused: Vec<String>,
    /// What happened, the newest [`crate::labs::view::STORY_EVENTS_MAX`] events.
    pub story: Vec<StoryEvent>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepReport {
    pub id: String,
    pub skipped: bool,
    pub tasks: Vec<TaskReport>,
    /// `None`: no question.
    pub answered: Option<bool>,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskReport {
    pub id: String,
    pub check: String,
    pub held: bool,
    /// How long it took after its actions, in seconds of the stage.
    pub after_s: f64,
}

impl Report {
    /// The tasks and questions that failed, as `step/task`.
    pub fn failed(&self) -> Vec<String> {
        let mut failed = Vec::new();
        for step in &self.steps {
            let tasks = step.tasks.iter().filter(|task| !task.held);
            failed.extend(tasks.map(|task| format!("{}/{}: {}", step.id, task.id, task.check)));
            if step.answered == Some(false) {
                failed.push(format!("{}/question", step.id));
            }
        }
        failed
    }
}

/// Plays a lab in a thread of its own and waits for it.
///
/// # Errors
/// When the stage cannot be set up.
pub fn play(file: Arc<LabFile>, options: PlayOptions) -> Result<Report, StageError> {
    let body = move || {
        let seed = options.seed.unwrap_or(file.seed);
        World::open(file, seed).map(|world| Player { world, options, refused: Vec::new() }.play())
    };
    let thread = thread::Builder::new().name("lab-stage".to_owned()).spawn(body).map_err(StageError::Runtime)?;
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

struct Player {
    world: World,
    options: PlayOptions,
    refused: Vec<String>,
}

impl Player {
    fn play(mut self) -> Report {
        let file = Arc::clone(self.world.lesson.file());
        let mut steps = Vec::new();
        for (n, step) in file.steps.iter().enumerate() {
            self.world.lesson.show(n);
            let skipped = self.options.skip.as_ref() == Some(&step.id);
            let mut tasks: Vec<TaskReport> = Vec::new();
            for m in 0..step.tasks.len() {
                // Tasks are done in their order: after one that was not, none can be, so nothing is waited for.
                let possible = tasks.iter().all(|task| task.held);
                tasks.push(self.task(&file, n, m, skipped, possible));
            }
            let right = step.question.as_ref().and_then(|question| question.right_choice());
            if let Some(choice) = right.filter(|_| !skipped) {
                self.world.lesson.answer(n, choice);
            }
            let answered = step.question.is_some().then_some(right.is_some() && !skipped);
            steps.push(StepReport { id: step.id.clone(), skipped, tasks, answered });
        }
        Report {
            id: file.id.clone(),
            seed: self.world.scene.seed,
            passed: self.world.lesson.finished() || file.steps.is_empty(),
            stage_seconds: self.world.now_ms() as f64 / 1_000.0,
            steps,
            refused: self.refused,
            story: self.world.ledger.story(),
        }
    }

    fn task(&mut self, file: &LabFile, n: usize, m: usize, skipped: bool, possible: bool) -> TaskReport {
        let task = &file.steps[n].tasks[m];
        self.world.pass((self.options.wait_s * 1_000.0) as i64);
        if !skipped {
            for action in &task.action.0 {
                if let Err(why) = self.world.perform(action) {
                    self.refused.push(format!("{}/{}: {why}", file.steps[n].id, task.id));
                }
            }
        }
        let began = self.world.now_ms();
        let within_ms = if possible { (task.within_s * 1_000.0) as i64 } else { 0 };
        let is_done =
            |world: &World| world.lesson.step(n).and_then(|step| step.tasks.get(m)).is_some_and(|task| task.done);
        self.world.look();
        let held = self.world.pass_until(within_ms, |world| is_done(world));
        let after_s = (self.world.now_ms() - began) as f64 / 1_000.0;
        TaskReport { id: task.id.clone(), check: task.check.clone(), held, after_s }
    }
}
