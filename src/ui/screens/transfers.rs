//! Exports, imports and the sample stream: what runs, what came of it, and the way to begin one.

mod export;
mod import;
mod list;
mod preview;

use std::collections::BTreeSet;

use egui::Ui;

use self::{export::ExportDialog, import::ImportPage};
use super::copy::{CopyPage, ReplayDialog, Way};
use crate::{
    session::{JobId, JobState, JobView},
    ui::{
        command::Command,
        ctx::Ctx,
        icon,
        place::Place,
        widgets::{self, Button},
    },
};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct TransfersScreen {
    /// Open while an export is being chosen.
    export: Option<ExportDialog>,
    /// Shown instead of the list while an import is being chosen.
    import: Option<ImportPage>,
    /// Shown instead of the list while a copy is being chosen.
    copy: Option<CopyPage>,
    /// Open while a replay is being chosen.
    replay: Option<ReplayDialog>,
    /// Transfers whose skipped lines are unfolded.
    unfolded: BTreeSet<JobId>,
    /// The topic that was looked at last, which is most likely the one that is meant.
    topic: Option<String>,
}

impl TransfersScreen {
    /// Notes where the window is, so that an export begins with the topic that was looked at. Call every frame.
    pub fn note_place(&mut self, place: &Place) {
        if let Place::Topic { name, .. } = place
            && self.topic.as_deref() != Some(name)
        {
            self.topic = Some(name.clone());
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        self.take_wishes(ctx);
        if let Some(import) = &mut self.import {
            if import.ui(ui, ctx) {
                self.import = None;
            }
            return;
        }
        if let Some(copy) = &mut self.copy {
            if copy.ui(ui, ctx) {
                self.copy = None;
            }
            return;
        }
        let jobs = transfers(ctx);
        widgets::page_scroll(ui, |ui| {
            self.header(ui, ctx);
            if jobs.is_empty() {
                ui.set_min_height(ui.clip_rect().height() - 120.0);
                let asked =
                    widgets::empty(ui, icon::TRANSFERS, &ctx.t("transfers-empty"), Some(&ctx.t("transfers-import")));
                if asked.is_some_and(|button| button.clicked()) {
                    self.begin_import(ctx);
                }
            }
            for job in &jobs {
                list::card(ui, ctx, job, &mut self.unfolded);
            }
        });
        if let Some(export) = &mut self.export
            && export.show(ui, ctx)
        {
            self.export = None;
        }
        if let Some(replay) = &mut self.replay
            && replay.show(ui, ctx)
        {
            self.replay = None;
        }
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let no_topic = ctx.facts.topics.is_empty().then(|| ctx.t("export-no-topic"));
        widgets::page_header(
            ui,
            &[],
            &ctx.t("nav-transfers"),
            |_| (),
            |ui| {
                let export =
                    Button::primary(&ctx.t("transfers-export")).icon(icon::EXPORT).unless(no_topic.as_deref()).show(ui);
                if export.clicked() && no_topic.is_none() {
                    self.export = Some(ExportDialog::new(ctx, self.topic.as_deref()));
                }
                if Button::secondary(&ctx.t("transfers-import")).icon(icon::IMPORT).show(ui).clicked() {
                    self.begin_import(ctx);
                }
                self.more(ui, ctx);
            },
        );
    }

    /// Commands and proposals of other screens.
    fn take_wishes(&mut self, ctx: &Ctx<'_>) {
        if ctx.take(Command::ImportFile) {
            self.begin_import(ctx);
        }
        if ctx.take(Command::ExportTopic) && !ctx.facts.topics.is_empty() {
            self.import = None;
            self.export = Some(ExportDialog::new(ctx, self.topic.as_deref()));
        }
        if let Some(draft) = ctx.session.and_then(|session| session.take_export_draft()) {
            self.import = None;
            self.export = Some(ExportDialog::from_draft(ctx, draft));
        }
    }

    fn more(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let replay = ctx.t("replay-button");
        widgets::more(ui, &ctx.t("transfers-more"), |ui| {
            if widgets::item(ui, icon::HISTORY, &replay, None) {
                self.replay = Some(ReplayDialog::new(ctx, self.topic.as_deref()));
            }
        });
        for (way, icon, words) in [
            (Way::BringHome, icon::IMPORT, "copy-bring-home-button"),
            (Way::HandOver, icon::EXPORT, "copy-hand-over-button"),
        ] {
            if Button::secondary(&ctx.t(words)).icon(icon).show(ui).clicked() {
                let topics = self.topic.iter().filter(|_| way == Way::HandOver).cloned().collect();
                self.copy = Some(CopyPage::new(way, topics));
            }
        }
    }

    fn begin_import(&mut self, ctx: &Ctx<'_>) {
        self.export = None;
        self.import = Some(ImportPage::new(ctx, self.topic.as_deref()));
    }
}

/// The jobs that move records between files and topics: running ones first, then the newest.
fn transfers(ctx: &Ctx<'_>) -> Vec<JobView> {
    let mut jobs = ctx.session.map(|session| session.jobs()).unwrap_or_default();
    jobs.retain(|job| job.kind.is_transfer());
    jobs.sort_by_key(|job| (job.state != JobState::Running, std::cmp::Reverse(job.id)));
    jobs
}
