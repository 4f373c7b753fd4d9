//! `millpond partitions ...`

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use kafka_protocol::ResponseError;
use serde_json::json;

use super::{
    Cli, CliError,
    output::counted,
    table::{Table, print_json},
};
use crate::{
    app::args::{MoveArgs, PartitionsCommand},
    client::{PartitionResults, ReplicaMove, TopicInfo},
    model::{Election, TopicPartition},
    session::moves::{MovePlan, PlanNode, PlanPartition, PlanWish, plan_moves},
};

/// Pause between two looks whether replicas are copied.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Cli {
    pub(super) async fn partitions(&mut self, command: PartitionsCommand) -> Result<(), CliError> {
        match command {
            PartitionsCommand::List { topic, json } => self.list_partitions(&topic, json).await,
            PartitionsCommand::Elect { topic, partitions } => self.elect(topic, partitions).await,
            PartitionsCommand::Move(args) => self.move_replicas(args).await,
            PartitionsCommand::Cancel { topic } => {
                let tps = partitions_of(&self.client.topic(&topic).await?);
                let going_on = self.client.reassignments(Some(&tps)).await?;
                self.take_back(going_on.iter().map(|one| one.tp.clone()).collect()).await?;
                self.out.line(&format!("Took {} back", counted(going_on.len() as u64, "move", "moves")))
            }
            PartitionsCommand::Unthrottle { topic } => {
                let nodes = self.in_service().await?;
                self.client.unthrottle_replication(&[topic.as_str()].into(), &nodes).await?;
                self.out.line(&format!("Replication of {topic} is not throttled any more"))
            }
        }
    }

    async fn list_partitions(&mut self, topic: &str, as_json: bool) -> Result<(), CliError> {
        let info = self.client.topic(topic).await?;
        let going_on = self.client.reassignments(Some(&partitions_of(&info))).await?;
        let eligible = self.client.eligible_leaders(topic).await?;
        let columns =
            ["partition", "leader", "epoch", "preferred", "replicas", "in_sync", "eligible", "adding", "removing"];
        let mut table = Table::new(&columns);
        for partition in &info.partitions {
            let moved = going_on.iter().find(|one| one.tp.partition == partition.id);
            let eligible = eligible.iter().find(|one| one.tp.partition == partition.id);
            table.row([
                json!(partition.id),
                json!(partition.leader),
                json!(partition.leader_epoch),
                json!(partition.leader.is_some() && partition.leader == partition.replicas.first().copied()),
                json!(ids(&partition.replicas)),
                json!(ids(&partition.isr)),
                json!(eligible.map(|one| ids(&one.eligible))),
                json!(moved.map(|one| ids(&one.adding))),
                json!(moved.map(|one| ids(&one.removing))),
            ]);
        }
        match as_json {
            true => print_json(&table.to_json(), &mut self.out),
            false => table.print(&mut self.out),
        }
    }

    async fn elect(&mut self, topic: Option<String>, partitions: Vec<i32>) -> Result<(), CliError> {
        let of = match &topic {
            None => None,
            Some(topic) if partitions.is_empty() => Some(partitions_of(&self.client.topic(topic).await?)),
            Some(topic) => Some(partitions.iter().map(|one| TopicPartition::new(topic.as_str(), *one)).collect()),
        };
        let mut elected = 0;
        for (_, outcome) in self.client.elect_leaders(Election::Preferred, of.as_deref()).await? {
            match outcome {
                Err(error) if error.code() == Some(ResponseError::ElectionNotNeeded) => {}
                outcome => {
                    outcome?;
                    elected += 1;
                }
            }
        }
        self.out.line(&format!("Elected {}", counted(elected, "leader", "leaders")))
    }

    async fn move_replicas(&mut self, args: MoveArgs) -> Result<(), CliError> {
        let plan = self.plan(&args).await?;
        let mut table = Table::new(&["partition", "from", "to", "copies"]);
        for one in &plan.moves {
            let copies = one.adding().count();
            table.row([json!(one.tp.partition), json!(ids(&one.from)), json!(ids(&one.to)), json!(copies)]);
        }
        if args.json {
            print_json(
                &json!({ "moves": table.to_json(), "copies": plan.copies, "bytes": plan.copy_bytes }),
                &mut self.out,
            )?;
        } else if plan.moves.is_empty() {
            self.out.line("Nothing to move: every partition is as asked for")?;
        } else {
            table.print(&mut self.out)?;
        }
        if args.dry_run || plan.moves.is_empty() {
            return Ok(());
        }
        self.out.flush()?;
        let involved: BTreeSet<i32> =
            plan.moves.iter().flat_map(|one| one.from.iter().chain(&one.to).copied()).collect();
        let nodes = &involved & &self.in_service().await?;
        if let Some(rate) = args.throttle {
            self.client.throttle_replication(&plan.moves, &nodes, rate).await?;
        }
        let moved = self.carry_out(&plan.moves).await;
        if args.throttle.is_some() {
            self.client.unthrottle_replication(&[args.topic.as_str()].into(), &nodes).await?;
        }
        moved?;
        if !args.json {
            self.out.line(&format!("Moved {}", counted(plan.moves.len() as u64, "partition", "partitions")))?;
        }
        Ok(())
    }

    async fn plan(&self, args: &MoveArgs) -> Result<MovePlan, CliError> {
        let info = self.client.topic(&args.topic).await?;
        let nodes = self.client.brokers().await?.into_iter().filter(|node| match args.brokers.as_slice() {
            [] => !node.fenced,
            chosen => chosen.contains(&node.id),
        });
        let nodes: Vec<_> = nodes.map(|node| PlanNode { id: node.id, rack: node.rack, other_replicas: 0 }).collect();
        if let Some(unknown) = args.brokers.iter().find(|id| !nodes.iter().any(|node| node.id == **id)) {
            return Err(CliError::Failed(format!("there is no broker {unknown}; see millpond brokers list")));
        }
        let tps = partitions_of(&info);
        let mut sizes = std::collections::HashMap::new();
        for node in self.in_service().await? {
            for replica in self.client.log_dirs(node, Some(&tps)).await?.into_iter().flat_map(|dir| dir.replicas) {
                let known = sizes.entry(replica.tp.partition).or_insert(0);
                *known = replica.size_bytes.max(*known);
            }
        }
        let partitions: Vec<_> = info
            .partitions
            .iter()
            .map(|partition| PlanPartition {
                tp: TopicPartition::new(Arc::clone(&info.name), partition.id),
                replicas: partition.replicas.to_vec(),
                size_bytes: sizes.get(&partition.id).copied(),
            })
            .collect();
        let as_it_is = partitions.iter().map(|partition| partition.replicas.len()).max().unwrap_or(1);
        let replication_factor = args.replication_factor.map_or(as_it_is, usize::from);
        let wish = PlanWish { nodes, replication_factor, spread: args.spread };
        plan_moves(&partitions, &wish).map_err(|error| CliError::Failed(error.to_string()))
    }

    /// Begins the moves and waits until all is copied; Ctrl+C takes back what is not.
    async fn carry_out(&mut self, moves: &[ReplicaMove]) -> Result<(), CliError> {
        let wanted = moves.iter().map(|one| (one.tp.clone(), Some(one.to.clone()))).collect();
        first_error(self.client.reassign(wanted).await?)?;
        let tps: Vec<_> = moves.iter().map(|one| one.tp.clone()).collect();
        while !self.client.reassignments(Some(&tps)).await?.is_empty() {
            if self.cancel.is_cancelled() {
                self.take_back(tps).await?;
                return Err(CliError::Failed("stopped; what was not copied stays where it was".to_owned()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn take_back(&self, tps: Vec<TopicPartition>) -> Result<(), CliError> {
        if tps.is_empty() {
            return Ok(());
        }
        let outcomes = self.client.reassign(tps.into_iter().map(|tp| (tp, None)).collect()).await?;
        let is_done = |outcome: &Result<(), crate::client::ClientError>| {
            outcome.as_ref().is_err_and(|error| error.code() == Some(ResponseError::NoReassignmentInProgress))
        };
        first_error(outcomes.into_iter().filter(|(_, outcome)| !is_done(outcome)).collect())
    }

    async fn in_service(&self) -> Result<BTreeSet<i32>, CliError> {
        Ok(self.client.brokers().await?.iter().filter(|node| !node.fenced).map(|node| node.id).collect())
    }
}

fn first_error(outcomes: PartitionResults) -> Result<(), CliError> {
    Ok(outcomes.into_iter().try_for_each(|(_, outcome)| outcome)?)
}

fn partitions_of(info: &TopicInfo) -> Vec<TopicPartition> {
    info.partitions.iter().map(|partition| TopicPartition::new(Arc::clone(&info.name), partition.id)).collect()
}

/// "1,2,3", as Kafka's tools print replicas.
fn ids(nodes: &[i32]) -> String {
    nodes.iter().map(i32::to_string).collect::<Vec<_>>().join(",")
}
