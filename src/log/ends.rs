//! What is known of a log without reading its batches: where it starts and ends, how much lies between.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::tail::Tail;
use super::{LogError, file};
use crate::model::{Offset, TimestampMillis};

/// Running sums at some place of the log; only differences mean something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub bytes: i64,
    pub batches: i64,
}

/// The state of a log in memory. Only its writer thread changes it, after a commit.
#[derive(Debug)]
pub struct Ends {
    /// The first offset that can be read; may lie inside a batch.
    pub start: Offset,
    /// The offset of the next record.
    pub end: Offset,
    /// Sums before the first readable batch.
    pub before: Totals,
    /// Sums after the last batch.
    pub after: Totals,
    /// Running maximum of the timestamps; `None` where there is no batch.
    pub run_max_ts: Option<TimestampMillis>,
    /// Leader epochs and where each begins, ascending.
    pub epochs: Vec<(i32, Offset)>,
    pub tail: Tail,
}

/// Checks the file at `path` and reads the ends of its log. Keeps nothing open, changes nothing.
pub fn load(path: &Path) -> Result<Ends, LogError> {
    file::check(path)?;
    let connection = file::open_briefly(path).map_err(|e| unusable(path, &e))?;
    let ends = read(&connection).map_err(|e| unusable(path, &e));
    file::close(connection);
    let ends = ends?;
    if ends.start < 0 || ends.before.bytes > ends.after.bytes {
        return Err(LogError::damaged(path, "its start and its batches contradict each other"));
    }
    Ok(ends)
}

/// A file that is stamped as ours and yet has no such table or no such row is damaged, not unreachable.
fn unusable(path: &Path, error: &rusqlite::Error) -> LogError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::Unknown) | None => LogError::damaged(path, error.to_string()),
        _ => LogError::from_sqlite(path, "open", error),
    }
}

fn read(connection: &Connection) -> Result<Ends, rusqlite::Error> {
    let start: Offset = connection.query_row("SELECT v FROM meta WHERE k='log_start_offset'", [], |row| row.get(0))?;
    let last = connection
        .query_row(
            "SELECT last_offset, run_max_ts, run_bytes, run_batches FROM batch ORDER BY last_offset DESC LIMIT 1",
            [],
            |row| Ok((row.get::<_, Offset>(0)?, row.get(1)?, Totals { bytes: row.get(2)?, batches: row.get(3)? })),
        )
        .optional()?;
    let (end, run_max_ts, after) = match last {
        Some((last, run_max_ts, after)) if last >= start => (last + 1, Some(run_max_ts), after),
        // Batches below the start only wait for their deletion.
        Some((_, _, after)) => (start, None, after),
        None => (start, None, Totals::default()),
    };
    let before = before(connection, start)?.unwrap_or(after);
    let mut epochs = connection.prepare("SELECT epoch, start_offset FROM epoch ORDER BY epoch")?;
    let epochs = epochs.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(Ends { start, end, before, after, run_max_ts, epochs, tail: Tail::default() })
}

/// The sums before the batch that holds `start`; `None` where no batch reaches it.
pub fn before(connection: &Connection, start: Offset) -> Result<Option<Totals>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT run_bytes - length(data), run_batches - 1 FROM batch WHERE last_offset >= ?1 \
             ORDER BY last_offset LIMIT 1",
        )?
        .query_row([start], |row| Ok(Totals { bytes: row.get(0)?, batches: row.get(1)? }))
        .optional()
}
