//! The table of a group's partitions: committed offset, end, lag, time behind, owner.

use std::sync::Arc;

use egui::Ui;

use super::{behind, chart::letter};
use crate::{
    session::{GroupFacts, GroupPartitionFacts},
    ui::{
        Action, Ctx, Place, TopicTab, format, icon,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// What the table keeps between frames.
#[derive(Default)]
pub(super) struct PartitionsTable {
    table: TableState,
    order: Vec<usize>,
}

struct PartitionRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    group: &'a GroupFacts,
    order: &'a [usize],
    /// With start of the log and metadata of the commit.
    wide: bool,
}

impl PartitionsTable {
    /// Draws it on all the space that is left. `wide` shows more columns.
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, wide: bool) {
        if group.partitions.is_empty() {
            widgets::empty(ui, icon::TOPICS, &ctx.t("group-partitions-none"), None);
            return;
        }
        self.order = ordered(group, self.table.sort());
        let ids = [
            "group-col-partition",
            "group-col-committed",
            "group-col-end",
            "group-col-lag",
            "group-col-behind",
            "group-col-owner",
            "group-col-start",
            "group-col-metadata",
        ];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let mut columns = vec![
            Column::left("partition", &words[0], if wide { 120.0 } else { 100.0 })
                .sorts()
                .grows_to(if wide { 300.0 } else { 180.0 })
                .stays(),
            Column::right("committed", &words[1], if wide { 120.0 } else { 84.0 }).sorts(),
            Column::right("end", &words[2], if wide { 120.0 } else { 76.0 }).sorts(),
            Column::right("lag", &words[3], if wide { 110.0 } else { 70.0 }).sorts(),
            Column::right("behind", &words[4], if wide { 140.0 } else { 128.0 }).sorts(),
            Column::left("owner", &words[5], if wide { 140.0 } else { 78.0 }).sorts(),
        ];
        if wide {
            columns.push(Column::right("start", &words[6], 100.0).sorts());
            columns.push(Column::left("metadata", &words[7], 140.0));
        }
        let name = ctx.t("group-tab-partitions");
        let mut rows = PartitionRows { ctx, group, order: &self.order, wide };
        let id = if wide { "group-partitions" } else { "group-partitions-small" };
        let table = Table::new(id, &name, &columns).sorted_by("partition", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        let opened = response.opened.and_then(|row| partition_at(group, &self.order, row));
        if let Some(partition) = opened {
            ctx.go(Place::topic(&*partition.tp.topic));
        }
        if response.copy {
            copy(ctx, group, &self.order);
        }
    }
}

fn partition_at<'a>(group: &'a GroupFacts, order: &[usize], row: u64) -> Option<&'a GroupPartitionFacts> {
    group.partitions.get(*order.get(usize::try_from(row).ok()?)?)
}

fn ordered(group: &GroupFacts, sort: Option<(&str, bool)>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..group.partitions.len()).collect();
    let Some((column, descending)) = sort else { return order };
    let key = |index: &usize| -> i64 {
        let p = &group.partitions[*index];
        match column {
            "committed" => p.committed.unwrap_or(-1),
            "end" => p.end.unwrap_or(-1),
            "start" => p.start.unwrap_or(-1),
            "lag" => p.lag.records().map_or(-1, |lag| i64::try_from(lag).unwrap_or(i64::MAX)),
            "behind" => p.behind_millis.unwrap_or(-1),
            "owner" => p.owner.map_or(i64::MAX, |owner| owner as i64),
            _ => *index as i64,
        }
    };
    match descending {
        true => order.sort_by_key(|index| std::cmp::Reverse(key(index))),
        false => order.sort_by_key(key),
    }
    order
}

fn copy(ctx: &Ctx<'_>, group: &GroupFacts, order: &[usize]) {
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let lines = order.iter().filter_map(|index| group.partitions.get(*index)).map(|p| {
        let lag = p.lag.records().map_or_else(String::new, |lag| lag.to_string());
        let owner = p.owner.and_then(|owner| group.members.get(owner)).map_or("", |m| m.client_id.as_str());
        format!("{}\t{}\t{}\t{}\t{lag}\t{owner}", p.tp.topic, p.tp.partition, number(p.committed), number(p.end))
    });
    ctx.act(Action::Copy(lines.collect::<Vec<_>>().join("\n")));
}

impl Rows for PartitionRows<'_, '_> {
    fn count(&self) -> u64 {
        self.order.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let words = |p: &GroupPartitionFacts| format!("{}, {} {}", p.tp, self.ctx.t("group-lag"), format::lag(p.lag));
        partition_at(self.group, self.order, row).map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let theme = theme::of(ui);
        let Some(p) = partition_at(self.group, self.order, row) else { return };
        let number = |ui: &mut Ui, n: Option<i64>| match n {
            Some(n) => drop(widgets::data(ui, &format::integer(n))),
            None => drop(widgets::faint(ui, format::UNKNOWN)),
        };
        match column {
            0 => {
                let index = self.order.get(row as usize).copied().unwrap_or_default();
                widgets::rich(ui, &letter(index), fonts::semibold(11.5), theme.series(index));
                widgets::elided(ui, &p.tp.to_string(), fonts::body(), theme.text);
            }
            1 => number(ui, p.committed),
            2 => number(ui, p.end),
            3 => {
                let waits = p.lag.records().is_some_and(|lag| lag > 0);
                let color = if waits { theme.care } else { theme.text };
                widgets::rich(ui, &format::lag(p.lag), fonts::data(), color);
            }
            4 => {
                let response = widgets::data_quiet(ui, &behind(self.ctx, p.behind_millis));
                if let Some(at) = p.first_unread_at {
                    let time = self.ctx.format.time(at);
                    response.on_hover_text(self.ctx.text.with("group-behind-oldest", &[("time", time.into())]));
                }
            }
            5 => match p.owner.and_then(|owner| self.group.members.get(owner)) {
                Some(member) => {
                    widgets::elided(ui, &member.client_id, fonts::body(), theme.text).on_hover_text(&member.id);
                }
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
            6 => number(ui, p.start),
            _ => drop(widgets::elided(ui, &p.metadata, fonts::data(), theme.quiet)),
        }
    }

    fn has_menu(&self) -> bool {
        self.wide
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(p) = partition_at(self.group, self.order, row) else { return };
        let ctx = self.ctx;
        if widgets::item(ui, icon::TOPICS, &ctx.t("group-open-topic"), None) {
            ctx.go(Place::Topic { name: p.tp.topic.to_string(), tab: TopicTab::Messages });
        }
        if widgets::item(ui, icon::COPY, &ctx.t("group-copy-partition"), None) {
            ctx.act(Action::Copy(p.tp.to_string()));
        }
    }
}
