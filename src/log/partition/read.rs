//! Reading a partition's log: from memory where it can be, else from disk.

use super::Partition;
use crate::log::{LogError, ReadOutcome, ahead::AHEAD_BYTES_MAX, ends::Totals, producer_file, seek};
use crate::model::Offset;

/// Bytes that one read returns at most, whatever was asked for (one larger batch aside): bounds the read transaction.
pub const READ_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What memory knows of a read.
struct Glance {
    outcome: ReadOutcome,
    /// Last offset of the newest aborted transaction, where there is something to read.
    last_aborted: Option<Offset>,
    /// Where the read ends.
    until: Offset,
    /// Whether the batches are in the outcome; otherwise they are on disk.
    complete: bool,
}

impl Partition {
    /// Batches from the one that holds `from`, up to `max_bytes`; with `at_least_one` the first comes whatever its size.
    /// `from` may be the end, which gives nothing. Blocks on disk unless `from` is among the newest, which are in memory.
    pub fn read(&self, from: Offset, max_bytes: usize, at_least_one: bool) -> Result<ReadOutcome, LogError> {
        Ok(self.read_until(from, max_bytes, at_least_one, false)?.0)
    }

    /// Like `read`, but ends at the last stable offset and tells which transactions were aborted: their records are among
    /// those of the batches, and the reader must pass over them.
    pub fn read_committed(&self, from: Offset, max_bytes: usize, at_least_one: bool) -> Result<ReadOutcome, LogError> {
        let (mut outcome, last_aborted) = self.read_until(from, max_bytes, at_least_one, true)?;
        if !outcome.pieces.is_empty() && last_aborted.is_some_and(|last| last >= from) {
            outcome.aborted = self.with_reader(|c| producer_file::aborted(c, from, outcome.next))?;
        }
        Ok(outcome)
    }

    /// As [`Partition::read`] or, where what is `committed` is asked for, [`Partition::read_committed`], without the
    /// disk; `None` where that does not do.
    pub fn read_in_memory(
        &self,
        from: Offset,
        max_bytes: usize,
        at_least_one: bool,
        committed: bool,
    ) -> Option<Result<ReadOutcome, LogError>> {
        let glance = match self.glance(from, max_bytes, at_least_one, committed) {
            Ok(glance) => glance,
            Err(error) => return Some(Err(error)),
        };
        let aborted = committed && glance.last_aborted.is_some_and(|last| last >= from);
        (glance.complete && !aborted).then_some(Ok(glance.outcome))
    }

    /// Whether a reader who goes on at `from` with reads of `max_bytes` gains from [`Partition::read_ahead`].
    pub fn wants_read_ahead(&self, from: Offset, max_bytes: usize) -> bool {
        let ends = self.ends.lock();
        max_bytes <= AHEAD_BYTES_MAX && from < ends.end && !ends.tail.reaches(from)
    }

    /// Reads what a reader will ask for who goes on at `from`, and keeps it for him. Blocks on disk.
    pub fn read_ahead(&self, from: Offset, max_bytes: usize) {
        let (end, rewrites) = {
            let ends = self.ends.lock();
            (ends.end, ends.rewrites)
        };
        // An error meets the reader himself, who can be told.
        let Ok((pieces, next)) = self.with_reader(|c| seek::read(c, from, end, max_bytes, false)) else { return };
        let ends = self.ends.lock();
        if !pieces.is_empty() && ends.rewrites == rewrites {
            self.shared.ahead.put(self.key, from, pieces, next);
        }
    }

    fn read_until(
        &self,
        from: Offset,
        max_bytes: usize,
        at_least_one: bool,
        stable: bool,
    ) -> Result<(ReadOutcome, Option<Offset>), LogError> {
        let Glance { mut outcome, last_aborted, until, complete } =
            self.glance(from, max_bytes, at_least_one, stable)?;
        if !complete {
            let max_bytes = max_bytes.min(READ_BYTES_MAX);
            let compacted = self.ends.lock().holes != Totals::default();
            (outcome.pieces, outcome.next) = self.with_reader(|c| match compacted {
                true => seek::read_across_holes(c, from, until, max_bytes, at_least_one),
                false => seek::read(c, from, until, max_bytes, at_least_one),
            })?;
        }
        Ok((outcome, last_aborted))
    }

    /// What memory knows of a read.
    fn glance(&self, from: Offset, max_bytes: usize, at_least_one: bool, stable: bool) -> Result<Glance, LogError> {
        let ends = self.ends.lock();
        let (start_offset, end_offset, stable_offset) = (ends.start, ends.end, ends.stable());
        if from < start_offset || from > end_offset {
            return Err(LogError::OutOfRange { requested: from, start: start_offset, end: end_offset });
        }
        let (pieces, aborted) = (Vec::new(), Vec::new());
        let outcome = ReadOutcome { pieces, next: from, start_offset, end_offset, stable_offset, aborted };
        let until = if stable { stable_offset } else { end_offset };
        let mut glance = Glance { outcome, last_aborted: None, until, complete: true };
        if from < until {
            glance.last_aborted = ends.last_aborted;
            match ends.tail.read(from, until, max_bytes.min(READ_BYTES_MAX), at_least_one) {
                Some((pieces, next)) => (glance.outcome.pieces, glance.outcome.next) = (pieces, next),
                None => match self.shared.ahead.take(self.key, from, until, max_bytes) {
                    Some((pieces, next)) => (glance.outcome.pieces, glance.outcome.next) = (pieces, next),
                    None => glance.complete = false,
                },
            }
        }
        Ok(glance)
    }
}
