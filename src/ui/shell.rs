//! The frame of the window: top bar, navigation at the left, status at the bottom, the screen in the middle.

mod dialogs;
mod navigation;
mod status;
mod top;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use egui::Ui;

use super::{action::Action, ctx::Ctx, icon, widgets};
use crate::session::Problem;
use dialogs::{Shortcuts, WorkspaceDialog};

/// What the frame keeps between frames.
#[derive(Default)]
pub struct Shell {
    workspace: Option<WorkspaceDialog>,
    shortcuts: Option<Shortcuts>,
}

impl Shell {
    /// Draws the bars around the screen; what is left of `ui` is the screen's. `failed`: the workspace could not be opened.
    pub fn bars(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, recent: &[PathBuf], folder: &Path, failed: bool) {
        top::show(ui, ctx, recent, folder);
        status::show(ui, ctx, failed);
        navigation::show(ui, ctx);
    }

    /// Draws the frame's own dialogs over the screen.
    pub fn dialogs(&mut self, ui: &Ui, ctx: &Ctx<'_>, folder: &Path) {
        if self.workspace.as_mut().is_some_and(|dialog| dialog.ui(ui, ctx, folder)) {
            self.workspace = None;
        }
        if self.shortcuts.as_mut().is_some_and(|dialog| dialog.ui(ui, ctx)) {
            self.shortcuts = None;
        }
    }

    /// Asks for the folder of another workspace.
    pub fn ask_workspace(&mut self) {
        self.workspace = Some(WorkspaceDialog::default());
    }

    /// Shows the list of shortcuts.
    pub fn show_shortcuts(&mut self) {
        self.shortcuts = Some(Shortcuts);
    }
}

/// The middle while the workspace is on its way.
pub fn opening(ui: &mut Ui, ctx: &Ctx<'_>, since: Instant) {
    widgets::page(ui, |ui| widgets::waiting(ui, since, &ctx.t("opening")));
}

/// The middle when it could not be opened: why, and what to do.
pub fn failed(ui: &mut Ui, ctx: &Ctx<'_>, problem: &Problem) {
    widgets::page(ui, |ui| {
        if widgets::problem_page(ui, ctx, problem, Some(&ctx.t("open-retry"))) {
            ctx.act(Action::RetryOpen);
        }
        ui.vertical_centered(|ui| {
            ui.add_space(8.0);
            let other = widgets::Button::secondary(&ctx.t("open-other")).icon(icon::FOLDER).show(ui);
            if other.clicked() {
                ctx.act(Action::Run(super::Command::OpenWorkspace));
            }
        });
    });
}
