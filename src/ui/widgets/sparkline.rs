//! A line the size of a word.

use egui::{Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

use crate::{session::RatePoint, ui::theme};

/// Draws the points as a line from the left edge to the right; unknown slots are gaps. `name` says it in words.
pub fn sparkline(ui: &mut Ui, points: &[RatePoint], size: Vec2, name: &str) -> Response {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if !ui.is_rect_visible(rect) || points.len() < 2 {
        return response;
    }
    let top = points.iter().filter_map(|point| point.per_second).fold(0.0_f64, f64::max);
    let step = rect.width() / (points.len() - 1) as f32;
    let mut run = Vec::new();
    let flush = |run: &mut Vec<egui::Pos2>| {
        let stroke = Stroke::new(1.5, theme.accent);
        match run.len() {
            0 => {}
            1 => drop(ui.painter().circle_filled(run[0], 1.0, theme.accent)),
            _ => drop(ui.painter().add(Shape::line(run.clone(), stroke))),
        }
        run.clear();
    };
    for (index, point) in points.iter().enumerate() {
        match point.per_second {
            Some(value) => {
                let share = if top > 0.0 { (value / top) as f32 } else { 0.0 };
                run.push(egui::pos2(
                    rect.left() + step * index as f32,
                    rect.bottom() - 1.5 - share * (rect.height() - 3.0),
                ));
            }
            None => flush(&mut run),
        }
    }
    flush(&mut run);
    response
}
