//! Opening a workspace.

use std::{fs, io, sync::Arc};

use arc_swap::{ArcSwap, ArcSwapOption};
use parking_lot::Mutex;
use uuid::Uuid;

use super::{
    BrokerOptions, GROUP_MEMBERS_MAX, OpenError,
    api::FetchSessions,
    blocking,
    coordinator::{Coordinator, StoredGroups},
    groups::GroupLimits,
    inner::Inner,
    lock::{OwnerAccess, WorkspaceLock},
    maintenance,
    meta::{self, FORMAT, Loaded, Meta, MetaOpenError, meta_path},
    observe::Observer,
    settings::Settings,
    share::Shares,
    topics::{self, TOPICS_FOLDER, Topic, Topics},
    transactions::Transactions,
    users::Users,
};
use crate::log::{Store, StoreOptions};

/// Opens a workspace: lock, `meta.sqlite`, leftovers of a crash, topics. Partitions are only glanced at; each is opened
/// when it is first used, or by and by in the background.
pub async fn open(options: BrokerOptions) -> Result<Arc<Inner>, OpenError> {
    let opening = options.clone();
    let mut opened = blocking(move || open_files(&opening)).await?;
    for id in opened.to_delete {
        let Some(row) = opened.loaded.topics.iter().find(|row| row.id == id) else { continue };
        let write = meta::delete_topic(id, row.name.as_str().into());
        opened.meta.write(write).await.map_err(|error| meta_error(&options, error.to_string()))?;
    }
    if opened.loaded.is_new && !opened.loaded.topics.is_empty() {
        // Which producer ids were given out is lost with the old `meta.sqlite`; the time is beyond all of them.
        opened.loaded.transactions.next_producer_id = options.clock.now().max(0);
        for row in &opened.loaded.topics {
            let write = row.clone().insert();
            opened.meta.write(write).await.map_err(|error| meta_error(&options, error.to_string()))?;
        }
    }
    let limits = GroupLimits {
        session_timeout_min_ms: options.session_timeout_min_ms,
        session_timeout_max_ms: options.session_timeout_max_ms,
        initial_rebalance_delay_ms: options.initial_rebalance_delay_ms,
        members_max: GROUP_MEMBERS_MAX,
    };
    let Loaded { cluster_id, groups, committed, pending, group_configs, transactions, settings, users, shares, .. } =
        opened.loaded;
    let transactions = Transactions::new(options.clock.clone(), opened.meta.clone(), transactions);
    let stored = StoredGroups { groups, committed, pending, configs: group_configs };
    let topics = Arc::new(Topics::new(&options.data_dir, opened.topics, settings.topic_defaults()));
    let coordinator = Coordinator::new(options.clock.clone(), opened.meta.clone(), topics.clone(), limits, stored);
    let shares = Shares::new(options.clock.clone(), opened.meta.clone(), &topics, shares);
    let inner = Arc::new(Inner {
        observer: Arc::new(Observer::new(options.clock.clone())),
        topics,
        settings: Settings::new(settings),
        users: Users::new(users),
        advertised: ArcSwap::from_pointee(options.advertised.clone()),
        bound: ArcSwapOption::empty(),
        options,
        cluster_id,
        store: Arc::new(opened.store),
        transactions,
        meta: opened.meta,
        coordinator: Arc::new(coordinator),
        shares: Arc::new(shares),
        fetch_sessions: FetchSessions::default(),
        tasks: Mutex::default(),
        lock: Mutex::new(Some(opened.lock)),
    });
    maintenance::start(&inner);
    Ok(inner)
}

struct Opened {
    lock: WorkspaceLock,
    meta: Arc<Meta>,
    loaded: Loaded,
    topics: Vec<Arc<Topic>>,
    /// Topics whose deletion a crash cut short.
    to_delete: Vec<Uuid>,
    store: Store,
}

fn open_files(options: &BrokerOptions) -> Result<Opened, OpenError> {
    let workspace = &options.data_dir;
    let fail = |doing| move |source: io::Error| OpenError::Io { doing, path: workspace.clone(), source };
    fs::create_dir_all(workspace).map_err(fail("make the workspace folder"))?;
    let (host, port) = &options.advertised;
    let address = (*port != 0).then(|| format!("{host}:{port}"));
    let access = OwnerAccess::default();
    let lock = WorkspaceLock::take(workspace, address.as_deref().map(|address| (address, &access)))?;
    let (meta, mut loaded) = Meta::open(workspace, &Uuid::new_v4().simple().to_string(), options.is_durable).map_err(
        |error| match error {
            MetaOpenError::Newer { found } => OpenError::Newer { data_dir: workspace.clone(), found, known: FORMAT },
            other => meta_error(options, other.to_string()),
        },
    )?;
    let topics_folder = workspace.join(TOPICS_FOLDER);
    if loaded.is_new {
        loaded.topics = topics::rebuild(&topics_folder).map_err(fail("look for topics in the workspace"))?;
    }
    let to_delete =
        topics::clean(&topics_folder, &loaded.topics).map_err(fail("clean up among the topics of the workspace"))?;
    let alive = loaded.topics.iter().filter(|row| !to_delete.contains(&row.id));
    let topics: Vec<_> = alive.map(|row| Arc::new(Topic::from_row(row, &topics_folder))).collect();
    for topic in &topics {
        topic.slots().iter().for_each(|slot| slot.glance());
    }
    let store_options = StoreOptions { pages_max: options.partition_pages_max, ..StoreOptions::default() };
    let store = Store::start(store_options).map_err(|error| OpenError::Store { why: error.to_string() })?;
    Ok(Opened { lock, meta: Arc::new(meta), loaded, topics, to_delete, store })
}

fn meta_error(options: &BrokerOptions, why: String) -> OpenError {
    OpenError::Meta { path: meta_path(&options.data_dir), why }
}
