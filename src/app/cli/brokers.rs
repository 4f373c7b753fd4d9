//! `millpond brokers ...`

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Cli, CliError,
    table::{Table, print_json},
};
use crate::{
    app::args::BrokersCommand,
    client::{ConfigChange, TopicInfo},
    model::{ConfigSource, LogDir},
};

/// What a broker leads and holds.
#[derive(Default)]
struct Holds {
    leads: usize,
    replicas: usize,
    behind: usize,
}

impl Cli {
    pub(super) async fn brokers(&mut self, command: BrokersCommand) -> Result<(), CliError> {
        match command {
            BrokersCommand::List { json } => self.list_brokers(json).await,
            BrokersCommand::Disks { json } => self.list_disks(json).await,
            BrokersCommand::Settings { broker, changed, json } => self.broker_settings(broker, changed, json).await,
            BrokersCommand::Set { broker, set, unset } => {
                let node = match broker.as_str() {
                    "all" => None,
                    id => Some(id.parse().map_err(|_| CliError::Usage(format!("{id:?} is no node id, nor \"all\"")))?),
                };
                let set = set.into_iter().map(|(name, value)| ConfigChange::Set(name, value));
                let changes: Vec<_> = set.chain(unset.into_iter().map(ConfigChange::Reset)).collect();
                if changes.is_empty() {
                    return Err(CliError::Usage("nothing to change; give K=V or --unset K".to_owned()));
                }
                self.client.alter_broker_configs(node, changes).await?;
                self.out.line(&format!(
                    "Changed the settings of {}",
                    node.map_or("all brokers".to_owned(), |n| format!("broker {n}"))
                ))
            }
        }
    }

    async fn list_brokers(&mut self, as_json: bool) -> Result<(), CliError> {
        let nodes = self.client.brokers().await?;
        let controller = match self.client.quorum().await {
            Ok(quorum) => quorum.leader,
            Err(_) => self.client.cluster().await?.controller,
        };
        let holds = holds(&self.client.topics().await?);
        let columns = [
            "broker",
            "address",
            "rack",
            "state",
            "controller",
            "release",
            "leads",
            "replicas",
            "behind",
            "used",
            "free",
        ];
        let mut table = Table::new(&columns);
        for node in &nodes {
            let (versions, dirs) = match node.fenced {
                true => (None, None),
                false => {
                    let versions = self.client.node_versions(node.id).await.ok();
                    (versions, self.client.log_dirs(node.id, None).await.ok())
                }
            };
            let used = dirs.as_ref().map(|dirs| dirs.iter().map(LogDir::used_bytes).sum::<u64>());
            let free = dirs.as_ref().and_then(|dirs| dirs.iter().map(|dir| dir.usable_bytes).sum::<Option<u64>>());
            let none = Holds::default();
            let holds = holds.get(&node.id).unwrap_or(&none);
            table.row([
                json!(node.id),
                json!(format!("{}:{}", node.host, node.port)),
                json!(node.rack),
                json!(if node.fenced { "fenced" } else { "in service" }),
                json!(controller == Some(node.id)),
                json!(versions.and_then(|versions| versions.release())),
                json!(holds.leads),
                json!(holds.replicas),
                json!(holds.behind),
                json!(used),
                json!(free),
            ]);
        }
        match as_json {
            true => print_json(&table.to_json(), &mut self.out),
            false => table.print(&mut self.out),
        }
    }

    async fn list_disks(&mut self, as_json: bool) -> Result<(), CliError> {
        let mut table = Table::new(&["broker", "folder", "partitions", "used", "free", "total", "error"]);
        for node in self.client.brokers().await?.iter().filter(|node| !node.fenced) {
            for dir in self.client.log_dirs(node.id, None).await? {
                table.row([
                    json!(node.id),
                    json!(dir.path),
                    json!(dir.replicas.len()),
                    json!(dir.used_bytes()),
                    json!(dir.usable_bytes),
                    json!(dir.total_bytes),
                    json!(dir.error),
                ]);
            }
        }
        match as_json {
            true => print_json(&table.to_json(), &mut self.out),
            false => table.print(&mut self.out),
        }
    }

    async fn broker_settings(&mut self, broker: i32, changed: bool, as_json: bool) -> Result<(), CliError> {
        let mut table = Table::new(&["name", "value", "source", "read_only"]);
        let configs = self.client.describe_broker_configs(broker).await?;
        for config in configs.iter().filter(|config| !changed || config.source.is_set()) {
            let source = match config.source {
                ConfigSource::Broker => "this broker",
                ConfigSource::Cluster => "all brokers",
                ConfigSource::File => "its file",
                ConfigSource::Default => "default",
                _ => "unknown",
            };
            table.row([json!(config.name), json!(config.value), json!(source), json!(config.read_only)]);
        }
        match as_json {
            true => print_json(&table.to_json(), &mut self.out),
            false => table.print(&mut self.out),
        }
    }
}

fn holds(topics: &[TopicInfo]) -> BTreeMap<i32, Holds> {
    let mut found: BTreeMap<i32, Holds> = BTreeMap::new();
    for partition in topics.iter().flat_map(|topic| &topic.partitions) {
        for node in partition.replicas.iter() {
            let one = found.entry(*node).or_default();
            one.replicas += 1;
            one.leads += usize::from(partition.leader == Some(*node));
            one.behind += usize::from(!partition.isr.contains(node));
        }
    }
    found
}
