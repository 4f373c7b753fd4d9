//! Topic > Produce.

use crate::{
    session::TopicFacts,
    ui::{ctx::Ctx, widgets},
};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct ProduceTab {}

impl ProduceTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut egui::Ui, _ctx: &Ctx<'_>, _topic: &TopicFacts) {
        widgets::page(ui, |_ui| ());
    }

    /// Fills the form with a record to be produced again.
    pub fn prefill(&mut self, _record: crate::model::NewRecord) {}
}
