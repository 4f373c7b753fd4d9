//! What came of an event.

use std::sync::Arc;

use super::{CellState, Holder, InFlight};
use crate::{
    broker::{ArchiveReason, ShareEventKind},
    model::Offset,
};

/// Neighbouring records to which the same happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEvent {
    pub first: Offset,
    /// The last record, included.
    pub last: Offset,
    /// Who held them.
    pub holder: Option<Arc<Holder>>,
    /// How often they were handed out.
    pub deliveries: u16,
    pub kind: ShareEventKind,
}

impl RecordEvent {
    /// Whether the records belong into a dead-letter topic (KIP-1191).
    pub fn is_dead_letter(&self) -> bool {
        use ArchiveReason::{DeliveryLimit, Rejected};
        matches!(self.kind, ShareEventKind::Archived { reason: DeliveryLimit | Rejected })
    }

    fn is_like(&self, record: &InFlight, kind: &ShareEventKind) -> bool {
        let same_holder = match (&self.holder, holder(record)) {
            (Some(one), Some(other)) => one.member == other.member,
            (one, other) => one.is_none() && other.is_none(),
        };
        same_holder && self.deliveries == record.deliveries && self.kind == *kind
    }
}

/// What came of an event, and what is to be done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Happened {
    /// By kind; within a kind by offset.
    pub events: Vec<RecordEvent>,
    /// What must survive a restart has changed.
    pub store: bool,
    /// The first unfinished record is another one than before.
    pub start_moved: bool,
    /// Somebody who waits for records may find some.
    pub wake: bool,
}

impl Happened {
    /// Adds what happened later.
    pub fn and(mut self, later: Self) -> Self {
        self.events.extend(later.events);
        self.store |= later.store;
        self.start_moved |= later.start_moved;
        self.wake |= later.wake;
        self
    }

    /// Notes what happens to a record that still stands as before.
    pub(super) fn note(&mut self, offset: Offset, record: &InFlight, kind: ShareEventKind) {
        // Two kinds take turns where records are taken back and given up; look at the latest of the same kind.
        let recent = self.events.iter_mut().rev().take(2).find(|event| event.kind == kind);
        match recent {
            Some(event) if event.last + 1 == offset && event.is_like(record, &kind) => event.last = offset,
            _ => {
                let holder = holder(record).cloned();
                self.events.push(RecordEvent {
                    first: offset,
                    last: offset,
                    holder,
                    deliveries: record.deliveries,
                    kind,
                })
            }
        }
    }
}

fn holder(record: &InFlight) -> Option<&Arc<Holder>> {
    match &record.state {
        CellState::Acquired { holder, .. } => Some(holder),
        _ => None,
    }
}
