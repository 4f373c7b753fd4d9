//! Imports and exports.

use crate::ui::{ctx::Ctx, widgets};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct TransfersScreen {}

impl TransfersScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut egui::Ui, ctx: &Ctx<'_>) {
        widgets::page(ui, |ui| {
            widgets::page_header(ui, &[], &ctx.t("nav-transfers"), |_| (), |_| ());
        });
    }
}
