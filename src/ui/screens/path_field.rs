//! A path: typed, or chosen in the system's dialog where there is one.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use egui::Ui;

use crate::{
    session::Loadable,
    ui::{
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        widgets::{self, Button, Field},
    },
};

/// Width of the button that opens the dialog, in points.
const CHOOSE_WIDTH: f32 = 112.0;

/// So long after the last key a path counts as typed.
const TYPING_PAUSE: Duration = Duration::from_millis(400);

/// What the file is for.
#[derive(Clone, Copy)]
pub enum Purpose<'a> {
    Open,
    /// With the name to propose.
    Save(&'a str),
}

/// The field with what it waits for.
#[derive(Default)]
pub struct PathField {
    pub text: String,
    /// Whether the text came from the dialog, which has asked already whether to replace a file.
    pub from_dialog: bool,
    answer: Loadable<Option<PathBuf>>,
    /// A dialog was asked for and gave nothing: cancelled, or this system has none, which nobody can tell apart.
    no_answer: bool,
    /// When a key was last pressed in it, until the pause after it was told.
    typed_at: Option<Instant>,
}

impl PathField {
    /// Draws it under the text `label`; true when another path stands there for good (chosen, or typed and left or paused).
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, label: &str, purpose: Purpose<'_>) -> bool {
        let mut changed = self.take_answer();
        let button = ctx.t("transfers-choose");
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let hint = ctx.t("transfers-path-hint");
            let fault = (!self.text.is_empty()).then(|| self.fault()).flatten().map(|id| ctx.t(id));
            ui.horizontal_top(|ui| {
                let room = ui.available_width() - CHOOSE_WIDTH - ui.spacing().item_spacing.x;
                let label = ctx.t(label);
                let field = Field {
                    hint: &hint,
                    mono: true,
                    width: room.max(160.0),
                    fault: fault.as_deref(),
                    ..Field::new(&label)
                };
                let typed = widgets::text_field(ui, &field, &mut self.text);
                if typed.changed() {
                    self.from_dialog = false;
                    self.no_answer = false;
                    self.typed_at = Some(Instant::now());
                }
                changed |= self.is_typed(ui) || typed.lost_focus();
                ui.vertical(|ui| {
                    // Beside the field, below the height of its label.
                    ui.add_space(18.0);
                    if Button::secondary(&button).icon(icon::FOLDER).min_width(CHOOSE_WIDTH).show(ui).clicked() {
                        self.ask(ctx, purpose);
                    }
                });
            });
            if self.no_answer {
                let color = theme::of(ui).care;
                widgets::rich(ui, &ctx.t("transfers-no-answer"), fonts::caption(), color);
            }
        });
        changed
    }

    /// Puts a path there that was chosen earlier.
    pub fn fill(&mut self, path: &Path) {
        *self = Self { text: path.display().to_string(), ..Self::default() };
    }

    /// Whether somebody who was typing has paused, once for each time.
    fn is_typed(&mut self, ui: &Ui) -> bool {
        let Some(at) = self.typed_at else { return false };
        if let Some(wait) = TYPING_PAUSE.checked_sub(at.elapsed()) {
            ui.ctx().request_repaint_after(wait);
            return false;
        }
        self.typed_at = None;
        true
    }

    /// The path, when it can be used.
    pub fn path(&self) -> Option<PathBuf> {
        self.fault().is_none().then(|| PathBuf::from(self.text.trim()))
    }

    /// Id of the text that says why the path cannot be used.
    pub fn fault(&self) -> Option<&'static str> {
        let text = self.text.trim();
        if text.is_empty() {
            Some("transfers-path-missing")
        } else if !Path::new(text).is_absolute() {
            // A window has no current folder that a person could know of.
            Some("transfers-path-relative")
        } else {
            None
        }
    }

    fn ask(&mut self, ctx: &Ctx<'_>, purpose: Purpose<'_>) {
        self.no_answer = false;
        let slot = self.answer.clone();
        match purpose {
            Purpose::Open => ctx.with_session(move |session| session.ask_file_to_open(&slot)),
            Purpose::Save(name) => {
                let name = name.to_owned();
                ctx.with_session(move |session| session.ask_file_to_save(&name, &slot));
            }
        }
    }

    fn take_answer(&mut self) -> bool {
        let Some(answer) = self.answer.value() else { return false };
        self.answer.clear();
        match &*answer {
            Some(path) => {
                self.text = path.display().to_string();
                self.from_dialog = true;
                self.no_answer = false;
                true
            }
            None => {
                self.no_answer = true;
                false
            }
        }
    }
}
