//! The banner of something that surprises: the stage has paused once, and two sentences say why it happened.

use egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};

use super::{Wish, story};
use crate::{
    labs::view::{StageView, SurpriseKind},
    ui::{
        Ctx, icon,
        theme::{self, RADIUS_CARD, fonts},
        widgets::{self, Button},
    },
};

/// Draws it while there is one.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, wishes: &mut Vec<Wish>) {
    let Some(surprise) = &view.surprise else { return };
    let theme = theme::of(ui);
    let (title, why) = match surprise.kind {
        SurpriseKind::IdleConsumer => ("lab-surprise-idle-consumer", "lab-surprise-idle-consumer-why"),
        SurpriseKind::Duplicate => ("lab-surprise-duplicate", "lab-surprise-duplicate-why"),
        SurpriseKind::LostLock => ("lab-surprise-lost-lock", "lab-surprise-lost-lock-why"),
        SurpriseKind::OutOfOrder => ("lab-surprise-out-of-order", "lab-surprise-out-of-order-why"),
    };
    let frame = Frame::new()
        .fill(theme.washed(theme.care))
        .stroke(Stroke::new(1.0, theme.care))
        .corner_radius(CornerRadius::same(RADIUS_CARD))
        .inner_margin(Margin::same(12));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal(|ui| {
            icon::show(ui, icon::ADVICE, theme.care);
            widgets::section(ui, &ctx.t(title));
            widgets::caption(ui, &ctx.t("lab-surprise-paused"));
        });
        let event = story::plain(ctx, view, &surprise.event);
        for sentence in [&*event, &*ctx.t(why)] {
            let text = RichText::new(sentence).font(fonts::body()).color(theme.text).line_height(Some(20.0));
            ui.add(Label::new(text).wrap());
        }
        ui.horizontal(|ui| {
            if Button::secondary(&ctx.t("lab-surprise-go-on")).icon(icon::CONSUME).show(ui).clicked() {
                wishes.push(Wish::GoOn);
            }
            if widgets::link(ui, &ctx.t("lab-surprise-never")).clicked() {
                wishes.push(Wish::Surprises(false));
                wishes.push(Wish::GoOn);
            }
        });
    });
}
