//! One partition for one share group: which records are finished, which are in flight, who holds them.
//!
//! Records are kept one by one from the first unfinished one (`start`) to the last that was ever handed out (before
//! `next`); their number is bounded by `share.partition.max.record.locks`. Offsets in between that are not kept are gaps,
//! or were finished and dropped.

mod acknowledge;
mod acquire;
mod events;
mod hand;
mod scan;
mod stored;

use std::{collections::BTreeMap, sync::Arc};

pub use acknowledge::{AckBatch, AckError, AckType};
pub use acquire::{AcquiredRange, Wish};
pub use events::{Happened, RecordEvent};
pub use scan::{Content, Scan, ScannedBatch};
pub use stored::StoredSharePartition;

use crate::{
    broker::{ArchiveReason, ShareEventKind},
    model::{Offset, ShareRecordState, TimestampMillis},
};

/// What a group's settings say of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareRules {
    /// `share.record.lock.duration.ms`
    pub lock_ms: i64,
    /// `share.delivery.count.limit`
    pub delivery_limit: u16,
    /// `share.partition.max.record.locks`
    pub locks_max: usize,
    /// `share.renew.acknowledge.enable`
    pub may_renew: bool,
}

/// Who holds records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub member: Arc<str>,
    pub client_id: Arc<str>,
}

/// How a record in flight stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    Available,
    /// Until a steady time of [`crate::model::Clock`].
    Acquired {
        holder: Arc<Holder>,
        until: TimestampMillis,
    },
    Acknowledged,
    Archived,
}

impl CellState {
    /// In Kafka's words.
    pub fn state(&self) -> ShareRecordState {
        match self {
            Self::Available => ShareRecordState::Available,
            Self::Acquired { .. } => ShareRecordState::Acquired,
            Self::Acknowledged => ShareRecordState::Acknowledged,
            Self::Archived => ShareRecordState::Archived,
        }
    }
}

/// A record in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
struct InFlight {
    state: CellState,
    /// How often it was handed out.
    deliveries: u16,
}

/// Records by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShareCounts {
    /// In flight and free.
    pub available: u64,
    /// In flight and held.
    pub acquired: u64,
    /// Accepted since the partition was opened.
    pub acknowledged_total: u64,
    /// Given up since the partition was opened.
    pub archived_total: u64,
    /// Handed out, not for the first time, since the partition was opened.
    pub redelivered_total: u64,
}

/// The records of a partition as a share group sees them.
#[derive(Debug, Clone)]
pub struct SharePartition {
    start: Offset,
    next: Offset,
    records: BTreeMap<Offset, InFlight>,
    /// No lock ends earlier; some may have been given back since.
    wakes_at: Option<TimestampMillis>,
    acknowledged_total: u64,
    archived_total: u64,
    redelivered_total: u64,
}

impl SharePartition {
    /// A partition of which nothing was read yet; the group begins at `start`.
    pub fn new(start: Offset) -> Self {
        Self {
            start,
            next: start,
            records: BTreeMap::new(),
            wakes_at: None,
            acknowledged_total: 0,
            archived_total: 0,
            redelivered_total: 0,
        }
    }

    /// All records below are finished (Kafka's share-partition start offset, SPSO).
    pub fn start(&self) -> Offset {
        self.start
    }

    /// The first offset that was never handed out (one after Kafka's share-partition end offset, SPEO).
    pub fn next(&self) -> Offset {
        self.next
    }

    /// How many records stand how.
    pub fn counts(&self) -> ShareCounts {
        let mut counts = ShareCounts {
            acknowledged_total: self.acknowledged_total,
            archived_total: self.archived_total,
            redelivered_total: self.redelivered_total,
            ..ShareCounts::default()
        };
        for record in self.records.values() {
            match record.state {
                CellState::Available => counts.available += 1,
                CellState::Acquired { .. } => counts.acquired += 1,
                CellState::Acknowledged | CellState::Archived => {}
            }
        }
        counts
    }

    /// The records in flight by offset: how each stands and how often it was handed out.
    pub fn cells(&self) -> impl Iterator<Item = (Offset, &CellState, u16)> {
        self.records.iter().map(|(offset, record)| (*offset, &record.state, record.deliveries))
    }

    /// When [`SharePartition::expire`] has something to do at the earliest.
    pub fn next_deadline(&self) -> Option<TimestampMillis> {
        self.wakes_at
    }

    /// Time has passed: who held a record for too long loses it.
    pub fn expire(&mut self, rules: &ShareRules, now: TimestampMillis) -> Happened {
        let mut happened = Happened::default();
        if self.wakes_at.is_none_or(|deadline| deadline > now) {
            return happened;
        }
        let late = |record: &InFlight| matches!(record.state, CellState::Acquired { until, .. } if until <= now);
        self.give_back(rules, late, &ShareEventKind::LockExpired, &mut happened);
        let deadlines = self.records.values().filter_map(|record| match record.state {
            CellState::Acquired { until, .. } => Some(until),
            _ => None,
        });
        self.wakes_at = deadlines.min();
        self.advance(&mut happened);
        happened
    }

    /// A member is gone, or its share session: what it holds is free again.
    pub fn release_member(&mut self, member: &str, rules: &ShareRules) -> Happened {
        let mut happened = Happened::default();
        let its = |record: &InFlight| matches!(&record.state, CellState::Acquired { holder, .. } if *holder.member == *member);
        self.give_back(rules, its, &ShareEventKind::Released, &mut happened);
        self.advance(&mut happened);
        happened
    }

    /// The log begins at `log_start` now: what stood before cannot be delivered any more.
    pub fn log_starts_at(&mut self, log_start: Offset) -> Happened {
        let mut happened = Happened::default();
        if log_start <= self.start {
            return happened;
        }
        self.records = self.records.split_off(&log_start);
        self.next = self.next.max(log_start);
        happened.store = true;
        self.advance(&mut happened);
        happened
    }

    /// Takes records back from who holds them.
    fn give_back(
        &mut self,
        rules: &ShareRules,
        whose: impl Fn(&InFlight) -> bool,
        kind: &ShareEventKind,
        happened: &mut Happened,
    ) {
        for (offset, record) in &mut self.records {
            if whose(record) {
                happened.note(*offset, record, kind.clone());
                self.archived_total += release(*offset, record, rules, happened);
            }
        }
    }

    /// Drops what is finished from the front.
    fn advance(&mut self, happened: &mut Happened) {
        while let Some(first) = self.records.first_entry()
            && first.get().state.state().is_final()
        {
            first.remove();
        }
        let start = self.records.first_key_value().map_or(self.next, |(offset, _)| *offset);
        if start > self.start {
            // Room in the window: somebody may go on who found it full.
            (self.start, happened.start_moved, happened.store, happened.wake) = (start, true, true, true);
        }
    }
}

/// Frees a record, or gives it up where it was delivered often enough; returns how many were given up.
fn release(offset: Offset, record: &mut InFlight, rules: &ShareRules, happened: &mut Happened) -> u64 {
    happened.store = true;
    happened.wake = true;
    if record.deliveries >= rules.delivery_limit {
        happened.note(offset, record, ShareEventKind::Archived { reason: ArchiveReason::DeliveryLimit });
        record.state = CellState::Archived;
        return 1;
    }
    record.state = CellState::Available;
    0
}
