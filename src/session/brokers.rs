//! The nodes of a cluster: what each is, has on its disks and leads; and the partitions that are not as they should be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;

use super::{Facts, JobId, JobKind, JobUnit, Loadable, PartitionFacts, Phrase, Problem, Session};
use crate::{
    client::{Client, ClientError, ConfigChange},
    model::{BrokerNode, ConfigEntry, LogDir, NodeIds, NodeVersions, Quorum, TopicPartition},
};

/// How long a node is tried that does not answer, in milliseconds: then the list says so of it.
const PATIENCE_MILLIS: u64 = 3_000;
/// Partitions listed as troubled at most; of more the number is told.
pub const TROUBLED_LISTED_MAX: usize = 5_000;

/// All nodes as they were when asked.
#[derive(Debug, Clone, Default)]
pub struct BrokersPicture {
    /// By id.
    pub nodes: Vec<BrokerPicture>,
    pub cluster_id: Option<String>,
    /// The active controller; `None` while there is none.
    pub controller: Option<i32>,
    /// `None` where there are no controllers of KRaft, or this user may not look at them.
    pub quorum: Option<Quorum>,
}

/// One node.
#[derive(Debug, Clone)]
pub struct BrokerPicture {
    pub node: BrokerNode,
    /// Why it did not answer.
    pub problem: Option<Problem>,
    pub versions: NodeVersions,
    /// `None` where it did not tell.
    pub dirs: Option<Vec<LogDir>>,
}

impl BrokersPicture {
    /// The node of that id.
    pub fn node(&self, id: i32) -> Option<&BrokerPicture> {
        self.nodes.iter().find(|one| one.node.id == id)
    }
}

/// Whether a node works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BrokerState {
    InService,
    /// It is in service and did not answer this client.
    Silent,
    /// Registered, and not in service.
    Fenced,
    /// Partitions name it, and the cluster does not.
    Gone,
}

/// A node as the list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerRow {
    pub id: i32,
    /// Host and port; empty where not known.
    pub address: String,
    pub rack: Option<String>,
    pub state: BrokerState,
    pub is_controller: bool,
    /// Release of Kafka, such as "4.3".
    pub release: Option<&'static str>,
    /// Partitions that it leads.
    pub leads: usize,
    /// Partitions that it would lead if every preferred leader led.
    pub preferred: usize,
    pub replicas: usize,
    /// Replicas that are not in sync.
    pub behind: usize,
    /// How far it leads more (less, when negative) than the mean of the nodes that are in service: 0.1 is 10 %.
    pub skew: Option<f64>,
    /// What its partitions take, in bytes.
    pub used_bytes: Option<u64>,
    /// Of all its disks, in bytes: total and free.
    pub disk_bytes: Option<(u64, u64)>,
}

/// What is wrong with a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nobody leads: it can neither be read nor written.
    Offline,
    /// A replica is not in sync.
    UnderReplicated,
    /// Another than the preferred replica leads.
    NotPreferred,
}

/// A partition that is not as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct TroubledPartition {
    pub tp: TopicPartition,
    pub trouble: Trouble,
    pub leader: Option<i32>,
    pub replicas: NodeIds,
    pub isr: NodeIds,
}

/// How many partitions are not as they should be; each is counted once, by the worst.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TroubleCounts {
    pub offline: usize,
    pub under_replicated: usize,
    pub not_preferred: usize,
}

/// The worst that is wrong with a partition.
pub fn trouble_of(partition: &PartitionFacts) -> Option<Trouble> {
    if partition.leader.is_none() {
        Some(Trouble::Offline)
    } else if partition.is_under_replicated() {
        Some(Trouble::UnderReplicated)
    } else if partition.is_led_by_another() {
        Some(Trouble::NotPreferred)
    } else {
        None
    }
}

/// What is wrong among all partitions, in figures.
pub fn count_troubles(facts: &Facts) -> TroubleCounts {
    let mut found = TroubleCounts::default();
    for (_, partition) in partitions(facts) {
        match trouble_of(partition) {
            Some(Trouble::Offline) => found.offline += 1,
            Some(Trouble::UnderReplicated) => found.under_replicated += 1,
            Some(Trouble::NotPreferred) => found.not_preferred += 1,
            None => {}
        }
    }
    found
}

/// The partitions that are not as they should be, the worst first; at most [`TROUBLED_LISTED_MAX`].
pub fn troubled_partitions(facts: &Facts) -> Vec<TroubledPartition> {
    let of = |trouble| {
        let is_of = move |(topic, partition): (&Arc<str>, &PartitionFacts)| {
            (trouble_of(partition) == Some(trouble)).then(|| TroubledPartition {
                tp: TopicPartition::new(Arc::clone(topic), partition.id),
                trouble,
                leader: partition.leader,
                replicas: Arc::clone(&partition.replicas),
                isr: Arc::clone(&partition.isr),
            })
        };
        partitions(facts).filter_map(is_of)
    };
    let worst_first = [Trouble::Offline, Trouble::UnderReplicated, Trouble::NotPreferred];
    worst_first.into_iter().flat_map(of).take(TROUBLED_LISTED_MAX).collect()
}

fn partitions(facts: &Facts) -> impl Iterator<Item = (&Arc<str>, &PartitionFacts)> {
    facts.topics.iter().flat_map(|topic| topic.partitions.iter().map(move |partition| (&topic.name, partition)))
}

/// The rows of the list, by id: registered nodes, and those that only partitions name.
pub fn broker_rows(picture: &BrokersPicture, facts: &Facts) -> Vec<BrokerRow> {
    let mut rows: BTreeMap<i32, BrokerRow> =
        picture.nodes.iter().map(|one| (one.node.id, row_of(one, picture.controller))).collect();
    let empty = |id: i32| BrokerRow {
        id,
        address: String::new(),
        rack: None,
        state: BrokerState::Gone,
        is_controller: false,
        release: None,
        leads: 0,
        preferred: 0,
        replicas: 0,
        behind: 0,
        skew: None,
        used_bytes: None,
        disk_bytes: None,
    };
    for (_, partition) in partitions(facts) {
        for (at, node) in partition.replicas.iter().enumerate() {
            let row = rows.entry(*node).or_insert_with(|| empty(*node));
            row.replicas += 1;
            row.preferred += usize::from(at == 0);
            row.leads += usize::from(partition.leader == Some(*node));
            row.behind += usize::from(!partition.isr.contains(node));
        }
    }
    let in_service = rows.values().filter(|row| row.state == BrokerState::InService);
    let (count, leads) = in_service.fold((0_usize, 0_usize), |(count, leads), row| (count + 1, leads + row.leads));
    if count > 1 && leads > 0 {
        let mean = leads as f64 / count as f64;
        for row in rows.values_mut().filter(|row| row.state == BrokerState::InService) {
            row.skew = Some(row.leads as f64 / mean - 1.0);
        }
    }
    rows.into_values().collect()
}

fn row_of(one: &BrokerPicture, controller: Option<i32>) -> BrokerRow {
    let node = &one.node;
    let state = match (node.fenced, &one.problem) {
        (true, _) => BrokerState::Fenced,
        (false, Some(_)) => BrokerState::Silent,
        (false, None) => BrokerState::InService,
    };
    let dirs = one.dirs.as_deref();
    let sum = |of: fn(&LogDir) -> Option<u64>| dirs.and_then(|dirs| dirs.iter().map(of).sum::<Option<u64>>());
    BrokerRow {
        id: node.id,
        address: if node.host.is_empty() { String::new() } else { format!("{}:{}", node.host, node.port) },
        rack: node.rack.clone(),
        state,
        is_controller: controller == Some(node.id),
        release: one.versions.release(),
        leads: 0,
        preferred: 0,
        replicas: 0,
        behind: 0,
        skew: None,
        used_bytes: dirs.map(|dirs| dirs.iter().map(LogDir::used_bytes).sum()),
        disk_bytes: sum(|dir| dir.total_bytes).zip(sum(|dir| dir.usable_bytes)),
    }
}

impl Session {
    /// Looks at all nodes. One that does not answer is in the picture with its problem.
    pub fn load_brokers(&self, slot: &Loadable<BrokersPicture>) {
        let client = self.client().with_patience_ms(PATIENCE_MILLIS);
        self.load(slot, async move {
            let what = || Phrase::new("problem-brokers");
            look(&client).await.map_err(|error| Problem::from_client(what(), &error))
        });
    }

    /// Loads the settings of a node.
    pub fn load_broker_configs(&self, node: i32, slot: &Loadable<Vec<ConfigEntry>>) {
        let client = self.client().clone();
        self.load(slot, async move {
            let what = Phrase::new("problem-broker-configs").with("broker", node.to_string());
            client.describe_broker_configs(node).await.map_err(|error| Problem::from_client(what, &error))
        });
    }

    /// Changes settings of a node (`for_all`: of every node), then loads the node's anew into `slot`.
    pub fn change_broker_configs(
        &self,
        node: i32,
        for_all: bool,
        changes: Vec<ConfigChange>,
        slot: Loadable<Vec<ConfigEntry>>,
    ) -> Option<JobId> {
        let (client, session) = (self.client().clone(), self.clone());
        let title = match for_all {
            true => Phrase::new("job-change-all-brokers"),
            false => Phrase::new("job-change-broker").with("broker", node.to_string()),
        };
        self.start_job(JobKind::Other, title.clone(), JobUnit::Steps, move |_| async move {
            let count = changes.len() as u64;
            let changed = client.alter_broker_configs((!for_all).then_some(node), changes).await;
            session.load_broker_configs(node, &slot);
            changed.map_err(|error| Problem::from_client(title, &error))?;
            Ok(Phrase::new("done-change-broker").with("count", count))
        })
    }
}

async fn look(client: &Client) -> Result<BrokersPicture, ClientError> {
    let cluster = client.cluster().await?;
    let nodes = client.brokers().await?;
    let quorum = client.quorum().await.ok();
    // Metadata of KRaft names any node as the controller, as all of them forward; the quorum knows.
    let controller = quorum.as_ref().map_or(cluster.controller, |quorum| quorum.leader);
    let known: BTreeSet<i32> = cluster.nodes.iter().map(|node| node.id).collect();
    let asked = nodes.into_iter().map(|mut node| {
        // Where the cluster tells of nodes out of service only by leaving them out.
        node.fenced |= !known.contains(&node.id);
        look_at(client, node)
    });
    Ok(BrokersPicture { nodes: join_all(asked).await, cluster_id: cluster.cluster_id, controller, quorum })
}

async fn look_at(client: &Client, node: BrokerNode) -> BrokerPicture {
    if node.fenced {
        return BrokerPicture { node, problem: None, versions: NodeVersions::default(), dirs: None };
    }
    let versions = client.node_versions(node.id).await;
    let dirs = client.log_dirs(node.id, None).await;
    // Not to be allowed to see its disks does not make a node silent.
    let silent =
        [versions.as_ref().err(), dirs.as_ref().err()].into_iter().flatten().find(|error| error.code().is_none());
    let what = || Phrase::new("problem-broker").with("broker", node.id.to_string());
    let problem = silent.map(|error| Problem::from_client(what(), error));
    BrokerPicture { node, problem, versions: versions.unwrap_or_default(), dirs: dirs.ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::TopicFacts;

    fn partition(id: i32, leader: Option<i32>, replicas: &[i32], isr: &[i32]) -> PartitionFacts {
        PartitionFacts {
            id,
            leader,
            leader_epoch: 0,
            replicas: replicas.into(),
            isr: isr.into(),
            offline: [].into(),
            start: None,
            end: None,
            size_bytes: None,
            old: None,
            damage: None,
        }
    }

    fn facts(partitions: Vec<PartitionFacts>) -> Facts {
        let topic =
            TopicFacts { partitions: partitions.into(), known: true, ..TopicFacts::new("t".into(), None, false) };
        Facts { topics: [topic].into(), ..Facts::default() }
    }

    fn node(id: i32, fenced: bool) -> BrokerPicture {
        let node = BrokerNode { id, host: "h".into(), port: 9092, rack: None, fenced };
        BrokerPicture { node, problem: None, versions: NodeVersions::default(), dirs: None }
    }

    #[test]
    fn rows_count_what_each_node_has_and_name_those_that_are_gone() {
        let facts = facts(vec![
            partition(0, Some(1), &[1, 2, 3], &[1, 2]),
            partition(1, Some(1), &[2, 1, 4], &[1, 2]),
            partition(2, None, &[3], &[3]),
        ]);
        let nodes = vec![node(1, false), node(2, false), node(3, true)];
        let picture = BrokersPicture { nodes, controller: Some(2), ..BrokersPicture::default() };
        let rows = broker_rows(&picture, &facts);
        let told: Vec<_> =
            rows.iter().map(|row| (row.id, row.state, row.leads, row.preferred, row.replicas, row.behind)).collect();
        assert_eq!(
            told,
            [
                (1, BrokerState::InService, 2, 1, 2, 0),
                (2, BrokerState::InService, 0, 1, 2, 0),
                (3, BrokerState::Fenced, 0, 1, 2, 1),
                (4, BrokerState::Gone, 0, 0, 1, 1),
            ]
        );
        assert_eq!((rows[0].skew, rows[1].skew, rows[2].skew), (Some(1.0), Some(-1.0), None));
        assert!(rows[1].is_controller);
    }

    #[test]
    fn a_partition_is_told_once_by_the_worst() {
        let facts = facts(vec![
            partition(0, Some(1), &[1, 2], &[1, 2]),
            partition(1, Some(2), &[1, 2], &[2]),
            partition(2, Some(2), &[1, 2], &[2, 1]),
            partition(3, None, &[1], &[1]),
        ]);
        let told: Vec<_> = troubled_partitions(&facts).iter().map(|one| (one.tp.partition, one.trouble)).collect();
        assert_eq!(told, [(3, Trouble::Offline), (1, Trouble::UnderReplicated), (2, Trouble::NotPreferred)]);
        let expected = TroubleCounts { offline: 1, under_replicated: 1, not_preferred: 1 };
        assert_eq!(count_troubles(&facts), expected);
    }
}
