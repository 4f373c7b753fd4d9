//! Where groups stand at the source, mapped to the target.
//!
//! After a copy everything up to `from` at the source is everything up to `at` at the target. So a group that has read up
//! to `c` belongs at `at` less the records that are chosen of `c..from`. Counting from the end is exact also where the
//! source was compacted while it was copied, as long as that did not happen behind `c`; and the record that the group
//! reads next is compared on both sides before anything is committed.

use std::collections::BTreeMap;

use super::{
    job::PartitionOutcome,
    mark::{Mark, group_of},
    patience::{Patience, Steady},
    slice::Slice,
};
use crate::client::{Client, ClientError};
use crate::model::{GroupKind, NewRecord, Offset, TopicPartition};
use crate::transfer::{Cancel, TransferError};

/// A group that was carried.
#[derive(Debug, Clone, PartialEq)]
pub struct CarriedGroup {
    pub group: String,
    pub offsets: Vec<CarriedOffset>,
}

/// A committed offset that was carried.
#[derive(Debug, Clone, PartialEq)]
pub struct CarriedOffset {
    /// Partition and offset at the source.
    pub source: (TopicPartition, Offset),
    /// Partition and offset at the target.
    pub target: (TopicPartition, Offset),
    pub note: GroupNote,
}

/// What is to be said of a carried offset.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupNote {
    Exact,
    /// The group has read records that are not copied yet; it stands at the end of what is. Resume the copy.
    Ahead,
    /// The records on both sides are not the same any more (compaction); nothing was committed.
    Unproved,
    /// The target refused it, as when members of the group are active there.
    Refused(ClientError),
}

/// Groups that may have committed offsets: all but queues, and the marks of copies.
pub(super) async fn candidates(source: &Client) -> Result<Vec<String>, ClientError> {
    let share = GroupKind::Share.as_str();
    let mut groups = source.groups().await?;
    groups.retain(|group| group.protocol_type != share && !group.id.starts_with(&group_of("")));
    Ok(groups.into_iter().map(|group| group.id).collect())
}

/// Commits at the target where the groups of the source stand in what was copied.
///
/// # Errors
/// When a cluster does not answer; what the target refuses is a note.
pub async fn carry_groups(
    source: &Client,
    target: &Client,
    copied: &[PartitionOutcome],
    slice: &Slice,
    cancel: &Cancel,
) -> Result<Vec<CarriedGroup>, TransferError> {
    let by_source: BTreeMap<_, _> = copied.iter().map(|outcome| (&outcome.source, outcome)).collect();
    let mut carried = Vec::new();
    for group in Patience::brief(cancel).ask(|| candidates(source)).await? {
        let mut offsets = Vec::new();
        let mut wanted = Vec::new();
        for (tp, at) in Patience::brief(cancel).ask(|| source.committed(&group)).await? {
            let Some(outcome) = by_source.get(&tp) else { continue };
            let mapper = Mapper { source, target, outcome, slice, cancel };
            let (offset, note) = mapper.map(at.offset).await?;
            if note != GroupNote::Unproved {
                wanted.push((outcome.target.clone(), offset, at.metadata));
            }
            let target = (outcome.target.clone(), offset);
            offsets.push(CarriedOffset { source: (tp, at.offset), target, note });
        }
        if !wanted.is_empty() {
            let commit = || target.commit_with_notes(&group, wanted.clone());
            for (tp, answer) in Patience::brief(cancel).ask(commit).await? {
                let Err(error) = answer else { continue };
                let refused = offsets.iter_mut().find(|offset| offset.target.0 == tp);
                refused.into_iter().for_each(|offset| offset.note = GroupNote::Refused(error.clone()));
            }
        }
        if !offsets.is_empty() {
            carried.push(CarriedGroup { group, offsets });
        }
    }
    Ok(carried)
}

struct Mapper<'a> {
    source: &'a Client,
    target: &'a Client,
    outcome: &'a PartitionOutcome,
    slice: &'a Slice,
    cancel: &'a Cancel,
}

impl Mapper<'_> {
    async fn map(&self, at: Offset) -> Result<(Offset, GroupNote), TransferError> {
        let mark = &self.outcome.mark;
        match at {
            _ if at > mark.from => return Ok((mark.at, GroupNote::Ahead)),
            _ if at == mark.from => return Ok((mark.at, GroupNote::Exact)),
            _ if at <= mark.began.0 => return Ok((mark.began.1, GroupNote::Exact)),
            // No holes on the way: as many offsets as records.
            _ if self.slice.is_whole() && self.outcome.is_dense() => {
                return Ok((mark.at - (mark.from - at), GroupNote::Exact));
            }
            _ => {}
        }
        let (count, first) = self.count(mark, at).await?;
        let offset = mark.at - count.cast_signed();
        let Some(first) = first.filter(|_| offset >= mark.began.1) else {
            let note = if count == 0 { GroupNote::Exact } else { GroupNote::Unproved };
            return Ok((offset.max(mark.began.1), note));
        };
        let mut reader = Steady::start(self.target, &self.outcome.target, offset, offset + 1, self.cancel);
        let there = match reader.next().await? {
            Some(piece) => piece.records()?.into_iter().next(),
            None => None,
        };
        // What the target has compacted away cannot be compared, and nobody will read it.
        let same = there.is_none_or(|there| {
            (&there.key, &there.value, &there.headers) == (&first.key, &first.value, &first.headers)
        });
        Ok((offset, if same { GroupNote::Exact } else { GroupNote::Unproved }))
    }

    /// Chosen records from `at` to where the copy ended, and the first of them.
    async fn count(&self, mark: &Mark, at: Offset) -> Result<(u64, Option<NewRecord>), TransferError> {
        let mut reader = Steady::start(self.source, &self.outcome.source, at, mark.from, self.cancel);
        let (mut count, mut first) = (0, None);
        while let Some(piece) = reader.next().await? {
            for record in piece.records()? {
                let Some(taken) = self.slice.take(&self.outcome.source.topic, &record) else { continue };
                count += 1;
                first.get_or_insert(taken);
            }
        }
        Ok((count, first))
    }
}
