//! Below the list: records a second of the selected topic, or of all.

use std::sync::Arc;

use egui::{Color32, Ui};

use crate::{
    model::TimestampMillis,
    session::{RateHistory, TopicFacts},
    ui::{
        Ctx,
        widgets::{self, Chart, Line},
    },
};

/// The chart covers this long.
const CHART_MILLIS: i64 = 900_000;
/// Groups drawn at most; those with the worst lag.
const GROUPS_DRAWN_MAX: usize = 6;

type Points = Vec<(TimestampMillis, Option<f64>)>;

/// The chart of one topic, or of all.
pub(super) fn chart(ui: &mut Ui, ctx: &Ctx<'_>, topic: Option<&TopicFacts>) {
    widgets::card(ui, |ui| {
        ui.set_min_height(ui.available_height());
        let name = topic.map_or_else(|| ctx.t("topics-all"), |t| Arc::clone(&t.name));
        widgets::card_header(ui, &name, &ctx.t("topics-chart-about"), |_| ());
        let series = match topic {
            Some(topic) => topic_series(ctx, topic),
            None => cluster_series(ctx),
        };
        let lines: Vec<Line<'_>> = series.iter().map(|(name, color, points)| Line::new(name, *color, points)).collect();
        let span = ctx.now - CHART_MILLIS..=ctx.now;
        Chart::new("topic-rates", &ctx.t("topics-chart-about"), span, &lines).show(ui, ctx);
    });
}

fn points(history: &RateHistory, now: TimestampMillis) -> Points {
    history.points(now, CHART_MILLIS).into_iter().map(|point| (point.at, point.per_second)).collect()
}

fn cluster_series(ctx: &Ctx<'_>) -> Vec<(String, Color32, Points)> {
    let cluster = &ctx.facts.cluster;
    let mut series =
        vec![(ctx.t("topics-produced").to_string(), ctx.theme.series(0), points(&cluster.in_history, ctx.now))];
    if cluster.out_per_second.is_some() {
        series.push((ctx.t("topics-consumed").to_string(), ctx.theme.series(1), points(&cluster.out_history, ctx.now)));
    }
    series
}

fn topic_series(ctx: &Ctx<'_>, topic: &TopicFacts) -> Vec<(String, Color32, Points)> {
    let mut series = vec![(ctx.t("topics-produced").to_string(), ctx.theme.series(0), points(&topic.history, ctx.now))];
    // The colour follows the group's place among all readers of the topic, so it stays when another one falls silent.
    let mut groups: Vec<_> = ctx.facts.groups_of(&topic.name).enumerate().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.lag_on(&topic.name)));
    groups.truncate(GROUPS_DRAWN_MAX);
    for (place, group) in groups {
        let history = group.consumption.iter().find(|(name, _)| *name == topic.name).map(|(_, history)| history);
        if let Some(history) = history {
            series.push((group.id.to_string(), ctx.theme.series(1 + place), points(history, ctx.now)));
        }
    }
    series
}
