//! What a consumer may be told: pause, stop, kill, start again.

use egui::Ui;

use super::super::start;
use crate::{
    session::consumers::{ConsumerView, Phase},
    ui::{
        Place, TopicTab,
        ctx::Ctx,
        icon, theme,
        widgets::{self, Button},
    },
};

/// The buttons under its name.
pub(super) fn buttons(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let id = consumer.id;
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        let named = |verb: &str| format!("{verb} {}", consumer.name);
        match consumer.phase {
            ref phase if phase.is_over() => over_buttons(ui, ctx, consumer),
            Phase::Stopping => {
                widgets::quiet(ui, &ctx.t("consume-state-stopping-about"));
            }
            _ => {
                let paused = consumer.phase == Phase::Paused;
                let (verb, symbol) =
                    if paused { ("consume-resume", icon::CONSUME) } else { ("consume-pause", icon::PAUSE) };
                let verb = ctx.t(verb);
                let pause = ui.add(Button::secondary(&verb).icon(symbol)).accessible_name(named(&verb));
                if pause.clicked() {
                    ctx.with_session(move |session| match paused {
                        true => session.consumers().resume(id),
                        false => session.consumers().pause(id),
                    });
                }
                let verb = ctx.t("consume-stop");
                let stop = ui.add(Button::secondary(&verb)).accessible_name(named(&verb));
                if stop.on_hover_text(&*ctx.t("consume-stop-about")).clicked() {
                    ctx.with_session(move |session| session.consumers().stop(id));
                }
                let verb = ctx.t("consume-kill");
                let kill = ui.add(Button::danger(&verb)).accessible_name(named(&verb));
                if kill.on_hover_text(&*ctx.t("consume-kill-about")).clicked() {
                    ctx.with_session(move |session| session.consumers().kill(id));
                }
            }
        }
    });
}

fn over_buttons(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let id = consumer.id;
    let (verb, why) = (ctx.t("consume-start-again"), ctx.read_only_why());
    if ui.add(Button::secondary(&verb).icon(icon::CONSUME).unless(why.as_deref())).clicked() {
        let mut plan = (*consumer.plan).clone();
        plan.processing_millis = consumer.processing_millis;
        plan.name = Some(consumer.name.to_string());
        ctx.with_session(move |session| {
            session.consumers().dismiss(id);
            start(session, plan);
        });
    }
    if ui.add(Button::secondary(&ctx.t("consume-remove"))).clicked() {
        ctx.with_session(move |session| session.consumers().dismiss(id));
    }
}

/// Its `⋯` menu.
pub(super) fn more(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let (id, over) = (consumer.id, consumer.phase.is_over());
    if widgets::item(ui, icon::GROUPS, &ctx.t("consume-open-group"), None) {
        ctx.go(Place::group(consumer.plan.group.as_str()));
    }
    for topic in consumer.plan.topics.iter().take(5) {
        let words = ctx.text.with("consume-open-topic", &[("topic", topic.as_str().into())]);
        if widgets::item(ui, icon::TOPICS, &words, None) {
            ctx.go(Place::Topic { name: topic.clone(), tab: TopicTab::Messages });
        }
    }
    widgets::rule(ui);
    if widgets::item(ui, icon::ADD, &ctx.t("consume-another"), None) {
        let mut plan = (*consumer.plan).clone();
        plan.name = None;
        ctx.with_session(move |session| start(session, plan));
    }
    let why = (!over).then(|| ctx.t("consume-why-running"));
    if widgets::item_why(ui, icon::CLOSE, &ctx.t("consume-remove"), why.as_deref()) {
        ctx.with_session(move |session| session.consumers().dismiss(id));
    }
}
