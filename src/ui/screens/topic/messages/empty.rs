//! What stands where no record does: nothing stored, nothing found, something wrong.

use std::time::Instant;

use egui::Ui;

use super::{MessagesOutcome, MessagesTab};
use crate::{
    session::{
        TopicFacts,
        browse::{BrowseError, BrowseView, Phase, SearchState, Start},
    },
    ui::{ctx::Ctx, format, icon, theme, widgets},
};

impl MessagesTab {
    /// In place of the table.
    pub(super) fn nothing(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        topic: &TopicFacts,
        view: &BrowseView,
    ) -> Option<MessagesOutcome> {
        match &view.phase {
            Phase::Failed(error) => {
                if widgets::problem_page(ui, ctx, &error.problem(), Some(&*ctx.t("messages-load-again"))) {
                    self.reload();
                }
            }
            Phase::Loading => {
                let since = self.loading_since.unwrap_or_else(Instant::now);
                ui.vertical_centered(|ui| widgets::waiting(ui, since, &ctx.t("messages-loading")));
            }
            Phase::Ready => return self.nothing_found(ui, ctx, topic, view),
        }
        None
    }

    fn nothing_found(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        topic: &TopicFacts,
        view: &BrowseView,
    ) -> Option<MessagesOutcome> {
        if let Some(search) = view.search {
            match search.state {
                SearchState::Running => {
                    ui.vertical_centered(|ui| {
                        ui.add_space(24.0);
                        widgets::quiet(ui, &ctx.t("messages-searching"));
                    });
                }
                _ => {
                    let words = ctx.text.with("messages-no-hits", &[("n", search.searched.into())]);
                    let clear = widgets::empty(ui, icon::SEARCH, &words, Some(&*ctx.t("messages-clear-search")));
                    if clear.is_some_and(|button| button.clicked()) {
                        self.query.text.clear();
                    }
                }
            }
            return None;
        }
        if self.query.start == Start::Live {
            widgets::empty(ui, icon::LIVE, &ctx.t("messages-live-waiting"), None);
            return None;
        }
        if view.stored_records() > 0 {
            let clear =
                widgets::empty(ui, icon::TIME, &ctx.t("messages-none-in-range"), Some(&*ctx.t("messages-show-all")));
            if clear.is_some_and(|button| button.clicked()) {
                self.query.range = None;
                self.bars.clear();
                self.query.start = Start::Newest;
                self.reload();
            }
            return None;
        }
        // The list is a picture of the moment it was asked for; records that came since are one click away.
        if topic.records > 0 {
            self.reload();
            return None;
        }
        let produce =
            widgets::empty(ui, icon::TOPICS, &ctx.t("messages-empty"), Some(&*ctx.t("messages-produce-first")));
        produce.filter(|button| button.clicked()).map(|_| MessagesOutcome::ProduceFirst)
    }

    /// What does not keep the list from being shown, above it.
    pub(super) fn banners(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, view: &BrowseView) {
        if let Phase::Failed(error) = &view.phase
            && !view.is_empty()
        {
            ui.add_space(8.0);
            if widgets::problem(ui, ctx, &error.problem(), Some(&*ctx.t("messages-load-again"))) {
                self.reload();
            }
            ui.add_space(8.0);
        }
        for (partition, error) in view.broken.iter() {
            let known = topic.partitions.iter().find(|p| p.id == *partition).and_then(|p| p.damage.as_deref());
            match known {
                Some(why) => {
                    let args = [("id", partition.to_string().into()), ("why", why.into())];
                    line(ui, &ctx.text.with("messages-partition-damaged", &args));
                }
                None => line(ui, &broken(ctx, *partition, error)),
            }
        }
        if let Some(offset) = view.out_of_range {
            let first = view.stored.iter().map(|span| span.lo).min().unwrap_or(0);
            let last = view.stored.iter().map(|span| span.hi).max().unwrap_or(0) - 1;
            let args = [
                ("offset", format::integer(offset).into()),
                ("first", format::integer(first).into()),
                ("last", format::integer(last).into()),
            ];
            line(ui, &ctx.text.with("messages-out-of-range", &args));
        }
        if let Some((partition, error)) = view.live.as_ref().and_then(|live| live.trouble.as_ref()) {
            line(ui, &broken(ctx, *partition, error));
        }
    }
}

fn broken(ctx: &Ctx<'_>, partition: i32, error: &BrowseError) -> String {
    let args = [("id", partition.to_string().into()), ("why", error.to_string().into())];
    ctx.text.with("messages-partition-broken", &args)
}

fn line(ui: &mut Ui, words: &str) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(26.0);
        icon::show(ui, icon::CARE, theme.care);
        widgets::elided(ui, words, theme::body(), theme.text);
    });
}
