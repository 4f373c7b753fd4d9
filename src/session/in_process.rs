//! The way to the embedded broker: typed structs to `Broker::call`, no bytes encoded.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use kafka_protocol::messages::{RequestKind, ResponseKind};

use crate::{
    broker::{self, Broker, CallContext},
    client::{BoxFuture, ClientError, Connection, Transport},
};

/// Connects a client to a broker in the same process.
#[derive(Clone)]
pub struct InProcess {
    broker: Broker,
    client_id: String,
    connections: Arc<AtomicU64>,
}

impl InProcess {
    /// Calls go to `broker` in the name of `client_id`, which group descriptions show.
    pub fn new(broker: Broker, client_id: impl Into<String>) -> Self {
        Self { broker, client_id: client_id.into(), connections: Arc::default() }
    }
}

impl Transport for InProcess {
    fn connect(&self, _node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        let id = self.connections.fetch_add(1, Ordering::Relaxed);
        let context = CallContext::in_process(self.client_id.clone(), id);
        let connection: Arc<dyn Connection> = Arc::new(InProcessConnection { broker: self.broker.clone(), context });
        Box::pin(std::future::ready(Ok(connection)))
    }
}

struct InProcessConnection {
    broker: Broker,
    context: CallContext,
}

impl Connection for InProcessConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move { Ok(self.broker.call(&self.context, version, request).await) })
    }

    fn node_id(&self) -> i32 {
        broker::NODE_ID
    }
}
