//! The line below the table: what is shown, what is kept, how a search or a tail is, and what came since.

use egui::{Align, Frame, Layout, Margin, Panel, Ui};

use super::MessagesTab;
use crate::{
    model::PartitionId,
    session::{
        TopicFacts,
        browse::{BrowseView, HITS_ROWS_MAX, LIVE_ROWS_MAX, LiveView, SearchState, SearchView},
    },
    ui::{ctx::Ctx, format, icon, theme, widgets},
};

/// Height of the line, in points.
const HEIGHT: f32 = 26.0;

impl MessagesTab {
    /// Draws it at the lower edge; call before the table.
    pub(super) fn foot(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, view: &BrowseView) {
        let theme = theme::of(ui);
        let frame = Frame::new().fill(theme.window).inner_margin(Margin::symmetric(16, 0));
        Panel::bottom("messages-foot").resizable(false).exact_size(HEIGHT).frame(frame).show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                widgets::caption(ui, &self.words(ctx, view));
                if let Some(search) = view.search.filter(|search| search.state == SearchState::Running) {
                    ui.scope(|ui| {
                        ui.set_max_width(120.0);
                        let share = (search.total > 0).then(|| search.searched as f32 / search.total as f32);
                        widgets::bar(ui, share, &ctx.t("messages-searching"));
                    });
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.right(ui, ctx, topic, view));
            });
        });
    }

    fn right(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, view: &BrowseView) {
        if !view.is_empty() && !self.visible.is_empty() {
            let args = [
                ("first", format::count(self.visible.start + 1).into()),
                ("last", format::count(self.visible.end.min(view.len())).into()),
                ("total", format::count(view.len()).into()),
            ];
            widgets::caption(ui, &ctx.text.with("messages-rows", &args));
        }
        let newer = newer(topic, view);
        if newer > 0 {
            let words = ctx.text.with("messages-newer", &[("n", newer.into())]);
            if widgets::link(ui, &words).clicked() {
                self.reload();
            }
            icon::show(ui, icon::REFRESH, theme::of(ui).accent);
        }
    }

    fn words(&self, ctx: &Ctx<'_>, view: &BrowseView) -> String {
        if let Some(live) = &view.live {
            return live_words(ctx, live);
        }
        if let Some(search) = &view.search {
            return search_words(ctx, search);
        }
        let order = if view.is_newest_first() { "messages-newest-first" } else { "messages-oldest-first" };
        let total = ctx.text.with("count-records", &[("n", view.len().into())]);
        let several = view.spans.len() > 1;
        let by = if several { format!(" · {}", ctx.t("messages-by-time")) } else { String::new() };
        format!("{total} · {}{by}", ctx.t(order))
    }
}

fn live_words(ctx: &Ctx<'_>, live: &LiveView) -> String {
    let mut words = match live.paused {
        true => ctx.text.with("messages-live-paused", &[("n", live.waiting.into())]),
        false => {
            let args = [("n", live.received.into()), ("rate", format::rate(live.rate).into())];
            ctx.text.with("messages-live-running", &args)
        }
    };
    words.push_str(" · ");
    words.push_str(&ctx.text.with("messages-live-keeps", &[("max", LIVE_ROWS_MAX.into())]));
    if live.deleted_unread > 0 {
        words.push_str(" · ");
        words.push_str(&ctx.text.with("messages-live-deleted", &[("n", live.deleted_unread.into())]));
    }
    words
}

fn search_words(ctx: &Ctx<'_>, search: &SearchView) -> String {
    let args = [
        ("hits", search.hits.into()),
        ("searched", search.searched.into()),
        ("total", search.total.into()),
        ("rate", format::rate(search.rate).into()),
    ];
    let id = match search.state {
        SearchState::Running => "messages-search-running",
        SearchState::Done => "messages-search-done",
        SearchState::Cancelled => "messages-search-cancelled",
    };
    let mut words = ctx.text.with(id, &args);
    if search.kept < search.hits && search.state != SearchState::Running {
        words.push_str(" · ");
        let args = [("kept", search.kept.into()), ("max", HITS_ROWS_MAX.into())];
        words.push_str(&ctx.text.with("messages-search-kept", &args));
    }
    words
}

/// Records that came since the list was asked for, in the partitions that it shows.
fn newer(topic: &TopicFacts, view: &BrowseView) -> u64 {
    if view.live.is_some() {
        return 0;
    }
    let end_of = |id: PartitionId| {
        let index = topic.partitions.binary_search_by_key(&id, |p| p.id).ok()?;
        topic.partitions[index].end
    };
    view.stored.iter().filter_map(|span| Some(end_of(span.partition)?.saturating_sub(span.hi).max(0) as u64)).sum()
}
