//! What a member says of the records that it holds.

use kafka_protocol::ResponseError;

use super::{CellState, Happened, InFlight, SharePartition, ShareRules, release};
use crate::{
    broker::{ArchiveReason, ShareEventKind},
    codec::share::{ACK_ACCEPT, ACK_GAP, ACK_REJECT, ACK_RELEASE, ACK_RENEW},
    model::{Offset, TimestampMillis},
};

/// What a member says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckType {
    /// There is no record for a consumer at the offset.
    Gap,
    /// The record is done with.
    Accept,
    /// Somebody may try it again.
    Release,
    /// Nobody should try it again.
    Reject,
    /// It needs more time (KIP-1222).
    Renew,
}

impl AckType {
    /// From the number on the wire.
    pub fn from_wire(number: i8) -> Option<Self> {
        Some(match number {
            ACK_GAP => Self::Gap,
            ACK_ACCEPT => Self::Accept,
            ACK_RELEASE => Self::Release,
            ACK_REJECT => Self::Reject,
            ACK_RENEW => Self::Renew,
            _ => return None,
        })
    }
}

/// What a member says of neighbouring records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckBatch {
    pub first: Offset,
    /// The last record, included.
    pub last: Offset,
    /// One for all, or one for each.
    pub types: Vec<AckType>,
}

impl AckBatch {
    fn type_at(&self, offset: Offset) -> Option<AckType> {
        match &self.types[..] {
            [all] => Some(*all),
            each => each.get(usize::try_from(offset - self.first).ok()?).copied(),
        }
    }
}

/// Why nothing of what a member said counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AckError {
    #[error("offset {offset} was never handed out; acknowledge only what a ShareFetch brought")]
    NeverAcquired { offset: Offset },
    #[error("the record at offset {offset} is not held by the member (any more); its lock may have run out")]
    NotHeld { offset: Offset },
    #[error("locks of this group may not be renewed; see share.renew.acknowledge.enable")]
    NoRenewal,
}

impl AckError {
    /// Kafka's code for it.
    pub fn code(self) -> ResponseError {
        match self {
            Self::NeverAcquired { .. } => ResponseError::InvalidRequest,
            Self::NotHeld { .. } | Self::NoRenewal => ResponseError::InvalidRecordState,
        }
    }
}

impl SharePartition {
    /// A member says what became of records. All of it counts, or nothing. Records below the first unfinished one were
    /// finished already, which is no error.
    pub fn acknowledge(
        &mut self,
        member: &str,
        batches: &[AckBatch],
        rules: &ShareRules,
        now: TimestampMillis,
    ) -> Result<Happened, AckError> {
        for batch in batches {
            self.check(member, batch, rules)?;
        }
        let mut happened = Happened::default();
        for batch in batches {
            for (offset, record) in self.records.range_mut(batch.first.max(self.start)..=batch.last.max(self.start)) {
                let kind = if *offset <= batch.last { batch.type_at(*offset) } else { None };
                let Some(kind) = kind else { continue };
                apply(*offset, record, kind, rules, now, &mut happened);
                match record.state {
                    CellState::Acknowledged => self.acknowledged_total += 1,
                    CellState::Archived => self.archived_total += 1,
                    CellState::Available | CellState::Acquired { .. } => {}
                }
            }
        }
        self.advance(&mut happened);
        Ok(happened)
    }

    fn check(&self, member: &str, batch: &AckBatch, rules: &ShareRules) -> Result<(), AckError> {
        if batch.last >= self.next {
            return Err(AckError::NeverAcquired { offset: batch.last });
        }
        if !rules.may_renew && batch.types.contains(&AckType::Renew) {
            return Err(AckError::NoRenewal);
        }
        if batch.last < self.start {
            return Ok(());
        }
        for (offset, record) in self.records.range(batch.first.max(self.start)..=batch.last) {
            let held = matches!(&record.state, CellState::Acquired { holder, .. } if *holder.member == *member);
            if !held {
                return Err(AckError::NotHeld { offset: *offset });
            }
        }
        Ok(())
    }
}

fn apply(
    offset: Offset,
    record: &mut InFlight,
    kind: AckType,
    rules: &ShareRules,
    now: TimestampMillis,
    happened: &mut Happened,
) {
    let mut finish = |record: &mut InFlight, kind: ShareEventKind, state: CellState| {
        happened.note(offset, record, kind);
        happened.store = true;
        record.state = state;
    };
    match kind {
        AckType::Accept => finish(record, ShareEventKind::Accepted, CellState::Acknowledged),
        AckType::Gap => {
            finish(record, ShareEventKind::Archived { reason: ArchiveReason::Gap }, CellState::Archived);
        }
        AckType::Reject => {
            happened.note(offset, record, ShareEventKind::Rejected);
            happened.note(offset, record, ShareEventKind::Archived { reason: ArchiveReason::Rejected });
            happened.store = true;
            record.state = CellState::Archived;
        }
        AckType::Release => {
            happened.note(offset, record, ShareEventKind::Released);
            release(offset, record, rules, happened);
        }
        AckType::Renew => {
            happened.note(offset, record, ShareEventKind::Renewed);
            if let CellState::Acquired { until, .. } = &mut record.state {
                *until = now.saturating_add(rules.lock_ms);
            }
        }
    }
}
