//! Opening a session: on a workspace of this process, or through the listener of the one that owns it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::{
    runtime::{Handle, Runtime},
    sync::Notify,
};

use super::{
    Facts, Inner, LagHistory, ListenerState, Session, SystemClock,
    connections::{ConnectError, Profile, Secrets},
    consumers::Consumers,
    copy::Copies,
    events::Events,
    in_process::InProcess,
    in_sight::InSight,
    jobs::Jobs,
    lag_history::{LagHistoryThread, Remembered},
    owner_security,
    produce::ProduceLog,
    sampler::Sampler,
    transfers::Transfers,
};
use crate::{
    broker::{Broker, BrokerOptions, OpenError, OwnerAccess},
    client::{Client, ClientError, SecurityError, TcpTransport, Transport},
    model::{Clock, HostPort},
};

/// Threads for the broker, the client and all jobs; writers and readers of the log have their own.
const RUNTIME_THREADS: usize = 2;
/// The name under which brokers list the window's own client.
const CLIENT_ID: &str = "millpond";

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
    #[error(transparent)]
    Connect(#[from] ConnectError),
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
        let history = History::open(data_dir);
        let client = Client::new(Arc::new(InProcess::of_window(broker.clone(), CLIENT_ID)), CLIENT_ID);
        let in_process = broker.clone();
        let way = Way {
            client,
            connect: Arc::new(move |name| Arc::new(InProcess::new(in_process.clone(), name))),
            broker: Some(broker),
            listener: ListenerState::Off,
            profile: None,
        };
        Ok(Self::around(Some(data_dir), runtime, way, history, options))
    }

    /// Works on the cluster of a profile: without a broker and an inspector of its own. The history of lag is kept in
    /// `state_dir/<id of the profile>/`. Over a read-only profile nothing can be changed, whoever asks. Blocks until the
    /// cluster has answered once; not for the thread that draws.
    ///
    /// # Errors
    /// When the profile cannot be used, no broker of the cluster lets this client in, or no thread can be started.
    pub fn open_remote(
        profile: &Profile,
        secrets: &Secrets,
        state_dir: &Path,
        options: OpenSessionOptions,
    ) -> Result<Self, SessionError> {
        let transports = profile.transports(secrets)?;
        let runtime = start_runtime()?;
        let client_id = profile.client_id.as_str();
        let client = Client::with_clock(transports(client_id), client_id, Arc::clone(&options.clock));
        runtime.block_on(client.cluster())?;
        let folder = state_dir.join(profile.id.to_string());
        let history = match std::fs::create_dir_all(&folder) {
            Ok(()) => History::open(&folder),
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "lag is not recorded");
                History::default()
            }
        };
        let way = Way {
            client,
            connect: Arc::new(transports),
            broker: None,
            listener: ListenerState::Off,
            profile: Some(Arc::new(profile.clone())),
        };
        Ok(Self::around(None, runtime, way, history, options))
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
        let way = Way { client, connect, broker: None, listener, profile: None };
        Ok(Self::around(Some(data_dir), runtime, way, History::default(), options))
    }

    fn around(
        data_dir: Option<&Path>,
        runtime: Runtime,
        way: Way,
        history: History,
        options: OpenSessionOptions,
    ) -> Self {
        let Way { client, connect, broker, listener, profile } = way;
        let mut facts = Facts::empty();
        facts.cluster.data_dir = data_dir.map(Path::to_owned);
        let bootstrap = profile.as_ref().and_then(|profile| profile.bootstrap.first()).map(ToString::to_string);
        facts.cluster.address = listener.address().map(str::to_owned).or(bootstrap);
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
            profile,
            listener: ArcSwap::from_pointee(listener),
            limits: Mutex::default(),
            on_close: Mutex::default(),
            inspector: inspector.clone(),
            lag_history: lag_history.clone(),
            lag_thread: Mutex::new(lag_thread),
            closing: AtomicBool::new(false),
            in_sight: InSight::default(),
            consumers,
            produce_log: ProduceLog::default(),
            poke: Arc::new(Notify::new()),
            transfers: Transfers::default(),
            copies: Copies::default(),
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
    profile: Option<Arc<Profile>>,
}

/// What is remembered of lag.
#[derive(Default)]
struct History {
    lag_history: Option<LagHistory>,
    lag_thread: Option<LagHistoryThread>,
    remembered: Vec<Remembered>,
}

impl History {
    /// Without its history the workbench still works; the chart says what is missing.
    fn open(folder: &Path) -> Self {
        match LagHistory::open(folder) {
            Ok((history, thread, remembered)) => {
                Self { lag_history: Some(history), lag_thread: Some(thread), remembered }
            }
            Err(error) => {
                tracing::warn!(%error, "lag is not recorded");
                Self::default()
            }
        }
    }
}

fn start_runtime() -> Result<Runtime, SessionError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .thread_name("session")
        .enable_all()
        .build()
        .map_err(SessionError::Threads)
}
