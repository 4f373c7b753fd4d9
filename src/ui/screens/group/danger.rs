//! Questions before a group or its committed offsets are lost.

use egui::Ui;

use crate::{
    model::TopicPartition,
    session::GroupFacts,
    ui::{Action, Ctx, confirm::Confirm, icon, widgets},
};

/// The menu entry that deletes a group; with members it says why it cannot.
pub fn delete_item(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    if group.is_active() {
        let why = ctx.text.with("group-delete-why-not", &[("n", (group.members.len() as u64).into())]);
        widgets::item_why(ui, icon::DELETE, &ctx.t("group-delete"), Some(&why));
    } else if widgets::item_danger(ui, icon::DELETE, &ctx.t("group-delete"), ctx.read_only_why().as_deref()) {
        ask_delete(ctx, group);
    }
}

/// Menu entries that delete the committed offsets of one topic each.
pub fn delete_offsets_items(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    /// Topics listed at most; more are better served by deleting the group.
    const TOPICS_LISTED_MAX: usize = 8;
    let why =
        group.is_active().then(|| ctx.text.with("group-delete-why-not", &[("n", (group.members.len() as u64).into())]));
    for topic in group.topics.iter().take(TOPICS_LISTED_MAX) {
        let words = ctx.text.with("group-delete-offsets", &[("topic", (&**topic).into())]);
        if why.is_some() {
            widgets::item_why(ui, icon::CLEAR, &words, why.as_deref());
        } else if widgets::item_danger(ui, icon::CLEAR, &words, ctx.read_only_why().as_deref()) {
            ask_delete_offsets(ctx, group, topic);
        }
    }
}

fn ask_delete(ctx: &Ctx<'_>, group: &GroupFacts) {
    let id = group.id.to_string();
    let loss = if group.is_queue() { "queue-delete-loss-start" } else { "group-delete-loss-start" };
    let committed = group.partitions.iter().filter(|p| p.committed.is_some()).count() as u64;
    let args = [("group", id.as_str().into())];
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("group-delete-title", &args),
        losses: vec![
            ctx.text.with("group-delete-loss-offsets", &[("count", committed.into())]),
            ctx.t(loss).to_string(),
        ],
        verb: ctx.text.with("group-delete-verb", &args),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            session.delete_groups(vec![id]);
        }),
    }));
}

fn ask_delete_offsets(ctx: &Ctx<'_>, group: &GroupFacts, topic: &str) {
    let of_topic = group.partitions.iter().filter(|p| &*p.tp.topic == topic && p.committed.is_some());
    let partitions: Vec<TopicPartition> = of_topic.map(|p| p.tp.clone()).collect();
    let (id, queue, topic_name) = (group.id.to_string(), group.is_queue(), topic.to_owned());
    let args = [("group", id.as_str().into()), ("topic", topic.into()), ("count", (partitions.len() as u64).into())];
    let loss = if queue { "queue-delete-loss-start" } else { "group-delete-loss-start" };
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("group-delete-offsets-title", &args),
        losses: vec![ctx.text.with("group-delete-loss-offsets", &args), ctx.t(loss).to_string()],
        verb: ctx.text.with("group-delete-offsets-verb", &args),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            if queue {
                session.forget_queue_topic(id, topic_name);
            } else {
                session.delete_group_offsets(id, partitions);
            }
        }),
    }));
}
