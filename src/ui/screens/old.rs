//! Figures that are not of now, because they could not be asked for: they stay, dimmed, with the reason.

use egui::{FontId, Ui};

use crate::{
    session::{Old, Problem},
    ui::{Ctx, icon, theme::fonts, widgets},
};

/// Of what is dimmed as a whole: plainly not of now, and still read without effort.
const OPACITY: f32 = 0.65;

/// One figure in a table; why it is old is told under the pointer.
pub(in crate::ui::screens) fn figure(ui: &mut Ui, ctx: &Ctx<'_>, text: &str, old: &Old) {
    dimmed(ui, ctx, text, fonts::data(), old);
}

/// The same for a word.
pub(in crate::ui::screens) fn word(ui: &mut Ui, ctx: &Ctx<'_>, text: &str, old: &Old) {
    dimmed(ui, ctx, text, fonts::body(), old);
}

fn dimmed(ui: &mut Ui, ctx: &Ctx<'_>, text: &str, font: FontId, old: &Old) {
    let response = widgets::rich(ui, text, font, ctx.theme.faint);
    response.on_hover_ui(|ui| drop(ui.label(words(ctx, old))));
}

/// A line over figures all of which are old.
pub(in crate::ui::screens) fn notice(ui: &mut Ui, ctx: &Ctx<'_>, old: &Old) {
    care(ui, ctx, &words(ctx, old));
}

/// A line over a list that may lack something, because who would tell does not answer.
pub(in crate::ui::screens) fn untold(ui: &mut Ui, ctx: &Ctx<'_>, problem: &Problem) {
    let (what, why) = (ctx.text.say(&problem.what), ctx.text.say(&problem.why));
    let args = [("what", what.as_str().into()), ("why", why.as_str().into())];
    care(ui, ctx, &ctx.text.with("groups-untold", &args));
}

fn care(ui: &mut Ui, ctx: &Ctx<'_>, words: &str) {
    ui.horizontal_wrapped(|ui| {
        icon::show(ui, icon::CARE, ctx.theme.care);
        widgets::body(ui, words);
    });
}

/// Dims all that is drawn after such a line.
pub(in crate::ui::screens) fn dim(ui: &mut Ui) {
    ui.multiply_opacity(OPACITY);
}

/// Since when they are old, and why.
fn words(ctx: &Ctx<'_>, old: &Old) -> String {
    let (what, why) = (ctx.text.say(&old.problem.what), ctx.text.say(&old.problem.why));
    let args =
        [("time", ctx.format.time(old.since).into()), ("what", what.as_str().into()), ("why", why.as_str().into())];
    ctx.text.with("figures-old", &args)
}
