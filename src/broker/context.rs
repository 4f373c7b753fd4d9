//! Who calls.

use std::sync::Arc;

use super::observe::ConnectionState;
use crate::model::Role;

/// What the broker knows of the caller of a request; group descriptions show it.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The client's own name for itself; part of the member ids that groups hand out.
    pub client_id: String,
    /// Where the call comes from, as DescribeGroups tells it: `/127.0.0.1`.
    pub client_host: String,
    /// Tells connections apart.
    pub connection_id: u64,
    /// Who it is allowed to be; `User:ANONYMOUS` without authentication.
    pub principal: String,
    /// What it may do: everything, unless it had to say who it is.
    pub role: Role,
    /// Where its requests are noted; `None` for a call without a connection, which is only noted as a request.
    pub(super) connection: Option<Arc<ConnectionState>>,
}

impl CallContext {
    /// A caller inside this process that is not listed among the connections.
    pub fn in_process(client_id: impl Into<String>, connection_id: u64) -> Self {
        Self {
            client_id: client_id.into(),
            client_host: "/127.0.0.1".to_owned(),
            connection_id,
            principal: "User:ANONYMOUS".to_owned(),
            role: Role::Admin,
            connection: None,
        }
    }
}
