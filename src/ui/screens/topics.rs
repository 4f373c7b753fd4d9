//! The list of topics.

use crate::ui::{ctx::Ctx, widgets};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct TopicsScreen {}

impl TopicsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut egui::Ui, ctx: &Ctx<'_>) {
        widgets::page(ui, |ui| {
            widgets::page_header(ui, &[], &ctx.t("nav-topics"), |_| (), |_| ());
        });
    }
}
