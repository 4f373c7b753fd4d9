//! What was produced last by hand: where each went, and its form again by a click.

use std::sync::Arc;

use egui::{ScrollArea, Ui};

use crate::{
    model::NewRecord,
    payload::preview,
    session::{
        TopicFacts,
        produce::{ProduceOutcome, Stored},
    },
    ui::{
        Action, Place, TopicTab,
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        toasts::{Target, Toast, Tone},
        widgets,
    },
};

/// Characters of a value in the list.
const PREVIEW_CHARS_MAX: usize = 80;

/// What the panel keeps between frames.
#[derive(Default)]
pub(super) struct HistoryPanel {
    /// The newest outcome that was told; `None` before the first frame.
    told: Option<u64>,
}

impl HistoryPanel {
    /// Draws the list; answers a record that should be filled in again.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) -> Option<NewRecord> {
        let outcomes = ctx.session.map(|s| s.produce_log().outcomes()).unwrap_or_default();
        let here: Vec<_> = outcomes.into_iter().filter(|o| o.topic == topic.name).collect();
        widgets::section(ui, &ctx.t("produce-last"));
        ui.add_space(4.0);
        if here.is_empty() {
            widgets::paragraph(ui, &ctx.t("produce-last-empty"));
            return None;
        }
        let mut again = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            for outcome in &here {
                if row(ui, ctx, outcome) {
                    again = outcome.record.clone();
                }
                let (line, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 9.0), egui::Sense::hover());
                ui.painter().hline(line.x_range(), line.center().y, theme::of(ui).rule());
            }
        });
        again
    }

    /// Says what is new since the last frame.
    pub(super) fn tell_news(&mut self, ctx: &Ctx<'_>) {
        let Some(session) = ctx.session else { return };
        let told = *self.told.get_or_insert_with(|| session.produce_log().newest());
        for outcome in session.produce_log().since(told) {
            self.told = Some(outcome.id);
            ctx.act(Action::Toast(toast(ctx, &outcome)));
        }
    }
}

/// The note for an outcome, with a link to the record, or to the topic's messages where there are many.
fn toast(ctx: &Ctx<'_>, outcome: &Arc<ProduceOutcome>) -> Toast {
    match &outcome.result {
        Ok(stored) => {
            let topic = outcome.topic.to_string();
            let target = match stored.offset {
                Some(offset) => Target::Record { topic, partition: stored.partition, offset },
                None => Target::Place(Place::Topic { name: topic, tab: TopicTab::Messages }),
            };
            let link = Some((ctx.t("produce-show").to_string(), target));
            Toast { link, ..Toast::good(stored_words(ctx, &outcome.topic, stored)) }
        }
        Err(problem) => {
            let mut text = format!("{}: {}", ctx.text.say(&problem.what), ctx.text.say(&problem.why));
            if let Some(next) = &problem.next {
                text = format!("{text}; {}", ctx.text.say(next));
            }
            Toast { detail: problem.technical.clone(), ..Toast::new(Tone::Bad, text) }
        }
    }
}

/// Where it went: "Produced to orders, partition 0, offset 41".
fn stored_words(ctx: &Ctx<'_>, topic: &str, stored: &Stored) -> String {
    let args = [
        ("topic", topic.into()),
        ("partition", f64::from(stored.partition).into()),
        ("offset", stored.offset.map_or_else(String::new, crate::ui::format::integer).into()),
        ("count", (stored.count as f64).into()),
        ("partitions", (stored.partitions as f64).into()),
    ];
    let id = match (stored.count, stored.offset) {
        (1, Some(_)) => "produce-done",
        (1, None) => "produce-done-unknown",
        _ => "produce-done-many",
    };
    ctx.text.with(id, &args)
}

/// One outcome; true when it should be filled in again.
fn row(ui: &mut Ui, ctx: &Ctx<'_>, outcome: &ProduceOutcome) -> bool {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        match &outcome.result {
            Ok(stored) => {
                icon::show(ui, icon::CHECK, theme.good);
                let words = match (stored.count, stored.offset) {
                    (1, Some(offset)) => {
                        format!("{}-{} @ {}", outcome.topic, stored.partition, crate::ui::format::integer(offset))
                    }
                    (1, None) => format!("{}-{}", outcome.topic, stored.partition),
                    (n, _) => ctx.text.with("produce-count", &[("count", (n as f64).into())]),
                };
                widgets::data(ui, &words);
            }
            Err(problem) => {
                icon::show(ui, icon::ERROR, theme.bad);
                let words = ctx.text.say(&problem.why);
                widgets::elided(ui, &words, fonts::body(), theme.bad);
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            widgets::caption(ui, &ctx.format.clock(outcome.at));
        });
    });
    let Some(record) = &outcome.record else { return false };
    let text = |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => preview(bytes, PREVIEW_CHARS_MAX).text,
        None => "null".to_owned(),
    };
    let words = format!("{}  {}", text(record.key.as_deref()), text(record.value.as_deref()));
    widgets::elided(ui, words.trim_start(), fonts::data(), theme.quiet);
    widgets::link(ui, &ctx.t("produce-fill-again")).clicked()
}
