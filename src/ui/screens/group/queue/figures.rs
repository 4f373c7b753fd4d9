//! The figures at the top of a queue: waiting, acquired, finished, redelivered, dead letters.

use std::{collections::BTreeSet, sync::Arc};

use egui::{Color32, Ui};

use super::{super::figures::HEIGHT, config::QueueConfig};
use crate::{
    model::Lag,
    session::GroupFacts,
    ui::{Ctx, format, widgets},
};

/// One card's words.
struct Figure {
    label: Arc<str>,
    value: String,
    color: Option<Color32>,
    below: String,
    below_color: Option<Color32>,
}

/// Draws the cards.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, config: &QueueConfig) {
    let figures = match group.queue {
        Some(_) => {
            let all = [waiting(ctx, group), acquired(ctx, group), finished(ctx, group), redelivered(ctx, group)];
            all.into_iter().chain([dead(ctx, group, config)]).collect()
        }
        // Kafka's own requests tell the backlog and nothing more.
        None => vec![backlog(ctx, group)],
    };
    widgets::columns(ui, HEIGHT, &vec![1.0; figures.len()], |ui, column| {
        let figure = &figures[column];
        widgets::card(ui, |ui| {
            let below = (figure.below.as_str(), figure.below_color);
            widgets::figure(ui, &figure.label, &figure.value, figure.color, "", below);
        });
    });
}

fn figure(label: Arc<str>, value: String, below: String) -> Figure {
    Figure { label, value, color: None, below, below_color: None }
}

fn waiting(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let queue = group.queue.unwrap_or_default();
    let mut figure = figure(ctx.t("queue-waiting"), format::count(queue.waiting), oldest(ctx, group));
    if group.members.is_empty() && queue.waiting > 0 {
        figure.below = ctx.t("group-no-members").to_string();
        figure.below_color = Some(ctx.theme.care);
    }
    figure
}

fn backlog(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    figure(ctx.t("queue-backlog"), format::lag(group.lag), oldest(ctx, group))
}

/// Since when the oldest unfinished record stands in the topic.
fn oldest(ctx: &Ctx<'_>, group: &GroupFacts) -> String {
    match group.lag {
        Lag::Records(0) => ctx.t("queue-oldest-none").to_string(),
        _ if group.behind_millis.is_some() => {
            let time = super::super::behind(ctx, group.behind_millis);
            ctx.text.with("queue-oldest", &[("time", time.into())])
        }
        _ => String::new(),
    }
}

fn acquired(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let queue = group.queue.unwrap_or_default();
    let clients: BTreeSet<&str> = group.members.iter().map(|member| member.id.as_str()).collect();
    let below = ctx.text.with("queue-by-members", &[("n", (clients.len() as u64).into())]);
    figure(ctx.t("queue-acquired"), format::count(queue.acquired), below)
}

fn finished(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let queue = group.queue.unwrap_or_default();
    let rate = group.commit_per_second.unwrap_or_default();
    let below = ctx.text.with("queue-finished-rate", &[("rate", format::rate(rate).into())]);
    figure(ctx.t("queue-finished"), format::count(queue.finished), below)
}

fn redelivered(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let queue = group.queue.unwrap_or_default();
    let mut figure = figure(
        ctx.t("queue-redelivered"),
        format::count(queue.redelivered),
        ctx.t("queue-redelivered-about").to_string(),
    );
    figure.color = (queue.redelivered > 0).then_some(ctx.theme.care);
    figure
}

fn dead(ctx: &Ctx<'_>, group: &GroupFacts, config: &QueueConfig) -> Figure {
    let queue = group.queue.unwrap_or_default();
    let archived = ("n", format::count(queue.archived).into());
    let below = match config.dead_letter_topic() {
        Some(topic) => ctx.text.with("queue-dead-topic", &[archived, ("topic", topic.into())]),
        None => ctx.text.with("queue-dead-no-topic", &[archived]),
    };
    let mut figure = figure(ctx.t("queue-dead"), format::count(queue.dead_lettered), below);
    figure.color = (queue.dead_lettered > 0).then_some(ctx.theme.bad);
    figure
}
