//! The queries of readers. Each is a short read transaction, bounded in bytes or rows, that ends before it returns.

use bytes::{Bytes, BytesMut};
use rusqlite::{Connection, OptionalExtension, params};

use super::AbortedTransaction;
use crate::codec::{DECOMPRESSED_BYTES_MAX_DEFAULT, DecodedBatch};
use crate::model::{Offset, TimestampMillis};

/// Batches that a seek by time decodes before it settles for the start of one: more than one only where a producer wrote
/// a maximum timestamp that none of its records has, or where the start of the log lies inside a batch.
const SEEK_DECODE_BATCHES_MAX: usize = 64;
/// Rows that one query of retention reads.
const RETAIN_ROWS: i64 = 4096;

/// Batches from a read; the first may begin before the asked offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Whole batches, in order. Those that were read from disk together are one piece, as an answer wants them;
    /// [`crate::codec::split_batches`] cuts it.
    pub pieces: Vec<Bytes>,
    /// The offset after the last batch; the asked offset where there is none.
    pub next: Offset,
    pub start_offset: Offset,
    /// The high watermark at the time of the read.
    pub end_offset: Offset,
    /// The last stable offset at the time of the read.
    pub stable_offset: Offset,
    /// Aborted transactions that have records among those of the batches; only where it was asked for what is committed.
    pub aborted: Vec<AbortedTransaction>,
}

/// One batch without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSpan {
    pub base_offset: Offset,
    pub last_offset: Offset,
    pub max_timestamp: TimestampMillis,
    pub record_count: i32,
    pub bytes: usize,
}

/// A stretch of a log that can be read.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub start: Offset,
    pub end: Offset,
}

/// Batches from the one that holds `from`, up to `max_bytes`, in one piece, and the offset after them.
pub fn read(
    connection: &Connection,
    from: Offset,
    end: Offset,
    max_bytes: usize,
    at_least_one: bool,
) -> Result<(Vec<Bytes>, Offset), rusqlite::Error> {
    let first = connection
        .prepare_cached(
            "SELECT run_bytes - length(data), run_bytes, (SELECT run_bytes FROM batch ORDER BY last_offset DESC LIMIT 1) \
             FROM batch WHERE last_offset >= ?1 AND last_offset < ?2 ORDER BY last_offset LIMIT 1",
        )?
        .query_row([from, end], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        .optional()?;
    let Some((before, first_end, last_end)) = first else {
        return Ok((Vec::new(), from));
    };
    let budget = before.saturating_add(i64::try_from(max_bytes).unwrap_or(i64::MAX));
    let budget = if at_least_one { budget.max(first_end) } else { budget };
    // The running sum tells where the budget ends, so the bytes of the batch beyond it are never read.
    let mut query = connection.prepare_cached(
        "SELECT last_offset, CASE WHEN run_bytes <= ?3 THEN data END FROM batch \
         WHERE last_offset >= ?1 AND last_offset < ?2 ORDER BY last_offset",
    )?;
    let mut rows = query.query([from, end, budget])?;
    let mut batches = BytesMut::with_capacity(usize::try_from(budget.min(last_end) - before).unwrap_or(0));
    let mut next = from;
    while let Some(row) = rows.next()? {
        let Some(data) = row.get_ref(1)?.as_blob_or_null()? else { break };
        batches.extend_from_slice(data);
        next = row.get::<_, Offset>(0)? + 1;
    }
    Ok((if batches.is_empty() { Vec::new() } else { vec![batches.freeze()] }, next))
}

/// As [`read`], in a log that is compacted: its running sums count what is gone, so a budget ends too early and the rest
/// of it is spent from there.
pub fn read_across_holes(
    connection: &Connection,
    from: Offset,
    end: Offset,
    max_bytes: usize,
    at_least_one: bool,
) -> Result<(Vec<Bytes>, Offset), rusqlite::Error> {
    let (mut pieces, mut next) = read(connection, from, end, max_bytes, at_least_one)?;
    let mut left = max_bytes.saturating_sub(pieces.iter().map(Bytes::len).sum());
    while left > 0 && !pieces.is_empty() {
        let (more, after) = read(connection, next, end, left, false)?;
        if more.is_empty() {
            break;
        }
        left = left.saturating_sub(more.iter().map(Bytes::len).sum());
        pieces.extend(more);
        next = after;
    }
    Ok((pieces, next))
}

/// The batches that hold offsets of `from..to`.
pub fn spans(
    connection: &Connection,
    from: Offset,
    to: Offset,
    limit: usize,
) -> Result<Vec<BatchSpan>, rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT base_offset, last_offset, max_ts, n_records, length(data) FROM batch WHERE last_offset >= ?1 \
         ORDER BY last_offset LIMIT ?2",
    )?;
    let mut rows = query.query(params![from, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        let span = BatchSpan {
            base_offset: row.get(0)?,
            last_offset: row.get(1)?,
            max_timestamp: row.get(2)?,
            record_count: row.get(3)?,
            bytes: row.get::<_, i64>(4)?.max(0) as usize,
        };
        if span.base_offset >= to {
            break;
        }
        spans.push(span);
    }
    Ok(spans)
}

/// The first record of the range with a timestamp of at least `timestamp`.
pub fn by_time(
    connection: &Connection,
    range: Range,
    timestamp: TimestampMillis,
) -> Result<Option<(Offset, TimestampMillis)>, rusqlite::Error> {
    let reached = connection
        .prepare_cached(
            "SELECT last_offset FROM batch WHERE run_max_ts >= ?1 ORDER BY run_max_ts, last_offset LIMIT 1",
        )?
        .query_row([timestamp], |row| row.get::<_, Offset>(0))
        .optional()?;
    let Some(reached) = reached else { return Ok(None) };
    // The running maximum may come from a batch that is deleted by now: look on for one that has the time itself.
    let mut query = connection.prepare_cached(
        "SELECT base_offset, max_ts, data FROM batch WHERE last_offset >= ?1 AND last_offset < ?2 AND max_ts >= ?3 \
         ORDER BY last_offset LIMIT ?4",
    )?;
    let mut rows =
        query.query(params![reached.max(range.start), range.end, timestamp, SEEK_DECODE_BATCHES_MAX as i64])?;
    let (mut rough, mut seen) = (None, 0);
    while let Some(row) = rows.next()? {
        let data = Bytes::copy_from_slice(row.get_ref(2)?.as_blob()?);
        let start_of_batch = (row.get::<_, Offset>(0)?.max(range.start), row.get(1)?);
        match first_record(data, |offset, ts| offset >= range.start && ts >= timestamp) {
            Found::Record(offset, ts) => return Ok(Some((offset, ts))),
            Found::Unreadable => return Ok(Some(start_of_batch)),
            Found::Nothing => rough = rough.or(Some(start_of_batch)),
        }
        seen += 1;
    }
    Ok(if seen == SEEK_DECODE_BATCHES_MAX { rough } else { None })
}

/// The first record of the range that has its largest timestamp. `run_max_ts` is the running maximum at the end.
pub fn newest(
    connection: &Connection,
    range: Range,
    run_max_ts: TimestampMillis,
) -> Result<Option<(Offset, TimestampMillis)>, rusqlite::Error> {
    // The inner queries choose a row id, so that nothing sorts bytes of batches.
    let by_index = "SELECT base_offset, max_ts, data FROM batch WHERE last_offset = (SELECT last_offset FROM batch \
         WHERE run_max_ts = ?3 AND max_ts = ?3 AND last_offset >= ?1 AND last_offset < ?2 \
         ORDER BY run_max_ts, last_offset LIMIT 1)";
    // The batch that had the maximum may be deleted.
    let by_scan = "SELECT base_offset, max_ts, data FROM batch WHERE last_offset = (SELECT last_offset FROM batch \
         WHERE last_offset >= ?1 AND last_offset < ?2 AND max_ts <= ?3 ORDER BY max_ts DESC, last_offset LIMIT 1)";
    for sql in [by_index, by_scan] {
        let row = connection
            .prepare_cached(sql)?
            .query_row(params![range.start, range.end, run_max_ts], |row| {
                let data = Bytes::copy_from_slice(row.get_ref(2)?.as_blob()?);
                Ok((row.get::<_, Offset>(0)?, row.get::<_, TimestampMillis>(1)?, data))
            })
            .optional()?;
        if let Some((base, max_ts, data)) = row {
            return Ok(Some(match first_record(data, |offset, ts| offset >= range.start && ts >= max_ts) {
                Found::Record(offset, ts) => (offset, ts),
                _ => (base.max(range.start), max_ts),
            }));
        }
    }
    Ok(None)
}

enum Found {
    Record(Offset, TimestampMillis),
    Nothing,
    Unreadable,
}

fn first_record(data: Bytes, wanted: impl Fn(Offset, TimestampMillis) -> bool) -> Found {
    let Ok(batch) = DecodedBatch::new(&data, DECOMPRESSED_BYTES_MAX_DEFAULT) else {
        return Found::Unreadable;
    };
    for record in batch.refs() {
        match record {
            Ok(record) if wanted(record.offset, record.timestamp) => {
                return Found::Record(record.offset, record.timestamp);
            }
            Ok(_) => {}
            Err(_) => return Found::Unreadable,
        }
    }
    Found::Nothing
}

/// What retention is asked to keep.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Batches whose newest record is older may go.
    pub newer_than: Option<TimestampMillis>,
    /// Batches may go while what follows them is at least this large.
    pub bytes: Option<i64>,
    /// The running sum of bytes at the end of the log.
    pub bytes_after: i64,
}

/// The offset after the last batch, from the start on, that need not be kept; looks at [`RETAIN_ROWS`] at most and says
/// whether to look on from there.
pub fn expired(connection: &Connection, range: Range, keep: Keep) -> Result<(Offset, bool), rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT last_offset, CASE WHEN max_ts >= 0 THEN max_ts ELSE run_max_ts END, run_bytes FROM batch \
         WHERE last_offset >= ?1 AND last_offset < ?2 ORDER BY last_offset LIMIT ?3",
    )?;
    let mut rows = query.query([range.start, range.end, RETAIN_ROWS])?;
    let (mut until, mut seen) = (range.start, 0);
    while let Some(row) = rows.next()? {
        let (newest, run_bytes) = (row.get::<_, TimestampMillis>(1)?, row.get::<_, i64>(2)?);
        // A batch without any time in it or before it is not old.
        let old = keep.newer_than.is_some_and(|limit| (0..limit).contains(&newest));
        let surplus = keep.bytes.is_some_and(|bytes| keep.bytes_after - run_bytes >= bytes);
        if !old && !surplus {
            return Ok((until, false));
        }
        until = row.get::<_, Offset>(0)? + 1;
        seen += 1;
    }
    Ok((until, seen == RETAIN_ROWS))
}
