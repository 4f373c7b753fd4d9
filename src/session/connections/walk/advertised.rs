//! The last step: every node is tried at the address that the cluster tells, which is what every client does next.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use crate::{
    client::{NodeInfo, ReachCause, ReachFault, Reached, Tls},
    model::HostPort,
};

/// Nodes that are tried; the others are most likely like them.
pub const NODES_TRIED_MAX: usize = 200;
/// Nodes that are tried at once.
const NODES_AT_ONCE_MAX: usize = 16;

/// A node that cannot be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreached {
    pub node: i32,
    /// What the cluster tells.
    pub advertised: HostPort,
    pub fault: ReachFault,
}

/// Tries all nodes; answers those that cannot be reached, in the order of their ids.
pub async fn unreached(nodes: &[NodeInfo], tls: Option<&Tls>, client_id: &str, wait: Duration) -> Vec<Unreached> {
    let tried = nodes.iter().take(NODES_TRIED_MAX).map(|node| async move {
        let advertised = HostPort::new(node.host.clone(), u16::try_from(node.port).unwrap_or_default());
        let fault = reach(&advertised, tls, client_id, wait).await.err()?;
        Some(Unreached { node: node.id, advertised, fault })
    });
    let found = stream::iter(tried.collect::<Vec<_>>()).buffer_unordered(NODES_AT_ONCE_MAX);
    let mut found: Vec<Unreached> = found.filter_map(|one| async { one }).collect().await;
    found.sort_by_key(|one| one.node);
    found
}

/// As far as a client comes without a login: each would count as one more failure where users are locked out.
async fn reach(address: &HostPort, tls: Option<&Tls>, client_id: &str, wait: Duration) -> Result<(), ReachFault> {
    if address.host.is_empty() || address.port == 0 {
        let why = "it is no address".to_owned();
        return Err(ReachFault { address: address.clone(), cause: ReachCause::Unreachable { why } });
    }
    let found = Reached::look_up(address, wait).await?;
    let reached = Reached::connect(address, &found, wait).await?;
    let mut probe = match tls {
        Some(tls) => reached.encrypt(tls, client_id).await?.0,
        None => reached.plain(client_id),
    };
    probe.versions().await.map(drop)
}
