//! What a copy will do, topic by topic.

use std::sync::Arc;

use egui::Ui;

use crate::{
    session::{
        Loadable,
        copy::{Make, Plan, TopicPlan, note_phrase, refusal_phrase},
    },
    ui::{
        ctx::Ctx,
        format,
        icon::{self, Icon},
        theme::{self, fonts},
        widgets,
    },
};

/// Topics that are shown; a plan of more says how many.
const TOPICS_SHOWN_MAX: usize = 100;
/// Groups that are named.
const GROUPS_NAMED_MAX: usize = 12;

/// Draws the plan, or what is missing for one.
pub(super) fn card(ui: &mut Ui, ctx: &Ctx<'_>, plan: &Loadable<Plan>, missing: Option<&Arc<str>>) {
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.set_min_width(ui.available_width());
        widgets::strong(ui, &ctx.t("copy-plan"));
        if let Some(missing) = missing {
            widgets::paragraph(ui, missing);
            return;
        }
        let view = plan.view();
        if let Some(since) = view.loading_since
            && view.value.is_none()
        {
            widgets::waiting(ui, since, &ctx.t("copy-looking"));
            return;
        }
        if let Some(problem) = &view.problem {
            widgets::problem(ui, ctx, problem, None);
        }
        let Some(plan) = view.value else { return };
        for topic in plan.topics.iter().take(TOPICS_SHOWN_MAX) {
            show_topic(ui, ctx, topic);
        }
        if plan.topics.len() > TOPICS_SHOWN_MAX {
            let more = (plan.topics.len() - TOPICS_SHOWN_MAX) as u64;
            widgets::faint(ui, &ctx.text.with("copy-more-topics", &[("count", more.into())]));
        }
        if !plan.groups.is_empty() {
            let named = plan.groups.iter().take(GROUPS_NAMED_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
            let count = plan.groups.len() as u64;
            widgets::paragraph(
                ui,
                &ctx.text.with("copy-plan-groups", &[("count", count.into()), ("groups", named.into())]),
            );
        }
    });
}

fn show_topic(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicPlan) {
    let theme = theme::of(ui);
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        icon::show(ui, icon::TOPICS, theme.quiet);
        widgets::elided(ui, &topic.source, fonts::semibold(13.0), theme.text);
    });
    let offsets = format::count(topic.offsets());
    let made = match &topic.make {
        Make::Nothing => ctx.text.with("copy-make-nothing", &[("offsets", offsets.into())]),
        Make::Create { replicas, .. } => {
            let partitions = topic.partitions.len() as u64;
            let replicas = replicas.map_or(1, |n| u64::from(n.unsigned_abs()));
            let args = [("partitions", partitions.into()), ("replicas", replicas.into()), ("offsets", offsets.into())];
            ctx.text.with("copy-make-create", &args)
        }
        Make::AddPartitions { from, to } => {
            let (from, to) = (u64::from(from.unsigned_abs()), u64::from(to.unsigned_abs()));
            ctx.text.with("copy-make-grow", &[("from", from.into()), ("to", to.into()), ("offsets", offsets.into())])
        }
    };
    widgets::paragraph(ui, &made);
    if let Some(refusal) = &topic.refusal {
        line(ui, icon::ERROR, theme.bad, &ctx.text.say(&refusal_phrase(refusal)));
    }
    for note in &topic.notes {
        line(ui, icon::CARE, theme.care, &ctx.text.say(&note_phrase(note)));
    }
}

fn line(ui: &mut Ui, icon: Icon, color: egui::Color32, words: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon::show(ui, icon, color);
        widgets::paragraph(ui, words);
    });
}
