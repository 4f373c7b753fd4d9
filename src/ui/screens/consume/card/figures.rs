//! What a consumer received, how far it is behind, and how long its work takes.

use egui::{Color32, Ui};

use super::state::{CATCHING_UP_RECORDS_MIN, records_before};
use crate::{
    session::consumers::ConsumerView,
    ui::{
        ctx::Ctx,
        format,
        theme::{self, fonts},
        widgets,
    },
};

/// Processing times to choose from, in milliseconds.
const PROCESSING_CHOICES_MILLIS: [u64; 11] = [0, 1, 2, 5, 10, 20, 50, 100, 500, 1_000, 5_000];

/// Draws the figures side by side.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let theme = theme::of(ui);
    let over = consumer.phase.is_over();
    let per_second = format::rate(consumer.per_second);
    let rate = if over { String::new() } else { ctx.text.with("consume-rate", &[("rate", per_second.into())]) };
    widgets::columns(ui, 40.0, &[1.1, 0.75, 1.15], |ui, column| {
        ui.spacing_mut().item_spacing.y = 1.0;
        match column {
            0 => received(ui, ctx, consumer, &rate),
            1 if consumer.kind.is_queue() => {
                let queue = ctx.facts.group(&consumer.plan.group).and_then(|group| group.queue);
                let value = queue.map_or_else(|| format::UNKNOWN.to_owned(), |queue| format::count(queue.waiting));
                small_figure(ui, &ctx.t("consume-waiting"), &value, "", theme.text);
            }
            1 => {
                let behind = if over { None } else { records_before(ctx, consumer) };
                let value = behind.map_or_else(|| format::UNKNOWN.to_owned(), format::count);
                let color = if behind.is_some_and(|n| n >= CATCHING_UP_RECORDS_MIN) { theme.care } else { theme.text };
                small_figure(ui, &ctx.t("consume-behind"), &value, "", color);
            }
            _ => processing(ui, ctx, consumer),
        }
    });
}

/// How many it received, how fast beside the label, and how often it committed on hover and below.
fn received(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView, rate: &str) {
    let theme = theme::of(ui);
    let (label, count) = (ctx.t("consume-received"), format::count(consumer.received));
    let response = ui.vertical(|ui| {
        // As high as the caption of the figures beside it.
        let height = std::mem::take(&mut ui.spacing_mut().interact_size.y);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            widgets::caption(ui, &label);
            widgets::rich(ui, rate, fonts::caption(), theme.faint);
        });
        ui.spacing_mut().interact_size.y = height;
        ui.horizontal(|ui| widgets::rich(ui, &count, fonts::semibold(16.0), theme.text));
    });
    let words = format!("{label}: {count} {rate}");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, words.trim_end()));
}

fn small_figure(ui: &mut Ui, label: &str, value: &str, unit: &str, color: Color32) {
    widgets::caption(ui, label);
    let response = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        widgets::rich(ui, value, fonts::semibold(16.0), color);
        if !unit.is_empty() {
            widgets::caption(ui, unit);
        }
    });
    let words = format!("{label}: {value} {unit}");
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, words.trim_end()));
}

/// The processing time; a choice while it runs, as it may be changed at any moment.
fn processing(ui: &mut Ui, ctx: &Ctx<'_>, consumer: &ConsumerView) {
    let label = ctx.t("consume-takes");
    let mut millis = consumer.processing_millis;
    if consumer.phase.is_over() {
        let theme = theme::of(ui);
        small_figure(ui, &label, &processing_word(ctx, millis), "", theme.text);
        return;
    }
    widgets::caption(ui, &label);
    let name = format!("{label}, {}", consumer.name);
    let choices = processing_choices(ctx, millis);
    if widgets::select(ui, &name, &mut millis, &choices, 84.0) {
        let id = consumer.id;
        ctx.with_session(move |session| session.consumers().set_processing(id, millis));
    }
}

/// The times to choose from, with `current` among them.
pub(in super::super) fn processing_choices(ctx: &Ctx<'_>, current: u64) -> Vec<(u64, String)> {
    let mut choices = PROCESSING_CHOICES_MILLIS.to_vec();
    if !choices.contains(&current) {
        choices.push(current);
        choices.sort_unstable();
    }
    choices.into_iter().map(|millis| (millis, processing_word(ctx, millis))).collect()
}

fn processing_word(ctx: &Ctx<'_>, millis: u64) -> String {
    ctx.format.duration(i64::try_from(millis).unwrap_or(i64::MAX))
}
