//! What changes the topic itself, at the end of its settings.

use std::sync::Arc;

use egui::Ui;

use crate::{
    session::TopicFacts,
    ui::{
        ctx::Ctx,
        screens::topics::{danger, dialogs::TopicDialog},
        widgets::{self, Button},
    },
};

/// Draws the card.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, dialog: &mut Option<TopicDialog>) {
    let internal = topic.internal.then(|| ctx.t("topics-internal-why"));
    let internal = internal.as_deref();
    let names = [Arc::clone(&topic.name)];
    widgets::card(ui, |ui| {
        widgets::card_header(ui, &ctx.t("topic-danger"), "", |_| ());
        if line(ui, ctx, "topics-clone", "clone-topic-about", false, None) {
            *dialog = Some(TopicDialog::clone_of(topic));
        }
        if line(ui, ctx, "topics-add-partitions", "topic-danger-add", false, internal) {
            *dialog = Some(TopicDialog::add_partitions(topic));
        }
        if line(ui, ctx, "topics-delete-before", "delete-before-about", true, internal) {
            *dialog = Some(TopicDialog::delete_before(topic));
        }
        if line(ui, ctx, "topics-empty", "topic-danger-empty", true, internal) {
            danger::ask_empty(ctx, &names);
        }
        if line(ui, ctx, "topics-delete", "topic-danger-delete", true, internal) {
            danger::ask_delete(ctx, &names);
        }
    });
}

/// One line: what it does, and its button. Answers the click.
fn line(ui: &mut Ui, ctx: &Ctx<'_>, verb: &str, about: &str, dangerous: bool, why_not: Option<&str>) -> bool {
    widgets::rule(ui);
    let words = ctx.t(verb);
    let button = if dangerous { Button::danger(&words) } else { Button::secondary(&words) };
    let mut clicked = false;
    widgets::toolbar(
        ui,
        |ui| drop(widgets::quiet(ui, &ctx.t(about))),
        |ui| clicked = ui.add(button.unless(ctx.unless_read_only(why_not).as_deref())).clicked(),
    );
    clicked
}
