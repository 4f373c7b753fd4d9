//! A chart over time in our style: direct labels at the lines' ends, a hairline grid at round values and round times, a
//! cross-hair that reads all series at one time, gaps where nothing is known, drag to zoom, double click back.

mod marks;
mod reading;
mod save;

use std::ops::RangeInclusive;

use egui::{Color32, Rect, Sense, Stroke, Ui};
use egui_plot::{LineStyle, Plot, PlotPoint, PlotPoints, PlotTransform, Span, VLine};

use crate::{
    model::TimestampMillis,
    ui::{
        action::Action,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
    },
};

/// Width kept at the right for the labels at the lines' ends, in points.
const LABELS_WIDTH_MAX: f32 = 150.0;
/// A drag shorter than this is a click, in points.
const DRAG_MIN: f32 = 6.0;

/// One series. Points are in order of time; `None` is a gap.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    pub name: &'a str,
    pub color: Color32,
    pub points: &'a [(TimestampMillis, Option<f64>)],
    /// With a faint ground below.
    pub filled: bool,
    pub dashed: bool,
}

impl<'a> Line<'a> {
    pub fn new(name: &'a str, color: Color32, points: &'a [(TimestampMillis, Option<f64>)]) -> Self {
        Self { name, color, points, filled: false, dashed: false }
    }

    pub fn filled(mut self) -> Self {
        self.filled = true;
        self
    }
}

/// Something that happened, marked on the chart: at a moment, or over a time.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    pub from: TimestampMillis,
    pub until: Option<TimestampMillis>,
    pub words: &'a str,
    pub color: Color32,
}

/// A chart to be shown. `span` is the time it covers when not zoomed.
pub struct Chart<'a> {
    id: &'a str,
    name: &'a str,
    lines: &'a [Line<'a>],
    marks: &'a [Mark<'a>],
    span: RangeInclusive<TimestampMillis>,
    value: fn(f64) -> String,
    height: Option<f32>,
    since_start: bool,
}

impl<'a> Chart<'a> {
    /// `id` keeps its zoom; `name` says in words what it shows.
    pub fn new(id: &'a str, name: &'a str, span: RangeInclusive<TimestampMillis>, lines: &'a [Line<'a>]) -> Self {
        Self { id, name, lines, marks: &[], span, value: format::short, height: None, since_start: false }
    }

    pub fn marks(mut self, marks: &'a [Mark<'a>]) -> Self {
        self.marks = marks;
        self
    }

    /// How values are written on axis and cross-hair; thousands by default.
    pub fn values(mut self, write: fn(f64) -> String) -> Self {
        self.value = write;
        self
    }

    /// Times are counted from a beginning: `0 s`, `30 s`, `1 min`.
    pub fn since_start(mut self) -> Self {
        self.since_start = true;
        self
    }

    /// In points; all that is left by default.
    pub fn height(mut self, points: f32) -> Self {
        self.height = Some(points);
        self
    }

    /// Draws it as wide as the space.
    pub fn show(self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let size = egui::vec2(ui.available_width(), self.height.unwrap_or_else(|| ui.available_height()).max(60.0));
        let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
        let labels_width = self.labels_width(ui);
        let plot_rect = whole.with_max_x(whole.right() - labels_width);
        let id = ui.make_persistent_id(("chart", self.id));
        let zoom = ui.data(|data| data.get_temp::<Zoom>(id)).unwrap_or_default();
        let span = zoom.shown.clone().unwrap_or_else(|| self.span.clone());

        let mut child = ui.new_child(egui::UiBuilder::new().id_salt(self.id).max_rect(plot_rect));
        let shown = self.plot(&mut child, ctx, plot_rect, &span);
        shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.name));
        let frame = *shown.transform.frame();
        // The line of zero lies on the very edge, where the plot's own grid leaves it out.
        ui.painter().hline(frame.x_range(), frame.bottom() - 0.5, theme::of(ui).rule());
        self.labels(ui, &shown.transform, whole.right() - labels_width, &span);
        self.mark_words(ui, &shown.transform, frame);
        self.zooming(ui, id, &shown.response, &shown.transform, zoom);
        // A menu over the chart is read, not what lies under it.
        if !egui::Popup::is_any_open(ui.ctx()) {
            reading::show(ui, ctx, &self, &shown.response, &shown.transform);
        }
        shown.response.context_menu(|ui| self.menu(ui, ctx, id));
        save::take_picture(ui, id, whole, &self.file_name(), ctx.session);
    }

    fn plot(
        &self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        rect: Rect,
        span: &RangeInclusive<TimestampMillis>,
    ) -> egui_plot::PlotResponse<()> {
        let theme = theme::of(ui);
        let largest = self.largest(span);
        let top = marks::nice_top(largest);
        let (from, to) = (*span.start() as f64, (*span.end()).max(*span.start() + 1) as f64);
        let zone = if self.since_start { 0 } else { ctx.format.offset_seconds(*span.end()) };
        let (format, value, since_start) = (*ctx.format, self.value, self.since_start);
        let step = marks::time_step(to - from, rect.width());
        // egui's axis labels and grid follow the visuals.
        ui.visuals_mut().widgets.noninteractive.fg_stroke.color = theme.quiet;
        ui.style_mut().text_styles.insert(egui::TextStyle::Body, fonts::caption());
        Plot::new(self.id)
            .width(rect.width())
            .height(rect.height())
            .show_x(false)
            .show_y(false)
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .allow_axis_zoom_drag(false)
            .show_background(false)
            .show_grid([false, true])
            .grid_color(theme.hairline)
            .grid_fade(0.0)
            .set_margin_fraction(egui::Vec2::ZERO)
            .cursor_color(theme.faint)
            .y_axis_min_width(36.0)
            // Of nothing but zeros there is nothing to read off: the zero alone is written.
            .y_grid_spacer(move |input| marks::value_marks(input.bounds, top, largest > 0.0))
            .x_grid_spacer(move |input| marks::time_marks(input.bounds, step, zone))
            .y_axis_formatter(move |mark, _| value(mark.value))
            .x_axis_formatter(move |mark, _| match since_start {
                true => format.duration(mark.value as i64),
                false => format.axis(mark.value as i64, marks::time_form(step)),
            })
            .label_formatter(|_| None)
            .show(ui, |plot| {
                plot.set_plot_bounds_x(from..=to);
                plot.set_plot_bounds_y(0.0..=top * 1.04);
                for mark in self.marks {
                    self.mark(plot, mark);
                }
                for line in self.lines {
                    for run in runs(line.points, span) {
                        plot.line(styled(line, run));
                    }
                }
            })
    }

    fn mark(&self, plot: &mut egui_plot::PlotUi<'_>, mark: &Mark<'_>) {
        match mark.until {
            Some(until) => plot.span(
                Span::new("", mark.from as f64..=until.max(mark.from + 1) as f64)
                    .fill(mark.color.gamma_multiply(0.22))
                    .border_width(0.0),
            ),
            None => plot.vline(
                VLine::new("", mark.from as f64).color(mark.color).width(1.0).style(LineStyle::Dashed { length: 3.0 }),
            ),
        }
    }

    fn largest(&self, span: &RangeInclusive<TimestampMillis>) -> f64 {
        let points = self.lines.iter().flat_map(|line| line.points);
        points.filter(|(at, _)| span.contains(at)).filter_map(|(_, value)| *value).fold(0.0, f64::max)
    }

    fn labels_width(&self, ui: &Ui) -> f32 {
        let widths = self.lines.iter().map(|line| {
            ui.painter().layout_no_wrap(line.name.to_owned(), fonts::caption(), line.color).size().x + 12.0
        });
        widths.fold(8.0, f32::max).min(LABELS_WIDTH_MAX)
    }

    /// Names at the lines' ends, moved apart where they would cover each other.
    fn labels(&self, ui: &Ui, transform: &PlotTransform, x: f32, span: &RangeInclusive<TimestampMillis>) {
        let frame = transform.frame();
        let mut ends: Vec<(f32, &Line<'_>)> = self
            .lines
            .iter()
            .filter_map(|line| {
                let (_, value) = line.points.iter().rev().find(|(at, value)| span.contains(at) && value.is_some())?;
                Some((transform.position_from_point_y(value.unwrap_or(0.0)), line))
            })
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let places =
            marks::spread(ends.iter().map(|(y, _)| *y).collect(), 15.0, frame.top() + 6.0, frame.bottom() - 4.0);
        for ((_, line), y) in ends.iter().zip(places) {
            let job = ui.painter().layout_no_wrap(line.name.to_owned(), fonts::caption(), line.color);
            let at = egui::pos2(x + 6.0, y - job.size().y / 2.0);
            let clip = Rect::from_min_max(egui::pos2(x, 0.0), egui::pos2(x + LABELS_WIDTH_MAX, f32::INFINITY));
            ui.painter().with_clip_rect(clip.intersect(ui.clip_rect())).galley(at, job, line.color);
        }
    }

    fn mark_words(&self, ui: &Ui, transform: &PlotTransform, frame: Rect) {
        let mut free_from = f32::NEG_INFINITY;
        for mark in self.marks.iter().filter(|mark| !mark.words.is_empty()) {
            let line = transform.position_from_point_x(mark.from as f64);
            let x = line + 6.0;
            if !frame.x_range().contains(line) || x < free_from {
                continue;
            }
            let words = ui.painter().layout_no_wrap(mark.words.to_owned(), fonts::caption(), mark.color);
            let width = words.size().x;
            // To the left of its line where it would leave the chart.
            let x = if x + width > frame.right() { (x - width - 12.0).max(frame.left()) } else { x };
            free_from = x + width + 8.0;
            let ground = Rect::from_min_size(egui::pos2(x, frame.top()), words.size()).expand2(egui::vec2(4.0, 0.0));
            ui.painter().rect_filled(ground, 2.0, theme::of(ui).panel);
            ui.painter().galley(egui::pos2(x, frame.top()), words, mark.color);
        }
    }

    fn zooming(&self, ui: &Ui, id: egui::Id, response: &egui::Response, transform: &PlotTransform, mut zoom: Zoom) {
        let frame = transform.frame();
        let at = |x: f32| transform.value_from_position(egui::pos2(x, frame.top())).x as i64;
        if response.drag_started() {
            zoom.start = response.interact_pointer_pos().map(|pos| pos.x);
        }
        let pointer = ui.input(|input| input.pointer.latest_pos()).map(|pos| pos.x.clamp(frame.left(), frame.right()));
        if let (Some(start), Some(now)) = (zoom.start, pointer) {
            let theme = theme::of(ui);
            let chosen = Rect::from_x_y_ranges(start.min(now)..=start.max(now), frame.y_range());
            ui.painter().rect_filled(chosen, 0.0, theme.accent.gamma_multiply(0.15));
            for x in [start, now] {
                ui.painter().vline(x, frame.y_range(), Stroke::new(1.0, theme.accent));
            }
            if response.drag_stopped() {
                if chosen.width() >= DRAG_MIN {
                    zoom.shown = Some(at(chosen.left())..=at(chosen.right()).max(at(chosen.left()) + 1));
                }
                zoom.start = None;
            }
        }
        if response.double_clicked() {
            zoom = Zoom::default();
        }
        ui.data_mut(|data| data.insert_temp(id, zoom));
    }

    /// Name of a file that shows it, without its ending.
    fn file_name(&self) -> String {
        format!("millpond-{}", self.id)
    }

    fn menu(&self, ui: &mut Ui, ctx: &Ctx<'_>, id: egui::Id) {
        if crate::ui::widgets::item(ui, icon::EXPORT, &ctx.t("chart-save-png"), None) {
            save::ask_picture(ui, id);
            ui.close();
        }
        if crate::ui::widgets::item(ui, icon::EXPORT, &ctx.t("chart-save-csv"), None) {
            let (name, values) = (format!("{}.csv", self.file_name()), reading::csv(self.lines));
            ctx.with_session(move |session| session.save_file(&name, values.into_bytes()));
            ui.close();
        }
        if crate::ui::widgets::item(ui, icon::COPY, &ctx.t("chart-copy-csv"), None) {
            ctx.act(Action::Copy(reading::csv(self.lines)));
            ui.close();
        }
    }
}

/// What a chart keeps: the time it is zoomed to, and where a drag began.
#[derive(Clone, Default)]
struct Zoom {
    shown: Option<RangeInclusive<TimestampMillis>>,
    start: Option<f32>,
}

fn styled<'a>(line: &Line<'_>, run: Vec<PlotPoint>) -> egui_plot::Line<'a> {
    let drawn = egui_plot::Line::new("", PlotPoints::Owned(run)).color(line.color).width(1.6).allow_hover(false);
    let drawn = if line.dashed { drawn.style(LineStyle::Dashed { length: 4.0 }) } else { drawn };
    if line.filled { drawn.fill(0.0).fill_alpha(0.10) } else { drawn }
}

/// The unbroken runs of a series inside the span, with one point more at each side so that lines reach the edge.
fn runs(points: &[(TimestampMillis, Option<f64>)], span: &RangeInclusive<TimestampMillis>) -> Vec<Vec<PlotPoint>> {
    let from = points.partition_point(|(at, _)| at < span.start()).saturating_sub(1);
    let to = (points.partition_point(|(at, _)| at <= span.end()) + 1).min(points.len());
    let mut runs = vec![Vec::new()];
    for (at, value) in points.get(from..to).unwrap_or_default() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push(PlotPoint::new(*at as f64, *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}
