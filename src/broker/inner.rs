//! What all clones of a broker share.

use std::{net::SocketAddr, sync::Arc};

use arc_swap::{ArcSwap, ArcSwapOption};
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use super::{
    BrokerOptions, api::FetchSessions, blocking, coordinator::Coordinator, lock::WorkspaceLock, meta::Meta,
    observe::Observer, settings::Settings, share::Shares, topics::Topics, transactions::Transactions, users::Users,
};
use crate::log::Store;

/// What all clones of a broker share.
pub struct Inner {
    pub options: BrokerOptions,
    /// Host and port that clients are told.
    pub advertised: ArcSwap<(String, u16)>,
    /// What is listened at, with Kafka's name for what is spoken there; none: nobody listens.
    pub bound: ArcSwapOption<(&'static str, SocketAddr)>,
    pub cluster_id: String,
    pub store: Arc<Store>,
    pub meta: Arc<Meta>,
    /// Shared with the coordinator of the groups, which assigns their partitions.
    pub topics: Arc<Topics>,
    pub transactions: Transactions,
    pub settings: Settings,
    /// Who may connect where authentication is asked for.
    pub users: Users,
    /// Shared with the timer of the groups, which must not keep the broker alive.
    pub coordinator: Arc<Coordinator>,
    /// What share groups read. Shared with their timer, which must not keep the broker alive.
    pub shares: Arc<Shares>,
    /// What consumers read, so that they need not say it each time.
    pub fetch_sessions: FetchSessions,
    /// What was seen of clients.
    pub observer: Arc<Observer>,
    /// Timers and maintenance.
    pub tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Given free last, when no file is open any more.
    pub lock: Mutex<Option<WorkspaceLock>>,
}

impl Inner {
    /// Ends everything, in the order that loses nothing.
    pub async fn shutdown(self: &Arc<Self>) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
        self.coordinator.close();
        for topic in self.topics.all() {
            for slot in topic.slots().iter() {
                slot.retire();
            }
            topic.changed.notify_waiters();
        }
        let inner = self.clone();
        blocking(move || {
            inner.store.shutdown();
            inner.meta.close();
            inner.lock.lock().take();
        })
        .await;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
        self.store.shutdown();
        self.meta.close();
    }
}
