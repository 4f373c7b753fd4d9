//! The life of one record: who produced it, when it was kept, who got it, which commits cover it, and why it came twice.

mod cards;
mod step;
mod timeline;

use std::time::Duration;

use egui::{ScrollArea, Sense, Ui, Vec2};

use self::step::Words;
use crate::{
    model::{Offset, PartitionId, TimestampMillis},
    session::{
        Loadable,
        clients::{Life, LifeStep, LifeStepKind},
    },
    ui::{
        Action, Place,
        ctx::Ctx,
        format, icon,
        theme::{self, BETWEEN, fonts},
        widgets::{self, Button},
    },
};

/// How often the life of a record is asked for while it is shown: it may still go on.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Steps listed at most: what comes after says how many there are.
const STEPS_SHOWN_MAX: usize = 500;
/// Height of the line of time, in points.
const TIMELINE: f32 = 132.0;
/// Where the words of a step begin, in points from the left.
const TEXT: f32 = 150.0;
/// Height of a step with one line and with two, in points.
const STEP: (f32, f32) = (34.0, 50.0);

/// What the screen keeps between frames.
#[derive(Default)]
pub struct LifeScreen {
    of: Option<(String, PartitionId, Offset)>,
    found: Loadable<Option<Life>>,
    /// The picture of the cluster that it was asked for with.
    looked_at: Option<TimestampMillis>,
    /// The step that is marked, by its place.
    selected: Option<usize>,
}

impl LifeScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &str, partition: PartitionId, offset: Offset) {
        self.load(ui, ctx, topic, partition, offset);
        self.keys(ui, ctx);
        let found = self.found.value();
        let life = found.as_deref().and_then(Option::as_ref);
        widgets::page(ui, |ui| {
            self.header(ui, ctx, topic, partition, offset, life);
            ui.add_space(8.0);
            if ctx.session.is_some_and(|session| session.inspector().is_none()) {
                widgets::empty(ui, icon::HISTORY, &ctx.t("life-remote"), None);
                return;
            }
            match (&found, life) {
                (None, _) => {}
                (Some(_), Some(life)) if !life.steps.is_empty() => self.known(ui, ctx, life),
                _ => self.unknown(ui, ctx, topic, partition, offset, life),
            }
        });
    }

    fn load(&mut self, ui: &Ui, ctx: &Ctx<'_>, topic: &str, partition: PartitionId, offset: Offset) {
        let Some(session) = ctx.session else { return };
        let of = (topic.to_owned(), partition, offset);
        ui.ctx().request_repaint_after(LOOK_EVERY);
        if self.of.as_ref() != Some(&of) {
            self.found.clear();
            (self.selected, self.looked_at) = (None, None);
            self.of = Some(of);
        }
        if self.looked_at == Some(ctx.facts.at) {
            return;
        }
        self.looked_at = Some(ctx.facts.at);
        session.load_life(topic.into(), partition, offset, &self.found);
    }

    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        let free = !ui.ctx().egui_wants_keyboard_input() && !egui::Popup::is_any_open(ui.ctx());
        if free && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            ctx.act(Action::Back);
        }
    }

    fn header(
        &self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        topic: &str,
        partition: PartitionId,
        offset: Offset,
        life: Option<&Life>,
    ) {
        let way = [&*ctx.t("nav-topics"), topic, &*ctx.t("topic-tab-messages")];
        let clicked = widgets::page_header(
            ui,
            &way,
            &ctx.t("life-title"),
            |ui| drop(widgets::data_quiet(ui, &format!("{topic}-{partition} @ {}", format::integer(offset)))),
            |ui| {
                if widgets::icon_button(ui, icon::CLOSE, &ctx.t("close")).clicked() {
                    ctx.act(Action::Back);
                }
                let words = ctx.t("life-copy");
                let copy = Button::secondary(&words).icon(icon::COPY).enabled(life.is_some());
                if ui.add(copy).clicked()
                    && let Some(life) = life
                {
                    ctx.act(Action::Copy(as_text(ctx, life)));
                }
            },
        );
        match clicked {
            Some(0) => ctx.go(Place::Topics),
            Some(1) => ctx.go(Place::topic(topic)),
            Some(_) => ctx.go(Place::Record { topic: topic.to_owned(), partition, offset }),
            None => {}
        }
    }

    fn known(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, life: &Life) {
        widgets::columns(ui, TIMELINE, &[1.0], |ui, _| {
            widgets::card_fill(ui, |ui| timeline::show(ui, ctx, life, &mut self.selected));
        });
        ui.add_space(BETWEEN);
        let height = ui.available_height();
        widgets::columns(ui, height, &[2.15, 1.0], |ui, column| match column {
            0 => drop(widgets::card_fill(ui, |ui| self.steps(ui, ctx, life))),
            _ => {
                ScrollArea::vertical()
                    .id_salt("life-cards")
                    .auto_shrink(false)
                    .show(ui, |ui| cards::show(ui, ctx, life));
            }
        });
    }

    fn steps(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, life: &Life) {
        ScrollArea::vertical().id_salt("life-steps").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(10.0);
            if !life.is_production_known() {
                note(ui, &ctx.t("life-production-unknown"));
            }
            for (index, step) in life.steps.iter().take(STEPS_SHOWN_MAX).enumerate() {
                let words = step::words(ctx, life, step);
                if line(ui, ctx, life, step, &words, self.selected == Some(index)) {
                    self.selected = (self.selected != Some(index)).then_some(index);
                }
            }
            if life.steps.len() > STEPS_SHOWN_MAX {
                let more = life.steps.len() - STEPS_SHOWN_MAX;
                note(ui, &ctx.text.with("life-more-steps", &[("n", more.into())]));
            }
            if life.deliveries == 0 {
                note(ui, &ctx.t("life-nobody-yet"));
            }
            let since = ctx.format.time(life.known_since);
            note(ui, &ctx.text.with("life-known-since", &[("time", since.into())]));
            ui.add_space(8.0);
        });
    }

    fn unknown(
        &self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        topic: &str,
        partition: PartitionId,
        offset: Offset,
        life: Option<&Life>,
    ) {
        let sentence = match life {
            Some(life) => {
                let since = ctx.format.time(life.known_since);
                ctx.text.with("life-unknown", &[("time", since.into())])
            }
            None => ctx.t("life-no-topic").to_string(),
        };
        let verb = ctx.t("life-see-record");
        if widgets::empty(ui, icon::HISTORY, &sentence, Some(&verb)).is_some_and(|r| r.clicked()) {
            ctx.go(Place::Record { topic: topic.to_owned(), partition, offset });
        }
    }
}

/// One step: when, its dot, what happened, and quietly the particulars. True when it was clicked.
fn line(ui: &mut Ui, ctx: &Ctx<'_>, life: &Life, step: &LifeStep, words: &Words, selected: bool) -> bool {
    let theme = theme::of(ui);
    let height = if words.below.is_empty() { STEP.0 } else { STEP.1 };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), height), Sense::click());
    let when = step::when(ctx, step);
    let spoken = format!("{when} {} {}", words.plain(), words.below);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, spoken.trim_end()));
    if selected || words.again {
        ui.painter().rect_filled(rect, 0.0, theme.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.hover);
    }
    let first = if words.below.is_empty() { rect.center().y } else { rect.top() + 17.0 };
    let at = ui.painter().layout_no_wrap(when, fonts::data(), theme.faint);
    ui.painter().galley(egui::pos2(rect.left() + 16.0, first - at.size().y / 2.0), at, theme.faint);
    let dot = egui::pos2(rect.left() + TEXT - 16.0, first);
    step::dot(ui.painter(), theme, life, step, dot);
    let left = rect.left() + TEXT;
    let room = rect.right() - left - 14.0;
    let mut job = words.job(theme);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(egui::pos2(left, first - galley.size().y / 2.0), galley, theme.text);
    if !words.below.is_empty() {
        let mut job = egui::text::LayoutJob::simple_singleline(words.below.clone(), fonts::body(), theme.quiet);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(egui::pos2(left, first + 17.0 - galley.size().y / 2.0), galley, theme.quiet);
    }
    response.context_menu(|ui| {
        if let Some(request) = step::request(step)
            && widgets::item(ui, icon::CONNECTIONS, &ctx.t("life-open-request"), None)
        {
            ctx.go(Place::Request { id: request });
        }
        if widgets::item(ui, icon::COPY, &ctx.t("copy"), None) {
            ctx.act(Action::Copy(spoken.clone()));
        }
    });
    if response.double_clicked()
        && let Some(request) = step::request(step)
    {
        ctx.go(Place::Request { id: request });
    }
    response.clicked()
}

fn note(ui: &mut Ui, words: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(TEXT);
        ui.vertical(|ui| {
            ui.set_max_width(ui.available_width() - 14.0);
            ui.add_space(7.0);
            widgets::paragraph(ui, words);
        });
    });
}

/// The whole life as text.
fn as_text(ctx: &Ctx<'_>, life: &Life) -> String {
    let mut text = format!("{}-{} @ {}\n", life.topic, life.partition, life.offset);
    for step in &life.steps {
        let words = step::words(ctx, life, step);
        text.push_str(&format!("{}\t{}", step::when(ctx, step), words.plain()));
        if !words.below.is_empty() {
            text.push_str(&format!("\t{}", words.below));
        }
        text.push('\n');
    }
    for (group, why) in &life.again {
        text.push_str(&format!("{}\t{}\n", group, cards::why_words(ctx, why)));
    }
    text
}

/// Whether the step is one that has not happened.
fn is_open(step: &LifeStep) -> bool {
    matches!(step.kind, LifeStepKind::NotYetCommitted { .. })
}
