//! Committed offsets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kafka_protocol::ResponseError;

use super::{Coordinator, Entry, Offsets};
use crate::{
    broker::{
        groups::{AnyGroup, CommitRight, Group},
        meta::{self, CommittedRow, MetaError},
        share::refuse_others,
    },
    model::{Offset, PartitionId, TimestampMillis},
};

/// Who commits, and with which version of the API.
#[derive(Debug, Clone, Copy)]
pub struct Committer<'a> {
    pub group: &'a str,
    pub right: CommitRight<'a>,
    /// Whether the version knows GROUP_ID_NOT_FOUND and the epochs of the newer protocol (OffsetCommit 9).
    pub knows_epochs: bool,
}

impl Committer<'_> {
    fn unknown_group(&self) -> ResponseError {
        if self.knows_epochs { ResponseError::GroupIdNotFound } else { ResponseError::IllegalGeneration }
    }
}

/// An offset to commit.
#[derive(Debug, Clone)]
pub struct Commit {
    pub topic: Arc<str>,
    pub partition: PartitionId,
    pub offset: Offset,
    pub leader_epoch: i32,
    pub metadata: String,
}

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub offset: Offset,
    pub leader_epoch: i32,
    pub metadata: String,
    pub at: TimestampMillis,
    number: i64,
}

impl Committed {
    pub(super) fn from_row(row: CommittedRow) -> Self {
        Self {
            offset: row.offset,
            leader_epoch: row.leader_epoch,
            metadata: row.metadata,
            at: row.at,
            number: row.number,
        }
    }
}

/// What a group has committed, and what is under way: of one moment, for a transaction that ends between two looks would
/// be in neither.
#[derive(Debug, Default)]
pub struct GroupOffsets {
    pub committed: BTreeMap<(Arc<str>, PartitionId), Committed>,
    /// Partitions for which a transaction that is not over has committed (KIP-447).
    pub unstable: BTreeSet<(Arc<str>, PartitionId)>,
}

/// Why a commit was refused.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error("{0}")]
    Refused(ResponseError),
    #[error(transparent)]
    Meta(#[from] MetaError),
}

impl Coordinator {
    /// Commits; durable when this returns.
    pub async fn commit(&self, who: Committer<'_>, commits: Vec<Commit>) -> Result<(), CommitError> {
        let now = self.clock.steady();
        let rows = self.admit(&who, commits, now, |_, rows| rows).map_err(CommitError::Refused)?;
        self.meta.write(meta::put_committed(rows.clone())).await?;
        let mut inner = self.inner.lock();
        let entry = inner.groups.entry(who.group.into()).or_insert_with(|| self.vacant(now));
        for row in rows {
            let key = (row.topic.clone(), row.partition);
            put_newer(&mut entry.offsets, key, Committed::from_row(row));
        }
        Ok(())
    }

    /// Checks who commits, numbers the commit, and lets `then` note it before anything else happens to the group: a
    /// rebalance in between would let the next owner of a partition start where this commit does not reach. A group that
    /// nobody knows comes to be when somebody commits who is no member.
    pub(super) fn admit<T>(
        &self,
        who: &Committer<'_>,
        commits: Vec<Commit>,
        now: TimestampMillis,
        then: impl FnOnce(&mut Entry, Vec<CommittedRow>) -> T,
    ) -> Result<T, ResponseError> {
        if refuse_others(&self.topics, commits.iter().map(|commit| &*commit.topic)).is_some() {
            return Err(ResponseError::InvalidRequest);
        }
        let catalog = self.catalog();
        let mut guard = self.inner.lock();
        let inner = &mut *guard;
        let id: Arc<str> = match inner.groups.get_key_value(who.group) {
            Some((id, _)) => id.clone(),
            // A member of a group that nobody knows (any more) belongs to an older life of it.
            None if who.right.generation >= 0 => return Err(who.unknown_group()),
            None => who.group.into(),
        };
        let entry = inner.groups.entry(id.clone()).or_insert_with(|| self.vacant(now));
        match &mut entry.group {
            AnyGroup::Classic(group) => group.may_commit(who.right, now)?,
            AnyGroup::Consumer(group) => {
                let wanted = commits.iter().map(|commit| catalog.key(&commit.topic, commit.partition));
                group.may_commit(who.right, who.knows_epochs, wanted)?;
            }
            AnyGroup::Share(_) => return Err(who.unknown_group()),
        }
        inner.last_commit += 1;
        let rows = rows(&id, commits, self.clock.now(), inner.last_commit);
        Ok(then(entry, rows))
    }

    /// What the group has committed; empty for a group that nobody knows.
    pub fn committed(&self, group: &str) -> GroupOffsets {
        let inner = self.inner.lock();
        let Some(entry) = inner.groups.get(group) else { return GroupOffsets::default() };
        let unstable = entry.pending.values().flat_map(BTreeMap::keys).cloned().collect();
        GroupOffsets { committed: entry.offsets.clone(), unstable }
    }

    /// Where each group stands on one partition, for those that have committed there.
    pub fn committed_at(&self, topic: &str, partition: PartitionId) -> Vec<(Arc<str>, Offset)> {
        let key = (Arc::from(topic), partition);
        let inner = self.inner.lock();
        let groups = inner.groups.iter().filter_map(|(id, entry)| Some((id.clone(), entry.offsets.get(&key)?.offset)));
        groups.collect()
    }

    /// Forgets offsets of a group; durable when this returns.
    pub async fn delete_offsets(
        &self,
        group: &str,
        partitions: Vec<(Arc<str>, PartitionId)>,
    ) -> Result<(), CommitError> {
        let until = self.inner.lock().last_commit;
        self.meta.write(meta::delete_committed(group.into(), partitions.clone(), until)).await?;
        if let Some(entry) = self.inner.lock().groups.get_mut(group) {
            entry.offsets.retain(|key, committed| committed.number > until || !partitions.contains(key));
        }
        Ok(())
    }

    /// Forgets what was committed for a topic that is no more; `meta.sqlite` has already.
    pub fn forget_topic(&self, topic: &str) {
        for entry in self.inner.lock().groups.values_mut() {
            entry.offsets.retain(|(name, _), _| **name != *topic);
            for pending in entry.pending.values_mut() {
                pending.retain(|(name, _), _| **name != *topic);
            }
        }
    }

    pub(super) fn vacant(&self, now: TimestampMillis) -> Entry {
        Entry::new(AnyGroup::Classic(Group::new(self.limits.clone(), now)))
    }
}

/// Two commits can cross on their way back from the disk; the later one stays.
pub(super) fn put_newer(offsets: &mut Offsets, key: (Arc<str>, PartitionId), committed: Committed) {
    if offsets.get(&key).is_none_or(|known| known.number < committed.number) {
        offsets.insert(key, committed);
    }
}

fn rows(group: &Arc<str>, commits: Vec<Commit>, at: TimestampMillis, number: i64) -> Vec<CommittedRow> {
    let row = |commit: Commit| CommittedRow {
        group: group.clone(),
        topic: commit.topic,
        partition: commit.partition,
        offset: commit.offset,
        leader_epoch: commit.leader_epoch,
        metadata: commit.metadata,
        at,
        number,
    };
    commits.into_iter().map(row).collect()
}
