//! Handing out records.

use std::sync::Arc;

use super::{
    CellState, Happened, Holder, InFlight, Scan, SharePartition, ShareRules,
    scan::{Kind, ScannedBatch},
};
use crate::{
    broker::{ArchiveReason, ShareEventKind},
    model::{Offset, TimestampMillis},
};

/// How many records a member wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    pub max_records: usize,
    /// Never more; otherwise a batch that was begun is handed out whole (KIP-1206).
    pub strict: bool,
}

/// Neighbouring records that a member holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcquiredRange {
    pub first: Offset,
    /// The last record, included.
    pub last: Offset,
    /// How often they were handed out, this time included.
    pub delivery_count: u16,
}

impl SharePartition {
    /// From where a member should read to be handed out something; `None` where only the end of a lock, or of the records
    /// in flight, makes room. `end` is the end of what may be handed out.
    pub fn wanted(&self, end: Offset, rules: &ShareRules) -> Option<Offset> {
        let free = self.records.iter().find(|(_, record)| record.state == CellState::Available);
        match free {
            Some((offset, _)) if *offset < end => Some(*offset),
            _ => (self.next < end && self.records.len() < rules.locks_max).then_some(self.next),
        }
    }

    /// Hands out records of a stretch that was read, the lowest offsets first.
    pub fn acquire(
        &mut self,
        holder: &Arc<Holder>,
        scan: &Scan,
        wish: Wish,
        rules: &ShareRules,
        now: TimestampMillis,
    ) -> (Vec<AcquiredRange>, Happened) {
        if self.next < scan.from {
            // The group was put back since the stretch was read; what lies between must not be lost.
            return (Vec::new(), Happened::default());
        }
        let mut taking = Taking {
            lock: CellState::Acquired { holder: holder.clone(), until: now.saturating_add(rules.lock_ms) },
            locks_max: rules.locks_max,
            left: wish.max_records,
            ranges: Vec::new(),
            happened: Happened::default(),
        };
        self.pass_over(scan, &mut taking.happened);
        let mut whole = true;
        for batch in &scan.batches {
            if taking.left == 0 {
                whole = false;
                break;
            }
            let began_with = taking.left;
            if !wish.strict {
                taking.left = usize::MAX;
            }
            let finished = self.take_from(batch, &mut taking);
            if !wish.strict {
                taking.left = began_with.saturating_sub(usize::MAX - taking.left);
            }
            if !finished {
                whole = false;
                break;
            }
        }
        if whole {
            self.next = self.next.max(scan.upto);
        }
        if !taking.ranges.is_empty() {
            let until = now.saturating_add(rules.lock_ms);
            self.wakes_at = Some(self.wakes_at.map_or(until, |earlier| earlier.min(until)));
        }
        self.advance(&mut taking.happened);
        (taking.ranges, taking.happened)
    }

    /// Gives up records in flight that are free and that the log does not have (any more), or not for this group.
    fn pass_over(&mut self, scan: &Scan, happened: &mut Happened) {
        if scan.from >= scan.upto {
            return;
        }
        for (offset, record) in self.records.range_mut(scan.from..scan.upto) {
            if record.state != CellState::Available {
                continue;
            }
            let reason = match scan.kind_at(*offset) {
                Kind::Record => continue,
                Kind::Nothing => ArchiveReason::Gap,
                Kind::Aborted => ArchiveReason::Aborted,
            };
            happened.note(*offset, record, ShareEventKind::Archived { reason });
            happened.store = true;
            record.state = CellState::Archived;
            self.archived_total += 1;
        }
    }

    /// Takes what is free in a batch; false where no more may be taken.
    fn take_from(&mut self, batch: &ScannedBatch, taking: &mut Taking) -> bool {
        for offset in batch.first.max(self.start)..=batch.last {
            if let Some(record) = self.records.get_mut(&offset) {
                if record.state == CellState::Available {
                    if taking.left == 0 {
                        return false;
                    }
                    self.redelivered_total += u64::from(record.deliveries > 0);
                    taking.take(offset, record);
                }
                continue;
            }
            if offset < self.next {
                continue;
            }
            let kind = batch.kind_at(offset);
            if kind != Kind::Nothing {
                if taking.left == 0 || self.records.len() >= taking.locks_max {
                    return false;
                }
                let mut record = InFlight { state: CellState::Available, deliveries: 0 };
                if kind == Kind::Aborted {
                    let reason = ArchiveReason::Aborted;
                    taking.happened.note(offset, &record, ShareEventKind::Archived { reason });
                    record.state = CellState::Archived;
                    self.archived_total += 1;
                } else {
                    taking.take(offset, &mut record);
                }
                self.records.insert(offset, record);
            }
            self.next = offset + 1;
        }
        true
    }
}

/// What a member is being given.
struct Taking {
    lock: CellState,
    locks_max: usize,
    left: usize,
    ranges: Vec<AcquiredRange>,
    happened: Happened,
}

impl Taking {
    fn take(&mut self, offset: Offset, record: &mut InFlight) {
        record.state = self.lock.clone();
        record.deliveries = record.deliveries.saturating_add(1);
        self.left -= 1;
        let delivery_count = record.deliveries;
        self.happened.note(offset, record, ShareEventKind::Acquired { delivery_count });
        match self.ranges.last_mut() {
            Some(range) if range.last + 1 == offset && range.delivery_count == delivery_count => range.last = offset,
            _ => self.ranges.push(AcquiredRange { first: offset, last: offset, delivery_count }),
        }
    }
}
