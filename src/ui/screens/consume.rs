//! Consumers started by hand, side by side: what each received and owns, and who owned what in the last minute.

mod banner;
mod card;
mod dialog;
mod queue;
mod sentence;
mod timeline;

use std::{collections::HashMap, sync::Arc};

use egui::{Align, Layout, ScrollArea, Ui};

use self::dialog::NewConsumerDialog;
use crate::{
    session::{
        Event, Phrase, Problem, Session,
        consumers::{ConsumerId, ConsumerPlan, ConsumersView},
    },
    ui::{
        Command,
        ctx::Ctx,
        icon,
        theme::{BETWEEN, RADIUS_CARD},
        widgets::{self, Button, TableState},
    },
};

/// A card is at least and at most so wide, in points; more of them scroll sideways.
const CARD_WIDTH_MIN: f32 = 320.0;
const CARD_WIDTH_MAX: f32 = 560.0;
/// A card is at least so high, in points; a smaller window scrolls.
const CARD_HEIGHT_MIN: f32 = 300.0;
/// The window is drawn again so often while somebody reads, for the picture of the last minute to move.
const REDRAW_MILLIS: u64 = 250;

/// What the screen keeps between frames.
#[derive(Default)]
pub struct ConsumeScreen {
    dialog: Option<NewConsumerDialog>,
    /// What was started last, to begin the next dialog with.
    last_plan: Option<ConsumerPlan>,
    tables: HashMap<ConsumerId, TableState>,
    timeline: timeline::TimelineState,
}

impl ConsumeScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let view = ctx.session.map(|session| session.consumers().view()).unwrap_or_default();
        if ctx.take(Command::NewConsumer) {
            self.dialog = Some(NewConsumerDialog::new(ctx, &view, self.last_plan.as_ref()));
        }
        if ctx.take(Command::StopConsumers) {
            ctx.with_session(|session| session.consumers().stop_all());
        }
        self.tables.retain(|id, _| view.consumer(*id).is_some());
        widgets::page(ui, |ui| {
            self.header(ui, ctx, &view);
            if view.consumers.is_empty() {
                self.empty(ui, ctx, &view);
            } else {
                ui.spacing_mut().item_spacing.y = BETWEEN;
                banner::show(ui, ctx, &view);
                self.cards_and_timeline(ui, ctx, &view);
            }
        });
        self.show_dialog(ui, ctx, &view);
        if view.running() > 0 {
            ui.request_repaint_after(std::time::Duration::from_millis(REDRAW_MILLIS));
        }
    }

    fn header(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView) {
        let running = view.running();
        let after = |ui: &mut Ui| {
            if !view.consumers.is_empty() {
                let words = ctx.text.with("consume-count", &[("count", (running as f64).into())]);
                widgets::quiet(ui, &words);
            }
        };
        let mut new = false;
        widgets::page_header(ui, &[], &ctx.t("nav-consume"), after, |ui| {
            if view.consumers.is_empty() {
                return;
            }
            let none = ctx.t("consume-why-no-topic");
            let why_not = ctx.unless_read_only(ctx.facts.topics.is_empty().then_some(&*none));
            new = ui.add(Button::primary(&ctx.t("command-new-consumer")).unless(why_not.as_deref())).clicked();
            if running > 0 && ui.add(Button::secondary(&ctx.t("consume-stop-all"))).clicked() {
                ctx.with_session(|session| session.consumers().stop_all());
            }
            if running < view.consumers.len() && ui.add(Button::secondary(&ctx.t("consume-clear"))).clicked() {
                ctx.with_session(|session| session.consumers().dismiss_ended());
            }
        });
        if new {
            self.dialog = Some(NewConsumerDialog::new(ctx, view, self.last_plan.as_ref()));
        }
    }

    fn empty(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView) {
        let no_topic = ctx.facts.topics.is_empty() && ctx.facts.first_load_done;
        let (sentence, verb) = if no_topic {
            (ctx.t("consume-empty-no-topic"), ctx.t("command-load-sample"))
        } else {
            (ctx.t("consume-empty"), ctx.t("command-new-consumer"))
        };
        let clicked = widgets::empty(ui, icon::CONSUME, &sentence, ctx.if_changing(&verb)).is_some_and(|r| r.clicked());
        match (clicked, no_topic) {
            (true, true) => ctx.act(crate::ui::Action::Run(Command::LoadSample)),
            (true, false) => self.dialog = Some(NewConsumerDialog::new(ctx, view, self.last_plan.as_ref())),
            _ => {}
        }
    }

    fn cards_and_timeline(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &Arc<ConsumersView>) {
        let below = self.timeline.height(view);
        let room = ui.available_height();
        let gap = if below > 0.0 { BETWEEN } else { 0.0 };
        let cards = (room - below - gap).max(CARD_HEIGHT_MIN);
        if cards + gap + below > room + 1.0 {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                self.cards(ui, ctx, view, cards);
                self.timeline.show(ui, ctx, view, below);
            });
        } else {
            self.cards(ui, ctx, view, cards);
            self.timeline.show(ui, ctx, view, below);
        }
    }

    fn cards(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView, height: f32) {
        let count = view.consumers.len() as f32;
        let fit = (ui.available_width() - BETWEEN * (count - 1.0)) / count;
        let width = fit.clamp(CARD_WIDTH_MIN, CARD_WIDTH_MAX).floor();
        let overflows = fit < CARD_WIDTH_MIN;
        // The bar below must not cover the last rows.
        let card_height = if overflows { height - 14.0 } else { height };
        ScrollArea::horizontal().id_salt("cards").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.x = BETWEEN;
                ui.set_height(height);
                for consumer in &view.consumers {
                    let (rect, _) = ui.allocate_exact_size(egui::vec2(width, card_height), egui::Sense::hover());
                    if !ui.is_rect_visible(rect) {
                        continue;
                    }
                    let mut inside = ui.new_child(
                        egui::UiBuilder::new()
                            .id_salt(("consumer", consumer.id))
                            .max_rect(rect)
                            .layout(Layout::top_down(Align::Min)),
                    );
                    inside.set_clip_rect(rect.expand(1.0).intersect(ui.clip_rect()));
                    card::show(&mut inside, ctx, view, consumer, self.tables.entry(consumer.id).or_default());
                }
            });
        });
    }

    fn show_dialog(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &ConsumersView) {
        let Some(dialog) = &mut self.dialog else { return };
        match dialog.show(ui, ctx, view) {
            widgets::DialogEnd::Open => {}
            widgets::DialogEnd::Cancelled => self.dialog = None,
            widgets::DialogEnd::Confirmed => {
                let (plan, count) = dialog.plan();
                self.last_plan = Some(plan.clone());
                ctx.with_session(move |session| {
                    for _ in 0..count {
                        start(session, plan.clone());
                    }
                });
                self.dialog = None;
            }
        }
    }
}

/// Starts a consumer; a plan that cannot be carried out becomes a note.
fn start(session: &Session, plan: ConsumerPlan) {
    let what = Phrase::new("consume-not-started").with("group", plan.group.as_str());
    if let Err(why) = session.consumers().start(plan) {
        session.push_event(Event::Trouble(Problem::new(what, why.to_string())));
    }
}

/// A card's ground with its hairline, and the colour of its group along the top.
fn paint_card(ui: &Ui, rect: egui::Rect, top: Option<egui::Color32>) {
    let theme = crate::ui::theme::of(ui);
    let painter = ui.painter();
    let radius = egui::CornerRadius::same(RADIUS_CARD);
    if let Some(color) = top {
        // The coloured edge follows the corners: a card in that colour, covered by the card itself from 3 points down.
        painter.rect_filled(rect, radius, color);
        let below = egui::Rect::from_min_max(egui::pos2(rect.left(), rect.top() + 3.0), rect.max);
        let corner = egui::CornerRadius { nw: 5, ne: 5, sw: RADIUS_CARD, se: RADIUS_CARD };
        painter.rect(below, corner, theme.panel, theme.rule(), egui::StrokeKind::Inside);
    } else {
        painter.rect(rect, radius, theme.panel, theme.rule(), egui::StrokeKind::Inside);
    }
}
