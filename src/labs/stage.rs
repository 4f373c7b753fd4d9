//! The stage: a private broker, a clock of its own, actors. [`Stage`] is the handle for a window, which never waits;
//! [`World`] is the thing itself, for who plays without one.
//!
//! In reading order: `time` (the clock), `folder`, `door` (for programs from outside), `wire` (answers that are lost), `world`, `lookout` with `log_view`,
//! `owners` and `queues` (what the broker says), `picture` (the view), `driver` (the thread behind the handle).

mod door;
mod driver;
mod folder;
mod log_view;
mod lookout;
mod owners;
mod picture;
mod queues;
mod time;
mod wire;
mod world;

use std::{
    collections::BTreeSet,
    io,
    sync::{
        Arc,
        mpsc::{SyncSender, sync_channel},
    },
    thread,
};

use arc_swap::ArcSwap;

pub use self::{
    lookout::{Sight, read_from_the_beginning},
    wire::{Faults, Wire},
    world::{EPOCH_MS, LOOK_MS, StageError, World, create_topic},
};
use super::{
    file::{Actions, LabFile, Setting},
    view::{Speed, StageView, SurpriseKind},
};

/// Orders that may wait; a hand on a slider makes some dozens a second.
const ORDERS_MAX: usize = 1_000;

/// What a stage is told by who watches.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    Speed(Speed),
    /// Runs until the next event of the story, at most a minute of the stage, and pauses.
    StepEvent,
    /// Lets hours pass in a moment.
    JumpHours(f64),
    /// Does these, one after another.
    Do(Actions),
    /// The button of a task of the step that is shown.
    Task(usize),
    /// A switch of the file's `what_if`.
    WhatIf(usize),
    /// Moves a slider.
    Set {
        actor: Arc<str>,
        field: Arc<str>,
        value: Setting,
    },
    /// Answers the question of the step that is shown; choices count from 1.
    Answer(usize),
    ShowStep(usize),
    /// Whether surprises pause the stage.
    Surprises(bool),
    /// Everything from the beginning, with another seed if one is given.
    StartOver {
        seed: Option<u64>,
    },
}

/// How a stage begins.
#[derive(Debug, Clone)]
pub struct StageOptions {
    /// `None`: that of the file.
    pub seed: Option<u64>,
    pub speed: Speed,
    /// Whether surprises pause it.
    pub surprises: bool,
    /// Surprises that the person has seen before: they do not pause it again.
    pub seen: BTreeSet<SurpriseKind>,
}

impl Default for StageOptions {
    fn default() -> Self {
        Self { seed: None, speed: Speed::Real, surprises: true, seen: BTreeSet::new() }
    }
}

/// A running stage. Cheap to clone; when the last clone goes, so do its thread, its broker and its folder.
#[derive(Clone)]
pub struct Stage {
    orders: SyncSender<Order>,
    view: Arc<ArcSwap<StageView>>,
}

impl Stage {
    /// Starts a stage in a thread of its own and returns at once; the first view with actors follows within some
    /// milliseconds. `wake` is called from that thread whenever the view is new.
    ///
    /// # Errors
    /// When no thread can be had. What fails later stands in [`StageView::problem`].
    pub fn open(
        file: Arc<LabFile>,
        options: StageOptions,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, StageError> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let view = Arc::new(ArcSwap::from_pointee(StageView::default()));
        let shown = Arc::clone(&view);
        let body = move || driver::run(file, options, &inbox, &shown, &wake);
        let named = thread::Builder::new().name("lab-stage".to_owned());
        named.spawn(body).map_err(|error: io::Error| StageError::Runtime(error))?;
        Ok(Self { orders, view })
    }

    /// Tells the stage something. Never waits; an order beyond [`ORDERS_MAX`] that wait is dropped.
    pub fn send(&self, order: Order) {
        // Only a stage that hangs has so many waiting; one more would not help it.
        let _ = self.orders.try_send(order);
    }

    /// The newest view.
    pub fn view(&self) -> Arc<StageView> {
        self.view.load_full()
    }
}
