//! The chosen records of a partition, read ahead by a bounded amount and cut into batches.

use std::collections::VecDeque;

use super::Lane;
use crate::client::Piece;
use crate::model::{Compression, NewRecord, Offset};
use crate::transfer::{TransferError, copy::patience::Steady};

/// Records that are in memory for one partition, in bytes; a piece of the source more may come on top.
const STRETCH_BYTES: usize = 4 * 1024 * 1024;
/// What a record needs in a batch beyond key, value and headers, in bytes, generously; a header needs as much again.
const RECORD_OVERHEAD_BYTES: usize = 40;

/// Records that are stored together.
#[derive(Debug)]
pub(in crate::transfer::copy) struct Batch {
    pub records: Vec<NewRecord>,
    pub compression: Compression,
    pub bytes: u64,
    /// Where the source stands after them.
    pub next: Offset,
}

/// Some batches, and where the source stands after them.
pub(super) struct Stretch {
    pub batches: Vec<Batch>,
    pub next: Offset,
    /// Offsets that were deleted before they were read.
    pub gone: u64,
}

/// Reads on, also when the cluster is away for a while.
pub(super) struct Source<'a> {
    lane: &'a Lane<'a>,
    reader: Steady<'a>,
    buffer: VecDeque<Waiting>,
    buffer_bytes: usize,
    /// Everything below is read.
    read: Offset,
    to: Offset,
    gone: u64,
}

struct Waiting {
    offset: Offset,
    compression: Compression,
    bytes: usize,
    record: NewRecord,
}

impl<'a> Source<'a> {
    /// From an offset to where the lane ends.
    pub fn start(lane: &'a Lane<'a>, from: Offset) -> Self {
        Self::between(lane, from, lane.to)
    }

    /// What is chosen of a range, as one batch.
    pub async fn range(lane: &'a Lane<'a>, from: Offset, to: Offset) -> Result<Batch, TransferError> {
        let mut source = Self::between(lane, from, to);
        while source.read < to {
            source.read_piece().await?;
        }
        Ok(source.cut(usize::MAX))
    }

    fn between(lane: &'a Lane<'a>, from: Offset, to: Offset) -> Self {
        let reader = Steady::start(lane.source, &lane.from, from, to, lane.cancel);
        Self { lane, reader, buffer: VecDeque::new(), buffer_bytes: 0, read: from, to, gone: 0 }
    }

    /// The next batches, at most so many; none at the end.
    pub async fn stretch(&mut self, batches_max: usize) -> Result<Stretch, TransferError> {
        while self.buffer_bytes < STRETCH_BYTES && self.read < self.to {
            self.read_piece().await?;
        }
        let mut batches = Vec::new();
        while batches.len() < batches_max && !self.buffer.is_empty() {
            batches.push(self.cut(self.lane.batch_bytes));
        }
        let next = batches.last().map_or(self.read, |batch| batch.next);
        Ok(Stretch { batches, next, gone: std::mem::take(&mut self.gone) })
    }

    fn cut(&mut self, bytes_max: usize) -> Batch {
        let compression = self.buffer.front().map_or(Compression::None, |first| first.compression);
        let (mut records, mut bytes, mut next) = (Vec::new(), 0, self.read);
        while let Some(waiting) = self.buffer.front() {
            let fits = records.is_empty() || bytes + waiting.bytes <= bytes_max;
            // Each batch is compressed as its records were, unless it must be exactly these records.
            if !fits || (waiting.compression != compression && bytes_max != usize::MAX) {
                break;
            }
            let Some(waiting) = self.buffer.pop_front() else { break };
            bytes += waiting.bytes;
            next = waiting.offset + 1;
            records.push(waiting.record);
        }
        self.buffer_bytes -= bytes;
        if self.buffer.is_empty() {
            next = self.read;
        }
        Batch { records, compression, bytes: bytes as u64, next }
    }

    async fn read_piece(&mut self) -> Result<(), TransferError> {
        let Some(piece) = self.reader.next().await? else {
            // The range is over sooner than it was asked for: there is no more.
            self.read = self.to;
            return Ok(());
        };
        self.keep(&piece)?;
        self.lane.gauge.passed((piece.to - self.read).unsigned_abs());
        self.read = piece.to;
        Ok(())
    }

    fn keep(&mut self, piece: &Piece) -> Result<(), TransferError> {
        if piece.log_start > piece.from {
            self.gone += (piece.to.min(piece.log_start) - piece.from).unsigned_abs();
        }
        for record in piece.records()? {
            let Some(new) = self.lane.slice.take(&self.lane.from.topic, &record) else { continue };
            let bytes = RECORD_OVERHEAD_BYTES + record.payload_bytes() + new.headers.len() * RECORD_OVERHEAD_BYTES;
            self.buffer_bytes += bytes;
            let (offset, compression) = (record.offset, record.batch.compression);
            self.buffer.push_back(Waiting { offset, compression, bytes, record: new });
        }
        Ok(())
    }
}
