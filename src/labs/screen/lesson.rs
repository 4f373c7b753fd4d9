//! A lesson, or the empty stage: head, picture and what belongs to it in the middle, the panel at the right.

use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use super::{
    FREE_PLAY, Wish, cards,
    free::FreePlay,
    header::{self, Header, Titles},
    menu,
    panel::{self, StepPanel},
    sliders::Sliders,
    story, surprise,
};
use crate::{
    labs::{
        file::{Action, LabFile, Layout, Setting},
        picture::{Picture, Record, words},
        progress::Progress,
        stage::{Order, Stage, StageOptions},
        view::{Speed, StageView, SurpriseKind},
    },
    ui::{
        Command, Ctx, icon,
        theme::{self, AROUND, BETWEEN},
        widgets,
    },
};

/// What one press of "jump" lets pass, in hours.
const JUMP_HOURS: f64 = 1.0;

/// Height of a stage with nothing on it, in points.
const EMPTY_MIN: f32 = 120.0;
const EMPTY_MAX: f32 = 200.0;

/// An open lesson with its stage.
pub(super) struct LessonScreen {
    id: String,
    file: Arc<LabFile>,
    /// What keeps the stage from being set up, where something does.
    stage: Result<Stage, Arc<str>>,
    header: Header,
    picture: Picture,
    sliders: Sliders,
    panel: StepPanel,
    free: Option<FreePlay>,
    /// The speed to go on with.
    speed: Speed,
    /// Paused because nobody looked.
    resting: bool,
}

impl LessonScreen {
    /// Puts the file on a stage.
    pub(super) fn start(ctx: &Ctx<'_>, id: &str, file: Arc<LabFile>, progress: &Progress) -> Self {
        let free = (id == FREE_PLAY).then(|| FreePlay::of(&file));
        let stage = set_up(ctx, &file, file.seed, progress);
        Self {
            id: id.to_owned(),
            file,
            stage,
            header: Header::default(),
            picture: Picture::default(),
            sliders: Sliders::default(),
            panel: StepPanel::default(),
            free,
            speed: Speed::Real,
            resting: false,
        }
    }

    /// Of the place that it is shown at.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Pauses while nobody looks, and goes on after that.
    pub(super) fn rest(&mut self, rest: bool) {
        if rest == self.resting {
            return;
        }
        if rest && self.view().speed == Speed::Paused {
            return;
        }
        self.resting = rest;
        self.send(Order::Speed(if rest { Speed::Paused } else { self.speed }));
    }

    /// Draws it.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, lessons: &[Arc<LabFile>], progress: &mut Progress) {
        let view = self.view();
        self.note_progress(&view, progress);
        let mut wishes = Vec::new();
        self.commands(ctx, &mut wishes);
        self.head(ui, ctx, &view, lessons, &mut wishes);
        match &mut self.free {
            Some(free) => free.panel(ui, ctx, &view, &mut self.sliders, &mut wishes),
            None => {
                let here = lessons.iter().position(|lesson| lesson.id == self.id);
                let around = panel::Around {
                    before: here.and_then(|here| here.checked_sub(1)).and_then(|at| lessons.get(at)).map(|one| &**one),
                    after: here.and_then(|here| lessons.get(here + 1)).map(|one| &**one),
                };
                self.panel.show(ui, ctx, &view, &around, &mut self.sliders, &mut wishes);
            }
        }
        self.middle(ui, ctx, &view, &mut wishes);
        if let Some(free) = &mut self.free {
            free.dialogs(ui, ctx, &mut wishes);
        }
        for wish in wishes {
            self.carry_out(ctx, &view, wish, progress);
        }
        // The dots move with the stage's time; nothing moves while it is paused.
        if view.speed != Speed::Paused && !ctx.settings.calm && !view.travels.is_empty() {
            ui.ctx().request_repaint();
        }
    }

    fn commands(&self, ctx: &Ctx<'_>, wishes: &mut Vec<Wish>) {
        for (command, wish) in [
            (Command::LabPause, Wish::TogglePause),
            (Command::LabStep, Wish::StepEvent),
            (Command::LabJump, Wish::Jump),
            (Command::LabStartOver, Wish::StartOver { seed: None }),
            (Command::LabFaster, Wish::Speed(beside(self.speed, 1))),
            (Command::LabSlower, Wish::Speed(beside(self.speed, -1))),
        ] {
            if ctx.take(command) {
                wishes.push(wish);
            }
        }
    }

    fn head(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, lessons: &[Arc<LabFile>], wishes: &mut Vec<Wish>) {
        let way = match self.file.number {
            0 => String::new(),
            number => ctx.text.with("lab-way", &[("n", u64::from(number).into()), ("all", lessons.len().into())]),
        };
        let titles = Titles { way: &way, title: words(ctx, &self.file.title) };
        let mut jump = false;
        let asked = self.header.show(ui, ctx, &titles, view, self.speed, |ui| {
            widgets::more(ui, &ctx.t("lab-more"), |ui| {
                let keys = Command::LabJump.keys(ui);
                jump = widgets::item(ui, icon::TIMER, &ctx.t(Command::LabJump.text_id()), keys.as_deref());
                let (mut paused, mut calm) = (view.surprises_on, ctx.settings.calm);
                if widgets::check(ui, &mut paused, &ctx.t("lab-pause-for-surprises")).changed() {
                    wishes.push(Wish::Surprises(paused));
                }
                if widgets::check(ui, &mut calm, &ctx.t("lab-calm")).changed() {
                    ctx.act(crate::ui::Action::Calm(calm));
                }
            });
        });
        if jump {
            wishes.push(Wish::Jump);
        }
        wishes.extend(asked.map(|asked| match asked {
            header::Wish::Run(Command::LabPause) => Wish::TogglePause,
            header::Wish::Run(Command::LabStep) => Wish::StepEvent,
            header::Wish::Run(_) => Wish::StartOver { seed: None },
            header::Wish::Speed(speed) => Wish::Speed(speed),
            header::Wish::Seed(seed) => Wish::StartOver { seed: Some(seed) },
        }));
    }

    fn middle(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, wishes: &mut Vec<Wish>) {
        let frame = Frame::new().fill(theme::of(ui).window);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let visible = ui.available_height();
            ScrollArea::vertical().id_salt(&self.id).auto_shrink(false).show(ui, |ui| {
                Frame::new().inner_margin(Margin::same(AROUND as i8)).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = BETWEEN;
                    surprise::show(ui, ctx, view, wishes);
                    if let Some(problem) = &view.problem {
                        problem_line(ui, ctx, problem);
                    }
                    let charts_first = self.file.layout == Layout::Chart;
                    if charts_first {
                        cards::counters(ui, ctx, view);
                        cards::charts(ui, ctx, view, true);
                    }
                    self.picture(ui, ctx, view, self.room(visible), wishes);
                    if !charts_first {
                        cards::counters(ui, ctx, view);
                        cards::charts(ui, ctx, view, false);
                    }
                    cards::owners(ui, ctx, view);
                    self.told(ui, ctx, view);
                });
            });
        });
    }

    /// The height that the picture may take for what else is to be seen with it.
    fn room(&self, visible: f32) -> f32 {
        let counters = if self.file.counters.is_empty() { 0.0 } else { cards::COUNTER + BETWEEN };
        let charts = if self.file.charts.is_empty() { 0.0 } else { cards::CHART + BETWEEN };
        visible - 2.0 * AROUND - counters - charts - story::CARD_LEAST
    }

    /// What happened; where services write into tables, these stand beside it.
    fn told(&self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView) {
        let tables: Vec<_> = match self.file.layout {
            Layout::SignUp => view.actors.iter().filter_map(|actor| Some((actor, actor.service.as_ref()?))).collect(),
            _ => Vec::new(),
        };
        if tables.is_empty() {
            story::card(ui, ctx, view);
            return;
        }
        let mut shares = vec![1.0; tables.len()];
        shares.push(2.4);
        widgets::columns(ui, story::CARD, &shares, |ui, column| match tables.get(column) {
            Some((actor, service)) => cards::table(ui, ctx, actor, service),
            None => story::card(ui, ctx, view),
        });
    }

    fn picture(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, view: &StageView, room: f32, wishes: &mut Vec<Wish>) {
        if let Some(free) = &mut self.free
            && view.actors.is_empty()
            && view.topics.is_empty()
        {
            free.empty_stage(ui, ctx, wishes);
            return;
        }
        if view.actors.is_empty() && view.topics.is_empty() {
            ui.allocate_ui(egui::vec2(ui.available_width(), room.clamp(EMPTY_MIN, EMPTY_MAX)), |ui| {
                widgets::empty(ui, icon::LABS, &ctx.t("lab-stage-empty"), None);
            });
            return;
        }
        let (sliders, free) = (&mut self.sliders, &mut self.free);
        self.picture.show(ui, ctx, view, room, |response, index| {
            menu::of_actor(ctx, view, response, index, sliders, free.as_mut(), wishes);
        });
    }

    fn note_progress(&self, view: &StageView, progress: &mut Progress) {
        if let Some(surprise) = &view.surprise {
            progress.seen.insert(surprise.kind.key().to_owned());
        }
        let Some(lesson) = view.lesson.as_ref().filter(|_| self.file.number > 0) else { return };
        for (step, state) in self.file.steps.iter().zip(&lesson.steps) {
            if state.done {
                progress.finish_step(&self.file.id, &step.id, self.file.steps.len());
            }
        }
    }

    fn carry_out(&mut self, ctx: &Ctx<'_>, view: &StageView, wish: Wish, progress: &mut Progress) {
        let paused = view.speed == Speed::Paused;
        let order = match wish {
            Wish::TogglePause => Order::Speed(if paused { self.speed } else { Speed::Paused }),
            Wish::GoOn => Order::Speed(self.speed),
            Wish::Speed(speed) => {
                self.speed = speed;
                // A new speed of what is paused holds from when it goes on.
                if paused {
                    return;
                }
                Order::Speed(speed)
            }
            Wish::StepEvent => Order::StepEvent,
            Wish::Jump => Order::JumpHours(JUMP_HOURS),
            Wish::StartOver { seed } => {
                self.picture = Picture::default();
                self.panel.start_over();
                if let Some(free) = &self.free {
                    // With what was put on it, not as empty as it began.
                    self.stage = set_up(ctx, &free.file(), seed.unwrap_or(view.seed), progress);
                    return;
                }
                Order::StartOver { seed: Some(seed.unwrap_or(view.seed)) }
            }
            Wish::Step(step) => {
                self.picture.close();
                Order::ShowStep(step)
            }
            Wish::Task(task) => {
                if let Some(asked) = asked_for(view, task) {
                    self.picture.open(asked);
                }
                Order::Task(task)
            }
            Wish::WhatIf(nth) => Order::WhatIf(nth),
            Wish::Answer(choice) => Order::Answer(choice),
            Wish::Do(actions) => Order::Do(actions),
            Wish::Set { actor, field, value } => {
                if let Some(free) = &mut self.free {
                    free.note_set(&actor, &field, value);
                }
                Order::Set { actor, field, value: Setting::Number(value) }
            }
            Wish::Surprises(on) => {
                progress.no_surprises = !on;
                Order::Surprises(on)
            }
        };
        // Somebody who presses the button of a task wants to see it happen.
        let wakes = matches!(order, Order::Task(_) | Order::WhatIf(_)) && paused;
        self.send(order);
        if wakes {
            self.send(Order::Speed(self.speed));
        }
    }

    fn send(&self, order: Order) {
        if let Ok(stage) = &self.stage {
            stage.send(order);
        }
    }

    fn view(&self) -> Arc<StageView> {
        match &self.stage {
            Ok(stage) => stage.view(),
            Err(problem) => Arc::new(StageView { problem: Some(Arc::clone(problem)), ..StageView::default() }),
        }
    }
}

/// A stage with that file, which wakes the window whenever something is new.
fn set_up(ctx: &Ctx<'_>, file: &Arc<LabFile>, seed: u64, progress: &Progress) -> Result<Stage, Arc<str>> {
    let session = ctx.session.cloned();
    let seen = SurpriseKind::ALL.into_iter().filter(|kind| progress.seen.contains(kind.key())).collect();
    let options = StageOptions { seed: Some(seed), surprises: !progress.no_surprises, seen, ..StageOptions::default() };
    let wake = move || session.iter().for_each(crate::session::Session::wake);
    Stage::open(Arc::clone(file), options, wake).map_err(|error| error.to_string().into())
}

/// The message that a task asks for: who asks wants to see it.
fn asked_for(view: &StageView, task: usize) -> Option<Record> {
    let lesson = view.lesson.as_ref()?;
    let actions = &lesson.file.steps.get(lesson.step)?.tasks.get(task)?.action;
    actions.0.iter().find_map(|action| match action {
        Action::Read { topic, partition, offset } => {
            Some(Record { topic: topic.clone(), partition: *partition, offset: *offset })
        }
        _ => None,
    })
}

/// The speed that many places further.
fn beside(speed: Speed, places: isize) -> Speed {
    let at = Speed::RUNNING.iter().position(|one| *one == speed).unwrap_or(1);
    let at = at.saturating_add_signed(places).min(Speed::RUNNING.len() - 1);
    Speed::RUNNING[at]
}

fn problem_line(ui: &mut Ui, ctx: &Ctx<'_>, problem: &str) {
    let theme = theme::of(ui);
    ui.horizontal_top(|ui| {
        icon::show(ui, icon::ERROR, theme.bad);
        let words = ctx.text.with("lab-problem", &[("why", problem.into())]);
        panel::wrapped(ui, &words, theme::body(), theme.text);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_stop_at_the_slowest_and_the_fastest() {
        assert_eq!(beside(Speed::Real, 1), Speed::Four);
        assert_eq!(beside(Speed::Sixteen, 1), Speed::Sixteen);
        assert_eq!(beside(Speed::Quarter, -1), Speed::Quarter);
    }
}
