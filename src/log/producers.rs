//! What a log knows of its idempotent and transactional producers: which batches it has of each, and which transactions
//! are open.
//!
//! Pure: rules only. The rules are those of Kafka's ProducerAppendInfo and ProducerStateManager (KIP-98, KIP-890): a
//! repeated batch is told where it stands, a gap is refused, an older epoch is fenced, a new one begins at sequence 0, and
//! a producer that nobody knows (any more) may begin anywhere.

use std::collections::{BTreeMap, HashMap};

use crate::codec::{BatchHeader, EndMarker, add_to_sequence};
use crate::model::{Offset, TimestampMillis};

/// Batches of a producer that are recognised when they come again; Kafka's clients have at most as many in flight.
pub const BATCHES_KEPT_MAX: usize = 5;
/// Producers that one log remembers; beyond, those who wrote longest ago and have no open transaction are forgotten.
pub const PRODUCERS_MAX: usize = 65_536;

/// Why a batch of an idempotent producer, or the end of a transaction, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProducerError {
    /// A batch before it is missing, or was refused.
    #[error(
        "producer {producer_id} with epoch {epoch} sent sequence {found} where {expected} is next; a batch before it is \
         missing"
    )]
    OutOfOrder { producer_id: i64, epoch: i16, expected: i32, found: i32 },
    /// Another producer with the same id has taken over.
    #[error("producer {producer_id} uses epoch {epoch}, but epoch {current} is known: another one has taken over")]
    StaleEpoch { producer_id: i64, epoch: i16, current: i16 },
    /// A plain batch inside a transaction.
    #[error("producer {producer_id} sent a batch outside its transaction, which is still open in this partition")]
    OutsideTransaction { producer_id: i64 },
    #[error("the marker for producer {producer_id} comes from coordinator epoch {epoch}, but {current} is known")]
    StaleCoordinator { producer_id: i64, epoch: i32, current: i32 },
    /// Sequences are counted by request; Kafka allows one batch as well.
    #[error("an append of an idempotent producer holds one batch, this one holds {batches}")]
    SeveralBatches { batches: usize },
}

/// A batch that is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeptBatch {
    pub base_sequence: i32,
    pub last_sequence: i32,
    pub last_offset: Offset,
    pub timestamp: TimestampMillis,
}

impl KeptBatch {
    /// Where the batch stands.
    pub fn base_offset(&self) -> Offset {
        let steps = (i64::from(self.last_sequence) - i64::from(self.base_sequence)).rem_euclid(1 << 31);
        self.last_offset - steps
    }
}

/// What is known of one producer. Small and copied freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    pub epoch: i16,
    /// Of the last marker; -1 before the first.
    pub coordinator_epoch: i32,
    /// Of its last batch or marker.
    pub last_timestamp: TimestampMillis,
    /// The first offset of its open transaction.
    pub transaction_start: Option<Offset>,
    /// Its last batches with this epoch, the newest last.
    kept: [KeptBatch; BATCHES_KEPT_MAX],
    count: u8,
}

impl Producer {
    fn new(epoch: i16) -> Self {
        Self {
            epoch,
            coordinator_epoch: -1,
            last_timestamp: -1,
            transaction_start: None,
            kept: [KeptBatch::default(); BATCHES_KEPT_MAX],
            count: 0,
        }
    }

    /// Its last batches with its epoch, the newest last.
    pub fn batches(&self) -> &[KeptBatch] {
        &self.kept[..usize::from(self.count)]
    }

    /// The sequence of its last record; -1 where it has written none with its epoch.
    pub fn last_sequence(&self) -> i32 {
        self.batches().last().map_or(-1, |batch| batch.last_sequence)
    }

    /// Puts back what was stored.
    pub(super) fn restored(
        epoch: i16,
        coordinator_epoch: i32,
        last_timestamp: TimestampMillis,
        transaction_start: Option<Offset>,
        batches: impl Iterator<Item = KeptBatch>,
    ) -> Self {
        let mut producer = Self { coordinator_epoch, last_timestamp, transaction_start, ..Self::new(epoch) };
        batches.for_each(|batch| producer.keep(batch));
        producer
    }

    fn keep(&mut self, batch: KeptBatch) {
        if usize::from(self.count) == BATCHES_KEPT_MAX {
            self.kept.rotate_left(1);
            self.count -= 1;
        }
        self.kept[usize::from(self.count)] = batch;
        self.count += 1;
    }

    fn set_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.count = 0;
        }
    }

    /// Takes a batch in that stands at its place in the log.
    fn append(&mut self, header: &BatchHeader) {
        self.set_epoch(header.producer_epoch);
        self.keep(KeptBatch {
            base_sequence: header.base_sequence,
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            timestamp: header.max_timestamp,
        });
        self.last_timestamp = header.max_timestamp;
        if header.is_transactional() && self.transaction_start.is_none() {
            self.transaction_start = Some(header.base_offset);
        }
    }

    /// Takes the end of a transaction in; returns where the transaction began.
    fn end(&mut self, marker: &EndMarker, timestamp: TimestampMillis) -> Option<Offset> {
        self.set_epoch(marker.producer_epoch);
        self.coordinator_epoch = marker.coordinator_epoch;
        self.last_timestamp = timestamp;
        self.transaction_start.take()
    }
}

/// What becomes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Append,
    /// It is here already.
    Duplicate(KeptBatch),
}

/// Judges a batch by what is known of its producer; of one that is not known, the first sequence may have to be 0.
pub fn judge(known: Option<&Producer>, header: &BatchHeader, begins_at_zero: bool) -> Result<Verdict, ProducerError> {
    let (producer_id, epoch, found) = (header.producer_id, header.producer_epoch, header.base_sequence);
    let Some(known) = known else {
        return match found {
            1.. if begins_at_zero => Err(ProducerError::OutOfOrder { producer_id, epoch, expected: 0, found }),
            _ => Ok(Verdict::Append),
        };
    };
    if epoch < known.epoch {
        return Err(ProducerError::StaleEpoch { producer_id, epoch, current: known.epoch });
    }
    if epoch > known.epoch {
        if found != 0 {
            return Err(ProducerError::OutOfOrder { producer_id, epoch, expected: 0, found });
        }
    } else {
        let again = |kept: &&KeptBatch| kept.base_sequence == found && kept.last_sequence == header.last_sequence();
        if let Some(kept) = known.batches().iter().find(again) {
            return Ok(Verdict::Duplicate(*kept));
        }
        let expected = match known.last_sequence() {
            -1 => 0,
            last => add_to_sequence(last, 1),
        };
        if found != expected {
            return Err(ProducerError::OutOfOrder { producer_id, epoch, expected, found });
        }
    }
    if known.transaction_start.is_some() && !header.is_transactional() {
        return Err(ProducerError::OutsideTransaction { producer_id });
    }
    Ok(Verdict::Append)
}

/// Judges a marker by what is known of its producer. One that comes again ends nothing and is stored again, as in Kafka.
pub fn judge_marker(known: Option<&Producer>, marker: &EndMarker) -> Result<(), ProducerError> {
    let Some(known) = known else { return Ok(()) };
    let (producer_id, epoch) = (marker.producer_id, marker.producer_epoch);
    if epoch < known.epoch {
        return Err(ProducerError::StaleEpoch { producer_id, epoch, current: known.epoch });
    }
    if marker.coordinator_epoch < known.coordinator_epoch {
        let (epoch, current) = (marker.coordinator_epoch, known.coordinator_epoch);
        return Err(ProducerError::StaleCoordinator { producer_id, epoch, current });
    }
    Ok(())
}

/// A transaction that was aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: Offset,
    /// Where its marker stands.
    pub last_offset: Offset,
    /// The last stable offset after it.
    pub stable_offset: Offset,
}

/// Producers whose state changes while a transaction of SQLite is put together, laid over what is known.
#[derive(Debug, Default)]
pub struct Changes {
    changed: HashMap<i64, Producer>,
    /// The open transactions, by where they begin; `None` while they are as they were.
    open: Option<BTreeMap<Offset, i64>>,
    pub aborted: Vec<AbortedTransaction>,
}

impl Changes {
    /// Judges a batch with what was changed so far.
    pub fn judge(
        &self,
        known: &Producers,
        header: &BatchHeader,
        begins_at_zero: bool,
    ) -> Result<Verdict, ProducerError> {
        judge(self.get(known, header.producer_id), header, begins_at_zero)
    }

    /// Judges a marker with what was changed so far.
    pub fn judge_marker(&self, known: &Producers, marker: &EndMarker) -> Result<(), ProducerError> {
        judge_marker(self.get(known, marker.producer_id), marker)
    }

    fn get<'a>(&'a self, known: &'a Producers, producer_id: i64) -> Option<&'a Producer> {
        self.changed.get(&producer_id).or_else(|| known.get(producer_id))
    }

    fn get_mut(&mut self, known: &Producers, producer_id: i64, epoch: i16) -> &mut Producer {
        let fresh = || known.get(producer_id).copied().unwrap_or_else(|| Producer::new(epoch));
        self.changed.entry(producer_id).or_insert_with(fresh)
    }

    /// Takes a batch in that has its place.
    pub fn append(&mut self, known: &Producers, header: &BatchHeader) {
        let producer = self.get_mut(known, header.producer_id, header.producer_epoch);
        let open = producer.transaction_start;
        producer.append(header);
        if producer.transaction_start != open {
            let open = self.open.get_or_insert_with(|| known.open.clone());
            open.insert(header.base_offset, header.producer_id);
        }
    }

    /// Takes a marker in that has its place.
    pub fn end(&mut self, known: &Producers, header: &BatchHeader, marker: &EndMarker) {
        let producer = self.get_mut(known, marker.producer_id, marker.producer_epoch);
        let Some(first_offset) = producer.end(marker, header.max_timestamp) else { return };
        let open = self.open.get_or_insert_with(|| known.open.clone());
        open.remove(&first_offset);
        if !marker.committed {
            let last_offset = header.last_offset();
            let stable_offset = open.first_key_value().map_or(last_offset + 1, |(first, _)| *first);
            let producer_id = marker.producer_id;
            self.aborted.push(AbortedTransaction { producer_id, first_offset, last_offset, stable_offset });
        }
    }

    /// The producers that change.
    pub fn changed(&self) -> impl Iterator<Item = (i64, &Producer)> {
        self.changed.iter().map(|(id, producer)| (*id, producer))
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    producer: Producer,
    /// Not in the table of the file as it is here.
    unsaved: bool,
    /// Wrote since `seen_at` was noted.
    wrote: bool,
    seen_at: TimestampMillis,
}

/// All producers of a log.
#[derive(Debug, Default)]
pub struct Producers {
    known: HashMap<i64, Entry>,
    open: BTreeMap<Offset, i64>,
    /// Forgotten, but still in the table of the file.
    forgotten: Vec<i64>,
}

impl Producers {
    pub fn get(&self, producer_id: i64) -> Option<&Producer> {
        self.known.get(&producer_id).map(|entry| &entry.producer)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Producer)> {
        self.known.iter().map(|(id, entry)| (*id, &entry.producer))
    }

    /// Where the oldest open transaction begins.
    pub fn first_open(&self) -> Option<Offset> {
        self.open.first_key_value().map(|(first, _)| *first)
    }

    /// Takes over what became true with a commit.
    pub fn apply(&mut self, changes: Changes) {
        for (id, producer) in changes.changed {
            self.put(id, producer, true);
        }
        if let Some(open) = changes.open {
            self.open = open;
        }
        if self.known.len() > PRODUCERS_MAX {
            self.forget_oldest();
        }
    }

    /// Puts back what the table of the file has.
    pub(super) fn restore(&mut self, id: i64, producer: Producer) {
        if let Some(first) = producer.transaction_start {
            self.open.insert(first, id);
        }
        self.put(id, producer, false);
    }

    fn put(&mut self, id: i64, producer: Producer, unsaved: bool) {
        let entry = self.known.entry(id).or_insert(Entry { producer, unsaved, wrote: true, seen_at: 0 });
        (entry.producer, entry.unsaved, entry.wrote) = (producer, entry.unsaved || unsaved, true);
    }

    /// Forgets who has not written for `keep_ms` and has no open transaction. When somebody wrote is known as exactly as
    /// this is called often, and counts anew from the opening of the log.
    pub fn expire(&mut self, now: TimestampMillis, keep_ms: i64) {
        let forgotten = &mut self.forgotten;
        self.known.retain(|id, entry| {
            if std::mem::take(&mut entry.wrote) {
                entry.seen_at = now;
            }
            let stays = entry.producer.transaction_start.is_some() || now.saturating_sub(entry.seen_at) < keep_ms;
            if !stays {
                forgotten.push(*id);
            }
            stays
        });
    }

    fn forget_oldest(&mut self) {
        let last = |entry: &Entry| entry.producer.batches().last().map_or(-1, |batch| batch.last_offset);
        let idle = self.known.iter().filter(|(_, entry)| entry.producer.transaction_start.is_none());
        let mut by_age: Vec<(Offset, i64)> = idle.map(|(id, entry)| (last(entry), *id)).collect();
        by_age.sort_unstable();
        for (_, id) in by_age.into_iter().take(PRODUCERS_MAX / 8) {
            self.known.remove(&id);
            self.forgotten.push(id);
        }
    }

    /// What the table of the file does not have, and whom it should not have any more.
    pub(super) fn unsaved(&self) -> (impl Iterator<Item = (i64, &Producer)>, &[i64]) {
        let unsaved = self.known.iter().filter(|(_, entry)| entry.unsaved);
        (unsaved.map(|(id, entry)| (*id, &entry.producer)), &self.forgotten)
    }

    /// The table of the file has it all now.
    pub(super) fn saved(&mut self) {
        self.forgotten = Vec::new();
        self.known.values_mut().for_each(|entry| entry.unsaved = false);
    }
}
