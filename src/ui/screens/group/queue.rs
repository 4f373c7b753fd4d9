//! A queue (share group): figures, every record in flight as a cell, and its backlog over time.

mod cells;
mod config;
mod face;
mod figures;
mod foot;
mod geometry;
mod hand;
mod partitions;
mod selection;
mod strip;
mod words;

use std::time::{Duration, Instant};

use egui::Ui;

pub(super) use self::{hand::purge_items, partitions::QueuePartitionsTable};

use self::{cells::CellsView, config::QueueConfig};
use super::chart::LagView;
use crate::{
    session::{GroupFacts, Loadable, QueuePicture},
    ui::{
        Action, Command, Ctx, icon,
        theme::BETWEEN,
        widgets::{self},
    },
};

/// While members hold records the picture is asked for so often …
const FRESH: Duration = Duration::from_millis(250);
/// … but a picture that is costly for the broker only after so many times what it took.
const COST_FACTOR: u32 = 10;
/// Height of the chart's card, in points; less where the window is low.
const CHART_HEIGHT: f32 = 200.0;
const CHART_HEIGHT_MIN: f32 = 150.0;
/// The records have at least so much room, in points; without it there is no chart.
const CELLS_HEIGHT_MIN: f32 = 190.0;

/// What the tab keeps between frames.
#[derive(Default)]
pub(super) struct QueueView {
    picture: Loadable<QueuePicture>,
    asked: Option<(Instant, u64)>,
    config: QueueConfig,
    cells: CellsView,
}

impl QueueView {
    /// Draws the tab on all the space that is left.
    pub(super) fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts, lag: &mut LagView) {
        self.config.ask(ctx, group);
        figures::show(ui, ctx, group, &self.config);
        ui.add_space(BETWEEN - ui.spacing().item_spacing.y);
        let told = ctx.session.is_some_and(|session| session.inspector().is_some());
        let room = ui.available_height();
        let chart = CHART_HEIGHT.max(room * 0.3).min(room - CELLS_HEIGHT_MIN - BETWEEN);
        let chart = if chart < CHART_HEIGHT_MIN { 0.0 } else { chart };
        let gap = if chart > 0.0 { BETWEEN } else { 0.0 };
        let width = ui.available_width();
        ui.spacing_mut().item_spacing.y = gap;
        ui.allocate_ui(egui::vec2(width, room - chart - gap), |ui| {
            ui.set_max_height(room - chart - gap);
            ui.spacing_mut().item_spacing.y = 4.0;
            widgets::card_fill(ui, |ui| match told {
                true => self.records(ui, ctx, group),
                false => drop(widgets::empty(ui, icon::INFO, &ctx.t("queue-not-told"), None)),
            });
        });
        if chart > 0.0 {
            widgets::card_fill(ui, |ui| {
                egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 10)).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 4.0;
                    lag.show(ui, ctx, group);
                });
            });
        }
    }

    fn records(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        self.ask(ui, ctx, group);
        let view = self.picture.view();
        if let Some(problem) = &view.problem {
            widgets::problem(ui, ctx, problem, None);
        }
        let Some(picture) = view.value else {
            if let Some(since) = view.loading_since {
                widgets::waiting(ui, since, &ctx.t("queue-loading"));
            }
            return;
        };
        if picture.partitions.is_empty() {
            let (sentence, verb) = (ctx.t("queue-nothing-yet"), ctx.t("groups-start-consumer"));
            if widgets::empty(ui, icon::QUEUE, &sentence, ctx.if_changing(&verb)).is_some_and(|button| button.clicked())
            {
                if let Some(topic) = group.topics.first().map(ToString::to_string) {
                    ctx.with_session(move |session| session.consumers().suggest(topic));
                }
                ctx.act(Action::Run(Command::NewConsumer));
            }
            return;
        }
        self.cells.show(ui, ctx, group, &picture, &self.config);
    }

    /// Asks for a newer picture: when the counts moved, and while members hold records and locks run down.
    fn ask(&mut self, ui: &Ui, ctx: &Ctx<'_>, group: &GroupFacts) {
        let held = group.queue.is_some_and(|queue| queue.acquired > 0) || !group.members.is_empty();
        let took = self.picture.value().map_or(Duration::ZERO, |picture| picture.took);
        let pause = FRESH.max(took * COST_FACTOR);
        let due = match self.asked {
            None => true,
            Some((at, revision)) => {
                at.elapsed() >= pause
                    && (held || revision != ctx.facts.revision)
                    && self.picture.view().loading_since.is_none()
            }
        };
        if due {
            self.asked = Some((Instant::now(), ctx.facts.revision));
            let (id, slot) = (group.id.clone(), self.picture.clone());
            ctx.with_session(move |session| {
                session.load_queue(id, &slot);
            });
        }
        if held {
            ui.request_repaint_after(pause);
        }
    }
}
