//! Key caps.

use egui::{Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::ui::theme::{self, fonts};

/// The keys of a command, as on a keyboard.
pub fn key_cap(ui: &mut Ui, keys: &str) -> Response {
    let theme = theme::of(ui);
    let galley =
        ui.painter().layout_no_wrap(keys.to_owned(), egui::FontId { size: 11.0, ..fonts::data() }, theme.quiet);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(galley.size().x + 12.0, 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, keys));
    ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, theme.edge), StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme.quiet);
    response
}
