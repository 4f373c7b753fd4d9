//! Producers and aborted transactions in the file of a partition.
//!
//! The stored batches themselves say what each producer wrote, so an append stores nothing more: it would cost each
//! commit another page. The table `producer` is a snapshot up to `producers_upto`; what came later is read from the
//! headers of the batches when the log is opened. So the two can never disagree, and the snapshot is renewed in the
//! transaction of an append after [`REPLAY_BATCHES_MAX`], and before batches that it lacks are deleted.

use rusqlite::{Connection, OptionalExtension, params};

use super::producers::{AbortedTransaction, Changes, KeptBatch, Producer, Producers};
use crate::codec::{BatchHeader, EndMarker, MARKER_BYTES_MAX};
use crate::model::Offset;

/// Batches whose headers are read at most when a log is opened.
pub const REPLAY_BATCHES_MAX: usize = 512;
/// Bytes of one batch in the column `batches`: base sequence, last sequence, last offset, timestamp.
const KEPT_BYTES: usize = 24;

/// The tables, empty. `batches` holds the producer's last batches, the oldest first. A row of `aborted` is written with
/// the marker.
pub const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS producer(
        producer_id       INTEGER PRIMARY KEY,
        epoch             INTEGER NOT NULL,
        coordinator_epoch INTEGER NOT NULL,
        last_timestamp    INTEGER NOT NULL,
        transaction_start INTEGER,
        batches           BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS aborted(
        last_offset   INTEGER PRIMARY KEY,
        first_offset  INTEGER NOT NULL,
        producer_id   INTEGER NOT NULL,
        stable_offset INTEGER NOT NULL
    ) STRICT;";

/// Gives a file of the first layout these tables. No batch in such a file has a producer id: they were refused.
pub fn migrate(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(
        "INSERT OR IGNORE INTO meta SELECT 'producers_upto', max(v, \
         (SELECT coalesce(max(last_offset) + 1, 0) FROM batch)) FROM meta WHERE k='log_start_offset';",
    )
}

/// Reads the producers of a log that ends at `end`; the number of batches after the snapshot comes with them.
pub fn load(connection: &Connection) -> Result<(Producers, usize), rusqlite::Error> {
    let mut producers = Producers::default();
    let upto = connection.query_row("SELECT v FROM meta WHERE k='producers_upto'", [], |row| row.get(0)).optional()?;
    let Some(upto): Option<Offset> = upto else { return Ok((producers, 0)) };
    let mut rows = connection.prepare(
        "SELECT producer_id, epoch, coordinator_epoch, last_timestamp, transaction_start, batches FROM producer",
    )?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let batches = row.get_ref(5)?.as_blob()?.as_chunks::<KEPT_BYTES>().0.iter().map(kept);
        let producer = Producer::restored(row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, batches);
        producers.restore(row.get(0)?, producer);
    }
    let replayed = replay(connection, upto, &mut producers)?;
    Ok((producers, replayed))
}

/// Goes through the headers of the batches from `upto` on.
fn replay(connection: &Connection, upto: Offset, producers: &mut Producers) -> Result<usize, rusqlite::Error> {
    let mut query = connection
        .prepare("SELECT last_offset, length(data) FROM batch WHERE last_offset >= ?1 ORDER BY last_offset")?;
    let mut rows = query.query([upto])?;
    let mut blob: Option<rusqlite::blob::Blob<'_>> = None;
    let (mut head, mut count) = ([0; MARKER_BYTES_MAX], 0);
    let mut changes = Changes::default();
    while let Some(row) = rows.next()? {
        let (last, length): (Offset, i64) = (row.get(0)?, row.get(1)?);
        // Through a handle, because a query would read the whole batch.
        let opened = match blob.take() {
            Some(mut opened) => {
                opened.reopen(last)?;
                opened
            }
            None => connection.blob_open(rusqlite::MAIN_DB, c"batch", c"data", last, true)?,
        };
        let head = &mut head[..usize::try_from(length).unwrap_or(0).min(MARKER_BYTES_MAX)];
        opened.read_at_exact(head, 0)?;
        blob = Some(opened);
        count += 1;
        let Ok(header) = BatchHeader::parse(head) else { continue };
        if header.producer_id < 0 {
            continue;
        }
        if !header.is_control() {
            changes.append(producers, &header);
        } else if let Some(marker) = EndMarker::parse(head) {
            changes.end(producers, &header, &marker);
        }
    }
    producers.apply(changes);
    Ok(count)
}

/// Writes what changed since the last snapshot, `changes` of the open transaction included; call inside a transaction.
pub fn save(
    connection: &Connection,
    producers: &Producers,
    changes: &Changes,
    upto: Offset,
) -> Result<(), rusqlite::Error> {
    let (unsaved, forgotten) = producers.unsaved();
    for id in forgotten {
        connection.prepare_cached("DELETE FROM producer WHERE producer_id=?1")?.execute([id])?;
    }
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO producer VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (id, producer) in unsaved.chain(changes.changed()) {
        let mut batches = Vec::with_capacity(KEPT_BYTES * producer.batches().len());
        for batch in producer.batches() {
            batches.extend_from_slice(&batch.base_sequence.to_be_bytes());
            batches.extend_from_slice(&batch.last_sequence.to_be_bytes());
            batches.extend_from_slice(&batch.last_offset.to_be_bytes());
            batches.extend_from_slice(&batch.timestamp.to_be_bytes());
        }
        put.execute(params![
            id,
            producer.epoch,
            producer.coordinator_epoch,
            producer.last_timestamp,
            producer.transaction_start,
            batches
        ])?;
    }
    connection.prepare_cached("UPDATE meta SET v=?1 WHERE k='producers_upto'")?.execute([upto]).map(|_| ())
}

fn kept(bytes: &[u8; KEPT_BYTES]) -> KeptBatch {
    let number =
        |at: usize, length: usize| bytes[at..at + length].iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte));
    KeptBatch {
        base_sequence: number(0, 4) as i32,
        last_sequence: number(4, 4) as i32,
        last_offset: number(8, 8),
        timestamp: number(16, 8),
    }
}

/// Notes transactions that were aborted, in the transaction that appends their markers.
pub fn put_aborted(connection: &Connection, aborted: &[AbortedTransaction]) -> Result<(), rusqlite::Error> {
    for one in aborted {
        connection.prepare_cached("INSERT OR REPLACE INTO aborted VALUES(?1, ?2, ?3, ?4)")?.execute([
            one.last_offset,
            one.first_offset,
            one.producer_id,
            one.stable_offset,
        ])?;
    }
    Ok(())
}

/// The marker of the newest aborted transaction; `None` where none was ever aborted.
pub fn last_aborted(connection: &Connection) -> Result<Option<Offset>, rusqlite::Error> {
    let is_new: bool =
        connection
            .query_row("SELECT EXISTS(SELECT 1 FROM sqlite_schema WHERE name='aborted')", [], |row| row.get(0))?;
    if !is_new {
        return Ok(None);
    }
    connection.query_row("SELECT max(last_offset) FROM aborted", [], |row| row.get(0))
}

/// The aborted transactions that have records among the offsets `from..to`, in the order of their markers.
pub fn aborted(connection: &Connection, from: Offset, to: Offset) -> Result<Vec<AbortedTransaction>, rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT last_offset, first_offset, producer_id, stable_offset FROM aborted WHERE last_offset >= ?1 \
         ORDER BY last_offset",
    )?;
    let mut rows = query.query([from])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let one = AbortedTransaction {
            last_offset: row.get(0)?,
            first_offset: row.get(1)?,
            producer_id: row.get(2)?,
            stable_offset: row.get(3)?,
        };
        if one.first_offset < to {
            found.push(one);
        }
        // Whatever ended later began at or after this.
        if one.stable_offset >= to {
            break;
        }
    }
    Ok(found)
}

/// Forgets aborted transactions that end below the start of the log.
pub fn forget_aborted(connection: &Connection, start: Offset) -> Result<(), rusqlite::Error> {
    connection.prepare_cached("DELETE FROM aborted WHERE last_offset < ?1")?.execute([start]).map(|_| ())
}
