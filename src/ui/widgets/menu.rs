//! Menus that open from a button.

use egui::{Color32, CornerRadius, Popup, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use super::button;
use crate::ui::{
    icon::{self, Icon},
    theme::{self, CONTROL, ICON, fonts},
};

/// Width of a menu at least, in points.
const WIDTH_MIN: f32 = 190.0;

/// A menu under the button of that response; closes when something in it is clicked.
pub fn menu<R>(response: &Response, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    Popup::menu(response)
        .gap(4.0)
        .show(|ui| {
            ui.set_min_width(WIDTH_MIN);
            ui.spacing_mut().item_spacing.y = 0.0;
            content(ui)
        })
        .map(|shown| shown.inner)
}

/// The `⋯` button with a menu. `name` is its accessible name.
pub fn more<R>(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let response = button::icon_button(ui, icon::MORE, name);
    menu(&response, content)
}

/// An entry of a menu; answers its click.
pub fn item(ui: &mut Ui, icon: Icon, text: &str, keys: Option<&str>) -> bool {
    entry(ui, icon, text, keys, theme::of(ui).text, true).clicked()
}

/// An entry in red, for what leads to a question before something is lost; disabled with the reason, when there is one.
pub fn item_danger(ui: &mut Ui, icon: Icon, text: &str, why_not: Option<&str>) -> bool {
    match why_not {
        Some(_) => item_why(ui, icon, text, why_not),
        None => entry(ui, icon, text, None, theme::of(ui).bad, true).clicked(),
    }
}

/// An entry that is disabled, with the reason on hover, when there is one.
pub fn item_why(ui: &mut Ui, icon: Icon, text: &str, why_not: Option<&str>) -> bool {
    let theme = theme::of(ui);
    let color = if why_not.is_some() { theme.faint } else { theme.text };
    let response = entry(ui, icon, text, None, color, why_not.is_none());
    match why_not {
        Some(why) => {
            response.on_hover_text(why);
            false
        }
        None => response.clicked(),
    }
}

/// A hairline between entries.
pub fn rule(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(row_width(ui, 0.0), 9.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, theme::of(ui).rule());
}

/// All entries are as wide as the widest, which the first (sizing) pass finds out.
pub(super) fn row_width(ui: &Ui, own: f32) -> f32 {
    let room = if ui.is_sizing_pass() { 0.0 } else { ui.available_width() };
    own.max(room).max(WIDTH_MIN)
}

/// Quiet words in a menu that wrap.
pub fn note(ui: &mut Ui, text: &str) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 4)).show(ui, |ui| {
        ui.set_max_width(320.0);
        let color = theme::of(ui).quiet;
        ui.add(egui::Label::new(egui::RichText::new(text).font(fonts::caption()).color(color)).wrap());
    });
}

fn entry(ui: &mut Ui, icon: Icon, text: &str, keys: Option<&str>, color: Color32, enabled: bool) -> Response {
    let theme = theme::of(ui);
    let words = ui.painter().layout_no_wrap(text.to_owned(), fonts::body(), color);
    let keys = keys.map(|keys| ui.painter().layout_no_wrap(keys.to_owned(), fonts::caption(), theme.faint));
    let keys_width = keys.as_ref().map_or(0.0, |keys| keys.size().x + 24.0);
    let width = row_width(ui, words.size().x + 8.0 + ICON + 8.0 + 12.0 + keys_width);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, CONTROL), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, enabled, text));
    if enabled && (response.hovered() || response.has_focus()) {
        ui.painter().rect_filled(rect, CornerRadius::same(4), theme.selected);
    }
    let y = rect.center().y;
    icon.paint(ui.painter(), egui::pos2(rect.left() + 8.0 + ICON / 2.0, y), ICON, color);
    ui.painter().galley(egui::pos2(rect.left() + 16.0 + ICON, y - words.size().y / 2.0), words, color);
    if let Some(keys) = keys {
        let at = egui::pos2(rect.right() - 8.0 - keys.size().x, y - keys.size().y / 2.0);
        ui.painter().galley(at, keys, theme.faint);
    }
    response
}
