//! Share groups at work (KIP-932): the partitions that groups read, sessions, fetches, and what is stored.
//!
//! The rules are in `groups::share`, which is pure. Here an event is given to a partition under its lock; what came of it
//! is told (`events`), written to `meta.sqlite` and, where the group asks for it, to a dead-letter topic (`settle`). In
//! reading order: `sessions`, `fetch` (reads the log and hands out), `acknowledge`, `settle`, `timer`.

mod acknowledge;
mod dead_letters;
mod events;
mod exclusive;
mod fetch;
mod hand;
mod look;
mod offsets;
mod scan;
mod sessions;
mod settle;
mod timer;
mod view;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
};

use kafka_protocol::ResponseError;
use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

pub use acknowledge::parse_acks;
pub use exclusive::{refuse_others, refuse_second};
pub use fetch::{Asking, TakeError, Taken};
pub use hand::ByHand;
pub use sessions::{Caller, Session, Step};
pub use view::{
    ArchiveReason, SHARE_CELLS_MAX, SHARE_EVENTS_KEPT_MAX, ShareCell, ShareChange, ShareChangeError, ShareEvent,
    ShareEventKind, SharePartitionView,
};

use self::{events::Events, sessions::Sessions};
use super::{
    config::ShareConfig,
    groups::share::{SharePartition, ShareRules, StoredSharePartition},
    inner::Inner,
    meta::{Meta, ShareRow},
    topics::{Topic, Topics},
};
use crate::model::{Clock, PartitionId};

/// All that share groups read.
pub struct Shares {
    clock: Arc<dyn Clock>,
    meta: Arc<Meta>,
    partitions: Mutex<BTreeMap<ShareKey, Arc<Shared>>>,
    sessions: Sessions,
    events: Events,
    last_store: AtomicI64,
    /// Rung when a lock ends earlier than the timer expects.
    sooner: Notify,
    /// When the timer wakes, in milliseconds of the steady clock.
    wakes_at: AtomicI64,
}

/// A partition of a topic and a share group that reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShareKey {
    pub group: Arc<str>,
    pub topic: Uuid,
    pub partition: PartitionId,
}

/// A partition at work.
pub struct Shared {
    pub key: ShareKey,
    pub topic: Arc<Topic>,
    /// `None` until somebody reads it for the first time.
    state: Mutex<Option<SharePartition>>,
    /// One fetch at a time looks for records here, or two would read the same and one of them in vain.
    fetching: tokio::sync::Mutex<()>,
    /// Rung when a record is free again, or there is room for more in flight.
    pub changed: Notify,
}

impl Shares {
    /// What `meta.sqlite` has. Rows of topics that are no more are left out.
    pub fn new(clock: Arc<dyn Clock>, meta: Arc<Meta>, topics: &Topics, rows: Vec<ShareRow>) -> Self {
        let mut partitions = BTreeMap::new();
        let mut last_store = 0;
        for row in rows {
            last_store = last_store.max(row.number);
            let Some(topic) = topics.by_id(row.topic) else { continue };
            let state = match serde_json::from_str::<StoredSharePartition>(&row.state) {
                Ok(stored) => Some(SharePartition::restored(&stored)),
                Err(error) => {
                    let place = format!("{}-{}", topic.name, row.partition);
                    tracing::warn!("what the share group {} has read of {place} is not readable: {error}", row.group);
                    None
                }
            };
            let key = ShareKey { group: row.group, topic: row.topic, partition: row.partition };
            partitions.insert(key.clone(), Arc::new(Shared::new(key, topic, state)));
        }
        Self {
            clock,
            meta,
            partitions: Mutex::new(partitions),
            sessions: Sessions::default(),
            events: Events::default(),
            last_store: AtomicI64::new(last_store),
            sooner: Notify::new(),
            wakes_at: AtomicI64::new(i64::MAX),
        }
    }

    /// The partition for a group; made where it is asked for the first time.
    pub fn open(&self, group: &str, topic: &Arc<Topic>, partition: PartitionId) -> Arc<Shared> {
        let key = ShareKey { group: group.into(), topic: topic.id, partition };
        let mut partitions = self.partitions.lock();
        let fresh = || Arc::new(Shared::new(key.clone(), topic.clone(), None));
        partitions.entry(key.clone()).or_insert_with(fresh).clone()
    }

    /// The partition for a group, where it was asked for before.
    pub fn find(&self, group: &str, topic: Uuid, partition: PartitionId) -> Option<Arc<Shared>> {
        let key = ShareKey { group: group.into(), topic, partition };
        self.partitions.lock().get(&key).cloned()
    }

    /// All partitions of a group, by topic id and number.
    pub fn of_group(&self, group: &str) -> Vec<Arc<Shared>> {
        let from = ShareKey { group: group.into(), topic: Uuid::nil(), partition: PartitionId::MIN };
        let partitions = self.partitions.lock();
        let own = partitions.range(from..).take_while(|(key, _)| *key.group == *group);
        own.map(|(_, shared)| shared.clone()).collect()
    }

    fn all(&self) -> Vec<Arc<Shared>> {
        self.partitions.lock().values().cloned().collect()
    }

    /// The group is deleted; `meta.sqlite` has forgotten it already.
    pub fn forget_group(&self, group: &str) {
        self.partitions.lock().retain(|key, _| *key.group != *group);
        self.sessions.forget_group(group);
    }

    /// The topic is deleted; `meta.sqlite` has forgotten it already.
    pub fn forget_topic(&self, topic: Uuid) {
        self.partitions.lock().retain(|key, _| key.topic != topic);
    }

    /// Finds the session of a request, or opens one where it may, and counts the request.
    pub fn step(&self, caller: Caller<'_>, epoch: i32, may_open: bool) -> Result<(Arc<Session>, Step), ResponseError> {
        self.sessions.step(caller, epoch, may_open)
    }

    /// Events with a number above `after`.
    pub fn events(&self, after: u64) -> Vec<ShareEvent> {
        self.events.after(after)
    }

    fn next_store(&self) -> i64 {
        self.last_store.fetch_add(1, SeqCst) + 1
    }
}

impl Shared {
    fn new(key: ShareKey, topic: Arc<Topic>, state: Option<SharePartition>) -> Self {
        Self { key, topic, state: Mutex::new(state), fetching: tokio::sync::Mutex::default(), changed: Notify::new() }
    }
}

/// What a group's settings say of its records.
fn rules(config: &ShareConfig) -> ShareRules {
    ShareRules {
        lock_ms: i64::from(config.lock_ms),
        delivery_limit: config.delivery_limit,
        locks_max: config.locks_max,
        may_renew: config.may_renew,
    }
}

fn config_of(broker: &Inner, group: &str) -> ShareConfig {
    broker.coordinator.config(group).share
}
