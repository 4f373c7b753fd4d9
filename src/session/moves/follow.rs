//! Carries moves of replicas out and follows them to their end.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

use futures_util::future::join_all;
use kafka_protocol::ResponseError;

use crate::{
    client::{Client, ClientError, ReplicaMove},
    model::TopicPartition,
    session::{Event, JobHandle, Phrase, Problem, Session, moves::plan_copies},
};

/// Pause between two looks at how far the copies are.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks that may fail one after the other, as brokers may restart meanwhile: about five minutes.
const FAILED_LOOKS_MAX: u32 = 300;

pub(super) struct Moving {
    client: Client,
    session: Session,
    job: JobHandle,
    moves: Vec<ReplicaMove>,
    /// Bytes a second.
    throttle: Option<u64>,
    copy_bytes: Option<u64>,
    title: Phrase,
}

/// How the following ended.
enum End {
    /// Nothing moves any more.
    Over,
    Cancelled,
}

impl Moving {
    pub fn new(
        session: &Session,
        job: JobHandle,
        moves: Vec<ReplicaMove>,
        throttle: Option<u64>,
        copy_bytes: Option<u64>,
        title: Phrase,
    ) -> Self {
        let copy_bytes = copy_bytes.filter(|bytes| *bytes > 0);
        Self { client: session.client().clone(), session: session.clone(), job, moves, throttle, copy_bytes, title }
    }

    pub async fn run(self) -> Result<Phrase, Problem> {
        self.job.set_total(Some(self.copy_bytes.unwrap_or(self.moves.len() as u64)));
        let copies = plan_copies(&self.moves) > 0;
        let nodes = match self.throttle.filter(|_| copies) {
            Some(rate) => {
                let nodes = self.nodes().await?;
                let set = self.client.throttle_replication(&self.moves, &nodes, rate).await;
                if let Err(error) = set {
                    self.unthrottle(&nodes).await?;
                    return Err(self.problem(&error));
                }
                self.job.set_note(Phrase::new("move-throttled"));
                nodes
            }
            None => BTreeSet::new(),
        };
        let done = self.begin_and_follow().await;
        // The cluster goes on with the moves when only the window is closed, and the throttle is part of them.
        if self.session.is_closing() {
            return Err(Problem::new(self.title.clone(), "the window is closed"));
        }
        if !nodes.is_empty() {
            self.unthrottle(&nodes).await?;
        }
        let end = done?;
        let said = self.said().await?;
        match end {
            End::Over => Ok(said),
            // Of a job that was cancelled nothing else is told, and what has moved stays moved.
            End::Cancelled => {
                self.session.push_event(Event::Note(said));
                Err(Problem::new(self.title.clone(), "cancelled"))
            }
        }
    }

    /// How many have come to where they should. Others were taken back, here or by another program.
    async fn said(&self) -> Result<Phrase, Problem> {
        let mut arrived = 0;
        let topics: BTreeSet<&str> = self.moves.iter().map(|one| &*one.tp.topic).collect();
        for topic in topics {
            let told = self.client.topic(topic).await.map_err(|error| self.problem(&error))?;
            let lies = |one: &ReplicaMove| {
                let partition = told.partitions.iter().find(|partition| partition.id == one.tp.partition);
                partition.is_some_and(|partition| *partition.replicas == *one.to)
            };
            arrived += self.moves.iter().filter(|one| &*one.tp.topic == topic && lies(one)).count() as u64;
        }
        let count = self.moves.len() as u64;
        let said = if arrived == count { "done-move" } else { "done-move-part" };
        Ok(Phrase::new(said).with("count", count).with("done", arrived))
    }

    async fn begin_and_follow(&self) -> Result<End, Problem> {
        let wanted = self.moves.iter().map(|one| (one.tp.clone(), Some(one.to.clone()))).collect();
        let outcomes = self.client.reassign(wanted).await.map_err(|error| self.problem(&error))?;
        for (tp, outcome) in outcomes {
            let what = || Phrase::new("problem-move").with("partition", tp.to_string());
            outcome.map_err(|error| Problem::from_client(what(), &error))?;
        }
        self.session.refresh();
        let mut failed = 0;
        loop {
            if self.job.or_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_none() {
                return self.cancelled().await;
            }
            match self.look().await {
                Ok(true) => return Ok(End::Over),
                Ok(false) => failed = 0,
                Err(error) if error.is_retriable() && failed < FAILED_LOOKS_MAX => failed += 1,
                Err(error) => return Err(self.problem(&error)),
            }
        }
    }

    async fn cancelled(&self) -> Result<End, Problem> {
        if !self.session.is_closing() {
            let tps = self.moves.iter().map(|one| one.tp.clone()).collect();
            take_back(&self.client, tps, &self.title).await?;
        }
        Ok(End::Cancelled)
    }

    /// Notes how far it is; true when all is done.
    async fn look(&self) -> Result<bool, ClientError> {
        let tps: Vec<_> = self.moves.iter().map(|one| one.tp.clone()).collect();
        let going_on: HashSet<_> = self.client.reassignments(Some(&tps)).await?.into_iter().map(|one| one.tp).collect();
        if going_on.is_empty() {
            return Ok(true);
        }
        match self.copy_bytes {
            None => self.job.set_done((self.moves.len() - going_on.len()) as u64),
            Some(total) => {
                let missing = self.missing_bytes(&going_on).await;
                self.job.set_done(total.saturating_sub(missing));
            }
        }
        Ok(false)
    }

    /// Bytes that are still to be copied: what a leader has and a new replica has not. A node that does not answer has
    /// nothing yet.
    async fn missing_bytes(&self, going_on: &HashSet<TopicPartition>) -> u64 {
        let moves: Vec<_> = self.moves.iter().filter(|one| going_on.contains(&one.tp)).collect();
        let mut by_node: BTreeMap<i32, Vec<TopicPartition>> = BTreeMap::new();
        for one in &moves {
            for node in one.from.iter().copied().chain(one.adding()) {
                by_node.entry(node).or_default().push(one.tp.clone());
            }
        }
        let asked =
            by_node.iter().map(|(node, tps)| async move { (*node, self.client.log_dirs(*node, Some(tps)).await) });
        let mut sizes: BTreeMap<(i32, TopicPartition), u64> = BTreeMap::new();
        for (node, dirs) in join_all(asked).await {
            for replica in dirs.into_iter().flatten().flat_map(|dir| dir.replicas) {
                sizes.insert((node, replica.tp), replica.size_bytes);
            }
        }
        let size = |node: i32, tp: &TopicPartition| sizes.get(&(node, tp.clone())).copied().unwrap_or(0);
        let missing = moves.iter().map(|one| {
            let whole = one.from.iter().map(|node| size(*node, &one.tp)).max().unwrap_or(0);
            one.adding().map(|node| whole.saturating_sub(size(node, &one.tp))).sum::<u64>()
        });
        missing.sum()
    }

    /// The nodes that send or get copies and are in service.
    async fn nodes(&self) -> Result<BTreeSet<i32>, Problem> {
        let involved: BTreeSet<i32> =
            self.moves.iter().flat_map(|one| one.from.iter().chain(&one.to).copied()).collect();
        Ok(&involved & &nodes_in_service(&self.client, &self.title).await?)
    }

    async fn unthrottle(&self, nodes: &BTreeSet<i32>) -> Result<(), Problem> {
        let topics = self.moves.iter().map(|one| &*one.tp.topic).collect();
        let done = self.client.unthrottle_replication(&topics, nodes).await;
        done.map_err(|error| Problem::from_client(Phrase::new("problem-unthrottle"), &error))
    }

    fn problem(&self, error: &ClientError) -> Problem {
        Problem::from_client(self.title.clone(), error)
    }
}

/// The nodes that can be asked now.
pub(super) async fn nodes_in_service(client: &Client, title: &Phrase) -> Result<BTreeSet<i32>, Problem> {
    let nodes = client.brokers().await.map_err(|error| Problem::from_client(title.clone(), &error))?;
    Ok(nodes.into_iter().filter(|node| !node.fenced).map(|node| node.id).collect())
}

/// Takes moves back; what is done already stays done.
pub(super) async fn take_back(client: &Client, of: Vec<TopicPartition>, title: &Phrase) -> Result<(), Problem> {
    let outcomes = client.reassign(of.into_iter().map(|tp| (tp, None)).collect()).await;
    for (tp, outcome) in outcomes.map_err(|error| Problem::from_client(title.clone(), &error))? {
        match outcome {
            Err(error) if error.code() == Some(ResponseError::NoReassignmentInProgress) => {}
            outcome => {
                let what = || Phrase::new("problem-move-back").with("partition", tp.to_string());
                outcome.map_err(|error| Problem::from_client(what(), &error))?;
            }
        }
    }
    Ok(())
}
