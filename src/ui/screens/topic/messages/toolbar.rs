//! The toolbar: where to start, which partitions, what to look for, and the tail.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align, Id, Layout, Popup, PopupCloseBehavior, Role, ScrollArea, Ui, WidgetInfo};

use super::{MessagesTab, jump};
use crate::{
    model::PartitionId,
    session::{
        TopicFacts,
        browse::{BrowseView, SearchState, SearchView, Start},
    },
    ui::{
        Command,
        ctx::Ctx,
        format, icon, theme,
        widgets::{self, Button},
    },
};

/// Width of the search field where there is room, and at least, in points.
const SEARCH_WIDTH: (f32, f32) = (360.0, 200.0);
/// What stands at the right of it, in points.
const BESIDE_SEARCH: f32 = 500.0;
/// Height of the list of partitions, in points.
const PARTITIONS_HEIGHT: f32 = 320.0;

/// The search field, for the command that moves there.
pub(super) fn search_id() -> Id {
    Id::unique("messages-search")
}

impl MessagesTab {
    pub(super) fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, view: &Arc<BrowseView>) {
        let promise = ctx.t("messages-joins-no-group");
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL);
            self.start_menu(ui, ctx);
            self.partitions_menu(ui, ctx, topic);
            self.transactions_menu(ui, ctx);
            self.search_field(ui, ctx, view);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.live_buttons(ui, ctx, view);
                let words = ui.painter().layout_no_wrap(promise.to_string(), theme::body(), theme::of(ui).quiet);
                if words.size().x <= ui.available_width() {
                    widgets::quiet(ui, &promise);
                } else {
                    let mark = icon::show(ui, icon::INFO, theme::of(ui).quiet).on_hover_text(&*promise);
                    mark.widget_info(|| WidgetInfo::labeled(Role::Label, true, &*promise));
                }
            });
        });
    }

    fn start_menu(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let words = match self.query.start {
            Start::Newest | Start::Live => ctx.t("messages-from-newest").to_string(),
            Start::Oldest => ctx.t("messages-from-oldest").to_string(),
            Start::Offset(offset) => {
                ctx.text.with("messages-from-offset", &[("offset", format::integer(offset).into())])
            }
            Start::Time(time) => ctx.text.with("messages-from-time", &[("time", ctx.format.time(time).into())]),
        };
        let button = ui.add(Button::secondary(&words).opens_menu());
        widgets::menu(&button, |ui| {
            let mut choose = |start: Start| {
                self.query.start = start;
                self.asked = None;
            };
            if widgets::item(ui, icon::DOWN, &ctx.t("messages-start-newest"), None) {
                choose(Start::Newest);
            }
            if widgets::item(ui, icon::UP, &ctx.t("messages-start-oldest"), None) {
                choose(Start::Oldest);
            }
            if widgets::item(ui, icon::FORWARD, &ctx.t("messages-start-offset"), Some("G")) {
                self.jump = Some(jump::Jump::offset());
            }
            if widgets::item(ui, icon::TIME, &ctx.t("messages-start-time"), None) {
                self.jump = Some(jump::Jump::time());
            }
        });
    }

    fn partitions_menu(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let words = match &self.query.partitions {
            None => ctx.t("messages-all-partitions").to_string(),
            Some(chosen) if chosen.len() == 1 => {
                let first = chosen.first().copied().unwrap_or_default();
                ctx.text.with("messages-partition", &[("id", first.to_string().into())])
            }
            Some(chosen) => ctx.text.with("messages-some-partitions", &[("n", chosen.len().into())]),
        };
        let button = ui.add(Button::secondary(&words).opens_menu());
        Popup::menu(&button).gap(4.0).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(190.0);
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut all = self.query.partitions.is_none();
            if widgets::check(ui, &mut all, &ctx.t("messages-all-partitions")).changed() {
                self.query.partitions = None;
            }
            widgets::rule(ui);
            let ids: Vec<PartitionId> = topic.partitions.iter().map(|p| p.id).collect();
            ScrollArea::vertical().max_height(PARTITIONS_HEIGHT).show_rows(ui, 24.0, ids.len(), |ui, range| {
                for id in &ids[range] {
                    let mut on = self.query.partitions.as_ref().is_none_or(|chosen| chosen.contains(id));
                    let word = ctx.text.with("messages-partition", &[("id", id.to_string().into())]);
                    if widgets::check(ui, &mut on, &word).changed() {
                        self.query.partitions = chosen_after(self.query.partitions.take(), &ids, *id, on);
                    }
                }
            });
        });
    }

    /// Isolation level and markers.
    fn transactions_menu(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let current = self.transactions;
        let changed = current != super::Transactions::default();
        let name = ctx.t("messages-transactions");
        let button = ui.add(Button::secondary("").icon(icon::TUNE).selected(changed)).accessible_name(&*name);
        let button = button.on_hover_text(&*name);
        Popup::menu(&button).gap(4.0).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_min_width(300.0);
            ui.spacing_mut().item_spacing.y = 6.0;
            widgets::note(ui, &name);
            let words = [ctx.t("messages-read-uncommitted"), ctx.t("messages-read-committed")];
            let entries = [(false, &*words[0]), (true, &*words[1])];
            widgets::segmented(ui, &mut self.transactions.committed_only, &entries);
            widgets::check(ui, &mut self.transactions.markers, &ctx.t("messages-markers"));
            widgets::note(ui, &ctx.t("messages-transactions-about"));
        });
    }

    fn search_field(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &BrowseView) {
        let count = view.search.map_or_else(String::new, |search| searched(ctx, &search));
        let room = ui.available_width() - BESIDE_SEARCH;
        let width = room.clamp(SEARCH_WIDTH.1, SEARCH_WIDTH.0);
        let before = self.query.text.clone();
        let hint = ctx.t("messages-search-hint");
        let field = widgets::search(ui, search_id(), &mut self.query.text, &hint, &count, width);
        if self.query.text != before {
            // Emptied is emptied at once; letters wait for the next.
            self.typed_at = (!self.query.text.is_empty()).then(std::time::Instant::now);
        }
        self.typing = field.has_focus();
        if field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
            self.typed_at = None;
        }
        let mut exact = self.query.exact_case;
        let case = ui.add(Button::bare("Aa").selected(exact)).on_hover_text(&*ctx.t("messages-exact-case"));
        if exact {
            ui.painter().hline(case.rect.shrink(8.0).x_range(), case.rect.bottom() - 4.0, (2.0, theme::of(ui).accent));
        }
        if case.clicked() {
            exact = !exact;
        }
        self.query.exact_case = exact;
        let runs = view.search.is_some_and(|search| search.state == SearchState::Running);
        if runs
            && ui.add(Button::secondary(&ctx.t("cancel")).icon(icon::STOP)).clicked()
            && let Some(browser) = &self.browser
        {
            browser.cancel_search();
        }
    }

    fn live_buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &BrowseView) {
        let keys = Command::Live.keys(ui.ctx()).unwrap_or_default();
        if self.query.start != Start::Live {
            let button = ui.add(Button::primary(&ctx.t("messages-live")).icon(icon::LIVE));
            if button.on_hover_text(ctx.text.with("messages-live-about", &[("keys", keys.into())])).clicked() {
                self.query.toggle_live();
            }
            return;
        }
        if ui.add(Button::secondary(&ctx.t("messages-live-stop")).icon(icon::STOP)).clicked() {
            self.query.toggle_live();
        }
        let Some(live) = &view.live else { return };
        let (word, glyph) = match live.paused {
            true => ("messages-live-resume", icon::LIVE),
            false => ("messages-live-pause", icon::PAUSE),
        };
        if ui.add(Button::primary(&ctx.t(word)).icon(glyph)).clicked()
            && let Some(browser) = &self.browser
        {
            browser.pause(!live.paused);
        }
    }
}

/// `14 of 1,707 searched`, or how many hits while it runs.
fn searched(ctx: &Ctx<'_>, search: &SearchView) -> String {
    let args = [("hits", search.hits.into()), ("searched", search.searched.into())];
    ctx.text.with("messages-searched", &args)
}

/// The choice after one partition was switched on or off; nothing chosen means all again.
fn chosen_after(
    chosen: Option<BTreeSet<PartitionId>>,
    all: &[PartitionId],
    id: PartitionId,
    on: bool,
) -> Option<BTreeSet<PartitionId>> {
    let mut chosen = match chosen {
        // The first partition taken out of "all" is the only one wanted: to look at one is why people open this menu.
        None => return Some(BTreeSet::from([id])),
        Some(chosen) => chosen,
    };
    if on {
        chosen.insert(id);
    } else {
        chosen.remove(&id);
    }
    let every = all.iter().all(|id| chosen.contains(id));
    (!chosen.is_empty() && !every).then_some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing_from_all_means_only_that_one() {
        let all = [0, 1, 2];
        assert_eq!(chosen_after(None, &all, 1, false), Some(BTreeSet::from([1])));
        assert_eq!(chosen_after(Some(BTreeSet::from([1])), &all, 2, true), Some(BTreeSet::from([1, 2])));
        assert_eq!(chosen_after(Some(BTreeSet::from([1, 2])), &all, 0, true), None, "every one is all");
        assert_eq!(chosen_after(Some(BTreeSet::from([1])), &all, 1, false), None, "none is all");
    }
}
