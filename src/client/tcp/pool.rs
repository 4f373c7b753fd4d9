//! The connections to one address.

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kafka_protocol::{
    messages::{RequestKind, ResponseKind},
    protocol::StrBytes,
};
use parking_lot::Mutex;

use super::{dial, fault::ReachFault, link::Link};
use crate::{
    client::{ClientError, Security, Timeouts},
    model::HostPort,
};

/// Connections to one address for requests that wait. Beyond, they share the one that has least to do.
const LINKS_MAX: usize = 8;

/// The pools of a transport, by address. A pool goes when nobody uses it any more.
#[derive(Default)]
pub struct Pools(Mutex<HashMap<HostPort, Weak<Pool>>>);

impl Pools {
    /// The pool of an address, made where there is none.
    pub fn of(
        &self,
        address: &HostPort,
        client_id: &StrBytes,
        security: &Arc<Security>,
        timeouts: &Timeouts,
    ) -> Arc<Pool> {
        let mut pools = self.0.lock();
        if let Some(pool) = pools.get(address).and_then(Weak::upgrade) {
            return pool;
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let pool = Arc::new(Pool {
            address: address.clone(),
            client_id: client_id.clone(),
            security: security.clone(),
            connect_wait: Duration::from_millis(timeouts.connect),
            links: Mutex::default(),
            common: tokio::sync::Mutex::default(),
            producing: tokio::sync::Mutex::default(),
            is_up: AtomicBool::new(false),
        });
        pools.insert(address.clone(), Arc::downgrade(&pool));
        pool
    }
}

/// What a request goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// The one connection for all that is answered at once.
    Common,
    /// The one for records, which keeps their order.
    Producing,
    /// One of its own while it waits: a broker answers the requests of a connection in order.
    Own,
}

fn lane_of(request: &RequestKind) -> Lane {
    match request {
        RequestKind::Produce(_) => Lane::Producing,
        RequestKind::Fetch(fetch) if fetch.max_wait_ms > 0 => Lane::Own,
        RequestKind::ShareFetch(fetch) if fetch.max_wait_ms > 0 => Lane::Own,
        // They wait for other members, or for other nodes.
        RequestKind::JoinGroup(_)
        | RequestKind::SyncGroup(_)
        | RequestKind::CreateTopics(_)
        | RequestKind::DeleteTopics(_)
        | RequestKind::CreatePartitions(_)
        | RequestKind::DeleteRecords(_)
        | RequestKind::ElectLeaders(_)
        | RequestKind::AlterPartitionReassignments(_) => Lane::Own,
        _ => Lane::Common,
    }
}

/// The connections to one address.
pub struct Pool {
    address: HostPort,
    client_id: StrBytes,
    security: Arc<Security>,
    connect_wait: Duration,
    links: Mutex<Vec<Arc<Link>>>,
    common: tokio::sync::Mutex<Option<Arc<Link>>>,
    producing: tokio::sync::Mutex<Option<Arc<Link>>>,
    /// Whether the last connection that was asked for could be had.
    is_up: AtomicBool,
}

impl Pool {
    /// Asks and waits for the answer.
    pub async fn call(&self, version: i16, request: RequestKind) -> Result<ResponseKind, ClientError> {
        let link = match lane_of(&request) {
            Lane::Common => self.link().await?,
            Lane::Producing => self.kept(&self.producing).await?,
            Lane::Own => self.own_link().await?,
        };
        link.call(version, request).await
    }

    /// Where it leads.
    pub fn address(&self) -> &HostPort {
        &self.address
    }

    /// The connection for what is answered at once.
    pub async fn link(&self) -> Result<Arc<Link>, ClientError> {
        self.kept(&self.common).await
    }

    /// Whether the last connection that was asked for could be had.
    pub fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Relaxed)
    }

    /// Lets all connections go: the broker does not answer on one of them, and the others lead the same way.
    pub fn give_up(&self) {
        self.is_up.store(false, Ordering::Relaxed);
        self.links.lock().clear();
        for kept in [&self.common, &self.producing] {
            // Held by who is connecting anew just now.
            if let Ok(mut kept) = kept.try_lock() {
                *kept = None;
            }
        }
    }

    /// A connection that nothing waits for; when there are too many already, the one with least to do.
    async fn own_link(&self) -> Result<Arc<Link>, ClientError> {
        {
            let mut links = self.links.lock();
            links.retain(|link| !link.is_closed());
            let least = links.iter().min_by_key(|link| link.open_requests());
            if let Some(least) = least.filter(|least| least.open_requests() == 0 || links.len() >= LINKS_MAX) {
                return Ok(least.clone());
            }
        }
        // Several callers may get here at once and make a few more than the limit; they are used like the others.
        let link = Arc::new(self.start().await?);
        self.links.lock().push(link.clone());
        Ok(link)
    }

    async fn kept(&self, kept: &tokio::sync::Mutex<Option<Arc<Link>>>) -> Result<Arc<Link>, ClientError> {
        let mut kept = kept.lock().await;
        if let Some(link) = kept.as_ref().filter(|link| !link.is_closed()) {
            return Ok(link.clone());
        }
        let link = Arc::new(self.start().await?);
        Ok(kept.insert(link).clone())
    }

    async fn start(&self) -> Result<Link, ClientError> {
        let dialed = dial::dial(&self.address, &self.client_id, &self.security, self.connect_wait).await;
        self.is_up.store(dialed.is_ok(), Ordering::Relaxed);
        let dialed = dialed.map_err(ReachFault::into_error)?;
        Ok(Link::start(dialed, &self.address, &self.client_id, &self.security, self.connect_wait))
    }
}
