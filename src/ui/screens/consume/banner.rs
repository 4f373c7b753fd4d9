//! A line for each topic that is read: which groups read it, and how their members share it.

use std::sync::Arc;

use egui::{Align, Layout, Ui};

use super::paint_card;
use crate::{
    session::consumers::ConsumersView,
    ui::{
        ctx::Ctx,
        theme::{self, fonts},
        widgets,
    },
};

/// Height of a line, in points.
const HEIGHT: f32 = 41.0;
/// Topics with a line; more would push the consumers out of sight.
const TOPICS_SHOWN_MAX: usize = 3;

/// Draws the lines.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView) {
    for topic in topics(view).into_iter().take(TOPICS_SHOWN_MAX) {
        line(ui, ctx, view, &topic);
    }
}

/// Topics that a running consumer reads, by name.
fn topics(view: &ConsumersView) -> Vec<Arc<str>> {
    let running = view.consumers.iter().filter(|c| !c.phase.is_over());
    let mut topics: Vec<Arc<str>> = running.flat_map(|c| c.plan.topics.iter()).map(|t| t.as_str().into()).collect();
    topics.sort();
    topics.dedup();
    topics
}

fn line(ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, topic: &str) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
    paint_card(ui, rect, None);
    let inside = egui::UiBuilder::new()
        .id_salt(("topic", topic))
        .max_rect(rect.shrink2(egui::vec2(14.0, 0.0)))
        .layout(Layout::left_to_right(Align::Center));
    let mut ui = ui.new_child(inside);
    ui.set_clip_rect(rect.intersect(ui.clip_rect()));
    widgets::section(&mut ui, topic);
    ui.add_space(12.0);
    let partitions = ctx.facts.topic(topic).map(|t| t.partitions.len());
    let mut before = 0;
    for group in &view.groups {
        let members = view.members(group).filter(|c| c.plan.topics.iter().any(|t| t == topic)).count();
        if members == 0 {
            continue;
        }
        let theme = theme::of(&ui);
        let color = theme.series(view.group_index(group));
        ui.spacing_mut().item_spacing.x = 6.0;
        dot(&mut ui, color);
        widgets::rich(&mut ui, group, fonts::semibold(13.0), color);
        let queue = view.members(group).any(|member| member.kind.is_queue());
        let words = match queue {
            true => ctx.text.with("consume-shares-queue", &[("members", (members as u64).into())]),
            false => shares(ctx, members, partitions, before),
        };
        widgets::quiet(&mut ui, &words);
        ui.add_space(20.0);
        before += 1;
    }
}

/// How the members of one group share the topic. `before` other groups were named already.
fn shares(ctx: &Ctx<'_>, members: usize, partitions: Option<usize>, before: usize) -> String {
    let args = [
        ("members", (members as f64).into()),
        ("partitions", (partitions.unwrap_or_default() as f64).into()),
        ("idle", (members.saturating_sub(partitions.unwrap_or(members)) as f64).into()),
    ];
    let id = match (members, partitions) {
        (1, _) if before > 0 => "consume-shares-one-again",
        (1, _) => "consume-shares-one",
        (_, None) => "consume-shares-some",
        (m, Some(p)) if m > p => "consume-shares-idle",
        _ if before > 0 => "consume-shares-many-again",
        _ => "consume-shares-many",
    };
    ctx.text.with(id, &args)
}

fn dot(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(10.0, 10.0), egui::Sense::hover());
    ui.painter().circle_filled(rect.center(), 5.0, color);
}
