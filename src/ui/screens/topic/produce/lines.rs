//! Many records from pasted JSON Lines; bad lines are shown with their numbers before anything is sent.

use egui::{ScrollArea, Ui};

use super::sending::Sending;
use crate::{
    session::{
        TopicFacts,
        produce::{LineForm, PASTED_BYTES_MAX, PASTED_RECORDS_MAX, PasteCut, PastedLines, ProduceRequest, read_lines},
    },
    ui::{
        Command,
        ctx::Ctx,
        format, icon,
        theme::{self, fonts},
        widgets::{self, Button, Field},
    },
};

/// Rows of the field; more scroll.
const ROWS: usize = 12;

/// The form.
#[derive(Default)]
pub(super) struct LinesForm {
    text: String,
    form: LineForm,
    read: PastedLines,
}

impl LinesForm {
    /// Draws the form.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &mut Sending) {
        self.form_ui(ui, ctx);
        let label = ctx.t("produce-lines");
        let field = Field { mono: true, hint: hint(self.form), ..Field::new(&label) };
        let scroll = ScrollArea::vertical().id_salt("lines").max_height(300.0).auto_shrink([false, true]);
        let changed = scroll.show(ui, |ui| widgets::multiline(ui, &field, &mut self.text, ROWS).changed()).inner;
        if changed {
            self.read = read_lines(&self.text, self.form);
        }
        self.verdict(ui, ctx);
        ui.horizontal_top(|ui| sending.partition_ui(ui, ctx, topic));
        sending.more_ui(ui, ctx);
    }

    fn form_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            widgets::quiet(ui, &ctx.t("produce-lines-form"));
            let (record, value) = (ctx.t("produce-lines-record"), ctx.t("produce-lines-value"));
            let entries = [(LineForm::Record, &*record), (LineForm::Value, &*value)];
            if widgets::segmented(ui, &mut self.form, &entries) {
                self.read = read_lines(&self.text, self.form);
            }
        });
    }

    /// How many lines can be sent, and which not.
    fn verdict(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let theme = theme::of(ui);
        if let Some(cut) = self.read.cut {
            let words = match cut {
                PasteCut::Bytes => {
                    let size = format::bytes_text(PASTED_BYTES_MAX as u64);
                    ctx.text.with("produce-lines-too-long", &[("size", size.into())])
                }
                PasteCut::Records => {
                    let max = PASTED_RECORDS_MAX as f64;
                    ctx.text.with("produce-lines-too-many", &[("max", max.into())])
                }
            };
            widgets::rich(ui, &words, fonts::body(), theme.bad);
        }
        if self.read.bad_count == 0 {
            return;
        }
        let bad = self.read.bad_count as f64;
        ui.horizontal(|ui| {
            icon::show(ui, icon::CARE, theme.care);
            widgets::body(ui, &ctx.text.with("produce-lines-bad", &[("count", bad.into())]));
        });
        let scroll = ScrollArea::vertical().id_salt("bad lines").max_height(110.0).auto_shrink([false, true]);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = 18.0;
        scroll.show_rows(ui, 18.0, self.read.bad.len(), |ui, rows| {
            for line in self.read.bad.get(rows).unwrap_or_default() {
                ui.horizontal(|ui| {
                    let number = ctx.text.with("produce-lines-number", &[("n", (line.line as f64).into())]);
                    widgets::data_quiet(ui, &number);
                    widgets::elided(ui, &line.why, fonts::body(), theme.quiet);
                });
            }
        });
    }

    /// The button that sends; `send` is Ctrl+Enter.
    pub(super) fn send_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &Sending, send: bool) {
        let (good, bad) = (self.read.records.len(), self.read.bad_count);
        let args = [("good", (good as f64).into()), ("bad", (bad as f64).into())];
        let verb = match bad {
            0 => ctx.text.with("produce-lines-verb", &args),
            _ => ctx.text.with("produce-lines-verb-skip", &args),
        };
        let none = ctx.t("produce-lines-none");
        let why_not = ctx.unless_read_only((good == 0 || self.read.cut.is_some()).then_some(&*none));
        let keys = Command::Send.keys(ui.ctx()).unwrap_or_default();
        let clicked = ui.add(Button::primary(&verb).keys(&keys).unless(why_not.as_deref())).clicked();
        let waiting = ctx.session.is_some_and(|s| s.produce_log().waiting() > 0);
        if waiting {
            widgets::quiet(ui, &ctx.t("produce-sending"));
        }
        // One paste is sent at a time: a second press while it is on its way would send everything twice.
        if (clicked || send) && why_not.is_none() && !waiting {
            self.send(ctx, topic, sending);
        }
    }

    fn send(&self, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &Sending) {
        let mut records = self.read.records.clone();
        for record in &mut records {
            // What stands in the line wins; the choice is for lines that say nothing.
            record.partition = record.partition.or(sending.partition);
        }
        let request = ProduceRequest {
            topic: topic.name.to_string(),
            records,
            acks: sending.acks,
            compression: sending.compression,
        };
        ctx.with_session(move |session| session.produce_log().send(session, request));
    }
}

fn hint(form: LineForm) -> &'static str {
    match form {
        LineForm::Record => {
            "{\"key\":\"ord-1\",\"value\":{\"total\":19.90},\"headers\":[[\"source\",\"web\"]]}\n{\"key\":\"ord-2\",\"value\":null}"
        }
        LineForm::Value => "{\"order\":\"ord-1\",\"total\":19.90}\n{\"order\":\"ord-2\",\"total\":27.25}",
    }
}
