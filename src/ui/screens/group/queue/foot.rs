//! Under the cells: what is chosen, how it stands, and what can be done with it by hand.

use egui::{Align, Layout, Ui};

use super::{cells, hand, selection::Selection, strip::Strip, words};
use crate::{
    model::ShareRecordState,
    session::GroupFacts,
    ui::{
        Ctx, format, icon,
        widgets::{self, Button},
    },
};

/// Height of the line, in points.
pub(super) const HEIGHT: f32 = 42.0;

/// Draws the line.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, chosen: Option<&Selection>, strips: &[Strip<'_>]) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), HEIGHT - 4.0), egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top(), ctx.theme.rule());
    let builder = egui::UiBuilder::new()
        .id_salt("queue-foot")
        .max_rect(rect.shrink2(egui::vec2(14.0, 4.0)))
        .layout(Layout::left_to_right(Align::Center));
    let mut ui = ui.new_child(builder);
    let strip = chosen.and_then(|chosen| strips.iter().find(|strip| strip.tp == chosen.tp));
    let (Some(chosen), Some(strip)) = (chosen, strip) else {
        widgets::elided(&mut ui, &ctx.t("queue-hint"), crate::ui::theme::fonts::body(), ctx.theme.faint);
        return;
    };
    let range = chosen.range();
    let tally = strip.tally(&range);
    widgets::strong(&mut ui, &strip.tp.to_string());
    let offsets = match range.first == range.last {
        true => format::integer(range.first),
        false => format!("{} – {}", format::integer(range.first), format::integer(range.last)),
    };
    widgets::data(&mut ui, &offsets);
    let parts = [
        (ShareRecordState::Available, tally.available + tally.ahead),
        (ShareRecordState::Acquired, tally.acquired),
        (ShareRecordState::Acknowledged, tally.acknowledged),
        (ShareRecordState::Archived, tally.archived),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(state, n)| format!("{} {}", format::count(n), words::state_word(ctx, state)))
        .collect();
    widgets::quiet(&mut ui, &words.join(" · "));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let why = hand::why_not_archive(ctx, &tally);
        if ui.add(Button::danger(&ctx.t("queue-archive")).unless(why.as_deref())).clicked() {
            hand::ask_archive(ctx, group, chosen, strips);
        }
        let why = hand::why_not_redeliver(ctx, &tally);
        if ui.add(Button::secondary(&ctx.t("queue-redeliver")).icon(icon::RESET).unless(why.as_deref())).clicked() {
            hand::redeliver(ctx, group, chosen, strips);
        }
        if ui.add(Button::secondary(&ctx.t("queue-open-life"))).clicked() {
            cells::open(ctx, &chosen.tp, chosen.head);
        }
    });
}
