//! Topic > Partitions: where each starts and ends, how large it is, who leads it, and whether it is damaged.

mod move_dialog;
mod moving;
mod replicas;

pub(in crate::ui::screens) use self::replicas::{elect_why_not, replica_ids};

use std::sync::Arc;

use egui::Ui;

use self::{
    move_dialog::MoveDialog,
    moving::{Moving, ask_take_back},
    replicas::{leader_cell, replicas_cell, state_cell},
};
use crate::{
    model::{TimestampMillis, TopicPartition},
    session::{Loadable, PartitionFacts, TopicFacts, clients::PartitionCompaction, moves::TopicMoves},
    ui::{
        Action,
        ctx::Ctx,
        format, icon,
        screens::{
            old,
            topics::dialogs::{self, TopicDialog},
        },
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
    moving: Moving,
    move_dialog: Option<MoveDialog>,
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
    moves: Option<&'a TopicMoves>,
    /// One that is to be moved.
    to_move: &'a mut Option<i32>,
}

impl PartitionsTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        self.load(ui, ctx, topic);
        let compaction = self.compaction.value();
        let compaction = compaction.as_ref().and_then(|found| found.as_deref());
        widgets::page(ui, |ui| {
            self.toolbar(ui, ctx, topic, compaction.is_some());
            self.moving.ui(ui, ctx, topic);
            if let Some(damaged) = topic.partitions.iter().find_map(|p| p.damage.as_ref()) {
                damage(ui, ctx, damaged);
            }
            ui.add_space(4.0);
            widgets::card_fill(ui, |ui| self.table(ui, ctx, topic, compaction));
        });
        dialogs::show(ui, ctx, &mut self.dialog);
        if self.move_dialog.as_mut().is_some_and(|dialog| !dialog.show(ui, ctx, topic)) {
            self.move_dialog = None;
            self.moving.ask_soon();
        }
    }

    /// Compaction goes on by itself, so it is looked up anew with each picture of the cluster.
    fn load(&mut self, ui: &Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let Some(session) = ctx.session else { return };
        if self.looked_at != Some(ctx.facts.at) {
            self.looked_at = Some(ctx.facts.at);
            session.load_compaction(Arc::clone(&topic.name), &self.compaction);
        }
        self.moving.load(ui, session, topic);
    }

    fn toolbar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, compacted: bool) {
        let read_only = ctx.read_only_why();
        let internal = read_only.clone().or_else(|| topic.internal.then(|| ctx.t("topics-internal-why")));
        let alone = read_only.clone().or_else(|| (ctx.facts.cluster.nodes < 2).then(|| ctx.t("move-one-broker")));
        let about = ctx.t(if compacted { "partitions-about-compacted" } else { "partitions-about" });
        let theme = theme::of(ui);
        ui.allocate_ui_with_layout(
            egui::vec2(ui.available_width(), theme::CONTROL),
            egui::Layout::right_to_left(egui::Align::Center),
            |ui| {
                widgets::more(ui, &ctx.t("partitions-more"), |ui| self.menu(ui, ctx, topic, read_only.as_deref()));
                let add = ctx.t("topics-add-partitions");
                if ui.add(Button::secondary(&add).icon(icon::ADD).unless(internal.as_deref())).clicked() {
                    self.dialog = Some(TopicDialog::add_partitions(topic));
                }
                if ui.add(Button::secondary(&ctx.t("partitions-move")).unless(alone.as_deref())).clicked() {
                    self.move_dialog = Some(MoveDialog::new(ctx, topic, None));
                }
                let compact = ctx.t("partitions-compact");
                let compact = Button::secondary(&compact).unless(read_only.as_deref());
                if compacted && ui.add(compact).clicked() {
                    let topic = Arc::clone(&topic.name);
                    ctx.with_session(move |session| {
                        session.compact_topic(topic);
                    });
                }
                let before = ctx.t("topics-delete-before");
                if ui.add(Button::danger(&before).unless(internal.as_deref())).clicked() {
                    self.dialog = Some(TopicDialog::delete_before(topic));
                }
                // What is left of the row.
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    widgets::elided(ui, &about, fonts::body(), theme.quiet);
                });
            },
        );
    }

    fn menu(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, read_only: Option<&str>) {
        let moves = self.moving.known();
        let led_by_others = || topic.partitions.iter().filter(|p| p.is_led_by_another());
        let none = match led_by_others().next() {
            None => Some(ctx.t("elect-none")),
            Some(_) if led_by_others().any(|p| p.replicas.first().is_some_and(|id| p.isr.contains(id))) => None,
            Some(_) => Some(ctx.t("elect-none-in-sync")),
        };
        let led_by_others: Vec<TopicPartition> =
            led_by_others().map(|p| TopicPartition::new(Arc::clone(&topic.name), p.id)).collect();
        if widgets::item_why(ui, icon::CHECK, &ctx.t("partitions-elect"), read_only.or(none.as_deref())) {
            ctx.with_session(move |session| {
                session.elect_preferred(Some(led_by_others));
            });
        }
        let going_on: Vec<_> = moves.iter().flat_map(|moves| moves.going_on.iter().map(|one| one.tp.clone())).collect();
        let none = going_on.is_empty().then(|| ctx.t("move-back-none"));
        if widgets::item_why(ui, icon::CANCEL, &ctx.t("partitions-move-back"), read_only.or(none.as_deref())) {
            ask_take_back(ctx, going_on);
        }
        let throttled = moves.is_some_and(|moves| moves.throttled);
        let none = (!throttled).then(|| ctx.t("unthrottle-none"));
        if widgets::item_why(ui, icon::TIMER, &ctx.t("partitions-unthrottle"), read_only.or(none.as_deref())) {
            let topic = topic.name.to_string();
            ctx.with_session(move |session| {
                session.remove_throttle(topic);
            });
        }
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
            "partitions-replicas",
            "partitions-state",
            "partitions-compacted",
            "partitions-dirty",
        ];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("id", &words[0], 96.0).sorts().stays(),
            Column::right("start", &words[1], 118.0).sorts(),
            Column::right("end", &words[2], 118.0).sorts(),
            Column::right("records", &words[3], 118.0).sorts(),
            Column::right("size", &words[4], 96.0).sorts(),
            Column::right("leader", &words[5], 84.0).sorts(),
            Column::right("epoch", &words[6], 108.0),
            Column::left("replicas", &words[7], 120.0).grows_to(200.0),
            Column::left("state", &words[8], 170.0).grows_to(300.0),
            Column::right("compacted", &words[9], 150.0),
            Column::right("dirty", &words[10], 150.0),
        ];
        let columns = if compaction.is_some() { &columns[..] } else { &columns[..9] };
        let name = ctx.t("topic-tab-partitions");
        let (moves, mut to_move) = (self.moving.known(), None);
        let mut rows = PartitionRows {
            ctx,
            topic,
            order: &self.order,
            compaction,
            moves: moves.as_deref(),
            to_move: &mut to_move,
        };
        let table = Table::new("partitions", &name, columns).sorted_by("id", false).primary();
        let response = table.show(ui, ctx, &mut self.table, &mut rows);
        if response.copy {
            copy(ctx, topic, &self.order);
        }
        if let Some(id) = to_move {
            self.move_dialog = Some(MoveDialog::new(ctx, topic, Some(id)));
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
            "leader" => p.leader.map_or(-1, i64::from),
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
        if let (1..=4, Some(since)) = (column, &p.old) {
            let text = match column {
                1 => p.start.map(format::integer),
                2 => p.end.map(format::integer),
                3 => records(p).map(format::count),
                _ => p.size_bytes.map(format::bytes_text),
            };
            old::figure(ui, self.ctx, text.as_deref().unwrap_or(format::UNKNOWN), since);
            return;
        }
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
            5 => leader_cell(ui, self.ctx, p),
            6 => number(ui, (p.leader_epoch >= 0).then_some(i64::from(p.leader_epoch))),
            7 => replicas_cell(ui, self.ctx, p, self.moves),
            9 => self.compacted_to(ui, p),
            10 => self.dirty(ui, p),
            _ => state_cell(ui, self.ctx, p, self.moves),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some(p) = self.partition(row) else { return };
        let id = p.id;
        let read_only = ctx.read_only_why();
        let why = read_only.clone().or_else(|| elect_why_not(ctx, &p.replicas, &p.isr, p.leader));
        let tp = TopicPartition::new(Arc::clone(&self.topic.name), id);
        if widgets::item_why(ui, icon::CHECK, &ctx.t("partitions-elect-one"), why.as_deref()) {
            let tp = tp.clone();
            ctx.with_session(move |session| {
                session.elect_preferred(Some(vec![tp]));
            });
        }
        let alone = (ctx.facts.cluster.nodes < 2).then(|| ctx.t("move-one-broker"));
        let why = read_only.clone().or(alone);
        if widgets::item_why(ui, icon::TRANSFERS, &ctx.t("partitions-move-one"), why.as_deref()) {
            *self.to_move = Some(id);
        }
        if self.moves.is_some_and(|moves| moves.of(id).is_some())
            && widgets::item_why(ui, icon::CANCEL, &ctx.t("partitions-move-back-one"), read_only.as_deref())
        {
            ask_take_back(ctx, vec![tp]);
        }
    }
}
