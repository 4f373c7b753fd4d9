//! What stands beside the steps: how often it was delivered, why twice, and the request that brought it.

use egui::Ui;

use super::step;
use crate::{
    session::clients::{Life, LifeStepKind, WhyAgain},
    ui::{
        Place,
        ctx::Ctx,
        format,
        screens::requests::words::{place, short},
        theme::{self, BETWEEN, fonts},
        widgets,
    },
};

pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, life: &Life) {
    ui.spacing_mut().item_spacing.y = BETWEEN;
    delivered(ui, ctx, life);
    again(ui, ctx, life);
    request(ui, ctx, life);
}

fn delivered(ui: &mut Ui, ctx: &Ctx<'_>, life: &Life) {
    let theme = theme::of(ui);
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        widgets::caption(ui, &ctx.t("life-delivered"));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            widgets::rich(ui, &format::count(life.deliveries.into()), fonts::semibold(24.0), theme.text);
            let args = [("n", life.deliveries.into()), ("groups", life.groups.into())];
            widgets::quiet(ui, &ctx.text.with("life-times", &args));
        });
        for (group, _) in &life.again {
            let words =
                ctx.text.with("life-got-again", &[("group", (&**group).into()), ("n", times(life, group).into())]);
            widgets::rich(ui, &words, fonts::body(), theme.care);
        }
    });
}

/// How often a group got it.
fn times(life: &Life, group: &str) -> u32 {
    let nth = |step: &crate::session::clients::LifeStep| match &step.kind {
        LifeStepKind::Fetched(fetched) if step::group_of(step) == Some(group) => Some(fetched.nth),
        _ => None,
    };
    life.steps.iter().filter_map(nth).max().unwrap_or(0)
}

fn again(ui: &mut Ui, ctx: &Ctx<'_>, life: &Life) {
    if life.again.is_empty() {
        return;
    }
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        widgets::section(ui, &ctx.t("life-why-again"));
        for (group, why) in &life.again {
            if life.again.len() > 1 {
                widgets::strong(ui, group);
            }
            widgets::paragraph(ui, &why_words(ctx, why));
        }
        widgets::paragraph(ui, &ctx.t("life-why-what-to-do"));
    });
}

/// Why a group got the record again.
pub(super) fn why_words(ctx: &Ctx<'_>, why: &WhyAgain) -> String {
    match why {
        WhyAgain::NotCommittedBeforeRebalance { from, to, reason } => {
            let args = [("from", short(from).into()), ("to", short(to).into())];
            let words = ctx.text.with("life-why-rebalance", &args);
            match reason {
                Some(reason) => {
                    let reason = step::reason_words(ctx, reason);
                    format!("{} {words}", ctx.text.with("life-why-because", &[("reason", reason.into())]))
                }
                None => words,
            }
        }
        WhyAgain::NotCommittedBeforeRestart { member } => {
            ctx.text.with("life-why-restart", &[("member", short(member).into())])
        }
        WhyAgain::OffsetWentBack { committed, back_to } => ctx.text.with(
            "life-why-back",
            &[("committed", format::integer(*committed).into()), ("offset", format::integer(*back_to).into())],
        ),
        WhyAgain::AskedAgain { member } => ctx.text.with("life-why-asked", &[("member", short(member).into())]),
    }
}

/// The Produce request, in Kafka's own words.
fn request(ui: &mut Ui, ctx: &Ctx<'_>, life: &Life) {
    let produced = life.steps.iter().find_map(|step| match &step.kind {
        LifeStepKind::Produced { by, request, version, batch, acks } => Some((by, *request, *version, batch, *acks)),
        _ => None,
    });
    let Some((by, id, version, batch, acks)) = produced else { return };
    let took = life.steps.iter().find_map(|step| match step.kind {
        LifeStepKind::Acknowledged { took_micros, .. } => Some(took_micros),
        _ => None,
    });
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        widgets::section(ui, &ctx.text.with("requests-one", &[("id", id.into())]));
        let mut lines = vec![
            ("requests-api", format!("Produce v{version}")),
            ("requests-client", by.client_id.to_string()),
            ("life-acks", if acks == -1 { "-1 (all)".to_owned() } else { acks.to_string() }),
            (
                "life-batch",
                ctx.text.with(
                    "said-records",
                    &[("places", place(&life.topic, life.partition).into()), ("n", batch.records.into())],
                ),
            ),
            ("requests-size", format::bytes_text(batch.bytes.into())),
        ];
        if let Some(took) = took {
            lines.push(("life-answered-in", ctx.format.micros(took)));
        }
        crate::ui::screens::requests::list(ui, ctx, &lines, 96.0);
        if widgets::link(ui, &ctx.t("life-open-request")).clicked() {
            ctx.go(Place::Request { id });
        }
    });
}
