//! What is asked for: from where to where, which topics, how much of them, and what is done beside.

use egui::Ui;

use super::{CopyPage, Other, Portion, Way};
use crate::{
    session::{copy::Begin, copy::Mask},
    ui::{
        clusters::ClusterKey,
        ctx::Ctx,
        format,
        theme::BETWEEN,
        widgets::{self, Field},
    },
};

/// Topics that the list shows; more are found by name.
const TOPICS_SHOWN_MAX: usize = 200;
/// Height of the list of topics, in points.
const LIST_HEIGHT: f32 = 200.0;

impl CopyPage {
    pub(super) fn form(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, others: &[Other]) {
        section(ui, ctx, "copy-step-where", |ui| self.place(ui, ctx, others));
        section(ui, ctx, "copy-step-topics", |ui| self.choose(ui, ctx, others));
        section(ui, ctx, "copy-step-records", |ui| self.records(ui, ctx));
        section(ui, ctx, "copy-step-how", |ui| {
            let words = ["copy-begin-new", "copy-begin-resume", "copy-begin-append"].map(|id| ctx.t(id));
            let entries = [(Begin::New, &*words[0]), (Begin::Resume, &*words[1]), (Begin::Append, &*words[2])];
            widgets::segmented(ui, &mut self.begin, &entries);
            let about = match self.begin {
                Begin::New => "copy-begin-new-about",
                Begin::Resume => "copy-begin-resume-about",
                Begin::Append => "copy-begin-append-about",
            };
            widgets::paragraph(ui, &ctx.t(about));
            widgets::check(ui, &mut self.groups, &ctx.t("copy-groups"));
            widgets::check(ui, &mut self.compare, &ctx.t("copy-compare"));
        });
    }

    fn place(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, others: &[Other]) {
        if others.is_empty() {
            widgets::paragraph(ui, &ctx.t("copy-no-other"));
            return;
        }
        let environment = |key: ClusterKey| {
            let profile = ctx.open.iter().find(|view| view.key == key)?.profile.as_deref()?;
            Some(profile.environment.trim()).filter(|word| !word.is_empty())
        };
        let words = |key: ClusterKey, name: &str| match environment(key) {
            Some(word) => format!("{name} · {word}"),
            None => name.to_owned(),
        };
        let entries: Vec<_> = others.iter().map(|(key, name, _)| (Some(*key), words(*key, name))).collect();
        let label = ctx.t(match self.way {
            Way::HandOver => "copy-to",
            Way::BringHome => "copy-from",
        });
        widgets::caption(ui, &label);
        widgets::select(ui, &label, &mut self.other, &entries, 240.0);
    }

    fn choose(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, others: &[Other]) {
        let there = others.iter().find(|(key, ..)| Some(*key) == self.other).map(|(.., session)| session.facts());
        let names: Vec<_> = match (self.way, &there) {
            (Way::HandOver, _) => listed(ctx.facts),
            (Way::BringHome, Some(facts)) => listed(facts),
            (Way::BringHome, None) => Vec::new(),
        };
        if self.way == Way::BringHome && there.is_some_and(|facts| facts.first_load_done) {
            self.topics.retain(|topic| names.iter().any(|(name, _)| name == topic));
        }
        let chosen = ctx.text.with("copy-chosen", &[("count", (self.topics.len() as u64).into())]);
        widgets::search(ui, egui::Id::unique("copy find"), &mut self.find, &ctx.t("copy-find"), &chosen, 280.0);
        let matching: Vec<_> = names.iter().filter(|(name, _)| name.contains(self.find.trim())).collect();
        egui::ScrollArea::vertical().id_salt("copy topics").max_height(LIST_HEIGHT).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            for (name, records) in matching.iter().take(TOPICS_SHOWN_MAX) {
                let mut on = self.topics.contains(name);
                let words = ctx.text.with(
                    "copy-topic",
                    &[("topic", name.as_str().into()), ("records", format::count(*records).into())],
                );
                if widgets::check(ui, &mut on, &words).changed() {
                    self.topics.retain(|topic| topic != name);
                    if on {
                        self.topics.push(name.clone());
                    }
                }
            }
        });
        if matching.len() > TOPICS_SHOWN_MAX {
            let more = (matching.len() - TOPICS_SHOWN_MAX) as u64;
            widgets::faint(ui, &ctx.text.with("copy-more-topics", &[("count", more.into())]));
        }
    }

    fn records(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let words = ["copy-all", "copy-last", "copy-since"].map(|id| ctx.t(id));
        let entries = [(Portion::All, &*words[0]), (Portion::Last, &*words[1]), (Portion::Since, &*words[2])];
        widgets::segmented(ui, &mut self.portion, &entries);
        match self.portion {
            Portion::All => {}
            Portion::Last => {
                let (label, fault) = (ctx.t("copy-last-label"), ctx.t("copy-last-fault"));
                let fault = self.last_count().is_none().then_some(&*fault);
                let field = Field { fault, mono: true, width: 200.0, ..Field::new(&label) };
                widgets::text_field(ui, &field, &mut self.last);
            }
            Portion::Since => {
                let zone = ctx.format.zone(ctx.now);
                let label = ctx.text.with("export-from", &[("zone", zone.into())]);
                let (hint, fault) = (ctx.t("export-time-hint"), ctx.t("export-time-fault"));
                let fault = (!self.since.is_empty() && self.since_time(ctx).is_none()).then_some(&*fault);
                let field = Field { hint: &hint, fault, mono: true, width: 240.0, ..Field::new(&label) };
                widgets::text_field(ui, &field, &mut self.since);
            }
        }
        let (label, hint) = (ctx.t("export-search"), ctx.t("export-search-hint"));
        widgets::text_field(ui, &Field { hint: &hint, ..Field::new(&label) }, &mut self.search);
        let fault = Mask::parse(&self.rules)
            .err()
            .map(|error| ctx.text.with("copy-rules-fault", &[("line", (error.line as u64).into())]));
        let (label, hint, help) = (ctx.t("copy-rules"), ctx.t("copy-rules-hint"), ctx.t("copy-rules-help"));
        let field = Field { hint: &hint, help: &help, fault: fault.as_deref(), mono: true, ..Field::new(&label) };
        widgets::multiline(ui, &field, &mut self.rules, 3);
    }
}

/// Topics that can be carried, with their records.
fn listed(facts: &crate::session::Facts) -> Vec<(String, u64)> {
    let own = facts.topics.iter().filter(|topic| !topic.internal);
    own.map(|topic| (topic.name.to_string(), topic.records)).collect()
}

fn section(ui: &mut Ui, ctx: &Ctx<'_>, title: &str, content: impl FnOnce(&mut Ui)) {
    widgets::card(ui, |ui| {
        ui.spacing_mut().item_spacing.y = BETWEEN;
        widgets::strong(ui, &ctx.t(title));
        content(ui);
    });
    ui.add_space(BETWEEN - 8.0);
}
