//! What a reader makes of transactions: which batches are data, which were aborted, which may yet be.

use std::collections::HashMap;

use bytes::Bytes;

use super::{Client, ClientError, FetchOptions, Fetched};
use crate::{
    codec::{BatchHeader, EndMarker},
    model::{Offset, TopicPartition, TransactionFate},
};

/// What is read where transactions write (`isolation.level`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// Everything, as it is appended.
    #[default]
    ReadUncommitted,
    /// Nothing of transactions that are open or were aborted; ends at the last stable offset.
    ReadCommitted,
}

impl Isolation {
    pub(super) fn as_wire(self) -> i8 {
        match self {
            Self::ReadUncommitted => 0,
            Self::ReadCommitted => 1,
        }
    }
}

/// A transaction that was aborted, as Fetch tells of it: the producer's records from `first_offset` up to its next abort
/// marker do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aborted {
    pub producer_id: i64,
    pub first_offset: Offset,
}

/// What a batch is to who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Written outside any transaction.
    Plain,
    /// Its transaction is not over, as far as what was fetched tells.
    Open,
    Committed,
    Aborted,
    /// No data: the end of a transaction, committed or not; another control batch counts as committed.
    Control {
        committed: bool,
    },
}

impl BatchState {
    /// Whether a reader of committed records gets to see it.
    pub fn is_visible(self) -> bool {
        matches!(self, Self::Plain | Self::Committed)
    }

    /// What became of the transaction of a batch that holds data of one.
    pub fn fate(self) -> Option<TransactionFate> {
        match self {
            Self::Open => Some(TransactionFate::Open),
            Self::Committed => Some(TransactionFate::Committed),
            Self::Aborted => Some(TransactionFate::Aborted),
            Self::Plain | Self::Control { .. } => None,
        }
    }
}

/// The state of each batch, in order. `aborted` and `last_stable` are what Fetch told with them: below the last stable
/// offset (-1 where it is not known) the list is complete if it was fetched with [`Isolation::ReadCommitted`]; above it
/// the markers among the batches tell.
fn classify(batches: &[Bytes], aborted: &[Aborted], last_stable: Offset) -> Vec<BatchState> {
    let mut pending = aborted.to_vec();
    pending.sort_unstable_by_key(|one| std::cmp::Reverse(one.first_offset));
    // Producers whose transaction at this place was aborted.
    let mut dead: HashMap<i64, ()> = HashMap::new();
    let headers: Vec<_> = batches.iter().map(|batch| BatchHeader::parse(batch).ok()).collect();
    let mut states = Vec::with_capacity(batches.len());
    for (index, (batch, header)) in batches.iter().zip(&headers).enumerate() {
        // What cannot be read is told as such by who decodes it.
        let Some(header) = header else {
            states.push(BatchState::Plain);
            continue;
        };
        while pending.last().is_some_and(|one| one.first_offset <= header.last_offset()) {
            dead.extend(pending.pop().map(|one| (one.producer_id, ())));
        }
        states.push(if header.is_control() {
            let committed = EndMarker::parse(batch).is_none_or(|marker| marker.committed);
            if !committed {
                dead.remove(&header.producer_id);
            }
            BatchState::Control { committed }
        } else if !header.is_transactional() {
            BatchState::Plain
        } else if dead.contains_key(&header.producer_id) {
            BatchState::Aborted
        } else if header.last_offset() < last_stable {
            BatchState::Committed
        } else {
            end_of(header.producer_id, &batches[index + 1..])
        });
    }
    states
}

/// How the transaction of a producer ends in the batches that follow.
fn end_of(producer_id: i64, following: &[Bytes]) -> BatchState {
    let markers = following.iter().filter_map(|batch| EndMarker::parse(batch));
    match markers.into_iter().find(|marker| marker.producer_id == producer_id) {
        Some(EndMarker { committed: true, .. }) => BatchState::Committed,
        Some(_) => BatchState::Aborted,
        None => BatchState::Open,
    }
}

impl Fetched {
    /// The state of each of its batches.
    pub fn states(&self) -> Vec<BatchState> {
        classify(&self.batches, &self.aborted, self.last_stable_offset)
    }

    /// Without the batches that a reader of committed records must not see.
    pub(super) fn keep_visible(&mut self) {
        let mut states = self.states().into_iter();
        self.batches.retain(|_| states.next().is_none_or(BatchState::is_visible));
    }
}

impl Client {
    /// Fetches everything from `from` on together with what became of each batch's transaction: complete below the last
    /// stable offset, above it as far as the fetched batches tell. Options as with [`Client::fetch`], whatever isolation
    /// they ask for.
    pub async fn fetch_with_states(
        &self,
        partition: &TopicPartition,
        from: Offset,
        options: FetchOptions,
    ) -> Result<(Fetched, Vec<BatchState>), ClientError> {
        // Only who reads what is committed is told which transactions were aborted.
        let stable = FetchOptions { isolation: Isolation::ReadCommitted, max_wait_ms: 0, min_bytes: 0, ..options };
        let mut fetched = self.fetch_raw(partition, from, stable).await?;
        if fetched.batches.is_empty() {
            fetched =
                self.fetch(partition, from, FetchOptions { isolation: Isolation::ReadUncommitted, ..options }).await?;
        }
        let states = fetched.states();
        Ok((fetched, states))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{BatchBuilder, ProducerStamp, assign};
    use crate::model::{Compression, NewRecord};

    fn at(offset: Offset, batch: Bytes) -> Bytes {
        let mut batch = Vec::from(batch);
        assign(&mut batch, offset, 0);
        batch.into()
    }

    fn data(offset: Offset, producer_id: i64, transactional: bool) -> Bytes {
        let mut builder = BatchBuilder::new(Compression::None, 1 << 20);
        assert!(builder.push(&NewRecord::default(), 1));
        let stamp = ProducerStamp { producer_id, producer_epoch: 0, base_sequence: 0, transactional };
        at(offset, builder.build(stamp).unwrap())
    }

    fn end(offset: Offset, producer_id: i64, committed: bool) -> Bytes {
        let marker = EndMarker { producer_id, producer_epoch: 0, coordinator_epoch: 0, committed };
        at(offset, marker.build(1))
    }

    #[test]
    fn every_batch_is_told_for_what_it_is() {
        use BatchState as S;
        let batches = [
            data(0, 1, true),
            data(1, 2, true),
            data(2, -1, false),
            end(3, 1, true),
            data(4, 1, true),
            end(5, 2, false),
            end(6, 1, false),
            data(7, 2, true),
            data(8, 1, true),
            end(9, 2, true),
            data(10, 2, true),
        ];
        let aborted = [Aborted { producer_id: 2, first_offset: 1 }, Aborted { producer_id: 1, first_offset: 4 }];
        let ended = S::Control { committed: false };
        let wanted = [
            S::Committed,
            S::Aborted,
            S::Plain,
            S::Control { committed: true },
            S::Aborted,
            ended,
            ended,
            S::Committed,
            S::Open,
            S::Control { committed: true },
            S::Open,
        ];
        assert_eq!(classify(&batches, &aborted, 8), wanted);
        // From the middle of a transaction on, and without any list, as far as the markers tell.
        assert_eq!(classify(&batches[1..], &aborted, 8), wanted[1..]);
        assert_eq!(classify(&batches, &[], 0), wanted);
    }
}
