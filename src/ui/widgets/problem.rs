//! What went wrong, where it happened: the words of the task, what to do as a button, the technical name behind a fold.

use egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};

use super::button;
use crate::{
    session::{Problem, sentence, sentence_of_reason},
    ui::{
        ctx::Ctx,
        icon,
        theme::{self, RADIUS_CARD, fonts},
    },
};

/// A block in the flow of a screen. `action` is the verb of a button; answers its click.
pub fn problem(ui: &mut Ui, ctx: &Ctx<'_>, problem: &Problem, action: Option<&str>) -> bool {
    let theme = theme::of(ui);
    Frame::new()
        .fill(theme.washed(theme.bad))
        .stroke(Stroke::new(1.0, theme.tinted(theme.bad)))
        .corner_radius(CornerRadius::same(RADIUS_CARD))
        .inner_margin(Margin::symmetric(14, 12))
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.horizontal_top(|ui| {
                icon::show(ui, icon::ERROR, theme.bad);
                ui.vertical(|ui| content(ui, ctx, problem, action)).inner
            })
            .inner
        })
        .inner
}

/// Same, alone in the middle of an empty screen.
pub fn problem_page(ui: &mut Ui, ctx: &Ctx<'_>, what: &Problem, action: Option<&str>) -> bool {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.2).min(160.0));
        ui.scope(|ui| {
            ui.set_max_width(560.0);
            problem(ui, ctx, what, action)
        })
        .inner
    })
    .inner
}

fn content(ui: &mut Ui, ctx: &Ctx<'_>, problem: &Problem, action: Option<&str>) -> bool {
    let theme = theme::of(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    let line = |ui: &mut Ui, words: String, font, color| {
        ui.add(Label::new(RichText::new(words).font(font).color(color)).wrap().selectable(true));
    };
    line(ui, ctx.text.say(&problem.what), fonts::semibold(13.0), theme.text);
    let why = sentence_of_reason(ctx.text.say(&problem.why));
    if !why.is_empty() {
        line(ui, why, fonts::body(), theme.text);
    }
    if let Some(next) = &problem.next {
        line(ui, sentence(ctx.text.say(next)), fonts::body(), theme.quiet);
    }
    if let Some(technical) = &problem.technical {
        let id = ui.make_persistent_id(("technical", technical.len(), &problem.what.id));
        let mut open = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
        if button::link(ui, &ctx.t(if open { "problem-hide-details" } else { "problem-show-details" })).clicked() {
            open = !open;
            ui.data_mut(|data| data.insert_temp(id, open));
        }
        if open {
            line(ui, technical.clone(), fonts::data(), theme.quiet);
        }
    }
    match action {
        Some(verb) => {
            ui.add_space(4.0);
            button::secondary(ui, verb).clicked()
        }
        None => false,
    }
}
