//! What this workspace holds, and what to do first.

use crate::ui::{ctx::Ctx, widgets};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct OverviewScreen {}

impl OverviewScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut egui::Ui, ctx: &Ctx<'_>) {
        widgets::page(ui, |ui| {
            widgets::page_header(ui, &[], &ctx.t("nav-overview"), |_| (), |_| ());
        });
    }
}
