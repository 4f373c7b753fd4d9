//! The way to the embedded broker: typed structs to `Broker::call`, no bytes encoded.

use std::sync::Arc;

use kafka_protocol::messages::{RequestKind, ResponseKind};

use crate::{
    broker::{
        self, Broker, CallContext,
        observe::{self, ConnectionInfo, Origin},
    },
    client::{BoxFuture, ClientError, Connection, Transport},
};

/// Connects a client to a broker in the same process.
#[derive(Clone)]
pub struct InProcess {
    broker: Broker,
    client_id: String,
    origin: Origin,
}

impl InProcess {
    /// Calls go to `broker` in the name of `client_id`, which group descriptions show.
    pub fn new(broker: Broker, client_id: impl Into<String>) -> Self {
        Self { broker, client_id: client_id.into(), origin: Origin::InProcess }
    }

    /// The same for what the window itself asks, which lists of clients leave out.
    pub fn of_window(broker: Broker, client_id: impl Into<String>) -> Self {
        Self { origin: Origin::Window, ..Self::new(broker, client_id) }
    }
}

impl Transport for InProcess {
    fn connect(&self, _node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>> {
        let listed = self.broker.connect(ConnectionInfo::new(self.origin, self.client_id.clone()));
        let context = listed.context(self.client_id.clone());
        let broker = self.broker.clone();
        let connection: Arc<dyn Connection> = Arc::new(InProcessConnection { broker, context, _listed: listed });
        Box::pin(std::future::ready(Ok(connection)))
    }
}

struct InProcessConnection {
    broker: Broker,
    context: CallContext,
    /// In the list of connections while it lives.
    _listed: observe::Connection,
}

impl Connection for InProcessConnection {
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>> {
        Box::pin(async move { Ok(self.broker.call(&self.context, version, request).await) })
    }

    fn node_id(&self) -> i32 {
        broker::NODE_ID
    }
}
