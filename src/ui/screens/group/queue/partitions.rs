//! The table of a queue's partitions: where it starts, what is in flight, what waits, what was finished.

use std::sync::Arc;

use egui::Ui;

use crate::{
    session::{GroupFacts, GroupPartitionFacts},
    ui::{
        Ctx, Place, format, icon,
        screens::group::behind,
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// What the table keeps between frames.
#[derive(Default)]
pub(in super::super) struct QueuePartitionsTable {
    table: TableState,
    order: Vec<usize>,
}

struct PartitionRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    group: &'a GroupFacts,
    order: &'a [usize],
}

const COLUMNS: [&str; 11] = [
    "group-col-partition",
    "queue-col-start",
    "queue-col-flight",
    "group-col-end",
    "queue-waiting",
    "queue-acquired",
    "queue-finished",
    "queue-archived",
    "queue-redelivered",
    "queue-oldest-col",
    "queue-col-members",
];

impl QueuePartitionsTable {
    /// Draws it on all the space that is left.
    pub(in super::super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        if group.partitions.is_empty() {
            widgets::empty(ui, icon::QUEUE, &ctx.t("queue-partitions-none"), None);
            return;
        }
        self.order = ordered(group, self.table.sort());
        let words: Vec<Arc<str>> = COLUMNS.iter().map(|id| ctx.t(id)).collect();
        let mut columns = vec![Column::left(COLUMNS[0], &words[0], 130.0).sorts().grows_to(300.0).stays()];
        columns.extend((1..10).map(|at| Column::right(COLUMNS[at], &words[at], 98.0).sorts()));
        columns.push(Column::left(COLUMNS[10], &words[10], 160.0));
        let name = ctx.t("group-tab-partitions");
        let mut rows = PartitionRows { ctx, group, order: &self.order };
        let table = Table::new("queue-partitions", &name, &columns).sorted_by(COLUMNS[0], false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        if let Some(partition) = response.opened.and_then(|row| at(group, &self.order, row)) {
            ctx.go(Place::topic(&*partition.tp.topic));
        }
    }
}

fn at<'a>(group: &'a GroupFacts, order: &[usize], row: u64) -> Option<&'a GroupPartitionFacts> {
    group.partitions.get(*order.get(usize::try_from(row).ok()?)?)
}

/// The number of a column; `None` where it is not known.
fn number(p: &GroupPartitionFacts, column: usize) -> Option<i64> {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let counts = p.queue.map(|queue| queue.counts);
    match column {
        1 => p.committed,
        2 => p.queue.map(|queue| queue.in_flight_end),
        3 => p.end,
        // Without more the backlog is what waits or is held.
        4 => counts.map(|c| count(c.waiting)).or(p.lag.records().map(count)),
        5 => counts.map(|c| count(c.acquired)),
        6 => counts.map(|c| count(c.finished)),
        7 => counts.map(|c| count(c.archived)),
        8 => counts.map(|c| count(c.redelivered)),
        _ => p.behind_millis,
    }
}

fn ordered(group: &GroupFacts, sort: Option<(&str, bool)>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..group.partitions.len()).collect();
    let Some((id, descending)) = sort else { return order };
    let column = COLUMNS.iter().position(|column| *column == id).unwrap_or_default();
    let key = |index: &usize| match column {
        0 => *index as i64,
        _ => number(&group.partitions[*index], column).unwrap_or(-1),
    };
    match descending {
        true => order.sort_by_key(|index| std::cmp::Reverse(key(index))),
        false => order.sort_by_key(key),
    }
    order
}

impl Rows for PartitionRows<'_, '_> {
    fn count(&self) -> u64 {
        self.order.len() as u64
    }

    fn name(&self, row: u64) -> String {
        let words =
            |p: &GroupPartitionFacts| format!("{}, {} {}", p.tp, self.ctx.t("queue-backlog"), format::lag(p.lag));
        at(self.group, self.order, row).map(words).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let theme = theme::of(ui);
        let Some(p) = at(self.group, self.order, row) else { return };
        match column {
            0 => drop(widgets::elided(ui, &p.tp.to_string(), fonts::body(), theme.text)),
            9 => drop(widgets::data_quiet(ui, &behind(self.ctx, p.behind_millis))),
            10 => {
                let readers = self.group.members.iter().filter(|member| member.assignment.contains(&p.tp));
                let names: Vec<&str> = readers.map(|member| member.client_id.as_str()).collect();
                widgets::elided(ui, &names.join(", "), fonts::body(), theme.quiet);
            }
            _ => match number(p, column) {
                Some(n) => drop(widgets::data(ui, &format::integer(n))),
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
        }
    }
}
