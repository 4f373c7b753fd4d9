//! What stands in the cells of a record's row.

use egui::{Rect, Sense, TextFormat, Ui, Vec2, text::LayoutJob};

use super::{HEADERS, KEY, MessageRows, TIME, VALUE};
use crate::{
    model::TransactionFate,
    payload,
    session::browse::{EndMarker, RowRecord},
    ui::{
        ctx::{Ctx, TimeDisplay},
        format, icon,
        theme::{self, fonts},
        widgets,
    },
};

/// Characters of a key or value that a cell lays out.
pub(super) const PREVIEW_CHARS_MAX: usize = 240;
/// Bytes shown before a hit that stands deep inside a value.
const BEFORE_HIT_BYTES: usize = 16;
/// Hits marked in one cell.
const MARKS_MAX: usize = 8;

impl MessageRows<'_> {
    pub(super) fn record_cell(&self, ui: &mut Ui, record: &RowRecord, kind: usize) {
        let fate = record.batch.fate;
        let passed_over = matches!(fate, Some(TransactionFate::Open | TransactionFate::Aborted));
        if kind == VALUE
            && let Some(fate) = fate
        {
            fate_chip(ui, self.ctx, fate);
        }
        if passed_over && self.transactions.committed_only && matches!(kind, KEY | VALUE | HEADERS) {
            if kind == VALUE {
                widgets::faint(ui, &self.ctx.t("messages-passed-over"));
            }
            return;
        }
        match kind {
            TIME => {
                let words = match (self.ctx.settings.times, self.short_time) {
                    (TimeDisplay::Epoch, _) | (_, false) => self.ctx.format.time(record.timestamp),
                    (_, true) if record.timestamp < 0 => format::UNKNOWN.to_owned(),
                    (_, true) => self.ctx.format.axis(record.timestamp, "%m-%d %H:%M:%S%.3f"),
                };
                widgets::data_quiet(ui, &words);
            }
            KEY => self.bytes(ui, record.key.as_deref()),
            VALUE => self.bytes(ui, record.value.as_deref()),
            HEADERS => self.headers(ui, record),
            _ => {
                widgets::data_quiet(ui, &format::bytes_text(record.payload_bytes as u64));
            }
        }
    }

    fn bytes(&self, ui: &mut Ui, bytes: Option<&[u8]>) {
        let theme = theme::of(ui);
        let Some(bytes) = bytes else {
            absent(ui, &self.ctx.t("payload-null"));
            return;
        };
        if bytes.is_empty() {
            absent(ui, &self.ctx.t("payload-empty"));
            return;
        }
        let hit = self.marker.and_then(|search| search.find(bytes));
        let shown = match &hit {
            // A hit far inside would be out of sight: the cell then begins a little before it.
            Some(hit) if hit.start > 3 * BEFORE_HIT_BYTES => &bytes[char_start(bytes, hit.start - BEFORE_HIT_BYTES)..],
            _ => bytes,
        };
        let preview = payload::preview(shown, PREVIEW_CHARS_MAX);
        let lead = if shown.len() < bytes.len() { "…" } else { "" };
        let text = format!("{lead}{}", preview.text);
        let color = if preview.hex { theme.quiet } else { theme.text };
        let format = TextFormat { font_id: fonts::data(), color, ..TextFormat::default() };
        let mut job = LayoutJob::default();
        let mut at = 0;
        if hit.is_some()
            && let Some(search) = self.marker
        {
            for mark in search.find_all(text.as_bytes(), MARKS_MAX) {
                if !text.is_char_boundary(mark.start) || !text.is_char_boundary(mark.end) {
                    continue;
                }
                job.append(&text[at..mark.start], 0.0, format.clone());
                let marked = TextFormat { background: theme.tinted(theme.care), ..format.clone() };
                job.append(&text[mark.start..mark.end], 0.0, marked);
                at = mark.end;
            }
        }
        job.append(&text[at..], 0.0, format);
        // The details show all of it; words that follow the pointer would only hide the rows below.
        ui.add(egui::Label::new(job).truncate().show_tooltip_when_elided(false).selectable(false));
    }

    fn headers(&self, ui: &mut Ui, record: &RowRecord) {
        if record.header_count == 0 {
            return;
        }
        let theme = theme::of(ui);
        let words: Vec<String> = record
            .headers
            .iter()
            .map(|header| {
                let key = payload::preview(&header.key, 40).text;
                match &header.value {
                    Some(value) => format!("{key}={}", payload::preview(value, 40).text),
                    None => key,
                }
            })
            .collect();
        let more = record.header_count - record.headers.len();
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        let words = format!("{}{more}", words.join(" "));
        widgets::elided(ui, &words, fonts::data(), theme.quiet);
    }
}

/// What became of a record's transaction: shape, word and colour.
fn fate_chip(ui: &mut Ui, ctx: &Ctx<'_>, fate: TransactionFate) {
    let theme = theme::of(ui);
    let (glyph, color, word, about) = match fate {
        TransactionFate::Open => (icon::CIRCLE, theme.care, "messages-txn-open", "messages-txn-open-about"),
        TransactionFate::Committed => {
            (icon::CHECK, theme.good, "messages-txn-committed", "messages-txn-committed-about")
        }
        TransactionFate::Aborted => (icon::CLOSE, theme.bad, "messages-txn-aborted", "messages-txn-aborted-about"),
    };
    widgets::chip(ui, glyph, &ctx.t(word), color).on_hover_text(&*ctx.t(about));
}

/// The marker that ends a transaction.
pub(super) fn marker_cell(ui: &mut Ui, ctx: &Ctx<'_>, marker: EndMarker) {
    let theme = theme::of(ui);
    let (glyph, color, id) = match marker.committed {
        true => (icon::CHECK, theme.good, "messages-marker-commit"),
        false => (icon::CLOSE, theme.bad, "messages-marker-abort"),
    };
    icon::show(ui, glyph, color);
    let args =
        [("producer", marker.producer_id.to_string().into()), ("epoch", marker.producer_epoch.to_string().into())];
    widgets::elided(ui, &ctx.text.with(id, &args), fonts::body(), theme.quiet);
}

/// The coloured square of a partition and its number.
pub(super) fn partition(ui: &mut Ui, id: i32) {
    let color = theme::of(ui).series(id.max(0) as usize);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(6.0, 16.0), Sense::hover());
    ui.painter().rect_filled(Rect::from_center_size(rect.center(), Vec2::splat(6.0)), 1.0, color);
    widgets::rich(ui, &id.to_string(), fonts::data(), color);
}

/// What is not there is written in another face than data, so that the text "null" is not taken for it.
fn absent(ui: &mut Ui, word: &str) {
    let color = theme::of(ui).faint;
    ui.label(egui::RichText::new(word).font(fonts::body()).italics().color(color));
}

/// The start of the UTF-8 character that holds this byte, where the bytes are text.
fn char_start(bytes: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at).rev().find(|at| bytes[*at] & 0b1100_0000 != 0b1000_0000).unwrap_or(at)
}
