//! What goes on with the replicas of a topic, in a card over the table: moves of this window with their progress, those
//! of others, and a throttle that was left behind.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use egui::Ui;

use crate::{
    model::TopicPartition,
    session::{
        Loadable, Session, TopicFacts,
        moves::{TopicMoves, moves_replicas_of},
    },
    ui::{
        Action,
        confirm::Confirm,
        ctx::Ctx,
        icon,
        widgets::{self, Button},
    },
};

/// It is asked for anew after this long.
const FRESH: Duration = Duration::from_secs(2);

/// What is known of it.
#[derive(Default)]
pub(super) struct Moving {
    known: Loadable<TopicMoves>,
    asked: Option<Instant>,
    /// Moves of this window ran when it was drawn last.
    ours: bool,
    /// The first answer that told of a throttle with nothing to hold back.
    left_behind: Option<Arc<TopicMoves>>,
}

impl Moving {
    /// The newest answer.
    pub fn known(&self) -> Option<Arc<TopicMoves>> {
        self.known.value()
    }

    /// Something was begun or ended here.
    pub fn ask_soon(&mut self) {
        self.asked = None;
    }

    /// Asks again where that is due.
    pub fn load(&mut self, ui: &Ui, session: &Session, topic: &TopicFacts) {
        ui.ctx().request_repaint_after(FRESH);
        let waits = self.known.view().loading_since.is_some();
        if !waits && self.asked.is_none_or(|at| at.elapsed() > FRESH) {
            self.asked = Some(Instant::now());
            session.load_topic_moves(topic.name.to_string(), &self.known);
        }
    }

    /// Draws the card, where there is something to tell.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let jobs = ctx.session.map(|session| session.jobs()).unwrap_or_default();
        let ours: Vec<_> = jobs.iter().filter(|job| moves_replicas_of(job, &topic.name)).collect();
        if self.ours && ours.is_empty() {
            // What was asked for before the end tells of moves that are over.
            self.known.clear();
            self.ask_soon();
        }
        self.ours = !ours.is_empty();
        for job in &ours {
            ui.add_space(4.0);
            widgets::card(ui, |ui| widgets::job_row(ui, ctx, job));
        }
        let known = self.known();
        let is_left_behind = self.is_left_behind(known.as_ref());
        match known.filter(|_| ours.is_empty()) {
            Some(moves) if !moves.going_on.is_empty() => elsewhere(ui, ctx, &moves),
            Some(_) if is_left_behind => left_behind(ui, ctx, topic),
            _ => {}
        }
    }

    /// Whether a throttle was left behind. Whoever moves replicas takes it off a moment after the last copy, so one answer
    /// that nothing moves says nothing yet.
    fn is_left_behind(&mut self, known: Option<&Arc<TopicMoves>>) -> bool {
        let Some(idle) = known.filter(|moves| moves.throttled && moves.going_on.is_empty()) else {
            self.left_behind = None;
            return false;
        };
        !Arc::ptr_eq(self.left_behind.get_or_insert_with(|| Arc::clone(idle)), idle)
    }
}

/// Moves that this window did not begin.
fn elsewhere(ui: &mut Ui, ctx: &Ctx<'_>, moves: &TopicMoves) {
    let words = ctx.text.with("partitions-moving-elsewhere", &[("n", moves.going_on.len().into())]);
    told(ui, ctx, &words, "partitions-move-back", || {
        ask_take_back(ctx, moves.going_on.iter().map(|one| one.tp.clone()).collect());
    });
}

fn left_behind(ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
    told(ui, ctx, &ctx.t("partitions-still-throttled"), "partitions-unthrottle", || {
        let topic = topic.name.to_string();
        ctx.with_session(move |session| {
            session.remove_throttle(topic);
        });
    });
}

/// A sentence, and a button for what can be done about it.
fn told(ui: &mut Ui, ctx: &Ctx<'_>, words: &str, verb: &str, act: impl FnOnce()) {
    ui.add_space(4.0);
    widgets::card(ui, |ui| {
        ui.horizontal(|ui| {
            icon::show(ui, icon::INFO, ctx.theme.note);
            widgets::body(ui, words);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let (verb, why) = (ctx.t(verb), ctx.read_only_why());
                if Button::secondary(&verb).unless(why.as_deref()).show(ui).clicked() {
                    act();
                }
            });
        });
    });
}

/// Takes moves back after one more question: what was copied is lost.
pub(super) fn ask_take_back(ctx: &Ctx<'_>, of: Vec<TopicPartition>) {
    let count = [("n", of.len().into())];
    ctx.act(Action::Ask(Confirm {
        title: ctx.text.with("move-back-title", &count),
        losses: vec![ctx.t("move-back-loss").to_string()],
        verb: ctx.text.with("move-back-verb", &count),
        effect: None,
        typed: None,
        work: Box::new(move |session| {
            session.take_moves_back(of);
        }),
    }));
}
