//! Dialogs of the frame: another workspace, and the list of shortcuts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use egui::Ui;
use parking_lot::Mutex;

use super::super::{
    action::Action,
    clusters::ClusterAction,
    command::Command,
    ctx::Ctx,
    icon,
    theme::fonts,
    widgets::{self, Button, Dialog, DialogEnd, Field},
};
use crate::session::connections::ConnectionId;

/// Asks for a folder: typed, or chosen in the system's dialog.
#[derive(Default)]
pub(super) struct WorkspaceDialog {
    path: String,
    /// Filled by the system's dialog, which runs elsewhere.
    chosen: Arc<Mutex<Option<PathBuf>>>,
    focused: bool,
}

/// The list of shortcuts.
pub(super) struct Shortcuts;

impl WorkspaceDialog {
    /// Draws it; true when it is done.
    pub(super) fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>, folder: &Path) -> bool {
        if self.path.is_empty() && !self.focused {
            self.path = folder.parent().unwrap_or(folder).display().to_string();
        }
        if let Some(chosen) = self.chosen.lock().take() {
            self.path = chosen.display().to_string();
        }
        let (title, confirm, cancel) = (ctx.t("open-other-title"), ctx.t("open-other-confirm"), ctx.t("cancel"));
        let label = ctx.t("open-other-label");
        let why_not = self.path.trim().is_empty().then_some(&*label);
        let end = Dialog::new(&title, &confirm, &cancel).unless(why_not).width(520.0).show(ui, |ui| self.body(ui, ctx));
        match end {
            DialogEnd::Open => false,
            DialogEnd::Cancelled => true,
            DialogEnd::Confirmed => {
                ctx.act(Action::OpenWorkspace(PathBuf::from(self.path.trim())));
                true
            }
        }
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (label, help) = (ctx.t("open-other-label"), ctx.t("open-other-help"));
        let field = Field { mono: true, help: &help, ..Field::new(&label) };
        let response = widgets::text_field(ui, &field, &mut self.path);
        if !self.focused {
            response.request_focus();
            self.focused = true;
        }
        if let Some(session) = ctx.session
            && Button::secondary(&ctx.t("open-other-choose")).icon(icon::FOLDER).show(ui).clicked()
        {
            // Made on this thread, as macOS wants it; waited for elsewhere, so that the window goes on.
            let dialog = rfd::AsyncFileDialog::new().pick_folder();
            let (slot, awake) = (Arc::clone(&self.chosen), session.clone());
            session.spawn(async move {
                if let Some(folder) = dialog.await {
                    *slot.lock() = Some(folder.path().to_owned());
                    awake.wake();
                }
            });
        }
    }
}

/// Asks before a cluster is closed where works run.
pub(super) struct CloseDialog {
    pub id: ConnectionId,
}

impl CloseDialog {
    /// Draws it; true when it is done.
    pub(super) fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        let view = ctx.open.iter().find(|view| view.id() == Some(self.id));
        let Some((view, profile)) = view.and_then(|view| Some((view, view.profile.as_deref()?))) else { return true };
        let name = [("cluster", profile.name.as_str().into())];
        let (title, verb) = (ctx.text.with("cluster-close-title", &name), ctx.text.with("cluster-close", &name));
        let end = Dialog::new(&title, &verb, &ctx.t("cancel")).dangerous().show(ui, |ui| {
            let jobs = ctx.text.with("cluster-close-jobs", &[("n", (view.jobs as u64).into())]);
            widgets::paragraph(ui, &jobs);
        });
        if end == DialogEnd::Confirmed {
            ctx.act_on_clusters(ClusterAction::Close(self.id));
        }
        end != DialogEnd::Open
    }
}

impl Shortcuts {
    /// Draws it; true when it is done.
    pub(super) fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        let (title, close) = (ctx.t("shortcuts-title"), ctx.t("close"));
        let end = Dialog::new(&title, "", &close).width(420.0).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 14.0);
            // All of them in one view of the smallest window that is common.
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().interact_size.y = 26.0;
            for command in Command::ALL {
                let Some(keys) = command.keys(ui) else { continue };
                ui.horizontal(|ui| {
                    icon::show(ui, command.icon(), ctx.theme.quiet);
                    widgets::rich(ui, &ctx.t(command.text_id()), fonts::body(), ctx.theme.text);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| widgets::key_cap(ui, &keys));
                });
            }
            ui.add_space(8.0);
            widgets::paragraph(ui, &ctx.t("shortcuts-clusters"));
            widgets::paragraph(ui, &ctx.t("shortcuts-tables"));
        });
        end != DialogEnd::Open
    }
}
