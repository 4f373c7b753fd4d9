//! What of a share partition survives a restart, and its form in `meta.sqlite`: JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CellState, InFlight, SharePartition};
use crate::model::{Offset, ShareRecordState};

/// A share partition as it is stored. That somebody holds a record is not: after a restart it is free, with the deliveries
/// that were told of before the last one (KIP-932, "Share-group state").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSharePartition {
    start: Offset,
    next: Offset,
    /// First and last offset of neighbours that stand alike, Kafka's number of their state, their deliveries.
    batches: Vec<(Offset, Offset, i8, u16)>,
}

impl SharePartition {
    /// What must survive a restart.
    pub fn stored(&self) -> StoredSharePartition {
        let mut batches = Vec::<(Offset, Offset, i8, u16)>::new();
        for (offset, record) in &self.records {
            let (state, deliveries) = match &record.state {
                CellState::Acquired { .. } => (ShareRecordState::Available, record.deliveries.saturating_sub(1)),
                other => (other.state(), record.deliveries),
            };
            let state = state as i8;
            match batches.last_mut() {
                Some((_, last, known, count)) if *last + 1 == *offset && (*known, *count) == (state, deliveries) => {
                    *last = *offset;
                }
                _ => batches.push((*offset, *offset, state, deliveries)),
            }
        }
        StoredSharePartition { start: self.start, next: self.next, batches }
    }

    /// The partition as it was stored. What cannot be meant is left out: those records are delivered once more.
    pub fn restored(stored: &StoredSharePartition) -> Self {
        let mut records = BTreeMap::new();
        for (first, last, state, deliveries) in &stored.batches {
            let state = match ShareRecordState::ALL.into_iter().find(|known| *known as i8 == *state) {
                Some(ShareRecordState::Acknowledged) => CellState::Acknowledged,
                Some(ShareRecordState::Archived) => CellState::Archived,
                _ => CellState::Available,
            };
            for offset in (*first).max(stored.start)..=(*last).min(stored.next - 1) {
                records.insert(offset, InFlight { state: state.clone(), deliveries: *deliveries });
            }
        }
        Self { next: stored.next.max(stored.start), records, ..Self::new(stored.start) }
    }
}
