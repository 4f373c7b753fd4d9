//! The questions of a look, each to one node.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use futures_util::future::join_all;
use tokio::time::Instant;

use super::{
    questions::{Listed, News},
    queues::{PartitionsSeen, look_at_queue},
};
use crate::{
    broker::{Inspector, PartitionSize},
    client::{Client, ClientError, CommittedOffset, GroupInfo, GroupListing, ListedOffset, OffsetSpec},
    model::{GroupKind, GroupState, ReplicaOnDisk, TopicPartition},
};

/// Offsets asked for in one call at most; more go in further calls.
const OFFSETS_ASKED_MAX: usize = 6_000;
/// Groups asked for their commits at the same time.
const COMMITS_ASKED_AT_ONCE: usize = 16;

/// What a node told of the partitions that it leads.
pub(super) struct NodeOffsets {
    pub asked: Vec<TopicPartition>,
    /// In the order in which it was asked.
    pub told: Vec<(OffsetSpec, TopicPartition, Result<ListedOffset, ClientError>)>,
    /// Why it did not tell.
    pub failed: Option<ClientError>,
}

/// What a node told of the groups that it coordinates.
#[derive(Default)]
pub(super) struct NodeGroups {
    pub listings: Vec<GroupListing>,
    pub infos: Vec<GroupInfo>,
    pub committed: Vec<(Arc<str>, BTreeMap<TopicPartition, CommittedOffset>)>,
    pub queues: Vec<(Arc<str>, PartitionsSeen)>,
}

/// Asks for the nodes, and for all topics where these are wanted too.
pub(super) async fn list(client: Client, node: Option<i32>, with_topics: bool) -> News {
    let asked_at = Instant::now();
    let told = client.list(node, with_topics).await;
    let told = told.map(|(cluster, topics)| (cluster, with_topics.then_some(topics)));
    News::List(Listed { asked_at, told })
}

/// Asks a node where partitions that it leads begin and end, and how new they are. A request may name a partition once,
/// so each kind of offset is a question of its own.
pub(super) async fn offsets(client: Client, node: i32, asked: Vec<TopicPartition>) -> News {
    let mut told = Vec::with_capacity(asked.len() * 3);
    for spec in [OffsetSpec::Earliest, OffsetSpec::Latest, OffsetSpec::MaxTimestamp] {
        for chunk in asked.chunks(OFFSETS_ASKED_MAX) {
            let answer = client.offsets_on(node, chunk.iter().map(|tp| (tp.clone(), spec)).collect()).await;
            match answer {
                Ok(answer) => told.extend(answer.into_iter().map(|(tp, outcome)| (spec, tp, outcome))),
                // Before KIP-734 nobody knows the newest timestamp.
                Err(ClientError::Unsupported { .. }) if spec == OffsetSpec::MaxTimestamp => break,
                Err(error) => return News::Offsets(NodeOffsets { asked, told, failed: Some(error) }),
            }
        }
    }
    News::Offsets(NodeOffsets { asked, told, failed: None })
}

/// Asks a node for the sizes of partitions as its disks tell them.
pub(super) async fn sizes(client: Client, node: i32, of: Vec<TopicPartition>) -> News {
    let size = |replica: ReplicaOnDisk| PartitionSize {
        topic: replica.tp.topic,
        partition: replica.tp.partition,
        size_bytes: replica.size_bytes,
    };
    let told = client.log_dirs(node, Some(&of)).await.map(|dirs| {
        let replicas = dirs.into_iter().flat_map(|dir| dir.replicas);
        replicas.filter(|replica| !replica.is_future).map(size).collect()
    });
    News::Sizes(told)
}

/// Asks a node for its groups, their members and their commits. Commits of groups without members that are `resting`, as
/// asked about before, are asked for only when `full`: nobody changes them.
pub(super) async fn groups(
    client: Client,
    inspector: Option<Arc<dyn Inspector>>,
    node: i32,
    resting: HashSet<Arc<str>>,
    full: bool,
) -> News {
    News::Groups(look_at_groups(&client, inspector.as_ref(), node, &resting, full).await)
}

async fn look_at_groups(
    client: &Client,
    inspector: Option<&Arc<dyn Inspector>>,
    node: i32,
    resting: &HashSet<Arc<str>>,
    full: bool,
) -> Result<NodeGroups, ClientError> {
    let mut found = NodeGroups { listings: client.groups_on(node).await?, ..NodeGroups::default() };
    let is_queue = |listing: &GroupListing| GroupKind::from_wire(&listing.group_type) == Some(GroupKind::Share);
    // Commits of a group without members stand still; the backlog of a queue grows without any.
    let is_worth_asking = |listing: &&GroupListing| {
        full || is_queue(listing) || listing.state != GroupState::Empty || !resting.contains(listing.id.as_str())
    };
    let worth: Vec<(Arc<str>, bool)> =
        found.listings.iter().filter(is_worth_asking).map(|one| (one.id.as_str().into(), is_queue(one))).collect();
    let names: Vec<&str> = worth.iter().map(|(id, _)| &**id).collect();
    found.infos = client.describe_groups(&names).await?;
    let (queues, groups): (Vec<_>, Vec<_>) = worth.into_iter().partition(|(_, is_queue)| *is_queue);
    // A group may vanish between the list and this; the next look knows.
    for chunk in queues.chunks(COMMITS_ASKED_AT_ONCE) {
        let answers = join_all(chunk.iter().map(|(id, _)| look_at_queue(client, inspector, id))).await;
        let known = chunk.iter().zip(answers);
        found.queues.extend(known.filter_map(|((id, _), answer)| Some((Arc::clone(id), answer.ok()?))));
    }
    for chunk in groups.chunks(COMMITS_ASKED_AT_ONCE) {
        let answers = join_all(chunk.iter().map(|(id, _)| client.committed(id))).await;
        let known = chunk.iter().zip(answers);
        found
            .committed
            .extend(known.filter_map(|((id, _), answer)| Some((Arc::clone(id), answer.ok()?.into_iter().collect()))));
    }
    Ok(found)
}
