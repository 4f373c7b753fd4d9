//! The narrow waist: typed request in, typed response out.

use std::sync::Arc;

use kafka_protocol::messages::{RequestKind, ResponseKind};

use super::{ClientError, Timeouts};

/// A future that a trait object can return.
pub type BoxFuture<'a, T> = futures_util::future::BoxFuture<'a, T>;

/// A way to one node. Calls may overlap; dropping a call's future gives up its answer and nothing else.
pub trait Connection: Send + Sync {
    /// Asks in `version` and waits for the answer. Kafka's error codes stand inside the answer; an `Err` means that there
    /// is none (connection lost, answer not readable).
    fn call(&self, version: i16, request: RequestKind) -> BoxFuture<'_, Result<ResponseKind, ClientError>>;

    /// The node's id; -1 for a bootstrap address whose id is not known yet.
    fn node_id(&self) -> i32;

    /// An answer did not come in time: whatever else would travel the same way is lost too, and the next call goes
    /// another.
    fn give_up(&self) {}
}

/// Opens connections to the nodes of one cluster.
pub trait Transport: Send + Sync {
    /// Connects to a node; `None` is any node that can be asked for the others (bootstrap).
    fn connect(&self, node: Option<i32>) -> BoxFuture<'_, Result<Arc<dyn Connection>, ClientError>>;

    /// How long whoever uses it waits.
    fn timeouts(&self) -> Timeouts {
        Timeouts::NEAR
    }

    /// A number in `0.0..1.0`, by which waits before trying again differ. A stage that must play one story for one seed
    /// has its own.
    fn chance(&self) -> f64 {
        rand::random()
    }
}
