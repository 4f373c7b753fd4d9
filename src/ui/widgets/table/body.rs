//! The rows in view, the keys, and the scroll bar.

use egui::{Event, EventFilter, Id, Key, Layout, Modifiers, Popup, Rect, Role, Sense, Ui, UiBuilder, Vec2, WidgetInfo};

use super::{
    Rows, Table, TableResponse, TableState,
    columns::{Align, BAR_WIDTH, MENU_WIDTH, PADDING, Placed},
    scroll::Extent,
};
use crate::ui::{icon, theme, widgets::button};

#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename the arguments")]
pub(super) fn show(
    ui: &mut Ui,
    table: &Table<'_>,
    id: Id,
    view: Rect,
    shown: &[Placed],
    state: &mut TableState,
    rows: &mut dyn Rows,
    response: &mut TableResponse,
) {
    let extent = Extent {
        rows: rows.count(),
        row_height: f64::from(table.row_height),
        view_height: f64::from(view.height().max(1.0)),
    };
    let body_id = id.with("body");
    let body = ui.interact(view, body_id, Sense::click());
    body.widget_info(|| WidgetInfo::labeled(Role::Table, true, table.name));
    response.has_focus = ui.memory(|memory| memory.has_focus(body_id));
    let idle = table.primary && ui.memory(|memory| memory.focused().is_none()) && !ui.egui_wants_keyboard_input();
    if response.has_focus {
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(body_id, filter));
    }
    let on_top = ui.memory(|memory| memory.top_modal_layer().is_none_or(|layer| layer == ui.layer_id()));
    if (response.has_focus || idle) && on_top {
        keys(ui, state, extent, response);
    }
    wheel(ui, view, state, extent, response);
    bar(ui, id, view, state, extent, response);
    state.scroll.settle(extent);
    draw(ui, table, id, view, shown, state, rows, extent, response);
    if body.clicked() {
        ui.memory_mut(|memory| memory.request_focus(body_id));
    }
}

fn keys(ui: &mut Ui, state: &mut TableState, extent: Extent, response: &mut TableResponse) {
    if extent.rows == 0 {
        return;
    }
    let last = extent.rows - 1;
    let page = (extent.rows_in_view().floor() as u64).max(2) - 1;
    let at = state.selected;
    let moved = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        if pressed(Key::ArrowDown) {
            Some(at.map_or(state.scroll.row(), |row| row.saturating_add(1)))
        } else if pressed(Key::ArrowUp) {
            Some(at.map_or(state.scroll.row(), |row| row.saturating_sub(1)))
        } else if pressed(Key::PageDown) {
            Some(at.unwrap_or(state.scroll.row()).saturating_add(page))
        } else if pressed(Key::PageUp) {
            Some(at.unwrap_or(state.scroll.row()).saturating_sub(page))
        } else if pressed(Key::Home) {
            Some(0)
        } else if pressed(Key::End) {
            Some(last)
        } else {
            None
        }
    });
    if let Some(row) = moved {
        let row = row.min(last);
        response.selection_changed = state.selected != Some(row);
        response.scrolled = true;
        state.reveal(row);
    }
    if let Some(row) = state.selected.filter(|row| *row <= last) {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
            response.opened = Some(row);
        }
        response.copy = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
    }
}

fn wheel(ui: &Ui, view: Rect, state: &mut TableState, extent: Extent, response: &mut TableResponse) {
    if !ui.rect_contains_pointer(view) {
        return;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
    if delta.y != 0.0 {
        response.scrolled |= state.scroll.by(-f64::from(delta.y), extent);
    }
    state.hidden_left -= delta.x;
}

fn bar(ui: &mut Ui, id: Id, view: Rect, state: &mut TableState, extent: Extent, response: &mut TableResponse) {
    let share = extent.rows_in_view() / extent.rows.max(1) as f64;
    if share >= 1.0 {
        return;
    }
    let theme = theme::of(ui);
    let track = Rect::from_x_y_ranges(view.right() - BAR_WIDTH + 2.0..=view.right() - 2.0, view.y_range())
        .shrink2(Vec2::new(0.0, 2.0));
    let length = (track.height() * share as f32).max(28.0);
    let run = track.height() - length;
    let grip = ui.interact(track, id.with("bar"), Sense::click_and_drag());
    grip.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, ""));
    let top = track.top() + run * state.scroll.share(extent) as f32;
    if let Some(pos) = grip.interact_pointer_pos().filter(|_| grip.is_pointer_button_down_on()) {
        let inside = pos.y - top;
        let grab = *state.bar_grab.get_or_insert(if (0.0..=length).contains(&inside) { inside } else { length / 2.0 });
        state.scroll.move_to_share(f64::from((pos.y - grab - track.top()) / run.max(1.0)), extent);
        response.scrolled = true;
    } else {
        state.bar_grab = None;
    }
    let top = track.top() + run * state.scroll.share(extent) as f32;
    let wide = grip.hovered() || state.bar_grab.is_some();
    let width = if wide { 8.0 } else { 5.0 };
    let handle = Rect::from_min_size(egui::pos2(track.right() - width, top), Vec2::new(width, length));
    let color = if wide { theme.faint } else { theme.edge };
    ui.painter().rect_filled(handle, width / 2.0, color);
}

#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename the arguments")]
fn draw(
    ui: &mut Ui,
    table: &Table<'_>,
    id: Id,
    view: Rect,
    shown: &[Placed],
    state: &mut TableState,
    rows: &mut dyn Rows,
    extent: Extent,
    response: &mut TableResponse,
) {
    let first = state.scroll.row();
    let mut top = view.top() - state.scroll.hidden() as f32;
    let mut row = first;
    let mut area =
        ui.new_child(UiBuilder::new().id_salt(table.id).max_rect(view).accessibility_parent(id.with("body")));
    area.set_clip_rect(view.intersect(ui.clip_rect()));
    while row < extent.rows && top < view.bottom() {
        let rect =
            Rect::from_min_size(egui::pos2(view.left(), top), Vec2::new(view.width() - BAR_WIDTH, table.row_height));
        draw_row(&mut area, table, id, rect, shown, state, rows, row, response);
        top += table.row_height;
        row += 1;
    }
    response.visible = first..row;
    response.at_end = row >= extent.rows;
}

#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename the arguments")]
fn draw_row(
    ui: &mut Ui,
    table: &Table<'_>,
    id: Id,
    rect: Rect,
    shown: &[Placed],
    state: &mut TableState,
    rows: &mut dyn Rows,
    row: u64,
    response: &mut TableResponse,
) {
    let theme = theme::of(ui);
    let selected = state.selected == Some(row);
    let whole = Rect::from_min_max(rect.min, egui::pos2(rect.right() + BAR_WIDTH, rect.bottom()));
    let line = ui.interact(rect.intersect(ui.clip_rect()), id.with(("row", row)), Sense::click());
    line.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, rows.name(row)));
    if line.clicked() || line.secondary_clicked() {
        response.selection_changed |= !selected;
        state.selected = Some(row);
        ui.memory_mut(|memory| memory.request_focus(id.with("body")));
    }
    if line.double_clicked() {
        response.opened = Some(row);
    }
    let ground = if selected {
        Some(theme.selected)
    } else if line.hovered() {
        Some(theme.hover)
    } else {
        rows.ground(row)
    };
    if let Some(ground) = ground {
        ui.painter().rect_filled(whole, 0.0, ground);
    }
    ui.painter().hline(whole.x_range(), rect.bottom() - 0.5, theme.rule());
    for placed in shown {
        let left = rect.left() + placed.left - state.hidden_left;
        let cell = Rect::from_x_y_ranges(left..=left + placed.right - placed.left, rect.y_range());
        if !cell.intersects(rect) {
            continue;
        }
        let layout = match table.columns[placed.index].align {
            Align::Left => Layout::left_to_right(egui::Align::Center),
            Align::Right => Layout::right_to_left(egui::Align::Center),
        };
        let inner = cell.shrink2(Vec2::new(PADDING, 0.0));
        let mut child = ui.new_child(UiBuilder::new().id_salt((row, placed.index)).max_rect(inner).layout(layout));
        child.set_clip_rect(cell.shrink2(Vec2::new(PADDING / 2.0, 0.0)).intersect(ui.clip_rect()));
        child.spacing_mut().item_spacing.x = 6.0;
        rows.cell(&mut child, row, placed.index);
    }
    if rows.has_menu() {
        menu(ui, rect, state, rows, row);
        Popup::context_menu(&line).show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            rows.menu(ui, row);
        });
    }
}

fn menu(ui: &mut Ui, rect: Rect, _state: &TableState, rows: &mut dyn Rows, row: u64) {
    let slot = Rect::from_x_y_ranges(rect.right() - MENU_WIDTH..=rect.right(), rect.y_range());
    ui.painter().rect_filled(slot.shrink2(Vec2::new(0.0, 1.0)), 0.0, egui::Color32::TRANSPARENT);
    let mut child = ui.new_child(
        UiBuilder::new().id_salt((row, "menu")).max_rect(slot).layout(Layout::right_to_left(egui::Align::Center)),
    );
    child.set_clip_rect(slot.intersect(ui.clip_rect()));
    let response = button::icon_button(&mut child, icon::MORE, &format!("⋯ {}", rows.name(row)));
    crate::ui::widgets::menu(&response, |ui| rows.menu(ui, row));
}
