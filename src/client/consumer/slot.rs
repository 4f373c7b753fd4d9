//! An owned partition of a consumer: where it stands, what has come and waits to be handed over.

use std::{collections::VecDeque, ops::Range};

use tokio::time::Instant;

use crate::{
    client::ClientError,
    model::{Offset, Record},
};

/// What a record counts in a buffer beyond its payload, in bytes.
const RECORD_OVERHEAD_BYTES: usize = 150;

/// An owned partition.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// The next offset to hand over.
    pub position: Option<Offset>,
    /// The next offset to fetch; `None` until it is known where to start.
    pub fetch_at: Option<Offset>,
    /// The offset after what is in the buffer. What was fetched from there on is being decoded.
    decoded_to: Option<Offset>,
    /// Bytes that are being decoded.
    arrived_bytes: usize,
    pub committed: Option<Offset>,
    pub paused: bool,
    /// The offset it had is gone: what is committed does not count.
    pub reset: bool,
    /// A batch that cannot be read stands at `fetch_at`; a seek goes past it.
    pub blocked: Option<ClientError>,
    /// Not fetched before this moment, after a failure.
    pub not_before: Option<Instant>,
    /// Waits for the caller's decision where to start.
    pub undecided: bool,
    buffer: VecDeque<Record>,
    buffered_bytes: usize,
}

/// What came of a partition, decoded.
pub(super) struct Decoded {
    /// The offset that was asked for, and the one after what came.
    pub asked: Range<Offset>,
    /// Where the records end: before `damage`, if there is any.
    pub to: Offset,
    pub records: Vec<Record>,
    pub damage: Option<ClientError>,
}

impl Slot {
    /// Where to start must be found out now.
    pub fn needs_start(&self, now: Instant) -> bool {
        self.fetch_at.is_none() && !self.undecided && self.not_before.is_none_or(|moment| moment <= now)
    }

    /// Room for more and nothing against fetching.
    pub fn fetchable(&self, waiting_bytes_max: usize, now: Instant) -> Option<Offset> {
        let free = !self.paused
            && self.blocked.is_none()
            && self.waiting_bytes() < waiting_bytes_max
            && self.not_before.is_none_or(|moment| moment <= now);
        self.fetch_at.filter(|_| free)
    }

    /// Bytes that are decoded or about to be, and not handed over.
    pub fn waiting_bytes(&self) -> usize {
        self.buffered_bytes + self.arrived_bytes
    }

    /// Fetches from `offset` on.
    fn go_to(&mut self, offset: Offset) {
        self.fetch_at = Some(offset);
        self.decoded_to = Some(offset);
    }

    /// Forgets what has come and goes on at `offset`.
    pub fn seek(&mut self, offset: Offset) {
        let (committed, paused) = (self.committed, self.paused);
        *self = Self { committed, paused, ..Self::default() };
        self.start_at(offset);
    }

    /// The position is where the records begin that are found from `offset` on.
    pub fn start_at(&mut self, offset: Offset) {
        self.go_to(offset);
        if self.buffer.is_empty() {
            self.position = Some(offset);
        }
    }

    /// What was asked for has come and is to be decoded; fetching goes on behind it. False where that is not wanted any
    /// more, because fetching has gone elsewhere.
    pub fn arrive(&mut self, asked: &Range<Offset>, bytes: usize) -> bool {
        let wanted = self.fetch_at == Some(asked.start);
        if wanted {
            self.fetch_at = Some(asked.end);
            self.arrived_bytes = bytes;
        }
        wanted
    }

    /// Takes what arrived, unless fetching has gone elsewhere meanwhile.
    pub fn store(&mut self, Decoded { asked, to, records, damage }: Decoded) {
        if self.decoded_to != Some(asked.start) || self.fetch_at != Some(asked.end) {
            return;
        }
        self.arrived_bytes = 0;
        // Before damage: what was asked for behind it is not wanted.
        self.go_to(to);
        self.blocked = damage;
        for record in records {
            self.buffered_bytes += record_cost(&record);
            self.buffer.push_back(record);
        }
    }

    /// Hands a record over. After the last the position is past transaction markers and other gaps.
    pub fn pop(&mut self) -> Option<Record> {
        let record = self.buffer.pop_front();
        if let Some(record) = &record {
            self.buffered_bytes -= record_cost(record);
            self.position = Some(record.offset + 1);
        }
        if self.buffer.is_empty() {
            self.position = self.decoded_to.or(self.position);
        }
        record
    }

    /// The damage that it stands before, when it has nothing else to hand over.
    pub fn damage(&self) -> Option<&ClientError> {
        self.blocked.as_ref().filter(|_| !self.paused && self.buffer.is_empty())
    }
}

fn record_cost(record: &Record) -> usize {
    record.payload_bytes() + RECORD_OVERHEAD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(asked: Range<Offset>, to: Offset, damage: Option<ClientError>) -> Decoded {
        Decoded { asked, to, records: Vec::new(), damage }
    }

    #[test]
    fn what_arrives_after_a_seek_is_not_taken() {
        let mut slot = Slot::default();
        slot.start_at(10);
        assert!(slot.arrive(&(10..20), 100));
        assert_eq!((slot.fetch_at, slot.position, slot.waiting_bytes()), (Some(20), Some(10), 100));
        // Back to where it was: as if nothing had come.
        slot.seek(10);
        slot.store(decoded(10..20, 20, None));
        assert_eq!((slot.fetch_at, slot.pop()), (Some(10), None));
        assert_eq!(slot.position, Some(10));
        assert!(!slot.arrive(&(20..30), 100), "it was asked for before the seek");
    }

    #[test]
    fn damage_takes_back_what_was_asked_for_behind_it() {
        let mut slot = Slot::default();
        slot.start_at(0);
        assert!(slot.arrive(&(0..20), 100));
        let damage = ClientError::Invalid { asked: String::new(), why: String::new(), hint: String::new() };
        slot.store(decoded(0..20, 5, Some(damage.clone())));
        assert_eq!((slot.fetch_at, slot.damage(), slot.waiting_bytes()), (Some(5), Some(&damage), 0));
        assert!(!slot.arrive(&(20..30), 100), "nobody knows what lies between");
    }
}
