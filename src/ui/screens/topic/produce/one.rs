//! One record by hand.

use bytes::Bytes;
use egui::Ui;

use super::{headers::HeaderRows, sending::Sending};
use crate::{
    model::{Header, NewRecord, TimestampMillis},
    payload::json::{self, JsonProblem},
    session::{
        TopicFacts,
        produce::{ProduceRequest, parse_time},
        transfers::json_phrase,
    },
    ui::{
        Command,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Button, Field},
    },
};

/// Rows of the value's field before it grows.
const VALUE_ROWS: usize = 9;
/// A longer value is not checked at each keystroke.
const CHECKED_BYTES_MAX: usize = 1024 * 1024;

/// The form.
#[derive(Default)]
pub(super) struct OneForm {
    key: Part,
    value: Part,
    headers: HeaderRows,
    /// Headers of a record that is produced again whose bytes are no text; sent as they are.
    kept_headers: Vec<Header>,
    explicit_time: bool,
    time: String,
    verdict: Verdict,
}

/// A key or value.
#[derive(Default)]
struct Part {
    null: bool,
    text: String,
    /// Bytes that are no text, from a record that is produced again; sent as they are.
    bytes: Option<Bytes>,
}

/// What the value looks like.
#[derive(Default, PartialEq)]
enum Verdict {
    #[default]
    Empty,
    Json,
    /// Looks like JSON and is none: where and why.
    Broken {
        line: usize,
        column: usize,
        why: JsonProblem,
    },
    Text,
    TooLong,
}

impl Part {
    fn of(bytes: Option<Bytes>) -> Self {
        match bytes.as_deref().map(std::str::from_utf8) {
            None => Self { null: true, ..Self::default() },
            Some(Ok(text)) => Self { text: text.to_owned(), ..Self::default() },
            Some(Err(_)) => Self { bytes, ..Self::default() },
        }
    }

    fn bytes(&self) -> Option<Bytes> {
        if self.null {
            return None;
        }
        Some(self.bytes.clone().unwrap_or_else(|| Bytes::copy_from_slice(self.text.as_bytes())))
    }
}

impl OneForm {
    /// Fills in a record to be produced again. Partition and timestamp are left to choose: again is now.
    pub(super) fn fill(&mut self, record: NewRecord) {
        self.key = Part::of(record.key);
        self.value = Part::of(record.value);
        self.verdict = judge(&self.value.text);
        self.headers.rows.clear();
        self.kept_headers.clear();
        for header in record.headers {
            let value = header.value.as_deref().map(std::str::from_utf8);
            match (std::str::from_utf8(&header.key), value) {
                (Ok(key), Some(Ok(value))) => self.headers.rows.push((key.to_owned(), value.to_owned())),
                _ => self.kept_headers.push(header),
            }
        }
        self.explicit_time = false;
    }

    /// Draws the form.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &mut Sending) {
        self.key_ui(ui, ctx);
        self.value_ui(ui, ctx);
        self.headers.ui(ui, ctx);
        self.kept_headers_ui(ui, ctx);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 24.0;
            sending.partition_ui(ui, ctx, topic);
            self.time_ui(ui, ctx);
        });
        sending.more_ui(ui, ctx);
    }

    /// The button that sends; `send` is Ctrl+Enter.
    pub(super) fn send_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &Sending, send: bool) {
        let fault = self.fault(ctx);
        let fault = ctx.unless_read_only(fault.as_deref());
        let verb = ctx.t("produce-verb");
        let keys = Command::Send.keys(ui.ctx()).unwrap_or_default();
        let clicked = ui.add(Button::primary(&verb).keys(&keys).unless(fault.as_deref())).clicked();
        if (clicked || send) && fault.is_none() {
            self.send(ctx, topic, sending);
        }
    }

    fn fault(&self, ctx: &Ctx<'_>) -> Option<String> {
        let unreadable = self.explicit_time && parse_time(self.time.trim()).is_none();
        unreadable.then(|| ctx.t("produce-time-fault").to_string())
    }

    fn send(&self, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &Sending) {
        let header = |(key, value): &(String, String)| Header {
            key: Bytes::copy_from_slice(key.as_bytes()),
            value: Some(Bytes::copy_from_slice(value.as_bytes())),
        };
        let record = NewRecord {
            partition: sending.partition,
            timestamp: self.timestamp(),
            key: self.key.bytes(),
            value: self.value.bytes(),
            headers: self.headers.filled().map(header).chain(self.kept_headers.iter().cloned()).collect(),
        };
        let request = ProduceRequest {
            topic: topic.name.to_string(),
            records: vec![record],
            acks: sending.acks,
            compression: sending.compression,
        };
        ctx.with_session(move |session| session.produce_log().send(session, request));
    }

    fn timestamp(&self) -> Option<TimestampMillis> {
        if self.explicit_time { parse_time(self.time.trim()) } else { None }
    }

    fn key_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let label = ctx.t("produce-key");
        let null = ctx.t("produce-key-null");
        if let Some(bytes) = &self.key.bytes {
            if kept(ui, ctx, &label, bytes.len()) {
                self.key = Part::default();
            }
            return;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            let field = Field { mono: true, width: (ui.available_width() - 140.0).max(160.0), ..Field::new(&label) };
            if self.key.null {
                null_field(ui, &label, field.width);
            } else {
                widgets::text_field(ui, &field, &mut self.key.text);
            }
            ui.vertical(|ui| {
                ui.add_space(18.0);
                widgets::switch(ui, &mut self.key.null, &null);
            });
        });
    }

    fn value_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let label = ctx.t("produce-value");
        if let Some(bytes) = &self.value.bytes {
            if kept(ui, ctx, &label, bytes.len()) {
                self.value = Part::default();
            }
            return;
        }
        if self.value.null {
            null_field(ui, &label, ui.available_width());
        } else {
            let fault = self.broken(ctx);
            let field = Field { mono: true, fault: fault.as_deref(), ..Field::new(&label) };
            if widgets::multiline(ui, &field, &mut self.value.text, VALUE_ROWS).changed() {
                self.verdict = judge(&self.value.text);
            }
        }
        self.value_bar(ui, ctx);
    }

    /// What the value is, and what can be done to it.
    fn value_bar(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = theme::of(ui);
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL);
            widgets::switch(ui, &mut self.value.null, &ctx.t("produce-value-null"));
            if self.value.null {
                widgets::faint(ui, &ctx.t("produce-value-null-about"));
                return;
            }
            ui.add_space(8.0);
            match self.verdict {
                Verdict::Json => {
                    widgets::chip(ui, icon::CHECK, "JSON", theme.good);
                }
                Verdict::Text => {
                    widgets::chip_plain(ui, &ctx.t("produce-value-text"), theme.note);
                }
                Verdict::Broken { .. } => {
                    widgets::chip(ui, icon::CARE, &ctx.t("produce-value-broken"), theme.care)
                        .on_hover_text(&*ctx.t("produce-value-broken-about"));
                }
                Verdict::TooLong => {
                    widgets::chip_plain(ui, &ctx.t("produce-value-unchecked"), theme.note);
                }
                Verdict::Empty => {}
            }
            widgets::data_quiet(ui, &format::bytes_text(self.value.text.len() as u64));
            if self.verdict == Verdict::Json {
                self.format_buttons(ui, ctx);
            }
        });
    }

    fn format_buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if ui.add(Button::bare(&ctx.t("produce-format"))).clicked()
            && let Ok(pretty) = json::pretty(&self.value.text)
        {
            self.value.text = pretty;
        }
        if ui.add(Button::bare(&ctx.t("produce-compact"))).clicked()
            && let Ok(compact) = json::compact(&self.value.text)
        {
            self.value.text = compact;
        }
    }

    fn broken(&self, ctx: &Ctx<'_>) -> Option<String> {
        let Verdict::Broken { line, column, why } = &self.verdict else { return None };
        let args = [
            ("line", (*line as f64).into()),
            ("column", (*column as f64).into()),
            ("why", ctx.text.say(&json_phrase(why)).into()),
        ];
        Some(ctx.text.with("produce-json-fault", &args))
    }

    fn kept_headers_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.kept_headers.is_empty() {
            return;
        }
        let count = self.kept_headers.len() as f64;
        ui.horizontal(|ui| {
            widgets::quiet(ui, &ctx.text.with("produce-headers-kept", &[("count", count.into())]));
            if widgets::link(ui, &ctx.t("produce-kept-drop")).clicked() {
                self.kept_headers.clear();
            }
        });
    }

    fn time_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::caption(ui, &ctx.t("produce-time"));
            ui.horizontal(|ui| {
                let (now, explicit) = (ctx.t("produce-time-now"), ctx.t("produce-time-explicit"));
                let entries = [(false, &*now), (true, &*explicit)];
                if widgets::segmented(ui, &mut self.explicit_time, &entries) && self.time.is_empty() {
                    self.time = ctx.now.to_string();
                }
                if self.explicit_time {
                    self.time_field(ui, ctx);
                }
            });
        });
    }

    fn time_field(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = theme::of(ui);
        let read = parse_time(self.time.trim());
        let edge = if read.is_none() { theme.bad } else { theme.edge };
        let edit = egui::TextEdit::singleline(&mut self.time)
            .font(egui::FontSelection::FontId(fonts::data()))
            .hint_text("2026-01-31T12:00:00Z")
            .desired_width(190.0)
            .frame(
                egui::Frame::new()
                    .fill(if theme.dark { theme.window } else { theme.panel })
                    .stroke(egui::Stroke::new(1.0, edge))
                    .corner_radius(theme::RADIUS)
                    .inner_margin(egui::Margin::symmetric(8, 5)),
            );
        let response = ui.add(edit).accessible_name(ctx.t("produce-time-explicit").to_string());
        response.on_hover_text(&*ctx.t("produce-time-about"));
        match read {
            Some(at) => widgets::faint(ui, &ctx.format.time(at)),
            None => widgets::rich(ui, &ctx.t("produce-time-fault"), fonts::caption(), theme.bad),
        };
    }
}

/// Bytes that are no text, kept as they are; true when they should go.
fn kept(ui: &mut Ui, ctx: &Ctx<'_>, label: &str, bytes: usize) -> bool {
    widgets::caption(ui, label);
    ui.horizontal(|ui| {
        let size = format::bytes_text(bytes as u64);
        widgets::quiet(ui, &ctx.text.with("produce-bytes-kept", &[("size", size.into())]));
        widgets::link(ui, &ctx.t("produce-kept-drop")).clicked()
    })
    .inner
}

/// The place of a field whose value is null.
fn null_field(ui: &mut Ui, label: &str, width: f32) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let theme = theme::of(ui);
        widgets::caption(ui, label);
        let (rect, _) = ui.allocate_exact_size(egui::vec2(width, theme::CONTROL), egui::Sense::hover());
        let edge = egui::Stroke::new(1.0, theme.hairline);
        ui.painter().rect(rect, theme::RADIUS, egui::Color32::TRANSPARENT, edge, egui::StrokeKind::Inside);
        let at = rect.left_center() + egui::vec2(8.0, 0.0);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, "null", fonts::data(), theme.faint);
    });
}

/// Whether a text is JSON, looks like JSON but is none, or is just text.
fn judge(text: &str) -> Verdict {
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Verdict::Empty;
    }
    if text.len() > CHECKED_BYTES_MAX {
        return Verdict::TooLong;
    }
    match json::check(text) {
        Ok(()) => Verdict::Json,
        Err(error) if trimmed.starts_with(['{', '[']) => {
            Verdict::Broken { line: error.line, column: error.column, why: error.problem }
        }
        Err(_) => Verdict::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_judged_with_line_and_column() {
        assert!(judge(" ") == Verdict::Empty);
        assert!(judge("{\"a\": [1, 2]}") == Verdict::Json);
        assert!(judge("hello") == Verdict::Text);
        let Verdict::Broken { line, column, .. } = judge("{\n  \"a\": 1,\n  oops\n}") else {
            panic!("it is broken");
        };
        assert_eq!((line, column), (3, 3));
    }

    #[test]
    fn a_record_that_is_produced_again_keeps_what_is_no_text() {
        let mut form = OneForm::default();
        let headers = vec![
            Header { key: "a".into(), value: Some("1".into()) },
            Header { key: "b".into(), value: None },
            Header { key: "a".into(), value: Some("2".into()) },
        ];
        form.fill(NewRecord {
            key: None,
            value: Some(Bytes::from_static(b"\xff\x00")),
            headers,
            ..NewRecord::default()
        });
        assert_eq!(form.key.bytes(), None);
        assert_eq!(form.value.bytes().as_deref(), Some(&b"\xff\x00"[..]));
        assert_eq!(form.headers.rows, [("a".into(), "1".into()), ("a".into(), "2".into())]);
        assert_eq!(form.kept_headers.len(), 1);
    }
}
