//! What stands around the picture: large numbers, charts, who owned what, and the rows of a service's table.

use std::{collections::HashSet, sync::Arc};

use egui::{Align, Align2, FontId, Layout, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::story;
use crate::{
    labs::{
        file::{ChartSpec, GroupType, series_parts},
        picture::{actor_colors, words},
        view::{ActorView, CounterView, GroupView, OwnedSpan, ServiceView, StageView},
    },
    model::TimestampMillis,
    ui::{
        Ctx, format,
        theme::{self, BETWEEN, fonts},
        widgets::{self, Chart, Line},
    },
};

/// Height of a card with a large number, in points.
pub(super) const COUNTER: f32 = 93.0;
const COUNTER_WIDTH_MIN: f32 = 150.0;
/// Height of a card with a chart beside another, and of one that has the whole width, in points.
pub(super) const CHART: f32 = 226.0;
const CHART_WIDE: f32 = 204.0;
/// A chart shows at least so much time, so that a young line does not fill it.
const CHART_SPAN_MIN_MILLIS: i64 = 30_000;
/// The time that the strip of owners looks back.
const OWNED_SPAN_MILLIS: i64 = 60_000;

/// The large numbers side by side.
pub(super) fn counters(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView) {
    let Some(lesson) = view.lesson.as_ref().filter(|lesson| !lesson.counters.is_empty()) else { return };
    let fit = ((ui.available_width() + BETWEEN) / (COUNTER_WIDTH_MIN + BETWEEN)).max(1.0) as usize;
    for row in lesson.counters.chunks(fit.min(lesson.counters.len())) {
        widgets::columns(ui, COUNTER, &vec![1.0; row.len()], |ui, column| {
            tile(ui, |ui| counter(ui, ctx, &row[column]));
        });
    }
}

/// A card as high as the space.
fn tile(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    widgets::card(ui, |ui| {
        // The hairline is drawn around the space that the card takes.
        ui.set_min_height(ui.available_height() - 1.0);
        content(ui);
    });
}

fn counter(ui: &mut Ui, ctx: &Ctx<'_>, counter: &CounterView) {
    let value = match counter.number {
        Some(value) => number(value),
        None if counter.text.is_empty() => format::UNKNOWN.to_owned(),
        None => counter.text.clone(),
    };
    let note = words(ctx, &counter.note);
    let gap = if counter.note_value.is_empty() || note.is_empty() { "" } else { " " };
    let below = format!("{}{gap}{note}", counter.note_value);
    let theme = theme::of(ui);
    let label = words(ctx, &counter.label);
    let shown = ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        // A teacher's words may be longer than the card is wide.
        widgets::elided(ui, label, fonts::caption(), theme.quiet);
        let color = if counter.warn { theme.bad } else { theme.text };
        let font = if value == format::UNKNOWN { fonts::body() } else { fonts::semibold(24.0) };
        widgets::rich(ui, &value, FontId { size: 24.0, ..font }, color);
        widgets::elided(ui, if below.is_empty() { " " } else { &below }, fonts::caption(), theme.quiet);
    });
    shown.response.widget_info(|| WidgetInfo::labeled(Role::Group, true, format!("{label}: {value}")));
}

/// As exact as it is of use.
fn number(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract().abs() < 0.005 {
        format::integer(value.round() as i64)
    } else {
        format!("{value:.1}")
    }
}

/// The charts of the lesson: beside each other where there is room, else below.
pub(super) fn charts(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, below_each_other: bool) {
    let Some(lesson) = &view.lesson else { return };
    let specs = &lesson.file.charts;
    let columns = if below_each_other || specs.len() < 2 { 1 } else { 2 };
    let height = if columns == 1 { CHART_WIDE } else { CHART };
    for (nth, row) in specs.chunks(columns).enumerate() {
        widgets::columns(ui, height, &vec![1.0; row.len()], |ui, column| {
            tile(ui, |ui| chart(ui, ctx, view, &row[column], nth * columns + column));
        });
    }
}

fn chart(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, spec: &ChartSpec, index: usize) {
    let theme = theme::of(ui);
    ui.spacing_mut().item_spacing.y = 6.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        let title = words(ctx, &spec.title);
        // A long title leaves no room for the unit, which the axis then has to tell.
        widgets::elided(ui, title, fonts::semibold(13.0), theme.text);
        if !spec.unit.is_empty() {
            widgets::elided(ui, words(ctx, &spec.unit), fonts::caption(), theme.quiet);
        }
    });
    let alone = spec.series.len() == 1;
    let named: Vec<_> =
        spec.series.iter().map(|name| (series_name(ctx, view, name, alone), points(view, name))).collect();
    let lines: Vec<_> = named
        .iter()
        .enumerate()
        .map(|(nth, (name, points))| {
            let line = Line::new(name, theme.series(series_color(&spec.series[nth], nth)), points);
            if alone { line.filled() } else { line }
        })
        .collect();
    // From the beginning of the story, so that two charts can be read one under the other.
    let to = view.now_ms.max(CHART_SPAN_MIN_MILLIS);
    let id = format!("lab-chart-{index}");
    Chart::new(&id, words(ctx, &spec.title), 0..=to, &lines).since_start().show(ui, ctx);
}

/// A line keeps its colour in all charts: what arrives, what is done, what waits.
fn series_color(name: &str, nth: usize) -> usize {
    match series_parts(name) {
        ("arrivals", None) => 0,
        ("done", None) => 2,
        ("failed", None) => 5,
        ("backlog" | "lag" | "lag_s", _) => 1 + nth,
        _ => nth,
    }
}

/// The words at a line's end: what it is, or beside others of its kind the actor, topic or group that it is about.
fn series_name(ctx: &Ctx<'_>, view: &StageView, name: &str, alone: bool) -> String {
    let (series, of) = series_parts(name);
    let word = match series {
        "arrivals" => ctx.t("lab-series-arrivals"),
        "done" => ctx.t("lab-series-done"),
        "failed" => ctx.t("lab-series-failed"),
        "backlog" => ctx.t("lab-series-backlog"),
        "lag" => ctx.t("lab-series-lag"),
        "lag_s" => ctx.t("lab-series-lag-seconds"),
        "response_ms" => ctx.t("lab-series-response"),
        "rows" => ctx.t("lab-series-rows"),
        other => return other.to_owned(),
    };
    match of.filter(|_| !alone) {
        Some(of) => match view.actors.iter().find(|actor| *actor.id == *of) {
            Some(actor) => words(ctx, &actor.name).to_owned(),
            None => of.to_owned(),
        },
        None => word.to_string(),
    }
}

fn points(view: &StageView, name: &str) -> Vec<(TimestampMillis, Option<f64>)> {
    let series = view.series.get(name).map_or(&[][..], |series| &series.points);
    series.iter().map(|(seconds, value)| ((seconds * 1_000.0) as i64, Some(*value))).collect()
}

/// Who owned which partition over the last minute, for groups in which that changed.
pub(super) fn owners(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView) {
    for group in view.groups.iter().filter(|group| group.kind != GroupType::Share && has_moved(group)) {
        widgets::card(ui, |ui| {
            let stood = ctx.format.duration(group.stood_still_ms);
            let quiet = match group.last_rebalance_ms {
                Some(took) => ctx.text.with(
                    "lab-owners-rebalance",
                    &[("took", ctx.format.duration(took).into()), ("stood", stood.into())],
                ),
                None => ctx.text.with("lab-owners-stood", &[("stood", stood.into())]),
            };
            widgets::card_header(ui, &ctx.text.with("lab-owners", &[("group", (*group.id).into())]), &quiet, |_| ());
            ownership(ui, ctx, view, group);
        });
    }
}

/// Whether a partition has gone from one member to another; that a single one stopped and came back is no matter of groups.
fn has_moved(group: &GroupView) -> bool {
    let partition = |span: &OwnedSpan| (Arc::clone(&span.topic), span.partition);
    let owners: HashSet<_> = group.owned.iter().filter_map(|span| span.actor.as_ref()).collect();
    let partitions: HashSet<_> = group.owned.iter().map(partition).collect();
    owners.len() > 1 && group.owned.len() > partitions.len()
}

fn ownership(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, group: &GroupView) {
    const ROW: f32 = 20.0;
    const NAMES: f32 = 92.0;
    let theme = theme::of(ui);
    let colors = actor_colors(theme, view);
    let mut rows: Vec<_> = group.owned.iter().map(|span| (&span.topic, span.partition)).collect();
    rows.sort();
    rows.dedup();
    let size = vec2(ui.available_width(), ROW * rows.len() as f32);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &*ctx.t("lab-owners-said")));
    let (to, from) = (view.now_ms, (view.now_ms - OWNED_SPAN_MILLIS).max(0));
    let bars = rect.with_min_x(rect.left() + NAMES);
    let x = |at: i64| {
        let share = (at.clamp(from, to) - from) as f32 / (to - from).max(1) as f32;
        egui::lerp(bars.left()..=bars.right(), share)
    };
    let painter = ui.painter();
    for (nth, (topic, partition)) in rows.iter().enumerate() {
        let y = rect.top() + ROW * nth as f32;
        let name = format!("{topic}-{partition}");
        painter.text(pos2(rect.left(), y + ROW / 2.0), Align2::LEFT_CENTER, name, fonts::caption(), theme.quiet);
        let spans = group.owned.iter().filter(|span| span.topic == **topic && span.partition == *partition);
        for span in spans.filter(|span| span.to_ms.is_none_or(|end| end > from)) {
            let (left, right) = (x(span.from_ms), x(span.to_ms.unwrap_or(to)));
            let bar = Rect::from_min_max(pos2(left, y + 3.0), pos2(right.max(left + 1.0), y + ROW - 3.0));
            let owner = span.actor.as_ref().and_then(|id| view.actors.iter().position(|actor| actor.id == *id));
            let Some(owner) = owner else {
                // Nobody's time is a gap with a line in it: the work stood still.
                painter.hline(bar.x_range(), bar.center().y, egui::Stroke::new(2.0, theme.bad));
                continue;
            };
            painter.rect_filled(bar, 3.0, theme.tinted(colors[owner]));
            painter.vline(bar.left(), bar.y_range(), egui::Stroke::new(2.0, colors[owner]));
            let name = words(ctx, &view.actors[owner].name);
            let font = FontId { size: 10.5, ..fonts::caption() };
            painter.with_clip_rect(bar.intersect(ui.clip_rect())).text(
                pos2(bar.left() + 6.0, bar.center().y),
                Align2::LEFT_CENTER,
                name,
                font,
                theme.text,
            );
        }
    }
}

/// The newest rows of a service's table; the story stands beside them.
pub(super) fn table(ui: &mut Ui, ctx: &Ctx<'_>, actor: &ActorView, service: &ServiceView) {
    widgets::card(ui, |ui| {
        ui.set_min_height(story::HEIGHT);
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.spacing_mut().interact_size.y = 18.0;
        let theme = theme::of(ui);
        let title = ctx.text.with("lab-table", &[("name", words(ctx, &actor.name).into())]);
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 14.0;
            let rows = ctx.text.with("lab-actor-rows", &[("n", format::count(service.row_count).into())]);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                widgets::caption(ui, &rows);
                // The figure first: a long name gives way to it.
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    widgets::elided(ui, &title, fonts::caption(), theme.quiet);
                });
            });
        });
        for row in service.rows.iter().take(story::LINES_MAX) {
            ui.horizontal(|ui| {
                widgets::rich(ui, &format!("{:>5}", row.number), fonts::data(), theme.faint);
                widgets::data(ui, &row.name);
            });
        }
        if service.rows.is_empty() {
            widgets::faint(ui, &ctx.t("lab-table-empty"));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_exact_as_they_are_of_use() {
        assert_eq!(number(40_318.4), "40,318");
        assert_eq!(number(3.0), "3");
        assert_eq!(number(3.84), "3.8");
    }
}
