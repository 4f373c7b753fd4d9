//! The card of one record: what it holds, what became of it, who has read it, and its part of the story.

use egui::{Align, Area, Color32, CornerRadius, Frame, Id, Layout, Margin, Order, Pos2, Stroke, Ui};

use super::{Record, look};
use crate::{
    labs::{
        screen::story,
        view::{Cell, CellState, PartitionView, StageView},
    },
    ui::{
        Ctx, format, icon,
        theme::{self, RADIUS_CARD, fonts},
        widgets,
    },
};

const WIDTH: f32 = 340.0;
/// Sentences of the story that are shown at most.
const STORY_MAX: usize = 6;

/// Draws it below that point; true when it is to be closed.
pub(super) fn show(ui: &Ui, ctx: &Ctx<'_>, view: &StageView, colors: &[Color32], open: &Record, at: Pos2) -> bool {
    let part = view
        .topics
        .iter()
        .find(|topic| *topic.name == *open.topic)
        .and_then(|topic| topic.partitions.iter().find(|part| part.id == open.partition));
    let Some(part) = part else { return true };
    let theme = theme::of(ui);
    let frame = Frame::new()
        .fill(theme.raised)
        .stroke(Stroke::new(1.0, theme.edge))
        .corner_radius(CornerRadius::same(RADIUS_CARD))
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::same(12));
    let area = Area::new(Id::unique("lab-record")).order(Order::Foreground).fixed_pos(at).constrain(true);
    let shown = area.show(ui, |ui| {
        frame
            .show(ui, |ui| {
                ui.set_width(WIDTH);
                ui.spacing_mut().item_spacing.y = 4.0;
                let closed = head(ui, ctx, open);
                let cell = part.cells.iter().find(|cell| cell.offset == open.offset);
                match cell.filter(|cell| cell.state != CellState::Gone) {
                    Some(cell) => body(ui, ctx, view, cell),
                    None if open.offset < part.start => drop(widgets::paragraph(ui, &ctx.t("lab-record-gone"))),
                    None => drop(widgets::paragraph(ui, &ctx.t("lab-record-far"))),
                }
                readers(ui, ctx, view, colors, part, open.offset);
                told(ui, ctx, view, open);
                closed
            })
            .inner
    });
    shown.inner
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, open: &Record) -> bool {
    ui.horizontal(|ui| {
        let offset = format::integer(open.offset);
        widgets::section(ui, &ctx.text.with("lab-cell-title", &[("offset", offset.into())]));
        widgets::data_quiet(ui, &format!("{}-{}", open.topic, open.partition));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            widgets::icon_button(ui, icon::CLOSE, &ctx.t("close")).clicked()
        })
        .inner
    })
    .inner
}

/// State and content.
fn body(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, cell: &Cell) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        let (sign, word) = look::cell_state(ctx, &cell.state);
        let color = match &cell.state {
            CellState::Acquired { .. } => theme.care,
            CellState::Acknowledged => theme.good,
            CellState::Archived => theme.bad,
            _ => theme.note,
        };
        match sign {
            Some(sign) => widgets::chip(ui, sign, &word, color),
            None => widgets::chip_plain(ui, &word, color),
        };
        if cell.delivery_count > 0 {
            widgets::caption(
                ui,
                &ctx.text.with("lab-record-delivered", &[("n", u64::from(cell.delivery_count).into())]),
            );
        }
    });
    if let CellState::Acquired { by, lock_until_ms } = &cell.state {
        let name = look::actor(view, by).map_or(&**by, |index| look::words(ctx, &view.actors[index].name));
        let left = ctx.format.duration((*lock_until_ms - view.now_ms).max(0));
        widgets::paragraph(ui, &ctx.text.with("lab-record-held", &[("name", name.into()), ("left", left.into())]));
    }
    if let Some(key) = &cell.key {
        line(ui, &ctx.t("lab-record-key"), key);
    }
    if !cell.value_preview.is_empty() {
        line(ui, &ctx.t("lab-record-value"), &cell.value_preview);
    }
}

fn line(ui: &mut Ui, label: &str, value: &str) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        widgets::caption(ui, label);
        widgets::elided(ui, value, fonts::data(), theme.text);
    });
}

/// Which groups have passed it.
fn readers(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    view: &StageView,
    colors: &[Color32],
    part: &PartitionView,
    offset: crate::model::Offset,
) {
    let theme = theme::of(ui);
    for marker in &part.markers {
        let name = look::group_name(ctx, view, &marker.group);
        let committed = marker.committed.unwrap_or(part.start);
        let words = if committed > offset {
            ctx.text.with("lab-record-read", &[("name", name.into())])
        } else {
            ctx.text.with("lab-record-unread", &[("name", name.into()), ("n", (offset - committed).max(0).into())])
        };
        ui.horizontal(|ui| {
            let color = look::group_color(theme, view, colors, &marker.group);
            icon::show(ui, if committed > offset { icon::CHECK_CIRCLE } else { icon::CIRCLE }, color);
            widgets::body(ui, &words);
        });
    }
}

/// What the story says about it, newest last.
fn told(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, open: &Record) {
    let mut lines: Vec<_> =
        view.story.iter().rev().filter(|event| story::is_about(event, open)).take(STORY_MAX).collect();
    if lines.is_empty() {
        return;
    }
    lines.reverse();
    ui.add_space(4.0);
    widgets::caption(ui, &ctx.t("lab-record-life"));
    for event in lines {
        story::line(ui, ctx, view, event);
    }
}
