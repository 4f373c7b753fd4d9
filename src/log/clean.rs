//! Deletion from the start of a log: the start moves at once, the batches below go in bounded steps between appends.

use rusqlite::{Connection, params};

use super::ends::{self, Totals};
use super::partition::Partition;
use super::producers::Changes;
use super::queue::Op;
use super::writer::WriterFile;
use super::{LogError, file, producer_file, rewrite};
use crate::model::Offset;

/// Batches deleted in one transaction.
const SWEEP_BATCHES: usize = 256;
/// An emptied log gives its pages back to the disk from this many on (1 MiB of 16 KiB pages).
const GIVE_BACK_PAGES: i64 = 64;

/// What moving the start made unreadable.
#[derive(Debug, Clone, Copy)]
pub struct Trimmed {
    pub start: Offset,
    pub freed: Totals,
}

/// Moves the start to `before`, on disk and then in memory. -1 stands for the end, as in DeleteRecords.
pub fn trim(partition: &Partition, file: &mut WriterFile, before: Offset) -> Result<Trimmed, LogError> {
    let (start, end) = partition.range();
    let before = if before == -1 { end } else { before };
    if before < 0 || before > end {
        return Err(LogError::OutOfRange { requested: before, start, end });
    }
    if before <= start {
        return Ok(Trimmed { start, freed: Totals::default() });
    }
    let moved = file.set_full(true).and_then(|()| {
        save_producers(partition, &file.connection)?;
        let sums = ends::before(&file.connection, before)?;
        file.connection.prepare_cached("UPDATE meta SET v=?1 WHERE k='log_start_offset'")?.execute(params![before])?;
        let after = partition.ends.lock().after;
        let sums = sums.unwrap_or(after);
        let holes = holes_above(partition, &file.connection, before, after, sums)?;
        Ok((sums, holes))
    });
    let (sums, holes) = moved.map_err(|e| LogError::from_sqlite(partition.path(), "trim", &e))?;
    let mut ends = partition.ends.lock();
    let readable = ends.readable();
    (ends.start, ends.before, ends.holes) = (before, sums, holes);
    let freed = readable - ends.readable();
    if before == end {
        ends.run_max_ts = None;
        ends.tail.clear();
    }
    drop(ends);
    partition.queue.lock().push(Op::Sweep);
    Ok(Trimmed { start: before, freed })
}

/// What compaction took away above a new start; counted only in a log that was compacted.
fn holes_above(
    partition: &Partition,
    connection: &Connection,
    start: Offset,
    after: Totals,
    before: Totals,
) -> Result<Totals, rusqlite::Error> {
    let (holes, compacted_to) = {
        let ends = partition.ends.lock();
        (ends.holes, ends.compacted_to)
    };
    if holes == Totals::default() {
        return Ok(holes);
    }
    let holes = match start >= compacted_to {
        true => Totals::default(),
        false => rewrite::count_holes(connection, start, after, before)?,
    };
    rewrite::note(connection, compacted_to, holes)?;
    Ok(holes)
}

/// Batches are about to go of which the snapshot of the producers may know nothing.
pub fn save_producers(partition: &Partition, connection: &Connection) -> Result<(), rusqlite::Error> {
    let end = partition.end_offset();
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let saved = producer_file::save(connection, &partition.producers.lock(), &Changes::default(), end);
    connection.execute_batch(if saved.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    saved?;
    let mut ends = partition.ends.lock();
    ends.unsaved_batches = 0;
    partition.producers.lock().saved();
    Ok(())
}

/// Deletes some batches that lie wholly below the start; asks to be called again while there are more.
pub fn sweep(partition: &Partition, file: &mut WriterFile) -> Result<(), LogError> {
    let (start, end) = partition.range();
    let failed = |e: rusqlite::Error| LogError::from_sqlite(partition.path(), "delete old batches of", &e);
    // Losing this work at a power cut costs nothing: it is done again.
    file.set_full(false).map_err(failed)?;
    let deleted = file
        .connection
        .prepare_cached(
            "DELETE FROM batch WHERE last_offset IN \
             (SELECT last_offset FROM batch WHERE last_offset < ?1 ORDER BY last_offset LIMIT ?2)",
        )
        .and_then(|mut delete| delete.execute(params![start, SWEEP_BATCHES as i64]))
        .map_err(failed)?;
    producer_file::forget_aborted(&file.connection, start).map_err(failed)?;
    if deleted == SWEEP_BATCHES {
        partition.queue.lock().push(Op::Sweep);
    } else if start == end {
        give_back(&file.connection).map_err(failed)?;
    }
    Ok(())
}

/// Whether batches below the start are left over from before a restart.
pub fn needs_sweep(connection: &Connection, start: Offset) -> Result<bool, rusqlite::Error> {
    connection.query_row("SELECT EXISTS(SELECT 1 FROM batch WHERE last_offset < ?1)", [start], |row| row.get(0))
}

/// Shrinks the file of an empty log. Free pages of others are used again by the next appends, which costs nothing,
/// while shrinking them would copy the whole file.
fn give_back(connection: &Connection) -> Result<(), rusqlite::Error> {
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    if free >= GIVE_BACK_PAGES {
        connection.execute_batch("VACUUM")?;
        file::checkpoint(connection)?;
    }
    Ok(())
}
