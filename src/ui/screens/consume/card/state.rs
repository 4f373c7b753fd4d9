//! How a consumer stands: icon, word, colour, and how far it is behind.

use std::sync::Arc;

use egui::Color32;

use crate::{
    session::consumers::{ConsumerView, Phase},
    ui::{ctx::Ctx, icon, theme::Theme},
};

/// A consumer that has more records before it than it reads in so many seconds is catching up.
const CATCHING_UP_SECONDS: f64 = 2.0;
/// And never with fewer records before it than this, or the chip would flicker.
pub(super) const CATCHING_UP_RECORDS_MIN: u64 = 50;

/// Icon, word and colour of how it stands.
pub(super) fn state(ctx: &Ctx<'_>, theme: &Theme, consumer: &ConsumerView) -> (icon::Icon, Arc<str>, Color32) {
    let behind = records_before(ctx, consumer);
    let catching_up =
        behind.is_some_and(|n| n >= CATCHING_UP_RECORDS_MIN && n as f64 > consumer.per_second * CATCHING_UP_SECONDS);
    match &consumer.phase {
        Phase::Joining => (icon::REBALANCE, ctx.t("consume-state-joining"), theme.care),
        Phase::Rebalancing => (icon::REBALANCE, ctx.t("consume-state-rebalancing"), theme.care),
        Phase::Running if consumer.owned.is_empty() => (icon::CIRCLE, ctx.t("consume-state-idle"), theme.note),
        Phase::Running if catching_up => (icon::REBALANCE, ctx.t("consume-state-catching-up"), theme.care),
        Phase::Running => (icon::CHECK, ctx.t("consume-state-running"), theme.good),
        Phase::Paused => (icon::PAUSE, ctx.t("consume-state-paused"), theme.note),
        Phase::Stopping => (icon::STOP, ctx.t("consume-state-stopping"), theme.care),
        Phase::Stopped => (icon::STOP, ctx.t("consume-state-stopped"), theme.quiet),
        Phase::Killed => (icon::KILL, ctx.t("consume-state-killed"), theme.bad),
        Phase::Failed(_) => (icon::ERROR, ctx.t("consume-state-failed"), theme.bad),
    }
}

pub(super) fn about_state(phase: &Phase) -> &'static str {
    match phase {
        Phase::Joining => "consume-state-joining-about",
        Phase::Rebalancing => "consume-state-rebalancing-about",
        Phase::Running => "consume-state-running-about",
        Phase::Paused => "consume-state-paused-about",
        Phase::Stopping => "consume-state-stopping-about",
        Phase::Stopped => "consume-state-stopped-about",
        Phase::Killed => "consume-state-killed-about",
        Phase::Failed(_) => "consume-state-failed-about",
    }
}

/// Records between its positions and the ends of what it owns, where known; a member of a queue has no position.
pub(super) fn records_before(ctx: &Ctx<'_>, consumer: &ConsumerView) -> Option<u64> {
    if consumer.kind.is_queue() {
        return None;
    }
    consumer
        .owned
        .iter()
        .map(|tp| {
            let partitions = &ctx.facts.topic(&tp.topic)?.partitions;
            let end = partitions.iter().find(|p| p.id == tp.partition)?.end?;
            Some(end.saturating_sub(consumer.position(tp)?).max(0) as u64)
        })
        .sum()
}
