//! The writer's part of a compaction: batches are replaced and deleted in bounded transactions between appends, and at
//! the end it is noted how far the log is compacted.
//!
//! The running sums of the rows stay as they were written: changing them would write every later row again. What
//! compaction took away is kept as `holes` beside them.

use bytes::Bytes;
use rusqlite::{Connection, params};

use super::LogError;
use super::clean::save_producers;
use super::ends::{self, Totals};
use super::partition::Partition;
use super::queue::Op;
use super::writer::WriterFile;
use crate::codec::BatchHeader;
use crate::model::Offset;

/// What becomes of one stored batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Replace { last_offset: Offset, batch: Bytes },
    Delete { last_offset: Offset },
}

impl Change {
    /// Bytes that it writes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Replace { batch, .. } => batch.len(),
            Self::Delete { .. } => 0,
        }
    }
}

/// A compaction that came to its end.
#[derive(Debug, Clone, Copy)]
pub struct Finished {
    /// The start of the log as it began.
    pub start: Offset,
    pub upto: Offset,
    /// What is left from `start` to there.
    pub kept: Totals,
}

impl Partition {
    /// Replaces and deletes batches in one transaction. Blocks on disk.
    pub(super) fn rewrite(&self, changes: Vec<Change>) -> Result<(), LogError> {
        self.submit_and_wait(|done| Op::Rewrite { changes, done })
    }

    /// Notes how far the log is compacted. Blocks on disk.
    pub(super) fn finish_compaction(&self, finished: Finished) -> Result<(), LogError> {
        self.submit_and_wait(|done| Op::Compacted { finished, done })
    }
}

/// Writes the changes, on the writer thread.
pub fn rewrite(partition: &Partition, file: &mut WriterFile, changes: &[Change]) -> Result<(), LogError> {
    let failed = |e: rusqlite::Error| LogError::from_sqlite(partition.path(), "compact", &e);
    // Losing this work at a power cut costs nothing: it is done again.
    file.set_full(false).map_err(failed)?;
    if partition.ends.lock().unsaved_batches > 0 {
        save_producers(partition, &file.connection).map_err(failed)?;
    }
    let (start, end) = partition.range();
    let written = write(&file.connection, start, changes);
    if let Err(error) = written {
        file.roll_back();
        return Err(failed(error));
    }
    // What is kept in memory may hold some of the old batches.
    let mut ends = partition.ends.lock();
    ends.tail.clear();
    ends.rewrites += 1;
    partition.forget_ahead();
    drop(ends);
    partition.tell_listeners(end);
    Ok(())
}

fn write(connection: &Connection, start: Offset, changes: &[Change]) -> Result<(), rusqlite::Error> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.prepare_cached("INSERT OR REPLACE INTO meta VALUES('compacting', 1)")?.execute([])?;
    for change in changes {
        match change {
            // Below the start: deleted already, or about to be.
            Change::Replace { last_offset, .. } | Change::Delete { last_offset } if *last_offset < start => {}
            Change::Replace { last_offset, batch } => {
                let Ok(header) = BatchHeader::parse(batch) else { continue };
                connection
                    .prepare_cached("UPDATE batch SET n_records=?2, max_ts=?3, data=?4 WHERE last_offset=?1")?
                    .execute(params![last_offset, header.record_count, header.max_timestamp, &batch[..]])?;
            }
            Change::Delete { last_offset } => {
                connection.prepare_cached("DELETE FROM batch WHERE last_offset=?1")?.execute([last_offset])?;
                // Without its marker an aborted transaction must not be told: readers would wait for the marker and
                // leave out what the producer wrote later.
                connection.prepare_cached("DELETE FROM aborted WHERE last_offset=?1")?.execute([last_offset])?;
            }
        }
    }
    connection.execute_batch("COMMIT")
}

/// Notes the end of a compaction, on the writer thread.
pub fn finish(partition: &Partition, file: &mut WriterFile, finished: Finished) -> Result<(), LogError> {
    let failed = |e: rusqlite::Error| LogError::from_sqlite(partition.path(), "compact", &e);
    file.set_full(false).map_err(failed)?;
    let (start, after) = {
        let ends = partition.ends.lock();
        (ends.start, ends.after)
    };
    let before = ends::before(&file.connection, start).map_err(failed)?.unwrap_or(after);
    let holes = if start == finished.start {
        // No batch from `upto` on was ever changed, so the sums are right there.
        ends::before(&file.connection, finished.upto).map_err(failed)?.unwrap_or(after) - before - finished.kept
    } else {
        // The start moved meanwhile: what lies above it has to be counted.
        count_holes(&file.connection, start, after, before).map_err(failed)?
    };
    note(&file.connection, finished.upto, holes).map_err(failed)?;
    let mut ends = partition.ends.lock();
    (ends.before, ends.holes, ends.compacted_to) = (before, holes, finished.upto);
    Ok(())
}

/// What compaction took away above `start`, counted row by row.
pub fn count_holes(
    connection: &Connection,
    start: Offset,
    after: Totals,
    before: Totals,
) -> Result<Totals, rusqlite::Error> {
    let there = connection
        .prepare_cached("SELECT coalesce(sum(length(data)), 0), count(*) FROM batch WHERE last_offset >= ?1")?
        .query_row([start], |row| Ok(Totals { bytes: row.get(0)?, batches: row.get(1)? }))?;
    Ok(after - before - there)
}

/// Writes down how far the log is compacted and what that took away.
pub fn note(connection: &Connection, upto: Offset, holes: Totals) -> Result<(), rusqlite::Error> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")?;
    put.execute(params!["compacted_to", upto])?;
    put.execute(params!["hole_bytes", holes.bytes])?;
    put.execute(params!["hole_batches", holes.batches])?;
    connection.prepare_cached("DELETE FROM meta WHERE k='compacting'")?.execute([])?;
    connection.execute_batch("COMMIT")
}

/// How far the log is compacted and what that took away, as noted; counted where a compaction was cut short.
pub fn load(
    connection: &Connection,
    start: Offset,
    after: Totals,
    before: Totals,
) -> Result<(Offset, Totals), rusqlite::Error> {
    let mut rows = connection
        .prepare("SELECT k, v FROM meta WHERE k IN ('compacted_to', 'hole_bytes', 'hole_batches', 'compacting')")?;
    let mut rows = rows.query([])?;
    let (mut upto, mut holes, mut cut_short) = (0, Totals::default(), false);
    while let Some(row) = rows.next()? {
        match row.get_ref(0)?.as_str()? {
            "compacted_to" => upto = row.get(1)?,
            "hole_bytes" => holes.bytes = row.get(1)?,
            "hole_batches" => holes.batches = row.get(1)?,
            _ => cut_short = true,
        }
    }
    if cut_short {
        holes = count_holes(connection, start, after, before)?;
    }
    Ok((upto, holes))
}
