//! A connection as a file for others: where to, and what is in it.

use std::path::PathBuf;

use egui::Ui;

use crate::{
    session::{Loadable, connections::ConnectionId},
    ui::{
        clusters::ClusterAction,
        ctx::Ctx,
        screens::path_field::{PathField, Purpose},
        theme::BETWEEN,
        widgets::{self, Dialog, DialogEnd},
    },
};

/// The dialog.
pub(super) struct ExportDialog {
    id: ConnectionId,
    path: PathField,
    replace: bool,
    folder: Loadable<PathBuf>,
    proposed: bool,
}

impl ExportDialog {
    /// Asks where to write that connection.
    pub fn new(ctx: &Ctx<'_>, id: ConnectionId) -> Self {
        let folder = Loadable::default();
        // The folder that others export to as well; without a session, a person names one.
        if let Some(session) = ctx.session {
            session.load_files_folder(&folder);
        }
        Self { id, path: PathField::default(), replace: false, folder, proposed: false }
    }

    /// Draws it; true when it is over.
    pub fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        let Some(profile) = ctx.known.book.get(self.id) else { return true };
        let name = file_name(&profile.name);
        if let (false, Some(folder)) = (self.proposed, self.folder.value()) {
            self.proposed = true;
            if folder.is_absolute() && self.path.text.is_empty() {
                self.path.fill(&folder.join(&name));
            }
        }
        let cluster = [("cluster", profile.name.as_str().into())];
        let (title, verb) = (ctx.text.with("cluster-export-title", &cluster), ctx.t("export-verb"));
        let why_not = self.path.fault().map(|id| ctx.t(id));
        let dialog =
            Dialog::new(&title, &verb, &ctx.t("cancel")).unless(why_not.as_deref()).width(560.0).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = BETWEEN;
                widgets::paragraph(ui, &ctx.t("cluster-export-about"));
                self.path.ui(ui, ctx, "transfers-file", Purpose::Save(&name));
                if !self.path.from_dialog {
                    widgets::check(ui, &mut self.replace, &ctx.t("export-replace"));
                }
            });
        if let (DialogEnd::Confirmed, Some(path)) = (dialog, self.path.path()) {
            let replace = self.replace || self.path.from_dialog;
            ctx.act_on_clusters(ClusterAction::Export { id: self.id, path, replace });
        }
        dialog != DialogEnd::Open
    }
}

/// `Shop · EU` becomes `Shop-EU.millpond.json`: a name that every file system takes.
fn file_name(name: &str) -> String {
    let parts: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    format!("{}.millpond.json", if parts.is_empty() { "connection".to_owned() } else { parts.join("-") })
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn any_name_makes_a_file_name() {
        assert_eq!(file_name("Shop · EU/1"), "Shop-EU-1.millpond.json");
        assert_eq!(file_name("生产"), "生产.millpond.json");
        assert_eq!(file_name("../.."), "connection.millpond.json");
    }
}
