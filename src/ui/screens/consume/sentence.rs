//! The last change of owners in one sentence.

use std::sync::Arc;

use crate::{
    model::TopicPartition,
    session::consumers::{Cause, Change, ConsumerId, ConsumersView},
    ui::ctx::Ctx,
};

/// Partitions named one by one; the rest is counted.
const NAMED_MAX: usize = 6;

/// What happened last in a group and what came of it.
pub(super) fn of_change(ctx: &Ctx<'_>, view: &ConsumersView, change: &Change, partitions_all: usize) -> String {
    // Who joined together with others tells only of its own share.
    let alone = change.cause == Cause::Joined && change.still_millis == 0;
    let told = change.moved.iter().filter(|(_, to)| !alone || *to == change.who);
    let moved: Vec<TopicPartition> = told.map(|(tp, _)| tp.clone()).collect();
    let mut takers: Vec<ConsumerId> = change.moved.iter().map(|(_, to)| *to).collect();
    takers.sort_unstable();
    takers.dedup();
    let names: Vec<String> = takers.iter().map(|id| name(view, *id).to_string()).collect();
    let args = [
        ("who", name(view, change.who).to_string().into()),
        ("ago", ctx.format.ago(ctx.now, change.at).into()),
        ("moved", partitions(ctx, &moved).into()),
        ("waiting", partitions(ctx, &change.waiting).into()),
        ("takers", list(ctx, &names).into()),
        ("still", ctx.format.duration(change.still_millis).into()),
    ];
    let id = match change.cause {
        Cause::Joined => joined(view, change, partitions_all),
        Cause::Left => pick(change, "consume-left-waits", "consume-left-moved", "consume-left"),
        Cause::Killed => pick(change, "consume-killed-waits", "consume-killed-moved", "consume-killed"),
        Cause::Lost => pick(change, "consume-lost-waits", "consume-lost-moved", "consume-lost"),
    };
    ctx.text.with(id, &args)
}

fn joined(view: &ConsumersView, change: &Change, partitions_all: usize) -> &'static str {
    let group = view.consumer(change.who).map(|who| who.plan.group.as_str());
    let members = group.map_or(0, |group| view.members(group).count());
    if !change.waiting.is_empty() {
        "consume-joined-waits"
    } else if change.moved.is_empty() && members > partitions_all {
        "consume-joined-idle"
    } else if change.moved.is_empty() {
        // Its share comes with the end of the rebalance.
        "consume-joining"
    } else if change.still_millis > 0 {
        "consume-joined-moved"
    } else if change.moved.iter().any(|(_, to)| *to == change.who) {
        "consume-joined-took"
    } else {
        "consume-joining"
    }
}

fn pick(change: &Change, waits: &'static str, moved: &'static str, nothing: &'static str) -> &'static str {
    match (change.waiting.is_empty(), change.moved.is_empty()) {
        (false, _) => waits,
        (true, false) => moved,
        (true, true) => nothing,
    }
}

/// The name of a consumer; a dash when it was taken off the list.
pub(super) fn name(view: &ConsumersView, id: ConsumerId) -> Arc<str> {
    view.consumer(id).map_or_else(|| "—".into(), |c| Arc::clone(&c.name))
}

/// `orders-3, 4 and 5`: the topic is named once, and numbers follow.
pub(super) fn partitions(ctx: &Ctx<'_>, partitions: &[TopicPartition]) -> String {
    let mut words = Vec::new();
    let mut topic: Option<&str> = None;
    for tp in partitions.iter().take(NAMED_MAX) {
        words.push(if topic == Some(&*tp.topic) { tp.partition.to_string() } else { tp.to_string() });
        topic = Some(&tp.topic);
    }
    if partitions.len() > NAMED_MAX {
        let more = (partitions.len() - NAMED_MAX) as f64;
        words.push(ctx.text.with("consume-list-more", &[("count", more.into())]));
    }
    list(ctx, &words)
}

/// Words as a list in a sentence.
fn list(ctx: &Ctx<'_>, words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => {
            let most = most.join(&ctx.t("consume-list-comma"));
            ctx.text.with("consume-list-and", &[("most", most.into()), ("last", last.as_str().into())])
        }
    }
}
