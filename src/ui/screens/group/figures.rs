//! The figures at the top: lag, time behind, when it will have caught up, when unread records expire.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{Color32, Ui};

use crate::{
    model::{ConfigEntry, Lag},
    session::{GroupFacts, Loadable},
    ui::{Ctx, format, widgets},
};

/// Height of the cards, in points.
pub(super) const HEIGHT: f32 = 94.0;
/// Retention is asked for anew after this long.
const RETENTION_FRESH: Duration = Duration::from_secs(60);
/// Lag that changes slower than this stands still.
const TREND_PER_SECOND_MIN: f64 = 0.05;

/// Retention of the group's topics, loaded in the background.
#[derive(Default)]
pub(super) struct Retentions {
    topics: BTreeMap<Arc<str>, (Instant, Loadable<Vec<ConfigEntry>>)>,
}

/// One card's words.
struct Figure {
    label: Arc<str>,
    value: String,
    color: Option<Color32>,
    unit: String,
    below: String,
    below_color: Option<Color32>,
}

impl Retentions {
    /// `retention.ms` of a topic; `None` while it is not known, -1 for forever.
    fn millis(&mut self, ctx: &Ctx<'_>, topic: &Arc<str>) -> Option<i64> {
        let stale = self.topics.get(topic).is_none_or(|(asked, _)| asked.elapsed() > RETENTION_FRESH);
        if stale && ctx.session.is_some() {
            let entry = self.topics.entry(Arc::clone(topic)).or_insert_with(|| (Instant::now(), Loadable::default()));
            entry.0 = Instant::now();
            let (name, slot) = (topic.to_string(), entry.1.clone());
            ctx.with_session(move |session| session.load_topic_configs(name, &slot));
        }
        let configs = self.topics.get(topic)?.1.value()?;
        let entry = configs.iter().find(|config| config.name == "retention.ms")?;
        entry.value.as_deref().or(entry.default.as_deref())?.parse().ok()
    }
}

/// Draws the four cards.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, retentions: &mut Retentions) {
    let figures = [lag(ctx, group), behind(ctx, group), caught_up(ctx, group), expires(ctx, group, retentions)];
    widgets::columns(ui, HEIGHT, &[1.0; 4], |ui, column| {
        let figure = &figures[column];
        widgets::card(ui, |ui| {
            let below = (figure.below.as_str(), figure.below_color);
            widgets::figure(ui, &figure.label, &figure.value, figure.color, &figure.unit, below);
        });
    });
}

fn lag(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let (below, below_color) = match group.lag_per_second {
        Some(rate) if rate > TREND_PER_SECOND_MIN => {
            let words = ctx.text.with("group-lag-rises", &[("rate", format::rate(rate).into())]);
            (words, Some(ctx.theme.care))
        }
        Some(rate) if rate < -TREND_PER_SECOND_MIN => {
            let words = ctx.text.with("group-lag-falls", &[("rate", format::rate(-rate).into())]);
            (words, Some(ctx.theme.good))
        }
        Some(_) => (ctx.t("group-lag-still").to_string(), None),
        None => (String::new(), None),
    };
    let unit = if group.lag == Lag::Unknown { String::new() } else { ctx.t("unit-records").to_string() };
    Figure { label: ctx.t("group-lag"), value: format::lag(group.lag), color: None, unit, below, below_color }
}

fn behind(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let oldest = group.partitions.iter().filter_map(|p| p.first_unread_at).min();
    let below = match (group.lag, oldest) {
        (Lag::Records(0), _) => ctx.t("group-behind-none").to_string(),
        (_, Some(at)) => ctx.text.with("group-behind-oldest", &[("time", ctx.format.clock(at).into())]),
        _ => String::new(),
    };
    let text = super::behind(ctx, group.behind_millis);
    // A single unit stands quietly after the figure; two stay together.
    let (value, unit) = match text.split(' ').collect::<Vec<_>>()[..] {
        [value, unit] => (value.to_owned(), unit.to_owned()),
        _ => (text.clone(), String::new()),
    };
    Figure { label: ctx.t("group-behind"), value, color: None, unit, below, below_color: None }
}

fn caught_up(ctx: &Ctx<'_>, group: &GroupFacts) -> Figure {
    let label = ctx.t("group-caught-up");
    let inflow: f64 = group.topics.iter().filter_map(|topic| ctx.facts.topic(topic)?.in_per_second).sum();
    let pace = group.commit_per_second.map(|rate| {
        let args = [("out", format::rate(rate).into()), ("in", format::rate(inflow).into())];
        ctx.text.with("group-pace", &args)
    });
    let mut figure = Figure {
        label,
        value: format::UNKNOWN.to_owned(),
        color: None,
        unit: String::new(),
        below: pace.unwrap_or_default(),
        below_color: None,
    };
    match (group.lag, group.lag_per_second) {
        (Lag::Records(0), _) => {
            figure.value = ctx.t("group-caught-up-now").to_string();
            figure.color = Some(ctx.theme.good);
        }
        (Lag::Records(lag), Some(rate)) if rate < -TREND_PER_SECOND_MIN => {
            let millis = (lag as f64 / -rate * 1_000.0) as i64;
            figure.value = format!("≈ {}", ctx.format.duration(round(millis)));
        }
        (Lag::Records(_), Some(rate)) if rate > TREND_PER_SECOND_MIN || group.members.is_empty() => {
            figure.value = ctx.t("group-caught-up-never").to_string();
            figure.unit = ctx.t("group-at-this-pace").to_string();
            figure.color = Some(ctx.theme.care);
            if group.members.is_empty() {
                figure.below = ctx.t("group-no-members").to_string();
            }
        }
        _ => {}
    }
    figure
}

/// To whole seconds, so that an estimate does not flicker in its last digit.
fn round(millis: i64) -> i64 {
    (millis / 1_000).max(1) * 1_000
}

fn expires(ctx: &Ctx<'_>, group: &GroupFacts, retentions: &mut Retentions) -> Figure {
    let mut soonest: Option<(i64, i64)> = None;
    let mut forever = false;
    for topic in group.topics.iter() {
        let Some(retention) = retentions.millis(ctx, topic) else { continue };
        forever |= retention < 0;
        let oldest = group.partitions.iter().filter(|p| p.tp.topic == *topic).filter_map(|p| p.first_unread_at).min();
        if let (Some(oldest), true) = (oldest, retention >= 0) {
            let left = oldest + retention - ctx.now;
            soonest = Some(soonest.map_or((left, retention), |known| known.min((left, retention))));
        }
    }
    let mut figure = Figure {
        label: ctx.t("group-expires"),
        value: format::UNKNOWN.to_owned(),
        color: None,
        unit: String::new(),
        below: String::new(),
        below_color: None,
    };
    match soonest {
        Some((left, retention)) => {
            figure.value = ctx.format.duration(round(left.max(0)));
            figure.below = ctx.text.with("group-retention", &[("time", ctx.format.duration(retention).into())]);
            let soon = left < retention / 10;
            figure.color = soon.then_some(ctx.theme.bad);
        }
        None if group.lag == Lag::Records(0) => figure.below = ctx.t("group-expires-none").to_string(),
        None if forever => {
            figure.value = ctx.t("group-expires-never").to_string();
            figure.below = ctx.t("group-retention-forever").to_string();
        }
        None => {}
    }
    figure
}
