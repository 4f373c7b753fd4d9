//! Topic > Partitions: where each starts and ends, how large it is, who leads it, and whether it is damaged.

use std::sync::Arc;

use egui::Ui;

use crate::{
    model::TimestampMillis,
    session::{Loadable, PartitionFacts, TopicFacts, clients::PartitionCompaction},
    ui::{
        Action,
        ctx::Ctx,
        format, icon,
        screens::topics::dialogs::{self, TopicDialog},
        theme::{self, fonts},
        widgets::{self, Button, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct PartitionsTab {
    table: TableState,
    order: Vec<usize>,
    dialog: Option<TopicDialog>,
    /// `None` inside: the topic is not compacted.
    compaction: Loadable<Option<Vec<PartitionCompaction>>>,
    /// The picture of the cluster that it was asked for with.
    looked_at: Option<TimestampMillis>,
}

struct PartitionRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    topic: &'a TopicFacts,
    order: &'a [usize],
    compaction: Option<&'a [PartitionCompaction]>,
}

impl PartitionsTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        self.load(ctx, topic);
        let compaction = self.compaction.value();
        let compaction = compaction.as_ref().and_then(|found| found.as_deref());
        widgets::page(ui, |ui| {
            self.toolbar(ui, ctx, topic, compaction.is_some());
            if let Some(damaged) = topic.partitions.iter().find_map(|p| p.damage.as_ref()) {
                damage(ui, ctx, damaged);
            }
            ui.add_space(4.0);
            widgets::card_fill(ui, |ui| self.table(ui, ctx, topic, compaction));
        });
        dialogs::show(ui, ctx, &mut self.dialog);
    }

    /// Compaction goes on by itself, so it is looked up anew with each picture of the cluster.
    fn load(&mut self, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let Some(session) = ctx.session.filter(|_| self.looked_at != Some(ctx.facts.at)) else { return };
        self.looked_at = Some(ctx.facts.at);
        session.load_compaction(Arc::clone(&topic.name), &self.compaction);
    }

    fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, compacted: bool) {
        let internal = topic.internal.then(|| ctx.t("topics-internal-why"));
        let about = ctx.t(if compacted { "partitions-about-compacted" } else { "partitions-about" });
        widgets::toolbar(
            ui,
            |ui| drop(widgets::quiet(ui, &about)),
            |ui| {
                let add = ctx.t("topics-add-partitions");
                if ui.add(Button::secondary(&add).icon(icon::ADD).unless(internal.as_deref())).clicked() {
                    self.dialog = Some(TopicDialog::add_partitions(topic));
                }
                if compacted
                    && ui
                        .add(Button::secondary(&ctx.t("partitions-compact")).unless(ctx.read_only_why().as_deref()))
                        .clicked()
                {
                    let topic = Arc::clone(&topic.name);
                    ctx.with_session(move |session| {
                        session.compact_topic(topic);
                    });
                }
                let before = ctx.t("topics-delete-before");
                if ui.add(Button::danger(&before).unless(internal.as_deref())).clicked() {
                    self.dialog = Some(TopicDialog::delete_before(topic));
                }
            },
        );
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, compaction: Option<&[PartitionCompaction]>) {
        self.order = ordered(topic, self.table.sort());
        let ids = [
            "partitions-id",
            "partitions-start",
            "partitions-end",
            "partitions-records",
            "partitions-size",
            "partitions-leader",
            "partitions-epoch",
            "partitions-state",
            "partitions-compacted",
            "partitions-dirty",
        ];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("id", &words[0], 100.0).sorts().stays(),
            Column::right("start", &words[1], 130.0).sorts(),
            Column::right("end", &words[2], 130.0).sorts(),
            Column::right("records", &words[3], 130.0).sorts(),
            Column::right("size", &words[4], 110.0).sorts(),
            Column::right("leader", &words[5], 90.0),
            Column::right("epoch", &words[6], 110.0),
            Column::left("state", &words[7], 110.0).grows_to(300.0),
            Column::right("compacted", &words[8], 150.0),
            Column::right("dirty", &words[9], 150.0),
        ];
        let columns = if compaction.is_some() { &columns[..] } else { &columns[..8] };
        let name = ctx.t("topic-tab-partitions");
        let mut rows = PartitionRows { ctx, topic, order: &self.order, compaction };
        let table = Table::new("partitions", &name, columns).sorted_by("id", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        if response.copy {
            copy(ctx, topic, &self.order);
        }
    }
}

fn ordered(topic: &TopicFacts, sort: Option<(&str, bool)>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..topic.partitions.len()).collect();
    let Some((column, descending)) = sort else { return order };
    let key = |index: &usize| -> i64 {
        let p = &topic.partitions[*index];
        match column {
            "start" => p.start.unwrap_or(-1),
            "end" => p.end.unwrap_or(-1),
            "records" => records(p).map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX)),
            "size" => p.size_bytes.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX)),
            _ => *index as i64,
        }
    };
    match descending {
        true => order.sort_by_key(|index| std::cmp::Reverse(key(index))),
        false => order.sort_by_key(key),
    }
    order
}

fn records(partition: &PartitionFacts) -> Option<u64> {
    u64::try_from(partition.end? - partition.start?).ok()
}

fn copy(ctx: &Ctx<'_>, topic: &TopicFacts, order: &[usize]) {
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let lines = order.iter().filter_map(|index| topic.partitions.get(*index)).map(|p| {
        let size = p.size_bytes.map_or_else(String::new, |n| n.to_string());
        format!("{}\t{}\t{}\t{size}", p.id, number(p.start), number(p.end))
    });
    ctx.act(Action::Copy(lines.collect::<Vec<_>>().join("\n")));
}

fn damage(ui: &mut Ui, ctx: &Ctx<'_>, why: &str) {
    use crate::session::{Phrase, Problem};
    let problem =
        Problem::new(Phrase::new("partitions-damaged-what"), why).next(Phrase::new("partitions-damaged-next"));
    ui.add_space(4.0);
    widgets::problem(ui, ctx, &problem, None);
}

impl PartitionRows<'_, '_> {
    fn partition(&self, row: u64) -> Option<&PartitionFacts> {
        self.topic.partitions.get(*self.order.get(usize::try_from(row).ok()?)?)
    }

    fn compaction(&self, p: &PartitionFacts) -> Option<&PartitionCompaction> {
        self.compaction?.iter().find(|one| one.partition == p.id)
    }

    fn compacted_to(&self, ui: &mut Ui, p: &PartitionFacts) {
        let Some(found) = self.compaction(p) else {
            widgets::faint(ui, format::UNKNOWN);
            return;
        };
        let response = widgets::data(ui, &format::integer(found.upto));
        response.on_hover_text(match &found.last {
            None => self.ctx.t("partitions-compacted-not-yet").to_string(),
            Some(last) => {
                let (ago, bytes) =
                    (self.ctx.format.ago(self.ctx.now, last.at), format::bytes_text(last.done.bytes_removed));
                let args = [("ago", ago.into()), ("n", last.done.records_removed.into()), ("size", bytes.into())];
                self.ctx.text.with("partitions-compacted-last", &args)
            }
        });
    }

    fn dirty(&self, ui: &mut Ui, p: &PartitionFacts) {
        match self.compaction(p) {
            Some(found) => drop(widgets::data_quiet(ui, &format::bytes_text(found.dirty_bytes))),
            None => drop(widgets::faint(ui, format::UNKNOWN)),
        }
    }
}

impl Rows for PartitionRows<'_, '_> {
    fn count(&self) -> u64 {
        self.order.len() as u64
    }

    fn name(&self, row: u64) -> String {
        self.partition(row).map(|p| format!("{} {}", self.ctx.t("partitions-id"), p.id)).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let theme = theme::of(ui);
        let Some(p) = self.partition(row) else { return };
        let number = |ui: &mut Ui, n: Option<i64>| match n {
            Some(n) => drop(widgets::data(ui, &format::integer(n))),
            None => drop(widgets::faint(ui, format::UNKNOWN)),
        };
        match column {
            0 => {
                let color = theme.series(usize::try_from(p.id).unwrap_or_default());
                let (rect, _) = ui.allocate_exact_size(egui::vec2(6.0, 6.0), egui::Sense::hover());
                ui.painter().rect_filled(rect, 1.0, color);
                widgets::data(ui, &p.id.to_string());
            }
            1 => number(ui, p.start),
            2 => number(ui, p.end),
            3 => number(ui, records(p).and_then(|n| i64::try_from(n).ok())),
            4 => match p.size_bytes {
                Some(bytes) => {
                    let response = widgets::data_quiet(ui, &format::bytes_text(bytes));
                    response.on_hover_text(format!("{} B", format::count(bytes)));
                }
                None => drop(widgets::faint(ui, format::UNKNOWN)),
            },
            5 => number(ui, p.leader.map(i64::from)),
            6 => number(ui, (p.leader_epoch >= 0).then_some(i64::from(p.leader_epoch))),
            8 => self.compacted_to(ui, p),
            9 => self.dirty(ui, p),
            _ => match &p.damage {
                Some(why) => {
                    widgets::chip(ui, icon::ERROR, &self.ctx.t("topic-damaged"), theme.bad).on_hover_text(why);
                    widgets::elided(ui, why, fonts::body(), theme.quiet);
                }
                None if p.leader.is_none() => {
                    widgets::chip(ui, icon::CARE, &self.ctx.t("partitions-no-leader"), theme.care);
                }
                None => drop(widgets::faint(ui, &self.ctx.t("partitions-fine"))),
            },
        }
    }
}
