//! What a window is connected to: the cluster, what is known about it, and the long works in its background.
//!
//! A [`Session`] owns a small runtime, the embedded broker and the client on top of it. Screens read [`Facts`] (one
//! immutable picture, replaced once a second by the sampler), start jobs, and keep values that may still be loading in a
//! [`Loadable`]. Nothing here blocks: every method on `&Session` takes a short lock or sends a message.

pub mod browse;
mod client_words;
pub mod clients;
mod clock;
pub mod consumers;
mod events;
mod facts;
mod files;
pub mod generator;
mod groups;
pub mod in_process;
mod jobs;
mod lag_history;
mod listener;
mod loadable;
mod problem;
pub mod produce;
pub mod programs;
mod rates;
pub mod requests;
mod reset;
mod sampler;
mod topics;
pub mod transfers;
mod users;

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
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
    consumers::Consumers,
    events::Events,
    jobs::Jobs,
    lag_history::{LagHistoryThread, Remembered},
    produce::ProduceLog,
    sampler::Sampler,
};
use crate::{
    broker::{Broker, BrokerOptions, Inspector, OpenError, OwnerAccess},
    client::{BoxFuture, Client, ClientError, SecurityError, TcpTransport, Transport},
    model::{Clock, HostPort, TimestampMillis},
};

/// What a screen hands back in: the client's own words for a topic to make, a setting to change, a user and a password.
pub use crate::client::{ConfigChange, NewTopic, Password, UserInfo};

pub use self::{
    client_words::CLIENT_ERROR_WORDS,
    clients::{ClientFacts, ClientsFacts},
    clock::SystemClock,
    events::Event,
    facts::{
        ClusterFacts, Facts, GroupEpochs, GroupFacts, GroupPartitionFacts, MemberFacts, PartitionFacts, RebalanceEvent,
        RebalanceReason, TopicFacts,
    },
    jobs::{JOBS_RUNNING_MAX, JobHandle, JobId, JobKind, JobState, JobUnit, JobView},
    lag_history::{
        LAG_POINTS_MAX, LAG_SERIES_MAX, LagChart, LagHistory, LagHistoryError, LagPoint, LagQuery, LagSeries,
    },
    listener::{Encryption, ListenerLimit, ListenerSettings, ListenerState, Listening, PORT_DEFAULT, ReadLimits},
    loadable::{LoadTicket, LoadView, Loadable},
    problem::{Phrase, PhraseArg, Problem},
    rates::{RATE_SLOT_MILLIS, RATE_SLOTS_MAX, RateHistory, RatePoint},
    reset::{ResetNote, ResetPlan, ResetRefused, ResetRow, ResetTarget, plan_reset, reset_command_lines},
    topics::OffsetsAt,
    users::{UserChange, UserList, owner_security},
};

/// Threads for the broker, the client and all jobs; writers and readers of the log have their own.
const RUNTIME_THREADS: usize = 2;
/// How long closing waits for works to stop.
const CLOSE_WAIT: Duration = Duration::from_secs(5);
/// How often a running job's progress is noted and shown.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// The name under which brokers list the window's own client.
const CLIENT_ID: &str = "millpond";

/// A window's connection to one cluster. Cheap to clone; the last one closes it.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

/// What a session needs from whoever opens it.
#[derive(Clone)]
pub struct OpenSessionOptions {
    pub clock: Arc<dyn Clock>,
    /// Called from any thread when something visible changed; asks for a repaint.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// Why a session could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("could not start background threads: {0}; close other programs and try again")]
    Threads(#[source] std::io::Error),
    #[error("could not use the workspace folder {path}: {source}", path = path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Broker(#[from] OpenError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Security(#[from] SecurityError),
}

/// Makes a way to the broker, under a name.
type Connect = Arc<dyn Fn(&str) -> Arc<dyn Transport> + Send + Sync>;

/// How a session reaches its broker.
struct Way {
    /// The window's own.
    client: Client,
    /// For consumers that are started by hand.
    connect: Connect,
    broker: Option<Broker>,
    listener: ListenerState,
}

/// What is remembered of lag.
#[derive(Default)]
struct History {
    lag_history: Option<LagHistory>,
    lag_thread: Option<LagHistoryThread>,
    remembered: Vec<Remembered>,
}

fn start_runtime() -> Result<Runtime, SessionError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .thread_name("session")
        .enable_all()
        .build()
        .map_err(SessionError::Threads)
}

struct Inner {
    clock: Arc<dyn Clock>,
    wake: Arc<dyn Fn() + Send + Sync>,
    facts: ArcSwap<Facts>,
    jobs: Jobs,
    events: Events,
    client: Client,
    broker: Option<Broker>,
    listener: ArcSwap<ListenerState>,
    limits: Mutex<Option<ReadLimits>>,
    /// Done first when the session closes.
    on_close: Mutex<Option<BoxFuture<'static, ()>>>,
    inspector: Option<Arc<dyn Inspector>>,
    lag_history: Option<LagHistory>,
    lag_thread: Mutex<Option<LagHistoryThread>>,
    consumers: Consumers,
    produce_log: ProduceLog,
    poke: Arc<Notify>,
    transfers: transfers::Transfers,
    handle: Handle,
    runtime: Mutex<Option<Runtime>>,
}

impl OpenSessionOptions {
    /// The system's clock, and nobody to wake: for the command line and tests.
    pub fn quiet() -> Self {
        Self { clock: Arc::new(SystemClock), wake: Arc::new(|| ()) }
    }
}

impl Session {
    /// Opens the workspace in `data_dir` with the embedded broker. Blocks; not for the thread that draws.
    ///
    /// # Errors
    /// When the folder cannot be used, is owned by another process, or no thread can be started.
    pub fn open_local(data_dir: &Path, options: OpenSessionOptions) -> Result<Self, SessionError> {
        std::fs::create_dir_all(data_dir)
            .map_err(|source| SessionError::Folder { path: data_dir.to_owned(), source })?;
        let runtime = start_runtime()?;
        let broker = runtime.block_on(Broker::open(BrokerOptions::new(data_dir, Arc::clone(&options.clock))))?;
        // Without its history the workbench still works; the chart says what is missing.
        let (lag_history, lag_thread, remembered) = match LagHistory::open(data_dir) {
            Ok((history, thread, remembered)) => (Some(history), Some(thread), remembered),
            Err(error) => {
                tracing::warn!(%error, "lag is not recorded");
                (None, None, Vec::new())
            }
        };
        let client = Client::new(Arc::new(in_process::InProcess::of_window(broker.clone(), CLIENT_ID)), CLIENT_ID);
        let in_process = broker.clone();
        let way = Way {
            client,
            connect: Arc::new(move |name| Arc::new(in_process::InProcess::new(in_process.clone(), name))),
            broker: Some(broker),
            listener: ListenerState::Off,
        };
        let history = History { lag_history, lag_thread, remembered };
        Ok(Self::around(data_dir, runtime, way, history, options))
    }

    /// Works on the workspace in `data_dir` through the listener of the process that owns it: without an inspector, and
    /// without a history of lag, which the owner keeps. Blocks; not for the thread that draws.
    ///
    /// # Errors
    /// When the owner does not answer at `address` or does not let this process in, or no thread can be started.
    pub fn open_owned(
        data_dir: &Path,
        address: HostPort,
        access: Option<&OwnerAccess>,
        options: OpenSessionOptions,
    ) -> Result<Self, SessionError> {
        let runtime = start_runtime()?;
        let security = owner_security(access)?;
        let listener = ListenerState::OfOwner {
            address: address.to_string(),
            authentication: security.sasl.is_some(),
            certificate: access.and_then(|access| access.certificate.clone()),
        };
        let connect: Connect =
            Arc::new(move |name| Arc::new(TcpTransport::secured([address.clone()], name, security.clone())));
        let client = Client::new(connect(CLIENT_ID), CLIENT_ID);
        runtime.block_on(client.cluster())?;
        let way = Way { client, connect, broker: None, listener };
        Ok(Self::around(data_dir, runtime, way, History::default(), options))
    }

    fn around(data_dir: &Path, runtime: Runtime, way: Way, history: History, options: OpenSessionOptions) -> Self {
        let Way { client, connect, broker, listener } = way;
        let mut facts = Facts::empty();
        facts.cluster.data_dir = Some(data_dir.to_owned());
        facts.cluster.address = listener.address().map(str::to_owned);
        facts.cluster.listener = Arc::new(listener.clone());
        let cluster = facts.cluster.clone();
        let inspector = broker.as_ref().map(Broker::inspector);
        let consumers = Self::hand_started(connect, &options, runtime.handle());
        let History { lag_history, lag_thread, remembered } = history;
        let session = Self(Arc::new(Inner {
            jobs: Jobs::new(Arc::clone(&options.clock)),
            clock: options.clock,
            wake: options.wake,
            facts: ArcSwap::from_pointee(facts),
            events: Events::default(),
            client: client.clone(),
            broker,
            listener: ArcSwap::from_pointee(listener),
            limits: Mutex::default(),
            on_close: Mutex::default(),
            inspector: inspector.clone(),
            lag_history: lag_history.clone(),
            lag_thread: Mutex::new(lag_thread),
            consumers,
            produce_log: ProduceLog::default(),
            poke: Arc::new(Notify::new()),
            transfers: transfers::Transfers::default(),
            handle: runtime.handle().clone(),
            runtime: Mutex::new(Some(runtime)),
        }));
        let sampler = Sampler::new(client, inspector, session.clock(), lag_history, remembered, cluster);
        let weak = Arc::downgrade(&session.0);
        session.0.handle.spawn(sampler.run(weak, Arc::clone(&session.0.poke)));
        session
    }

    /// The consumers that are started by hand: each has a client of its own name, which group descriptions show.
    fn hand_started(connect: Connect, options: &OpenSessionOptions, handle: &Handle) -> Consumers {
        let clock = Arc::clone(&options.clock);
        let connect = move |name: &str| Client::with_clock(connect(name), name, Arc::clone(&clock));
        Consumers::new(Arc::new(connect), handle.clone(), Arc::clone(&options.clock), Arc::clone(&options.wake))
    }

    /// The embedded broker, for who lets others reach it; `None` where the broker is another process's.
    pub fn broker(&self) -> Option<&Broker> {
        self.0.broker.as_ref()
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
        self.0.poke.notify_one();
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

    /// The jobs, newest first.
    pub fn jobs(&self) -> Vec<JobView> {
        self.0.jobs.views()
    }

    /// How many jobs run.
    pub fn jobs_running(&self) -> usize {
        self.0.jobs.running()
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
        self.jobs.cancel_all();
        // The last clone may go away inside a task of this very runtime, where waiting would be an error.
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_background();
        }
    }
}
