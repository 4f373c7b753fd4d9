//! Records over time as bars. A range is brushed with the mouse or chosen with the arrow keys; it filters the list.

use std::ops::RangeInclusive;

use egui::{
    Align2, CornerRadius, CursorIcon, EventFilter, Key, Modifiers, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo,
};

use crate::{
    model::TimestampMillis,
    session::browse::{BrowseView, Histogram},
    ui::{
        ctx::Ctx,
        format, icon,
        text::Language,
        theme::{self, Theme, fonts},
        widgets,
    },
};

/// Height of the bars, in points.
const HEIGHT: f32 = 60.0;
/// Height of the line of times below, in points.
const AXIS: f32 = 20.0;
/// Height of the bars with their times, in points.
pub(super) const HEIGHT_WHOLE: f32 = HEIGHT + AXIS;
/// Space between two bars, in points.
const GAP: f32 = 2.0;
/// Width that one label of the axis needs, in points.
const LABEL_WIDTH: f32 = 110.0;
/// A bar of records is never lower than this, in points: few are not none.
const BAR_MIN: f32 = 2.0;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Distances between two labels of the axis, in milliseconds.
const STEPS: [i64; 20] = [
    10,
    100,
    1_000,
    5_000,
    15_000,
    60_000,
    300_000,
    900_000,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    28 * DAY,
    91 * DAY,
    364 * DAY,
    3_640 * DAY,
    36_400 * DAY,
];

/// A range of time as the query has it: from, and without, to.
pub type TimeRange = Option<(TimestampMillis, TimestampMillis)>;

/// What the bars keep between frames.
#[derive(Debug, Default)]
pub struct Bars {
    /// The bar at which a brush began.
    brush_from: Option<usize>,
    /// The bars that the keyboard stands on: where it began, and where it is.
    keys: Option<(usize, usize)>,
}

impl Bars {
    /// Forgets what is being chosen.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Draws the bars; answers another range when one was chosen.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        histogram: &Histogram,
        range: TimeRange,
        view: &BrowseView,
    ) -> Option<TimeRange> {
        let bars = histogram.counts.len();
        if histogram.width == 0 || bars == 0 || view.stored_records() == 0 {
            return None;
        }
        let size = Vec2::new(ui.available_width(), HEIGHT + AXIS);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let plot = Rect::from_min_size(rect.min, Vec2::new(rect.width(), HEIGHT));
        let named = name(ctx, histogram, range);
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &named));
        let mut wish = self.mouse(ui, &response, plot, histogram);
        wish = self.keyboard(ui, &response, histogram).or(wish);
        let pending = self.pending(&response, plot, bars);
        let chosen = pending.clone().or_else(|| range.and_then(|range| bars_of(histogram, range)));
        paint(ui, plot, histogram, &view.hit_counts, chosen.as_ref(), &response);
        axis(ui, ctx, rect, histogram, chosen.as_ref());
        if range.is_some() && pending.is_none() {
            let at = Rect::from_center_size(
                egui::pos2(rect.right() - 12.0, rect.bottom() - AXIS / 2.0 + 1.0),
                Vec2::splat(22.0),
            );
            let mut child = ui.new_child(egui::UiBuilder::new().id_salt("clear-range").max_rect(at));
            if widgets::icon_button(&mut child, icon::CLOSE, &ctx.t("messages-range-clear")).clicked() {
                self.clear();
                return Some(None);
            }
        }
        hover(ctx, &response, plot, histogram);
        wish
    }

    fn mouse(&mut self, ui: &Ui, response: &Response, plot: Rect, histogram: &Histogram) -> Option<TimeRange> {
        let bars = histogram.counts.len();
        let origin = ui.input(|input| input.pointer.press_origin());
        if response.drag_started() {
            self.keys = None;
            self.brush_from = origin.map(|pos| bar_at(plot, bars, pos.x));
        }
        if response.drag_stopped()
            && let (Some(from), Some(pos)) = (self.brush_from.take(), response.interact_pointer_pos())
        {
            return Some(Some(times_of(histogram, &ordered(from, bar_at(plot, bars, pos.x)))));
        }
        if response.clicked()
            && let Some(pos) = response.interact_pointer_pos()
        {
            response.request_focus();
            let bar = bar_at(plot, bars, pos.x);
            self.keys = Some((bar, bar));
            return Some(Some(times_of(histogram, &(bar..=bar))));
        }
        if response.double_clicked() {
            self.clear();
            return Some(None);
        }
        None
    }

    /// Left and right walk over the bars, with Shift they widen the range, Enter takes it.
    fn keyboard(&mut self, ui: &Ui, response: &Response, histogram: &Histogram) -> Option<TimeRange> {
        if !response.has_focus() {
            self.keys = None;
            return None;
        }
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let last = histogram.counts.len() - 1;
        let (from, at) = self.keys.unwrap_or((last, last));
        let (step, widens, takes) = ui.input_mut(|input| {
            let right_wide = input.consume_key(Modifiers::SHIFT, Key::ArrowRight);
            let left_wide = input.consume_key(Modifiers::SHIFT, Key::ArrowLeft);
            let right = right_wide || input.consume_key(Modifiers::NONE, Key::ArrowRight);
            let left = left_wide || input.consume_key(Modifiers::NONE, Key::ArrowLeft);
            (
                i32::from(right) - i32::from(left),
                right_wide || left_wide,
                input.consume_key(Modifiers::NONE, Key::Enter),
            )
        });
        let at = at.saturating_add_signed(step as isize).min(last);
        self.keys = Some(if widens || step == 0 { (from, at) } else { (at, at) });
        takes.then(|| Some(times_of(histogram, &ordered(from, at))))
    }

    /// The bars that are being chosen right now.
    fn pending(&self, response: &Response, plot: Rect, bars: usize) -> Option<RangeInclusive<usize>> {
        let brushed = self.brush_from.zip(response.interact_pointer_pos());
        let brushed = brushed.map(|(from, pos)| ordered(from, bar_at(plot, bars, pos.x)));
        brushed.or_else(|| self.keys.map(|(from, at)| ordered(from, at)))
    }
}

fn paint(
    ui: &Ui,
    plot: Rect,
    histogram: &Histogram,
    hits: &[u64],
    chosen: Option<&RangeInclusive<usize>>,
    response: &Response,
) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    let bars = histogram.counts.len();
    let most = histogram.counts.iter().copied().max().unwrap_or(1).max(1);
    let step = plot.width() / bars as f32;
    if let Some(chosen) = chosen {
        let left = plot.left() + step * *chosen.start() as f32;
        let right = plot.left() + step * (*chosen.end() + 1) as f32;
        let ground = Rect::from_x_y_ranges(left..=right, plot.y_range());
        painter.rect_filled(ground, 0.0, theme.selected);
        for x in [left, right] {
            painter.vline(x, plot.y_range(), (1.0, theme.accent));
        }
    }
    let gap = if step > 4.0 * GAP { GAP } else { 0.0 };
    for (bar, count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let left = plot.left() + step * bar as f32 + gap / 2.0;
        let fill = |count: u64, color: egui::Color32| {
            let height = (plot.height() * (count as f64 / most as f64) as f32).max(BAR_MIN);
            let top = egui::pos2(left, plot.bottom() - height);
            let rect = Rect::from_min_max(top, egui::pos2(left + step - gap, plot.bottom()));
            painter.rect_filled(rect, CornerRadius { nw: 2, ne: 2, ..CornerRadius::ZERO }, color);
        };
        fill(*count, color(theme, chosen, bar));
        // What a search found stands in front of all there is.
        if let Some(hits) = hits.get(bar).filter(|hits| **hits > 0) {
            fill(*hits, theme.care);
        }
    }
    painter.hline(plot.x_range(), plot.bottom(), theme.rule());
    if response.has_focus() {
        painter.rect_stroke(plot.expand(2.0), 4.0, (1.5, theme.accent), egui::StrokeKind::Outside);
    }
}

fn color(theme: &Theme, chosen: Option<&RangeInclusive<usize>>, bar: usize) -> egui::Color32 {
    match chosen {
        Some(chosen) if chosen.contains(&bar) => theme.accent,
        Some(_) => theme.dimmed(theme.faint),
        None => theme.dimmed(theme.faint).lerp_to_gamma(theme.faint, 0.6),
    }
}

/// Times below the bars, and the range that is chosen, in figures.
fn axis(ui: &Ui, ctx: &Ctx<'_>, rect: Rect, histogram: &Histogram, chosen: Option<&RangeInclusive<usize>>) {
    let theme = theme::of(ui);
    let painter = ui.painter();
    let y = rect.bottom() - AXIS / 2.0 + 2.0;
    let span = (histogram.to() - histogram.from).max(1);
    let x_of = |time: i64| rect.left() + rect.width() * ((time - histogram.from) as f64 / span as f64) as f32;
    let mut taken: Option<(f32, f32)> = None;
    if let Some(chosen) = chosen {
        let words = range_words(ctx, histogram, chosen);
        let galley = painter.layout_no_wrap(words, fonts::caption(), theme.accent);
        let width = galley.size().x;
        let x = x_of(histogram.from + histogram.width * *chosen.start() as i64).min(rect.right() - width - 28.0);
        let x = x.max(rect.left());
        taken = Some((x - 12.0, x + width + 12.0));
        painter.galley(egui::pos2(x, y - galley.size().y / 2.0), galley, theme.accent);
    }
    let labels_max = (rect.width() / LABEL_WIDTH).clamp(2.0, 8.0) as i64;
    let step = STEPS.into_iter().find(|step| span / step <= labels_max).unwrap_or(span);
    let zone = ctx.format.offset_seconds(histogram.from) * 1_000;
    let mut time = (histogram.from + zone).div_euclid(step) * step - zone;
    let mut day = None;
    while time < histogram.to() {
        let x = x_of(time);
        // The day is said once, and again where another begins.
        let today = (time + zone).div_euclid(DAY);
        let words = tick_words(ctx, time, step, x >= rect.left() - 0.5 && day.replace(today) != Some(today));
        let galley = painter.layout_no_wrap(words, fonts::caption(), theme.quiet);
        let ends = (x, x + galley.size().x);
        let free = taken.is_none_or(|(left, right)| ends.1 < left || ends.0 > right);
        if x >= rect.left() - 0.5 && ends.1 <= rect.right() && free {
            painter.vline(x, rect.bottom() - AXIS..=rect.bottom() - AXIS + 3.0, theme.rule());
            painter.galley(egui::pos2(x, y - galley.size().y / 2.0), galley, theme.quiet);
        }
        time += step;
    }
}

fn tick_words(ctx: &Ctx<'_>, time: TimestampMillis, step: i64, with_day: bool) -> String {
    let chinese = ctx.text.language() == Language::Chinese;
    let form = match step {
        ..1_000 => "%H:%M:%S%.3f",
        1_000..60_000 => "%H:%M:%S",
        60_000..DAY if !with_day => "%H:%M",
        60_000..DAY if chinese => "%-m月%-d日 %H:%M",
        60_000..DAY => "%-d %b %H:%M",
        _ if step >= 28 * DAY => "%Y-%m-%d",
        _ if chinese => "%-m月%-d日",
        _ => "%-d %b",
    };
    ctx.format.axis(time, form)
}

/// `4 Feb 12:00 – 5 Feb 02:00 · 288 records`.
fn range_words(ctx: &Ctx<'_>, histogram: &Histogram, bars: &RangeInclusive<usize>) -> String {
    let (from, to) = times_of(histogram, bars);
    let form = match (histogram.width, ctx.text.language()) {
        (..1_000, _) => "%H:%M:%S%.3f",
        (1_000..60_000, _) => "%H:%M:%S",
        (DAY.., _) => "%Y-%m-%d",
        (_, Language::Chinese) => "%-m月%-d日 %H:%M",
        (_, Language::English) => "%-d %b %H:%M",
    };
    let count: u64 = histogram.counts[bars.clone()].iter().sum();
    let args =
        [("from", ctx.format.axis(from, form).into()), ("to", ctx.format.axis(to, form).into()), ("n", count.into())];
    ctx.text.with("messages-range", &args)
}

fn name(ctx: &Ctx<'_>, histogram: &Histogram, range: TimeRange) -> String {
    match range.and_then(|range| bars_of(histogram, range)) {
        Some(bars) => format!("{}: {}", ctx.t("messages-histogram"), range_words(ctx, histogram, &bars)),
        None => ctx.t("messages-histogram").to_string(),
    }
}

/// What the bar under the pointer stands for.
fn hover(ctx: &Ctx<'_>, response: &Response, plot: Rect, histogram: &Histogram) {
    let Some(pos) = response.hover_pos().filter(|pos| plot.contains(*pos) && !response.dragged()) else { return };
    let bar = bar_at(plot, histogram.counts.len(), pos.x);
    let words = range_words(ctx, histogram, &(bar..=bar));
    let hint = ctx.t("messages-histogram-hint");
    response.clone().on_hover_cursor(CursorIcon::Crosshair).on_hover_ui_at_pointer(|ui| {
        widgets::body(ui, &words);
        widgets::caption(ui, &hint);
    });
    let x = plot.left() + plot.width() * (bar as f32 + 0.5) / histogram.counts.len() as f32;
    let painter = response.ctx.layer_painter(response.layer_id);
    let count = format::count(histogram.counts[bar]);
    painter.text(
        egui::pos2(x, plot.top()),
        Align2::CENTER_TOP,
        count,
        fonts::caption(),
        theme::Theme::of_dark(ctx.theme.dark).text,
    );
}

fn bar_at(plot: Rect, bars: usize, x: f32) -> usize {
    let share = ((x - plot.left()) / plot.width()).clamp(0.0, 1.0);
    ((share * bars as f32) as usize).min(bars - 1)
}

fn ordered(one: usize, other: usize) -> RangeInclusive<usize> {
    one.min(other)..=one.max(other)
}

fn times_of(histogram: &Histogram, bars: &RangeInclusive<usize>) -> (TimestampMillis, TimestampMillis) {
    let edge = |bar: usize| histogram.from + histogram.width * bar as i64;
    (edge(*bars.start()), edge(*bars.end() + 1))
}

/// The bars that a range covers, as far as there are any: the histogram may have changed since it was chosen.
fn bars_of(histogram: &Histogram, (from, to): (TimestampMillis, TimestampMillis)) -> Option<RangeInclusive<usize>> {
    if to <= histogram.from || from >= histogram.to() {
        return None;
    }
    let first = (from - histogram.from).max(0) / histogram.width;
    let last = (to - 1 - histogram.from).min(histogram.to() - histogram.from - 1) / histogram.width;
    Some(first as usize..=last as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_times_go_there_and_back() {
        let histogram = Histogram { from: 1_000, width: 10, counts: vec![1; 8], ..Histogram::default() };
        for bars in [0..=0, 2..=5, 7..=7, 0..=7] {
            assert_eq!(bars_of(&histogram, times_of(&histogram, &bars)), Some(bars));
        }
        assert_eq!(bars_of(&histogram, (0, 1_000)), None);
        assert_eq!(bars_of(&histogram, (1_075, 5_000)), Some(7..=7));
        let plot = Rect::from_min_size(egui::Pos2::ZERO, Vec2::new(80.0, 10.0));
        assert_eq!([bar_at(plot, 8, -5.0), bar_at(plot, 8, 35.0), bar_at(plot, 8, 80.0)], [0, 3, 7]);
    }
}
