//! The head of a table: titles, sort, dragging of edges, choice of columns.

use egui::{Color32, CursorIcon, Id, Popup, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use super::{
    Table,
    columns::{Align, PADDING, Placed, moved},
};
use crate::ui::{
    ctx::{Ctx, TableLayout},
    icon,
    theme::{self, fonts},
    widgets::{button, fields},
};

/// Height of the head, in points.
pub(super) const HEIGHT: f32 = 28.0;
/// How near to an edge the pointer takes it, in points.
const GRAB: f32 = 4.0;

#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename the arguments")]
pub(super) fn show(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    table: &Table<'_>,
    id: Id,
    head: Rect,
    shown: &[Placed],
    hidden_left: f32,
    layout: &mut TableLayout,
) {
    let theme = theme::of(ui);
    ui.painter().hline(head.x_range(), head.bottom() - 0.5, theme.rule());
    let choose = ui.interact(head, id.with("head"), Sense::click());
    choose.widget_info(|| WidgetInfo::labeled(Role::RowHeader, true, table.name));
    Popup::context_menu(&choose).show(|ui| choose_columns(ui, ctx, table, layout));
    moving(ui, table, id, head, shown, hidden_left, layout);
    for placed in shown {
        let left = head.left() + placed.left - hidden_left;
        let cell = Rect::from_min_max(
            egui::pos2(left, head.top()),
            egui::pos2(left + placed.right - placed.left, head.bottom()),
        );
        title(ui, table, id, cell.intersect(head), placed, layout);
        edge(ui, table, id, cell, placed, layout);
    }
}

fn title(ui: &mut Ui, table: &Table<'_>, id: Id, cell: Rect, placed: &Placed, layout: &mut TableLayout) {
    let theme = theme::of(ui);
    let column = &table.columns[placed.index];
    let sense = if column.sorts { Sense::click_and_drag() } else { Sense::drag() };
    let response = ui.interact(cell.shrink2(Vec2::new(GRAB, 0.0)), id.with(("title", column.id)), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, column.title));
    button::focus_ring(ui, &response, cell.shrink2(Vec2::new(GRAB, 4.0)));
    if response.drag_started() {
        ui.data_mut(|data| data.insert_temp(moving_id(id), column.id));
    }
    let sorted = layout.sort.as_ref().filter(|(by, _)| by == column.id).map(|(_, descending)| *descending);
    let color = if sorted.is_some() || (column.sorts && response.hovered()) { theme.text } else { theme.quiet };
    let galley = ui.painter().layout_no_wrap(column.title.to_owned(), fonts::medium(12.0), Color32::PLACEHOLDER);
    let arrow = if sorted.is_some() { 16.0 } else { 0.0 };
    let x = match column.align {
        Align::Left => cell.left() + PADDING,
        Align::Right => cell.right() - PADDING - galley.size().x,
    };
    let painter = ui.painter_at(cell);
    let width = galley.size().x;
    painter.galley(egui::pos2(x, cell.center().y - galley.size().y / 2.0), galley, color);
    if let Some(descending) = sorted {
        let at = match column.align {
            Align::Left => x + width + arrow / 2.0,
            Align::Right => x - arrow / 2.0,
        };
        let icon = if descending { icon::CHEVRON_DOWN } else { icon::CHEVRON_UP };
        icon.paint(&painter, egui::pos2(at, cell.center().y), 14.0, theme.accent);
    }
    if column.sorts && response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        // Figures are asked for from the largest, words from A.
        let first = column.align == Align::Right;
        layout.sort = Some((column.id.to_owned(), sorted.map_or(first, |descending| !descending)));
    }
}

fn moving_id(id: Id) -> Id {
    id.with("moving")
}

/// A head that is dragged: where the column would go is marked, and there it goes when let go.
fn moving(
    ui: &mut Ui,
    table: &Table<'_>,
    id: Id,
    head: Rect,
    shown: &[Placed],
    hidden_left: f32,
    layout: &mut TableLayout,
) {
    let Some(column) = ui.data(|data| data.get_temp::<&'static str>(moving_id(id))) else { return };
    let from = shown.iter().position(|placed| table.columns[placed.index].id == column);
    let pointer = ui.input(|input| input.pointer.latest_pos());
    let (Some(from), Some(pointer)) = (from, pointer) else { return };
    let x = pointer.x - head.left() + hidden_left;
    let to = shown.iter().filter(|placed| (placed.left + placed.right) / 2.0 < x).count();
    let theme = theme::of(ui);
    let taken = &shown[from];
    let cell = Rect::from_x_y_ranges(
        head.left() + taken.left - hidden_left..=head.left() + taken.right - hidden_left,
        head.y_range(),
    );
    ui.painter().rect_filled(cell.intersect(head), 0.0, theme.selected);
    if to != from && to != from + 1 {
        let edge = shown.get(to).map_or_else(|| shown.last().map_or(0.0, |last| last.right), |placed| placed.left);
        ui.painter().vline(head.left() + edge - hidden_left, head.y_range(), (2.0, theme.accent));
    }
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    if !ui.input(|input| input.pointer.primary_down()) {
        layout.order = moved(table.columns, &layout.order, shown, from, to);
        ui.data_mut(|data| data.remove::<&'static str>(moving_id(id)));
    }
}

fn edge(ui: &mut Ui, table: &Table<'_>, id: Id, cell: Rect, placed: &Placed, layout: &mut TableLayout) {
    let column = &table.columns[placed.index];
    let grab = Rect::from_x_y_ranges(cell.right() - GRAB..=cell.right() + GRAB, cell.y_range());
    let response = ui
        .interact(grab, id.with(("edge", column.id)), Sense::drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeColumn);
    if response.dragged() {
        let width = (cell.width() + response.drag_delta().x).max(column.width_min);
        layout.widths.insert(column.id.to_owned(), width);
    }
    if response.hovered() || response.dragged() {
        ui.painter().vline(cell.right(), cell.shrink2(Vec2::new(0.0, 6.0)).y_range(), theme::of(ui).rule());
    }
}

fn choose_columns(ui: &mut Ui, ctx: &Ctx<'_>, table: &Table<'_>, layout: &mut TableLayout) {
    ui.set_min_width(180.0);
    for column in table.columns.iter().filter(|column| column.hides && !column.title.is_empty()) {
        let mut visible = !layout.hidden.iter().any(|id| id == column.id);
        if fields::check(ui, &mut visible, column.title).changed() {
            layout.hidden.retain(|id| id != column.id);
            if !visible {
                layout.hidden.push(column.id.to_owned());
            }
        }
    }
    if crate::ui::widgets::item(ui, icon::RESET, &ctx.t("table-reset-columns"), None) {
        layout.widths.clear();
        layout.hidden.clear();
        layout.order.clear();
    }
}
