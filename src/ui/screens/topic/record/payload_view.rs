//! A key or a value as JSON, text or hex.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use egui::{Align, Layout, ScrollArea, Ui};

use super::{json::JsonTree, text::TextLines};
use crate::{
    payload::{self, PayloadKind, json::JsonValue},
    ui::{
        ctx::Ctx,
        format,
        theme::{self, fonts},
        widgets::{self, Button},
    },
};

/// A payload up to this is read as JSON at once, in the frame; a larger one in the background.
const JSON_INLINE_BYTES_MAX: usize = 128 * 1024;
/// A larger payload is not read as JSON: text and hex show it.
const JSON_SHOWN_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of text that are shown before "show all".
const TEXT_BYTES_FIRST: usize = 64 * 1024;
/// Bytes of text that are shown at most; copying takes everything.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Height of a line of text or hex, in points.
const LINE: f32 = 18.0;
/// From this width on hex has sixteen bytes a row, else eight; in points.
const HEX_WIDE: f32 = 590.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Text,
    Hex,
}

/// A payload and what was made of it to be shown.
pub struct PayloadView {
    bytes: Option<Bytes>,
    form: Form,
    json: Json,
    text: Option<TextLines>,
    shows_all: bool,
}

enum Json {
    /// It is not JSON, or too large.
    No,
    Reading(Arc<OnceLock<Option<JsonValue>>>),
    Unread,
    Tree(Box<JsonTree>),
}

impl PayloadView {
    pub fn new(bytes: Option<Bytes>) -> Self {
        let slice = bytes.as_deref().unwrap_or_default();
        let container = matches!(slice.trim_ascii_start().first(), Some(b'{' | b'['));
        let json = match slice.len() {
            ..=JSON_INLINE_BYTES_MAX => {
                JsonValue::from_bytes(slice).map_or(Json::No, |value| Json::Tree(JsonTree::new(value).into()))
            }
            _ if container && slice.len() <= JSON_SHOWN_BYTES_MAX => Json::Unread,
            _ => Json::No,
        };
        let form = match (&json, payload::kind_of(bytes.as_deref())) {
            (Json::Tree(_) | Json::Unread, _) => Form::Json,
            (_, PayloadKind::Binary) => Form::Hex,
            _ => Form::Text,
        };
        Self { bytes, form, json, text: None, shows_all: false }
    }

    /// The JSON with one member a line, where it is JSON.
    pub fn pretty(&self) -> Option<String> {
        let slice = self.bytes.as_deref().filter(|_| !matches!(self.json, Json::No))?;
        payload::json::pretty(std::str::from_utf8(slice).ok()?).ok()
    }

    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, salt: &str) {
        let Some(bytes) = self.bytes.clone() else {
            absent(ui, &ctx.t("payload-null"), &ctx.t("payload-null-about"));
            return;
        };
        if bytes.is_empty() {
            absent(ui, &ctx.t("payload-empty"), &ctx.t("payload-empty-about"));
            return;
        }
        self.forms(ui, ctx, &bytes);
        match self.form {
            Form::Json => self.json_ui(ui, ctx, salt),
            Form::Text => self.text_ui(ui, ctx, &bytes, salt),
            Form::Hex => hex_ui(ui, &bytes, salt),
        }
    }

    fn forms(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, bytes: &Bytes) {
        let words = ["JSON".into(), ctx.t("payload-text"), ctx.t("payload-hex")];
        let entries = [(Form::Json, &*words[0]), (Form::Text, &*words[1]), (Form::Hex, &*words[2])];
        let entries = if matches!(self.json, Json::No) { &entries[1..] } else { &entries[..] };
        ui.horizontal(|ui| {
            widgets::segmented(ui, &mut self.form, entries);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let exact = ctx.text.with("payload-bytes", &[("n", bytes.len().into())]);
                widgets::caption(ui, &format::bytes_text(bytes.len() as u64)).on_hover_text(exact);
                if let Json::Tree(tree) = &mut self.json
                    && self.form == Form::Json
                {
                    tree.fold_buttons(ui, ctx);
                }
            });
        });
    }

    fn json_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, salt: &str) {
        match &mut self.json {
            Json::Tree(tree) => tree.ui(ui, ctx, salt),
            Json::Unread => {
                let slot = Arc::new(OnceLock::new());
                if let (Some(session), Some(bytes)) = (ctx.session, self.bytes.clone()) {
                    let (slot, repaint) = (Arc::clone(&slot), ui.ctx().clone());
                    session.handle().spawn_blocking(move || {
                        let _ = slot.set(JsonValue::from_bytes(&bytes));
                        repaint.request_repaint();
                    });
                }
                self.json = Json::Reading(slot);
            }
            Json::Reading(slot) => match Arc::get_mut(slot).and_then(OnceLock::take) {
                Some(Some(value)) => self.json = Json::Tree(JsonTree::new(value).into()),
                Some(None) => (self.json, self.form) = (Json::No, Form::Text),
                None => {
                    // Between the value being set and the thread letting go of it there may be no repaint.
                    ui.ctx().request_repaint_after(std::time::Duration::from_millis(50));
                    widgets::bar(ui, None, &ctx.t("record-loading"));
                }
            },
            Json::No => self.form = Form::Text,
        }
    }

    fn text_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, bytes: &Bytes, salt: &str) {
        let limit = if self.shows_all { TEXT_BYTES_MAX } else { TEXT_BYTES_FIRST };
        if bytes.len() > limit {
            ui.horizontal(|ui| {
                let args = [
                    ("shown", format::bytes_text(limit as u64).into()),
                    ("total", format::bytes_text(bytes.len() as u64).into()),
                ];
                widgets::caption(ui, &ctx.text.with("payload-cut", &args));
                if !self.shows_all && ui.add(Button::bare(&ctx.t("payload-show-all"))).clicked() {
                    (self.shows_all, self.text) = (true, None);
                }
            });
        }
        let lines = self.text.get_or_insert_with(|| TextLines::new(&payload::text::text_view(bytes, limit)));
        lines.ui(ui, salt);
    }
}

fn absent(ui: &mut Ui, word: &str, about: &str) {
    let theme = theme::of(ui);
    ui.label(egui::RichText::new(word).font(fonts::body()).italics().color(theme.quiet));
    widgets::paragraph(ui, about);
}

fn hex_ui(ui: &mut Ui, bytes: &Bytes, salt: &str) {
    let theme = theme::of(ui);
    for (name, number) in payload::binary_numbers(bytes) {
        ui.horizontal(|ui| {
            widgets::caption(ui, name);
            widgets::data(ui, &number);
        });
    }
    let per_row = if ui.available_width() >= HEX_WIDE { 16 } else { 8 };
    let rows = bytes.len().div_ceil(per_row);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt(("hex", salt)).auto_shrink(false).show_rows(ui, LINE, rows, |ui, range| {
        for row in range {
            let part = &bytes[row * per_row..bytes.len().min((row + 1) * per_row)];
            let (digits, letters) = hex_row(part, per_row);
            ui.horizontal(|ui| {
                ui.set_height(LINE);
                ui.spacing_mut().item_spacing.x = 12.0;
                widgets::rich(ui, &format!("{:08x}", row * per_row), fonts::data(), theme.faint);
                widgets::rich(ui, &digits, fonts::data(), theme.text);
                widgets::rich(ui, &letters, fonts::data(), theme.quiet);
            });
        }
    });
}

/// The digits of a row, a space between bytes, and its printable letters.
fn hex_row(part: &[u8], per_row: usize) -> (String, String) {
    let mut digits = String::with_capacity(per_row * 3);
    for index in 0..per_row {
        match part.get(index) {
            Some(byte) => digits.push_str(&format!("{byte:02x} ")),
            None => digits.push_str("   "),
        }
    }
    let letters = part.iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' }).collect();
    (digits, letters)
}
