//! Dialogs: title, body, actions at the lower right; Esc closes, Enter confirms.

use egui::{Align, Color32, CornerRadius, Frame, Id, Key, Layout, Margin, Modal, Stroke, Ui};

use super::{button::Button, labels};
use crate::ui::theme::{self, RADIUS_CARD, Theme};

/// How a dialog ended in this frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogEnd {
    /// Stays open.
    Open,
    /// Cancel, Esc, or a click beside it.
    Cancelled,
    /// The confirming button, or Enter.
    Confirmed,
}

/// A dialog in the middle of the window.
pub struct Dialog<'a> {
    title: &'a str,
    confirm: &'a str,
    cancel: &'a str,
    why_not: Option<&'a str>,
    dangerous: bool,
    width: f32,
    enter_confirms: bool,
}

impl<'a> Dialog<'a> {
    /// `confirm` is the verb of the primary button; `cancel` the word of the other.
    pub fn new(title: &'a str, confirm: &'a str, cancel: &'a str) -> Self {
        Self { title, confirm, cancel, why_not: None, dangerous: false, width: 460.0, enter_confirms: true }
    }

    /// Disables the confirming button and says why on hover.
    pub fn unless(mut self, why_not: Option<&'a str>) -> Self {
        self.why_not = why_not;
        self
    }

    /// The confirming button is red and Enter does not press it.
    pub fn dangerous(mut self) -> Self {
        self.dangerous = true;
        self.enter_confirms = false;
        self
    }

    pub fn width(mut self, points: f32) -> Self {
        self.width = points;
        self
    }

    /// For dialogs with fields of several lines, where Enter means a new line.
    pub fn enter_stays(mut self) -> Self {
        self.enter_confirms = false;
        self
    }

    /// Shows it; call every frame while it is open.
    pub fn show(self, ctx: &egui::Context, body: impl FnOnce(&mut Ui)) -> DialogEnd {
        let theme = Theme::of_dark(ctx.global_style().visuals.dark_mode);
        let frame = Frame::new()
            .fill(if theme.dark { theme.panel } else { theme.raised })
            .stroke(Stroke::new(1.0, theme.edge))
            .corner_radius(CornerRadius::same(RADIUS_CARD + 2))
            .shadow(ctx.global_style().visuals.window_shadow)
            .inner_margin(Margin::same(20));
        let height = ctx.content_rect().height() - 160.0;
        let shown = Modal::new(Id::unique(("dialog", self.title)))
            .backdrop_color(Color32::from_black_alpha(if theme.dark { 140 } else { 70 }))
            .frame(frame)
            .show(ctx, |ui| {
                ui.set_width(self.width);
                labels::section(ui, self.title);
                ui.add_space(4.0);
                egui::ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| body(ui));
                ui.add_space(12.0);
                self.buttons(ui)
            });
        let enter = self.enter_confirms && self.why_not.is_none() && ctx.input(|input| input.key_pressed(Key::Enter));
        match shown.inner {
            DialogEnd::Open if shown.should_close() => DialogEnd::Cancelled,
            DialogEnd::Open if enter && shown.is_top_modal && !shown.any_popup_open => DialogEnd::Confirmed,
            end => end,
        }
    }

    fn buttons(&self, ui: &mut Ui) -> DialogEnd {
        // As wide as the dialog came out, should its body have needed more.
        let row = egui::vec2(ui.min_rect().width().max(self.width), theme::CONTROL);
        ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
            let confirm =
                if self.dangerous { Button::danger_primary(self.confirm) } else { Button::primary(self.confirm) };
            let mut end = DialogEnd::Open;
            if !self.confirm.is_empty() && ui.add(confirm.unless(self.why_not)).clicked() {
                end = DialogEnd::Confirmed;
            }
            if !self.cancel.is_empty() && ui.add(Button::secondary(self.cancel)).clicked() {
                end = DialogEnd::Cancelled;
            }
            end
        })
        .inner
    }
}
