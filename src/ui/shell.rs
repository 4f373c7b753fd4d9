//! The frame of the window: top bar, navigation at the left, status at the bottom, the screen in the middle.

mod asking;
mod dialogs;
mod edge;
mod navigation;
mod standing;
mod status;
mod switcher;
mod top;

use std::path::{Path, PathBuf};

use egui::Ui;

use super::{
    clusters::{ClusterKey, Needs},
    ctx::Ctx,
};
use crate::session::connections::ConnectionId;
use asking::Asking;
use dialogs::{CloseDialog, Shortcuts, WorkspaceDialog};

pub use self::{
    edge::{edge, on_cluster},
    standing::{failed, opening, screen},
};

/// What the frame keeps between frames.
#[derive(Default)]
pub struct Shell {
    workspace: Option<WorkspaceDialog>,
    shortcuts: Option<Shortcuts>,
    close: Option<CloseDialog>,
    /// What is typed for a cluster that waits for it.
    asking: Option<(ClusterKey, Asking)>,
}

/// The workspace folder and those that were open before.
pub struct Around<'a> {
    pub recent: &'a [PathBuf],
    pub folder: &'a Path,
}

impl Shell {
    /// Draws the bars around the screen; what is left of `ui` is the screen's.
    pub fn bars(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
        top::show(ui, ctx, around);
        status::show(ui, ctx);
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
        if self.close.as_mut().is_some_and(|dialog| dialog.ui(ui, ctx)) {
            self.close = None;
        }
    }

    /// Asks for the folder of another workspace.
    pub fn ask_workspace(&mut self) {
        self.workspace = Some(WorkspaceDialog::default());
    }

    /// Asks whether a cluster is to be closed although works run there.
    pub fn ask_close(&mut self, id: ConnectionId) {
        self.close = Some(CloseDialog { id });
    }

    /// Shows the list of shortcuts.
    pub fn show_shortcuts(&mut self) {
        self.shortcuts = Some(Shortcuts);
    }

    /// The middle while a cluster waits for something to be typed.
    pub fn asks(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, needs: &Needs) {
        let key = ctx.cluster.key;
        if self.asking.as_ref().is_none_or(|(known, _)| *known != key) {
            self.asking = Some((key, Asking::default()));
        }
        if let Some((_, asking)) = &mut self.asking
            && asking.ui(ui, ctx, needs)
        {
            // Nothing secret stays in the window.
            self.asking = None;
        }
    }
}
