//! Topic > Settings.

use crate::{
    session::TopicFacts,
    ui::{ctx::Ctx, widgets},
};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct SettingsTab {}

impl SettingsTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut egui::Ui, _ctx: &Ctx<'_>, _topic: &TopicFacts) {
        widgets::page(ui, |_ui| ());
    }
}
