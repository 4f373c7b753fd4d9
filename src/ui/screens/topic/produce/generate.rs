//! Records from a template at a rate: the form, a preview, and the placeholders to choose from.

mod parts;

use egui::{ScrollArea, Ui};

use self::parts::{fault_words, number, placeholder_row, preview_row, running, summary, topic_words};
use super::{headers::HeaderRows, sending::Sending};
use crate::{
    model::NewRecord,
    session::{
        Event, Phrase, Problem, TopicFacts,
        generator::{
            self, EXAMPLES, Field as TemplateField, GeneratorPlan, PLACEHOLDERS, PlaceholderTopic, RATE_PER_SECOND_MAX,
            RecordTemplate, TemplateError, Until,
        },
    },
    ui::{
        Command,
        ctx::Ctx,
        theme::{self, fonts},
        widgets::{self, Button, Field},
    },
};

/// Records in the preview.
const PREVIEW_RECORDS: usize = 3;
const VALUE_ROWS: usize = 8;

/// When the generator ends, as it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Minutes,
    Records,
    Stopped,
}

/// Which field a placeholder goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Key,
    Value,
}

/// The form.
pub(super) struct GenerateForm {
    null_key: bool,
    key: String,
    value: String,
    headers: HeaderRows,
    per_second: String,
    end: End,
    minutes: String,
    records: String,
    seed: String,
    /// For the preview, and for a generator without a chosen seed.
    chance_seed: u64,
    target: Target,
    /// Where the cursor was in the target, in characters.
    cursor: Option<usize>,
    shown: Option<Result<Vec<NewRecord>, TemplateError>>,
}

impl Default for GenerateForm {
    fn default() -> Self {
        let example = &EXAMPLES[0];
        Self {
            null_key: false,
            key: example.key.to_owned(),
            value: example.value.to_owned(),
            headers: HeaderRows::default(),
            per_second: "20".to_owned(),
            end: End::Minutes,
            minutes: "5".to_owned(),
            records: "1000".to_owned(),
            seed: String::new(),
            chance_seed: 1,
            target: Target::Value,
            cursor: None,
            shown: None,
        }
    }
}

impl GenerateForm {
    /// Draws the form.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &mut Sending) {
        running(ui, ctx, topic);
        self.examples(ui, ctx);
        self.templates(ui, ctx);
        if self.headers.ui(ui, ctx) {
            self.shown = None;
        }
        self.preview(ui, ctx);
        self.pace(ui, ctx);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            sending.partition_ui(ui, ctx, topic);
            self.seed_ui(ui, ctx);
        });
        sending.more_ui(ui, ctx);
    }

    fn template(&self) -> RecordTemplate {
        RecordTemplate {
            key: (!self.null_key).then(|| self.key.clone()),
            value: Some(self.value.clone()),
            headers: self.headers.filled().cloned().collect(),
            seed: self.seed.trim().parse().unwrap_or(self.chance_seed),
        }
    }

    fn examples(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            widgets::quiet(ui, &ctx.t("generator-begin-with"));
            for example in EXAMPLES {
                let words = ctx.t(&format!("generator-example-{}", example.name));
                if widgets::link(ui, &words).clicked() {
                    (self.key, self.value) = (example.key.to_owned(), example.value.to_owned());
                    (self.null_key, self.shown, self.cursor) = (false, None, None);
                }
            }
        });
    }

    fn templates(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let key_fault = self.fault(ctx, |field| field == TemplateField::Key);
        let value_fault = self.fault(ctx, |field| field == TemplateField::Value);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            let label = ctx.t("produce-key");
            let width = (ui.available_width() - 140.0).max(160.0);
            let field = Field { mono: true, width, fault: key_fault.as_deref(), ..Field::new(&label) };
            ui.add_enabled_ui(!self.null_key, |ui| {
                let response = widgets::text_field(ui, &field, &mut self.key);
                self.note_cursor(ui, &response, Target::Key);
            });
            ui.vertical(|ui| {
                ui.add_space(18.0);
                if widgets::switch(ui, &mut self.null_key, &ctx.t("produce-key-null")).changed() {
                    self.shown = None;
                }
            });
        });
        let label = ctx.t("produce-value");
        let field = Field { mono: true, fault: value_fault.as_deref(), ..Field::new(&label) };
        let response = widgets::multiline(ui, &field, &mut self.value, VALUE_ROWS);
        self.note_cursor(ui, &response, Target::Value);
    }

    /// Remembers where a placeholder should go, and that the preview is old.
    fn note_cursor(&mut self, ui: &Ui, response: &egui::Response, target: Target) {
        if response.changed() {
            self.shown = None;
        }
        if response.has_focus() {
            self.target = target;
            let state = egui::TextEdit::load_state(ui.ctx(), response.id);
            self.cursor = state.and_then(|s| s.cursor.char_range()).map(|range| range.primary.index.into());
        }
    }

    /// The mistake in a field, in words.
    fn fault(&self, ctx: &Ctx<'_>, of: impl Fn(TemplateField) -> bool) -> Option<String> {
        let Some(Err(error)) = &self.shown else { return None };
        of(error.field).then(|| fault_words(ctx, error))
    }

    fn preview(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            widgets::caption(ui, &ctx.t("generator-preview"));
            if self.seed.trim().is_empty() && widgets::link(ui, &ctx.t("generator-others")).clicked() {
                self.chance_seed = self.chance_seed.wrapping_add(1);
                self.shown = None;
            }
        });
        let template = self.template();
        let theme = theme::of(ui);
        let shown = self.shown.get_or_insert_with(|| generator::preview(&template, PREVIEW_RECORDS, ctx.now));
        let records = match shown {
            Ok(records) => records.clone(),
            Err(error) => {
                if !matches!(error.field, TemplateField::Key | TemplateField::Value) {
                    let words = fault_words(ctx, error);
                    widgets::rich(ui, &words, fonts::caption(), theme.bad);
                }
                widgets::faint(ui, &ctx.t("generator-preview-none"));
                return;
            }
        };
        let frame = egui::Frame::new().fill(theme.panel).stroke(theme.rule()).corner_radius(theme::RADIUS);
        frame.inner_margin(egui::Margin::symmetric(10, 8)).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().interact_size.y = 20.0;
            for record in &records {
                preview_row(ui, record);
            }
        });
    }

    fn pace(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (rate_good, end_good) = (self.rate().is_some(), self.until().is_some());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            number(ui, &ctx.t("generator-rate"), &mut self.per_second, rate_good);
            widgets::quiet(ui, &ctx.t("generator-rate-unit"));
            ui.add_space(8.0);
            let words = ["generator-for", "generator-count", "generator-until-stopped"].map(|id| ctx.t(id));
            let [minutes, records, stopped] = &words;
            let entries = [(End::Minutes, &**minutes), (End::Records, &**records), (End::Stopped, &**stopped)];
            widgets::segmented(ui, &mut self.end, &entries);
            match self.end {
                End::Minutes => {
                    number(ui, &ctx.t("generator-for"), &mut self.minutes, end_good);
                    widgets::quiet(ui, &ctx.t("generator-minutes"));
                }
                End::Records => {
                    number(ui, &ctx.t("generator-count"), &mut self.records, end_good);
                    widgets::quiet(ui, &ctx.t("generator-records"));
                }
                End::Stopped => {}
            }
        });
    }

    fn seed_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (label, hint) = (ctx.t("generator-seed"), ctx.t("generator-seed-hint"));
        let good = self.seed.trim().is_empty() || self.seed.trim().parse::<u64>().is_ok();
        let fault = ctx.t("generator-seed-fault");
        let field =
            Field { hint: &hint, width: 160.0, fault: (!good).then_some(&*fault), mono: true, ..Field::new(&label) };
        let response = widgets::text_field(ui, &field, &mut self.seed);
        if response.changed() {
            self.shown = None;
        }
        response.on_hover_text(&*ctx.t("generator-seed-about"));
    }

    fn rate(&self) -> Option<f64> {
        let rate: f64 = self.per_second.trim().replace(',', "").parse().ok()?;
        (rate > 0.0 && rate <= RATE_PER_SECOND_MAX).then_some(rate)
    }

    fn until(&self) -> Option<Until> {
        match self.end {
            End::Stopped => Some(Until::Stopped),
            End::Records => {
                let records: u64 = self.records.trim().replace(',', "").parse().ok()?;
                (records > 0).then_some(Until::Records(records))
            }
            End::Minutes => {
                let minutes: f64 = self.minutes.trim().parse().ok()?;
                (minutes > 0.0 && minutes <= 10_080.0).then_some(Until::Millis((minutes * 60_000.0) as i64))
            }
        }
    }

    /// Why it cannot start.
    fn why_not(&self, ctx: &Ctx<'_>) -> Option<std::sync::Arc<str>> {
        if matches!(self.shown, Some(Err(_))) {
            Some(ctx.t("generator-why-template"))
        } else if self.rate().is_none() {
            Some(ctx.t("generator-why-rate"))
        } else if self.until().is_none() {
            Some(ctx.t("generator-why-end"))
        } else {
            None
        }
    }

    /// The button that starts; `start` is Ctrl+Enter.
    pub(super) fn start_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &Sending, start: bool) {
        let why_not = ctx.read_only_why().or_else(|| self.why_not(ctx));
        let verb = ctx.t("generator-start");
        let keys = Command::Send.keys(ui.ctx()).unwrap_or_default();
        let clicked = ui.add(Button::primary(&verb).keys(&keys).unless(why_not.as_deref())).clicked();
        if let (Some(rate), Some(until)) = (self.rate(), self.until()) {
            widgets::quiet(ui, &summary(ctx, rate, until));
            if (clicked || start) && why_not.is_none() {
                self.start(ctx, topic, sending, rate, until);
            }
        }
    }

    fn start(&mut self, ctx: &Ctx<'_>, topic: &TopicFacts, sending: &Sending, per_second: f64, until: Until) {
        let mut template = self.template();
        if self.seed.trim().is_empty() {
            // Two runs without a seed must not bring the same records.
            template.seed = ctx.now.unsigned_abs();
        }
        let plan = GeneratorPlan {
            topic: topic.name.to_string(),
            template,
            partition: sending.partition,
            acks: sending.acks,
            compression: sending.compression,
            per_second,
            until,
        };
        ctx.with_session(move |session| {
            let what = Phrase::new("generator-failed").with("topic", plan.topic.as_str());
            if let Err(error) = generator::start(session, plan) {
                session.push_event(Event::Trouble(Problem::new(what, error.to_string())));
            }
        });
    }

    /// The list at the right: a click inserts.
    pub(super) fn placeholders(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::section(ui, &ctx.t("generator-placeholders"));
        let about = match self.target {
            Target::Key => "generator-placeholders-key",
            Target::Value => "generator-placeholders-value",
        };
        widgets::paragraph(ui, &ctx.t(about));
        ui.add_space(4.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for topic in PlaceholderTopic::ALL {
                ui.add_space(8.0);
                widgets::strong(ui, &ctx.t(topic_words(topic)));
                for placeholder in PLACEHOLDERS.iter().filter(|p| p.topic == topic) {
                    let about = ctx.t(&format!("placeholder-{}", placeholder.name.replace('_', "-")));
                    if placeholder_row(ui, placeholder.example, &about) {
                        self.insert(placeholder.example);
                    }
                }
            }
        });
    }

    fn insert(&mut self, example: &str) {
        let text = match self.target {
            Target::Key => &mut self.key,
            Target::Value => &mut self.value,
        };
        let at = self.cursor.and_then(|n| text.char_indices().nth(n)).map_or(text.len(), |(at, _)| at);
        text.insert_str(at, example);
        self.cursor = self.cursor.map(|n| n + example.chars().count());
        self.shown = None;
    }
}
