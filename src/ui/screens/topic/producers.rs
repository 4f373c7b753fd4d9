//! Topic > Producers: who truly produces here, as their requests showed.

use std::sync::Arc;

use egui::Ui;

use crate::{
    model::TimestampMillis,
    session::{Loadable, TopicFacts, clients::ProducerView, programs::programs_of},
    ui::{
        Place,
        ctx::Ctx,
        format, icon,
        theme::{self, AROUND, fonts},
        widgets::{self, Column, Rows, Table, TableState},
    },
};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct ProducersTab {
    table: TableState,
    found: Loadable<Vec<ProducerView>>,
    /// The picture of the cluster that they were asked for with.
    looked_at: Option<TimestampMillis>,
    order: Vec<usize>,
}

impl ProducersTab {
    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        self.load(ctx, topic);
        super::edge_to_edge(ui, |ui| {
            let Some(inspector) = ctx.session.map(|session| session.inspector().is_some()) else { return };
            if !inspector {
                widgets::empty(ui, icon::CONNECTIONS, &ctx.t("producers-remote"), None);
                return;
            }
            let Some(found) = self.found.value() else { return };
            if found.is_empty() {
                let verb = ctx.t(crate::ui::Command::ConnectApp.text_id());
                if widgets::empty(ui, icon::SEND, &ctx.t("producers-none"), Some(&verb)).is_some_and(|r| r.clicked()) {
                    ctx.go(Place::ConnectApp);
                }
                return;
            }
            egui::Frame::new()
                .inner_margin(egui::Margin { left: AROUND as i8, right: AROUND as i8, top: 8, bottom: 8 })
                .show(ui, |ui| widgets::quiet(ui, &ctx.t("producers-about")));
            self.table(ui, ctx, &found);
        });
    }

    /// Producers are looked up anew with each picture of the cluster.
    fn load(&mut self, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let Some(session) = ctx.session else { return };
        if self.looked_at == Some(ctx.facts.at) {
            return;
        }
        self.looked_at = Some(ctx.facts.at);
        session.load_producers(Arc::clone(&topic.name), &self.found);
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, found: &[ProducerView]) {
        let ids = [
            "producers-client",
            "producers-id",
            "producers-acks",
            "producers-compression",
            "producers-batch",
            "producers-records",
            "producers-partitions",
            "producers-last",
        ];
        let words = ids.map(|id| ctx.t(id));
        let columns = [
            Column::left("client", &words[0], 150.0).sorts().grows().stays(),
            Column::left("producer", &words[1], 190.0).sorts(),
            Column::left("acks", &words[2], 70.0),
            Column::left("compression", &words[3], 110.0),
            Column::right("batch", &words[4], 190.0),
            Column::right("records", &words[5], 110.0).sorts(),
            Column::left("partitions", &words[6], 180.0).grows(),
            Column::right("last", &words[7], 110.0).sorts(),
        ];
        self.order = ordered(found, self.table.sort());
        let name = ctx.t("topic-tab-producers");
        let mut rows = ProducerRows { ctx, found, order: &self.order };
        let response = Table::new("producers", &name, &columns).sorted_by("last", true).primary().show(
            ui,
            ctx,
            &mut self.table,
            &mut rows,
        );
        let opened = response.opened.and_then(|row| rows.at(row));
        if let Some(producer) = opened {
            open_client(ctx, producer);
        }
    }
}

fn ordered(found: &[ProducerView], sort: Option<(&str, bool)>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    let Some((column, descending)) = sort else { return order };
    match column {
        "producer" => order.sort_by_key(|index| found[*index].producer_id),
        "records" => order.sort_by_key(|index| found[*index].records),
        "last" => order.sort_by_key(|index| found[*index].last_at),
        _ => order.sort_by(|a, b| found[*a].by.client_id.cmp(&found[*b].by.client_id)),
    }
    if descending {
        order.reverse();
    }
    order
}

/// To the client's page, where it is still known.
fn open_client(ctx: &Ctx<'_>, producer: &ProducerView) {
    let programs = programs_of(&ctx.facts.clients, ctx.now);
    match programs.into_iter().find(|program| program.has(producer.by.connection)) {
        Some(program) => ctx.go(Place::Client { key: program.key }),
        None => ctx.go(Place::Connections),
    }
}

struct ProducerRows<'a, 'c> {
    ctx: &'a Ctx<'c>,
    found: &'a [ProducerView],
    order: &'a [usize],
}

impl<'a> ProducerRows<'a, '_> {
    fn at(&self, row: u64) -> Option<&'a ProducerView> {
        self.found.get(*self.order.get(usize::try_from(row).ok()?)?)
    }
}

impl Rows for ProducerRows<'_, '_> {
    fn count(&self) -> u64 {
        self.order.len() as u64
    }

    fn name(&self, row: u64) -> String {
        self.at(row).map_or_else(String::new, |producer| {
            format!("{}, {}", client(self.ctx, producer), in_words(self.ctx, producer))
        })
    }

    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize) {
        let (ctx, theme) = (self.ctx, theme::of(ui));
        let Some(producer) = self.at(row) else { return };
        match column {
            0 => {
                let color = if producer.connected { theme.text } else { theme.faint };
                let shown = widgets::elided(ui, &client(ctx, producer), fonts::medium(13.0), color);
                if !producer.connected {
                    shown.on_hover_text(&*ctx.t("clients-left"));
                }
            }
            1 => drop(widgets::elided(ui, &identity(ctx, producer), fonts::data(), theme.quiet)),
            2 => drop(widgets::data(ui, &acks(producer.acks))),
            3 => drop(widgets::data_quiet(ui, producer.compression.as_str())),
            4 => drop(widgets::data(ui, &batch(ctx, producer))),
            5 => drop(widgets::data(ui, &format::count(producer.records))),
            6 => drop(widgets::elided(ui, &partitions(producer), fonts::data(), theme.quiet)),
            _ => {
                let ago = ctx.format.ago(ctx.now, producer.last_at);
                widgets::quiet(ui, &ago).on_hover_text(ctx.format.time(producer.last_at));
            }
        }
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu(&mut self, ui: &mut Ui, row: u64) {
        let Some(producer) = self.at(row) else { return };
        if widgets::item(ui, icon::CONNECTIONS, &self.ctx.t("producers-open-client"), Some("Enter")) {
            open_client(self.ctx, producer);
        }
    }
}

fn client(ctx: &Ctx<'_>, producer: &ProducerView) -> String {
    match &*producer.by.client_id {
        "" => ctx.t("clients-no-id").to_string(),
        id => id.to_owned(),
    }
}

/// `-1` is how the protocol says `all`.
fn acks(acks: i16) -> String {
    if acks == -1 { "all".to_owned() } else { acks.to_string() }
}

/// Producer id and epoch, where it is idempotent.
fn identity(ctx: &Ctx<'_>, producer: &ProducerView) -> String {
    if producer.producer_id < 0 {
        return ctx.t("producers-not-idempotent").to_string();
    }
    let args = [("id", producer.producer_id.to_string().into()), ("epoch", producer.producer_epoch.to_string().into())];
    ctx.text.with(if producer.transactional { "producers-transactional" } else { "producers-idempotent" }, &args)
}

fn batch(ctx: &Ctx<'_>, producer: &ProducerView) -> String {
    let records = (producer.records_per_batch() * 10.0).round() / 10.0;
    let size = format::bytes_text(producer.bytes_per_batch() as u64);
    ctx.text.with("producers-batch-of", &[("records", format::short(records).into()), ("size", size.into())])
}

/// Last sequence of each partition: `0: 1,204`.
fn partitions(producer: &ProducerView) -> String {
    let one = |partition: &crate::session::clients::ProducerPartition| match partition.last_sequence {
        ..0 => partition.partition.to_string(),
        sequence => format!("{}: {}", partition.partition, format::integer(sequence.into())),
    };
    producer.partitions.iter().map(one).collect::<Vec<_>>().join("  ")
}

/// All of it as one line, for the details of a client.
pub fn in_words(ctx: &Ctx<'_>, producer: &ProducerView) -> String {
    let mut parts = vec![
        identity(ctx, producer),
        format!("acks={}", acks(producer.acks)),
        batch(ctx, producer),
        producer.compression.as_str().to_owned(),
    ];
    if let Some(last) = producer.partitions.iter().max_by_key(|p| p.last_at).filter(|p| p.last_sequence >= 0) {
        let args = [("n", format::integer(last.last_sequence.into()).into())];
        parts.push(ctx.text.with("producers-sequence", &args));
    }
    parts.push(ctx.text.with("producers-last-sent", &[("ago", ctx.format.ago(ctx.now, producer.last_at).into())]));
    parts.join(" · ")
}
