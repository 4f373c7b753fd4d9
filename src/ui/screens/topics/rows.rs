//! The cells of the topics table.

use std::{collections::BTreeSet, sync::Arc};

use egui::{Color32, Ui};

use super::{dialogs::TopicDialog, list::TopicList, looks};
use crate::{
    model::Lag,
    session::TopicFacts,
    ui::{
        Action, Ctx, Place, TopicTab, format, icon,
        screens::old,
        theme::{self, fonts},
        widgets::{self, Column, Rows},
    },
};

/// Sparklines show this long.
const SPARKLINE_MILLIS: i64 = 300_000;
const SPARKLINE_SIZE: egui::Vec2 = egui::vec2(76.0, 16.0);

/// Titles of the columns, held while the table is drawn.
pub(super) struct Titles(Vec<Arc<str>>);

impl Titles {
    pub(super) fn new(ctx: &Ctx<'_>) -> Self {
        let ids = [
            "topics-name",
            "topics-partitions",
            "topics-records",
            "topics-size",
            "topics-recent",
            "topics-in",
            "topics-out",
            "topics-groups",
            "topics-lag",
            "topics-last",
        ];
        Self(ids.iter().map(|id| ctx.t(id)).collect())
    }

    pub(super) fn columns(&self) -> Vec<Column<'_>> {
        let t = |index: usize| &*self.0[index];
        vec![
            Column::left("name", t(0), 200.0).sorts().grows_to(520.0).stays(),
            Column::right("partitions", t(1), 84.0).sorts(),
            Column::right("records", t(2), 98.0).sorts(),
            Column::right("size", t(3), 86.0).sorts(),
            Column::left("recent", t(4), 100.0).sorts(),
            Column::right("in", t(5), 68.0).sorts(),
            Column::right("out", t(6), 68.0).sorts(),
            Column::right("groups", t(7), 70.0).sorts(),
            Column::right("lag", t(8), 104.0).sorts(),
            Column::right("last", t(9), 108.0).sorts(),
        ]
    }
}

/// What the table shows in this frame.
pub(super) struct TopicRows<'a, 'c> {
    pub ctx: &'a Ctx<'c>,
    pub list: &'a TopicList,
    pub findings: &'a [looks::Finding],
    pub marked: &'a mut BTreeSet<Arc<str>>,
    pub dialog: &'a mut Option<TopicDialog>,
}

impl TopicRows<'_, '_> {
    fn name_cell(&mut self, ui: &mut Ui, topic: &TopicFacts) {
        let theme = theme::of(ui);
        if !self.marked.is_empty() {
            let mut on = self.marked.contains(&topic.name);
            if widgets::check(ui, &mut on, "").changed() {
                toggle(self.marked, &topic.name);
            }
        }
        let offline = topic.offline();
        if let Some(why) = &topic.damage {
            icon::show(ui, icon::ERROR, theme.bad).on_hover_text(why);
        } else if offline > 0 {
            let why = self.ctx.text.with("topics-offline", &[("n", (offline as u64).into())]);
            icon::show(ui, icon::ERROR, theme.bad).on_hover_text(why);
        }
        let color = if topic.internal { theme.quiet } else { theme.text };
        widgets::elided(ui, &topic.name, fonts::medium(13.0), color);
    }

    fn recent_cell(&self, ui: &mut Ui, topic: &TopicFacts) {
        if !topic.known {
            widgets::faint(ui, format::UNKNOWN);
        } else if topic.history.is_quiet(self.ctx.now, SPARKLINE_MILLIS) {
            widgets::faint(ui, &self.ctx.t("topics-quiet"));
        } else {
            let points = topic.history.points(self.ctx.now, SPARKLINE_MILLIS);
            widgets::sparkline(ui, &points, SPARKLINE_SIZE, &self.ctx.t("topics-recent"));
        }
    }

    fn lag_cell(&self, ui: &mut Ui, topic: &TopicFacts) {
        let theme = theme::of(ui);
        match topic.worst_lag {
            Lag::Records(lag) if lag > 0 && looks::lags_badly(self.findings, &topic.name) => {
                widgets::chip(ui, icon::CARE, &format::count(lag), theme.care);
            }
            lag => drop(widgets::data(ui, &format::lag(lag))),
        }
    }
}

impl Rows for TopicRows<'_, '_> {
    fn count(&self) -> u64 {
        self.list.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let topic = self.list.topic(self.ctx.facts, row);
        topic
            .map(|t| format!("{}, {} {}", t.name, format::count(t.records), self.ctx.t("unit-records")))
            .unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let ctx = self.ctx;
        let Some(topic) = self.list.topic(ctx.facts, row) else { return };
        if let (2..=6, Some(old)) = (column, topic.old()) {
            let text = match column {
                2 if topic.known => format::count(topic.records),
                3 => topic.size_bytes.map_or_else(|| format::UNKNOWN.to_owned(), format::bytes_text),
                _ => format::UNKNOWN.to_owned(),
            };
            old::figure(ui, ctx, &text, old);
            return;
        }
        match column {
            0 => self.name_cell(ui, topic),
            1 => drop(widgets::data(ui, &format::count(topic.partitions.len() as u64))),
            2 if !topic.known => drop(widgets::faint(ui, format::UNKNOWN)),
            2 => drop(widgets::data(ui, &format::count(topic.records))),
            3 => size(ui, topic.size_bytes),
            4 => self.recent_cell(ui, topic),
            5 => rate(ui, topic.in_per_second),
            6 => rate(ui, topic.out_per_second),
            7 => drop(widgets::data(ui, &format::count(u64::from(topic.groups)))),
            8 => self.lag_cell(ui, topic),
            _ => match topic.last_record_at {
                Some(at) => {
                    widgets::quiet(ui, &ctx.format.ago(ctx.now, at)).on_hover_text(ctx.format.time(at));
                }
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some(topic) = self.list.topic(ctx.facts, row) else { return };
        let go = |tab| ctx.go(Place::Topic { name: topic.name.to_string(), tab });
        if widgets::item(ui, icon::TOPICS, &ctx.t("topics-open"), None) {
            go(TopicTab::Messages);
        }
        if widgets::item(ui, icon::SEND, &ctx.t("topics-produce"), None) {
            go(TopicTab::Produce);
        }
        if widgets::item(ui, icon::LABS, &ctx.t("watch-menu"), None) {
            ctx.go(Place::Watch { topic: topic.name.to_string() });
        }
        if widgets::item(ui, icon::TUNE, &ctx.t("topics-settings"), None) {
            go(TopicTab::Settings);
        }
        let mark = if self.marked.contains(&topic.name) { "topics-unmark" } else { "topics-mark" };
        if widgets::item(ui, icon::CHECK, &ctx.t(mark), None) {
            toggle(self.marked, &topic.name);
        }
        if widgets::item(ui, icon::COPY, &ctx.t("topics-copy-name"), None) {
            ctx.act(Action::Copy(topic.name.to_string()));
        }
        widgets::rule(ui);
        change_items(ui, ctx, topic, self.dialog);
    }

    fn ground(&self, row: u64) -> Option<Color32> {
        let topic = self.list.topic(self.ctx.facts, row)?;
        self.marked.contains(&topic.name).then_some(self.ctx.theme.washed(self.ctx.theme.accent))
    }
}

/// The entries that change a topic; the topic's own screen offers the same.
pub fn change_items(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, dialog: &mut Option<TopicDialog>) {
    let read_only = ctx.read_only_why();
    let internal = read_only.clone().or_else(|| topic.internal.then(|| ctx.t("topics-internal-why")));
    if widgets::item_why(ui, icon::COPY, &ctx.t("topics-clone"), read_only.as_deref()) {
        *dialog = Some(TopicDialog::clone_of(topic));
    }
    if widgets::item_why(ui, icon::ADD, &ctx.t("topics-add-partitions"), internal.as_deref()) {
        *dialog = Some(TopicDialog::add_partitions(topic));
    }
    widgets::rule(ui);
    if widgets::item_why(ui, icon::HISTORY, &ctx.t("topics-delete-before"), internal.as_deref()) {
        *dialog = Some(TopicDialog::delete_before(topic));
    }
    if !topic.internal {
        let names = [Arc::clone(&topic.name)];
        if widgets::item_danger(ui, icon::CLEAR, &ctx.t("topics-empty"), read_only.as_deref()) {
            super::danger::ask_empty(ctx, &names);
        }
        if widgets::item_danger(ui, icon::DELETE, &ctx.t("topics-delete"), read_only.as_deref()) {
            super::danger::ask_delete(ctx, &names);
        }
    }
}

pub(super) fn toggle(marked: &mut BTreeSet<Arc<str>>, name: &Arc<str>) {
    if !marked.remove(name) {
        marked.insert(Arc::clone(name));
    }
}

fn size(ui: &mut Ui, bytes: Option<u64>) {
    match bytes {
        Some(bytes) => {
            let response = widgets::data_quiet(ui, &format::bytes_text(bytes));
            response.on_hover_text(format!("{} B", format::count(bytes)));
        }
        None => drop(widgets::faint(ui, format::UNKNOWN)),
    }
}

fn rate(ui: &mut Ui, per_second: Option<f64>) {
    widgets::data(ui, &format::rate_or_unknown(per_second));
}
