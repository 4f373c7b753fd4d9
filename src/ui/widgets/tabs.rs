//! Tabs with a line under the one that is shown.

use egui::{Color32, CursorIcon, Layout, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

use crate::ui::theme::{self, fonts};

/// Height of the row of tabs, in points.
const HEIGHT: f32 = 32.0;

/// A row of tabs over a hairline as wide as the space. `entries` are value, word and count. True when another was chosen.
pub fn tabs<T: PartialEq + Copy>(ui: &mut Ui, current: &mut T, entries: &[(T, &str, Option<u64>)]) -> bool {
    let theme = theme::of(ui);
    let mut changed = false;
    let (strip, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), HEIGHT), Sense::hover());
    ui.painter().hline(strip.x_range(), strip.bottom() - 0.5, theme.rule());
    let mut row = ui.new_child(
        egui::UiBuilder::new().id_salt("tabs").max_rect(strip).layout(Layout::left_to_right(egui::Align::Center)),
    );
    row.spacing_mut().item_spacing.x = 20.0;
    for (value, word, count) in entries {
        let selected = *current == *value;
        let words = count.map_or_else(|| (*word).to_owned(), |n| format!("{word} {}", crate::ui::format::count(n)));
        let font = if selected { fonts::medium(13.0) } else { fonts::body() };
        let galley = row.painter().layout_no_wrap(words.clone(), font, Color32::PLACEHOLDER);
        let (rect, response) = row.allocate_exact_size(Vec2::new(galley.size().x, HEIGHT), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, &words));
        let color = if selected || response.hovered() { theme.text } else { theme.quiet };
        row.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
        if selected {
            row.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(2.0, theme.accent));
        }
        super::button::focus_ring(&row, &response, rect.shrink2(Vec2::new(0.0, 4.0)));
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() && !selected {
            *current = *value;
            changed = true;
        }
    }
    changed
}
