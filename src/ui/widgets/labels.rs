//! Texts in the sizes and colours of the house.

use egui::{FontId, Label, Response, RichText, Ui};

use crate::ui::theme::{self, fonts};

/// Text in any font and colour.
pub fn rich(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    if fonts::needs_weight(&font, text) {
        return weighty(ui, text, font, color);
    }
    ui.add(Label::new(RichText::new(text).font(font).color(color)).extend())
}

/// Quiet words that lead somewhere by a click or by Enter. A label made clickable afterwards would lose the focus in every
/// frame, and Tab would never come past it.
pub fn clickable(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let (rect, response) = ui.allocate_exact_size(galley.size(), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, ui.is_enabled(), text));
    ui.painter().galley(rect.min, galley, color);
    if response.has_focus() {
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.5, theme::of(ui).accent));
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// Chinese in a semibold line: the embedded face has one weight, so the second comes from drawing it twice.
fn weighty(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let (rect, response) = ui.allocate_exact_size(galley.size(), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, ui.is_enabled(), text));
    fonts::paint_weighty(ui.painter(), rect.min, galley, color);
    response
}

pub fn body(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).text;
    rich(ui, text, fonts::body(), color)
}

/// Body text that wraps, for sentences.
pub fn paragraph(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).quiet;
    let text = RichText::new(text).font(fonts::body()).color(color).line_height(Some(20.0));
    ui.add(Label::new(text).wrap())
}

/// Body text in medium weight.
pub fn strong(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).text;
    rich(ui, text, fonts::semibold(13.0), color)
}

/// Secondary text.
pub fn quiet(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).quiet;
    rich(ui, text, fonts::body(), color)
}

/// Hints and what does not matter right now.
pub fn faint(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).faint;
    rich(ui, text, fonts::body(), color)
}

/// Small label.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).quiet;
    rich(ui, text, fonts::caption(), color)
}

/// Data, monospaced.
pub fn data(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).text;
    rich(ui, text, fonts::data(), color)
}

/// Data that matters less: sizes, units.
pub fn data_quiet(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).quiet;
    rich(ui, text, fonts::data(), color)
}

/// Head of a screen.
pub fn title(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).text;
    rich(ui, text, fonts::title(), color)
}

/// Head of a section or card.
pub fn section(ui: &mut Ui, text: &str) -> Response {
    let color = theme::of(ui).text;
    rich(ui, text, fonts::section(), color)
}

/// Words laid out on one line of at most `width` points, ending in `…` where they do not fit.
pub fn one_line(ui: &Ui, text: &str, font: FontId, color: egui::Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let format = egui::TextFormat { font_id: font, color, ..egui::TextFormat::default() };
    let mut job = egui::text::LayoutJob::single_section(text.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}

/// One line that ends in `…` where it does not fit; the whole text on hover.
pub fn elided(ui: &mut Ui, text: &str, font: FontId, color: egui::Color32) -> Response {
    ui.add(Label::new(RichText::new(text).font(font).color(color)).truncate())
}

/// What stands beside a label that is drawn by hand: a group with that name, for who does not see how near they are.
pub fn named(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui)) {
    if label.is_empty() {
        add(ui);
        return;
    }
    let named = egui::UiBuilder::new().accessibility_label(label).accessibility_role(egui::accesskit::Role::Group);
    ui.scope_builder(named, add);
}
