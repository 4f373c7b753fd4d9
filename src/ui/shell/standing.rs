//! The middle of the window where a cluster is not simply open: on its way, not reached, waiting for a secret, out of reach.

use std::time::{Duration, Instant};

use egui::{Align, Frame, Layout, Margin, Panel, Ui};

use super::super::{
    action::Action,
    clusters::{ClusterAction, ClusterKey, Walk, addresses},
    command::Command,
    ctx::Ctx,
    icon,
    place::Place,
    screens::clusters::steps,
    theme::{self, BETWEEN, fonts},
    widgets::{self, Button},
};
use crate::session::{Problem, Session, connections::Profile};

/// Width of what stands in the middle, in points.
const WIDTH: f32 = 560.0;
/// Values that may be old are drawn with this part of their strength.
const DIMMED: f32 = 0.5;
/// So long an opening shows nothing but its words: most clusters answer by then.
const PATIENCE: Duration = Duration::from_millis(200);

/// The middle while it is on its way.
pub fn opening(ui: &mut Ui, ctx: &Ctx<'_>, since: Instant) {
    let Some(profile) = ctx.cluster.profile.as_deref() else {
        widgets::page(ui, |ui| widgets::waiting(ui, since, &ctx.t("opening")));
        return;
    };
    let waited = since.elapsed();
    ui.ctx().request_repaint_after(PATIENCE);
    middle(ui, |ui| {
        if waited < PATIENCE {
            return;
        }
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            let words = ctx.text.with("cluster-opening-page", &[("cluster", profile.name.as_str().into())]);
            widgets::section(ui, &words);
            widgets::rich(ui, &ctx.text.say(&addresses(profile)), fonts::data(), ctx.theme.quiet);
            let most = profile.timeouts.connect_millis as f32 / 1_000.0;
            widgets::bar(ui, Some((waited.as_secs_f32() / most).min(1.0)), &words);
            ui.horizontal(|ui| {
                let seconds = waited.as_secs();
                let words = ctx.text.with("cluster-opening-for", &[("n", seconds.into())]);
                widgets::quiet(ui, &words);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if widgets::secondary(ui, &ctx.t("cancel")).clicked() {
                        ctx.act_on_clusters(ClusterAction::Close(profile.id));
                    }
                });
            });
        });
    });
}

/// The middle when it could not be opened: why, where on the way it stopped, and what to do.
pub fn failed(ui: &mut Ui, ctx: &Ctx<'_>, problem: &Problem, walk: Option<&Walk>) {
    let Some(profile) = ctx.cluster.profile.as_deref() else {
        failed_workspace(ui, ctx, problem);
        return;
    };
    middle(ui, |ui| {
        widgets::problem(ui, ctx, problem, None);
        ui.horizontal(|ui| {
            if Button::primary(&ctx.t("retry")).icon(icon::REFRESH).show(ui).clicked() {
                ctx.act_on_clusters(ClusterAction::Retry(ctx.cluster.key));
            }
            edit_and_close(ui, ctx, profile);
        });
        if let Some(seen) = walk.map(Walk::seen).filter(|seen| !seen.steps.is_empty()) {
            ui.add_space(BETWEEN);
            widgets::card(ui, |ui| {
                widgets::section(ui, &ctx.t("cluster-way"));
                steps::show(ui, ctx, &seen, false);
            });
        }
    });
}

pub(super) fn edit_and_close(ui: &mut Ui, ctx: &Ctx<'_>, profile: &Profile) {
    if Button::secondary(&ctx.t("cluster-edit")).icon(icon::EDIT).show(ui).clicked() {
        ctx.go(Place::ClusterForm { id: Some(profile.id) });
    }
    if widgets::secondary(ui, &ctx.t("close")).clicked() {
        ctx.act_on_clusters(ClusterAction::Close(profile.id));
    }
}

fn failed_workspace(ui: &mut Ui, ctx: &Ctx<'_>, problem: &Problem) {
    widgets::page(ui, |ui| {
        if widgets::problem_page(ui, ctx, problem, Some(&ctx.t("open-retry"))) {
            ctx.act_on_clusters(ClusterAction::Retry(ClusterKey::Workspace));
        }
        ui.vertical_centered(|ui| {
            ui.add_space(8.0);
            let other = Button::secondary(&ctx.t("open-other")).icon(icon::FOLDER).show(ui);
            if other.clicked() {
                ctx.act(Action::Run(Command::OpenWorkspace));
            }
        });
    });
}

/// The screen of an open cluster; one whose newest picture could not be taken is dimmed, with the reason above it.
pub fn screen(ui: &mut Ui, ctx: &Ctx<'_>, draw: impl FnOnce(&mut Ui)) {
    let Some(problem) = &ctx.facts.problem else {
        draw(ui);
        return;
    };
    let theme = theme::of(ui);
    Panel::top("stale")
        .resizable(false)
        .show_separator_line(false)
        .frame(Frame::new().fill(theme.washed(theme.care)).inner_margin(Margin::symmetric(16, 6)))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                icon::show(ui, icon::CARE, theme.care);
                let at = ctx.format.time(ctx.facts.stale_since.unwrap_or(ctx.facts.at));
                let words = ctx.text.with("cluster-stale-since", &[("time", at.into())]);
                widgets::rich(ui, &words, fonts::medium(13.0), theme.text);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if widgets::link(ui, &ctx.t("cluster-look-again")).clicked() {
                        ctx.with_session(Session::refresh);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        widgets::elided(ui, &ctx.text.say(&problem.why), fonts::body(), theme.quiet);
                    });
                });
            });
        });
    ui.scope(|ui| {
        ui.multiply_opacity(DIMMED);
        draw(ui);
    });
}

/// A column in the middle of an empty screen.
pub(super) fn middle(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    widgets::page_scroll(ui, |ui| {
        let room = ui.available_width();
        let width = WIDTH.min(room);
        ui.horizontal_top(|ui| {
            ui.add_space((room - width) / 2.0);
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.add_space((ui.clip_rect().height() * 0.12).min(110.0));
                ui.spacing_mut().item_spacing.y = BETWEEN;
                content(ui);
            });
        });
    });
}
