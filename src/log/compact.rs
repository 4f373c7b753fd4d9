//! Compaction: of each key only the newest record stays. Two walks over the stored batches, in bounded pieces, beside
//! readers and appends: the first notes the newest offset of each key, the second leaves out what is older.
//!
//! The rules are those of Kafka's log cleaner and of KIP-534: the last batch of the log stays (in Kafka, the active
//! segment), nothing at or above the last stable offset is touched, records of aborted transactions go and never win over
//! a committed one, a tombstone stays until its delete horizon has passed, a marker until its records are gone and its
//! horizon has passed, records without a key go.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::ends::Totals;
use super::rewrite::{Change, Finished};
use super::{AbortedTransaction, LogError, Partition, ends, producer_file};
use crate::codec::retain::{Retained, retain};
use crate::codec::{BatchHeader, DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch, RecordRef};
use crate::model::{Offset, TimestampMillis};

/// Bytes of batches that are read at once.
const PIECE_BYTES: i64 = 4 * 1024 * 1024;
/// Keys that one compaction keeps apart (about 50 MB of memory); the rest of the log is for the next.
pub const KEYS_MAX: usize = 1_000_000;

/// When a log is compacted, and what may go; from the settings of the topic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompactRequest {
    pub now: TimestampMillis,
    /// Records younger than this stay as they are (`min.compaction.lag.ms`).
    pub min_lag_ms: i64,
    /// A record that has waited longer is reason enough (`max.compaction.lag.ms`).
    pub max_lag_ms: i64,
    /// Share of the log that must be new since the last time (`min.cleanable.dirty.ratio`).
    pub dirty_ratio: f64,
    /// From the compaction that first sees a tombstone to its end (`delete.retention.ms`).
    pub delete_retention_ms: i64,
    /// Whatever the ratio: a person asked for it.
    pub forced: bool,
}

/// What a compaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Offsets below were looked at.
    pub upto: Offset,
    pub records_removed: u64,
    pub batches_removed: u64,
    /// What the log is smaller by.
    pub bytes_removed: u64,
    /// More keys than [`KEYS_MAX`]: what is above `upto` waits for the next time.
    pub more: bool,
}

/// How far a log is compacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactionState {
    /// Offsets below were compacted.
    pub upto: Offset,
    /// Bytes of the batches above.
    pub dirty_bytes: u64,
    /// Bytes of all batches.
    pub bytes: u64,
}

/// A hash of a key that stands for it: 128 bits, so that two keys never meet by chance.
type KeyHash = [u8; 16];

struct Piece {
    batches: Vec<(BatchHeader, Bytes)>,
    next: Offset,
}

/// How a piece is read: with a connection for reading, for as long as this piece takes.
type ReadPiece<'a> = &'a dyn Fn(Offset, Offset) -> Result<Piece, LogError>;

impl Partition {
    /// Compacts the log if it is time to, or if it is forced; `None` where there is nothing to do, or where another
    /// compaction of this log runs. Blocks on disk. `stop` is asked between the pieces; what is done by then stays done.
    pub fn compact(&self, request: &CompactRequest, stop: &dyn Fn() -> bool) -> Result<Option<Compacted>, LogError> {
        let Some(_alone) = self.compacting.try_lock() else { return Ok(None) };
        let (start, _) = self.range();
        let (stable, compacted_to) = (self.stable_offset(), self.ends.lock().compacted_to.max(start));
        let until = self.with_reader(|c| cleanable(c, stable, compacted_to, request))?;
        if until <= start || !self.is_due(request, start, compacted_to, until)? {
            return Ok(None);
        }
        let aborted = self.with_reader(|c| producer_file::aborted(c, start, until))?;
        let read = |from, to| self.with_reader(|c| read_piece(c, from, to));
        let (newest, upto) = newest_of_keys(&read, compacted_to, until, &aborted, stop)?;
        let mut pass = Pass {
            newest,
            aborted,
            seen: HashSet::new(),
            horizon: request.now.saturating_add(request.delete_retention_ms),
            now: request.now,
            done: Compacted { upto, more: upto < until, ..Compacted::default() },
            kept: Totals::default(),
        };
        let mut from = start;
        while from < upto {
            if stop() {
                return Ok(Some(pass.done));
            }
            let piece = read(from, upto)?;
            from = piece.next;
            let changes: Vec<_> =
                piece.batches.into_iter().filter_map(|(header, batch)| pass.look(&header, &batch)).collect();
            if !changes.is_empty() {
                self.rewrite(changes)?;
            }
        }
        self.finish_compaction(Finished { start, upto, kept: pass.kept })?;
        Ok(Some(pass.done))
    }

    /// How far the log is compacted. Blocks on disk.
    pub fn compaction(&self) -> Result<CompactionState, LogError> {
        let (upto, after) = {
            let ends = self.ends.lock();
            (ends.compacted_to.max(ends.start), ends.after)
        };
        let sums = self.with_reader(|c| ends::before(c, upto))?.unwrap_or(after);
        Ok(CompactionState { upto, dirty_bytes: (after.bytes - sums.bytes).max(0) as u64, bytes: self.size_bytes() })
    }

    fn is_due(
        &self,
        request: &CompactRequest,
        start: Offset,
        compacted_to: Offset,
        until: Offset,
    ) -> Result<bool, LogError> {
        if request.forced {
            return Ok(true);
        }
        if until <= compacted_to {
            return Ok(false);
        }
        let (sums, oldest) = self.with_reader(|c| {
            let at = |offset| Ok::<_, rusqlite::Error>(ends::before(c, offset)?.unwrap_or_default());
            Ok(([at(start)?, at(compacted_to)?, at(until)?], oldest_time(c, compacted_to)?))
        })?;
        let [first, clean_end, end] = sums.map(|sums| sums.bytes);
        let holes = self.ends.lock().holes.bytes;
        let (dirty, clean) = ((end - clean_end).max(0) as f64, (clean_end - first - holes).max(0) as f64);
        let waits_too_long = oldest.is_some_and(|time| request.now.saturating_sub(time) > request.max_lag_ms);
        Ok(waits_too_long || (dirty > 0.0 && dirty / (dirty + clean) >= request.dirty_ratio))
    }
}

/// The offset below which batches may be compacted.
fn cleanable(
    connection: &Connection,
    stable: Offset,
    compacted_to: Offset,
    request: &CompactRequest,
) -> Result<Offset, rusqlite::Error> {
    let last = "SELECT base_offset FROM batch ORDER BY last_offset DESC LIMIT 1";
    let last: Option<Offset> = connection.prepare_cached(last)?.query_row([], |row| row.get(0)).optional()?;
    let Some(last) = last else { return Ok(0) };
    let until = last.min(stable);
    if request.min_lag_ms <= 0 {
        return Ok(until);
    }
    let young: Option<Offset> = connection
        .prepare_cached(
            "SELECT base_offset FROM batch WHERE last_offset >= ?1 AND max_ts > ?2 ORDER BY last_offset LIMIT 1",
        )?
        .query_row(params![compacted_to, request.now.saturating_sub(request.min_lag_ms)], |row| row.get(0))
        .optional()?;
    Ok(young.map_or(until, |young| young.min(until)))
}

fn oldest_time(connection: &Connection, from: Offset) -> Result<Option<TimestampMillis>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT max_ts FROM batch WHERE last_offset >= ?1 ORDER BY last_offset LIMIT 1")?
        .query_row([from], |row| row.get(0))
        .optional()
        .map(|time: Option<TimestampMillis>| time.filter(|time| *time >= 0))
}

/// Batches from `from` that end below `to`, one at least.
fn read_piece(connection: &Connection, from: Offset, to: Offset) -> Result<Piece, rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT last_offset, data FROM batch WHERE last_offset >= ?1 AND last_offset < ?2 \
         ORDER BY last_offset",
    )?;
    let mut rows = query.query([from, to])?;
    let (mut piece, mut bytes) = (Piece { batches: Vec::new(), next: to }, 0);
    while let Some(row) = rows.next()? {
        let last: Offset = row.get(0)?;
        let data = Bytes::copy_from_slice(row.get_ref(1)?.as_blob()?);
        bytes += data.len() as i64;
        // A batch whose header cannot be read is left alone: whoever reads it will say so.
        if let Ok(header) = BatchHeader::parse(&data) {
            piece.batches.push((header, data));
        }
        if bytes >= PIECE_BYTES {
            piece.next = last + 1;
            break;
        }
    }
    Ok(piece)
}

/// The first walk: the newest offset of each key among the offsets `from..to`, and the offset up to which the keys fit.
fn newest_of_keys(
    read: ReadPiece<'_>,
    mut from: Offset,
    to: Offset,
    aborted: &[AbortedTransaction],
    stop: &dyn Fn() -> bool,
) -> Result<(HashMap<KeyHash, Offset>, Offset), LogError> {
    let mut newest = HashMap::new();
    while from < to && !stop() {
        let piece = read(from, to)?;
        for (header, batch) in &piece.batches {
            if header.is_control() || is_aborted(header, aborted) {
                continue;
            }
            let Ok(decoded) = DecodedBatch::new(batch, DECOMPRESSED_BYTES_MAX_DEFAULT) else { continue };
            for record in decoded.refs().map_while(Result::ok) {
                if let Some(key) = record.key {
                    newest.insert(hash(key), record.offset);
                }
            }
            if newest.len() >= KEYS_MAX {
                return Ok((newest, header.last_offset() + 1));
            }
        }
        from = piece.next;
    }
    Ok((newest, from))
}

fn hash(key: &[u8]) -> KeyHash {
    let mut short = KeyHash::default();
    short.copy_from_slice(&Sha256::digest(key)[..16]);
    short
}

fn is_aborted(header: &BatchHeader, aborted: &[AbortedTransaction]) -> bool {
    header.is_transactional()
        && aborted.iter().any(|one| {
            one.producer_id == header.producer_id && (one.first_offset..one.last_offset).contains(&header.base_offset)
        })
}

/// The second walk.
struct Pass {
    newest: HashMap<KeyHash, Offset>,
    aborted: Vec<AbortedTransaction>,
    /// Producers with records since their last marker: the marker still says what became of them.
    seen: HashSet<i64>,
    /// The delete horizon of what is seen for the first time.
    horizon: TimestampMillis,
    now: TimestampMillis,
    done: Compacted,
    /// What stays of the offsets walked over.
    kept: Totals,
}

impl Pass {
    /// What is to change about a batch.
    fn look(&mut self, header: &BatchHeader, batch: &Bytes) -> Option<Change> {
        let last_offset = header.last_offset();
        let outcome = if header.is_control() { self.marker(header, batch) } else { self.data(header, batch) };
        let change = match outcome {
            Retained::All => None,
            Retained::Some { batch, removed } => {
                self.done.records_removed += removed as u64;
                Some(Change::Replace { last_offset, batch })
            }
            Retained::None { removed } => {
                self.done.records_removed += removed as u64;
                Some(Change::Delete { last_offset })
            }
        };
        let stays = match &change {
            None => batch.len(),
            Some(Change::Replace { batch, .. }) => batch.len(),
            Some(Change::Delete { .. }) => {
                self.done.batches_removed += 1;
                0
            }
        };
        self.kept.bytes += stays as i64;
        self.kept.batches += i64::from(stays > 0);
        self.done.bytes_removed += batch.len().saturating_sub(stays) as u64;
        change
    }

    fn marker(&mut self, header: &BatchHeader, batch: &Bytes) -> Retained {
        if self.seen.remove(&header.producer_id) {
            return Retained::All;
        }
        match header.delete_horizon() {
            Some(horizon) if self.now >= horizon => Retained::None { removed: 0 },
            Some(_) => Retained::All,
            // What cannot be written again stays as it is.
            None => retain(batch, self.horizon, |_| true).unwrap_or(Retained::All),
        }
    }

    fn data(&mut self, header: &BatchHeader, batch: &Bytes) -> Retained {
        if header.is_transactional() {
            self.seen.insert(header.producer_id);
        }
        if is_aborted(header, &self.aborted) {
            return Retained::None { removed: header.record_count.unsigned_abs() as usize };
        }
        let gone = header.delete_horizon().is_some_and(|horizon| self.now >= horizon);
        let keep = |record: &RecordRef<'_>| {
            let Some(key) = record.key else { return false };
            !(gone && record.value.is_none())
                && self.newest.get(&hash(key)).is_none_or(|newest| *newest <= record.offset)
        };
        // What cannot be read or written again stays as it is.
        retain(batch, self.horizon, keep).unwrap_or(Retained::All)
    }
}
