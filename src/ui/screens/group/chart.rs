//! Lag over time: in records or in seconds behind, per partition or summed, over a range that is chosen.

use std::{
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{Color32, Ui};

use crate::{
    model::TimestampMillis,
    session::{GroupFacts, LagChart, LagPoint, LagQuery, LagSeries, Loadable, RebalanceEvent, RebalanceReason},
    ui::{
        Ctx, format,
        text::Language,
        widgets::{self, Chart, Line, Mark},
    },
};

/// Lines drawn at most; the greatest lag first, the rest is told in words.
const LINES_MAX: usize = 16;
/// Rebalances marked at most; the newest.
const MARKS_MAX: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Measure {
    #[default]
    Records,
    Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Range {
    #[default]
    Quarter,
    Hour,
    SixHours,
    Week,
}

/// What the chart keeps between frames.
#[derive(Default)]
pub(super) struct LagView {
    measure: Measure,
    range: Range,
    summed: bool,
    chart: Loadable<LagChart>,
    /// What was asked for last: group, revision of the facts, range, summed, and when.
    asked: Option<(Arc<str>, u64, Range, bool, Instant)>,
    /// The lines as drawn, worked out once an answer.
    drawn: Option<Drawn>,
}

/// Name, index of its colour, and points; a point without a value is a gap.
type DrawnLine = (String, usize, Vec<(TimestampMillis, Option<f64>)>);

struct Drawn {
    of: Arc<LagChart>,
    measure: Measure,
    unit: TimeUnit,
    lines: Vec<DrawnLine>,
    left_out: usize,
}

impl Range {
    const ALL: [Self; 4] = [Self::Quarter, Self::Hour, Self::SixHours, Self::Week];

    fn millis(self) -> i64 {
        const MINUTE: i64 = 60_000;
        match self {
            Self::Quarter => 15 * MINUTE,
            Self::Hour => 60 * MINUTE,
            Self::SixHours => 360 * MINUTE,
            Self::Week => 7 * 24 * 60 * MINUTE,
        }
    }

    fn text_id(self) -> &'static str {
        match self {
            Self::Quarter => "group-range-quarter",
            Self::Hour => "group-range-hour",
            Self::SixHours => "group-range-six-hours",
            Self::Week => "group-range-week",
        }
    }

    /// A chart whose slots are wide need not be asked for each second.
    fn fresh(self) -> Duration {
        match self {
            Self::Quarter => Duration::from_millis(900),
            Self::Hour => Duration::from_secs(5),
            Self::SixHours => Duration::from_secs(10),
            Self::Week => Duration::from_secs(60),
        }
    }
}

impl LagView {
    /// Draws head and chart on all the space that is left.
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        self.ask(ctx, group);
        self.head(ui, ctx, group.is_queue());
        let view = self.chart.view();
        if let Some(problem) = &view.problem {
            widgets::problem(ui, ctx, problem, None);
        }
        let Some(chart) = view.value else {
            if let Some(since) = view.loading_since {
                widgets::waiting(ui, since, &ctx.t("group-chart-loading"));
            }
            return;
        };
        self.prepare(&chart, group);
        let Some(drawn) = &self.drawn else { return };
        if drawn.lines.is_empty() {
            widgets::faint(ui, &ctx.t("group-chart-nothing"));
            return;
        }
        if drawn.left_out > 0 {
            let words = ctx.text.with("group-chart-left-out", &[("n", (drawn.left_out as u64).into())]);
            widgets::caption(ui, &words);
        }
        let lines: Vec<Line<'_>> =
            drawn.lines.iter().map(|(name, index, points)| Line::new(name, ctx.theme.series(*index), points)).collect();
        let span = ctx.facts.at - self.range.millis()..=ctx.facts.at;
        // A queue never stands still for its members: they come and go while others work.
        let marks = if group.is_queue() { Vec::new() } else { rebalance_marks(ctx, group, &span) };
        let marks: Vec<Mark<'_>> = marks.iter().map(|(from, words, color)| mark(*from, words, *color)).collect();
        let values = match self.measure {
            Measure::Records => format::short,
            Measure::Time => writer(drawn.unit, ctx.format.language),
        };
        let name = ctx.t(chart_name(group.is_queue()));
        Chart::new("group-lag", &name, span, &lines).marks(&marks).values(values).show(ui, ctx);
    }

    fn head(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, is_queue: bool) {
        ui.horizontal(|ui| {
            ui.set_min_height(crate::ui::theme::CONTROL);
            widgets::section(ui, &ctx.t(chart_name(is_queue)));
            if is_queue {
                // A backlog is no distance to the end: what lies between may be finished already.
                crate::ui::icon::show(ui, crate::ui::icon::INFO, ctx.theme.quiet)
                    .on_hover_text(&*ctx.t("queue-backlog-about"));
            }
            let (records, time) = (ctx.t("group-in-records"), ctx.t("group-in-time"));
            widgets::segmented(ui, &mut self.measure, &[(Measure::Records, &*records), (Measure::Time, &*time)]);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let words = Range::ALL.map(|range| ctx.t(range.text_id()));
                let entries: Vec<_> = Range::ALL.iter().zip(&words).map(|(range, word)| (*range, &**word)).collect();
                // Segments lay themselves out from the left inside this row from the right.
                ui.scope(|ui| widgets::segmented(ui, &mut self.range, &entries));
                ui.add_space(12.0);
                let (each, sum) = (ctx.t("group-by-partition"), ctx.t("group-summed"));
                ui.scope(|ui| widgets::segmented(ui, &mut self.summed, &[(false, &*each), (true, &*sum)]));
            });
        });
    }

    fn ask(&mut self, ctx: &Ctx<'_>, group: &GroupFacts) {
        let due = match &self.asked {
            None => true,
            Some((id, revision, range, summed, at)) => {
                let same = *id == group.id && *range == self.range && *summed == self.summed;
                !same || (*revision != ctx.facts.revision && at.elapsed() >= self.range.fresh())
            }
        };
        if !due || ctx.session.is_none() {
            return;
        }
        if self.asked.as_ref().is_some_and(|(id, ..)| *id != group.id) {
            self.chart.clear();
        }
        self.asked = Some((Arc::clone(&group.id), ctx.facts.revision, self.range, self.summed, Instant::now()));
        let query = LagQuery {
            group: Arc::clone(&group.id),
            topic: None,
            now: ctx.facts.at,
            range_millis: self.range.millis(),
            summed: self.summed,
        };
        let slot = self.chart.clone();
        ctx.with_session(move |session| session.load_lag_chart(query, &slot));
    }

    fn prepare(&mut self, chart: &Arc<LagChart>, group: &GroupFacts) {
        if self.drawn.as_ref().is_some_and(|d| Arc::ptr_eq(&d.of, chart) && d.measure == self.measure) {
            return;
        }
        let measure = self.measure;
        let longest = chart.series.iter().flat_map(|s| &s.points).filter_map(|p| p.behind_millis).max().unwrap_or(0);
        let unit = TimeUnit::of(longest);
        let value = |point: &LagPoint| match measure {
            Measure::Records => point.lag.map(|lag| lag as f64),
            Measure::Time => point.behind_millis.map(|millis| millis as f64 / unit.millis()),
        };
        let mut series: Vec<(usize, &LagSeries)> = chart.series.iter().enumerate().collect();
        series.sort_by_key(|(_, series)| std::cmp::Reverse(series.points.iter().rev().find_map(|p| p.lag)));
        let left_out = series.len().saturating_sub(LINES_MAX);
        series.truncate(LINES_MAX);
        series.sort_by_key(|(index, _)| *index);
        let lines = series.into_iter().map(|(index, series)| {
            let points = chart.times.iter().zip(&series.points).map(|(at, point)| (*at, value(point))).collect();
            (line_name(group, index, series), color_index(group, index, series), points)
        });
        self.drawn = Some(Drawn { of: Arc::clone(chart), measure, unit, lines: lines.collect(), left_out });
    }
}

/// What the chart shows: the lag of a subscription, the backlog of a queue.
fn chart_name(is_queue: bool) -> &'static str {
    if is_queue { "queue-chart" } else { "group-chart" }
}

/// A letter and the partition: colours repeat and not everybody tells them apart.
fn line_name(group: &GroupFacts, index: usize, series: &LagSeries) -> String {
    match (&series.topic, series.partition) {
        (Some(topic), Some(partition)) => {
            format!("{} {topic}-{partition}", letter(color_index(group, index, series)))
        }
        _ => group.id.to_string(),
    }
}

/// The partition's place among all of the group, so that its colour is the same in chart, table and picture.
fn color_index(group: &GroupFacts, index: usize, series: &LagSeries) -> usize {
    let same = |p: &crate::session::GroupPartitionFacts| {
        Some(&p.tp.topic) == series.topic.as_ref() && Some(p.tp.partition) == series.partition
    };
    group.partitions.iter().position(same).unwrap_or(index)
}

/// A, B … Z, then AA.
pub(super) fn letter(index: usize) -> String {
    let last = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { last.to_string() } else { format!("{}{last}", letter(index / 26 - 1)) }
}

/// Oldest first. Words only where they have room: the newest always, others when far enough before the next ones.
fn rebalance_marks(
    ctx: &Ctx<'_>,
    group: &GroupFacts,
    span: &RangeInclusive<TimestampMillis>,
) -> Vec<(TimestampMillis, String, Color32)> {
    let room = (span.end() - span.start()) * 3 / 10;
    let mut next_with_words = TimestampMillis::MAX;
    let recent = group.rebalances.iter().rev().take_while(|event| span.contains(&event.at)).take(MARKS_MAX);
    let mut marks: Vec<_> = recent
        .map(|event| {
            let words = if next_with_words.saturating_sub(event.at) > room {
                next_with_words = event.at;
                rebalance_words(ctx, group, event)
            } else {
                String::new()
            };
            (event.at, words, ctx.theme.care)
        })
        .collect();
    marks.reverse();
    marks
}

fn mark(from: TimestampMillis, words: &str, color: Color32) -> Mark<'_> {
    Mark { from, until: None, words, color }
}

/// "20:11 billing-2 left, rebalance 1.4 s".
fn rebalance_words(ctx: &Ctx<'_>, group: &GroupFacts, event: &RebalanceEvent) -> String {
    let args = [
        ("time", ctx.format.axis(event.at, "%H:%M").into()),
        ("why", rebalance_reason(ctx, group, event).into()),
        ("took", ctx.format.duration(event.duration_millis).into()),
    ];
    ctx.text.with("rebalance-mark", &args)
}

/// "billing-2 left".
pub(super) fn rebalance_reason(ctx: &Ctx<'_>, group: &GroupFacts, event: &RebalanceEvent) -> String {
    let (id, member) = reason(&event.reason);
    let known = group.members.iter().find(|m| m.id == member).map(|m| m.client_id.as_str());
    ctx.text.with(id, &[("member", known.unwrap_or_else(|| short_member(member)).into())])
}

/// The same for who knows nothing of the group's members.
pub fn reason_words(ctx: &Ctx<'_>, why: &RebalanceReason) -> String {
    let (id, member) = reason(why);
    ctx.text.with(id, &[("member", short_member(member).into())])
}

/// The text of a reason and the member that it is about, empty where it is about none.
fn reason(reason: &RebalanceReason) -> (&'static str, &str) {
    match reason {
        RebalanceReason::MemberJoined { member } => ("rebalance-joined", member),
        RebalanceReason::MemberRejoined { member } => ("rebalance-rejoined", member),
        RebalanceReason::MemberLeft { member } => ("rebalance-left", member),
        RebalanceReason::MemberExpired { member } => ("rebalance-expired", member),
        RebalanceReason::MemberTooSlow { member } => ("rebalance-slow", member),
        RebalanceReason::SubscriptionChanged { member } => ("rebalance-subscription", member),
        RebalanceReason::ProtocolChanged { member } => ("rebalance-protocol", member),
        RebalanceReason::TopicsChanged => ("rebalance-topics", ""),
        RebalanceReason::BrokerRestarted => ("rebalance-restarted", ""),
    }
}

/// Member ids are a client id, a dash and a UUID; the client id is what people know.
pub fn short_member(id: &str) -> &str {
    const UUID_CHARS: usize = 36;
    let cut = id.len().saturating_sub(UUID_CHARS + 1);
    match id.get(cut..) {
        Some(tail) if cut > 0 && tail.starts_with('-') && uuid::Uuid::parse_str(&tail[1..]).is_ok() => &id[..cut],
        _ => id,
    }
}

/// The unit of the axis for time behind, so that its marks are round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeUnit {
    Second,
    Minute,
    Hour,
    Day,
}

impl TimeUnit {
    fn of(longest_millis: i64) -> Self {
        match longest_millis {
            _ if longest_millis < 180_000 => Self::Second,
            _ if longest_millis < 10_800_000 => Self::Minute,
            _ if longest_millis < 259_200_000 => Self::Hour,
            _ => Self::Day,
        }
    }

    fn millis(self) -> f64 {
        match self {
            Self::Second => 1_000.0,
            Self::Minute => 60_000.0,
            Self::Hour => 3_600_000.0,
            Self::Day => 86_400_000.0,
        }
    }
}

/// How values in that unit are written.
fn writer(unit: TimeUnit, language: Language) -> fn(f64) -> String {
    match (unit, language) {
        (TimeUnit::Second, Language::English) => |value| format!("{} s", format::short(value)),
        (TimeUnit::Minute, Language::English) => |value| format!("{} min", format::short(value)),
        (TimeUnit::Hour, Language::English) => |value| format!("{} h", format::short(value)),
        (TimeUnit::Day, Language::English) => |value| format!("{} d", format::short(value)),
        (TimeUnit::Second, Language::Chinese) => |value| format!("{} 秒", format::short(value)),
        (TimeUnit::Minute, Language::Chinese) => |value| format!("{} 分钟", format::short(value)),
        (TimeUnit::Hour, Language::Chinese) => |value| format!("{} 小时", format::short(value)),
        (TimeUnit::Day, Language::Chinese) => |value| format!("{} 天", format::short(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        let letters: Vec<String> = [0, 25, 26, 27, 52, 701, 702].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "Z", "AA", "AB", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn members_are_called_by_their_client_id() {
        assert_eq!(short_member("billing-1-0f8fad5b-d9cb-469f-a165-70867728950e"), "billing-1");
        assert_eq!(short_member("consumer"), "consumer");
        assert_eq!(short_member(""), "");
    }

    #[test]
    fn time_behind_takes_the_unit_that_reads_well() {
        for (millis, unit) in
            [(0, TimeUnit::Second), (52_000, TimeUnit::Second), (600_000, TimeUnit::Minute), (i64::MAX, TimeUnit::Day)]
        {
            assert_eq!(TimeUnit::of(millis), unit);
        }
        assert_eq!(writer(TimeUnit::Minute, Language::English)(10.0), "10 min");
        assert_eq!(writer(TimeUnit::Hour, Language::Chinese)(2.5), "2.5 小时");
    }
}
