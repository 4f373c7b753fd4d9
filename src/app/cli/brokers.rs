//! `millpond brokers ...`

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Cli, CliError,
    table::{Table, print_json},
};
use crate::{
    app::args::BrokersCommand,
    client::{Client, ClientError, ConfigChange, TopicInfo},
    model::{BrokerNode, ConfigSource, LogDir, NodeVersions},
};

/// How long a list waits for what one broker alone can tell: it may be gone, or hang, before the cluster has noticed.
const BROKER_WAIT: Duration = Duration::from_secs(10);
/// How long the same is tried, in milliseconds.
const BROKER_PATIENCE_MS: u64 = 2_000;

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
        let told = join_all(nodes.iter().map(|node| told_by(&self.client, node))).await;
        for (node, (versions, dirs)) in nodes.iter().zip(told) {
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
        let nodes: Vec<_> = self.client.brokers().await?.into_iter().filter(|node| !node.fenced).collect();
        let told = join_all(nodes.iter().map(|node| disks_of(&self.client, node.id))).await;
        for (node, dirs) in nodes.iter().zip(told) {
            let dirs = match dirs {
                // The others tell theirs.
                Err(error @ (ClientError::Disconnected { .. } | ClientError::TimedOut { .. })) => {
                    let none = Value::Null;
                    table.row([
                        json!(node.id),
                        none.clone(),
                        none.clone(),
                        none.clone(),
                        none.clone(),
                        none,
                        json!(error.why()),
                    ]);
                    continue;
                }
                dirs => dirs?,
            };
            for dir in dirs {
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

/// What a broker tells of itself, as far as it does.
async fn told_by(client: &Client, node: &BrokerNode) -> (Option<NodeVersions>, Option<Vec<LogDir>>) {
    if node.fenced {
        return (None, None);
    }
    let versions = timeout(BROKER_WAIT, client.node_versions(node.id)).await;
    let versions = versions.ok().and_then(Result::ok);
    match versions {
        Some(_) => (versions, disks_of(client, node.id).await.ok()),
        None => (None, None),
    }
}

async fn disks_of(client: &Client, node: i32) -> Result<Vec<LogDir>, ClientError> {
    let client = client.with_patience_ms(BROKER_PATIENCE_MS);
    let late = || ClientError::TimedOut {
        asked: format!("look at the disks of broker {node}"),
        millis: u64::try_from(BROKER_WAIT.as_millis()).unwrap_or(u64::MAX),
    };
    timeout(BROKER_WAIT, client.log_dirs(node, None)).await.unwrap_or_else(|_| Err(late()))
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
