//! One consumer: its state, what it owns, what it may be told, and what it received last.

mod controls;
mod figures;
mod queue;
mod records;
mod state;

use egui::{Align, Color32, Layout, Ui};

pub(super) use self::figures::processing_choices;

use self::state::{about_state, state};
use super::{paint_card, queue::QueueChoice, timeline};
use crate::{
    session::consumers::{CommitWhen, ConsumerView, ConsumersView, Phase},
    ui::{
        ctx::Ctx,
        icon,
        theme::{self, fonts},
        widgets::{self, TableState},
    },
};

/// Draws the card on the space of `ui`.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, consumer: &ConsumerView, table: &mut TableState) {
    let theme = theme::of(ui);
    let group_color = theme.series(view.group_index(&consumer.plan.group));
    let rect = ui.max_rect();
    paint_card(ui, rect, Some(if consumer.phase.is_over() { theme.dimmed(group_color) } else { group_color }));
    let inside = rect.shrink2(egui::vec2(12.0, 10.0));
    let builder = egui::UiBuilder::new().id_salt("head").max_rect(inside).layout(Layout::top_down(Align::Min));
    let mut head = ui.new_child(builder);
    head.spacing_mut().item_spacing.y = 4.0;
    title(&mut head, ctx, consumer);
    group_and_owned(&mut head, ctx, consumer, group_color);
    head.add_space(4.0);
    controls::buttons(&mut head, ctx, consumer);
    head.add_space(4.0);
    figures::show(&mut head, ctx, consumer);
    if let Some(choice) = QueueChoice::of(consumer.kind) {
        queue::show(&mut head, ctx, consumer, choice);
    }
    if let Phase::Failed(problem) = &consumer.phase {
        head.add_space(4.0);
        widgets::problem(&mut head, ctx, problem, None);
    }
    let top = head.min_rect().bottom() + 8.0;
    let list = egui::Rect::from_min_max(egui::pos2(rect.left() + 1.0, top), rect.max - egui::vec2(1.0, 2.0));
    ui.painter().hline(list.x_range(), top, theme.rule());
    let mut below = ui.new_child(egui::UiBuilder::new().id_salt("list").max_rect(list));
    below.set_clip_rect(list.intersect(ui.clip_rect()));
    records::show(&mut below, ctx, consumer, table);
}

fn title(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(26.0);
        let (dot, _) = ui.allocate_exact_size(egui::vec2(9.0, 9.0), egui::Sense::hover());
        ui.painter().rect_filled(dot, 2.0, timeline::color_of(theme, consumer.id));
        widgets::section(ui, &consumer.name);
        let (symbol, word, color) = state(ctx, theme, consumer);
        widgets::chip(ui, symbol, &word, color).on_hover_text(&*ctx.t(about_state(&consumer.phase)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = ctx.text.with("consume-more", &[("name", consumer.name.to_string().into())]);
            widgets::more(ui, &name, |ui| controls::more(ui, ctx, consumer));
        });
    });
}

fn group_and_owned(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, color: Color32) {
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let queue = consumer.kind.is_queue();
        widgets::quiet(ui, &ctx.t(if queue { "consume-queue" } else { "consume-group" }));
        widgets::rich(ui, &consumer.plan.group, fonts::semibold(13.0), color);
        widgets::elided(ui, &settings_words(ctx, consumer), fonts::body(), theme.faint)
            .on_hover_text(about_settings(ctx, consumer));
    });
    let words = match &consumer.phase {
        Phase::Killed => killed_words(ctx, consumer),
        phase if phase.is_over() => {
            let ago = |at| ctx.text.with("consume-ended", &[("ago", ctx.format.ago(ctx.now, at).into())]);
            consumer.ended_at.map_or(String::new(), ago)
        }
        _ => owned_words(ctx, consumer),
    };
    // Names of partitions are data; sentences are not.
    let named = !consumer.phase.is_over() && !consumer.owned.is_empty() && !consumer.kind.is_queue();
    widgets::elided(ui, &words, if named { fonts::data() } else { fonts::body() }, theme.quiet);
    trouble(ui, ctx, consumer);
}

/// Assignor and commits, or what it says about the records of a queue, in few words: how often where it does, when it is meant to where it has not yet.
fn settings_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    if consumer.kind.is_queue() {
        return queue::holds_words(ctx, consumer);
    }
    let commits = match (consumer.plan.commit, consumer.commits) {
        (CommitWhen::Never, _) => ctx.t("consume-commits-never").to_string(),
        (_, count) => ctx.text.with("consume-commits", &[("count", count.into())]),
    };
    format!("· {} · {commits}", consumer.plan.assignor.as_str())
}

/// When it commits, for who asks.
fn about_settings(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    if consumer.kind.is_queue() {
        return ctx.t("consume-holds-about").to_string();
    }
    let when = ctx.t(super::dialog::commit_word(consumer.plan.commit));
    ctx.text.with("consume-commits-when", &[("when", (&*when).into())])
}

/// The trouble of the last attempt, while it goes on trying.
fn trouble(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let Some(trouble) = consumer.trouble.as_ref().filter(|_| !consumer.phase.is_over()) else { return };
    let theme = theme::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.x = 6.0;
        icon::show(ui, icon::CARE, theme.care);
        let words = ctx.text.with("consume-trouble", &[("why", ctx.text.say(trouble).into())]);
        widgets::elided(ui, &words, fonts::caption(), theme.care);
    });
}

fn owned_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    let of_topics: Option<usize> =
        consumer.plan.topics.iter().map(|t| ctx.facts.topic(t).map(|t| t.partitions.len())).sum();
    match consumer.owned.len() {
        0 if consumer.phase == Phase::Joining => ctx.t("consume-owns-joining").to_string(),
        0 => ctx.t("consume-owns-nothing").to_string(),
        n if consumer.kind.is_queue() => ctx.text.with("consume-owns-queue", &[("count", (n as u64).into())]),
        n if n > 1 && of_topics == Some(n) => ctx.text.with("consume-owns-all", &[("count", (n as f64).into())]),
        _ => {
            let words: Vec<String> = consumer.owned.iter().map(ToString::to_string).collect();
            words.join(" ")
        }
    }
}

/// How long the group still waits for a consumer that was killed.
fn killed_words(ctx: &Ctx<'_>, consumer: &ConsumerView) -> String {
    if consumer.kind.is_queue() {
        return ctx.t("consume-killed-queue").to_string();
    }
    let ended = consumer.ended_at.unwrap_or(ctx.now);
    let left = ended + i64::from(consumer.plan.session_timeout_millis) - ctx.now;
    if left > 0 {
        ctx.text.with("consume-killed-missed-in", &[("left", ctx.format.duration(left / 1_000 * 1_000 + 1_000).into())])
    } else {
        ctx.format.ago(ctx.now, ended)
    }
}
