//! The frame of a screen: margins, header, tool bar, a details panel at the right, columns.

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, ScrollArea, Ui};

use super::{button, labels};
use crate::ui::theme::{self, AROUND, BETWEEN, CONTROL};

/// A screen that fits: 16 around, the rest is the caller's.
pub fn page<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    CentralPanel::default()
        .frame(Frame::new().fill(theme::of(ui).window).inner_margin(Margin::same(AROUND as i8)))
        .show(ui, content)
        .inner
}

/// A screen that may be higher than the window: 16 around, with a scroll bar.
pub fn page_scroll<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    CentralPanel::default()
        .frame(Frame::new().fill(theme::of(ui).window))
        .show(ui, |ui| {
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| Frame::new().inner_margin(Margin::same(AROUND as i8)).show(ui, content).inner)
                .inner
        })
        .inner
}

/// The head of a screen: where it stands (each part a link), its title, what the caller adds after it (chips, quiet
/// words), and at the right its buttons (laid out from the right: the primary one first). Answers the part of the way
/// that was clicked.
pub fn page_header(
    ui: &mut Ui,
    way: &[&str],
    title: &str,
    after: impl FnOnce(&mut Ui),
    buttons: impl FnOnce(&mut Ui),
) -> Option<usize> {
    let mut clicked = None;
    ui.allocate_ui_with_layout(
        egui::vec2(ui.available_width(), CONTROL + 4.0),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.set_min_height(CONTROL + 4.0);
            let right = right_id(ui);
            for (index, part) in way.iter().enumerate() {
                if button::crumb(ui, part).clicked() {
                    clicked = Some(index);
                }
                labels::faint(ui, "/");
            }
            labels::title(ui, title);
            ui.add_space(4.0);
            after(ui);
            at_right(ui, right, |ui| {
                ui.spacing_mut().item_spacing.x = BETWEEN;
                buttons(ui);
            });
        },
    );
    clicked
}

/// What buttons at the right of a row are known by, asked for before the row is filled: what comes and goes at its left
/// must not change it, or a click during which that happens is lost.
fn right_id(ui: &Ui) -> egui::Id {
    ui.next_auto_id().with("right")
}

fn at_right(ui: &mut Ui, id: egui::Id, content: impl FnOnce(&mut Ui)) {
    ui.scope_builder(egui::UiBuilder::new().scope_id(id).layout(Layout::right_to_left(Align::Center)), content);
}

/// A row of controls; `right` is laid out from the right.
pub fn toolbar(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(egui::vec2(ui.available_width(), CONTROL), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(CONTROL);
        let id = right_id(ui);
        left(ui);
        at_right(ui, id, right);
    });
}

/// A panel of details at the right, resizable, with a hairline. Call before the centre is drawn.
pub fn panel_right<R>(ui: &mut Ui, id: &str, width: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = theme::of(ui);
    Panel::right(egui::Id::unique(id))
        .resizable(true)
        .default_size(width)
        .size_range(240.0..=720.0)
        .frame(Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(14, 12)))
        .show(ui, content)
        .inner
}

/// Columns of equal height with 12 between; `shares` are their parts of the width. Each gets its index.
pub fn columns(ui: &mut Ui, height: f32, shares: &[f32], mut content: impl FnMut(&mut Ui, usize)) {
    let total: f32 = shares.iter().sum();
    let gaps = BETWEEN * shares.len().saturating_sub(1) as f32;
    let width = ui.available_width() - gaps;
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), height), egui::Sense::hover());
    let mut x = rect.left();
    for (index, share) in shares.iter().enumerate() {
        let last = index + 1 == shares.len();
        let part = if last { rect.right() - x } else { (width * share / total).floor() };
        let cell = egui::Rect::from_min_size(egui::pos2(x, rect.top()), egui::vec2(part, height));
        let mut child = ui.new_child(
            egui::UiBuilder::new().id_salt(("column", index)).max_rect(cell).layout(Layout::top_down(Align::Min)),
        );
        content(&mut child, index);
        x += part + BETWEEN;
    }
}
