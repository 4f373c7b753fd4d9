//! Cards and the figures in them.

use egui::{Color32, CornerRadius, Frame, InnerResponse, Margin, Ui};

use super::labels;
use crate::ui::{
    format::UNKNOWN,
    theme::{self, RADIUS_CARD, fonts},
};

/// A panel with a hairline around it, as wide as the space; content is laid out downwards.
pub fn card<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    frame(ui, Margin::symmetric(14, 14)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        content(ui)
    })
}

/// A card without inner space that fills the height that is left: for tables and charts.
pub fn card_fill<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    frame(ui, Margin::ZERO).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        content(ui)
    })
}

fn frame(ui: &Ui, margin: Margin) -> Frame {
    let theme = theme::of(ui);
    Frame::new()
        .fill(theme.panel)
        .stroke(theme.rule())
        .corner_radius(CornerRadius::same(RADIUS_CARD))
        .inner_margin(margin)
}

/// Head of a card: title, quiet words after it, and controls at the right (laid out from the right).
pub fn card_header(ui: &mut Ui, title: &str, quiet: &str, controls: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        labels::section(ui, title);
        if !quiet.is_empty() {
            labels::quiet(ui, quiet);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), controls);
    });
}

/// A line under or beside a figure, with its colour when it means something.
pub type FigureLine<'a> = (&'a str, Option<Color32>);

/// A card's figure: small label, large value, quiet unit after it, a line below.
pub fn figure(ui: &mut Ui, label: &str, value: &str, value_color: Option<Color32>, unit: &str, below: FigureLine<'_>) {
    let theme = theme::of(ui);
    let response = ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        labels::caption(ui, label);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.with_layout(egui::Layout::left_to_right(egui::Align::BOTTOM), |ui| {
                if value == UNKNOWN {
                    // The sign in the size of a figure would be a bar, and a unit after it says nothing.
                    let font = egui::FontId { size: 24.0, ..fonts::body() };
                    labels::rich(ui, value, font, theme.faint);
                } else {
                    labels::rich(ui, value, fonts::semibold(24.0), value_color.unwrap_or(theme.text));
                }
                if !unit.is_empty() && value != UNKNOWN {
                    ui.vertical(|ui| {
                        ui.add_space(11.0);
                        labels::rich(ui, unit, fonts::caption(), theme.quiet);
                    });
                }
            });
        });
        let (words, color) = below;
        labels::rich(ui, if words.is_empty() { " " } else { words }, fonts::caption(), color.unwrap_or(theme.quiet));
    });
    response.response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Group, true, format!("{label}: {value} {unit}").trim_end())
    });
}
