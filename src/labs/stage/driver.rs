//! The thread behind a [`super::Stage`]: takes orders, lets as much time pass as real time and speed say, publishes the
//! view at most every 16 ms. While the stage is paused it sleeps until an order comes.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use super::{LOOK_MS, Order, StageOptions, World, picture};
use crate::labs::{
    file::{Action, Actions, JUMP_HOURS_MAX, LabFile, RUN_SECONDS_MAX},
    view::{Speed, StageView, StoryEvent, StoryKind, Surprise, SurpriseKind},
};

/// How often the view is made while the stage runs.
const FRAME: Duration = Duration::from_millis(16);
/// Real time that is made up for after a hold-up.
const CATCH_UP: Duration = Duration::from_millis(100);
/// Real time that one piece of a jump takes before the view is shown.
const JUMP_SLICE: Duration = Duration::from_millis(14);
/// Real time after which topics and groups are looked at again, however slowly the stage runs.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a step waits for the next event, in milliseconds of the stage.
const STEP_MS_MAX: i64 = 60_000;
/// How finely a step looks for it.
const STEP_MS: i64 = 10;
/// Actions that may wait for a jump to end.
const ACTIONS_MAX: usize = 1_000;
/// Buttons whose later part waits for its time.
const LATER_MAX: usize = 100;

/// Until the last handle is gone.
pub fn run(
    file: Arc<LabFile>,
    options: StageOptions,
    inbox: &Receiver<Order>,
    view: &ArcSwap<StageView>,
    wake: &dyn Fn(),
) {
    let seed = options.seed.unwrap_or(file.seed);
    let mut driver = Driver {
        world: None,
        speed: options.speed,
        seed,
        surprises: options.surprises,
        seen: options.seen,
        surprise: None,
        problem: None,
        waiting: VecDeque::new(),
        later: Vec::new(),
        leap_left_ms: 0,
        owed_ms: 0.0,
        last_frame: Instant::now(),
        last_look: Instant::now(),
        file,
    };
    driver.start_over();
    loop {
        view.store(Arc::new(driver.view()));
        wake();
        let order = if driver.is_running() {
            let spent = driver.last_frame.elapsed();
            match inbox.recv_timeout(FRAME.saturating_sub(spent)) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        } else {
            let Ok(order) = inbox.recv() else { return };
            driver.last_frame = Instant::now();
            Some(order)
        };
        order.into_iter().for_each(|order| driver.take(order));
        while let Ok(order) = inbox.try_recv() {
            driver.take(order);
        }
        driver.frame();
    }
}

struct Driver {
    file: Arc<LabFile>,
    /// `None` where it could not be set up.
    world: Option<World>,
    speed: Speed,
    seed: u64,
    surprises: bool,
    seen: BTreeSet<SurpriseKind>,
    surprise: Option<Surprise>,
    problem: Option<Arc<str>>,
    waiting: VecDeque<Action>,
    /// What comes after a `run`, and from when on: time passes at the stage's speed, so that it can be watched.
    later: Vec<(i64, VecDeque<Action>)>,
    /// Time that is to pass at once.
    leap_left_ms: i64,
    /// Fractions of a millisecond.
    owed_ms: f64,
    last_frame: Instant,
    last_look: Instant,
}

impl Driver {
    fn is_running(&self) -> bool {
        self.world.is_some() && (self.speed != Speed::Paused || self.is_busy())
    }

    fn is_busy(&self) -> bool {
        self.leap_left_ms > 0
    }

    fn start_over(&mut self) {
        (self.waiting, self.later, self.leap_left_ms) = (VecDeque::new(), Vec::new(), 0);
        self.surprise = None;
        // The old one's folder goes before the new one comes.
        self.world = None;
        match World::open(Arc::clone(&self.file), self.seed) {
            Ok(world) => self.world = Some(world),
            Err(error) => self.problem = Some(error.to_string().into()),
        }
    }

    fn view(&self) -> StageView {
        let mut view = self.world.as_ref().map_or_else(StageView::default, picture::view);
        view.speed = self.speed;
        view.busy = self.is_busy();
        view.seed = self.seed;
        view.surprise = self.surprise.clone();
        view.surprises_on = self.surprises;
        view.problem = self.problem.clone();
        view
    }

    fn take(&mut self, order: Order) {
        self.problem = None;
        match order {
            Order::Speed(speed) => {
                self.speed = speed;
                if speed != Speed::Paused {
                    self.surprise = None;
                }
            }
            Order::StepEvent => self.step_event(),
            Order::JumpHours(hours) => self.queue(&Actions(vec![Action::Jump { hours }])),
            Order::Do(actions) => self.queue(&actions),
            Order::Task(nth) => {
                let step = self.world.as_ref().map_or(0, |world| world.lesson.shown());
                let task = self.file.steps.get(step).and_then(|step| step.tasks.get(nth));
                if let Some(actions) = task.map(|task| task.action.clone()) {
                    self.queue(&actions);
                }
            }
            Order::WhatIf(nth) => {
                if let Some(actions) = self.file.what_if.get(nth).map(|switch| switch.action.clone()) {
                    self.queue(&actions);
                }
            }
            Order::Set { actor, field, value } => {
                let (actor, field) = (actor.to_string(), field.to_string());
                self.queue(&Actions(vec![Action::Set { actor, field, value }]));
            }
            Order::Answer(choice) => self.queue(&Actions(vec![Action::Answer { choice }])),
            Order::ShowStep(step) => {
                if let Some(world) = &mut self.world {
                    world.lesson.show(step);
                    world.look();
                }
            }
            Order::Surprises(on) => {
                self.surprises = on;
                self.surprise = self.surprise.take().filter(|_| on);
            }
            Order::StartOver { seed } => {
                self.seed = seed.unwrap_or(self.seed);
                self.start_over();
            }
        }
    }

    fn queue(&mut self, actions: &Actions) {
        let room = ACTIONS_MAX.saturating_sub(self.waiting.len());
        self.waiting.extend(actions.0.iter().take(room).cloned());
        self.act();
    }

    /// Does what waits, up to the next thing that takes time.
    fn act(&mut self) {
        let Some(world) = &mut self.world else { return self.waiting.clear() };
        while self.leap_left_ms <= 0
            && let Some(action) = self.waiting.pop_front()
        {
            match action {
                Action::Jump { hours } => {
                    world.ledger.tell(StoryKind::Jumped { hours });
                    self.leap_left_ms = (hours.clamp(0.0, JUMP_HOURS_MAX) * 3_600_000.0) as i64;
                }
                Action::Run { seconds } => {
                    let due = world.now_ms() + (seconds.clamp(0.0, RUN_SECONDS_MAX) * 1_000.0) as i64;
                    if self.later.len() < LATER_MAX {
                        self.later.push((due, std::mem::take(&mut self.waiting)));
                    }
                }
                action => {
                    if let Err(why) = world.perform(&action) {
                        self.problem = Some(why.into());
                    }
                }
            }
        }
    }

    /// Lets the time of one frame pass.
    fn frame(&mut self) {
        let elapsed = self.last_frame.elapsed().min(CATCH_UP);
        self.last_frame = Instant::now();
        if self.is_busy() {
            self.hurry();
        } else if self.speed != Speed::Paused {
            self.owed_ms += elapsed.as_secs_f64() * 1_000.0 * self.speed.factor();
            let whole = self.owed_ms.floor();
            self.owed_ms -= whole;
            self.pass(whole as i64);
        }
        self.resume();
        self.act();
        if self.last_look.elapsed() >= LOOK_AGAIN && self.is_running() {
            self.look();
        }
    }

    /// Goes on with what has waited long enough.
    fn resume(&mut self) {
        let Some(now) = self.world.as_ref().map(World::now_ms) else { return };
        let due = self.later.extract_if(.., |(due, _)| *due <= now);
        self.waiting.extend(due.flat_map(|(_, actions)| actions));
    }

    /// Part of a jump.
    fn hurry(&mut self) {
        let began = Instant::now();
        while self.is_busy() && began.elapsed() < JUMP_SLICE {
            let Some(world) = &mut self.world else { return };
            if self.leap_left_ms > 0 {
                self.leap_left_ms -= world.leap(self.leap_left_ms);
                self.watch();
            }
            self.act();
        }
    }

    fn pass(&mut self, mut millis: i64) {
        let before = self.speed;
        while millis > 0 && self.speed == before {
            let Some(world) = &mut self.world else { return };
            let piece = millis.min(LOOK_MS);
            world.pass(piece);
            millis -= piece;
            self.watch();
        }
    }

    fn look(&mut self) {
        if let Some(world) = &mut self.world {
            world.look();
        }
        self.watch();
    }

    fn step_event(&mut self) {
        self.speed = Speed::Paused;
        self.surprise = None;
        self.look();
        let Some(world) = &mut self.world else { return };
        let end = world.now_ms() + STEP_MS_MAX;
        while world.now_ms() < end {
            world.time.pass(STEP_MS);
            if world.ledger.has_news() || world.now_ms() % LOOK_MS == 0 {
                world.look();
            }
            let fresh = world.take_fresh();
            if !fresh.is_empty() {
                return self.surprised(&fresh);
            }
        }
    }

    fn watch(&mut self) {
        self.last_look = Instant::now();
        if let Some(fresh) = self.world.as_mut().map(World::take_fresh) {
            self.surprised(&fresh);
        }
    }

    /// Pauses where something happened that surprises, once for each kind.
    fn surprised(&mut self, fresh: &[StoryEvent]) {
        for event in fresh {
            let kind = match event.kind {
                StoryKind::Idle { .. } => SurpriseKind::IdleConsumer,
                StoryKind::Duplicate { .. } => SurpriseKind::Duplicate,
                StoryKind::LockExpired { .. } => SurpriseKind::LostLock,
                StoryKind::OutOfOrder { .. } => SurpriseKind::OutOfOrder,
                _ => continue,
            };
            if self.surprises && self.surprise.is_none() && self.seen.insert(kind) {
                self.surprise = Some(Surprise { kind, event: event.clone() });
                self.speed = Speed::Paused;
            }
        }
    }
}
