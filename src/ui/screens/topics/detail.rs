//! Below the list: records a second of the selected topic, and what needs a look.

use std::sync::Arc;

use egui::{Color32, Ui};

use super::looks::Finding;
use crate::{
    model::TimestampMillis,
    session::{RateHistory, TopicFacts},
    ui::{
        Ctx, GroupTab, Place, format, icon,
        icon::Icon,
        theme::{self, fonts},
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

/// The card of findings.
pub(super) fn looks(ui: &mut Ui, ctx: &Ctx<'_>, findings: &[Finding]) {
    widgets::card(ui, |ui| {
        ui.set_min_height(ui.available_height());
        widgets::card_header(ui, &ctx.t("looks-title"), "", |_| ());
        if findings.is_empty() {
            ui.horizontal_top(|ui| {
                icon::show(ui, icon::CHECK, ctx.theme.good);
                widgets::paragraph(ui, &ctx.t("looks-none"));
            });
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            for finding in findings {
                one(ui, ctx, finding);
            }
        });
    });
}

/// How one finding is shown: chip, sentence, what stands out in it, link and its target.
struct Shown {
    icon: Icon,
    color: Color32,
    word: &'static str,
    sentence: String,
    bold: Vec<Arc<str>>,
    link: &'static str,
    place: Place,
}

fn one(ui: &mut Ui, ctx: &Ctx<'_>, finding: &Finding) {
    let shown = shown(ctx, finding);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        widgets::chip(ui, shown.icon, &ctx.t(shown.word), shown.color);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            sentence(ui, &shown.sentence, &shown.bold);
            if widgets::link(ui, &ctx.t(shown.link)).clicked() {
                ctx.go(shown.place);
            }
        });
    });
}

fn shown(ctx: &Ctx<'_>, finding: &Finding) -> Shown {
    let theme = ctx.theme;
    match finding {
        Finding::Damaged { topic, why } => Shown {
            icon: icon::ERROR,
            color: theme.bad,
            word: "looks-damaged",
            sentence: ctx
                .text
                .with("looks-damaged-about", &[("topic", (&**topic).into()), ("why", why.as_str().into())]),
            bold: vec![Arc::clone(topic)],
            link: "looks-open-topic",
            place: Place::Topic { name: topic.to_string(), tab: crate::ui::TopicTab::Partitions },
        },
        Finding::FallingBehind { group, topic, behind_millis, inflow, outflow } => Shown {
            icon: icon::CARE,
            color: theme.care,
            word: "looks-lag",
            sentence: ctx.text.with(
                "looks-lag-about",
                &[
                    ("group", (&**group).into()),
                    ("topic", (&**topic).into()),
                    ("behind", ctx.format.duration(*behind_millis).into()),
                    ("in", format::rate(*inflow).into()),
                    ("out", format::rate(*outflow).into()),
                ],
            ),
            bold: vec![Arc::clone(topic), Arc::clone(group)],
            link: "looks-open-group",
            place: Place::group(&**group),
        },
        Finding::NobodyReads { group, topic, lag } => Shown {
            icon: icon::CIRCLE,
            color: theme.note,
            word: "looks-empty",
            sentence: ctx.text.with(
                "looks-empty-about",
                &[("group", (&**group).into()), ("topic", (&**topic).into()), ("count", format::count(*lag).into())],
            ),
            bold: vec![Arc::clone(topic), Arc::clone(group)],
            link: "looks-open-group",
            place: Place::group(&**group),
        },
        Finding::Idle { group, members, partitions, idle } => Shown {
            icon: icon::CIRCLE,
            color: theme.note,
            word: "looks-idle",
            sentence: ctx.text.with(
                "looks-idle-about",
                &[
                    ("group", (&**group).into()),
                    ("members", (*members as u64).into()),
                    ("partitions", (*partitions as u64).into()),
                    ("idle", (*idle as u64).into()),
                ],
            ),
            bold: vec![Arc::clone(group)],
            link: "looks-why",
            place: Place::Group { id: group.to_string(), tab: GroupTab::Members },
        },
        Finding::Restless { group, rebalances } => Shown {
            icon: icon::REBALANCE,
            color: theme.care,
            word: "looks-restless",
            sentence: ctx
                .text
                .with("looks-restless-about", &[("group", (&**group).into()), ("count", (*rebalances as u64).into())]),
            bold: vec![Arc::clone(group)],
            link: "looks-open-group",
            place: Place::Group { id: group.to_string(), tab: GroupTab::Rebalances },
        },
        Finding::DeadLetters { topic, records, newest } => Shown {
            icon: icon::CLOSE,
            color: theme.bad,
            word: "looks-dead",
            sentence: ctx.text.with(
                "looks-dead-about",
                &[
                    ("topic", (&**topic).into()),
                    ("count", format::count(*records).into()),
                    ("ago", newest.map_or_else(|| format::UNKNOWN.to_owned(), |at| ctx.format.ago(ctx.now, at)).into()),
                ],
            ),
            bold: vec![Arc::clone(topic)],
            link: "looks-look",
            place: Place::topic(&**topic),
        },
    }
}

/// A wrapped sentence in which some names stand out.
fn sentence(ui: &mut Ui, text: &str, bold: &[Arc<str>]) {
    let theme = theme::of(ui);
    let mut job = egui::text::LayoutJob::default();
    let plain = egui::TextFormat { line_height: Some(19.0), ..egui::TextFormat::simple(fonts::body(), theme.text) };
    let strong = egui::TextFormat { font_id: fonts::semibold(13.0), ..plain.clone() };
    let mut rest = text;
    while !rest.is_empty() {
        let next = bold.iter().filter_map(|name| Some((rest.find(&**name)?, name.len()))).min();
        match next.filter(|(_, length)| *length > 0) {
            Some((at, length)) => {
                job.append(&rest[..at], 0.0, plain.clone());
                job.append(&rest[at..at + length], 0.0, strong.clone());
                rest = &rest[at + length..];
            }
            None => {
                job.append(rest, 0.0, plain.clone());
                break;
            }
        }
    }
    ui.add(egui::Label::new(job).wrap());
}
