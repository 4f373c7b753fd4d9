//! What became of the transaction that a batch belongs to: open, committed or aborted.

use std::collections::HashSet;

use bytes::Bytes;

use crate::codec::{BatchHeader, EndMarker};
use crate::model::{Offset, TransactionFate};

/// Whether any batch is part of a transaction.
pub fn any_transactional(batches: &[Bytes]) -> bool {
    batches.iter().any(|batch| BatchHeader::parse(batch).is_ok_and(|header| header.is_transactional()))
}

/// The fate of each batch, in their order; `None` for what is not part of a transaction.
///
/// `aborted` and `last_stable` come from a fetch of committed records at the same offset. Below the last stable offset
/// every transaction has ended: it was aborted when it is in the list and its abort marker is not passed yet, as consumers
/// tell it. From there on the next marker of the producer tells, and without one it is open.
pub fn fates(batches: &[Bytes], last_stable: Offset, aborted: &[(i64, Offset)]) -> Vec<Option<TransactionFate>> {
    let headers: Vec<_> = batches.iter().map(|batch| BatchHeader::parse(batch).ok()).collect();
    let mut aborting: HashSet<i64> = HashSet::new();
    let mut waiting: Vec<(i64, Offset)> = aborted.to_vec();
    let mut found = Vec::with_capacity(batches.len());
    for (at, header) in headers.iter().enumerate() {
        let Some(header) = header.as_ref().filter(|header| header.is_transactional()) else {
            found.push(None);
            continue;
        };
        let (producer, last) = (header.producer_id, header.last_offset());
        if header.is_control() {
            aborting.remove(&producer);
            found.push(None);
            continue;
        }
        waiting.retain(|(id, first)| {
            let begun = *first <= last;
            if begun {
                aborting.insert(*id);
            }
            !begun
        });
        found.push(Some(if aborting.contains(&producer) {
            TransactionFate::Aborted
        } else if header.base_offset < last_stable {
            TransactionFate::Committed
        } else {
            next_marker(&batches[at + 1..], producer)
        }));
    }
    found
}

fn next_marker(batches: &[Bytes], producer: i64) -> TransactionFate {
    let marker = batches.iter().filter_map(|batch| EndMarker::parse(batch)).find(|m| m.producer_id == producer);
    match marker {
        Some(marker) if marker.committed => TransactionFate::Committed,
        Some(_) => TransactionFate::Aborted,
        None => TransactionFate::Open,
    }
}
