//! The part of the dialog that is about a queue: what the member says about records, and how many fail.

use egui::Ui;

use super::super::queue::{QueueChoice, ack_about, ack_word, failure_select};
use crate::{
    session::consumers::AckChoice,
    ui::{
        ctx::Ctx,
        widgets::{self},
    },
};

/// Draws it.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, choice: &mut QueueChoice) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::caption(ui, &ctx.t("consume-ack-label"));
        let words = AckChoice::ALL.map(|ack| (ack, ctx.t(ack_word(ack))));
        let entries: Vec<(AckChoice, &str)> = words.iter().map(|(ack, word)| (*ack, &**word)).collect();
        widgets::segmented(ui, &mut choice.ack, &entries);
        widgets::paragraph(ui, &ctx.t(ack_about(choice.ack)));
    });
    widgets::columns(ui, 48.0, &[1.0, 1.0], |ui, column| {
        ui.spacing_mut().item_spacing.y = 4.0;
        if column == 0 {
            let label = ctx.t("consume-failure-label");
            widgets::caption(ui, &label);
            failure_select(ui, ctx, &label, &mut choice.failure_percent, 120.0);
        } else if choice.failure_percent > 0 {
            let label = ctx.t("consume-on-failure-label");
            widgets::caption(ui, &label);
            let choices = [AckChoice::Release, AckChoice::Reject].map(|ack| (ack, ctx.t(ack_word(ack)).to_string()));
            widgets::select(ui, &label, &mut choice.on_failure, &choices, 140.0);
        }
    });
}
