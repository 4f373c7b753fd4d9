//! Who owned what in the last minute: a bar for each partition, coloured by member, with a gap where nobody worked.

use std::{collections::VecDeque, sync::Arc};

use egui::{Color32, Rect, ScrollArea, Sense, Ui, pos2, vec2};

use super::{paint_card, sentence};
use crate::{
    model::{TimestampMillis, TopicPartition},
    session::consumers::{ConsumerId, ConsumersView, Ownership, Span},
    ui::{
        ctx::Ctx,
        theme::{self, Theme, fonts},
        widgets,
    },
};

/// What the picture spans, in milliseconds.
const WINDOW_MILLIS: i64 = 60_000;
const ROW: f32 = 15.0;
const BAR: f32 = 11.0;
/// Rows in view; more scroll.
const ROWS_SHOWN_MAX: usize = 8;
/// Head, sentence and margins, in points.
const AROUND: f32 = 78.0;
/// A gap is at least so wide, or a rebalance of some milliseconds could not be seen.
const GAP_WIDTH_MIN: f32 = 2.0;

/// What the picture keeps between frames.
#[derive(Default)]
pub(super) struct TimelineState {
    group: Option<Arc<str>>,
}

/// Where time is on the screen.
#[derive(Clone, Copy)]
struct Axis {
    left: f32,
    right: f32,
    now: TimestampMillis,
}

impl Axis {
    fn x(self, at: TimestampMillis) -> f32 {
        let share = 1.0 - (self.now - at) as f32 / WINDOW_MILLIS as f32;
        egui::lerp(self.left..=self.right, share.clamp(0.0, 1.0))
    }

    fn shows(self, to: Option<TimestampMillis>) -> bool {
        to.is_none_or(|to| to > self.now - WINDOW_MILLIS)
    }
}

impl TimelineState {
    /// Height that the card wants, in points; 0 while there is nothing to show.
    pub(super) fn height(&self, view: &ConsumersView) -> f32 {
        match self.shown(view) {
            None => 0.0,
            Some((_, ownership)) => {
                let rows = ownership.partitions().count().clamp(1, ROWS_SHOWN_MAX);
                AROUND + rows as f32 * ROW
            }
        }
    }

    /// The group that was chosen, or the one where something happened last.
    fn shown<'a>(&self, view: &'a ConsumersView) -> Option<(&'a Arc<str>, &'a Arc<Ownership>)> {
        let with_spans = || view.ownership.iter().filter(|(_, o)| !o.is_empty());
        let chosen = with_spans().find(|(group, _)| Some(*group) == self.group.as_ref());
        chosen.or_else(|| with_spans().max_by_key(|(_, o)| o.last_change(0).map(|c| c.at)))
    }

    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, height: f32) {
        let Some((group, ownership)) = self.shown(view).map(|(g, o)| (Arc::clone(g), Arc::clone(o))) else { return };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        paint_card(ui, rect, None);
        let builder = egui::UiBuilder::new().id_salt("timeline").max_rect(rect.shrink2(vec2(14.0, 8.0)));
        let mut ui = ui.new_child(builder);
        let ui = &mut ui;
        ui.spacing_mut().item_spacing.y = 4.0;
        let mut chosen = Arc::clone(&group);
        widgets::card_header(ui, &ctx.t("consume-owned"), &ctx.t("consume-owned-span"), |ui| {
            legend(ui, view, &ownership, ctx.now);
            let owned = |group: &&Arc<str>| view.ownership.get(*group).is_some_and(|o| !o.is_empty());
            let groups: Vec<&Arc<str>> = view.groups.iter().filter(owned).collect();
            if groups.len() > 1 {
                ui.add_space(12.0);
                groups_choice(ui, &mut chosen, &groups);
            }
        });
        if chosen != group {
            self.group = Some(chosen);
        }
        let rows = ROW * ownership.partitions().count().clamp(1, ROWS_SHOWN_MAX) as f32;
        ScrollArea::vertical().max_height(rows).auto_shrink([false, true]).show(ui, |ui| {
            bars(ui, ctx, view, &group, &ownership);
        });
        let all = ownership.partitions().count();
        let words = ownership.last_change(ctx.now).map(|change| sentence::of_change(ctx, view, &change, all));
        let words = words.unwrap_or_default();
        ui.add_space(4.0);
        widgets::elided(ui, &words, fonts::caption(), theme::of(ui).quiet);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, &words));
    }
}

/// The groups by name, laid out from the right.
fn groups_choice(ui: &mut Ui, chosen: &mut Arc<str>, groups: &[&Arc<str>]) {
    let mut index = groups.iter().position(|g| *g == chosen).unwrap_or_default();
    let entries: Vec<(usize, &str)> = groups.iter().enumerate().map(|(n, g)| (n, &***g)).collect();
    if widgets::segmented(ui, &mut index, &entries)
        && let Some(group) = groups.get(index)
    {
        *chosen = Arc::clone(group);
    }
}

/// The colour of a consumer: by its number, so that it never changes.
pub(super) fn color_of(theme: &Theme, id: ConsumerId) -> Color32 {
    theme.series((id as usize).wrapping_sub(1))
}

/// A little quieter than the colour itself: a bar is a large area.
fn bar_color(theme: &Theme, id: ConsumerId) -> Color32 {
    theme.panel.lerp_to_gamma(color_of(theme, id), 0.8)
}

/// The members that own something in the picture, each with its colour; laid out from the right.
fn legend(ui: &mut Ui, view: &ConsumersView, ownership: &Ownership, now: TimestampMillis) {
    let mut owners: Vec<ConsumerId> = ownership
        .partitions()
        .flat_map(|(_, spans)| spans.iter())
        .filter(|span| span.to.is_none_or(|to| to > now - WINDOW_MILLIS))
        .map(|span| span.owner)
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let theme = theme::of(ui);
    for id in owners.into_iter().rev().take(theme::SERIES) {
        widgets::caption(ui, &sentence::name(view, id));
        ui.spacing_mut().item_spacing.x = 5.0;
        let (square, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
        ui.painter().rect_filled(square, 2.0, color_of(theme, id));
        ui.add_space(8.0);
    }
}

fn bars(ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, group: &str, ownership: &Ownership) {
    let theme = theme::of(ui);
    let label = |tp: &TopicPartition| ui.painter().layout_no_wrap(tp.to_string(), fonts::caption(), theme.quiet);
    let labels: Vec<_> = ownership.partitions().map(|(tp, _)| label(tp)).collect();
    let widest = labels.iter().map(|g| g.size().x).fold(0.0, f32::max).min(220.0);
    let alive = view.members(group).next().is_some();
    let size = vec2(ui.available_width(), ROW * labels.len().max(1) as f32);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    let axis = Axis { left: area.left() + widest + 16.0, right: area.right() - 14.0, now: ctx.now };
    let painter = ui.painter_at(area.expand(1.0));
    for (n, ((_, spans), galley)) in ownership.partitions().zip(labels).enumerate() {
        let y = area.top() + ROW * n as f32;
        painter.galley(pos2(area.left(), y + (ROW - galley.size().y) / 2.0), galley, theme.quiet);
        let row = Rect::from_min_size(pos2(axis.left, y + (ROW - BAR) / 2.0), vec2(axis.right - axis.left, BAR));
        for gap in gaps(spans, alive) {
            paint_gap(&painter, theme, axis, row, gap);
        }
        for span in spans.iter().filter(|s| axis.shows(s.to)) {
            let bar = row.with_min_x(axis.x(span.from)).with_max_x(axis.x(span.to.unwrap_or(axis.now)));
            painter.rect_filled(bar, 2.5, bar_color(theme, span.owner));
        }
    }
    if let Some(at) = response.hover_pos()
        && at.x >= axis.left
    {
        let row = ((at.y - area.top()) / ROW) as usize;
        if let Some((tp, spans)) = ownership.partitions().nth(row) {
            let words = reading(ctx, view, axis, tp, spans, at.x);
            painter.vline(at.x, area.y_range(), egui::Stroke::new(1.0, theme.faint));
            response.on_hover_text_at_pointer(words);
        }
    }
}

/// Times without an owner: between two spans, and after the last one while the group has members.
fn gaps(spans: &VecDeque<Span>, alive: bool) -> Vec<(TimestampMillis, Option<TimestampMillis>)> {
    let mut found = Vec::new();
    let mut free_from = None;
    for span in spans {
        if let Some(from) = free_from {
            found.push((from, Some(span.from)));
        }
        free_from = span.to;
    }
    if let (Some(from), true) = (free_from, alive) {
        found.push((from, None));
    }
    found
}

fn paint_gap(
    painter: &egui::Painter,
    theme: &Theme,
    axis: Axis,
    row: Rect,
    (from, to): (TimestampMillis, Option<TimestampMillis>),
) {
    // A partition that changed hands within the same millisecond never stood still.
    if to == Some(from) || !axis.shows(to) {
        return;
    }
    let left = axis.x(from);
    let right = axis.x(to.unwrap_or(axis.now)).max(left + GAP_WIDTH_MIN);
    let band = Rect::from_x_y_ranges(left..=right, row.top() - 2.0..=row.bottom() + 2.0);
    painter.rect_filled(band, 0.0, theme.tinted(theme.care));
    if right - left > 6.0 {
        painter.hline(left..=right, row.center().y, egui::Stroke::new(1.0, theme.dimmed(theme.care)));
    }
}

/// What the pointer is over.
fn reading(
    ctx: &Ctx<'_>,
    view: &ConsumersView,
    axis: Axis,
    tp: &TopicPartition,
    spans: &VecDeque<Span>,
    x: f32,
) -> String {
    let over = |span: &&Span| axis.x(span.from) <= x && x <= axis.x(span.to.unwrap_or(axis.now));
    match spans.iter().rev().find(over) {
        Some(span) => {
            let args = [
                ("partition", tp.to_string().into()),
                ("who", sentence::name(view, span.owner).to_string().into()),
                ("since", ctx.format.clock(span.from).into()),
            ];
            ctx.text.with("consume-owned-by", &args)
        }
        None => ctx.text.with("consume-owned-by-nobody", &[("partition", tp.to_string().into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_between_spans_and_at_the_end_of_a_group_that_lives() {
        let spans: VecDeque<Span> =
            [Span { owner: 1, from: 0, to: Some(10) }, Span { owner: 2, from: 15, to: Some(30) }].into();
        assert_eq!(gaps(&spans, true), [(10, Some(15)), (30, None)]);
        assert_eq!(gaps(&spans, false), [(10, Some(15))]);
    }

    #[test]
    fn time_runs_to_the_right() {
        let axis = Axis { left: 100.0, right: 700.0, now: 100_000 };
        assert_eq!(axis.x(100_000), 700.0);
        assert_eq!(axis.x(70_000), 400.0);
        assert_eq!(axis.x(0), 100.0);
        assert!(!axis.shows(Some(40_000)) && axis.shows(None));
    }
}
