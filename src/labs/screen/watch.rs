//! Watch: a topic of the workspace in the picture of the lessons, with the person's own programs as actors.

mod view;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use self::view::Flow;
use crate::{
    labs::picture::Picture,
    session::{Loadable, watch::WatchedTopic},
    ui::{
        Ctx, GroupTab, Place, TopicTab,
        clusters::ClusterKey,
        icon,
        theme::{self, AROUND, BETWEEN},
        widgets::{self, Button},
    },
};

/// How often the topic is looked at while it is shown.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Height of what stands over the picture, in points.
const HEAD: f32 = 160.0;

/// What the screen keeps between frames.
#[derive(Default)]
pub(super) struct WatchScreen {
    topic: String,
    /// Where the topic is: others may have one of that name.
    cluster: ClusterKey,
    slot: Loadable<WatchedTopic>,
    asked: Option<Instant>,
    picture: Picture,
    flow: Flow,
}

impl WatchScreen {
    /// Draws the topic.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &str) {
        if self.topic != topic || self.cluster != ctx.cluster.key {
            *self = Self { topic: topic.to_owned(), cluster: ctx.cluster.key, ..Self::default() };
        }
        self.look(ui, ctx, topic);
        let watched = self.slot.value();
        let view = watched.as_deref().map(|watched| self.flow.view(ctx, topic, watched));
        CentralPanel::default().frame(Frame::new().fill(theme::of(ui).window)).show(ui, |ui| {
            let room = ui.available_height() - HEAD;
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                Frame::new().inner_margin(Margin::same(AROUND as i8)).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = BETWEEN;
                    head(ui, ctx, topic);
                    widgets::paragraph(ui, &ctx.t("watch-about"));
                    if let Some(problem) = self.slot.view().problem {
                        widgets::problem(ui, ctx, &problem, None);
                    }
                    let Some(view) = &view else { return };
                    self.picture.show(ui, ctx, view, room, |response, index| {
                        let group = view
                            .groups
                            .iter()
                            .find(|group| group.members.iter().any(|member| member.actor == view.actors[index].id));
                        if let Some(group) = group.filter(|_| response.clicked()) {
                            ctx.go(Place::Group { id: group.id.to_string(), tab: GroupTab::Members });
                        }
                    });
                    if view.actors.is_empty() {
                        widgets::faint(ui, &ctx.t("watch-nobody"));
                    }
                });
            });
        });
        if view.is_some_and(|view| !view.travels.is_empty()) && !ctx.settings.calm {
            ui.ctx().request_repaint();
        }
    }

    fn look(&mut self, ui: &Ui, ctx: &Ctx<'_>, topic: &str) {
        ui.ctx().request_repaint_after(LOOK_EVERY);
        let due = self.asked.is_none_or(|asked| asked.elapsed() >= LOOK_EVERY);
        if !due || self.slot.view().loading_since.is_some() {
            return;
        }
        let (Some(session), Some(facts)) = (ctx.session, ctx.facts.topic(topic)) else { return };
        self.asked = Some(Instant::now());
        let partitions = facts.partitions.iter().map(|part| part.id).collect();
        let queues = ctx.facts.groups_of(topic).filter(|group| group.is_queue()).map(|group| Arc::clone(&group.id));
        session.watch_topic(&facts.name, partitions, queues.collect(), self.slot.value(), &self.slot);
    }
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>, topic: &str) {
    let topics = ctx.t("nav-topics");
    let clicked = widgets::page_header(
        ui,
        &[&topics, topic],
        &ctx.t("watch-title"),
        |_| (),
        |ui| {
            if Button::secondary(&ctx.t("watch-produce")).icon(icon::SEND).show(ui).clicked() {
                ctx.go(Place::Topic { name: topic.to_owned(), tab: TopicTab::Produce });
            }
        },
    );
    match clicked {
        Some(0) => ctx.go(Place::Topics),
        Some(_) => ctx.go(Place::topic(topic)),
        None => {}
    }
}
