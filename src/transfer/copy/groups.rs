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
    patience::{Patience, Steady, may_pass},
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

/// A group that may stand somewhere.
pub(super) struct Candidate {
    pub id: String,
    /// A share group keeps no committed offsets, but knows below which offset all is finished.
    is_queue: bool,
}

/// Where a group stands in a partition, and the note that the committer left.
type Place = (TopicPartition, Offset, String);

/// All groups but the marks of copies.
pub(super) async fn candidates(source: &Client) -> Result<Vec<Candidate>, ClientError> {
    let mut groups = source.groups().await?;
    groups.retain(|group| !group.id.starts_with(&group_of("")));
    let is_queue = |protocol_type: &str| protocol_type == GroupKind::Share.as_str();
    Ok(groups.into_iter().map(|g| Candidate { is_queue: is_queue(&g.protocol_type), id: g.id }).collect())
}

impl Candidate {
    pub async fn places(&self, source: &Client) -> Result<Vec<Place>, ClientError> {
        if !self.is_queue {
            let committed = source.committed(&self.id).await?;
            return Ok(committed.into_iter().map(|(tp, at)| (tp, at.offset, at.metadata)).collect());
        }
        let offsets = source.share_group_offsets(&self.id).await?;
        // Without a start where it has not begun with the partition.
        Ok(offsets.into_iter().filter_map(|(tp, at)| Some((tp, at.start?, String::new()))).collect())
    }

    /// Puts the group of the same name there; tells what was refused.
    async fn put(
        &self,
        target: &Client,
        places: Vec<Place>,
    ) -> Result<Vec<(TopicPartition, ClientError)>, ClientError> {
        let outcomes = if self.is_queue {
            let partitions: Vec<TopicPartition> = places.iter().map(|(tp, ..)| tp.clone()).collect();
            let offsets = places.into_iter().map(|(tp, offset, _)| (tp, offset)).collect();
            match target.alter_share_group_offsets(&self.id, offsets).await {
                Ok(outcomes) => outcomes,
                // Of the group as a whole, as where it has members; or the target knows no queues.
                Err(error @ (ClientError::Kafka { .. } | ClientError::Unsupported { .. })) if !may_pass(&error) => {
                    partitions.into_iter().map(|tp| (tp, Err(error.clone()))).collect()
                }
                Err(error) => return Err(error),
            }
        } else {
            target.commit_with_notes(&self.id, places).await?
        };
        Ok(outcomes.into_iter().filter_map(|(tp, outcome)| Some((tp, outcome.err()?))).collect())
    }
}

/// Puts groups at the target where those of the source stand in what was copied. A queue is put below its first record
/// that is not finished; those finished behind it out of turn are handed out again, as after a loss.
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
        for (tp, at, committed_with) in Patience::brief(cancel).ask(|| group.places(source)).await? {
            let Some(outcome) = by_source.get(&tp) else { continue };
            let mapper = Mapper { source, target, outcome, slice, cancel };
            let (offset, note) = mapper.map(at).await?;
            if note != GroupNote::Unproved {
                wanted.push((outcome.target.clone(), offset, committed_with));
            }
            let target = (outcome.target.clone(), offset);
            offsets.push(CarriedOffset { source: (tp, at), target, note });
        }
        if !wanted.is_empty() {
            for (tp, error) in Patience::brief(cancel).ask(|| group.put(target, wanted.clone())).await? {
                let refused = offsets.iter_mut().find(|offset| offset.target.0 == tp);
                refused.into_iter().for_each(|offset| offset.note = GroupNote::Refused(error.clone()));
            }
        }
        if !offsets.is_empty() {
            carried.push(CarriedGroup { group: group.id, offsets });
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
