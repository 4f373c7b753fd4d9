//! The cross-hair: what every series says at the time under the pointer; and the same as CSV.

use egui::{Align2, Rect, Response, Stroke, Ui, Vec2};
use egui_plot::PlotTransform;

use super::{Chart, Line};
use crate::{
    model::TimestampMillis,
    ui::{
        ctx::Ctx,
        format,
        theme::{self, fonts},
    },
};

/// Rows that the reading shows at most; a chart of more series says how many are left out.
const ROWS_MAX: usize = 12;

pub(super) fn show(ui: &Ui, ctx: &Ctx<'_>, chart: &Chart<'_>, response: &Response, transform: &PlotTransform) {
    let frame = transform.frame();
    let Some(pos) = response.hover_pos().filter(|pos| frame.contains(*pos) && !response.dragged()) else { return };
    let at = transform.value_from_position(pos).x as TimestampMillis;
    let Some(moment) = nearest_time(chart.lines, at) else { return };
    let theme = theme::of(ui);
    let painter = ui.painter();
    let x = transform.position_from_point_x(moment as f64).clamp(frame.left(), frame.right());
    painter.vline(x, frame.y_range(), Stroke::new(1.0, theme.faint));

    let mut rows = Vec::new();
    for line in chart.lines {
        let value = value_at(line, moment);
        if let Some(value) = value {
            let y = transform.position_from_point_y(value);
            painter.circle(egui::pos2(x, y), 3.5, line.color, Stroke::new(1.5, theme.panel));
        }
        rows.push((line, value));
    }
    rows.sort_by(|a, b| b.1.unwrap_or(-1.0).total_cmp(&a.1.unwrap_or(-1.0)));
    let left_out = rows.len().saturating_sub(ROWS_MAX);
    rows.truncate(ROWS_MAX);

    let head = match chart.since_start {
        true => ctx.format.duration(moment),
        false => ctx.format.axis(moment, "%Y-%m-%d %H:%M:%S"),
    };
    let head = painter.layout_no_wrap(head, fonts::caption(), theme.quiet);
    let cells: Vec<_> = rows
        .iter()
        .map(|(line, value)| {
            let value = value.map_or_else(|| format::UNKNOWN.to_owned(), chart.value);
            (
                line.color,
                painter.layout_no_wrap(line.name.to_owned(), fonts::caption(), theme.text),
                painter.layout_no_wrap(value, fonts::data(), theme.text),
            )
        })
        .collect();
    let more = (left_out > 0).then(|| painter.layout_no_wrap(format!("+ {left_out}"), fonts::caption(), theme.quiet));
    let width =
        cells.iter().map(|(_, name, value)| name.size().x + value.size().x + 34.0).fold(head.size().x, f32::max);
    let height = 22.0 + cells.len() as f32 * 18.0 + if more.is_some() { 16.0 } else { 0.0 };
    let size = Vec2::new(width + 20.0, height + 14.0);
    let align = if x + size.x + 16.0 > frame.right() { Align2::RIGHT_TOP } else { Align2::LEFT_TOP };
    let corner = egui::pos2(if align == Align2::LEFT_TOP { x + 12.0 } else { x - 12.0 }, frame.top() + 8.0);
    let rect = align.anchor_size(corner, size);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("chart-reading")));
    ground(&painter, theme, rect);
    let mut y = rect.top() + 8.0;
    painter.galley(egui::pos2(rect.left() + 10.0, y), head, theme.quiet);
    y += 20.0;
    for (color, name, value) in cells {
        painter.circle_filled(egui::pos2(rect.left() + 14.0, y + 7.0), 3.5, color);
        painter.galley(egui::pos2(rect.left() + 24.0, y), name, theme.text);
        painter.galley(egui::pos2(rect.right() - 10.0 - value.size().x, y - 1.0), value, theme.text);
        y += 18.0;
    }
    if let Some(more) = more {
        painter.galley(egui::pos2(rect.left() + 24.0, y), more, theme.quiet);
    }
}

/// All series as CSV: a line a time, a column a series; what is not known is left empty.
pub(super) fn csv(lines: &[Line<'_>]) -> String {
    let mut times: Vec<_> = lines.iter().flat_map(|line| line.points.iter().map(|(at, _)| *at)).collect();
    times.sort_unstable();
    times.dedup();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut out = String::from("timestamp");
    for line in lines {
        out.push(',');
        out.push_str(&quoted(line.name));
    }
    out.push('\n');
    for at in times {
        out.push_str(&at.to_string());
        for line in lines {
            out.push(',');
            if let Some(value) = exactly_at(line, at) {
                out.push_str(&value.to_string());
            }
        }
        out.push('\n');
    }
    out
}

fn ground(painter: &egui::Painter, theme: &theme::Theme, rect: Rect) {
    painter.rect(rect, 6.0, theme.raised, Stroke::new(1.0, theme.edge), egui::StrokeKind::Inside);
}

/// The time of any series that is nearest.
fn nearest_time(lines: &[Line<'_>], at: TimestampMillis) -> Option<TimestampMillis> {
    lines.iter().filter_map(|line| nearest(line, at)).map(|(at, _)| at).min_by_key(|found| found.abs_diff(at))
}

fn nearest(line: &Line<'_>, at: TimestampMillis) -> Option<(TimestampMillis, Option<f64>)> {
    let after = line.points.partition_point(|(point, _)| *point < at);
    let around = [after.checked_sub(1).and_then(|before| line.points.get(before)), line.points.get(after)];
    around.into_iter().flatten().min_by_key(|(point, _)| point.abs_diff(at)).copied()
}

/// The value nearest to that time, unless it is further away than two of the series' own steps.
fn value_at(line: &Line<'_>, at: TimestampMillis) -> Option<f64> {
    let (found, value) = nearest(line, at)?;
    let step = match line.points {
        [first, .., last] => first.0.abs_diff(last.0) / (line.points.len() as u64 - 1).max(1),
        _ => u64::MAX / 2,
    };
    value.filter(|_| found.abs_diff(at) <= step * 2)
}

fn exactly_at(line: &Line<'_>, at: TimestampMillis) -> Option<f64> {
    let index = line.points.binary_search_by_key(&at, |(point, _)| *point).ok()?;
    line.points[index].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_a_line_a_time_and_leaves_the_unknown_empty() {
        let (a, b) = ([(0, Some(1.0)), (5, None)], [(5, Some(2.5))]);
        let lines = [Line::new("in", egui::Color32::WHITE, &a), Line::new("say \"out\"", egui::Color32::WHITE, &b)];
        assert_eq!(csv(&lines), "timestamp,\"in\",\"say \"\"out\"\"\"\n0,1,\n5,,2.5\n");
    }

    #[test]
    fn the_reading_does_not_reach_over_gaps() {
        let points: Vec<_> = (0..10).map(|n| (n * 10, (n != 5).then_some(n as f64))).collect();
        let line = Line::new("x", egui::Color32::WHITE, &points);
        assert_eq!(value_at(&line, 42), Some(4.0));
        assert_eq!(value_at(&line, 50), None);
        assert_eq!(value_at(&line, 1_000), None);
    }
}
