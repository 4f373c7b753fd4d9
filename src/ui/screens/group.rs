//! One consumer group, with its tabs.

use crate::ui::{GroupTab, ctx::Ctx, widgets};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct GroupScreen {}

impl GroupScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut egui::Ui, ctx: &Ctx<'_>, _id: &str, _tab: GroupTab) {
        widgets::page(ui, |ui| {
            widgets::page_header(ui, &[], &ctx.t("nav-groups"), |_| (), |_| ());
        });
    }
}
