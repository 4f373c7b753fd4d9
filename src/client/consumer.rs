//! A member of a consumer group: joins, heartbeats, fetches what it is assigned, commits, leaves or
//! vanishes.
//!
//! As in Kafka's own consumer, [`Consumer::poll`] hands over records and at the same time says that those handed over
//! before are processed: a rebalance takes partitions away only inside a poll (or when `max_poll_interval_ms` runs out).
//! Two tasks work behind it: `member` (or `assigned`, where the broker assigns: KIP-848) joins, heartbeats and rebalances,
//! `fetcher` fills the buffers; what they share is in `shared`, a partition's own state in `slot`.

mod assigned;
mod fetcher;
mod member;
mod shared;
mod slot;
mod types;

use std::{sync::Arc, time::Duration};

use kafka_protocol::{
    ResponseError as E,
    messages::{LeaveGroupRequest, leave_group_request::MemberIdentity},
};
use tokio::{task::JoinHandle, time::Instant};

use self::{assigned::AssignedMember, fetcher::Fetcher, member::Member, shared::Shared};
use super::{
    Client, ClientError,
    committed::Committer,
    routing::{ANSWER_WAIT_MILLIS, Target},
    wire::{group_id, text},
};
use crate::model::{Offset, TopicPartition};

pub use types::{
    AutoOffsetReset, ConsumerEvent, ConsumerEventKind, ConsumerOptions, ConsumerProtocol, ConsumerState, Polled,
};

/// How long a commit waits for a rebalance that leaves the partitions where they are.
const COMMIT_WAIT: Duration = Duration::from_secs(5);
const COMMIT_PAUSE: Duration = Duration::from_millis(10);

/// A member of a group. Dropping it without [`Consumer::leave`] is [`Consumer::kill`].
pub struct Consumer {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

impl Consumer {
    /// Starts to join the group in the background; needs a tokio runtime.
    pub fn start(client: Client, options: ConsumerOptions) -> Self {
        let shared = Arc::new(Shared::new(client, options));
        let member = match shared.options.protocol {
            ConsumerProtocol::Classic => tokio::spawn(Member::new(Arc::clone(&shared)).run()),
            ConsumerProtocol::Consumer => tokio::spawn(AssignedMember::new(Arc::clone(&shared)).run()),
        };
        let fetcher = tokio::spawn(Fetcher::new(Arc::clone(&shared)).run());
        Self { shared, tasks: vec![member, fetcher] }
    }

    /// Waits up to `max_wait` for records (returns early, empty, when something happened in the group). Cancel safe: what
    /// was not handed over stays in the buffer.
    ///
    /// # Errors
    /// What the caller must decide: no offset to start from, a batch that cannot be read (see [`Consumer::seek`]), given up.
    pub async fn poll(&self, max_wait: Duration) -> Result<Polled, ClientError> {
        let deadline = Instant::now() + max_wait;
        let mut poll = self.shared.begin_poll();
        loop {
            if let Some(outcome) = self.shared.take_records(&mut poll) {
                return outcome;
            }
            tokio::select! {
                biased;
                () = self.shared.delivered.notified() => {}
                () = tokio::time::sleep_until(deadline) => return Ok(Polled::default()),
            }
        }
    }

    /// Commits the positions after the records handed over so far.
    pub async fn commit(&self) -> Result<(), ClientError> {
        self.commit_offsets(self.shared.uncommitted()).await
    }

    /// Commits given positions (the next offset to read).
    ///
    /// # Errors
    /// REBALANCE_IN_PROGRESS and ILLEGAL_GENERATION when the group has moved on: another member may own the partitions.
    pub async fn commit_offsets(&self, offsets: Vec<(TopicPartition, Offset)>) -> Result<(), ClientError> {
        if offsets.is_empty() {
            return Ok(());
        }
        let deadline = Instant::now() + COMMIT_WAIT;
        let losses = self.shared.inner.lock().losses;
        loop {
            let error = match self.commit_once(&offsets).await {
                Ok(()) => break,
                Err(error) => error,
            };
            // The other task may be joining again just now and keep the partitions: then the next generation takes it.
            let moved =
                matches!(error.code(), Some(E::IllegalGeneration | E::RebalanceInProgress | E::StaleMemberEpoch));
            if !moved || Instant::now() > deadline || !self.shared.still_owns(&offsets, losses) {
                return Err(error);
            }
            tokio::time::sleep(COMMIT_PAUSE).await;
        }
        self.shared.remember_committed(&offsets);
        Ok(())
    }

    async fn commit_once(&self, offsets: &[(TopicPartition, Offset)]) -> Result<(), ClientError> {
        let (member_id, generation) = self.shared.identity();
        let options = &self.shared.options;
        let committer = Committer { member_id, generation, instance_id: options.instance_id.clone() };
        let outcomes = self.shared.client.commit_as(&options.group, &committer, offsets.to_vec()).await?;
        outcomes.into_iter().try_for_each(|(_, outcome)| outcome)
    }

    /// Partitions it owns, ascending.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.shared.assignment()
    }

    /// Next offset to be handed over, for each owned partition whose position is known.
    pub fn positions(&self) -> Vec<(TopicPartition, Offset)> {
        self.shared.positions()
    }

    /// Where it stands in its group.
    pub fn state(&self) -> ConsumerState {
        self.shared.state()
    }

    /// The id that the group gave it; empty before the first join.
    pub fn member_id(&self) -> String {
        self.shared.identity().0
    }

    /// Generation of the group; -1 outside of it.
    pub fn generation(&self) -> i32 {
        self.shared.identity().1
    }

    /// What happened since the last call, oldest first (bounded: the oldest are dropped).
    pub fn take_events(&self) -> Vec<ConsumerEvent> {
        self.shared.take_events()
    }

    /// Holds back records of these partitions; heartbeats and polls go on.
    pub fn pause(&self, partitions: &[TopicPartition]) {
        self.shared.set_paused(partitions, true);
    }

    /// Lets them flow again.
    pub fn resume(&self, partitions: &[TopicPartition]) {
        self.shared.set_paused(partitions, false);
    }

    /// Goes on at another offset of an owned partition.
    pub fn seek(&self, partition: &TopicPartition, offset: Offset) -> Result<(), ClientError> {
        self.shared.seek(partition, offset)
    }

    /// Leaves the group in order: the others take over at once. (A static member stays in the group until its session
    /// runs out, as in Kafka.) Commits nothing.
    pub async fn leave(mut self) -> Result<(), ClientError> {
        for task in std::mem::take(&mut self.tasks) {
            // Waited for, because an aborted task still runs up to its next pause: it could join again after the leaving.
            task.abort();
            let _ = task.await;
        }
        let (member_id, _) = self.shared.identity();
        self.shared.left();
        if member_id.is_empty() || self.shared.options.instance_id.is_some() {
            return Ok(());
        }
        self.shared.send_leave(&member_id).await
    }

    /// Vanishes without a word, like a process that was killed: the group notices when the session runs out.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Shared {
    /// Tells the group that a member goes.
    async fn send_leave(&self, member_id: &str) -> Result<(), ClientError> {
        if self.options.protocol == ConsumerProtocol::Consumer {
            return self.send_member_leave().await;
        }
        let group = &self.options.group;
        let asked = format!("leave group {group}");
        let build = |version| {
            let request = LeaveGroupRequest::default().with_group_id(group_id(group));
            if version >= 3 {
                request.with_members(vec![MemberIdentity::default().with_member_id(text(member_id))])
            } else {
                request.with_member_id(text(member_id))
            }
        };
        let (answer, _) = self.client.ask_once(Target::Coordinator(group), &asked, ANSWER_WAIT_MILLIS, build).await?;
        ClientError::check(answer.error_code, || asked.clone(), None)?;
        let member = answer.members.first().map_or(0, |member| member.error_code);
        ClientError::check(member, || asked, None)
    }
}
