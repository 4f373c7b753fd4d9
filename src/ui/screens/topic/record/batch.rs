//! The batch that a record came in, and the record's own figures.

use egui::{Align, Layout, Ui};

use crate::{
    model::{BatchFacts, Record, TimestampType, TransactionFate},
    ui::{ctx::Ctx, format, theme, widgets},
};

/// Width of the names, in points.
const NAMES: f32 = 130.0;

pub fn ui(ui: &mut Ui, ctx: &Ctx<'_>, record: &Record) {
    let batch = &*record.batch;
    let number = |n: i64| if n < 0 { format::UNKNOWN.to_owned() } else { n.to_string() };
    let yes_no = |yes: bool| ctx.t(if yes { "yes" } else { "no" }).to_string();
    let set_by = match batch.timestamp_type {
        TimestampType::CreateTime => "batch-create-time",
        TimestampType::LogAppendTime => "batch-append-time",
    };
    widgets::caption(ui, &ctx.t("batch-of-record"));
    let payload = record.payload_bytes() as u64;
    let rows = [
        ("batch-timestamp", ctx.format.time(record.timestamp)),
        ("batch-timestamp-epoch", record.timestamp.to_string()),
        ("batch-timestamp-type", ctx.t(set_by).to_string()),
        ("batch-payload", ctx.text.with("payload-bytes", &[("n", payload.into())])),
    ];
    list(ui, ctx, &rows);
    ui.add_space(8.0);
    widgets::caption(ui, &ctx.t("batch-of-batch"));
    let rows = [
        ("batch-base-offset", format::integer(batch.base_offset)),
        ("batch-last-offset", format::integer(batch.last_offset)),
        ("batch-records", format::integer(batch.record_count.into())),
        ("batch-size", ctx.text.with("payload-bytes", &[("n", batch.size_bytes.into())])),
        ("batch-compression", batch.compression.as_str().to_owned()),
        ("batch-leader-epoch", number(batch.leader_epoch.into())),
        ("batch-producer-id", number(batch.producer_id)),
        ("batch-producer-epoch", number(batch.producer_epoch.into())),
        ("batch-base-sequence", number(batch.base_sequence.into())),
        ("batch-transactional", yes_no(batch.transactional)),
        ("batch-fate", fate(ctx, batch)),
    ];
    list(ui, ctx, &rows);
}

/// What became of its transaction, where that is known.
fn fate(ctx: &Ctx<'_>, batch: &BatchFacts) -> String {
    let id = match batch.fate {
        None => return format::UNKNOWN.to_owned(),
        Some(TransactionFate::Open) => "messages-txn-open",
        Some(TransactionFate::Committed) => "messages-txn-committed",
        Some(TransactionFate::Aborted) => "messages-txn-aborted",
    };
    ctx.t(id).to_string()
}

fn list(ui: &mut Ui, ctx: &Ctx<'_>, rows: &[(&str, String)]) {
    ui.spacing_mut().item_spacing.y = 0.0;
    for (id, value) in rows {
        ui.horizontal(|ui| {
            ui.set_min_height(24.0);
            ui.allocate_ui_with_layout(egui::vec2(NAMES, 24.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(NAMES);
                widgets::quiet(ui, &ctx.t(id));
            });
            let words = egui::RichText::new(value).font(theme::data()).color(theme::of(ui).text);
            ui.add(egui::Label::new(words).truncate().selectable(true));
        });
    }
}
