//! What is asked of which node, side by side: one that does not answer holds up nobody else's news.
//!
//! Each question is a task of its own, and a node is not asked the same again before it has answered. A node that fails or
//! does not answer in time is silent from then on: it is asked, but not waited for, until it answers.

use std::{
    collections::{BTreeSet, HashMap},
    future::Future,
};

use tokio::{task::JoinSet, time::Instant};

use super::{
    asking::{NodeGroups, NodeOffsets},
    unread::Found,
};
use crate::{
    broker::PartitionSize,
    client::{ClientError, ClusterInfo, TopicInfo},
};

/// Who is asked for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    /// For nodes and topics; `None`: whichever node is connected.
    List(Option<i32>),
    Offsets(i32),
    Sizes(i32),
    Groups(i32),
    /// The leaders of what groups have not read.
    Unread,
}

/// An answer.
pub(super) enum News {
    List(Listed),
    Offsets(NodeOffsets),
    Sizes(Result<Vec<PartitionSize>, ClientError>),
    Groups(Result<NodeGroups, ClientError>),
    Unread(Vec<Found>),
}

/// What Metadata told: the cluster, and its topics where they were asked for.
pub(super) struct Listed {
    pub asked_at: Instant,
    pub told: Result<(ClusterInfo, Option<Vec<TopicInfo>>), ClientError>,
}

/// The questions under way.
#[derive(Default)]
pub(super) struct Questions {
    tasks: JoinSet<(Asked, News)>,
    open: HashMap<Asked, Instant>,
    /// When each node answered last.
    heard: HashMap<i32, Instant>,
    silent: BTreeSet<i32>,
}

impl Asked {
    /// The node whose answer it is; `None` where it is no particular one.
    pub fn node(self) -> Option<i32> {
        match self {
            Self::List(node) => node,
            Self::Offsets(node) | Self::Sizes(node) | Self::Groups(node) => Some(node),
            Self::Unread => None,
        }
    }
}

impl Questions {
    /// Asks, unless the same question is still open; false then.
    pub fn ask(&mut self, asked: Asked, answer: impl Future<Output = News> + Send + 'static) -> bool {
        if self.is_open(asked) {
            return false;
        }
        self.open.insert(asked, Instant::now());
        self.tasks.spawn(async move { (asked, answer.await) });
        true
    }

    pub fn is_open(&self, asked: Asked) -> bool {
        self.open.contains_key(&asked)
    }

    /// Whether an answer is to be waited for: of a kind, and of a node that is not silent.
    pub fn awaits(&self, kind: impl Fn(Asked) -> bool) -> bool {
        let is_silent = |asked: Asked| asked.node().is_some_and(|node| self.silent.contains(&node));
        self.open.keys().any(|asked| kind(*asked) && !is_silent(*asked))
    }

    /// The next answer; waits for ever while there is no question.
    pub async fn next(&mut self) -> (Asked, News) {
        loop {
            match self.tasks.join_next().await {
                Some(Ok((asked, news))) => {
                    self.open.remove(&asked);
                    return (asked, news);
                }
                // A question that panicked was told of by the panic hook; it stays open and is not asked again.
                Some(Err(error)) => tracing::error!(%error, "a look at the cluster broke off"),
                None => std::future::pending().await,
            }
        }
    }

    /// A node has answered, or has failed to; true when that is new.
    pub fn note(&mut self, node: i32, has_failed: bool) -> bool {
        if has_failed {
            return self.silent.insert(node);
        }
        self.heard.insert(node, Instant::now());
        self.silent.remove(&node)
    }

    /// The nodes that have answered nothing since they were asked a question of this kind, and are not silent yet. One that
    /// has much to tell may take its time.
    pub fn late(&self, kind: impl Fn(Asked) -> bool) -> Vec<i32> {
        let is_unheard = |node: i32, at: &Instant| self.heard.get(&node).is_none_or(|heard| heard < at);
        let open = self.open.iter().filter(|(asked, _)| kind(**asked));
        let nodes = open.filter_map(|(asked, at)| asked.node().filter(|node| is_unheard(*node, at)));
        nodes.filter(|node| !self.silent.contains(node)).collect()
    }

    /// Since when the oldest open question for the list waits.
    pub fn list_open_since(&self) -> Option<Instant> {
        self.open.iter().filter(|(asked, _)| matches!(asked, Asked::List(_))).map(|(_, at)| *at).min()
    }

    pub fn is_silent(&self, node: i32) -> bool {
        self.silent.contains(&node)
    }

    /// Whether some node does not answer.
    pub fn any_silent(&self) -> bool {
        !self.silent.is_empty()
    }

    /// Only these nodes are left in the cluster.
    pub fn keep_nodes(&mut self, nodes: &[i32]) {
        self.silent.retain(|node| nodes.contains(node));
        self.heard.retain(|node, _| nodes.contains(node));
    }
}
