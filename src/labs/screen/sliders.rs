//! Sliders on the fields of actors, and what is behind each: Kafka's setting and the line of client code that sets it.

use std::sync::Arc;

use egui::{FontId, Slider, Ui, style::HandleShape};

use super::{Wish, panel};
use crate::{
    labs::{
        file::LabFile,
        picture::words,
        view::{ActorView, SliderView, StageView},
    },
    ui::{
        Ctx, format,
        theme::{self, fonts},
        widgets,
    },
};

/// From this ratio of its ends on a slider moves by factors.
const FACTORS_FROM: f64 = 100.0;
/// A slider up to here has steps between whole numbers.
const WHOLE_FROM: f64 = 10.0;

/// Height of what a hand takes hold of, and of the bar behind it, in points.
const KNOB: f32 = 18.0;
const RAIL: f32 = 4.0;

/// Which language the code is shown in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Code {
    #[default]
    Java,
    Python,
}

/// What the sliders keep between frames.
#[derive(Debug, Default)]
pub(super) struct Sliders {
    /// Touched last: actor and field.
    touched: Option<(Arc<str>, Arc<str>)>,
    /// While it is dragged the hand is right, not what the stage says a moment later.
    dragged: Option<(Arc<str>, Arc<str>, f64)>,
    code: Code,
}

impl Sliders {
    /// Those that the lesson names.
    pub(super) fn of_lesson(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        view: &StageView,
        file: &LabFile,
        wishes: &mut Vec<Wish>,
    ) {
        if file.sliders.is_empty() {
            return;
        }
        panel::rule(ui);
        widgets::caption(ui, &ctx.t("lab-try"));
        for (actor, slider) in named(view, file) {
            self.one(ui, ctx, actor, slider, wishes);
        }
    }

    /// All of one actor.
    pub(super) fn of_actor(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, actor: &ActorView, wishes: &mut Vec<Wish>) {
        for slider in &actor.settings {
            self.one(ui, ctx, actor, slider, wishes);
        }
    }

    fn one(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, actor: &ActorView, slider: &SliderView, wishes: &mut Vec<Wish>) {
        let theme = theme::of(ui);
        let is_this = |one: &Arc<str>, field: &Arc<str>| *one == actor.id && *field == slider.field;
        let held = self.dragged.as_ref().filter(|(one, field, _)| is_this(one, field));
        let mut value = held.map_or(slider.value, |(_, _, value)| *value);
        let response = ui
            .vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                // A thin bar with a small knob: the figure is what counts.
                ui.spacing_mut().interact_size.y = KNOB;
                ui.spacing_mut().slider_rail_height = RAIL;
                let label = ui.horizontal(|ui| {
                    let label = widgets::body(ui, &label(ctx, slider));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        widgets::rich(ui, &written(ctx, slider, value), fonts::semibold(13.0), theme.text);
                    });
                    label
                });
                ui.spacing_mut().slider_width = ui.available_width();
                let span = slider.min..=slider.max.max(slider.min + f64::EPSILON);
                // What lies before the knob is filled with the accent, as bars are everywhere.
                ui.visuals_mut().selection.bg_fill = theme.accent;
                let mut knob = Slider::new(&mut value, span).show_value(false).handle_shape(HandleShape::Circle);
                if slider.min > 0.0 && slider.max / slider.min >= FACTORS_FROM {
                    knob = knob.logarithmic(true);
                }
                if slider.max >= WHOLE_FROM {
                    knob = knob.step_by(1.0);
                }
                ui.add(knob).labelled_by(label.inner.id)
            })
            .inner;
        if response.changed() || response.hovered() || response.has_focus() {
            self.touched = Some((Arc::clone(&actor.id), Arc::clone(&slider.field)));
        }
        if response.changed() {
            self.dragged = Some((Arc::clone(&actor.id), Arc::clone(&slider.field), value));
            wishes.push(Wish::Set { actor: Arc::clone(&actor.id), field: Arc::clone(&slider.field), value });
        } else if !response.dragged() && self.dragged.as_ref().is_some_and(|(one, field, _)| is_this(one, field)) {
            self.dragged = None;
        }
    }

    /// What is behind the slider that was touched last, or behind the first one that is Kafka's.
    pub(super) fn behind(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, file: &LabFile) {
        let touched = self.touched.as_ref().and_then(|(actor, field)| {
            let actor = view.actors.iter().find(|one| one.id == *actor)?;
            Some(actor.settings.iter().find(|slider| slider.field == *field)?.clone())
        });
        let first = || {
            let named = named(view, file);
            named.iter().find(|(_, slider)| slider.kafka_setting.is_some()).map(|(_, slider)| (*slider).clone())
        };
        let Some(slider) = touched.or_else(first) else { return };
        let theme = theme::of(ui);
        panel::rule(ui);
        ui.horizontal(|ui| {
            widgets::caption(ui, &ctx.t("lab-behind"));
            if !slider.code.java.is_empty() {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    widgets::segmented(ui, &mut self.code, &[(Code::Java, "Java"), (Code::Python, "Python")]);
                });
            }
        });
        let data = FontId { size: 11.5, ..fonts::data() };
        match &slider.kafka_setting {
            Some(setting) => drop(panel::wrapped(ui, setting, data.clone(), theme.text)),
            None => drop(panel::wrapped(ui, &ctx.t("lab-behind-none"), fonts::caption(), theme.quiet)),
        }
        let code = match self.code {
            Code::Java => &slider.code.java,
            Code::Python => &slider.code.python,
        };
        if !code.is_empty() {
            panel::wrapped(ui, code, data, theme.quiet);
        }
    }
}

/// The sliders that a lesson names, where the actor is on the stage.
fn named<'a>(view: &'a StageView, file: &LabFile) -> Vec<(&'a ActorView, &'a SliderView)> {
    let find = |actor: &str, field: &str| {
        let actor = view.actors.iter().find(|one| *one.id == *actor)?;
        Some((actor, actor.settings.iter().find(|slider| *slider.field == *field)?))
    };
    file.sliders.iter().filter_map(|spec| find(&spec.actor, &spec.field)).collect()
}

fn label(ctx: &Ctx<'_>, slider: &SliderView) -> String {
    match &slider.label {
        Some(label) if !label.is_empty() => words(ctx, label).to_owned(),
        _ => super::field_name(ctx, &slider.field),
    }
}

/// A value with its unit.
fn written(ctx: &Ctx<'_>, slider: &SliderView, value: f64) -> String {
    match slider.unit {
        "ms" if value < 10.0 && value.fract() != 0.0 => format!("{value:.1} ms"),
        "ms" => ctx.format.duration(value.round() as i64),
        "/s" => ctx.text.with("lab-per-second", &[("rate", format::rate(value).into())]),
        "%" => format!("{} %", format::integer(value.round() as i64)),
        _ if value.fract() == 0.0 => format::integer(value as i64),
        _ => format!("{value:.1}"),
    }
}
