//! The line of time above the steps: the same dots, each with its name and how long after it was.
//!
//! Steps stand at equal distances, as milliseconds and hours are together in one life; where time jumps, the line is
//! broken. A rebalance lies on the line as a bar, and what has not happened yet stands after the end of it.

use egui::{Align2, Color32, FontId, Rect, Sense, Stroke, Ui, Vec2};

use super::step;
use crate::{
    session::clients::{Life, LifeStep, LifeStepKind},
    ui::{
        ctx::Ctx,
        theme::{self, Theme, fonts},
    },
};

/// Steps on the line at most; the ones in between are left to the list.
const DOTS_MAX: usize = 9;
/// A pause this many times as long as the way before it breaks the line …
const JUMP: u64 = 20;
/// … where it is longer than this, in microseconds.
const JUMP_MICROS_MIN: u64 = 100_000;
/// Space left and right of the line, in points.
const SIDE: f32 = 64.0;

/// Draws the line on all the space there is; a click marks the step in the list.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, life: &Life, selected: &mut Option<usize>) {
    let theme = theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let chosen = chosen(life);
    let slot = (rect.width() - 2.0 * SIDE) / (chosen.len().max(2) - 1) as f32;
    let y = rect.center().y;
    let x_of = |place: usize| rect.left() + SIDE + slot * place as f32;
    for (place, pair) in chosen.windows(2).enumerate() {
        let (from, to) = (&life.steps[pair[0]], &life.steps[pair[1]]);
        stretch(ui, theme, (x_of(place), x_of(place + 1)), y, from, to);
    }
    for (place, index) in chosen.iter().enumerate() {
        let step = &life.steps[*index];
        if matches!(step.kind, LifeStepKind::Rebalanced { .. }) {
            let half = (slot * 0.42).min(64.0);
            bar(ui, ctx, life, step, Rect::from_center_size(egui::pos2(x_of(place), y), Vec2::new(2.0 * half, 18.0)));
            time(ui, ctx, life, step, egui::pos2(x_of(place), y + 21.0), slot - 6.0);
            continue;
        }
        let at = egui::pos2(x_of(place), y);
        let hit = Rect::from_center_size(at, Vec2::new((slot - 6.0).clamp(12.0, 120.0), 64.0));
        let response = ui.interact(hit, ui.scope_id().with(("dot", *index)), Sense::click());
        let label = step::label(ctx, step);
        response
            .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, *selected == Some(*index), &label));
        if *selected == Some(*index) || response.hovered() {
            ui.painter().circle_filled(at, 10.0, theme.selected);
        }
        ui.painter().circle_filled(at, 7.0, theme.panel);
        step::dot(ui.painter(), theme, life, step, at);
        let color = if super::is_open(step) { theme.quiet } else { theme.text };
        words(ui, &label, fonts::medium(11.5), color, at - Vec2::new(0.0, 22.0), slot - 6.0);
        time(ui, ctx, life, step, at + Vec2::new(0.0, 21.0), slot - 6.0);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            *selected = (*selected != Some(*index)).then_some(*index);
        }
    }
}

/// The steps that stand on the line: all where they fit, else the first and the last ones. Storing is told by the list:
/// on the line it would stand on its acknowledgement.
fn chosen(life: &Life) -> Vec<usize> {
    let told = |step: &LifeStep| !matches!(step.kind, LifeStepKind::Stored { .. });
    let all: Vec<usize> = (0..life.steps.len()).filter(|index| told(&life.steps[*index])).collect();
    if all.len() <= DOTS_MAX {
        return all;
    }
    const LAST: usize = 5;
    [&all[..DOTS_MAX - LAST], &all[all.len() - LAST..]].concat()
}

/// The line between two steps: broken where time jumps, dotted towards what has not happened.
fn stretch(ui: &Ui, theme: &Theme, (from_x, to_x): (f32, f32), y: f32, from: &LifeStep, to: &LifeStep) {
    let stroke = Stroke::new(1.5, theme.edge);
    if super::is_open(to) {
        let points = [egui::pos2(from_x, y), egui::pos2(to_x, y)];
        ui.painter().extend(egui::Shape::dashed_line(&points, stroke, 3.0, 4.0));
        return;
    }
    let jumps = match (from.after_micros, to.after_micros) {
        (Some(before), Some(after)) => {
            after.saturating_sub(before) > JUMP_MICROS_MIN && after / JUMP.max(1) > before.max(1)
        }
        _ => false,
    };
    let middle = (from_x + to_x) / 2.0;
    if jumps {
        ui.painter().hline(from_x..=middle - 9.0, y, stroke);
        ui.painter().hline(middle + 9.0..=to_x, y, stroke);
        ui.painter().text(egui::pos2(middle, y), Align2::CENTER_CENTER, "~", fonts::body(), theme.quiet);
    } else {
        ui.painter().hline(from_x..=to_x, y, stroke);
    }
}

fn bar(ui: &Ui, ctx: &Ctx<'_>, life: &Life, step: &LifeStep, rect: Rect) {
    let theme = theme::of(ui);
    let color = step::color(theme, life, step);
    ui.painter().rect_filled(rect.expand(1.0), 5.0, theme.panel);
    ui.painter().rect_filled(rect, 4.0, theme.tinted(color));
    words(ui, &step::label(ctx, step), fonts::caption(), theme.chip_text(color), rect.center(), rect.width() - 8.0);
}

fn time(ui: &Ui, ctx: &Ctx<'_>, life: &Life, step: &LifeStep, at: egui::Pos2, room: f32) {
    if super::is_open(step) {
        return;
    }
    let text = match step.after_micros {
        Some(after) => ctx.format.micros(after),
        None => step::when(ctx, step),
    };
    let _ = life;
    words(ui, &text, FontId { size: 11.5, ..fonts::data() }, theme::of(ui).quiet, at, room);
}

/// One line, centred, cut where it does not fit.
fn words(ui: &Ui, text: &str, font: FontId, color: Color32, at: egui::Pos2, room: f32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(24.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(at - galley.size() / 2.0, galley, color);
}
