//! Changes by hand: redeliver, archive, purge; each says what it does before it does it.

use std::sync::Arc;

use egui::Ui;

use super::{
    cells,
    selection::Selection,
    strip::{Strip, Tally},
};
use crate::{
    session::GroupFacts,
    ui::{Action, Ctx, Place, confirm::Confirm, format, icon, widgets},
};

/// Topics listed in a menu at most.
const TOPICS_LISTED_MAX: usize = 8;

/// The menu of the chosen records.
pub(super) fn record_items(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, chosen: &Selection, strips: &[Strip<'_>]) {
    let tally = tally(chosen, strips);
    if widgets::item(ui, icon::LIFE, &ctx.t("queue-open-life"), Some("Enter")) {
        cells::open(ctx, &chosen.tp, chosen.head);
    }
    if widgets::item(ui, icon::TOPICS, &ctx.t("queue-open-message"), None) {
        let (topic, partition) = (chosen.tp.topic.to_string(), chosen.tp.partition);
        ctx.go(Place::Record { topic, partition, offset: chosen.head });
    }
    widgets::rule(ui);
    let why = why_not_redeliver(ctx, &tally);
    if widgets::item_why(ui, icon::RESET, &ctx.t("queue-redeliver"), why.as_deref()) {
        redeliver(ctx, group, chosen, strips);
    }
    match why_not_archive(ctx, &tally) {
        Some(why) => drop(widgets::item_why(ui, icon::CLOSE, &ctx.t("queue-archive"), Some(&why))),
        None => {
            if widgets::item_danger(ui, icon::CLOSE, &ctx.t("queue-archive"), None) {
                ask_archive(ctx, group, chosen, strips);
            }
        }
    }
}

/// Menu entries that purge one topic each.
pub(in super::super) fn purge_items(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    if ctx.session.is_none_or(|session| session.inspector().is_none()) {
        return;
    }
    for topic in group.topics.iter().take(TOPICS_LISTED_MAX) {
        let words = ctx.text.with("queue-purge", &[("topic", (&**topic).into())]);
        if group.lag_on(topic).records().unwrap_or_default() == 0 {
            widgets::item_why(ui, icon::CLEAR, &words, Some(&ctx.t("queue-purge-why-not")));
        } else if widgets::item_danger(ui, icon::CLEAR, &words, ctx.read_only_why().as_deref()) {
            ask_purge(ctx, group, topic);
        }
    }
}

fn tally(chosen: &Selection, strips: &[Strip<'_>]) -> Tally {
    let strip = strips.iter().find(|strip| strip.tp == chosen.tp);
    strip.map(|strip| strip.tally(&chosen.range())).unwrap_or_default()
}

/// What is available or accepted cannot be delivered again from here.
pub(super) fn why_not_redeliver(ctx: &Ctx<'_>, tally: &Tally) -> Option<String> {
    let read_only = ctx.read_only_why().map(|why| why.to_string());
    read_only.or_else(|| (tally.acquired + tally.archived == 0).then(|| ctx.t("queue-redeliver-why-not").to_string()))
}

/// What is finished cannot be given up.
pub(super) fn why_not_archive(ctx: &Ctx<'_>, tally: &Tally) -> Option<String> {
    let read_only = ctx.read_only_why().map(|why| why.to_string());
    read_only.or_else(|| (tally.acquired + tally.available == 0).then(|| ctx.t("queue-archive-why-not").to_string()))
}

/// Redelivers; asks first where a member would lose its lock.
pub(super) fn redeliver(ctx: &Ctx<'_>, group: &GroupFacts, chosen: &Selection, strips: &[Strip<'_>]) {
    let tally = tally(chosen, strips);
    if why_not_redeliver(ctx, &tally).is_some() {
        return;
    }
    let (id, range) = (Arc::clone(&group.id), chosen.range());
    if tally.acquired == 0 {
        ctx.with_session(move |session| {
            session.redeliver_records(id, range);
        });
        return;
    }
    let args = [("n", (tally.acquired + tally.archived).into()), ("on", chosen.tp.to_string().into())];
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("queue-redeliver-title", &args),
        losses: vec![
            ctx.text.with("queue-redeliver-loss-locks", &[("n", tally.acquired.into())]),
            ctx.t("queue-redeliver-loss-twice").to_string(),
        ],
        verb: ctx.text.with("queue-redeliver-verb", &args),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            session.redeliver_records(id, range);
        }),
    }));
}

/// Asks before records are given up.
pub(super) fn ask_archive(ctx: &Ctx<'_>, group: &GroupFacts, chosen: &Selection, strips: &[Strip<'_>]) {
    let tally = tally(chosen, strips);
    if why_not_archive(ctx, &tally).is_some() {
        return;
    }
    let (id, range) = (Arc::clone(&group.id), chosen.range());
    let n = tally.available + tally.acquired;
    let args = [("n", n.into()), ("on", chosen.tp.to_string().into()), ("group", (&*group.id).into())];
    let mut losses = vec![ctx.text.with("queue-archive-loss", &args)];
    if tally.acquired > 0 {
        losses.push(ctx.text.with("queue-redeliver-loss-locks", &[("n", tally.acquired.into())]));
    }
    losses.push(ctx.t("queue-archive-loss-others").to_string());
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("queue-archive-title", &args),
        losses,
        verb: ctx.text.with("queue-archive-verb", &args),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            session.archive_records(id, range);
        }),
    }));
}

/// Asks before all that waits is passed over; the group's name is to be typed, as it cannot be undone in one step.
fn ask_purge(ctx: &Ctx<'_>, group: &GroupFacts, topic: &Arc<str>) {
    let backlog = group.lag_on(topic).records().unwrap_or_default();
    let args = [("n", format::count(backlog).into()), ("topic", (&**topic).into()), ("group", (&*group.id).into())];
    let (id, on) = (Arc::clone(&group.id), Arc::clone(topic));
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("queue-purge-title", &args),
        losses: vec![ctx.text.with("queue-purge-loss", &args), ctx.t("queue-archive-loss-others").to_string()],
        verb: ctx.text.with("queue-purge-verb", &args),
        effect: None,
        typed: Some(group.id.to_string()),
        work: Box::new(move |session| {
            session.purge_queue(id, on);
        }),
    }));
}
