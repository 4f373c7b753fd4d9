//! What a card shows of a member of a queue: what it says about records and how many fail, to be changed at any moment,
//! and what came of it so far.

use egui::Ui;

use super::super::queue::{QueueChoice, ack_select, failure_select, said};
use crate::{
    session::consumers::{AckChoice, ConsumerView},
    ui::{
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets,
    },
};

/// Draws both rows.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, choice: QueueChoice) {
    ui.add_space(4.0);
    if !consumer.phase.is_over() {
        choices(ui, ctx, consumer, choice);
    }
    outcomes(ui, ctx, consumer);
}

fn choices(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, choice: QueueChoice) {
    let mut wanted = choice;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let label = ctx.t("consume-says");
        widgets::caption(ui, &label);
        ui.scope(|ui| {
            ui.set_max_width(96.0);
            ack_select(ui, ctx, &format!("{label}, {}", consumer.name), &mut wanted.ack, 80.0);
        });
        ui.add_space(6.0);
        let label = ctx.t("consume-failing");
        widgets::caption(ui, &label);
        ui.scope(|ui| {
            ui.set_max_width(84.0);
            failure_select(ui, ctx, &format!("{label}, {}", consumer.name), &mut wanted.failure_percent, 64.0);
        });
    });
    if wanted != choice {
        let (id, kind) = (consumer.id, wanted.kind());
        ctx.with_session(move |session| session.consumers().set_kind(id, kind));
    }
}

/// How many it accepted, released and rejected; too late and again only where there are any.
fn outcomes(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let theme = theme::of(ui);
    let counts = consumer.queue;
    let of = [
        (AckChoice::Accept, counts.accepted),
        (AckChoice::Release, counts.released),
        (AckChoice::Reject, counts.rejected),
    ];
    let response = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().interact_size.y = 18.0;
        for (ack, count) in of {
            let (symbol, color, word) = said(theme, ack);
            let color = if count == 0 { theme.faint } else { color };
            icon::show(ui, symbol, color);
            widgets::rich(ui, &format!("{} {}", format::count(count), ctx.t(word)), fonts::caption(), color);
            ui.add_space(6.0);
        }
        if counts.too_late > 0 {
            let words = ctx.text.with("consume-too-late", &[("count", counts.too_late.into())]);
            icon::show(ui, icon::TIME, theme.bad);
            let late = widgets::elided(ui, &words, fonts::caption(), theme.bad);
            late.on_hover_text(&*ctx.t("consume-too-late-about"));
        }
    });
    let words = of.map(|(ack, count)| format!("{} {}", format::count(count), ctx.t(said(theme, ack).2))).join(", ");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, &words));
}

/// "· works on 12 · 3 came again", so that who holds what is seen at once.
pub(super) fn holds_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    let group = ctx.facts.group(&consumer.plan.group);
    let mut words = String::new();
    if let Some(record) = &consumer.in_work {
        words.push_str("· ");
        words.push_str(&ctx.text.with("consume-works-on", &[("offset", format::integer(record.offset).into())]));
    } else if group.is_some_and(|group| group.queue.is_some_and(|queue| queue.acquired == 0)) {
        words.push_str("· ");
        words.push_str(&ctx.t("consume-holds-nothing"));
    }
    if consumer.queue.again > 0 {
        words.push_str(" · ");
        words.push_str(&ctx.text.with("consume-again", &[("count", consumer.queue.again.into())]));
    }
    words
}
