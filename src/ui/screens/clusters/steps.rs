//! The steps of the way to a cluster, each with its state; the one at which it stops says what to change.

use egui::{Color32, Ui};

use crate::{
    session::connections::{WalkStage, WalkState, WalkStep},
    ui::{
        clusters::WalkSeen,
        ctx::Ctx,
        icon::{self, Icon},
        theme::{self, fonts},
        widgets,
    },
};

/// Width of the names of steps, in points.
const NAMES: f32 = 130.0;
/// What stands below a name begins under it: so far from the left, in points.
const BELOW: f32 = 20.0;

/// Draws all steps, also those that are still to come.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, seen: &WalkSeen, to_come: bool) {
    ui.spacing_mut().item_spacing.y = 6.0;
    for stage in WalkStage::ALL {
        let step = seen.steps.iter().find(|step| step.stage == stage);
        if step.is_some() || to_come {
            row(ui, ctx, stage, step);
        }
        if let Some(problem) = step.and_then(|step| step.problem.as_ref()) {
            widgets::problem(ui, ctx, problem, None);
        }
    }
    if let Some(problem) = &seen.problem {
        widgets::problem(ui, ctx, problem, None);
    }
}

fn row(ui: &mut Ui, ctx: &Ctx<'_>, stage: WalkStage, step: Option<&WalkStep>) {
    let theme = theme::of(ui);
    let (icon, color, word) = look(ctx, step.map(|step| step.state));
    let name = ctx.t(&format!("walk-stage-{}", stage.word()));
    let mut found = String::new();
    ui.horizontal(|ui| {
        ui.set_min_height(22.0);
        icon::show(ui, icon, color);
        let front = if step.is_some() { theme.text } else { theme.faint };
        let slot = ui.scope(|ui| {
            ui.set_min_width(NAMES);
            widgets::rich(ui, &name, fonts::body(), front)
        });
        let label = format!("{name}: {}", ctx.t(word));
        slot.inner.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
        let Some(step) = step else { return };
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if matches!(step.state, WalkState::Passed | WalkState::Failed) {
                let took = ctx.format.duration(i64::try_from(step.took.as_millis()).unwrap_or(i64::MAX));
                widgets::rich(ui, &took, fonts::caption(), theme.faint);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                found = match (&step.found, step.state) {
                    (Some(found), _) => ctx.text.say(found),
                    (None, WalkState::Skipped | WalkState::Running) => ctx.t(word).to_string(),
                    (None, _) => String::new(),
                };
                let width = ui.painter().layout_no_wrap(found.clone(), fonts::body(), theme.quiet).size().x;
                if width <= ui.available_width() {
                    widgets::rich(ui, &std::mem::take(&mut found), fonts::body(), theme.quiet);
                }
            });
        });
    });
    if !found.is_empty() {
        // Longer than the line: below it, whole.
        ui.horizontal(|ui| {
            ui.add_space(BELOW);
            ui.vertical(|ui| widgets::paragraph(ui, &found));
        });
    }
}

fn look(ctx: &Ctx<'_>, state: Option<WalkState>) -> (Icon, Color32, &'static str) {
    match state {
        None => (icon::CIRCLE, ctx.theme.faint, "walk-state-waits"),
        Some(WalkState::Running) => (icon::REBALANCE, ctx.theme.note, "walk-state-running"),
        Some(WalkState::Passed) => (icon::CHECK_CIRCLE, ctx.theme.good, "walk-state-passed"),
        Some(WalkState::Skipped) => (icon::REMOVE, ctx.theme.faint, "walk-state-skipped"),
        Some(WalkState::Failed) => (icon::CANCEL, ctx.theme.bad, "walk-state-failed"),
    }
}
