//! Changes by hand, and a new start.

use super::{CellState, Happened, SharePartition};
use crate::{
    broker::{ArchiveReason, ShareEventKind},
    model::Offset,
};

impl SharePartition {
    /// Makes records available again that somebody holds or that were given up; they get all their deliveries anew.
    /// Returns how many there were.
    pub fn redeliver(&mut self, first: Offset, last: Offset) -> (u64, Happened) {
        self.by_hand(first, last, |record| match record {
            CellState::Acquired { .. } | CellState::Archived => Some((CellState::Available, ShareEventKind::Released)),
            CellState::Available | CellState::Acknowledged => None,
        })
    }

    /// Gives up records that are not finished; who holds one loses it. Returns how many there were.
    pub fn archive(&mut self, first: Offset, last: Offset) -> (u64, Happened) {
        let gone = ShareEventKind::Archived { reason: ArchiveReason::ByHand };
        let (records, happened) = self.by_hand(first, last, |record| match record {
            CellState::Acquired { .. } | CellState::Available => Some((CellState::Archived, gone.clone())),
            CellState::Archived | CellState::Acknowledged => None,
        });
        self.archived_total += records;
        (records, happened)
    }

    fn by_hand(
        &mut self,
        first: Offset,
        last: Offset,
        change: impl Fn(&CellState) -> Option<(CellState, ShareEventKind)>,
    ) -> (u64, Happened) {
        let (mut records, mut happened) = (0, Happened::default());
        if first > last {
            return (records, happened);
        }
        for (offset, record) in self.records.range_mut(first..=last) {
            let Some((state, kind)) = change(&record.state) else { continue };
            happened.note(*offset, record, kind);
            if state == CellState::Available {
                record.deliveries = 0;
            }
            record.state = state;
            records += 1;
            (happened.store, happened.wake) = (true, true);
        }
        self.advance(&mut happened);
        (records, happened)
    }

    /// Passes over everything before `end`, what was never handed out included. Returns how many offsets that are.
    pub fn purge(&mut self, end: Offset) -> (u64, Happened) {
        let (mut records, mut happened) = self.archive(self.start, self.next - 1);
        if end > self.next {
            let kind = ShareEventKind::Archived { reason: ArchiveReason::ByHand };
            let (first, last) = (self.next, end - 1);
            happened.events.push(super::RecordEvent { first, last, holder: None, deliveries: 0, kind });
            let passed = u64::try_from(end - self.next).unwrap_or(0);
            records += passed;
            self.archived_total += passed;
            self.next = end;
            self.advance(&mut happened);
        }
        (records, happened)
    }

    /// Begins anew at an offset, as an administrator says; nobody may hold a record then.
    pub fn restart_at(&mut self, start: Offset) -> Happened {
        self.records.clear();
        (self.start, self.next, self.wakes_at) = (start, start, None);
        Happened { store: true, start_moved: true, wake: true, ..Happened::default() }
    }
}
