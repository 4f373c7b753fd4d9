//! What a window is connected to: the cluster, what is known about it, and the long works in its background.
//!
//! A [`Session`] owns a small runtime, the embedded broker and the client on top of it. Screens read [`Facts`] (one
//! immutable picture, replaced once a second by the sampler), start jobs, and keep values that may still be loading in a
//! [`Loadable`]. Nothing here blocks: every method on `&Session` takes a short lock or sends a message.

pub mod access;
pub mod brokers;
pub mod browse;
mod client_words;
pub mod clients;
mod clock;
pub mod connections;
pub mod consumers;
pub mod copy;
mod events;
mod facts;
mod files;
pub mod generator;
mod groups;
pub mod in_process;
mod in_sight;
mod jobs;
mod lag_history;
mod listener;
mod loadable;
pub mod moves;
mod new_group;
mod open;
mod problem;
pub mod produce;
pub mod programs;
mod queues;
mod rates;
pub mod requests;
mod reset;
mod sampler;
mod topics;
pub mod transfers;
mod users;
pub mod watch;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::{
    runtime::{Handle, Runtime},
    sync::Notify,
    time::MissedTickBehavior,
};

use self::{
    consumers::Consumers, events::Events, in_sight::InSight, jobs::Jobs, lag_history::LagHistoryThread,
    produce::ProduceLog,
};
use crate::{
    broker::{Broker, Inspector},
    client::{BoxFuture, Client},
    model::{Clock, TimestampMillis},
};

/// A share partition and a record of it as the broker tells them.
pub use crate::broker::{ShareCell, SharePartitionView};
/// What a screen hands back in: the client's own words for a topic to make, a setting to change, a user and a password.
pub use crate::client::{ConfigChange, NewTopic, Password, UserInfo};

pub use self::{
    client_words::CLIENT_ERROR_WORDS,
    clients::{ClientFacts, ClientsFacts},
    clock::SystemClock,
    events::Event,
    facts::{
        ClusterFacts, Facts, GroupEpochs, GroupFacts, GroupPartitionFacts, Health, HealthState, MemberFacts,
        NodeHealth, NodeState, Old, PartitionFacts, QueueFigures, QueuePartitionFacts, RebalanceEvent, RebalanceReason,
        TopicFacts,
    },
    jobs::{JOBS_RUNNING_MAX, JobHandle, JobId, JobKind, JobState, JobUnit, JobView},
    lag_history::{
        LAG_POINTS_MAX, LAG_SERIES_MAX, LagChart, LagHistory, LagHistoryError, LagPoint, LagQuery, LagSeries,
    },
    listener::{Encryption, ListenerLimit, ListenerSettings, ListenerState, Listening, PORT_DEFAULT, ReadLimits},
    loadable::{LoadTicket, LoadView, Loadable},
    new_group::NewGroup,
    open::{OpenSessionOptions, SessionError},
    problem::{Phrase, PhraseArg, Problem, sentence, sentence_of_reason},
    queues::{QueuePicture, RecordRange},
    rates::{RATE_SLOT_MILLIS, RATE_SLOTS_MAX, RateHistory, RatePoint},
    reset::{ResetNote, ResetPlan, ResetRefused, ResetRow, ResetTarget, plan_reset, reset_command_lines},
    topics::OffsetsAt,
    users::{UserChange, UserList, owner_security},
};

/// How long closing waits for works to stop.
const CLOSE_WAIT: Duration = Duration::from_secs(5);
/// How often a running job's progress is noted and shown.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// A window's connection to one cluster. Cheap to clone; the last one closes it.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    wake: Arc<dyn Fn() + Send + Sync>,
    facts: ArcSwap<Facts>,
    jobs: Jobs,
    events: Events,
    client: Client,
    broker: Option<Broker>,
    /// Of a cluster that is no workspace.
    profile: Option<Arc<connections::Profile>>,
    listener: ArcSwap<ListenerState>,
    limits: Mutex<Option<ReadLimits>>,
    /// Done first when the session closes.
    on_close: Mutex<Option<BoxFuture<'static, ()>>>,
    inspector: Option<Arc<dyn Inspector>>,
    lag_history: Option<LagHistory>,
    lag_thread: Mutex<Option<LagHistoryThread>>,
    /// Set first when the session closes.
    closing: AtomicBool,
    in_sight: InSight,
    consumers: Consumers,
    produce_log: ProduceLog,
    poke: Arc<Notify>,
    transfers: transfers::Transfers,
    copies: copy::Copies,
    handle: Handle,
    runtime: Mutex<Option<Runtime>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    /// The embedded broker, for who lets others reach it; `None` where the broker is another process's.
    pub fn broker(&self) -> Option<&Broker> {
        self.0.broker.as_ref()
    }

    /// The connection that this is a session of; `None` for a workspace.
    pub fn profile(&self) -> Option<&Arc<connections::Profile>> {
        self.0.profile.as_ref()
    }

    /// Whether everything that changes the cluster is refused, by the client itself.
    pub fn is_read_only(&self) -> bool {
        self.0.profile.as_ref().is_some_and(|profile| profile.read_only)
    }

    /// How the listener stands from now on; [`Facts`] tell it with the next picture.
    pub fn set_listener(&self, state: ListenerState, limits: Option<ReadLimits>) {
        self.0.listener.store(Arc::new(state));
        *self.0.limits.lock() = limits;
        self.refresh();
    }

    /// The limits of the listener, and how often each was hit; empty while it does not listen.
    pub fn listener_limits(&self) -> Vec<ListenerLimit> {
        let read = self.0.limits.lock().clone();
        read.map(|read| read()).unwrap_or_default()
    }

    /// What is to be done first when the session closes, such as ending a listener.
    pub fn before_close(&self, work: BoxFuture<'static, ()>) {
        *self.0.on_close.lock() = Some(work);
    }

    /// The consumers that were started by hand.
    pub fn consumers(&self) -> &Consumers {
        &self.0.consumers
    }

    /// What became of what was produced by hand.
    pub fn produce_log(&self) -> &ProduceLog {
        &self.0.produce_log
    }

    /// The client on which everything is built.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// What the embedded broker tells beyond Kafka's protocol; a remote cluster has none.
    pub fn inspector(&self) -> Option<Arc<dyn Inspector>> {
        self.0.inspector.clone()
    }

    /// Lag over time; `None` where it cannot be kept.
    pub fn lag_history(&self) -> Option<&LagHistory> {
        self.0.lag_history.as_ref()
    }

    /// Asks for a fresh and full picture at once: something was changed.
    pub fn refresh(&self) {
        self.0.in_sight.want_all();
        self.0.poke.notify_one();
    }

    /// Which topics are looked at: in a large cluster only their figures are asked for, and those of topics that groups
    /// read. New names are asked at once.
    pub fn set_in_sight(&self, topics: Vec<Arc<str>>) {
        // An inspector tells what moved, of all topics alike.
        if self.0.inspector.is_none() && self.0.in_sight.set(topics) {
            self.0.poke.notify_one();
        }
    }

    /// The newest picture of the cluster.
    pub fn facts(&self) -> Arc<Facts> {
        self.0.facts.load_full()
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// Now, by [`Session::clock`].
    pub fn now(&self) -> TimestampMillis {
        self.0.clock.now()
    }

    /// Asks the window to draw again.
    pub fn wake(&self) {
        (self.0.wake)();
    }

    /// Runs a future in the background. It must end by itself or watch a [`JobHandle`].
    pub fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.0.handle.spawn(future);
    }

    /// The runtime, for the command line's `block_on`. Never on the thread that draws.
    pub fn handle(&self) -> Handle {
        self.0.handle.clone()
    }

    /// Loads a value in the background into `slot` and wakes the window when it is there.
    pub fn load<T, F>(&self, slot: &Loadable<T>, future: F)
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let ticket = slot.begin();
        let session = self.clone();
        self.spawn(async move {
            ticket.finish(future.await);
            session.wake();
        });
    }

    /// Starts a long work: it is listed, can be cancelled, and its end becomes an [`Event`]. `work` gets the handle to
    /// report progress; it answers what to say when done. `None` when [`JOBS_RUNNING_MAX`] jobs run already, which is
    /// then said by an event.
    pub fn start_job<F, W>(&self, kind: JobKind, title: Phrase, unit: JobUnit, work: W) -> Option<JobId>
    where
        W: FnOnce(JobHandle) -> F,
        F: Future<Output = Result<Phrase, Problem>> + Send + 'static,
    {
        let Some(handle) = self.0.jobs.start(kind, title.clone(), unit) else {
            let why = Phrase::new("problem-too-many-jobs").with("count", JOBS_RUNNING_MAX as u64);
            self.push_event(Event::Trouble(Problem { what: title, why, next: None, technical: None }));
            return None;
        };
        let id = handle.id();
        self.refresh();
        let future = work(handle.clone());
        let session = self.clone();
        self.spawn(async move {
            let result = session.watch(&handle, future).await;
            session.end_job(&handle, result);
        });
        self.wake();
        Some(id)
    }

    async fn watch<T>(&self, handle: &JobHandle, work: impl Future<Output = T>) -> T {
        let mut progress = tokio::time::interval(PROGRESS_EVERY);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(work);
        loop {
            tokio::select! {
                result = &mut work => return result,
                _ = progress.tick() => {
                    self.0.jobs.mark(handle);
                    self.wake();
                }
            }
        }
    }

    fn end_job(&self, handle: &JobHandle, result: Result<Phrase, Problem>) {
        let (job, kind) = (handle.id(), handle.kind());
        self.refresh();
        match result {
            Ok(said) => {
                self.0.jobs.finish(handle, JobState::Done(said.clone()));
                self.push_event(Event::JobDone { job, kind, said });
            }
            // What a cancelled work says about its end is not news.
            Err(_) if handle.is_cancelled() => {
                self.0.jobs.finish(handle, JobState::Cancelled);
                self.wake();
            }
            Err(problem) => {
                self.0.jobs.finish(handle, JobState::Failed(problem.clone()));
                self.push_event(Event::JobFailed { job, kind, problem });
            }
        }
    }

    /// True from the moment on in which the session begins to close: jobs are then cancelled, and not by anybody's wish.
    pub fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::SeqCst)
    }

    /// The jobs, newest first.
    pub fn jobs(&self) -> Vec<JobView> {
        self.0.jobs.views()
    }

    /// How many jobs run.
    pub fn jobs_running(&self) -> usize {
        self.0.jobs.running()
    }

    /// How many of them are transfers.
    pub fn transfers_running(&self) -> usize {
        self.0.jobs.running_of(JobKind::is_transfer)
    }

    /// Asks a job to stop.
    pub fn cancel_job(&self, id: JobId) {
        self.0.jobs.cancel(id);
        self.wake();
    }

    /// Takes a finished job off the list.
    pub fn dismiss_job(&self, id: JobId) {
        self.0.jobs.dismiss(id);
    }

    /// Tells the window something once.
    pub fn push_event(&self, event: Event) {
        self.0.events.push(event);
        self.wake();
    }

    /// Takes what happened since the last call.
    pub fn take_events(&self) -> Vec<Event> {
        self.0.events.take()
    }

    /// Stops all works and closes the workspace cleanly. Blocks for at most a few seconds; later calls do nothing.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::SeqCst);
        self.0.jobs.cancel_all();
        let Some(runtime) = self.0.runtime.lock().take() else { return };
        if let Some(work) = self.0.on_close.lock().take() {
            runtime.block_on(work);
        }
        // Members leave their groups in order, so that the next start finds none that must time out first.
        runtime.block_on(self.0.consumers.close());
        // The timer is made inside the runtime: this thread is none of its own.
        if let Some(broker) = &self.0.broker
            && runtime.block_on(async { tokio::time::timeout(CLOSE_WAIT, broker.shutdown()).await }).is_err()
        {
            tracing::warn!("the broker took too long to close; the next start recovers");
        }
        self.0.lag_thread.lock().take();
        runtime.shutdown_timeout(CLOSE_WAIT);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        self.jobs.cancel_all();
        // The last clone may go away inside a task of this very runtime, where waiting would be an error.
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_background();
        }
    }
}
