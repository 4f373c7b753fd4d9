//! One topic, with its tabs.

use crate::ui::{TopicTab, ctx::Ctx, widgets};

/// What the screen keeps between frames.
#[derive(Default)]
pub struct TopicScreen {}

impl TopicScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut egui::Ui, ctx: &Ctx<'_>, _name: &str, _tab: TopicTab) {
        widgets::page(ui, |ui| {
            widgets::page_header(ui, &[], &ctx.t("nav-topics"), |_| (), |_| ());
        });
    }
}
