//! What is known of a log without reading its batches: where it starts and ends, how much lies between.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::producers::Producers;
use super::tail::Tail;
use super::{LogError, file, producer_file, rewrite};
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
    /// What compaction took away between them.
    pub holes: Totals,
    /// Offsets below are compacted.
    pub compacted_to: Offset,
    /// Running maximum of the timestamps; `None` where there is no batch.
    pub run_max_ts: Option<TimestampMillis>,
    /// Leader epochs and where each begins, ascending.
    pub epochs: Vec<(i32, Offset)>,
    pub tail: Tail,
    /// How often batches were replaced; what was read before is no longer kept.
    pub rewrites: u64,
    /// Where the oldest open transaction begins.
    pub first_open: Option<Offset>,
    /// The marker of the newest aborted transaction.
    pub last_aborted: Option<Offset>,
    /// Batches that the snapshot of the producers does not have.
    pub unsaved_batches: usize,
}

impl std::ops::Sub for Totals {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { bytes: self.bytes - other.bytes, batches: self.batches - other.batches }
    }
}

impl Ends {
    /// What can be read.
    pub fn readable(&self) -> Totals {
        self.after - self.before - self.holes
    }

    /// The last stable offset: what is below belongs to no open transaction.
    pub fn stable(&self) -> Offset {
        self.first_open.map_or(self.end, |first| first.clamp(self.start, self.end))
    }
}

/// Checks the file at `path` and reads the ends of its log. Keeps nothing open, changes nothing.
pub fn load(path: &Path) -> Result<(Ends, Producers), LogError> {
    file::check(path)?;
    let connection = file::open_briefly(path).map_err(|e| unusable(path, &e))?;
    let loaded = read(&connection).and_then(|ends| Ok((ends, producer_file::load(&connection)?)));
    let loaded = loaded.map_err(|e| unusable(path, &e));
    file::close(connection);
    let (mut ends, (producers, unsaved_batches)) = loaded?;
    if ends.start < 0 || ends.before.bytes > ends.after.bytes {
        return Err(LogError::damaged(path, "its start and its batches contradict each other"));
    }
    ends.first_open = producers.first_open();
    ends.unsaved_batches = unsaved_batches;
    Ok((ends, producers))
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
    let last_aborted = producer_file::last_aborted(connection)?;
    let (compacted_to, holes) = rewrite::load(connection, start, after, before)?;
    Ok(Ends {
        start,
        end,
        before,
        after,
        holes,
        compacted_to,
        run_max_ts,
        epochs,
        tail: Tail::default(),
        rewrites: 0,
        first_open: None,
        last_aborted,
        unsaved_batches: 0,
    })
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
