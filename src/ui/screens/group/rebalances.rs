//! The tab of a group's rebalances: when, why, how long, who was in it afterwards.

use std::sync::Arc;

use egui::Ui;

use super::chart::{rebalance_reason, short_member};
use crate::{
    session::{GroupFacts, RebalanceEvent},
    ui::{
        Ctx, format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct RebalancesTable {
    table: TableState,
}

struct RebalanceRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    group: &'a GroupFacts,
}

impl RebalancesTable {
    /// Draws the tab on all the space that is left; newest first.
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        if group.rebalances.is_empty() {
            widgets::empty(ui, icon::REBALANCE, &ctx.t("group-rebalances-none"), None);
            return;
        }
        let ids =
            ["rebalances-time", "rebalances-generation", "rebalances-why", "rebalances-took", "rebalances-members"];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("time", &words[0], 190.0).stays(),
            Column::right("generation", &words[1], 100.0),
            Column::left("why", &words[2], 280.0),
            Column::right("took", &words[3], 100.0),
            Column::left("members", &words[4], 240.0).grows(),
        ];
        let name = ctx.t("group-tab-rebalances");
        let mut rows = RebalanceRows { ctx, group };
        widgets::card_fill(ui, |ui| {
            Table::new("rebalances", &name, &columns).primary().show(ui, ctx, &mut self.table, &mut rows);
        });
    }
}

impl RebalanceRows<'_, '_> {
    fn event(&self, row: u64) -> Option<&RebalanceEvent> {
        let newest = self.group.rebalances.len().checked_sub(1)?;
        self.group.rebalances.get(newest.checked_sub(usize::try_from(row).ok()?)?)
    }
}

impl Rows for RebalanceRows<'_, '_> {
    fn count(&self) -> u64 {
        self.group.rebalances.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let words = |event: &RebalanceEvent| rebalance_reason(self.ctx, self.group, event);
        self.event(row).map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let theme = theme::of(ui);
        let Some(event) = self.event(row) else { return };
        match column {
            0 => drop(widgets::data(ui, &self.ctx.format.time(event.at))),
            1 => drop(widgets::data(ui, &format::integer(i64::from(event.generation)))),
            2 => drop(widgets::body(ui, &rebalance_reason(self.ctx, self.group, event))),
            3 => drop(widgets::data(ui, &self.ctx.format.duration(event.duration_millis))),
            _ => {
                let names: Vec<&str> = event.members.iter().map(|id| short_member(id)).collect();
                let words = if names.is_empty() { format::UNKNOWN.to_owned() } else { names.join(", ") };
                widgets::elided(ui, &words, fonts::body(), theme.quiet);
            }
        }
    }
}
