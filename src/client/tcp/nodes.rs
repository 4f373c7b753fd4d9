//! Where the nodes of a cluster are, as its own answers tell, and which addresses have gone silent.

use std::collections::HashMap;

use kafka_protocol::messages::{BrokerId, ResponseKind};
use parking_lot::Mutex;

use crate::model::HostPort;

/// Nodes remembered. No cluster has so many; a broken or hostile one could claim any number.
const NODES_MAX: usize = 10_000;

/// Addresses by node id. The newest answer wins.
#[derive(Debug, Default)]
pub struct Nodes {
    told: Mutex<HashMap<i32, HostPort>>,
    silences: Mutex<HashMap<HostPort, Silence>>,
}

/// How often an address took requests and did not answer in time: a broker that hangs still accepts connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silence {
    /// Since it last answered.
    pub in_a_row: u32,
    /// Ever.
    pub in_all: u32,
}

impl Nodes {
    /// Where a node is; `None` when nobody has told yet.
    pub fn address(&self, id: i32) -> Option<HostPort> {
        self.told.lock().get(&id).cloned()
    }

    /// An address was given up, as it does not answer.
    pub fn went_silent(&self, address: &HostPort) {
        let mut silences = self.silences.lock();
        if silences.len() < NODES_MAX || silences.contains_key(address) {
            let silence = silences.entry(address.clone()).or_default();
            *silence =
                Silence { in_a_row: silence.in_a_row.saturating_add(1), in_all: silence.in_all.saturating_add(1) };
        }
    }

    /// An address has answered.
    pub fn spoke(&self, address: &HostPort) {
        if let Some(silence) = self.silences.lock().get_mut(address) {
            silence.in_a_row = 0;
        }
    }

    /// How silent an address was.
    pub fn silence(&self, address: &HostPort) -> Silence {
        self.silences.lock().get(address).copied().unwrap_or_default()
    }

    /// Takes the addresses out of an answer that has some.
    pub fn learn(&self, answer: &ResponseKind) {
        match answer {
            ResponseKind::Metadata(answer) => {
                self.put(answer.brokers.iter().map(|node| (node.node_id, &*node.host, node.port)));
            }
            ResponseKind::DescribeCluster(answer) => {
                self.put(answer.brokers.iter().map(|node| (node.broker_id, &*node.host, node.port)));
            }
            ResponseKind::FindCoordinator(answer) => {
                // Version 4 and later tell several, older ones one.
                let one = (answer.error_code == 0).then_some((answer.node_id, &*answer.host, answer.port));
                let several = answer.coordinators.iter().filter(|found| found.error_code == 0);
                self.put(several.map(|found| (found.node_id, &*found.host, found.port)).chain(one));
            }
            // Where the leaders are that a node names instead of itself (KIP-951).
            ResponseKind::Produce(answer) => {
                self.put(answer.node_endpoints.iter().map(|node| (node.node_id, &*node.host, node.port)));
            }
            ResponseKind::Fetch(answer) => {
                self.put(answer.node_endpoints.iter().map(|node| (node.node_id, &*node.host, node.port)));
            }
            _ => {}
        }
    }

    /// All addresses that were told.
    pub fn addresses(&self) -> Vec<HostPort> {
        self.told.lock().values().cloned().collect()
    }

    fn put<'a>(&self, told: impl Iterator<Item = (BrokerId, &'a str, i32)>) {
        let mut nodes = self.told.lock();
        for (id, host, port) in told {
            let Ok(port @ 1..) = u16::try_from(port) else { continue };
            if host.is_empty() || (nodes.len() >= NODES_MAX && !nodes.contains_key(&id.0)) {
                continue;
            }
            nodes.insert(id.0, HostPort::new(host, port));
        }
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::{
        messages::{FindCoordinatorResponse, MetadataResponse, metadata_response::MetadataResponseBroker},
        protocol::StrBytes,
    };

    use super::*;

    #[test]
    fn addresses_are_learned_and_replaced() {
        let nodes = Nodes::default();
        let metadata = |port| {
            let host = StrBytes::from_static_str("a");
            let node = MetadataResponseBroker::default().with_node_id(1.into()).with_host(host).with_port(port);
            ResponseKind::Metadata(MetadataResponse::default().with_brokers(vec![node]))
        };
        nodes.learn(&metadata(0));
        assert_eq!(nodes.address(1), None, "port 0 is no address");
        nodes.learn(&metadata(9092));
        nodes.learn(&metadata(9093));
        nodes.learn(&ResponseKind::FindCoordinator(FindCoordinatorResponse::default()));
        assert_eq!(nodes.address(1), Some(HostPort::new("a", 9093)));
    }

    #[test]
    fn silence_ends_with_an_answer_and_is_remembered() {
        let (nodes, address) = (Nodes::default(), HostPort::new("a", 9092));
        nodes.went_silent(&address);
        nodes.went_silent(&address);
        assert_eq!(nodes.silence(&address), Silence { in_a_row: 2, in_all: 2 });
        nodes.spoke(&address);
        assert_eq!(nodes.silence(&address), Silence { in_a_row: 0, in_all: 2 });
        assert_eq!(nodes.silence(&HostPort::new("b", 9092)), Silence::default());
    }
}
