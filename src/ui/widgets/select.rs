//! Choices: a row of segments for few, a drop-down for many.

use egui::{Color32, CornerRadius, CursorIcon, Role, Sense, Ui, Vec2, WidgetInfo};

use super::{button::Button, labels, menu};
use crate::ui::{
    icon,
    theme::{self, fonts},
};

/// A drop-down grows with what is chosen up to this, in points; longer words are cut.
const WIDTH_MAX: f32 = 420.0;
/// And the words of one row of its list.
const ROW_WORDS_MAX: f32 = 560.0;

/// A few choices side by side, the chosen one tinted. True when another was chosen.
pub fn segmented<T: PartialEq + Copy>(ui: &mut Ui, current: &mut T, entries: &[(T, &str)]) -> bool {
    const HEIGHT: f32 = 24.0;
    const GAP: f32 = 2.0;
    let theme = theme::of(ui);
    let mut changed = false;
    let galleys: Vec<_> = entries
        .iter()
        .map(|(value, word)| {
            let font = if *current == *value { fonts::medium(13.0) } else { fonts::body() };
            ui.painter().layout_no_wrap((*word).to_owned(), font, Color32::PLACEHOLDER)
        })
        .collect();
    let width_of = |galley: &egui::Galley| (galley.size().x + 18.0).ceil();
    let width: f32 = galleys.iter().map(|galley| width_of(galley) + GAP).sum();
    // One piece of space, so that the order is the same in rows that are laid out from the right.
    let (whole, group) = ui.allocate_exact_size(Vec2::new(width - GAP, HEIGHT), Sense::hover());
    let mut left = whole.left();
    for ((value, word), galley) in entries.iter().zip(galleys) {
        let rect = egui::Rect::from_min_size(egui::pos2(left, whole.top()), Vec2::new(width_of(&galley), HEIGHT));
        left = rect.right() + GAP;
        let selected = *current == *value;
        let response = ui.interact(rect, group.id.with(word), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, word));
        let color = if selected { theme.chip_text(theme.accent) } else { theme.quiet };
        if selected {
            ui.painter().rect_filled(rect, HEIGHT / 2.0, theme.tinted(theme.accent));
        } else if response.hovered() {
            ui.painter().rect_filled(rect, HEIGHT / 2.0, theme.hover);
        }
        super::button::focus_ring(ui, &response, rect);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() && !selected {
            *current = *value;
            changed = true;
        }
    }
    changed
}

/// A drop-down: `name` is its accessible name, said before what is chosen. True when another was chosen.
pub fn select<T: PartialEq + Clone>(
    ui: &mut Ui,
    name: &str,
    current: &mut T,
    entries: &[(T, String)],
    width: f32,
) -> bool {
    let shown = entries.iter().find(|(value, _)| value == current).map_or("", |(_, word)| word.as_str());
    let room = ui.available_width().clamp(width, WIDTH_MAX.max(width));
    let response = ui
        .add(Button::secondary(shown).opens_menu().min_width(width).spread(room))
        .accessible_name(format!("{name}: {shown}"));
    let chosen = menu::menu(&response, |ui| {
        let mut chosen = None;
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (value, word) in entries {
                if row(ui, word, value == current) {
                    chosen = Some(value.clone());
                }
            }
        });
        chosen
    });
    match chosen.flatten() {
        Some(value) if value != *current => {
            *current = value;
            true
        }
        _ => false,
    }
}

fn row(ui: &mut Ui, word: &str, selected: bool) -> bool {
    let theme = theme::of(ui);
    let galley = labels::one_line(ui, word, fonts::body(), theme.text, ROW_WORDS_MAX);
    let elided = galley.elided;
    let width = menu::row_width(ui, galley.size().x + 44.0);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, theme::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, selected, word));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(4), theme.selected);
    }
    if selected {
        icon::CHECK.paint(ui.painter(), egui::pos2(rect.left() + 16.0, rect.center().y), 14.0, theme.accent);
    }
    ui.painter().galley(egui::pos2(rect.left() + 32.0, rect.center().y - galley.size().y / 2.0), galley, theme.text);
    let clicked = response.clicked();
    if elided {
        response.on_hover_text(word);
    }
    clicked
}
