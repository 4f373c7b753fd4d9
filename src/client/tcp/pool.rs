//! The connections to one address.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use kafka_protocol::{
    messages::{RequestKind, ResponseKind},
    protocol::StrBytes,
};
use parking_lot::Mutex;

use super::{dial, link::Link};
use crate::{
    client::{ClientError, Security},
    model::HostPort,
};

/// Connections to one address. Beyond, requests share the one that has least to do.
const LINKS_MAX: usize = 8;

/// The pools of a transport, by address. A pool goes when nobody uses it any more.
#[derive(Default)]
pub struct Pools(Mutex<HashMap<HostPort, Weak<Pool>>>);

impl Pools {
    /// The pool of an address, made where there is none.
    pub fn of(&self, address: &HostPort, client_id: &StrBytes, security: &Arc<Security>) -> Arc<Pool> {
        let mut pools = self.0.lock();
        if let Some(pool) = pools.get(address).and_then(Weak::upgrade) {
            return pool;
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let pool = Arc::new(Pool {
            address: address.clone(),
            client_id: client_id.clone(),
            security: security.clone(),
            links: Mutex::default(),
            producing: tokio::sync::Mutex::default(),
        });
        pools.insert(address.clone(), Arc::downgrade(&pool));
        pool
    }
}

/// The connections to one address.
pub struct Pool {
    address: HostPort,
    client_id: StrBytes,
    security: Arc<Security>,
    links: Mutex<Vec<Arc<Link>>>,
    /// Produce requests share one, which keeps their order.
    producing: tokio::sync::Mutex<Option<Arc<Link>>>,
}

impl Pool {
    /// Asks and waits for the answer.
    pub async fn call(&self, version: i16, request: RequestKind) -> Result<ResponseKind, ClientError> {
        let link = match request {
            RequestKind::Produce(_) => self.producing_link().await?,
            _ => self.link().await?,
        };
        link.call(version, request).await
    }

    /// A connection that nothing waits for; when there are too many already, the one with least to do.
    pub async fn link(&self) -> Result<Arc<Link>, ClientError> {
        {
            let mut links = self.links.lock();
            links.retain(|link| !link.is_spent());
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

    async fn producing_link(&self) -> Result<Arc<Link>, ClientError> {
        let mut producing = self.producing.lock().await;
        if let Some(link) = producing.as_ref().filter(|link| !link.is_spent()) {
            return Ok(link.clone());
        }
        let link = Arc::new(self.start().await?);
        Ok(producing.insert(link).clone())
    }

    async fn start(&self) -> Result<Link, ClientError> {
        let dialed = dial::dial(&self.address, &self.client_id, &self.security).await?;
        Ok(Link::start(dialed, &self.address, &self.client_id))
    }
}
