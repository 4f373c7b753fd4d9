//! The dialog for an actor of the free stage: what it is called, what it reads or writes, how fast, how it fails.

use std::collections::BTreeMap;

use egui::Ui;

use super::{End, free_name, shown_name};
use crate::{
    labs::{
        file::{
            ActorKind, ActorSpec, CommitWhen, From, GroupProtocol, LabFile, RATE_MAX, RateShape, ServiceMode, ShareAck,
            Text,
        },
        screen::field_name,
    },
    ui::{
        Ctx,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Milliseconds that a time of an actor may last.
const MILLIS_MAX: f64 = 600_000.0;
const WIDTH: f32 = 480.0;

/// What was chosen and typed.
pub(super) struct ActorDialog {
    spec: ActorSpec,
    name: Option<String>,
    keys: String,
    numbers: BTreeMap<&'static str, String>,
    /// The actor that is changed; none for a new one.
    before: Option<String>,
}

impl ActorDialog {
    /// For a new actor.
    pub(super) fn new(file: &LabFile, kind: ActorKind) -> Self {
        let taken = file.actors.iter().map(|actor| actor.id.as_str());
        let topic = file.topics.first().map(|topic| topic.name.clone());
        let word = match kind {
            ActorKind::Producer => "shop",
            ActorKind::Consumer => ["anna", "ben", "chen", "dora"]
                .into_iter()
                .find(|name| !taken.clone().any(|other| other == *name))
                .unwrap_or("emil"),
            ActorKind::Service => "sign-up",
        };
        let mut spec = ActorSpec::new(free_name(word, taken), kind);
        match kind {
            ActorKind::Producer => (spec.topic, spec.rate) = (topic, Some(2.0)),
            ActorKind::Consumer => {
                spec.topics = topic.into_iter().collect();
                spec.group = Some("billing".into());
                spec.processing_ms = Some(300.0);
            }
            ActorKind::Service => {
                (spec.topic, spec.mode, spec.rate) = (topic, ServiceMode::Queue, Some(2.0));
                (spec.database_ms, spec.message_ms) = (Some(20.0), Some(200.0));
            }
        }
        Self { before: None, ..Self::of(spec) }
    }

    /// For one that is there.
    pub(super) fn of(spec: ActorSpec) -> Self {
        let mut numbers = BTreeMap::new();
        for (field, value) in fields(&spec) {
            numbers.insert(field, value.map_or_else(String::new, |value| value.to_string()));
        }
        Self { before: Some(spec.id.clone()), name: None, keys: spec.keys.join(", "), numbers, spec }
    }

    /// The actor that is changed.
    pub(super) fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// Draws it.
    pub(super) fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>, file: &LabFile) -> End<ActorSpec> {
        let name = self.name.get_or_insert_with(|| shown_name(ctx, &self.spec));
        let no_name = name.trim().is_empty().then(|| ctx.t("lab-free-no-name"));
        let wrong = self.numbers.iter().find(|(field, text)| number(field, text).is_none()).map(|(field, _)| *field);
        let wrong =
            wrong.map(|field| ctx.text.with("lab-free-number-fault", &[("field", field_name(ctx, field).into())]));
        let why_not = no_name.as_deref().or(wrong.as_deref());
        let title = match self.spec.kind {
            ActorKind::Producer => ctx.t("lab-kind-producer"),
            ActorKind::Consumer => ctx.t("lab-kind-consumer"),
            ActorKind::Service => ctx.t("lab-kind-service"),
        };
        let confirm = ctx.t(if self.before.is_some() { "lab-free-change" } else { "lab-free-put" });
        let cancel = ctx.t("cancel");
        let end = Dialog::new(&title, &confirm, &cancel).unless(why_not).width(WIDTH).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 10.0;
            let label = ctx.t("lab-free-name");
            if let Some(name) = &mut self.name {
                widgets::text_field(ui, &Field::new(&label), name);
            }
            match self.spec.kind {
                ActorKind::Producer => self.producer(ui, ctx, file),
                ActorKind::Consumer => self.consumer(ui, ctx, file),
                ActorKind::Service => self.service(ui, ctx, file),
            }
            self.number_fields(ui, ctx);
        });
        match end {
            DialogEnd::Open => End::Open,
            DialogEnd::Cancelled => End::Cancelled,
            DialogEnd::Confirmed => End::Done(Box::new(self.done())),
        }
    }

    fn producer(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, file: &LabFile) {
        topic(ui, ctx, file, &mut self.spec.topic);
        let words = [
            (RateShape::Steady, ctx.t("lab-shape-steady")),
            (RateShape::Bursty, ctx.t("lab-shape-bursty")),
            (RateShape::Hand, ctx.t("lab-shape-hand")),
        ];
        widgets::segmented(ui, &mut self.spec.shape, &words.each_ref().map(|(value, word)| (*value, &**word)));
        let (label, help) = (ctx.t("lab-free-keys"), ctx.t("lab-free-keys-about"));
        widgets::text_field(ui, &Field { mono: true, help: &help, ..Field::new(&label) }, &mut self.keys);
        widgets::check(ui, &mut self.spec.idempotent, &ctx.t("lab-free-idempotent"));
    }

    fn consumer(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, file: &LabFile) {
        let mut first = self.spec.topics.first().cloned();
        topic(ui, ctx, file, &mut first);
        self.spec.topics = first.into_iter().collect();
        let label = ctx.t("lab-free-group");
        let group = self.spec.group.get_or_insert_with(String::new);
        widgets::text_field(ui, &Field { mono: true, ..Field::new(&label) }, group);
        let words = [
            (GroupProtocol::Classic, ctx.t("lab-protocol-classic")),
            (GroupProtocol::Consumer, ctx.t("lab-protocol-consumer")),
            (GroupProtocol::Share, ctx.t("lab-protocol-share")),
        ];
        widgets::segmented(ui, &mut self.spec.protocol, &words.each_ref().map(|(value, word)| (*value, &**word)));
        if self.spec.protocol == GroupProtocol::Share {
            let words = [
                (ShareAck::Accept, ctx.t("lab-ack-accept")),
                (ShareAck::Release, ctx.t("lab-ack-release")),
                (ShareAck::Reject, ctx.t("lab-ack-reject")),
                (ShareAck::None, ctx.t("lab-ack-none")),
            ];
            widgets::segmented(ui, &mut self.spec.ack, &words.each_ref().map(|(value, word)| (*value, &**word)));
            return;
        }
        let words = [
            (CommitWhen::Before, ctx.t("lab-commit-before")),
            (CommitWhen::After, ctx.t("lab-commit-after")),
            (CommitWhen::Never, ctx.t("lab-commit-never")),
        ];
        widgets::segmented(ui, &mut self.spec.commit, &words.each_ref().map(|(value, word)| (*value, &**word)));
        let words = [(From::Earliest, ctx.t("lab-from-earliest")), (From::Latest, ctx.t("lab-from-latest"))];
        widgets::segmented(ui, &mut self.spec.from, &words.each_ref().map(|(value, word)| (*value, &**word)));
    }

    fn service(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, file: &LabFile) {
        topic(ui, ctx, file, &mut self.spec.topic);
        let words =
            [(ServiceMode::Sequence, ctx.t("lab-mode-sequence")), (ServiceMode::Queue, ctx.t("lab-mode-queue"))];
        widgets::segmented(ui, &mut self.spec.mode, &words.each_ref().map(|(value, word)| (*value, &**word)));
    }

    fn number_fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let width = (ui.available_width() - 12.0) / 2.0;
        let mut fields: Vec<_> = self.numbers.iter_mut().collect();
        for row in fields.chunks_mut(2) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 12.0;
                for (field, text) in row {
                    let label = field_name(ctx, field);
                    widgets::text_field(ui, &Field { mono: true, width, ..Field::new(&label) }, text);
                }
            });
        }
    }

    fn done(&self) -> ActorSpec {
        let mut spec = self.spec.clone();
        if let Some(name) = &self.name {
            let name = name.trim();
            spec.name = if name == spec.id { Text::default() } else { Text::same(name) };
        }
        spec.keys = self.keys.split([',', '，']).map(str::trim).filter(|key| !key.is_empty()).map(Into::into).collect();
        let read = |field: &str| self.numbers.get(field).and_then(|text| number(field, text)).flatten();
        spec.rate = read("rate");
        spec.processing_ms = read("processing_ms");
        spec.failure_percent = read("failure_percent");
        spec.database_ms = read("database_ms");
        spec.message_ms = read("message_ms");
        spec.timeout_ms = read("timeout_ms");
        spec.capacity = read("capacity").map(|n| n as u32);
        spec
    }
}

/// The numbers that an actor of that kind has.
fn fields(spec: &ActorSpec) -> Vec<(&'static str, Option<f64>)> {
    match spec.kind {
        ActorKind::Producer => vec![("rate", spec.rate)],
        ActorKind::Consumer => {
            vec![("processing_ms", spec.processing_ms), ("failure_percent", spec.failure_percent)]
        }
        ActorKind::Service => vec![
            ("rate", spec.rate),
            ("database_ms", spec.database_ms),
            ("message_ms", spec.message_ms),
            ("timeout_ms", spec.timeout_ms),
            ("capacity", spec.capacity.map(f64::from)),
        ],
    }
}

/// A number as it was typed: nothing is none; `None` where it cannot be read or is too large.
fn number(field: &str, text: &str) -> Option<Option<f64>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let max = match field {
        "rate" => RATE_MAX,
        "failure_percent" => 100.0,
        "capacity" => 1_000.0,
        _ => MILLIS_MAX,
    };
    text.parse().ok().filter(|n: &f64| (0.0..=max).contains(n)).map(Some)
}

fn topic(ui: &mut Ui, ctx: &Ctx<'_>, file: &LabFile, chosen: &mut Option<String>) {
    let label = ctx.t("lab-free-topic");
    widgets::caption(ui, &label);
    let entries: Vec<_> = file.topics.iter().map(|topic| (topic.name.clone(), topic.name.clone())).collect();
    let mut current = chosen.clone().unwrap_or_default();
    if widgets::select(ui, &label, &mut current, &entries, 200.0) {
        *chosen = Some(current);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_within_their_bounds() {
        assert_eq!(number("rate", ""), Some(None));
        assert_eq!(number("rate", " 2.5 "), Some(Some(2.5)));
        assert_eq!(number("rate", "2 million"), None);
        assert_eq!(number("failure_percent", "101"), None);
        assert_eq!(number("processing_ms", "-1"), None);
    }
}
