//! The list of the clusters that are known: open, add, edit, duplicate, export, remove.

use egui::{Color32, Sense, Ui, Vec2};

use super::{export::ExportDialog, phrase::PhraseDialog, security_words};
use crate::{
    session::connections::{ConnectionId, Profile},
    ui::{
        action::Action,
        clusters::{ClusterAction, ClusterKey, Standing, Vault, addresses, is_production},
        command::Command,
        ctx::Ctx,
        icon,
        place::Place,
        theme::{self, fonts},
        widgets::{self, Button, Column, Dialog, DialogEnd, Rows, Table, TableState},
    },
};

/// What the list keeps between frames.
#[derive(Default)]
pub(super) struct List {
    table: TableState,
    remove: Option<ConnectionId>,
    export: Option<ExportDialog>,
    phrase: Option<PhraseDialog>,
}

impl List {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::page(ui, |ui| {
            let profiles = ctx.known.book.profiles();
            let about = ctx.text.with("clusters-count", &[("n", (profiles.len() as u64).into())]);
            widgets::page_header(
                ui,
                &[],
                &ctx.t("nav-clusters"),
                |ui| drop(widgets::quiet(ui, &about)),
                |ui| {
                    self.more(ui, ctx);
                    if ui.add(Button::primary(&ctx.t(Command::AddCluster.text_id()))).clicked() {
                        ctx.act(Action::Run(Command::AddCluster));
                    }
                },
            );
            ui.add_space(8.0);
            if profiles.is_empty() {
                let verb = ctx.t(Command::AddCluster.text_id());
                if widgets::empty(ui, icon::CLUSTERS, &ctx.t("clusters-none"), Some(&verb)).is_some_and(|r| r.clicked())
                {
                    ctx.act(Action::Run(Command::AddCluster));
                }
                return;
            }
            widgets::card_fill(ui, |ui| self.table(ui, ctx, profiles));
        });
        self.question(ui, ctx);
        if self.export.as_mut().is_some_and(|dialog| dialog.ui(ui, ctx)) {
            self.export = None;
        }
        if self.phrase.as_mut().is_some_and(|dialog| dialog.ui(ui, ctx)) {
            self.phrase = None;
        }
    }

    /// What concerns all of them.
    fn more(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::more(ui, &ctx.t("clusters-more"), |ui| {
            let none = (ctx.known.vault == Vault::Missing).then(|| ctx.t("vault-none"));
            if widgets::item_why(ui, icon::KEY, &ctx.t("vault-phrase-change"), none.as_deref()) {
                self.phrase = Some(PhraseDialog::default());
            }
        });
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, profiles: &[Profile]) {
        let titles =
            ["cluster-name", "cluster-environment", "cluster-bootstrap", "cluster-security", "cluster-standing"]
                .map(|id| ctx.t(id));
        let [name, environment, bootstrap, security, standing] = &titles;
        let columns = [
            Column::left("name", name, 220.0).grows(),
            Column::left("environment", environment, 190.0),
            Column::left("bootstrap", bootstrap, 260.0),
            Column::left("security", security, 200.0),
            Column::left("standing", standing, 130.0),
        ];
        let label = ctx.t("nav-clusters");
        let mut rows = ClusterRows { ctx, profiles, remove: None, export: None };
        let response = Table::new("clusters", &label, &columns).primary().show(ui, ctx, &mut self.table, &mut rows);
        let ClusterRows { remove, export, .. } = rows;
        self.remove = remove.or(self.remove);
        if let Some(id) = export {
            self.export = Some(ExportDialog::new(ctx, id));
        }
        let opened = response.opened.and_then(|row| profiles.get(usize::try_from(row).ok()?));
        if let Some(profile) = opened {
            ctx.act_on_clusters(ClusterAction::Open(profile.id));
        }
    }

    fn question(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        let Some(profile) = self.remove.and_then(|id| ctx.known.book.get(id)) else { return };
        let name = [("cluster", profile.name.as_str().into())];
        let (title, verb) = (ctx.text.with("cluster-remove-title", &name), ctx.text.with("cluster-remove-verb", &name));
        let end = Dialog::new(&title, &verb, &ctx.t("cancel")).dangerous().show(ui, |ui| {
            widgets::paragraph(ui, &ctx.t("cluster-remove-about"));
        });
        if end == DialogEnd::Confirmed {
            ctx.act_on_clusters(ClusterAction::Remove(profile.id));
        }
        if end != DialogEnd::Open {
            self.remove = None;
        }
    }
}

struct ClusterRows<'a> {
    ctx: &'a Ctx<'a>,
    profiles: &'a [Profile],
    remove: Option<ConnectionId>,
    export: Option<ConnectionId>,
}

impl ClusterRows<'_> {
    fn at(&self, row: u64) -> Option<&Profile> {
        self.profiles.get(usize::try_from(row).ok()?)
    }

    fn standing(&self, id: ConnectionId) -> Option<Standing> {
        let view = self.ctx.open.iter().find(|view| view.key == ClusterKey::Cluster(id))?;
        Some(view.standing)
    }

    fn standing_cell(&self, ui: &mut Ui, id: ConnectionId) {
        let theme = theme::of(ui);
        match self.standing(id) {
            None => drop(widgets::faint(ui, &self.ctx.t("cluster-closed"))),
            Some(standing) => {
                let (icon, words) = standing.says().unwrap_or((icon::CHECK, "cluster-is-open"));
                let color = match standing {
                    Standing::Open => theme.good,
                    Standing::Opening => theme.note,
                    Standing::Asks | Standing::Stale => theme.care,
                    Standing::Failed => theme.bad,
                };
                widgets::chip(ui, icon, &self.ctx.t(words), color);
            }
        }
    }
}

impl Rows for ClusterRows<'_> {
    fn count(&self) -> u64 {
        self.profiles.len() as u64
    }

    fn name(&self, row: u64) -> String {
        self.at(row).map(|profile| profile.name.clone()).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let Some(profile) = self.at(row) else { return };
        let theme = theme::of(ui);
        match column {
            0 => {
                dot(ui, theme.profile(profile.colour));
                widgets::elided(ui, &profile.name, fonts::medium(13.0), theme.text);
            }
            1 => {
                environment(ui, profile);
                if profile.read_only {
                    widgets::chip(ui, icon::LOCK, &self.ctx.t("cluster-read-only"), theme.note);
                }
            }
            2 => drop(widgets::elided(ui, &self.ctx.text.say(&addresses(profile)), fonts::data(), theme.quiet)),
            3 => drop(widgets::elided(ui, &security_words(profile), fonts::body(), theme.quiet)),
            _ => self.standing_cell(ui, profile.id),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(profile) = self.at(row).cloned() else { return };
        let ctx = self.ctx;
        let open = if self.standing(profile.id).is_some() { "cluster-show-it" } else { "cluster-open" };
        if widgets::item(ui, icon::OPEN, &ctx.t(open), None) {
            ctx.act_on_clusters(ClusterAction::Open(profile.id));
        }
        if self.standing(profile.id).is_some() {
            let words = ctx.text.with("cluster-close", &[("cluster", profile.name.as_str().into())]);
            if widgets::item(ui, icon::CLOSE, &words, None) {
                ctx.act_on_clusters(ClusterAction::AskClose(profile.id));
            }
        }
        if widgets::item(ui, icon::EDIT, &ctx.t("cluster-edit"), None) {
            ctx.go(Place::ClusterForm { id: Some(profile.id) });
        }
        if widgets::item(ui, icon::COPY, &ctx.t("cluster-duplicate"), None) {
            ctx.act_on_clusters(ClusterAction::Add(vec![duplicate(ctx, &profile)]));
        }
        if widgets::item(ui, icon::EXPORT, &ctx.t("cluster-export"), None) {
            self.export = Some(profile.id);
        }
        widgets::rule(ui);
        if widgets::item_danger(ui, icon::DELETE, &ctx.t("cluster-remove"), None) {
            self.remove = Some(profile.id);
        }
    }
}

/// The same under another name, without its secrets: those are kept by its id.
fn duplicate(ctx: &Ctx<'_>, profile: &Profile) -> Profile {
    let taken = |name: &str| ctx.known.book.profiles().iter().any(|other| other.name == name);
    let named =
        |n: u64| ctx.text.with("cluster-copy-name", &[("cluster", profile.name.as_str().into()), ("n", n.into())]);
    let name = (2..).map(named).find(|name| !taken(name)).unwrap_or_default();
    Profile { id: ConnectionId::fresh(), name, ..profile.clone() }
}

fn dot(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(12.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.5, color);
}

fn environment(ui: &mut Ui, profile: &Profile) {
    let theme = theme::of(ui);
    let word = profile.environment.trim();
    if word.is_empty() {
        return;
    }
    let color = theme.profile(profile.colour);
    if is_production(profile) {
        widgets::chip_filled(ui, word, color);
    } else {
        widgets::chip_plain(ui, word, color);
    }
}
