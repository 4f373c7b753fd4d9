//! [`Client`]: which node is asked, in which version, how often.

use std::sync::Arc;

use super::connection::Transport;

/// A Kafka client. Cheap to clone; all clones share connections and what is known about the cluster.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    client_id: String,
}

impl Client {
    /// A client that reaches its cluster by `transport`; nothing is asked yet.
    pub fn new(transport: Arc<dyn Transport>, client_id: impl Into<String>) -> Self {
        Self { inner: Arc::new(Inner { transport, client_id: client_id.into() }) }
    }

    /// The name under which brokers list this client.
    pub fn client_id(&self) -> &str {
        let _ = &self.inner.transport;
        &self.inner.client_id
    }
}
