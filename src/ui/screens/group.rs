//! One group: how far it is, who reads what, its rebalances, and resetting it. A queue (share group) shows its records.

mod assignment;
mod chart;
pub mod danger;
mod figures;
mod members;
mod partitions;
mod queue;
mod rebalances;
mod reset;
mod settings;

use std::time::{Duration, Instant};

use egui::Ui;

pub use self::chart::{reason_words, short_member};

use self::{
    chart::LagView,
    figures::Retentions,
    partitions::PartitionsTable,
    queue::{QueuePartitionsTable, QueueView},
    rebalances::RebalancesTable,
    reset::ResetDialog,
    settings::GroupSettings,
};
use crate::{
    session::GroupFacts,
    ui::{
        Action, Command, Ctx, GroupTab, Place, icon,
        screens::old,
        theme::BETWEEN,
        widgets::{self, Button},
    },
};

/// Height of the chart's card, in points, while there is room.
const CHART_HEIGHT: f32 = 246.0;
/// A group that was just made is in the next picture of the cluster: before this nobody is told that it is missing.
const MISSING_UNSEEN: Duration = Duration::from_millis(1_500);

/// What the screen keeps between frames.
#[derive(Default)]
pub struct GroupScreen {
    id: String,
    missing_since: Option<Instant>,
    lag: LagView,
    retentions: Retentions,
    small: PartitionsTable,
    wide: PartitionsTable,
    rebalances: RebalancesTable,
    reset: Option<ResetDialog>,
    queue: QueueView,
    queue_partitions: QueuePartitionsTable,
    settings: GroupSettings,
}

impl GroupScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, id: &str, tab: GroupTab) {
        if self.id != id {
            *self = Self { id: id.to_owned(), ..Self::default() };
        }
        let Some(group) = ctx.facts.group(id) else {
            self.missing(ui, ctx);
            return;
        };
        self.missing_since = None;
        if ctx.take(Command::ResetOffsets) {
            self.reset = Some(ResetDialog::new(group));
        }
        widgets::page(ui, |ui| {
            self.header(ui, ctx, group);
            tabs(ui, ctx, group, tab);
            ui.add_space(8.0);
            if let Some(since) = &group.old {
                old::notice(ui, ctx, since);
                if tab != GroupTab::Settings {
                    old::dim(ui);
                }
            }
            match tab {
                GroupTab::Members => members::show(ui, ctx, group),
                GroupTab::Settings => self.settings.show(ui, ctx, group),
                GroupTab::Partitions if group.is_queue() => {
                    widgets::card_fill(ui, |ui| self.queue_partitions.show(ui, ctx, group));
                }
                GroupTab::Partitions => {
                    widgets::card_fill(ui, |ui| self.wide.show(ui, ctx, group, true));
                }
                _ if group.is_queue() => self.queue.show(ui, ctx, group, &mut self.lag),
                GroupTab::Rebalances => self.rebalances.show(ui, ctx, group),
                GroupTab::Lag => self.lag_tab(ui, ctx, group),
            }
        });
        if let Some(dialog) = &mut self.reset
            && !dialog.show(ui, ctx, group)
        {
            self.reset = None;
        }
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        let way = ctx.t("nav-groups");
        let clicked = widgets::page_header(
            ui,
            &[&*way],
            &group.id,
            |ui| {
                widgets::group_kind(ui, ctx.text, group.kind);
                widgets::group_state(ui, ctx.text, group.state);
                widgets::quiet(ui, &about(ctx, group));
            },
            |ui| {
                widgets::more(ui, &ctx.t("more"), |ui| {
                    if widgets::item(ui, icon::COPY, &ctx.t("groups-copy-id"), None) {
                        ctx.act(Action::Copy(group.id.to_string()));
                    }
                    widgets::rule(ui);
                    if group.is_queue() {
                        queue::purge_items(ui, ctx, group);
                    }
                    danger::delete_offsets_items(ui, ctx, group);
                    danger::delete_item(ui, ctx, group);
                });
                let nothing = group.partitions.is_empty().then(|| ctx.t("group-reset-nothing"));
                let nothing = ctx.read_only_why().or(nothing);
                let verb = ctx.t(if group.is_queue() { "queue-reset" } else { "group-reset" });
                if ui.add(Button::secondary(&verb).unless(nothing.as_deref())).clicked() {
                    self.reset = Some(ResetDialog::new(group));
                }
            },
        );
        if clicked.is_some() {
            ctx.go(Place::Groups);
        }
    }

    fn lag_tab(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        figures::show(ui, ctx, group, &mut self.retentions);
        ui.add_space(4.0);
        let room = ui.available_height();
        // A large window gives the chart its share.
        let chart_height = CHART_HEIGHT.max(room * 0.42).min(room * 0.5).max(140.0);
        let width = ui.available_width();
        ui.allocate_ui(egui::vec2(width, chart_height), |ui| {
            ui.set_max_height(chart_height);
            widgets::card(ui, |ui| {
                ui.set_min_height(ui.available_height());
                self.lag.show(ui, ctx, group);
            });
        });
        let left = ui.available_height() - 4.0;
        if left < 100.0 {
            return;
        }
        ui.add_space(BETWEEN - ui.spacing().item_spacing.y);
        let height = ui.available_height();
        widgets::columns(ui, height, &[1.0, 1.15], |ui, column| match column {
            0 => {
                widgets::card(ui, |ui| {
                    ui.set_min_height(ui.available_height());
                    assignment::show(ui, ctx, group);
                });
            }
            _ => {
                widgets::card_fill(ui, |ui| self.small.show(ui, ctx, group, false));
            }
        });
    }

    fn missing(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let since = *self.missing_since.get_or_insert_with(Instant::now);
        widgets::page(ui, |ui| {
            let way = ctx.t("nav-groups");
            if widgets::page_header(ui, &[&*way], &self.id, |_| (), |_| ()).is_some() {
                ctx.go(Place::Groups);
            }
            if !ctx.facts.first_load_done || since.elapsed() < MISSING_UNSEEN {
                ui.request_repaint_after(MISSING_UNSEEN);
                widgets::waiting(ui, since, &ctx.t("group-loading"));
                return;
            }
            // One look that does not find the group closes no dialog.
            self.reset = None;
            let sentence = ctx.text.with("group-missing", &[("group", self.id.as_str().into())]);
            let verb = ctx.t("group-missing-back");
            if widgets::empty(ui, icon::GROUPS, &sentence, Some(&verb)).is_some_and(|button| button.clicked()) {
                ctx.go(Place::Groups);
            }
        });
    }
}

/// How long a group is behind: in seconds at the finest, as offsets are committed every few seconds.
pub fn behind(ctx: &Ctx<'_>, millis: Option<i64>) -> String {
    const SECOND_MILLIS: i64 = 1_000;
    match millis {
        Some(millis) if millis < SECOND_MILLIS => {
            let second = ctx.format.duration(SECOND_MILLIS);
            if millis <= 0 { second.replacen('1', "0", 1) } else { format!("< {second}") }
        }
        Some(millis) => ctx.format.duration(millis / SECOND_MILLIS * SECOND_MILLIS),
        None => crate::ui::format::UNKNOWN.to_owned(),
    }
}

/// "generation 14 · cooperative-sticky", or "group epoch 5 · uniform"; the type stands in a chip before it.
fn about(ctx: &Ctx<'_>, group: &GroupFacts) -> String {
    let mut parts = Vec::new();
    if !matches!(group.protocol_type.as_str(), "" | "consumer" | "share") {
        parts.push(ctx.text.with("group-protocol", &[("protocol", group.protocol_type.as_str().into())]));
    }
    if let Some(epochs) = group.epochs {
        parts.push(ctx.text.with("group-epoch", &[("n", i64::from(epochs.group).into())]));
        if epochs.assignment != epochs.group {
            parts.push(ctx.text.with("group-assignment-epoch", &[("n", i64::from(epochs.assignment).into())]));
        }
    } else if let Some(generation) = group.generation {
        parts.push(ctx.text.with("group-generation", &[("n", i64::from(generation).into())]));
    }
    if !group.protocol.is_empty() {
        parts.push(group.protocol.clone());
    }
    parts.join(" · ")
}

fn tabs(ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, tab: GroupTab) {
    let all: &[GroupTab] = if group.is_queue() { &GroupTab::QUEUE } else { &GroupTab::ALL };
    let entry = |tab: &GroupTab| {
        let (id, count) = match tab {
            GroupTab::Lag if group.is_queue() => ("queue-tab-records", None),
            GroupTab::Lag => ("group-tab-lag", None),
            GroupTab::Members => ("group-tab-members", Some(group.members.len())),
            GroupTab::Partitions => ("group-tab-partitions", Some(group.partitions.len())),
            GroupTab::Rebalances => ("group-tab-rebalances", Some(group.rebalances.len())),
            GroupTab::Settings => ("group-tab-settings", None),
        };
        (*tab, ctx.t(id), count.map(|n| n as u64))
    };
    let words: Vec<_> = all.iter().map(entry).collect();
    let entries: Vec<_> = words.iter().map(|(tab, word, count)| (*tab, &**word, *count)).collect();
    let mut current = if all.contains(&tab) { tab } else { GroupTab::Lag };
    if widgets::tabs(ui, &mut current, &entries) {
        ctx.go(Place::Group { id: group.id.to_string(), tab: current });
    }
}
