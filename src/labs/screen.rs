//! What a person sees of the labs: the list, a lesson with its picture, the empty stage, and their own topics in the same
//! picture. The app dispatches to [`Screen`] from [`Place::Labs`], [`Place::Lab`] and [`Place::Watch`].

mod cards;
mod free;
mod header;
mod lesson;
mod list;
mod menu;
mod open_file;
mod panel;
mod question;
mod sliders;
pub mod story;
mod surprise;
mod watch;

use std::sync::Arc;

use egui::Ui;

use self::{free::FreePlay, lesson::LessonScreen, open_file::OpenFile, watch::WatchScreen};
use super::{
    file::{Action, Actions, LabFile},
    lessons,
    progress::Progress,
    view::Speed,
};
use crate::ui::{Command, Ctx, Place};

/// Id of the empty stage among the places.
pub const FREE_PLAY: &str = "free-play";
/// Id of a lab that was opened from a file.
const FROM_FILE: &str = "file";

/// What the screens of the labs keep between frames.
#[derive(Default)]
pub struct Screen {
    lessons: Option<Arc<[Arc<LabFile>]>>,
    progress: Progress,
    open: Option<LessonScreen>,
    open_file: Option<OpenFile>,
    /// A file that was opened.
    from_file: Option<Arc<LabFile>>,
    watch: WatchScreen,
}

/// What was asked for in a lesson; the stage carries it out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// Show another step.
    Step(usize),
    /// What a task's button does.
    Task(usize),
    /// A switch of "what if".
    WhatIf(usize),
    /// Answer the question of the step; choices count from 1.
    Answer(usize),
    Do(Actions),
    Set {
        actor: Arc<str>,
        field: Arc<str>,
        value: f64,
    },
    Speed(Speed),
    TogglePause,
    StepEvent,
    Jump,
    StartOver {
        seed: Option<u64>,
    },
    /// After a surprise.
    GoOn,
    /// Whether surprises pause.
    Surprises(bool),
}

impl Wish {
    fn act(action: Action) -> Self {
        Self::Do(Actions(vec![action]))
    }
}

impl Screen {
    /// What was done of the lessons, from the workspace's file.
    pub fn set_progress(&mut self, progress: Progress) {
        self.progress = progress;
    }

    /// The same as it is now, for the file.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Where the first lesson is.
    pub fn first_lesson() -> Place {
        let first = lessons::all().iter().min_by_key(|lesson| lesson.number).map(|lesson| lesson.id.clone());
        first.map_or(Place::Labs, |id| Place::Lab { id })
    }

    /// Takes a lab file that is none of the lessons; answers the place where it is played, from its beginning.
    pub fn play(&mut self, file: Arc<LabFile>) -> Place {
        let id = if file.steps.is_empty() { FREE_PLAY } else { FROM_FILE };
        self.from_file = Some(file);
        self.open = None;
        Place::Lab { id: id.to_owned() }
    }

    /// The next frame that draws another place: a stage rests while nobody looks at it.
    pub fn note_place(&mut self, place: &Place) {
        let shown = matches!(place, Place::Lab { .. });
        if let Some(open) = &mut self.open {
            open.rest(!shown);
        }
    }

    /// Draws the place, one of the labs'.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        match ctx.place {
            Place::Lab { id } => self.lab(ui, ctx, id),
            Place::Watch { topic } => self.watch.ui(ui, ctx, topic),
            _ => list::show(ui, ctx, &self.lessons(), &self.progress),
        }
        self.files(ui, ctx);
    }

    fn lessons(&mut self) -> Arc<[Arc<LabFile>]> {
        Arc::clone(self.lessons.get_or_insert_with(lessons::all))
    }

    fn lab(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, id: &str) {
        let lessons = self.lessons();
        if self.open.as_ref().is_none_or(|open| open.id() != id) {
            let file = match id {
                FREE_PLAY => {
                    let saved = self.from_file.clone().filter(|file| file.steps.is_empty());
                    Some(saved.unwrap_or_else(|| Arc::new(FreePlay::empty())))
                }
                FROM_FILE => self.from_file.clone(),
                id => lessons.iter().find(|lesson| lesson.id == id).cloned(),
            };
            let Some(file) = file else {
                ctx.go(Place::Labs);
                return;
            };
            self.open = Some(LessonScreen::start(ctx, id, file, &self.progress));
            if id != FREE_PLAY && id != FROM_FILE {
                self.progress.last = Some(id.to_owned());
            }
        }
        if let Some(open) = &mut self.open {
            open.ui(ui, ctx, &lessons, &mut self.progress);
        }
    }

    /// The dialog for a lab file.
    fn files(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if ctx.take(Command::OpenLab) {
            self.open_file = Some(OpenFile::default());
        }
        let Some(dialog) = &mut self.open_file else { return };
        match dialog.ui(ui, ctx) {
            open_file::End::Open => {}
            open_file::End::Cancelled => self.open_file = None,
            open_file::End::Chosen(file) => {
                self.open_file = None;
                ctx.go(self.play(file));
            }
        }
    }
}

/// What a field of an actor is called.
pub(crate) fn field_name(ctx: &Ctx<'_>, field: &str) -> String {
    let id = format!("lab-field-{}", field.replace('_', "-"));
    let word = ctx.t(&id);
    if *word == *id { field.to_owned() } else { word.to_string() }
}
