//! Actors: programs in small that use the room `client` as any program would. Each is a task on the stage's runtime.
//!
//! In reading order: this file (what all of them share), `knobs` (fields that can be changed), `pace` and `work` (time),
//! `producer`, `transactions`, `consumer`, `shared` (members of queues), `service` and its `desk`.

mod chance;
mod consumer;
mod desk;
mod knobs;
mod pace;
mod producer;
mod service;
mod shared;
mod transactions;
mod work;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
};

use parking_lot::{Mutex, MutexGuard};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
};

use self::{chance::Chance, desk::Desk};
pub use self::{
    knobs::{FIELDS, knob, set},
    producer::Messages,
};
use super::{
    file::{ActorKind, ActorSpec, GroupProtocol},
    stage::{Faults, Wire},
    story::Ledger,
    view::{ActorState, ServiceView, StoryKind},
};
use crate::{broker::Broker, client::Client, model::ManualClock};

/// Orders that may wait for one actor.
const ORDERS_MAX: usize = 256;

/// Where actors act.
#[derive(Clone)]
pub struct Scene {
    pub broker: Broker,
    pub clock: Arc<ManualClock>,
    pub ledger: Arc<Ledger>,
    pub seed: u64,
    pub desks: Arc<Mutex<BTreeMap<Arc<str>, Desk>>>,
}

impl Scene {
    /// The books of a service.
    fn desk<T>(&self, id: &Arc<str>, act: impl FnOnce(&mut Desk) -> T) -> T {
        act(self.desks.lock().entry(Arc::clone(id)).or_default())
    }

    /// A client in the name of an actor.
    pub fn client(&self, id: &str, faults: &Arc<Faults>) -> Client {
        let wire = Wire::new(self.broker.clone(), id, Arc::clone(faults));
        Client::with_clock(Arc::new(wire), id, self.clock.clone())
    }
}

/// What an actor is told beyond its fields.
pub enum Hand {
    /// Ends the open transaction.
    Commit,
    Abort,
}

/// What an actor's task and the stage share.
pub struct Me {
    pub id: Arc<str>,
    pub scene: Scene,
    pub faults: Arc<Faults>,
    spec: Mutex<ActorSpec>,
    changed: Notify,
    paused: AtomicBool,
    stopping: AtomicBool,
    /// How often it has begun.
    lives: AtomicU32,
    chance: Mutex<Chance>,
}

impl Me {
    /// Its present fields.
    pub fn spec(&self) -> MutexGuard<'_, ActorSpec> {
        self.spec.lock()
    }

    pub fn is_paused(&self) -> bool {
        self.paused.load(SeqCst)
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    /// Until a field, or whether it should go on, changes.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub fn client(&self) -> Client {
        self.scene.client(&self.id, &self.faults)
    }

    /// The id under which it joins a group whose members choose theirs: the same in every playing of the story.
    pub fn next_member_id(&self) -> String {
        format!("{}-{}", self.id, self.lives.fetch_add(1, SeqCst) + 1)
    }

    pub fn state(&self, state: ActorState) {
        self.scene.ledger.note(&self.id, |tally| tally.state = Some(state));
    }

    /// Whether something happens that happens so many times in a hundred.
    pub fn happens(&self, percent: f64) -> bool {
        percent > 0.0 && self.chance.lock().unit() * 100.0 < percent
    }
}

/// An actor of the stage.
pub struct Actor {
    me: Arc<Me>,
    task: Option<JoinHandle<()>>,
    orders: Option<mpsc::Sender<Hand>>,
}

impl Actor {
    /// An actor that does nothing yet.
    pub fn new(spec: ActorSpec, scene: Scene) -> Self {
        let id: Arc<str> = spec.id.as_str().into();
        let seed = Chance::seed_of(scene.seed, &id);
        let faults = Faults::new(seed ^ 1);
        faults.lose_answers(spec.lost_answers_percent.unwrap_or(0.0));
        scene.ledger.note(&id, |tally| tally.state = Some(ActorState::Stopped));
        let me = Me {
            id,
            scene,
            faults,
            spec: Mutex::new(spec),
            changed: Notify::new(),
            paused: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            lives: AtomicU32::new(0),
            chance: Mutex::new(Chance::new(seed)),
        };
        Self { me: Arc::new(me), task: None, orders: None }
    }

    pub fn id(&self) -> &Arc<str> {
        &self.me.id
    }

    pub fn spec(&self) -> ActorSpec {
        self.me.spec().clone()
    }

    /// What a service tells of itself; `None` for others.
    pub fn service(&self) -> Option<ServiceView> {
        let (kind, mode, capacity) = {
            let spec = self.me.spec();
            (spec.kind, spec.mode, spec.capacity.unwrap_or(1))
        };
        let now = self.me.scene.ledger.now_ms();
        (kind == ActorKind::Service).then(|| self.me.scene.desk(&self.me.id, |desk| desk.view(mode, capacity, now)))
    }

    /// Whether its task runs.
    pub fn runs(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Begins, where it does not act already. Inside the stage's runtime.
    pub fn start(&mut self) {
        if self.runs() {
            return self.rest(false);
        }
        self.me.stopping.store(false, SeqCst);
        self.me.paused.store(false, SeqCst);
        let (sender, orders) = mpsc::channel(ORDERS_MAX);
        self.me.state(ActorState::Running);
        self.tell(|actor| StoryKind::Started { actor });
        let me = Arc::clone(&self.me);
        let (kind, protocol, in_transactions) = {
            let spec = me.spec();
            (spec.kind, spec.protocol, spec.transaction.is_some())
        };
        self.task = Some(match (kind, protocol) {
            (ActorKind::Producer, _) if in_transactions => tokio::spawn(transactions::run(me, orders)),
            (ActorKind::Producer, _) => tokio::spawn(producer::run(me, orders)),
            (ActorKind::Consumer, GroupProtocol::Classic | GroupProtocol::Consumer) => tokio::spawn(consumer::run(me)),
            (ActorKind::Consumer, GroupProtocol::Share) => tokio::spawn(shared::run(me)),
            (ActorKind::Service, _) => tokio::spawn(service::run(me)),
        });
        self.orders = Some(sender);
    }

    /// Ends in order: what it has begun is finished, a consumer leaves its group.
    pub async fn stop(&mut self) {
        let Some(task) = self.task.take() else { return };
        self.orders = None;
        self.me.stopping.store(true, SeqCst);
        self.me.changed.notify_one();
        // A task that panicked has been reported by the panic hook.
        let _ = task.await;
        self.gone(ActorState::Stopped);
        self.tell(|actor| StoryKind::Stopped { actor });
    }

    /// Vanishes in the middle of what it does.
    pub async fn crash(&mut self) {
        let Some(task) = self.task.take() else { return };
        self.orders = None;
        task.abort();
        let _ = task.await;
        self.gone(ActorState::Crashed);
        self.me.scene.ledger.note(&self.me.id, |tally| tally.crashes += 1);
        self.tell(|actor| StoryKind::Crashed { actor });
    }

    /// Rests, or goes on.
    pub fn rest(&mut self, paused: bool) {
        if !self.runs() || self.me.paused.swap(paused, SeqCst) == paused {
            return;
        }
        self.me.state(if paused { ActorState::Paused } else { ActorState::Running });
        self.me.changed.notify_one();
        self.tell(|actor| if paused { StoryKind::Paused { actor } } else { StoryKind::Resumed { actor } });
    }

    /// Changes its fields.
    pub fn change(&mut self, change: impl FnOnce(&mut ActorSpec)) {
        change(&mut self.me.spec());
        self.me.faults.lose_answers(self.me.spec().lost_answers_percent.unwrap_or(0.0));
        self.me.changed.notify_one();
    }

    /// Tells it to do something now; false where it does not act.
    pub fn order(&self, order: Hand) -> bool {
        self.orders.as_ref().is_some_and(|orders| orders.try_send(order).is_ok())
    }

    fn gone(&self, state: ActorState) {
        self.me.scene.ledger.note(&self.me.id, |tally| {
            tally.state = Some(state);
            tally.owns.clear();
            tally.positions.clear();
        });
    }

    fn tell(&self, kind: impl FnOnce(Arc<str>) -> StoryKind) {
        self.me.scene.ledger.tell(kind(Arc::clone(&self.me.id)));
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
