//! The cells of the groups table.

use std::sync::Arc;

use egui::Ui;

use super::group_at;
use crate::{
    model::Lag,
    session::GroupFacts,
    ui::{
        Action, Ctx, GroupTab, Place, format, icon,
        screens::{
            group::{behind, danger},
            old,
        },
        theme::{self, fonts},
        widgets::{self, Column, Rows},
    },
};

/// A lag that changes slower than this stands still.
const TREND_PER_SECOND_MIN: f64 = 0.05;

/// Titles of the columns, held while the table is drawn.
pub(super) struct Titles(Vec<Arc<str>>);

impl Titles {
    pub(super) fn new(ctx: &Ctx<'_>) -> Self {
        let ids = [
            "groups-id",
            "groups-kind",
            "groups-state",
            "groups-protocol",
            "groups-members",
            "groups-topics",
            "groups-lag",
            "groups-behind",
            "groups-trend",
        ];
        Self(ids.iter().map(|id| ctx.t(id)).collect())
    }

    pub(super) fn columns(&self) -> Vec<Column<'_>> {
        let t = |index: usize| &*self.0[index];
        vec![
            Column::left("id", t(0), 200.0).sorts().grows_to(460.0).stays(),
            Column::left("kind", t(1), 104.0).sorts().stays(),
            Column::left("state", t(2), 108.0).sorts(),
            Column::left("protocol", t(3), 104.0),
            Column::right("members", t(4), 78.0).sorts(),
            Column::left("topics", t(5), 120.0).sorts().grows_to(360.0),
            Column::right("lag", t(6), 106.0).sorts(),
            Column::right("behind", t(7), 120.0).sorts(),
            Column::left("trend", t(8), 124.0).sorts(),
        ]
    }
}

/// What the table shows in this frame.
pub(super) struct GroupRows<'a, 'c> {
    pub ctx: &'a Ctx<'c>,
    pub shown: &'a [usize],
}

impl Rows for GroupRows<'_, '_> {
    fn count(&self) -> u64 {
        self.shown.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let group = group_at(self.ctx.facts, self.shown, row);
        let words = |group: &GroupFacts| {
            let kind = widgets::group_kind_word(self.ctx.text, group.kind);
            let state = widgets::group_state_word(self.ctx.text, group.state);
            let lag = self.ctx.t(if group.is_queue() { "queue-backlog" } else { "groups-lag-of" });
            format!("{}, {kind}, {state}, {lag} {}", group.id, format::lag(group.lag))
        };
        group.map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let ctx = self.ctx;
        let theme = theme::of(ui);
        let Some(group) = group_at(ctx.facts, self.shown, row) else { return };
        if let (2, Some(since)) = (column, &group.old) {
            old::word(ui, ctx, &widgets::group_state_word(ctx.text, group.state), since);
            return;
        }
        if let (4 | 6 | 7 | 8, Some(since)) = (column, &group.old) {
            let text = match column {
                4 => format::count(group.members.len() as u64),
                6 => format::lag(group.lag),
                7 => behind(ctx, group.behind_millis),
                _ => format::UNKNOWN.to_owned(),
            };
            old::figure(ui, ctx, &text, since);
            return;
        }
        match column {
            0 => drop(widgets::elided(ui, &group.id, fonts::medium(13.0), theme.text)),
            1 => drop(widgets::group_kind(ui, ctx.text, group.kind)),
            2 => drop(widgets::group_state(ui, ctx.text, group.state)),
            3 if group.protocol.is_empty() => drop(widgets::faint(ui, format::UNKNOWN)),
            3 => drop(widgets::elided(ui, &group.protocol, fonts::body(), theme.quiet)),
            4 => members(ui, ctx, group),
            5 => topics(ui, group),
            6 => lag(ui, ctx, group),
            7 => drop(widgets::data_quiet(ui, &behind(ctx, group.behind_millis))),
            _ => trend(ui, ctx, group),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some(group) = group_at(ctx.facts, self.shown, row) else { return };
        let go = |tab| ctx.go(Place::Group { id: group.id.to_string(), tab });
        if widgets::item(ui, icon::TREND_UP, &ctx.t("groups-open"), None) {
            go(GroupTab::Lag);
        }
        if widgets::item(ui, icon::GROUPS, &ctx.t("groups-open-members"), None) {
            go(GroupTab::Members);
        }
        if widgets::item(ui, icon::COPY, &ctx.t("groups-copy-id"), None) {
            ctx.act(Action::Copy(group.id.to_string()));
        }
        widgets::rule(ui);
        danger::delete_item(ui, ctx, group);
    }
}

fn members(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    let idle = group.idle_members();
    let response = widgets::data(ui, &format::count(group.members.len() as u64));
    if idle > 0 {
        let words = ctx.text.with("groups-idle", &[("n", (idle as u64).into())]);
        response.on_hover_text(words);
    }
}

fn topics(ui: &mut Ui, group: &GroupFacts) {
    let names: Vec<&str> = group.topics.iter().map(|topic| &**topic).collect();
    let theme = theme::of(ui);
    widgets::elided(ui, &names.join(", "), fonts::body(), theme.quiet);
}

/// The lag of a subscription; the backlog of a queue, which hover tells apart.
pub fn lag(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    lag_of(ui, ctx, group, group.lag);
}

/// The same for a part of the group, such as one topic.
pub fn lag_of(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, lag: Lag) {
    let response = match lag {
        Lag::Unknown => widgets::faint(ui, format::UNKNOWN),
        known => widgets::data(ui, &format::lag(known)),
    };
    if group.is_queue() {
        response.on_hover_text(&*ctx.t("queue-backlog-about"));
    }
}

/// Whether the lag rises or falls, as icon and words.
pub fn trend(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
    let theme = theme::of(ui);
    let Some(rate) = group.lag_per_second else {
        widgets::faint(ui, format::UNKNOWN);
        return;
    };
    let (glyph, color, id) = if rate > TREND_PER_SECOND_MIN {
        (icon::TREND_UP, theme.care, "groups-trend-up")
    } else if rate < -TREND_PER_SECOND_MIN {
        (icon::TREND_DOWN, theme.good, "groups-trend-down")
    } else {
        widgets::faint(ui, &ctx.t("groups-trend-flat"));
        return;
    };
    icon::show(ui, glyph, color);
    let words = ctx.text.with(id, &[("rate", format::rate(rate.abs()).into())]);
    widgets::rich(ui, &words, fonts::body(), color);
}
