//! The partitions that are not as they should be, the worst first.

use std::sync::Arc;

use egui::Ui;

use crate::{
    model::TopicPartition,
    session::{
        Facts,
        brokers::{Trouble, TroubleCounts, TroubledPartition, count_troubles, troubled_partitions},
    },
    ui::{
        Place, TopicTab,
        ctx::Ctx,
        icon,
        screens::topic::partitions::{elect_why_not, replica_ids},
        theme::{self, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct TroublesTab {
    revision: Option<u64>,
    counts: TroubleCounts,
    found: Vec<TroubledPartition>,
    table: TableState,
    kind: Option<Trouble>,
    shown: Vec<usize>,
}

struct TroubleRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    found: &'a [TroubledPartition],
    shown: &'a [usize],
}

impl TroublesTab {
    /// Works out anew what is wrong, where the facts have moved.
    pub fn update(&mut self, facts: &Facts) {
        if self.revision != Some(facts.revision) {
            self.revision = Some(facts.revision);
            self.counts = count_troubles(facts);
            self.found = troubled_partitions(facts);
        }
    }

    /// How many are offline, have replicas behind, and are led by another than the preferred replica.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.counts.offline, self.counts.under_replicated, self.counts.not_preferred)
    }

    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (offline, under, not_preferred) = self.counts();
        if offline + under + not_preferred == 0 {
            if ctx.facts.first_load_done {
                widgets::empty(ui, icon::CHECK_CIRCLE, &ctx.t("troubles-none"), None);
            }
            return;
        }
        self.filter(ui, ctx);
        ui.add_space(8.0);
        let is_shown = |at: &usize| self.kind.is_none_or(|kind| self.found[*at].trouble == kind);
        self.shown = (0..self.found.len()).filter(is_shown).collect();
        widgets::card_fill(ui, |ui| self.table(ui, ctx));
    }

    fn filter(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (offline, under, not_preferred) = self.counts();
        let word = |id: &str, n: usize| ctx.text.with(id, &[("n", n.into())]);
        let all = word("troubles-all", offline + under + not_preferred);
        let words = [
            (Some(Trouble::Offline), word("troubles-offline", offline), offline),
            (Some(Trouble::UnderReplicated), word("troubles-under", under), under),
            (Some(Trouble::NotPreferred), word("troubles-not-preferred", not_preferred), not_preferred),
        ];
        let mut entries = vec![(None, all.as_str())];
        entries.extend(words.iter().filter(|(.., n)| *n > 0).map(|(kind, word, _)| (*kind, word.as_str())));
        if !entries.iter().any(|(kind, _)| *kind == self.kind) {
            self.kind = None;
        }
        let (shown, total) = (self.found.len(), offline + under + not_preferred);
        let more = (shown < total).then(|| word("troubles-first", shown));
        widgets::toolbar(
            ui,
            |ui| {
                widgets::segmented(ui, &mut self.kind, &entries);
            },
            |ui| {
                if let Some(more) = more {
                    widgets::quiet(ui, &more);
                }
            },
        );
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let ids =
            ["troubles-partition", "troubles-what", "partitions-leader", "partitions-replicas", "partitions-in-sync"];
        let words: Vec<Arc<str>> = ids.iter().map(|id| ctx.t(id)).collect();
        let columns = [
            Column::left("partition", &words[0], 260.0).grows_to(520.0).stays(),
            Column::left("what", &words[1], 190.0).grows_to(260.0),
            Column::right("leader", &words[2], 80.0),
            Column::left("replicas", &words[3], 160.0).grows_to(260.0),
            Column::left("in-sync", &words[4], 160.0).grows_to(260.0),
        ];
        let mut rows = TroubleRows { ctx, found: &self.found, shown: &self.shown };
        let name = ctx.t("brokers-tab-troubles");
        let response = Table::new("troubles", &name, &columns).show(ui, ctx, &mut self.table, &mut rows);
        let opened = response.opened.and_then(|row| usize::try_from(row).ok()).and_then(|row| self.shown.get(row));
        if let Some(at) = opened {
            go(ctx, &self.found[*at].tp);
        }
    }
}

fn go(ctx: &Ctx<'_>, tp: &TopicPartition) {
    ctx.go(Place::Topic { name: tp.topic.to_string(), tab: TopicTab::Partitions });
}

/// What is wrong with a partition, as a chip with what it means.
pub(in crate::ui::screens) fn trouble_chip(ui: &mut Ui, ctx: &Ctx<'_>, trouble: Trouble) -> egui::Response {
    let theme = theme::of(ui);
    let (glyph, word, about, color) = match trouble {
        Trouble::Offline => (icon::ERROR, "trouble-offline", "trouble-offline-about", theme.bad),
        Trouble::UnderReplicated => (icon::CARE, "trouble-under", "trouble-under-about", theme.care),
        Trouble::NotPreferred => (icon::INFO, "trouble-not-preferred", "trouble-not-preferred-about", theme.note),
    };
    widgets::chip(ui, glyph, &ctx.t(word), color).on_hover_text(&*ctx.t(about))
}

impl TroubleRows<'_, '_> {
    fn at(&self, row: u64) -> Option<&TroubledPartition> {
        self.found.get(*self.shown.get(usize::try_from(row).ok()?)?)
    }
}

impl Rows for TroubleRows<'_, '_> {
    fn count(&self) -> u64 {
        self.shown.len() as u64
    }

    fn name(&self, row: u64) -> String {
        self.at(row).map(|one| one.tp.to_string()).unwrap_or_default()
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(one) = self.at(row) else { return };
        match column {
            0 => {
                let words = format!("{} / {}", one.tp.topic, one.tp.partition);
                widgets::elided(ui, &words, fonts::medium(13.0), theme.text);
            }
            1 => drop(trouble_chip(ui, ctx, one.trouble)),
            2 => match one.leader {
                Some(leader) => drop(widgets::data(ui, &leader.to_string())),
                None => drop(widgets::faint(ui, crate::ui::format::UNKNOWN)),
            },
            3 => replica_ids(ui, ctx, &one.replicas, &one.isr, one.leader),
            _ => drop(widgets::data_quiet(ui, &one.isr.iter().map(i32::to_string).collect::<Vec<_>>().join(", "))),
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let ctx = self.ctx;
        let Some(one) = self.at(row) else { return };
        if widgets::item(ui, icon::TOPICS, &ctx.t("troubles-open"), None) {
            go(ctx, &one.tp);
        }
        let why = ctx.read_only_why().or_else(|| elect_why_not(ctx, &one.replicas, &one.isr, one.leader));
        if widgets::item_why(ui, icon::CHECK, &ctx.t("partitions-elect-one"), why.as_deref()) {
            let tp = one.tp.clone();
            ctx.with_session(move |session| {
                session.elect_preferred(Some(vec![tp]));
            });
        }
    }
}
